//! Stores of sessions.
//!
//! A [`Store`] is a small transactional journal. Records are read by key. [`Store::apply`] writes
//! one atomic [`Batch`], and rejects it unless it builds on the session's current generation and
//! its writer holds the lease.
//!
//! [`InMemoryStore`] keeps sessions for the life of the process, [`SqliteStore`] in a file,
//! [`PostgresStore`] in a database that several machines share. [`EncryptedStore`] encrypts the
//! content of any of them. To test your own store, run the suite in
//! `oci_genai_session::conformance` (feature `conformance`) against it. `examples/own_store` in
//! this crate's repository is a complete store over a key-value database.

mod encrypted;
mod error;
mod in_memory;
mod lease;
mod postgres;
mod record;
mod sql;
mod sqlite;

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;

pub use encrypted::{EncryptedStore, EncryptionKeys};
pub use error::{StoreError, StoreErrorKind};
pub use in_memory::InMemoryStore;
pub use lease::{Held, Lease, LeaseMark, LeaseRequest, LeaseResult, LeaseState, Waiter};
pub use postgres::PostgresStore;
pub use record::{
    Batch, CallPlace, CompactionPolicy, Direction, HistoryBudget, HistoryMode, ItemRecord,
    Recovery, RecoveryAction, SessionId, SessionRecord, SessionSnapshot, TokenUsage,
    ToolCallRecord, ToolCallState, TurnFailure, TurnRecord, TurnState,
};
pub use sqlite::SqliteStore;

use crate::clock::Timestamp;

/// Query for sessions, newest first by their last write.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionQuery {
    /// Only sessions whose name, title or metadata contain this text, ignoring case.
    pub text: Option<String>,
    /// Maximum number of sessions. Default 100.
    pub limit: u32,
    /// Number of sessions to skip. Default 0.
    pub offset: u64,
}

impl Default for SessionQuery {
    fn default() -> Self {
        Self {
            text: None,
            limit: 100,
            offset: 0,
        }
    }
}

/// Range of a session's items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemRange {
    /// First position.
    pub from: u64,
    /// Position after the last one; `None` for no end.
    pub to: Option<u64>,
    /// Maximum number of items.
    pub limit: u32,
    /// Returns the items newest first, from the end of the range.
    pub newest_first: bool,
}

impl ItemRange {
    /// Returns the items from a position on, oldest first.
    pub fn from(from: u64, limit: u32) -> Self {
        Self {
            from,
            to: None,
            limit,
            newest_first: false,
        }
    }
}

/// Storage for sessions. See the [module](self) for the requirements on an implementation.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Store: Debug + Send + Sync {
    /// Adds a session with generation 0.
    ///
    /// # Errors
    /// Returns [`StoreErrorKind::Exists`] if its id or name is taken.
    async fn create(&self, session: &SessionRecord) -> Result<(), StoreError>;

    /// Returns the session with this id.
    async fn session(&self, id: &SessionId) -> Result<Option<SessionRecord>, StoreError>;

    /// Returns the session with this name.
    async fn session_by_name(&self, name: &str) -> Result<Option<SessionRecord>, StoreError>;

    /// Returns the sessions that match a query.
    async fn sessions(&self, query: &SessionQuery) -> Result<Vec<SessionRecord>, StoreError>;

    /// Removes a session and everything in it. Returns `false` if it does not exist.
    async fn delete(&self, id: &SessionId) -> Result<bool, StoreError>;

    /// Removes the sessions whose `expires_at` is `now` or earlier and whose lease is free, and
    /// returns their number.
    async fn purge(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// Writes a batch atomically and returns the session's new generation.
    ///
    /// # Errors
    /// Returns [`StoreErrorKind::NotFound`] if the session does not exist,
    /// [`StoreErrorKind::Fenced`] if another holder has taken the lease,
    /// [`StoreErrorKind::Conflict`] if the generation is not the one the batch builds on, and
    /// [`StoreErrorKind::Exists`] if a new item's position, a new turn's id or the session's name
    /// is taken.
    async fn apply(&self, batch: &Batch) -> Result<u64, StoreError>;

    /// Returns the turn with this number.
    async fn turn(&self, id: &SessionId, seq: u64) -> Result<Option<TurnRecord>, StoreError>;

    /// Returns the turn with this turn id.
    async fn turn_by_id(
        &self,
        id: &SessionId,
        turn_id: &str,
    ) -> Result<Option<TurnRecord>, StoreError>;

    /// Returns turns after number `after`, oldest first, at most `limit`.
    async fn turns(
        &self,
        id: &SessionId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<TurnRecord>, StoreError>;

    /// Returns a range of items.
    async fn items(&self, id: &SessionId, range: ItemRange) -> Result<Vec<ItemRecord>, StoreError>;

    /// Returns the items of one turn, oldest first.
    async fn turn_items(&self, id: &SessionId, turn: u64) -> Result<Vec<ItemRecord>, StoreError>;

    /// Returns the tool calls of one turn, sorted by [`ToolCallRecord::sort_key`].
    async fn tool_calls(
        &self,
        id: &SessionId,
        turn: u64,
    ) -> Result<Vec<ToolCallRecord>, StoreError>;

    /// Takes the lease of a session, or returns what blocks it: see [`LeaseState::request`].
    ///
    /// # Errors
    /// Returns [`StoreErrorKind::NotFound`] if the session does not exist.
    async fn acquire(
        &self,
        id: &SessionId,
        request: &LeaseRequest,
    ) -> Result<LeaseResult, StoreError>;

    /// Renews a lease for `ttl` from `now`. An expired lease can be renewed until another holder
    /// takes it. A store whose users share a clock uses that clock instead of `now`.
    ///
    /// # Errors
    /// Returns [`StoreErrorKind::Fenced`] if another holder has taken the lease, and
    /// [`StoreErrorKind::NotFound`] if the session does not exist.
    async fn renew(&self, lease: &Lease, now: Timestamp, ttl: Duration) -> Result<(), StoreError>;

    /// Ends a lease. Does nothing if another holder has taken it.
    async fn release(&self, lease: &Lease) -> Result<(), StoreError>;

    /// Returns the whole session as of one moment, even while others write to it; `None` if it does
    /// not exist.
    async fn snapshot(&self, id: &SessionId) -> Result<Option<SessionSnapshot>, StoreError>;
}
