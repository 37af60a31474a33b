//! The program as a person runs it: the real binary, the real emulator, real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod doctor;
mod emulator;
mod help;
mod pages;
mod settings;
mod support;
