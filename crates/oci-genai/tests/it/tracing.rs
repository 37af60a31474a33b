//! Spans and events of calls.

use std::io::Write;
use std::sync::{Arc, Mutex};

use tracing::instrument::WithSubscriber;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::emulator::start;
use crate::scripted::{End, Reply, Scripted};

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
        "gen_ai.response.time_to_first_chunk=",
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
async fn bodies_are_logged_if_enabled_but_never_credentials() {
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

/// The model is a routing profile: a header names the region that was selected. A request id may
/// have a prefix and segments that are not hexadecimal.
#[tokio::test]
async fn the_region_selected_by_a_routing_profile_is_reported() {
    const ID: &str = "fra-1:ABC/not-hex_1";
    const PROFILE: &str = "ocid1.generativeairoutingprofile.oc1.eu-frankfurt-1.aaa";
    let head = "content-type: application/json\r\nx-genai-selected-region: uk-london-1\r\nopc-request-id: fra-1:ABC/not-hex_1\r\n";
    let event_stream = head.replace("application/json", "text/event-stream");
    let body = r#"{"object":"response","id":"resp_1","status":"completed","created_at":1,"model":"m","output":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Hi","annotations":[]}]}]}"#;
    let closing = format!("data: {{\"type\":\"response.completed\",\"response\":{body}}}\n\n");
    let server = Scripted::start(vec![
        Reply::Body(200, head, body.into()),
        Reply::Chunks(event_stream.leak(), vec![closing.into_bytes()], End::Clean),
        Reply::Body(200, "", body.into()),
    ])
    .await;
    listen_everywhere();
    let log = Log::default();
    let client = server.client();
    let create = || client.responses().create("Hi").model(PROFILE).store(false);
    async {
        let raw = create().send_raw().await.unwrap();
        assert_eq!(raw.selected_region(), Some("uk-london-1"));
        assert_eq!(raw.request_id().as_deref(), Some(ID));
        let stream = create().stream().await.unwrap();
        assert_eq!(stream.selected_region(), Some("uk-london-1"));
        assert_eq!(stream.request_id().as_deref(), Some(ID));
        stream.final_response().await.unwrap();
    }
    .with_subscriber(log.subscriber())
    .await;
    let (text, id) = (log.text(), format!("oci.request_id={ID:?}"));
    for part in ["oci.selected_region=\"uk-london-1\"", &id] {
        assert_eq!(text.matches(part).count(), 2, "{part} in {text}");
    }
    assert!(server.received()[0].body.contains(PROFILE));
    let raw = create().send_raw().await.unwrap();
    assert_eq!(raw.selected_region(), None);
}

/// Names of the OpenTelemetry conventions for generative AI, HTTP and errors. All other attributes
/// are in a namespace of this project.
#[tokio::test]
async fn span_attributes_have_the_names_of_the_conventions() {
    const STANDARD: [&str; 17] = [
        "otel.name",
        "otel.kind",
        "otel.status_code",
        "gen_ai.operation.name",
        "gen_ai.provider.name",
        "gen_ai.request.model",
        "gen_ai.conversation.id",
        "gen_ai.response.id",
        "gen_ai.response.model",
        "gen_ai.response.time_to_first_chunk",
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.output_tokens",
        "server.address",
        "server.port",
        "http.request.method",
        "http.response.status_code",
        "error.type",
    ];
    let span = oci_genai::middleware::call_span("chat", Some("m"), None);
    listen_everywhere();
    let _entered = span.enter();
    let metadata = span.metadata().unwrap();
    let names: Vec<&str> = metadata.fields().iter().map(|field| field.name()).collect();
    for name in STANDARD {
        assert!(names.contains(&name), "{name} is missing in {names:?}");
    }
    for name in names {
        let known = name.starts_with("oci.") || STANDARD.contains(&name);
        assert!(known, "{name} is in no convention");
    }
}

#[tokio::test]
async fn defects_are_counted() {
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
    // Missing values are not recorded.
    assert!(!text.contains("gen_ai.response.id"), "{text}");
    assert!(!text.contains("gen_ai.usage"), "{text}");
}

/// Other tests of this process emit without a subscriber, and `tracing` permanently disables call
/// sites that nobody listens to. A subscriber that enables everything and stores nothing prevents
/// that.
pub(crate) fn listen_everywhere() {
    let everything = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(std::io::sink)
        .finish();
    // Another test may have set it.
    let _ = tracing::subscriber::set_global_default(everything);
}
