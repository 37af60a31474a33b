//! How much the emulator bears, client included, and whether its state is right afterwards:
//! `cargo run --release -p oci-genai-emulator --example load [SECONDS]`.
//!
//! Prints responses per second, stream events per second, then the outcome of 64 clients that mix
//! conversations, streams and cancels, while one request for a response in a hundred is refused by order.
//! Fails when an error comes that nobody ordered, or something is left behind.
#![allow(clippy::print_stdout, clippy::disallowed_methods)] // an example that measures

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use oci_genai_emulator::{DEFAULT_API_KEY, DEFAULT_PROJECT, Effect, Emulator, Fault};
use serde_json::{Value, json};

type Error = Box<dyn std::error::Error + Send + Sync>;

#[derive(Clone)]
struct Client {
    http: reqwest::Client,
    base: String,
    /// How often the service asked to slow down.
    refused: Arc<AtomicU64>,
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

    /// Sends, and again for as long as the service asks to slow down.
    async fn send(&self, path: &str, body: &Value) -> Result<reqwest::Response, Error> {
        loop {
            let response = self.request("POST", path)?.json(body).send().await?;
            if response.status() != 429 {
                return Ok(response.error_for_status()?);
            }
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value, Error> {
        let response = self.send(path, body).await?;
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
        let mut response = self.send("/responses", body).await?;
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

/// Responses in one piece, as many as 32 clients get.
async fn responses(client: &Client) -> Result<(), Error> {
    const EACH: u32 = 1000;
    let begun = Instant::now();
    let single = json!({ "model": "m", "input": "hello", "store": false });
    let clients = (0..32).map(|_| {
        let (client, single) = (client.clone(), single.clone());
        tokio::spawn(async move {
            for _ in 0..EACH {
                client.post("/responses", &single).await?;
            }
            Ok::<_, Error>(())
        })
    });
    for outcome in join_all(clients).await {
        outcome??;
    }
    let rate = f64::from(32 * EACH) / begun.elapsed().as_secs_f64();
    println!("responses/s: {rate:.0}");
    Ok(())
}

/// Events of streams, as many as 8 clients get.
async fn events(client: &Client) -> Result<(), Error> {
    let begun = Instant::now();
    let streamed = json!({ "model": "m", "input": "count:200000", "stream": true, "store": false });
    let clients = (0..8).map(|_| {
        let (client, streamed) = (client.clone(), streamed.clone());
        tokio::spawn(async move { client.stream(&streamed).await })
    });
    let mut events = 0;
    for outcome in join_all(clients).await {
        events += outcome??;
    }
    let rate = events as f64 / begun.elapsed().as_secs_f64();
    println!("stream events/s: {rate:.0}");
    Ok(())
}

/// 64 clients that mix everything for so many seconds, while some requests are refused by order.
async fn mix(emulator: &Emulator, client: &Client, seconds: u64) -> Result<(), Error> {
    let refusal = Effect::Status {
        status: 429,
        code: None,
        message: None,
        retry_after: None,
        after: false,
    };
    let fault = Fault::new(refusal)
        .route("POST /responses")
        .probability(0.01);
    let fault = emulator.faults().add(fault)?;
    let begun = Instant::now();
    let end = begun + Duration::from_secs(seconds);
    println!("memory before the mix: {} KiB", memory_kib());
    let clients = (0..64).map(|_| {
        let client = client.clone();
        tokio::spawn(async move {
            let (mut calls, mut errors) = (0, Vec::new());
            while Instant::now() < end {
                match mixed(&client).await {
                    Ok(made) => calls += made,
                    Err(error) => errors.push(error.to_string()),
                }
            }
            (calls, errors)
        })
    });
    let clients: Vec<_> = clients.collect();
    for sixth in [1, 3, 5, 6] {
        let at = begun + Duration::from_secs(seconds) * sixth / 6;
        tokio::time::sleep_until(at.into()).await;
        println!(
            "memory after {} s: {} KiB",
            seconds * u64::from(sixth) / 6,
            memory_kib()
        );
    }
    let (mut calls, mut errors) = (0, Vec::new());
    for client in clients {
        let (made, failed) = client.await?;
        calls += made;
        errors.extend(failed);
    }
    emulator.wait_until_idle().await;
    let left = emulator.project(DEFAULT_PROJECT);
    let struck = emulator
        .faults()
        .list()
        .into_iter()
        .find(|state| state.id == fault);
    let struck = struck.map_or(0, |state| state.struck);
    println!("calls: {calls}, refused by order: {struck}");
    println!(
        "refusals that clients saw: {}",
        client.refused.load(Ordering::Relaxed)
    );
    println!("errors that nobody ordered: {}", errors.len());
    println!(
        "left afterwards: {} conversations, {} responses",
        left.conversations.len(),
        left.responses.len()
    );
    let clean = left.conversations.is_empty() && left.responses.is_empty();
    if let Some(error) = errors.first() {
        return Err(error.clone().into());
    }
    if !clean || struck != client.refused.load(Ordering::Relaxed) {
        return Err("the state is not what it should be".into());
    }
    Ok(())
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
        refused: Arc::default(),
    };
    responses(&client).await?;
    events(&client).await?;
    mix(&emulator, &client, seconds).await
}
