//! Tests of the crate from outside.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cache;
mod chain;
mod complaints;
mod config_file;
mod identity;
mod layer;
mod properties;
mod providers;
mod python;
mod redaction;
mod refusals;
mod sessions;
mod support;
mod vectors;
