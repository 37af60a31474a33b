//! Crash campaigns: processes run turns with tools against the emulator and its faults, and are killed at random
//! moments; at the end every turn is there exactly once, on the service and in the store.
//!
//! `OCI_GENAI_CAMPAIGN_KILLS` says how many kills each campaign takes (default 12; 300 where `CI` is `true`),
//! `OCI_GENAI_CAMPAIGN_SEED` where chance starts. This is a program of its own, because it starts itself as the process to
//! be killed; it answers to the arguments of a test runner.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr
)]

mod child;
mod clock;
mod crashes;
mod crowd;
mod late;
#[path = "../it/postgres.rs"]
mod postgres;
mod target;
mod trouble;
mod verify;

use std::process::ExitCode;
use std::sync::Arc;

use oci_genai_session::HistoryMode;
use target::StoreKind;
use tokio::sync::Semaphore;

const TESTS: [&str; 8] = [
    "crashes_conversation_sqlite",
    "crashes_chain_sqlite",
    "crashes_local_sqlite",
    "crashes_conversation_postgres",
    "crashes_chain_postgres",
    "crashes_local_postgres",
    "two_processes_with_fifty_tasks_take_turns_sqlite",
    "two_processes_with_fifty_tasks_take_turns_postgres",
];

/// Campaigns that run at once: they wait for their moments more than they work.
const AT_ONCE: usize = 3;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    if let Some(orders) = child::Orders::from_environment() {
        runtime.block_on(child::run(orders));
        return ExitCode::SUCCESS;
    }
    if arguments.iter().any(|argument| argument == "--list") {
        if !arguments.iter().any(|argument| argument == "--ignored") {
            TESTS.iter().for_each(|name| println!("{name}: test"));
        }
        return ExitCode::SUCCESS;
    }
    let exact = arguments.iter().any(|argument| argument == "--exact");
    let filters: Vec<&String> = arguments.iter().filter(|a| !a.starts_with('-')).collect();
    let chosen = |name: &&str| {
        filters.is_empty()
            || filters.iter().any(|filter| {
                if exact {
                    filter.as_str() == *name
                } else {
                    name.contains(filter.as_str())
                }
            })
    };
    match runtime.block_on(run_all(TESTS.into_iter().filter(chosen))) {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// Runs the tests and returns how many failed. A task's panic ends that test alone.
async fn run_all(names: impl Iterator<Item = &'static str>) -> usize {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let tasks: Vec<_> = names
        .map(|name| {
            let places = places.clone();
            let work = async move {
                let _place = places.acquire().await.unwrap();
                run(name).await;
            };
            (name, tokio::spawn(work))
        })
        .collect();
    let mut failed = 0;
    for (name, task) in tasks {
        let ok = task.await.is_ok();
        failed += usize::from(!ok);
        println!("test {name} ... {}", if ok { "ok" } else { "FAILED" });
    }
    failed
}

async fn run(name: &str) {
    let store = if name.ends_with("postgres") {
        StoreKind::Postgres
    } else {
        StoreKind::Sqlite
    };
    let history_mode = name.split('_').nth(1).and_then(HistoryMode::from_name);
    match history_mode {
        Some(history_mode) => crashes::run(history_mode, store).await,
        None => crowd::run(store).await,
    }
}
