//! The layer around a service.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use oci_genai_auth::{
    ApiKey, AuthLayer, BodyDigest, BoxError, Error, KeyId, ManualTimeSource, PrivateKey,
    ReceivedRequest, RequestSigner, StaticCredentialsProvider, Verifier,
};
use tower::{Layer as _, ServiceExt as _, service_fn};

use crate::support::{TENANCY, USER, fingerprint, key_pem, noon};

type Body = Full<Bytes>;

async fn send(layer: &AuthLayer, request: Request<Body>) -> Result<Request<Body>, BoxError> {
    let echo =
        service_fn(
            |request: Request<Body>| async move { Ok::<_, BoxError>(Response::new(request)) },
        );
    layer
        .layer(echo)
        .oneshot(request)
        .await
        .map(Response::into_body)
}

fn signer() -> RequestSigner {
    let key = PrivateKey::from_pem(&key_pem(), None).unwrap();
    RequestSigner::new(KeyId::api_key(TENANCY, USER, &fingerprint()), key)
}

#[tokio::test]
async fn the_signature_covers_what_is_sent() {
    use http_body_util::BodyExt as _;
    let layer = AuthLayer::new(StaticCredentialsProvider::new(signer()))
        .with_time_source(ManualTimeSource::new(noon()));
    let request = Request::post("https://example.com:443/a/../b?q='x'&include[]=y")
        .header("content-type", "application/json; charset=utf-8")
        .header("transfer-encoding", "chunked")
        .header("x-content-sha256", "stale")
        .header("date", "stale")
        .body(Body::from("{}"))
        .unwrap();
    let (parts, body) = send(&layer, request).await.unwrap().into_parts();
    assert_eq!(
        parts.uri.to_string(),
        "https://example.com/b?q=%27x%27&include[]=y"
    );
    assert_eq!(parts.headers["content-type"], "application/json");
    assert_eq!(parts.headers["host"], "example.com");
    let body = body.collect().await.unwrap().to_bytes();
    let received = ReceivedRequest {
        method: &parts.method,
        target: parts.uri.path_and_query().unwrap().as_str(),
        headers: &parts.headers,
        authority: None,
        body: &BodyDigest::of(&body),
    };
    let key = signer().public_key().clone();
    Verifier::new()
        .verify(&received, noon(), |_| Some(key))
        .unwrap();
}

#[tokio::test]
async fn credentials_are_sent_only_to_tls_or_loopback() {
    let layer = AuthLayer::new(StaticCredentialsProvider::new(
        ApiKey::new("sk-secret").unwrap(),
    ));
    for uri in [
        "https://example.com/",
        "http://127.0.0.1:8080/",
        "http://127.9.9.9/",
        "http://[::1]:8080/",
        "http://localhost:1/",
    ] {
        let sent = send(&layer, Request::get(uri).body(Body::default()).unwrap())
            .await
            .unwrap();
        assert_eq!(sent.headers()["authorization"], "Bearer sk-secret");
        assert!(sent.headers()["authorization"].is_sensitive());
    }
    for uri in [
        "http://example.com/",
        "http://128.0.0.1/",
        "http://127.0.0.1.example.com/",
        "http://localhost.example.com/",
        "/relative",
    ] {
        let error = send(&layer, Request::get(uri).body(Body::default()).unwrap())
            .await
            .unwrap_err();
        let error = error.downcast::<Error>().unwrap();
        assert!(error.is_insecure(), "{uri}: {error}");
    }
}

#[tokio::test]
async fn a_body_too_large_to_be_hashed_is_rejected() {
    let layer = AuthLayer::new(StaticCredentialsProvider::new(signer())).with_max_body(3);
    let request = Request::post("https://example.com/")
        .body(Body::from("1234"))
        .unwrap();
    let error = send(&layer, request)
        .await
        .unwrap_err()
        .downcast::<Error>()
        .unwrap();
    assert!(
        error.is_request() && error.to_string().contains("3 bytes"),
        "{error}"
    );
}

#[tokio::test]
async fn a_fixed_key_leaves_the_body_unchanged() {
    let layer = AuthLayer::new(StaticCredentialsProvider::new(ApiKey::new("sk-x").unwrap()))
        .with_max_body(3);
    let request = Request::post("https://example.com/")
        .header("authorization", "Bearer stale")
        .header("x-content-sha256", "stale")
        .body(Body::from("1234"))
        .unwrap();
    let sent = send(&layer, request).await.unwrap();
    assert_eq!(sent.headers()["authorization"], "Bearer sk-x");
    assert!(sent.headers()["authorization"].is_sensitive());
    assert!(!sent.headers().contains_key("x-content-sha256"));
    assert_eq!(
        http_body_util::BodyExt::collect(sent.into_body())
            .await
            .unwrap()
            .to_bytes(),
        "1234"
    );
}
