//! What is read of models and tokens while bodies pass.

use bytes::Bytes;
use http_body_util::BodyExt as _;
use oci_genai_proxy::{Operation, Outcome, RequestRecord, TokenUsage};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::support::{Plan, Running, Upstream, post, proxy, raw, read_until};

const CLOSE: &str = "connection: close\r\n";
const RESPONSE: &str = r#"{"id":"resp_1","object":"response","status":"completed","model":"openai.gpt-oss-120b","output":[{"usage":{"input_tokens":99}}],"usage":{"input_tokens":11,"input_tokens_details":{"cached_tokens":4},"output_tokens":7,"output_tokens_details":{"reasoning_tokens":2},"total_tokens":18}}"#;

async fn reading(upstream: &Upstream) -> Running {
    proxy(upstream.with_key(), |config, _| config.read_usage = true).await
}

fn json(text: &str) -> Plan {
    Plan::text(200, text).header("content-type", "application/json")
}

/// Posts, and returns what the caller got and what was recorded.
async fn exchange(running: &mut Running, path: &str, body: &str) -> (String, RequestRecord) {
    let text = raw(running.address(), &post(path, CLOSE, body)).await;
    (text, running.record().await)
}

fn counts(record: &RequestRecord) -> (Option<u64>, Option<u64>) {
    let usage = record.usage.unwrap_or_default();
    (usage.input_tokens, usage.output_tokens)
}

#[tokio::test]
async fn a_response_is_recorded_with_its_model_and_tokens() {
    let upstream = Upstream::start().await;
    for client in [upstream.with_key(), upstream.with_signer()] {
        let mut running = proxy(client, |config, _| {
            config.read_usage = true;
            config.models_map.insert("gpt-4o", "openai.gpt-oss-120b");
        })
        .await;
        upstream.plan(json(RESPONSE));
        let body = r#"{"model":"gpt-4o","input":"x"}"#;
        let (text, record) = exchange(&mut running, "/v1/responses", body).await;
        assert!(text.ends_with(RESPONSE), "{text}");
        let usage = record.usage.unwrap();
        let mut expected = TokenUsage::default();
        expected.input_tokens = Some(11);
        expected.cached_tokens = Some(4);
        expected.output_tokens = Some(7);
        expected.reasoning_tokens = Some(2);
        assert_eq!(usage, expected);
        assert_eq!(record.model.as_deref(), Some("openai.gpt-oss-120b"));
        assert_eq!(record.response_id.as_deref(), Some("resp_1"));
        assert_eq!(record.response_status.as_deref(), Some("completed"));
        assert_eq!(record.operation, Some(Operation::Chat));
    }
}

