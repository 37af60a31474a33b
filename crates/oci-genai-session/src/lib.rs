//! Multi-turn memory for OCI Generative AI.
//!
//! [`Sessions`] joins a client and a [`store`]; a [`Session`] runs turns one after the other. A turn is a transaction:
//! what is going to be sent is journalled before it is sent, what a tool did before that is told to the model, and the
//! answer when it is there. After a failure or a crash the session looks at the service before it sends anything
//! again.

mod branch;
mod client;
pub mod clock;
mod compaction;
#[cfg(feature = "conformance")]
pub mod conformance;
mod error;
mod item;
mod journal;
mod lease;
mod memory;
mod options;
mod policy;
pub mod service;
mod session;
mod sessions;
pub mod store;
pub mod tool;
mod transfer;
mod turn;

pub use error::{Error, ErrorKind, Result};
pub use options::SessionOptions;
pub use policy::Policy;
pub use session::{PendingApproval, Session};
pub use sessions::{Sessions, SessionsBuilder, SharedStore};
pub use store::{
    Decision, HistoryBudget, MemoryKind, MemoryStore, PostgresStore, Recovery, SessionId,
    SessionQuery, SessionRecord, SqliteStore, TokenUsage,
};
pub use turn::{Observer, Turn, TurnBuilder, TurnEvent, TurnStream};
