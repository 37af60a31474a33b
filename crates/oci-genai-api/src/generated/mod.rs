// Made by `cargo xtask codegen`. Change the OpenAPI document, not this file.

//! What is made from the OpenAPI document.

mod operations;
pub mod types;

pub use self::operations::Client;
