//! The session crate against real stores and, over sockets, against the emulator.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr
)]

mod branches;
mod double;
mod histories;
mod model;
mod postgres;
mod schemas;
mod sealing;
mod sockets;
mod stores;
mod turns;
mod world;
