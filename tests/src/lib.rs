//! Helpers of the cross-crate tests: the program's binary, an OCI config file, a Python
//! interpreter.
//!
//! Also compiles the examples of the project's README and of the guide as documentation tests.
//!
#![doc = include_str!("../../README.md")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr
)]

mod guide;
mod oci_config;
mod program;
mod python;

pub use oci_config::{API_KEY_PROFILE, OciConfigFile, SESSION_PROFILE, encrypted_key};
pub use program::program;
pub use python::python_with;
