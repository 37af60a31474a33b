// The crate docs are the README. rustdoc checks the links defined here; the README defines them
// again for readers elsewhere.
//! [`Sessions`]: Sessions
//! [`store`]: store
//! [`Session`]: Session
//! [`HistoryMode`]: HistoryMode
//! [`SessionOptions`]: SessionOptions
//! [`tool`]: mod@tool
//! [`TurnBuilder::turn_id`]: TurnBuilder::turn_id
//! [`Turn::recoveries`]: Turn::recoveries
//! [`Observer`]: Observer
//! [`TurnStream`]: TurnStream
//! [`SessionConfig`]: SessionConfig
#![cfg_attr(feature = "conformance", doc = "[`conformance`]: conformance")]
#![doc = include_str!("../README.md")]

pub mod backend;
mod branch;
mod client;
pub mod clock;
mod compaction;
mod config;
#[cfg(feature = "conformance")]
pub mod conformance;
mod error;
mod history;
mod item;
mod journal;
mod lease;
mod options;
mod session;
mod sessions;
pub mod store;
pub mod tool;
mod transfer;
mod turn;

pub use config::SessionConfig;
pub use error::{Error, ErrorKind, Result};
pub use options::SessionOptions;
pub use session::{CallName, PendingApproval, Session};
pub use sessions::{Sessions, SessionsBuilder, SharedStore};
pub use store::{
    CompactionPolicy, HistoryBudget, HistoryMode, InMemoryStore, PostgresStore, Recovery,
    RecoveryAction, SessionId, SessionQuery, SessionRecord, SqliteStore, TokenUsage,
};
pub use turn::{CancelOutcome, Observer, Turn, TurnBuilder, TurnEvent, TurnInput, TurnStream};
