//! An HTTP/2 server that refuses streams.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use oci_genai::{Client, ErrorKind, RetryConfig, RetrySafety};
use tokio::net::TcpListener;

const RESPONSE: &str = r#"{"id":"resp_1","object":"response","created_at":1,"model":"m","status":"completed","output":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Hello","annotations":[]}]}]}"#;

/// Refuses the first streams with `reason` on any connection, and responds to all others.
async fn server(refused: u32, reason: h2::Reason) -> (String, Arc<AtomicU32>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/openai/v1", listener.local_addr().unwrap());
    let seen = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let count = Arc::clone(&count);
            tokio::spawn(async move {
                let mut connection = h2::server::handshake(socket).await.unwrap();
                while let Some(Ok((_, mut respond))) = connection.accept().await {
                    if count.fetch_add(1, Ordering::Relaxed) < refused {
                        respond.send_reset(reason);
                        continue;
                    }
                    let head = http::Response::builder()
                        .header("content-type", "application/json")
                        .body(())
                        .unwrap();
                    let mut body = respond.send_response(head, false).unwrap();
                    body.send_data(Bytes::from_static(RESPONSE.as_bytes()), true)
                        .unwrap();
                }
            });
        }
    });
    (url, seen)
}

fn client(url: &str) -> Client {
    let reqwest = reqwest::Client::builder()
        .http2_prior_knowledge()
        .retry(reqwest::retry::never().max_retries_per_request(0))
        .build()
        .unwrap();
    Client::builder()
        .base_url(url)
        .project("ocid1.project")
        .api_key("sk-test")
        .model("m")
        .retry(RetryConfig::new().jitter(|| 0.0))
        .reqwest(reqwest)
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_refused_stream_is_retried_even_in_a_conversation() {
    let (url, seen) = server(2, h2::Reason::REFUSED_STREAM).await;
    let call = client(&url).responses().create("Hi");
    let response = call.conversation("conv_1").await.unwrap();
    assert_eq!(response.output_text(), "Hello");
    assert_eq!(seen.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn a_stream_that_stays_refused_is_reported_as_rejected() {
    let (url, seen) = server(u32::MAX, h2::Reason::REFUSED_STREAM).await;
    let error = client(&url).responses().create("Hi").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!(error.retry_safety(), RetrySafety::Rejected);
    assert_eq!(error.attempts(), 4);
    assert_eq!(seen.load(Ordering::Relaxed), 4);
}

#[tokio::test]
async fn a_stream_that_fails_for_another_reason_has_an_unknown_outcome() {
    let (url, seen) = server(u32::MAX, h2::Reason::INTERNAL_ERROR).await;
    let error = client(&url).responses().create("Hi").await.unwrap_err();
    assert_eq!(error.retry_safety(), RetrySafety::Unknown);
    assert_eq!(seen.load(Ordering::Relaxed), 1);
}
