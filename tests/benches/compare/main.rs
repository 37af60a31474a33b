//! Compares this client with others, in one run on one machine.
//!
//! `cargo bench -p oci-genai-tests --features peers --bench compare` prints one table. Words after
//! `--` select the work whose title contains one of them. `BENCH_JSON` names a file for the rows.
//!
//! Contenders take turns within each round, so that other load affects all of them. Compare the
//! ratios. The server is a separate process that responds from memory. The figures are CPU time of
//! the client's thread, so the server's time is not included.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::print_stdout, clippy::print_stderr, missing_docs)]

mod canned;
mod contender;
mod measure;
mod memory;
mod report;
mod same;
mod server;
mod signing;

use std::path::Path;

use bytes::Bytes;
use contender::{async_openai, floor, openai_oxide, ours, python};
use measure::{Contest, Row, Work};
use tokio::runtime::Runtime;

const SIGNATURE: &str = "signature, RSA 2048 bits";
const ROUNDS: usize = 9;
const CALLS: usize = 400;
const LARGE_CALLS: usize = 4;
const SIGNATURES: usize = 200;
const LOOPBACK_EVENTS: usize = 100_000;
const EVENTS: usize = 200_000;

fn main() {
    if let Ok(folder) = std::env::var(server::FOLDER) {
        return server::run(Path::new(&folder));
    }
    if let Ok(role) = std::env::var(memory::ROLE) {
        return memory::run(&role);
    }
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let wanted = |work: &str| words.is_empty() || words.iter().any(|word| work.contains(word));

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    runtime.block_on(canned::write(folder.path(), LOOPBACK_EVENTS));
    runtime.block_on(same::assert_same_request(folder.path()));
    let server = server::Server::start(folder.path());

    let mut rows = calls(&runtime, &server, &wanted);
    if wanted(SIGNATURE) {
        rows.extend(signatures(&runtime));
    }
    rows.extend(streams(&runtime, server.base_url(), &wanted));
    rows.extend(memory::rows(server.base_url(), &wanted));
    report::publish(&rows);
}

fn calls(runtime: &Runtime, server: &server::Server, wanted: &dyn Fn(&str) -> bool) -> Vec<Row> {
    let url = server.base_url();
    let (floor, ours) = (floor::Floor::new(url), ours::Ours::new(url));
    let (peer, oxide) = (async_openai::Peer::new(url), openai_oxide::Oxide::new(url));
    let python = python::Python::find(url);
    let mut rows = Vec::new();
    for (work, input, count) in [
        ("call, small response", "small", CALLS),
        ("call, 5 MB response", "large", LARGE_CALLS),
    ] {
        if !wanted(work) {
            continue;
        }
        let mut contenders = vec![
            (
                "reqwest + serde_json into the same types",
                Work::waits(|| floor.calls(count, input)),
            ),
            ("oci-genai", Work::waits(|| ours.calls(count, input))),
            (
                "async-openai, its own types",
                Work::waits(|| peer.calls(count, input)),
            ),
            (
                "openai-oxide, its own types",
                Work::waits(|| oxide.calls(count, input)),
            ),
        ];
        if let Some(python) = python.as_ref().filter(|_| input == "small") {
            let script = Work::elsewhere(|| python.calls(count));
            contenders.push(("openai for Python", script));
        }
        let served = contenders.len() * (ROUNDS + 1) * count;
        let before = server.cpu_nanos();
        rows.extend(run(runtime, work, count, contenders));
        eprintln!(
            "the server spent {:.1} µs on each of these calls",
            (server.cpu_nanos() - before) as f64 / served as f64 / 1000.0
        );
    }
    rows
}

fn signatures(runtime: &Runtime) -> Vec<Row> {
    let keys = signing::Keys::new();
    let contenders = vec![
        ("aws-lc-rs alone", Work::computes(|| keys.bare(SIGNATURES))),
        (
            "oci-genai-auth, a POST",
            Work::computes(|| keys.post(SIGNATURES)),
        ),
    ];
    run(runtime, SIGNATURE, SIGNATURES, contenders)
}

fn streams(runtime: &Runtime, url: &str, wanted: &dyn Fn(&str) -> bool) -> Vec<Row> {
    let (ours, peer) = (ours::Ours::new(url), async_openai::Peer::new(url));
    let oxide = openai_oxide::Oxide::new(url);
    let mut rows = Vec::new();
    let work = "stream event over loopback";
    if wanted(work) {
        let contenders = vec![
            ("async-openai", Work::waits(|| peer.stream())),
            ("openai-oxide", Work::waits(|| oxide.stream())),
            ("oci-genai", Work::waits(|| ours.stream())),
        ];
        rows.extend(run(runtime, work, LOOPBACK_EVENTS, contenders));
    }
    let events = runtime.block_on(canned::stream(EVENTS));
    for chunking in [
        canned::Chunking::Events(1),
        canned::Chunking::Events(20),
        canned::Chunking::Anywhere,
    ] {
        let work = format!("stream event from memory, {chunking}");
        if wanted(&work) {
            rows.extend(decoding(runtime, &work, &canned::chunks(&events, chunking)));
        }
    }
    rows
}

fn decoding(runtime: &Runtime, work: &str, chunks: &[Bytes]) -> Vec<Row> {
    let contenders = vec![
        (
            "memchr + serde_json",
            Work::computes(|| floor::decode(chunks)),
        ),
        (
            "oci-genai, decoder and types alone",
            Work::computes(|| ours::decode(chunks)),
        ),
        (
            "oci-genai, whole client",
            Work::waits(|| ours::stream_from(chunks)),
        ),
        (
            "openai-oxide, decoder and types alone",
            Work::waits(|| openai_oxide::stream_from(chunks)),
        ),
        (
            "async-openai, whole client",
            Work::waits(|| async_openai::stream_from(chunks)),
        ),
    ];
    run(runtime, work, EVENTS, contenders)
}

fn run<'a>(
    runtime: &Runtime,
    work: &'a str,
    units: usize,
    contenders: Vec<(&'a str, Work<'a>)>,
) -> Vec<Row> {
    let contest = Contest {
        work,
        units,
        contenders,
    };
    let rows = contest.run(runtime, ROUNDS);
    eprintln!("measured: {work}");
    rows
}
