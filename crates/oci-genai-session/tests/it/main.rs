//! The session crate against real stores and, over sockets, against the emulator.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr
)]

mod double;
mod postgres;
mod stores;
mod turns;
