//! Kill, restart, go on; then look at what is there.

use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use oci_genai_emulator::{Effect, Emulator, Fault};
use oci_genai_session::{MemoryKind, SessionOptions};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::child::{Orders, tools};
use crate::target::{self, Place, SHORT_LEASE, StoreKind};
use crate::verify::{Totals, verify};

/// Kills before a new session is begun, so that histories stay of a size that people have.
const KILLS_PER_SESSION: u64 = 10;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable)
        .ok()
        .map(|text| text.parse().expect("the variable holds a number"))
}

#[expect(clippy::disallowed_methods, reason = "a new seed for each run")]
fn new_seed() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .subsec_nanos()
        .into()
}

/// What goes wrong on the service while the processes die.
fn faults() -> Vec<Fault> {
    let asking = |effect| Fault::new(effect).on("POST /responses");
    vec![
        asking(Effect::Reset { after: false }).probability(0.02),
        asking(Effect::Reset { after: true }).probability(0.04),
        asking(Effect::Cut {
            events: 3,
            reset: true,
        })
        .probability(0.03),
        asking(Effect::Locked).probability(0.03),
        asking(Effect::Orphan).probability(0.03),
        asking(Effect::MalformedJson).probability(0.02),
    ]
}

pub(crate) fn start(orders: &Orders) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .envs(orders.to_environment())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

pub(crate) async fn run(memory: MemoryKind, kind: StoreKind) {
    let in_ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    let usual = if in_ci { 300 } else { 12 };
    let kills = number("OCI_GENAI_CAMPAIGN_KILLS").unwrap_or(usual);
    let seed = number("OCI_GENAI_CAMPAIGN_SEED").unwrap_or_else(new_seed);
    let mut chance = fastrand::Rng::with_seed(seed);
    let dir = tempfile::tempdir().unwrap();
    let Some(place) = Place::new(kind, dir.path()).await else {
        return;
    };
    let mut builder = Emulator::builder();
    for fault in faults() {
        builder = builder.fault(fault);
    }
    let emulator = builder.start().await.unwrap();
    println!("campaign {memory} {kind:?}: seed {seed}, {kills} kills");
    let mut orders = Orders {
        base_url: emulator.base_url(),
        store: place.address.clone(),
        session: String::new(),
        memory,
        ledger: dir.path().to_owned(),
        crowd: None,
    };
    let mut committed = 0;
    for kill in 0..kills {
        orders.session = format!("session {}", kill / KILLS_PER_SESSION);
        let mut child = start(&orders);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = tokio::time::timeout(Duration::from_secs(60), lines.next_line()).await;
        assert!(
            matches!(ready, Ok(Ok(Some(_)))),
            "a process got stuck opening its session"
        );
        let moment = Duration::from_micros(chance.u64(0..250_000));
        let _ = tokio::time::timeout(moment, async {
            while let Ok(Some(_)) = lines.next_line().await {
                committed += 1;
            }
            panic!("the process ended by itself");
        })
        .await;
        child.kill().await.unwrap();
    }
    // The service is well again; what is open gets finished, and each session takes one more turn.
    emulator.faults().clear();
    emulator.until_idle().await;
    let sessions = target::sessions(&orders.base_url, &orders.store, SHORT_LEASE).await;
    let mut totals = Totals::default();
    for index in 0..kills.div_ceil(KILLS_PER_SESSION) {
        let options = SessionOptions::new()
            .name(format!("session {index}"))
            .memory(memory);
        let session = sessions.open_or_create(options).await.unwrap();
        let session = session.with_tools(tools(dir.path().to_owned()));
        session.settle().await.unwrap();
        let number = session.turn_count() + 1;
        session
            .turn(target::text(number))
            .turn_id(format!("t{number}"))
            .send()
            .await
            .unwrap();
        verify(&session, &emulator, dir.path(), &mut totals).await;
    }
    println!("campaign {memory} {kind:?}: seed {seed}, {kills} kills, {totals}");
    println!(
        "    of these turns {committed} were reported by the processes before they were killed"
    );
    assert!(
        totals.turns >= committed,
        "a turn that was reported is not there"
    );
}
