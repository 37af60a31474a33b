//! What a request leaves in traces, in a process of its own: where a subscriber listens, model and
//! tokens are read.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[allow(dead_code, reason = "shared with other tests")]
#[path = "../it/support.rs"]
mod support;

use std::io::Write;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Full};
use oci_genai_proxy::{Proxy, ProxyConfig};
use tracing::instrument::WithSubscriber as _;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::support::{Plan, Upstream};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// The line of the one span that has ended, without those of libraries.
    fn span(&self) -> String {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let ended: Vec<&str> = text
            .lines()
            .filter(|line| line.contains("gen_ai.client.call") && line.contains("close"))
            .collect();
        assert_eq!(ended.len(), 1, "{text}");
        ended[0].to_owned()
    }

    fn subscriber(&self) -> impl tracing::Subscriber + Send + Sync + use<> {
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::INFO)
            .with_span_events(FmtSpan::CLOSE)
            .with_ansi(false)
            .with_writer(self.clone())
            .finish()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// The span of one request to a service that answers like this.
async fn span(plan: Plan, path: &str) -> String {
    // What is emitted on a thread without a subscriber may be switched off for good; one that wants
    // it and keeps nothing prevents that.
    let wanted = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::INFO)
        .with_writer(std::io::sink)
        .finish();
    // Another test may have done it.
    let _ = tracing::subscriber::set_global_default(wanted);
    let upstream = Upstream::start().await;
    upstream.plan(plan);
    let service = upstream.with_key().build_passthrough().unwrap();
    let proxy = Proxy::new(service, ProxyConfig::default()).unwrap();
    let body = r#"{"model":"m","input":"my secret question"}"#;
    let request = Request::post(path)
        .header("host", "localhost")
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from_static(body.as_bytes())))
        .unwrap();
    let log = Log::default();
    async {
        // A body that breaks off is part of a test.
        let _ = proxy.handle(request).await.into_body().collect().await;
    }
    .with_subscriber(log.subscriber())
    .await;
    let span = log.span();
    for secret in [
        "secret question",
        "sk-of-the-service",
        "Bearer",
        "the words",
    ] {
        assert!(!span.contains(secret), "{secret} is in {span}");
    }
    span
}

#[track_caller]
fn assert_has(span: &str, attributes: &[&str]) {
    for attribute in attributes {
        assert!(span.contains(attribute), "{attribute} is missing in {span}");
    }
}

#[tokio::test]
async fn a_call_of_a_model_has_the_names_of_the_conventions() {
    let event = "data: {\"response\":{\"id\":\"resp_1\",\"status\":\"completed\",\"model\":\"m-1\",\
        \"output\":[\"the words\"],\"usage\":{\"input_tokens\":11,\"output_tokens\":7}}}\n\n";
    let plan = Plan::text(200, event)
        .header("content-type", "text/event-stream")
        .header("opc-request-id", "fra-1:ABC")
        .header("x-genai-selected-region", "uk-london-1");
    let span = span(plan, "/v1/responses").await;
    assert_has(
        &span,
        &[
            "otel.name=\"chat m\"",
            "otel.kind=\"client\"",
            "gen_ai.operation.name=\"chat\"",
            "gen_ai.provider.name=\"oci.generative_ai\"",
            "gen_ai.request.model=\"m\"",
            "gen_ai.response.id=\"resp_1\"",
            "gen_ai.response.model=\"m-1\"",
            "gen_ai.response.time_to_first_chunk=",
            "gen_ai.usage.input_tokens=11",
            "gen_ai.usage.output_tokens=7",
            "server.address=\"127.0.0.1\"",
            "server.port=",
            "http.request.method=\"POST\"",
            "http.response.status_code=200",
            "oci.request_id=\"fra-1:ABC\"",
            "oci.selected_region=\"uk-london-1\"",
            "oci.response.status=\"completed\"",
            "oci.attempts=1",
        ],
    );
    assert!(!span.contains("error.type"), "{span}");
}

#[tokio::test]
async fn an_error_and_a_broken_response_are_named() {
    let refused = span(Plan::text(404, "{}"), "/v1/embeddings").await;
    assert_has(
        &refused,
        &[
            "gen_ai.operation.name=\"embeddings\"",
            "gen_ai.request.model=\"m\"",
            "http.response.status_code=404",
            "otel.status_code=\"ERROR\"",
            "error.type=\"404\"",
        ],
    );
    let (sender, plan) = Plan::channel();
    let breaks = tokio::spawn(async move {
        sender.send(Ok(Bytes::from_static(b"{"))).await.unwrap();
        let broken = std::io::Error::other("broken");
        sender.send(Err(broken)).await.unwrap();
    });
    let broken = span(plan, "/v1/responses").await;
    breaks.await.unwrap();
    assert_has(
        &broken,
        &[
            "http.response.status_code=200",
            "otel.status_code=\"ERROR\"",
            "error.type=\"stream_interrupted\"",
        ],
    );
}
