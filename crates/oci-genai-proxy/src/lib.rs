#![doc = include_str!("../README.md")]

mod body;
mod config;
mod forward;
mod guard;
mod headers;
mod json_members;
mod models;
mod operation;
mod record;
mod refusal;
mod rename;
mod server;
mod service;
mod target;
mod upload;
mod usage;

pub use self::body::ProxyBody;
pub use self::config::{ConfigError, ProxyConfig};
pub use self::guard::{Token, TokenError};
pub use self::models::{ModelDiscovery, ModelInfo};
pub use self::operation::Operation;
pub use self::record::{Outcome, RequestRecord};
pub use self::rename::ModelMap;
pub use self::server::{Server, ServerConfig, StartError, Tls, TlsError};
pub use self::service::Proxy;
pub use self::usage::TokenUsage;
