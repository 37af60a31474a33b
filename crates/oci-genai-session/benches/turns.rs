//! Costs of sessions: CPU time per turn with SQLite, early and late in a long session; the cost of
//! opening one; the memory of many sessions at once. Linux only, because it reads `/proc`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use oci_genai_session::backend::{
    Backend, BackendError, BackendErrorKind, ModelResponse, ModelResponseStatus, ModelStream,
    SendOptions,
};
use oci_genai_session::{
    HistoryBudget, HistoryMode, Session, SessionOptions, Sessions, SqliteStore, TokenUsage,
};
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;

/// Responds at once, or on demand, so that only the session is measured.
#[derive(Clone, Debug)]
struct Instant {
    number: Arc<AtomicU64>,
    gate: Arc<Semaphore>,
}

#[async_trait]
impl Backend for Instant {
    async fn create_conversation(
        &self,
        _: &BTreeMap<String, String>,
    ) -> Result<String, BackendError> {
        Ok(format!(
            "conv_{}",
            self.number.fetch_add(1, Ordering::Relaxed)
        ))
    }

    async fn delete_conversation(&self, _: &str) -> Result<(), BackendError> {
        Ok(())
    }

    async fn items_after(&self, _: &str, _: Option<String>) -> Result<Vec<Value>, BackendError> {
        Ok(Vec::new())
    }

    async fn add_items(
        &self,
        _: &str,
        items: Vec<Value>,
        _: SendOptions,
    ) -> Result<Vec<Value>, BackendError> {
        Ok(items)
    }

    async fn delete_item(&self, _: &str, _: &str, _: SendOptions) -> Result<(), BackendError> {
        Ok(())
    }

    async fn respond(
        &self,
        _: Map<String, Value>,
        options: SendOptions,
    ) -> Result<ModelResponse, BackendError> {
        options.confirm().await?;
        let _passed = self.gate.acquire().await;
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let text = "a sentence of some words, as models write them, ".repeat(8);
        let item = json!({
            "id": format!("msg_{number}"), "type": "message", "role": "assistant", "status": "completed",
            "content": [{ "type": "output_text", "text": text, "annotations": [] }],
        });
        Ok(ModelResponse {
            response_id: Some(format!("resp_{number}")),
            status: ModelResponseStatus::Completed,
            items: vec![item],
            usage: TokenUsage {
                input: 100,
                output: 80,
            },
        })
    }

    async fn stream(
        &self,
        _: Map<String, Value>,
        _: SendOptions,
    ) -> Result<ModelStream, BackendError> {
        Err(BackendError::new(
            BackendErrorKind::Rejected,
            "this one does not stream",
        ))
    }

    async fn response(&self, _: &str) -> Result<Option<ModelResponse>, BackendError> {
        Ok(None)
    }
}

/// Returns the CPU time of this process so far, in milliseconds, all threads.
fn processor_ms() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let of_main: f64 = text
        .split(' ')
        .next()
        .and_then(|n| n.parse().ok())
        .unwrap_or(0.0);
    let tasks = std::fs::read_dir("/proc/self/task")
        .into_iter()
        .flatten()
        .flatten();
    let all: f64 = tasks
        .filter_map(|task| std::fs::read_to_string(task.path().join("schedstat")).ok())
        .filter_map(|text| text.split(' ').next()?.parse::<f64>().ok())
        .sum();
    all.max(of_main) / 1e6
}

fn resident_mib() -> f64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap();
    text.split(' ').nth(1).unwrap().parse::<f64>().unwrap() * 4096.0 / (1 << 20) as f64
}

async fn per_turn(session: &Session, turns: u32) -> f64 {
    let before = processor_ms();
    for _ in 0..turns {
        session
            .send("a question of about the length that people ask")
            .await
            .unwrap();
    }
    (processor_ms() - before) / f64::from(turns)
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let dir = tempfile::tempdir().unwrap();
    let service = Instant {
        number: Arc::default(),
        gate: Arc::new(Semaphore::new(1 << 20)),
    };
    let path = dir.path().join("s.db");
    let sessions = Sessions::with_backend(service.clone(), SqliteStore::open(&path).await.unwrap());
    let mut rows = Vec::new();
    for history_mode in [
        HistoryMode::Conversation,
        HistoryMode::PreviousResponse,
        HistoryMode::Client,
    ] {
        let mut options = SessionOptions::new()
            .name(history_mode.as_str())
            .history_mode(history_mode);
        if history_mode == HistoryMode::Client {
            options = options.budget(HistoryBudget::turns(10));
        }
        let session = sessions.create(options).await.unwrap();
        per_turn(&session, 10).await;
        let early = per_turn(&session, 500).await;
        per_turn(&session, 9_500).await;
        let late = per_turn(&session, 500).await;
        let work = format!("session turn over SQLite, {history_mode} memory");
        rows.push(row(&work, "after 10 turns", "CPU ms", early, None));
        let ratio = Some(late / early);
        rows.push(row(&work, "after 10,000 turns", "CPU ms", late, ratio));
    }
    let before = processor_ms();
    sessions.open("chain").await.unwrap();
    let opening = processor_ms() - before;
    let work = "opening a session of 10,000 turns";
    rows.push(row(work, "oci-genai-session", "CPU ms", opening, None));
    let idle = resident_mib();
    let many = Instant {
        number: Arc::default(),
        gate: Arc::new(Semaphore::new(0)),
    };
    let store = SqliteStore::open(dir.path().join("many.db")).await.unwrap();
    let sessions = Sessions::with_backend(many.clone(), store);
    let mut tasks = Vec::new();
    for _ in 0..1_000 {
        let session = sessions.create(SessionOptions::new()).await.unwrap();
        tasks.push(tokio::spawn(async move {
            session.send("a question").await.unwrap()
        }));
    }
    while sessions
        .list()
        .await
        .unwrap()
        .iter()
        .any(|record| record.open_turn.is_none())
    {
        tokio::task::yield_now().await;
    }
    let (all, work) = (resident_mib(), "1,000 sessions with a turn in flight");
    rows.push(row(work, "whole process", "MiB", all, None));
    rows.push(row(work, "theirs", "MiB", all - idle, None));
    many.gate.add_permits(1 << 20);
    for task in tasks {
        task.await.unwrap();
    }
    publish(&rows);
}

/// Makes a line of the table. A figure that was measured once has no spread.
fn row(work: &str, contender: &str, unit: &str, figure: f64, ratio: Option<f64>) -> Value {
    let ratio = ratio.map(|ratio| json!({ "median": ratio, "min": ratio, "max": ratio }));
    json!({
        "work": work, "contender": contender, "unit": unit, "median": figure, "ratio": ratio,
    })
}

/// Prints the rows and writes them to the file that `BENCH_JSON` names, if set.
fn publish(rows: &[Value]) {
    let text = serde_json::to_string_pretty(rows).unwrap();
    println!("{text}");
    if let Ok(file) = std::env::var("BENCH_JSON") {
        std::fs::write(file, text).unwrap();
    }
}
