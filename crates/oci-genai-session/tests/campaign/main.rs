//! Crash campaigns: processes run turns with tools against the emulator and its faults, and are killed at random
//! moments; at the end every turn is there exactly once, on the service and in the store.
//!
//! `OCI_GENAI_CAMPAIGN_KILLS` says how many kills each campaign takes (default 12), `OCI_GENAI_CAMPAIGN_SEED` where chance
//! starts. This is a program of its own, because it starts itself as the process to be killed; it answers to the
//! arguments of a test runner.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr
)]

mod child;
mod crashes;
mod crowd;
#[path = "../it/postgres.rs"]
mod postgres;
mod target;
mod verify;

use oci_genai_session::MemoryKind;
use target::StoreKind;

const TESTS: [&str; 7] = [
    "crashes_conversation_sqlite",
    "crashes_chain_sqlite",
    "crashes_local_sqlite",
    "crashes_conversation_postgres",
    "crashes_chain_postgres",
    "crashes_local_postgres",
    "two_processes_with_fifty_tasks_take_turns",
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    if let Some(orders) = child::Orders::from_environment() {
        return runtime.block_on(child::run(orders));
    }
    if arguments.iter().any(|argument| argument == "--list") {
        if !arguments.iter().any(|argument| argument == "--ignored") {
            TESTS.iter().for_each(|name| println!("{name}: test"));
        }
        return;
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
    for name in TESTS.into_iter().filter(chosen) {
        runtime.block_on(run(name));
        println!("test {name} ... ok");
    }
}

async fn run(name: &str) {
    let store = if name.ends_with("postgres") {
        StoreKind::Postgres
    } else {
        StoreKind::Sqlite
    };
    let memory = name.split('_').nth(1).and_then(MemoryKind::from_name);
    match memory {
        Some(memory) => crashes::run(memory, store).await,
        None => crowd::run().await,
    }
}
