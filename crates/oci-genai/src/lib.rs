//! The Rust client of OCI Generative AI's Conversations and Responses APIs.
//!
//! A conversation is created once, its id goes into every response, and the service remembers the
//! turns:
//!
//! ```no_run
//! use oci_genai::{Client, ResponseExt};
//!
//! # async fn example() -> Result<(), oci_genai::Error> {
//! let client = Client::builder()
//!     .region("us-chicago-1")
//!     .project("ocid1.generativeaiproject.oc1.us-chicago-1.example")
//!     .api_key("sk-example")
//!     .model("openai.gpt-oss-120b")
//!     .build()?;
//!
//! let conversation = client.conversations().create().metadata([("topic", "offsite")]).await?;
//! for question in [
//!     "Give me three ideas for a team offsite.",
//!     "Make the second idea more budget friendly.",
//! ] {
//!     let response = client.responses().create(question).conversation(&conversation).await?;
//!     println!("{}", response.output_text());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! | you want to | look at |
//! |---|---|
//! | set up a client | [`Client::from_env`], [`ClientBuilder`] |
//! | ask, stream, look up, cancel | [`Client::responses`], [`ResponseStream`] |
//! | keep and read conversations | [`Client::conversations`] |
//! | know what went wrong and whether to send again | [`Error`], [`ResendVerdict`] |
//! | plug in layers or authentication of your own | [`middleware`] |
//! | use the generated operations | [`Client::api`], [`types`] |
//!
//! Time is passed in ([`time`]); nothing is printed; secrets are in no `Debug` output and no error.

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
mod region;
mod responses;
pub mod schema;
pub mod sse;
mod stack;
pub mod time;
mod tools;
mod validate;

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
pub use region::{BasePath, Endpoint, EndpointBuilder, Region, RegionResolver};
pub use responses::{
    Accumulator, CancelResponse, CompactResponse, CountInputTokens, CreateResponse, DeleteResponse,
    Delta, Deltas, ItemExt, Parsed, RawResponse, ResponseExt, ResponseStream, Responses,
    RetrieveResponse, StreamEventExt,
};
pub use stack::HttpService;
pub use tools::{ToolSet, function_tool};
