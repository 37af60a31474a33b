// The page is the README. Links are defined here first, where rustdoc checks them; the README's own
// definitions are for readers elsewhere.
//! [`Sessions`]: Sessions
//! [`store`]: store
//! [`Session`]: Session
//! [`MemoryKind`]: MemoryKind
//! [`SessionOptions`]: SessionOptions
//! [`tool`]: mod@tool
//! [`TurnBuilder::turn_id`]: TurnBuilder::turn_id
//! [`Turn::recoveries`]: Turn::recoveries
//! [`Observer`]: Observer
//! [`TurnStream`]: TurnStream
//! [`Policy`]: Policy
#![cfg_attr(feature = "conformance", doc = "[`conformance`]: conformance")]
#![doc = include_str!("../README.md")]

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
pub use session::{CallName, PendingApproval, Session};
pub use sessions::{Sessions, SessionsBuilder, SharedStore};
pub use store::{
    CompactionPolicy, Decision, HistoryBudget, MemoryKind, MemoryStore, PostgresStore, Recovery,
    SessionId, SessionQuery, SessionRecord, SqliteStore, TokenUsage,
};
pub use turn::{CancelOutcome, Observer, Turn, TurnBuilder, TurnEvent, TurnStream};
