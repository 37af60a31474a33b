// The crate documentation is the README. Links are defined here first, where rustdoc checks them.
// The README's own definitions are for readers outside of rustdoc.
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
//! [`RetrySafety`]: RetrySafety
//! [`middleware`]: middleware
//! [`RegionResolver`]: RegionResolver
//! [`Client::api`]: Client::api
//! [`types`]: types
#![doc = include_str!("../README.md")]

mod builder;
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
pub mod time;
mod tools;
mod transport_stack;
mod typed_call;
mod validation;
mod wire;

pub use builder::{ClientBuilder, RegionSetting};
pub use client::Client;
pub use conversations::{
    Conversations, CreateConversation, CreateItems, DeleteConversation, DeleteItem, Items,
    RetrieveConversation, RetrieveItem, UpdateConversation,
};
pub use error::{Error, ErrorKind, Result, RetrySafety, ServiceError};
pub use id::ResourceId;
pub use memory::{Memory, MemoryAccess};
pub use middleware::{RetryBudget, RetryConfig};
pub use oci_genai_api::types;
pub use oci_genai_api::{Defect, DefectKind, Tolerant};
pub use options::RequestOptions;
pub use page::{ListItems, Page};
pub use passthrough::Passthrough;
pub use region::{BasePath, Endpoint, EndpointBuilder, Region, RegionResolver};
pub use responses::{
    CancelResponse, CompactResponse, CountInputTokens, CreateResponse, DeleteResponse, Delta,
    Deltas, ItemExt, ParsedResponse, RawResponse, ResponseAccumulator, ResponseExt, ResponseStream,
    Responses, RetrieveResponse, StreamDefect, StreamEventExt,
};
pub use tools::{ToolSet, function_tool};
pub use transport_stack::HttpService;
