//! What the cross-crate tests share: the program's binary, an OCI config file, a Python interpreter.
//!
//! The project's README and the guide are compiled here as well, so that their examples cannot rot:
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
