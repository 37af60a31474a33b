// Made by `cargo xtask codegen`. Change the OpenAPI document, not this file.

//! The types of parameters, requests, answers and events.

mod config;
mod content;
mod conversations;
mod errors;
mod events;
mod items;
mod responses;
mod tools;

pub use self::config::*;
pub use self::content::*;
pub use self::conversations::*;
pub use self::errors::*;
pub use self::events::*;
pub use self::items::*;
pub use self::responses::*;
pub use self::tools::*;
pub use crate::model::{Extra, Secret, Unknown};
