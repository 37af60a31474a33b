//! Measures the memory of a thousand open streams, and of an unread stream.
//!
//! Each figure comes from a separate process, so that memory of an earlier contender does not
//! count.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::contender::{async_openai, ours};
use crate::measure::{Ratio, Row};
use crate::server::{FLOOD, SLOW};

/// The environment variable that makes this program a measured process; its value is
/// `contender:scene:base URL`.
pub(crate) const ROLE: &str = "BENCH_MEMORY_ROLE";

const STREAMS: usize = 1000;
const REPEATS: usize = 3;
const CONTENDERS: [&str; 2] = ["async-openai", "oci-genai"];

/// Measures each scene; contenders take turns.
pub(crate) fn rows(base_url: &str, wanted: &dyn Fn(&str) -> bool) -> Vec<Row> {
    let scenes = [
        ("memory of 1,000 slow streams", "many"),
        ("memory of an unread stream, after 2 s", "unread"),
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

/// Starts a process that measures itself, and returns its result in MiB.
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

/// Runs the measured process: prints the growth of its resident memory in MiB.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn run(role: &str) {
    let mut words = role.splitn(3, ':');
    let (contender, scene, url) = (words.next(), words.next(), words.next().unwrap());
    let (count, input) = match scene {
        Some("many") => (STREAMS, SLOW),
        _ => (1, FLOOD),
    };
    // The first call allocates what all streams share, and leaves nothing that a stream would take
    // over.
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

/// Opens streams, reads one event of each, waits two seconds, and returns the growth in MiB.
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
