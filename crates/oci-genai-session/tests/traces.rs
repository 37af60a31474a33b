//! What turns leave in traces. A program of its own, because it listens to everything in its process.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Write;
use std::sync::{Arc, Mutex};

use oci_genai::Client;
use oci_genai_emulator::{Effect, Emulator, Fault};
use oci_genai_session::clock::{ManualTimeSource, Timestamp};
use oci_genai_session::store::{InMemoryStore, SqliteStore};
use oci_genai_session::tool::{Tools, tool};
use oci_genai_session::{SessionOptions, Sessions};
use serde_json::Value;
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

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
async fn every_step_leaves_a_trace_and_none_tells_what_was_said() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let emulator = Emulator::start().await.unwrap();
    let client = Client::builder()
        .base_url(emulator.base_url())
        .api_key("sk-emulator")
        .project("ocid1.generativeaiproject.oc1.us-chicago-1.emulator")
        .model("m")
        .max_stream_reconnects(0)
        .build()
        .unwrap();
    let tools = Tools::new().with(tool("add", "Adds", |_: Value| async {
        Ok::<_, String>("whispered output")
    }));
    let sessions = Sessions::builder(client, InMemoryStore::new())
        .clock(ManualTimeSource::new(Timestamp::from_millis(1)))
        .tools(tools)
        .build();
    let session = sessions.create(SessionOptions::new()).await.unwrap();
    let turn = session.turn(r#"call:add {"a":"whispered argument"}"#);
    turn.turn_id("first").stream().finish().await.unwrap();
    let reset = Fault::new(Effect::Reset { after: true }).route("POST /responses");
    emulator.faults().add(reset.times(1)).unwrap();
    session.send("whispered question").await.unwrap();

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let ours: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("oci_genai_session"))
        .collect();
    let mut rest = ours.iter();
    for step in [
        r#"turn started session=SES turn=1 turn_id="first""#,
        "tool started session=SES place=0/0 call_id=",
        "tool finished session=SES place=0/0 call_id=",
        "delta session=SES bytes=",
        "turn committed session=SES turn=1",
        "turn started session=SES turn=2",
        "recovered session=SES turn=2 decision=Adopted",
        "turn committed session=SES turn=2",
    ] {
        let step = step.replace("SES", session.id().as_str());
        assert!(rest.any(|line| line.contains(&step)), "{step}: {ours:#?}");
    }
    assert!(!text.contains("whispered"), "{text}");

    // A store that others on the machine can read is named once, with the command that closes it.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sessions.db");
        SqliteStore::open(&path).await.unwrap().close().await;
        let open_to_all = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(&path, open_to_all).unwrap();
        for _ in 0..2 {
            SqliteStore::open(&path).await.unwrap().close().await;
        }
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        let command = format!("chmod 600 {}", path.display());
        assert_eq!(text.matches(&command).count(), 1, "{text}");
    }
}
