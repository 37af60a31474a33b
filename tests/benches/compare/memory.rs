//! What an open stream holds in memory while it waits, its connection aside.

use std::convert::Infallible;
use std::fmt::Write as _;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use tokio::runtime::Runtime;

use crate::{ours, peer};

const STREAMS: usize = 1000;

/// The first events of a stream, which then says nothing more.
pub(crate) fn quiet(
    chunk: Bytes,
) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static {
    stream::iter([Ok(chunk)]).chain(stream::pending())
}

/// Opens many streams, reads what has come, and holds them.
pub(crate) fn table(runtime: &Runtime, beginning: &Bytes) -> String {
    let mut text = String::from("| open stream | KiB resident each |\n|---|---|\n");
    let ours = held(runtime, || ours::quiet_stream(beginning.clone()));
    let peer = held(runtime, || peer::quiet_stream(beginning.clone()));
    for (name, kib) in [("oci-genai", ours), ("async-openai", peer)] {
        writeln!(text, "| {name} | {kib:.1} |").expect("a string takes all");
    }
    text
}

fn held<T, F: Future<Output = T>>(runtime: &Runtime, open: impl Fn() -> F) -> f64 {
    runtime.block_on(async {
        let mut streams = Vec::with_capacity(STREAMS);
        // Allocator arenas and lazily made tables are not a stream's.
        for _ in 0..50 {
            streams.push(open().await);
        }
        let before = resident_kib();
        for _ in 0..STREAMS {
            streams.push(open().await);
        }
        let after = resident_kib();
        assert!(streams.len() > STREAMS);
        (after - before) / STREAMS as f64
    })
}

fn resident_kib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux keeps the figures");
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .expect("a line");
    line.split_whitespace()
        .nth(1)
        .expect("a value")
        .parse()
        .expect("a number")
}
