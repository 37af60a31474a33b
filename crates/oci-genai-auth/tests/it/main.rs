//! Tests of the crate from outside.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cache;
mod chain;
mod cli_auth;
mod complaints;
mod config_file;
mod dates;
mod explanations;
mod forms;
mod identity;
mod interop;
mod key_forms;
mod layer;
mod profiles;
mod properties;
mod providers;
mod python;
mod redaction;
mod refusals;
mod secrets;
mod sessions;
mod support;
mod this_machine;
mod vectors;
