//! The session crate against real stores and, over sockets, against the emulator.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr
)]

mod approvals;
mod branches;
mod calls;
mod clocks;
mod compaction;
mod copies;
mod counted;
mod double;
mod gateway;
mod gateways;
mod histories;
mod late;
mod lease_checks;
mod leases;
mod model;
mod net;
mod observers;
mod outages;
mod paid;
mod postgres;
mod questions;
mod reads;
mod recovery;
mod schemas;
mod sealing;
mod sockets;
mod stores;
mod tools;
mod transfer;
mod turns;
mod unwritten;
mod world;
