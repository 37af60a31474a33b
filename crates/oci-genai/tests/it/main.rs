//! Tests of the client over real sockets: against the emulator, and against servers that misbehave.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod attempt_checks;
mod calls;
mod emulator;
mod examples;
mod http2;
mod odd_bodies;
mod odd_streams;
mod open_responses;
mod pages;
mod passthrough;
mod proxies;
mod retry_safety;
mod schemas;
mod scripted;
mod secrets;
mod setup;
mod streams;
mod tools;
mod tracing;
