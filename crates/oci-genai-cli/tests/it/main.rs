//! The program as a person runs it: the real binary against the emulator, over real sockets, in pipes and in a terminal.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr
)]

mod answers;
mod ask;
mod chat;
mod colour;
mod doctor;
mod emulator;
mod help;
mod pages;
mod private;
mod proxy;
mod secrets;
mod sessions;
mod settings;
mod support;
mod terminal;
mod usage;
mod world;
mod wrong;
