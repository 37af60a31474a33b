//! Multi-turn memory for OCI Generative AI.

pub mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod store;