#[tokio::test]
async fn the_model_of_a_request_that_is_not_kept_in_memory_is_read_too() {
    let upstream = Upstream::start().await;
    let mut running = reading(&upstream).await;
    upstream.plan(Plan::text(429, r#"{"error":{"message":"slow down"}}"#));
    let body = r#"{"input":"model","model":"m"}"#;
    let (_, record) = exchange(&mut running, "/v1/responses", body).await;
    assert_eq!(record.status.unwrap(), 429);
    assert_eq!(record.model.as_deref(), Some("m"));
    assert_eq!(record.usage, None);
    upstream.plan(json(RESPONSE));
    let (_, record) = exchange(&mut running, "/v1/responses", "{}").await;
    assert_eq!(record.model.as_deref(), Some("openai.gpt-oss-120b"));
    assert_eq!(counts(&record), (Some(11), Some(7)));
}

#[tokio::test]
async fn chat_completions_embeddings_and_stored_responses_are_read() {
    let upstream = Upstream::start().await;
    let mut running = reading(&upstream).await;
    upstream.plan(json(
        r#"{"id":"c","model":"m","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":5}}"#,
    ));
    let (_, record) = exchange(&mut running, "/v1/chat/completions", "{}").await;
    assert_eq!(counts(&record), (Some(3), Some(5)));
    assert_eq!(record.operation, Some(Operation::Chat));
    upstream.plan(json(
        r#"{"model":"e","data":[],"usage":{"prompt_tokens":8,"total_tokens":8}}"#,
    ));
    let (_, record) = exchange(&mut running, "/v1/embeddings", "{}").await;
    assert_eq!(counts(&record), (Some(8), None));
    assert_eq!(record.operation, Some(Operation::Embeddings));
    upstream.plan(json(RESPONSE));
    let get = b"GET /v1/responses/resp_1 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    raw(running.address(), get).await;
    let record = running.record().await;
    assert_eq!(record.operation, Some(Operation::RetrieveResponse));
    assert!(!record.operation.unwrap().calls_model());
    assert_eq!(counts(&record), (Some(11), Some(7)));
}

#[tokio::test]
async fn each_piece_of_a_stream_is_handed_on_before_the_next_one_comes() {
    let upstream = Upstream::start().await;
    let mut running = reading(&upstream).await;
    let (sender, plan) = Plan::channel();
    upstream.plan(plan.header("content-type", "text/event-stream"));
    let mut socket = TcpStream::connect(running.address()).await.unwrap();
    let request = post("/v1/responses", CLOSE, r#"{"stream":true}"#);
    socket.write_all(&request).await.unwrap();
    let event = format!("event: response.completed\ndata: {{\"response\":{RESPONSE}}}\n\n");
    let pieces: Vec<&str> = vec![
        "event: response.created\nda",
        "ta: {\"response\":{\"id\":\"resp_1\",\"usage\":null}}\n",
        "\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"usage one",
        " two\"}\n\n",
        &event[..100],
        &event[100..],
    ];
    for piece in &pieces {
        sender
            .send(Ok(Bytes::copy_from_slice(piece.as_bytes())))
            .await
            .unwrap();
        // It arrives while the service has sent no more than that.
        read_until(&mut socket, piece).await;
    }
    drop(sender);
    let record = running.ended(Outcome::Complete).await;
    assert_eq!(counts(&record), (Some(11), Some(7)));
    assert_eq!(record.response_status.as_deref(), Some("completed"));
    let sent: usize = pieces.iter().map(|piece| piece.len()).sum();
    assert_eq!(record.response_bytes, sent as u64);
}

#[tokio::test]
async fn tokens_are_unknown_where_the_encoding_is_not_read() {
    let upstream = Upstream::start().await;
    let mut running = reading(&upstream).await;
    for header in [
        ("content-encoding", "gzip"),
        ("content-encoding", "br"),
        ("content-type", "application/octet-stream"),
    ] {
        // Readable, so that only the header decides.
        let mut plan = Plan::text(200, RESPONSE);
        if header.0 == "content-encoding" {
            plan = plan.header("content-type", "application/json");
        }
        upstream.plan(plan.header(header.0, header.1));
        let (text, record) = exchange(&mut running, "/v1/responses", r#"{"model":"m"}"#).await;
        assert!(text.ends_with(RESPONSE), "{text}");
        assert_eq!(record.usage, None, "{header:?}");
        assert_eq!(record.response_id, None);
        assert_eq!(record.model.as_deref(), Some("m"), "of the request");
    }
}

#[tokio::test]
async fn what_came_of_a_broken_or_canceled_stream_is_recorded() {
    let upstream = Upstream::start().await;
    let mut running = reading(&upstream).await;
    let event = "data: {\"response\":{\"id\":\"resp_9\",\"model\":\"m\"}}\n\n";
    let (sender, plan) = Plan::channel();
    upstream.plan(plan.header("content-type", "text/event-stream"));
    let mut socket = TcpStream::connect(running.address()).await.unwrap();
    let request = post("/v1/responses", CLOSE, "{}");
    socket.write_all(&request).await.unwrap();
    sender.send(Ok(Bytes::from(event))).await.unwrap();
    read_until(&mut socket, "resp_9").await;
    drop(socket);
    let record = running.ended(Outcome::Canceled).await;
    assert_eq!(record.response_id.as_deref(), Some("resp_9"));
    assert_eq!((record.model.as_deref(), record.usage), (Some("m"), None));
    let _ = sender;
}

#[tokio::test]
async fn nothing_is_read_unless_it_is_asked_for() {
    let upstream = Upstream::start().await;
    let mut running = proxy(upstream.with_signer(), |_, _| {}).await;
    upstream.plan(json(RESPONSE));
    let (_, record) = exchange(&mut running, "/v1/responses", r#"{"model":"m"}"#).await;
    assert_eq!((record.model, record.usage), (None, None));
    assert_eq!(record.operation, Some(Operation::Chat));
}

#[tokio::test]
async fn what_the_proxy_refuses_is_no_operation() {
    let upstream = Upstream::start().await;
    let mut running = reading(&upstream).await;
    let (_, record) = exchange(&mut running, "/elsewhere", r#"{"model":"m"}"#).await;
    assert_eq!(record.outcome, Outcome::ByProxy);
    assert_eq!((record.operation, record.model), (None, None));
}

/// A body that a server of others collects whole is read as well.
#[tokio::test]
async fn it_is_recorded_when_the_body_ends() {
    let upstream = Upstream::start().await;
    let (sender, mut records) = tokio::sync::mpsc::unbounded_channel();
    let mut config = oci_genai_proxy::ProxyConfig::default();
    config.read_usage = true;
    config.observe(move |record| sender.send(record.clone()).unwrap());
    let service = upstream.with_key().build_passthrough().unwrap();
    let proxy = oci_genai_proxy::Proxy::new(service, config).unwrap();
    upstream.plan(json(RESPONSE));
    let request = http::Request::post("/v1/responses")
        .header("host", "localhost")
        .body(http_body_util::Full::new(Bytes::from_static(b"{}")))
        .unwrap();
    let response = proxy.handle(request).await;
    assert!(records.try_recv().is_err(), "it has not ended");
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, RESPONSE);
    assert_eq!(counts(&records.recv().await.unwrap()), (Some(11), Some(7)));
}
