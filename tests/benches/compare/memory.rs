//! What a thousand open streams hold, and what a stream holds that nobody reads.
//!
//! Each figure comes from a process of its own, so that nothing an earlier contender left counts.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::contender::{async_openai, ours};
use crate::measure::{Ratio, Row};
use crate::server::{FLOOD, SLOW};

/// The environment variable that makes this program a measured process: `contender:scene:base URL`.
pub(crate) const ROLE: &str = "BENCH_MEMORY_ROLE";

const STREAMS: usize = 1000;
const REPEATS: usize = 3;
const CONTENDERS: [&str; 2] = ["async-openai", "oci-genai"];

/// One scene after another, contenders by turns.
pub(crate) fn rows(base_url: &str, wanted: &dyn Fn(&str) -> bool) -> Vec<Row> {
    let scenes = [
        ("memory of 1,000 slow streams", "many"),
        ("memory of a stream nobody reads, after 2 s", "unread"),
    ];
    let mut rows = Vec::new();
    for (work, scene) in scenes {
        if !wanted(work) {
            continue;
        }
        let mut samples = CONTENDERS.map(|_| Vec::new());
        for _ in 0..REPEATS {
            for (contender, samples) in CONTENDERS.iter().zip(&mut samples) {
                samples.push(measured(&format!("{contender}:{scene}:{base_url}")));
            }
        }
        for (place, contender) in CONTENDERS.iter().enumerate() {
            rows.push(Row::of(
                work,
                contender,
                "MiB",
                &samples[place],
                (place > 0).then(|| Ratio::of(&samples[place], &samples[0])),
            ));
        }
        eprintln!("measured: {work}");
    }
    rows
}

/// Has a fresh process measure itself.
fn measured(role: &str) -> f64 {
    let output = Command::new(std::env::current_exe().unwrap())
        .env(ROLE, role)
        .stdout(Stdio::piped())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.trim()
        .parse()
        .unwrap_or_else(|_| panic!("{role} printed {text:?}"))
}

/// The measured process: prints by how many MiB its resident memory grew.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn run(role: &str) {
    let mut words = role.splitn(3, ':');
    let (contender, scene, url) = (words.next(), words.next(), words.next().unwrap());
    let (count, input) = match scene {
        Some("many") => (STREAMS, SLOW),
        _ => (1, FLOOD),
    };
    // A first call makes what every stream shares, and leaves nothing behind that streams would take over.
    let grown = match contender {
        Some("oci-genai") => {
            let client = ours::Ours::new(url);
            client.calls(1, "small").await;
            hold(async || client.open(input).await, count).await
        }
        _ => {
            let client = async_openai::Peer::new(url);
            client.calls(1, "small").await;
            hold(async || client.open(input).await, count).await
        }
    };
    println!("{grown:.3}");
}

/// Opens streams, reads one event of each, and then leaves them alone for two seconds.
async fn hold<S>(open: impl AsyncFn() -> S, count: usize) -> f64 {
    let before = resident_mib();
    let mut streams = Vec::with_capacity(count);
    for _ in 0..count {
        streams.push(open().await);
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let grown = resident_mib() - before;
    drop(streams);
    grown
}

fn resident_mib() -> f64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: f64 = text.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096.0 / f64::from(1 << 20)
}
