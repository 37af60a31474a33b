//! Responses for the bench server. They come from the emulator, so they have the form of real ones.

use std::fmt;
use std::fs;
use std::path::Path;

use bytes::Bytes;
use oci_genai_emulator::{DEFAULT_API_KEY, DEFAULT_PROJECT, Emulator};
use serde_json::{Value, json};

/// Files in the server's folder.
pub(crate) const SMALL: &str = "small.json";
pub(crate) const LARGE: &str = "large.json";
pub(crate) const STREAM: &str = "stream.txt";

const LARGEST_PIECE: usize = 64 * 1024;

/// Way to split a stream into chunks.
#[derive(Clone, Copy)]
pub(crate) enum Chunking {
    /// This number of whole events in each chunk.
    Events(usize),
    /// Pieces of 1 to 4,096 bytes, with lengths from a fixed seed.
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

/// An emulator that returns its responses as text.
struct Source(Emulator);

impl Source {
    async fn start() -> Self {
        Self(Emulator::start().await.unwrap())
    }

    async fn request(&self, body: Value) -> String {
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
        self.request(json!({"model": "m", "input": format!("count:{events}"), "stream": true}))
            .await
    }
}

/// Writes the server's files.
pub(crate) async fn write(folder: &Path, events: usize) {
    let source = Source::start().await;
    let body = json!({"model": "m", "input": "Give me three ideas for a team offsite."});
    let small = source.request(body).await;
    let mut large: Value = serde_json::from_str(&small).unwrap();
    let message = large["output"][0].clone();
    large["output"] = (0..10_000).map(|_| message.clone()).collect();
    fs::write(folder.join(SMALL), small).unwrap();
    fs::write(folder.join(LARGE), large.to_string()).unwrap();
    fs::write(folder.join(STREAM), source.stream(events).await).unwrap();
}

/// Returns a stream with this number of text deltas.
pub(crate) async fn stream(events: usize) -> Vec<u8> {
    Source::start().await.stream(events).await.into_bytes()
}

pub(crate) fn chunks(stream: &[u8], chunking: Chunking) -> Vec<Bytes> {
    match chunking {
        Chunking::Events(count) => {
            let text = std::str::from_utf8(stream).unwrap();
            let events: Vec<&str> = text.split_inclusive("\n\n").collect();
            let groups = events.chunks(count).map(|group| group.concat());
            // A socket returns at most this much at a time, and one of the peers accepts at most 4
            // MB.
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
                // A linear congruential generator, for the same chunks in every run.
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
