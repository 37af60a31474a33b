//! Tests of the crate from outside.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod config_file;
mod layer;
mod support;
mod vectors;
