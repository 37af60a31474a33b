//! A small HTTP client that knows nothing of this workspace's own client, and what the emulators of all tests log.

use std::sync::{Arc, LazyLock, Mutex};

use oci_genai_emulator::{DEFAULT_API_KEY, DEFAULT_PROJECT, Emulator};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

/// What the emulators of all tests log, as lines.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// What emulators have said so far. Their clients, and those of the tests, log as well.
    pub(crate) fn text(&self) -> String {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let lines = text.lines();
        let said = lines.filter(|line| line.contains(" oci_genai_emulator"));
        said.collect::<Vec<_>>().join("\n")
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Begins to gather what is logged. For all tests of this program: a subscriber for one thread would miss what
/// another thread asked about first.
pub(crate) fn log() -> Log {
    static LOG: LazyLock<Log> = LazyLock::new(|| {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::set_global_default(subscriber).unwrap();
        log
    });
    LOG.clone()
}

/// An emulator and a client with its key and project.
pub(crate) struct Desk {
    pub(crate) emulator: Emulator,
    http: reqwest::Client,
}

/// One event of a stream.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) data: Value,
}

impl Desk {
    pub(crate) async fn new() -> Self {
        Self::over(Emulator::start().await.unwrap())
    }

    pub(crate) fn over(emulator: Emulator) -> Self {
        Self {
            emulator,
            http: reqwest::Client::new(),
        }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.emulator.base_url()))
            .bearer_auth(DEFAULT_API_KEY)
            .header("openai-project", DEFAULT_PROJECT)
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        answer(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> (u16, Value) {
        answer(self.request(Method::DELETE, path).send().await.unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        answer(
            self.request(Method::POST, path)
                .json(&body)
                .send()
                .await
                .unwrap(),
        )
        .await
    }

    /// Posts and expects success.
    pub(crate) async fn ok(&self, path: &str, body: Value) -> Value {
        let (status, value) = self.post(path, body).await;
        assert_eq!(status, 200, "{value}");
        value
    }

    pub(crate) async fn conversation(&self) -> String {
        let created = self.ok("/conversations", json!({})).await;
        created["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn stream(&self, body: Value) -> Vec<Event> {
        let response = self
            .request(Method::POST, "/responses")
            .json(&body)
            .send()
            .await
            .unwrap();
        events_of(response).await
    }
}

pub(crate) async fn answer(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    assert!(response.headers().contains_key("opc-request-id"));
    assert!(response.headers().contains_key("x-request-id"));
    let text = response.text().await.unwrap();
    (
        status,
        serde_json::from_str(&text).unwrap_or(Value::String(text)),
    )
}

pub(crate) async fn events_of(response: Response) -> Vec<Event> {
    assert!(response.headers().contains_key("opc-request-id"));
    assert!(response.headers().contains_key("x-request-id"));
    assert_eq!(response.status(), 200);
    let kind = response.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(kind.starts_with("text/event-stream"), "{kind}");
    parse_events(&response.text().await.unwrap())
}

pub(crate) fn parse_events(text: &str) -> Vec<Event> {
    text.split_terminator("\n\n")
        .map(|frame| {
            let (name, data) = frame.split_once('\n').unwrap();
            let name = name.strip_prefix("event: ").unwrap().to_owned();
            let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
            assert_eq!(data["type"], name.as_str());
            Event { name, data }
        })
        .collect()
}

/// The text of a response.
pub(crate) fn text(response: &Value) -> String {
    response["output"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["type"] == "message")
        .map(|item| item["content"][0]["text"].as_str().unwrap())
        .collect()
}

pub(crate) fn ids(list: &Value) -> Vec<String> {
    let data = list["data"].as_array().unwrap();
    data.iter()
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}
