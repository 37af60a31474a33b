//! How much the emulator bears, client included, and whether its state is right afterwards:
//! `cargo run --release -p oci-genai-emulator --example load [SECONDS]`.
//!
//! Prints responses per second, stream events per second, then the outcome of 64 clients that mix
//! conversations, streams and cancels.
#![allow(clippy::print_stdout, clippy::disallowed_methods)] // an example that measures

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use oci_genai_emulator::{DEFAULT_API_KEY, DEFAULT_PROJECT, Emulator};
use serde_json::{Value, json};

type Error = Box<dyn std::error::Error + Send + Sync>;

#[derive(Clone)]
struct Client {
    http: reqwest::Client,
    base: String,
}

impl Client {
    fn request(&self, method: &str, path: &str) -> Result<reqwest::RequestBuilder, Error> {
        let request = self
            .http
            .request(method.parse()?, format!("{}{path}", self.base));
        Ok(request
            .bearer_auth(DEFAULT_API_KEY)
            .header("openai-project", DEFAULT_PROJECT))
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value, Error> {
        let response = self.request("POST", path)?.json(body).send().await?;
        let response = response.error_for_status()?;
        Ok(serde_json::from_slice(&response.bytes().await?)?)
    }

    async fn delete(&self, path: &str) -> Result<(), Error> {
        self.request("DELETE", path)?
            .send()
            .await?
            .error_for_status()?;
        Ok(())
    }

    /// Reads a stream and counts its events.
    async fn stream(&self, body: &Value) -> Result<u64, Error> {
        let mut response = self
            .request("POST", "/responses")?
            .json(body)
            .send()
            .await?;
        let (mut events, mut last) = (0, 0);
        while let Some(piece) = response.chunk().await? {
            for byte in piece {
                events += u64::from(byte == b'\n' && last == b'\n');
                last = byte;
            }
        }
        Ok(events)
    }
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap_or_default().to_owned()
}

fn memory_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap_or_default();
    line.split_whitespace()
        .nth(1)
        .and_then(|kib| kib.parse().ok())
        .unwrap_or(0)
}

/// One conversation: a turn, a streamed turn, a cancelled one; then all of it is checked and deleted.
async fn mixed(client: &Client) -> Result<u64, Error> {
    let conversation = id(&client.post("/conversations", &json!({})).await?);
    let turn = json!({ "model": "m", "input": "hello", "conversation": conversation });
    let first = client.post("/responses", &turn).await?;
    let mut streamed = turn.clone();
    streamed["input"] = "count:50".into();
    streamed["stream"] = true.into();
    streamed["store"] = false.into();
    if client.stream(&streamed).await? != 58 {
        return Err("a stream has not the events it should".into());
    }
    let slow = json!({ "model": "m", "input": "slow:50 count:100", "background": true });
    let queued = id(&client.post("/responses", &slow).await?);
    let cancelled = client
        .post(&format!("/responses/{queued}/cancel"), &json!({}))
        .await?;
    if cancelled["status"] != "cancelled" {
        return Err(format!("cancelled, but {}", cancelled["status"]).into());
    }
    let items = client.request("GET", &format!("/conversations/{conversation}/items"))?;
    let items: Value = serde_json::from_slice(&items.send().await?.bytes().await?)?;
    if items["data"].as_array().map(Vec::len) != Some(4) {
        return Err("a conversation has not the items it should".into());
    }
    client.delete(&format!("/responses/{queued}")).await?;
    client.delete(&format!("/responses/{}", id(&first))).await?;
    client
        .delete(&format!("/conversations/{conversation}"))
        .await?;
    Ok(9)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let seconds = std::env::args()
        .nth(1)
        .map_or(Ok(60), |text| text.parse())?;
    let emulator = Emulator::start().await?;
    let client = Client {
        http: reqwest::Client::new(),
        base: emulator.base_url(),
    };

    let begun = Instant::now();
    let single = json!({ "model": "m", "input": "hello", "store": false });
    let each = 1000;
    for outcome in join_all((0..32).map(|_| {
        let (client, single) = (client.clone(), single.clone());
        tokio::spawn(async move {
            for _ in 0..each {
                client.post("/responses", &single).await?;
            }
            Ok::<_, Error>(())
        })
    }))
    .await
    {
        outcome??;
    }
    println!(
        "responses/s: {:.0}",
        32_000.0 / begun.elapsed().as_secs_f64()
    );

    let begun = Instant::now();
    let streamed = json!({ "model": "m", "input": "count:200000", "stream": true, "store": false });
    let mut events = 0;
    for outcome in join_all((0..8).map(|_| {
        let (client, streamed) = (client.clone(), streamed.clone());
        tokio::spawn(async move { client.stream(&streamed).await })
    }))
    .await
    {
        events += outcome??;
    }
    println!(
        "stream events/s: {:.0}",
        events as f64 / begun.elapsed().as_secs_f64()
    );

    let end = Instant::now() + Duration::from_secs(seconds);
    let calls = Arc::new(AtomicU64::new(0));
    let early = memory_kib();
    let clients = (0..64).map(|_| {
        let (client, calls) = (client.clone(), calls.clone());
        tokio::spawn(async move {
            while Instant::now() < end {
                calls.fetch_add(mixed(&client).await?, Ordering::Relaxed);
            }
            Ok::<_, Error>(())
        })
    });
    let clients: Vec<_> = clients.collect();
    for quarter in 1..4 {
        tokio::time::sleep(Duration::from_secs(seconds) / 4).await;
        println!(
            "memory after {quarter}/4: {} KiB (at first {early} KiB)",
            memory_kib()
        );
    }
    for outcome in join_all(clients).await {
        outcome??;
    }
    emulator.until_idle().await;
    let left = emulator.project(DEFAULT_PROJECT);
    println!("memory at the end: {} KiB", memory_kib());
    println!("calls: {}, none failed", calls.load(Ordering::Relaxed));
    println!(
        "left: {} conversations, {} responses",
        left.conversations.len(),
        left.responses.len()
    );
    Ok(())
}
