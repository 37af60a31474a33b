//! Everything that takes more than one crate to show, as one test binary.
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
mod publishing;
mod sdk_document;
