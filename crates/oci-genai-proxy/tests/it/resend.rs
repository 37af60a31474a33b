//! What is sent again, and what is not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use oci_genai::Client;
use oci_genai_auth::provider::BoxFuture;
use oci_genai_auth::{ApiKey, Credentials, ProvideCredentials};
use oci_genai_proxy::Outcome;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Plan, Upstream, post, proxy, raw, read_until, refusal};

const CLOSE: &str = "connection: close\r\n";

#[tokio::test]
async fn errors_go_to_the_caller_at_once_as_they_are() {
    let upstream = Upstream::start().await;
    let large = "x".repeat(100_000);
    for client in [upstream.with_key(), upstream.with_signer()] {
        let running = proxy(client, |_, _| {}).await;
        for status in [400, 401, 404, 408, 409, 429, 500, 502, 503, 504] {
            for body in [r#"{"error":{"code":"server_is_overloaded"}}"#, "", &large] {
                let before = upstream.received().len();
                let plan = Plan::text(status, body)
                    .header("retry-after", "1")
                    .header("opc-request-id", "id-1");
                upstream.plan(plan);
                let text = raw(running.address(), &post("/v1/responses", CLOSE, "{}")).await;
                assert!(text.starts_with(&format!("HTTP/1.1 {status}")), "{text}");
                assert!(text.contains("retry-after: 1") && text.contains("opc-request-id: id-1"));
                assert!(text.ends_with(&format!("\r\n\r\n{body}")));
                assert_eq!(
                    upstream.received().len(),
                    before + 1,
                    "{status} is sent once"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_request_that_may_have_happened_is_not_sent_again_and_says_so() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/openai/v1", listener.local_addr().unwrap());
    let running = proxy(Client::builder().base_url(url).api_key("sk-x"), |_, _| {}).await;
    let service = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        read_until(&mut socket, "{}").await;
        drop(socket);
        // Whether another attempt comes.
        listener.accept().await.unwrap();
    });
    let text = raw(running.address(), &post("/v1/responses", CLOSE, "{}")).await;
    let (status, error) = refusal(&text);
    assert_eq!(
        (status, error["code"].as_str()),
        (502, Some("upstream_failed")),
        "{text}"
    );
    assert!(
        text.contains("x-should-retry: false"),
        "clients must not repeat it: {text}"
    );
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("may have been executed")
    );
    assert!(!service.is_finished(), "it was sent twice");
}

#[tokio::test]
async fn a_request_that_never_left_is_sent_when_the_service_is_back() {
    // A port that nobody listens on, until later.
    let reserved = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = reserved.local_addr().unwrap();
    drop(reserved);
    let url = format!("http://{address}/openai/v1");
    let running = proxy(Client::builder().base_url(url).api_key("sk-x"), |_, _| {}).await;
    let text = raw(running.address(), &post("/v1/responses", CLOSE, "{}")).await;
    let (status, error) = refusal(&text);
    assert_eq!(
        (status, error["code"].as_str()),
        (502, Some("upstream_unreachable")),
        "{text}"
    );
    assert!(text.contains("x-should-retry: true"), "{text}");
    // The second attempt finds it, with the body whole though it is streamed.
    let mut socket = TcpStream::connect(running.address()).await.unwrap();
    socket
        .write_all(&post("/v1/responses", CLOSE, r#"{"a":1}"#))
        .await
        .unwrap();
    let listener = loop {
        match TcpListener::bind(address).await {
            Ok(listener) => break listener,
            Err(_) => tokio::task::yield_now().await,
        }
    };
    let (mut service, _) = listener.accept().await.unwrap();
    read_until(&mut service, r#"{"a":1}"#).await;
    service
        .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        .await
        .unwrap();
    read_until(&mut socket, "\r\n\r\nok").await;
}

/// Yields a new key each time it is asked to replace one.
#[derive(Debug)]
struct Renewed(Arc<AtomicUsize>);

impl ProvideCredentials for Renewed {
    fn provide_credentials(&self) -> BoxFuture<'_, oci_genai_auth::Result<Credentials>> {
        let number = self.0.load(Ordering::SeqCst);
        Box::pin(async move { Ok(ApiKey::new(format!("sk-{number}"))?.into()) })
    }

    fn replace_credentials<'a>(
        &'a self,
        _: &'a Credentials,
    ) -> BoxFuture<'a, oci_genai_auth::Result<Option<Credentials>>> {
        let number = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        Box::pin(async move { Ok(Some(ApiKey::new(format!("sk-{number}"))?.into())) })
    }
}

#[tokio::test]
async fn a_401_is_answered_with_renewed_credentials_once() {
    let upstream = Upstream::start().await;
    let client = Client::builder()
        .base_url(upstream.url())
        .auth(Renewed(Arc::default()));
    let running = proxy(client, |_, _| {}).await;
    upstream.plan(Plan::text(401, "expired"));
    let text = raw(
        running.address(),
        &post("/v1/responses", CLOSE, r#"{"a":1}"#),
    )
    .await;
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    let sent = upstream.received();
    let keys: Vec<_> = sent
        .iter()
        .map(|one| one.headers["authorization"].clone())
        .collect();
    assert_eq!(keys, ["Bearer sk-0", "Bearer sk-1"]);
    assert!(sent.iter().all(|one| one.body == r#"{"a":1}"#));
    // A second 401 is the answer.
    upstream.plan(Plan::text(401, "no"));
    upstream.plan(Plan::text(401, "still no"));
    let text = raw(running.address(), &post("/v1/responses", CLOSE, "{}")).await;
    assert!(text.starts_with("HTTP/1.1 401"), "{text}");
    assert!(upstream.received().len() <= 4);
}

/// Cannot be had.
#[derive(Debug)]
struct Broken(fn() -> oci_genai_auth::Error);

impl ProvideCredentials for Broken {
    fn provide_credentials(&self) -> BoxFuture<'_, oci_genai_auth::Result<Credentials>> {
        Box::pin(async move { Err((self.0)()) })
    }
}

#[tokio::test]
async fn credentials_that_cannot_be_had_are_said_to_be_the_cause() {
    use oci_genai_auth::{Error, ErrorKind};
    let upstream = Upstream::start().await;
    for (make, status, code) in [
        (
            (|| Error::new(ErrorKind::Token, "the session is over; log in again")) as fn() -> Error,
            401,
            "no_credentials",
        ),
        (
            || Error::new(ErrorKind::Unavailable, "no answer; log in again"),
            503,
            "credentials_unavailable",
        ),
    ] {
        let client = Client::builder()
            .base_url(upstream.url())
            .auth(Broken(make));
        let mut running = proxy(client, |_, _| {}).await;
        let text = raw(running.address(), &post("/v1/responses", CLOSE, "{}")).await;
        let (got, error) = refusal(&text);
        assert_eq!(
            (got, error["code"].as_str()),
            (status, Some(code)),
            "{text}"
        );
        assert!(
            error["message"].as_str().unwrap().contains("log in again"),
            "{text}"
        );
        let record = running.ended(Outcome::ByProxy).await;
        assert!(record.reason.unwrap().contains("log in again"));
    }
    assert!(upstream.received().is_empty());
}

#[tokio::test]
async fn retries_are_for_requests_that_name_no_conversation() {
    let upstream = Upstream::start().await;
    let running = proxy(upstream.with_key(), |config, _| config.retries = 2).await;
    let large = format!("{{\"x\":\"{}\"}}", "x".repeat(100_000));
    for (path, body, times) in [
        ("/v1/responses", r#"{"model":"m"}"#, 3),
        ("/v1/responses", r#"{"conversation":null}"#, 3),
        ("/v1/responses", r#"{"conversation":"conv_1"}"#, 1),
        ("/v1/responses", r#"{"conversation":{"id":"conv_1"}}"#, 1),
        ("/v1/chat/completions", "{}", 3),
        ("/v1/conversations", "{}", 1),
        ("/v1/conversations/c/items", "{}", 1),
    ] {
        let before = upstream.received().len();
        for _ in 0..times {
            upstream.plan(Plan::text(500, &large).header("retry-after", "0"));
        }
        let text = raw(running.address(), &post(path, CLOSE, body)).await;
        assert!(text.starts_with("HTTP/1.1 500"), "{text}");
        assert!(text.ends_with(&large), "the last response is whole");
        let sent = upstream.received().split_off(before);
        assert_eq!(sent.len(), times, "{path} {body}");
        assert!(
            sent.iter()
                .all(|one| one.body == body && !one.headers.contains_key("opc-retry-token"))
        );
    }
    // What the service refused may be sent again, and what succeeds ends it.
    upstream.plan(Plan::text(429, "{}").header("retry-after", "0"));
    upstream.plan(Plan::text(200, "done"));
    let text = raw(running.address(), &post("/v1/responses", CLOSE, "{}")).await;
    assert!(text.ends_with("done"), "{text}");
}
