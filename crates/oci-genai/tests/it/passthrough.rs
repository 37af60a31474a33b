//! Requests of other programs on the client's stack.

use http::Request;
use oci_genai::middleware::RetryOverride;
use oci_genai::{Client, RetryConfig};
use oci_genai_api::Body;
use oci_genai_auth::{ApiKey, AuthLayer, StaticCredentialsProvider};
use tower::ServiceExt as _;

use crate::scripted::{Reply, Scripted};

fn request(body: &'static str) -> Request<Body> {
    Request::post("/chat/completions?a=b")
        .header("openai-project", "theirs")
        .body(Body::wrap(String::from(body)))
        .unwrap()
}

#[tokio::test]
async fn missing_headers_are_added_and_the_response_is_unchanged() {
    let large = "x".repeat(100_000);
    let headers = "content-encoding: gzip\r\nretry-after: 9\r\n";
    let server = Scripted::start(vec![Reply::Body(503, headers, large.clone())]).await;
    let service = server
        .builder()
        .compartment("ocid1.c")
        .build_passthrough()
        .unwrap();
    assert!(service.endpoint().as_str().ends_with("/openai/v1"));
    let response = service.oneshot(request("{}")).await.unwrap();
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["content-encoding"], "gzip");
    assert_eq!(response.headers()["retry-after"], "9");
    let body = http_body_util::BodyExt::collect(response.into_body())
        .await
        .unwrap();
    assert_eq!(body.to_bytes(), large);
    let received = server.received();
    assert_eq!(received.len(), 1, "an error is not retried");
    assert_eq!(
        received[0].line(),
        "POST /openai/v1/chat/completions?a=b HTTP/1.1"
    );
    assert_eq!(received[0].header("authorization"), Some("Bearer sk-test"));
    assert_eq!(received[0].header("openai-project"), Some("theirs"));
    assert_eq!(received[0].header("opc-compartment-id"), Some("ocid1.c"));
    assert_eq!(received[0].header("accept-encoding"), None);
}

#[tokio::test]
async fn it_is_retried_if_its_extensions_require_it() {
    let large = "y".repeat(100_000);
    let server = Scripted::start(vec![
        Reply::Body(429, "retry-after: 0\r\n", "{}".into()),
        Reply::Body(429, "retry-after: 0\r\n", large.clone()),
    ])
    .await;
    let service = server.builder().build_passthrough().unwrap();
    let mut again = request("").map(|_| Body::from("{}"));
    let config = RetryConfig::new().max_attempts(2);
    again.extensions_mut().insert(RetryOverride(config));
    let response = service.oneshot(again).await.unwrap();
    assert_eq!(response.status(), 429);
    let body = http_body_util::BodyExt::collect(response.into_body())
        .await
        .unwrap();
    assert_eq!(
        body.to_bytes(),
        large,
        "what was read for the decision is put back"
    );
    assert_eq!(server.received().len(), 2);
}

#[test]
fn only_an_api_key_leaves_bodies_unbuffered() {
    let builder = || Client::builder().base_url("http://127.0.0.1:1/v1");
    let provider = || StaticCredentialsProvider::new(ApiKey::new("sk-x").unwrap());
    let signs =
        |client: oci_genai::ClientBuilder| client.build_passthrough().unwrap().signs_bodies();
    assert!(!signs(builder().api_key("sk-x")));
    assert!(!signs(builder().auth(provider())));
    assert!(signs(builder().auth_layer(AuthLayer::new(provider()))));
    assert!(
        builder()
            .build_passthrough()
            .unwrap_err()
            .to_string()
            .contains("credentials")
    );
}
