// The page is the README. Links are defined here first, where rustdoc checks them; the README's own
// definitions are for readers elsewhere.
//! [`Client::from_env`]: Client::from_env
//! [`ClientBuilder`]: ClientBuilder
//! [`Client::responses`]: Client::responses
//! [`ResponseStream`]: ResponseStream
//! [`Deltas`]: Deltas
//! [`CreateResponse::parse`]: CreateResponse::parse
//! [`schema`]: schema
//! [`ToolSet`]: ToolSet
//! [`Client::conversations`]: Client::conversations
//! [`Memory`]: Memory
//! [`Error`]: Error
//! [`ResendVerdict`]: ResendVerdict
//! [`middleware`]: middleware
//! [`RegionResolver`]: RegionResolver
//! [`Client::api`]: Client::api
//! [`types`]: types
#![doc = include_str!("../README.md")]

mod builder;
mod call;
mod client;
mod conversations;
mod environment;
mod error;
mod id;
mod memory;
pub mod middleware;
mod options;
mod page;
mod passthrough;
mod region;
mod responses;
pub mod schema;
pub mod sse;
mod stack;
pub mod time;
mod tools;
mod validate;
mod wire;

pub use builder::ClientBuilder;
pub use client::Client;
pub use conversations::{
    Conversations, CreateConversation, CreateItems, DeleteConversation, DeleteItem, Items,
    RetrieveConversation, RetrieveItem, UpdateConversation,
};
pub use error::{Error, ErrorKind, ResendVerdict, Result, ServiceError};
pub use id::ResourceId;
pub use memory::{Memory, MemoryAccess};
pub use middleware::{RetryBudget, RetryConfig};
pub use oci_genai_api::types;
pub use options::RequestOptions;
pub use page::{ListItems, Page};
pub use passthrough::Passthrough;
pub use region::{BasePath, Endpoint, EndpointBuilder, Region, RegionResolver};
pub use responses::{
    Accumulator, CancelResponse, CompactResponse, CountInputTokens, CreateResponse, DeleteResponse,
    Delta, Deltas, ItemExt, Parsed, RawResponse, ResponseExt, ResponseStream, Responses,
    RetrieveResponse, StreamDefect, StreamEventExt,
};
pub use stack::HttpService;
pub use tools::{ToolSet, function_tool};
