//! Tests that need more than one crate, as one test binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr
)]

mod evidence;
mod guide;
mod layers;
mod program;
mod prose;
mod public_api;
mod publishing;
mod sdk_document;
