//! Answers to serve, taken from the emulator so that they are what a service sends.

use std::fmt;
use std::fs;
use std::path::Path;

use bytes::Bytes;
use oci_genai_emulator::{DEFAULT_API_KEY, DEFAULT_PROJECT, Emulator};
use serde_json::{Value, json};

/// The files in the server's folder.
pub(crate) const SMALL: &str = "small.json";
pub(crate) const LARGE: &str = "large.json";
pub(crate) const STREAM: &str = "stream.txt";

const LARGEST_PIECE: usize = 64 * 1024;

/// How a stream is cut.
#[derive(Clone, Copy)]
pub(crate) enum Chunking {
    /// So many whole events in each chunk.
    Events(usize),
    /// Anywhere, in pieces of 1 to 4,096 bytes from a fixed seed.
    Anywhere,
}

impl fmt::Display for Chunking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Events(1) => write!(f, "1 event a chunk"),
            Self::Events(count) => write!(f, "{count} events a chunk"),
            Self::Anywhere => write!(f, "cut anywhere"),
        }
    }
}

/// What the emulator answers, as text.
struct Source(Emulator);

impl Source {
    async fn start() -> Self {
        Self(Emulator::start().await.unwrap())
    }

    async fn ask(&self, body: Value) -> String {
        reqwest::Client::new()
            .post(format!("{}/responses", self.0.base_url()))
            .bearer_auth(DEFAULT_API_KEY)
            .header("openai-project", DEFAULT_PROJECT)
            .json(&body)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    }

    async fn stream(&self, events: usize) -> String {
        self.ask(json!({"model": "m", "input": format!("count:{events}"), "stream": true}))
            .await
    }
}

/// Writes what the server answers with.
pub(crate) async fn write(folder: &Path, events: usize) {
    let source = Source::start().await;
    let question = json!({"model": "m", "input": "Give me three ideas for a team offsite."});
    let small = source.ask(question).await;
    let mut large: Value = serde_json::from_str(&small).unwrap();
    let message = large["output"][0].clone();
    large["output"] = (0..10_000).map(|_| message.clone()).collect();
    fs::write(folder.join(SMALL), small).unwrap();
    fs::write(folder.join(LARGE), large.to_string()).unwrap();
    fs::write(folder.join(STREAM), source.stream(events).await).unwrap();
}

/// A stream of so many text deltas.
pub(crate) async fn stream(events: usize) -> Vec<u8> {
    Source::start().await.stream(events).await.into_bytes()
}

pub(crate) fn chunks(stream: &[u8], chunking: Chunking) -> Vec<Bytes> {
    match chunking {
        Chunking::Events(count) => {
            let text = std::str::from_utf8(stream).unwrap();
            let events: Vec<&str> = text.split_inclusive("\n\n").collect();
            let groups = events.chunks(count).map(|group| group.concat());
            // A socket hands over no more at a time; one of the peers takes no more than 4 MB.
            groups
                .flat_map(|group| {
                    let pieces = group.as_bytes().chunks(LARGEST_PIECE);
                    pieces.map(Bytes::copy_from_slice).collect::<Vec<_>>()
                })
                .collect()
        }
        Chunking::Anywhere => {
            let (mut rest, mut state, mut chunks) = (stream, 42_u64, Vec::new());
            while !rest.is_empty() {
                // A small linear congruential generator: the same cuts in every run.
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                let length = (1 + (state >> 33) as usize % 4096).min(rest.len());
                let (chunk, after) = rest.split_at(length);
                chunks.push(Bytes::copy_from_slice(chunk));
                rest = after;
            }
            chunks
        }
    }
}
