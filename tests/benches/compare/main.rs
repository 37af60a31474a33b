//! This client beside others, in one run on one machine.
//!
//! `cargo bench -p oci-genai-tests --features peers --bench compare` prints one table. Contenders take turns
//! within each round, so that what disturbs the machine disturbs all of them; what counts are the
//! ratios. The server is a process of its own that answers from memory, and the figures are the CPU
//! time of the client's thread, so the server's speed does not enter.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::print_stdout, clippy::print_stderr, missing_docs)]

mod canned;
mod floor;
mod measure;
mod ours;
mod peer;
mod server;

use std::path::Path;

use measure::Contest;

const ROUNDS: usize = 9;
const CALLS: usize = 400;
const EVENTS: usize = 100_000;
const LARGE_CALLS: usize = 4;

fn main() {
    if let Ok(folder) = std::env::var(server::FOLDER) {
        return server::run(Path::new(&folder));
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    runtime.block_on(canned::write(folder.path(), EVENTS));
    let server = server::Server::start(folder.path());
    let url = server.base_url();

    let (ours, floor, peer) = (
        ours::Ours::new(url),
        floor::Floor::new(url),
        peer::Peer::new(url),
    );
    let events = std::fs::read(folder.path().join(canned::STREAM)).unwrap();

    let mut contests = Vec::new();
    contests.push(Contest::run(
        &runtime,
        "call, small answer",
        CALLS,
        ROUNDS,
        &[
            ("reqwest + serde_json", &|| {
                Box::pin(floor.calls(CALLS, "small"))
            }),
            ("oci-genai", &|| Box::pin(ours.calls(CALLS, "small"))),
            ("async-openai", &|| Box::pin(peer.calls(CALLS, "small"))),
        ],
    ));
    contests.push(Contest::run(
        &runtime,
        "call, 5 MB answer",
        LARGE_CALLS,
        ROUNDS,
        &[
            ("reqwest + serde_json", &|| {
                Box::pin(floor.calls(LARGE_CALLS, "large"))
            }),
            ("oci-genai", &|| Box::pin(ours.calls(LARGE_CALLS, "large"))),
            ("async-openai", &|| {
                Box::pin(peer.calls(LARGE_CALLS, "large"))
            }),
        ],
    ));
    contests.push(Contest::run(
        &runtime,
        "stream event over loopback",
        EVENTS,
        ROUNDS,
        &[
            ("oci-genai", &|| Box::pin(ours.stream())),
            ("async-openai", &|| Box::pin(peer.stream())),
        ],
    ));
    for chunking in [
        canned::Chunking::Events(1),
        canned::Chunking::Events(20),
        canned::Chunking::Anywhere,
    ] {
        let chunks = canned::chunks(&events, chunking);
        let title = format!("stream event from memory, {chunking}");
        contests.push(Contest::run(
            &runtime,
            &title,
            EVENTS,
            ROUNDS,
            &[
                ("memchr + serde_json", &|| Box::pin(floor::decode(&chunks))),
                ("oci-genai decoder", &|| Box::pin(ours::decode(&chunks))),
                ("oci-genai", &|| Box::pin(ours::stream_from(&chunks))),
                ("async-openai", &|| Box::pin(peer::stream_from(&chunks))),
            ],
        ));
    }
    println!("{}", measure::table(&contests));
}
