//! Entry points for fuzzing, and a seeded mutator that runs them with a stable compiler.
//!
//! `cargo xtask fuzz` runs the program of this crate. The targets of `cargo fuzz` call the same
//! entry points.

pub mod answer;
pub mod auth;
pub mod mutator;
pub mod runner;
pub mod secrets;
pub mod targets;

pub use targets::{TARGETS, Target};
