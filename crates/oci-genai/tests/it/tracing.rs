//! What calls leave in traces.

use std::io::Write;
use std::sync::{Arc, Mutex};

use tracing::instrument::WithSubscriber;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::emulator::start;
use crate::scripted::{Reply, Scripted};

#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    pub(crate) fn subscriber(&self) -> impl tracing::Subscriber + Send + Sync + use<> {
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
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

#[tokio::test]
async fn spans_carry_the_standard_names_and_no_content() {
    let (_emulator, client) = start().await;
    listen_everywhere();
    let log = Log::default();
    async {
        let conversation = client.conversations().create().await.unwrap();
        let create = || {
            client
                .responses()
                .create("my secret question")
                .conversation(&conversation)
        };
        create().await.unwrap();
        create()
            .stream()
            .await
            .unwrap()
            .final_response()
            .await
            .unwrap();
    }
    .with_subscriber(log.subscriber())
    .await;
    let text = log.text();
    for name in [
        "gen_ai.operation.name=\"chat\"",
        "gen_ai.provider.name=\"oci.generative_ai\"",
        "gen_ai.request.model=\"emulated\"",
        "gen_ai.conversation.id=\"conv_",
        "gen_ai.response.id=\"resp_",
        "gen_ai.usage.input_tokens=",
        "gen_ai.usage.output_tokens=",
        "gen_ai.response.time_to_first_event_ms=",
        "http.response.status_code=200",
        "oci.request_id=",
        "oci.attempts=1",
        "server.address=\"127.0.0.1\"",
    ] {
        assert!(text.contains(name), "{name} is missing in {text}");
    }
    for secret in ["my secret question", "sk-emulator", "Bearer"] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}

#[tokio::test]
async fn bodies_are_written_when_asked_for_but_never_credentials() {
    let emulator = oci_genai_emulator::Emulator::start().await.unwrap();
    let client = crate::emulator::builder(&emulator)
        .log_bodies(60)
        .build()
        .unwrap();
    listen_everywhere();
    let log = Log::default();
    async {
        let question = format!("what was said {}", "x".repeat(100));
        let stream = client.responses().create(question).stream().await.unwrap();
        stream.final_response().await.unwrap();
    }
    .with_subscriber(log.subscriber())
    .await;
    let text = log.text();
    for part in [
        "oci_genai::bodies: of=\"request\"",
        "what was said",
        "cut=true",
        "of=\"response\"",
        "event: response.created",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    for absent in ["sk-emulator", "Bearer", &"x".repeat(60)] {
        assert!(!text.contains(absent), "{absent} is in {text}");
    }
}

#[tokio::test]
async fn failures_and_retries_are_recorded() {
    let replies =
        [429, 400].map(|status| Reply::Body(status, "opc-request-id: BAD\r\n", "no".into()));
    let server = Scripted::start(replies.into()).await;
    listen_everywhere();
    let log = Log::default();
    async {
        server.client().responses().create("Hi").await.unwrap_err();
    }
    .with_subscriber(log.subscriber())
    .await;
    let text = log.text();
    for name in [
        "oci.attempts=2",
        "error.type=\"400\"",
        "oci.request_id=\"BAD\"",
        "ERROR",
        "429",
    ] {
        assert!(text.contains(name), "{name} is missing in {text}");
    }
}

#[tokio::test]
async fn what_came_in_another_form_is_counted() {
    let odd =
        r#"{"object":"response","status":"completed","created_at":"late","output":["Hello"]}"#;
    let closing = r#"data: {"type":"response.output_item.done","output_index":0,"item":{"type":"message","id":"m","role":"assistant","content":[{"type":"output_text","text":"Hello","annotations":[]}]}}

data: {broken

data: [DONE]

"#;
    let headers = "content-type: text/event-stream\r\n";
    let server = Scripted::start(vec![
        Reply::Body(200, "", odd.into()),
        Reply::Body(200, headers, closing.into()),
    ])
    .await;
    listen_everywhere();
    let log = Log::default();
    async {
        let client = server.client();
        client.responses().create("Hi").await.unwrap();
        let stream = client.responses().create("Hi").stream().await.unwrap();
        stream.final_response().await.unwrap();
    }
    .with_subscriber(log.subscriber())
    .await;
    let text = log.text();
    for part in [
        "oci.response.defects=",
        "oci.stream.defects=2",
        "an event of the stream is not JSON",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    // What did not come is not recorded.
    assert!(!text.contains("gen_ai.response.id"), "{text}");
    assert!(!text.contains("gen_ai.usage"), "{text}");
}

/// Other tests of this process emit without a subscriber, and what nobody wants is switched off for
/// good; one that wants everything and keeps nothing prevents that.
pub(crate) fn listen_everywhere() {
    let everything = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(std::io::sink)
        .finish();
    // Another test may have done it.
    let _ = tracing::subscriber::set_global_default(everything);
}
