//! Where sessions are kept.
//!
//! A [`Store`] is a small transactional journal: records are read by key, and everything is written by
//! [`Store::apply`], which takes one atomic [`Batch`] and refuses it unless it builds on the session's current
//! generation and its writer holds the lease. [`MemoryStore`] keeps sessions for the life of the process,
//! [`SqliteStore`] in a file, [`PostgresStore`] where several machines share them; [`SealedStore`] encrypts the
//! content of any of them. Whoever writes another one
//! runs the suite in `oci_genai_session::conformance` (feature `conformance`) against it; `examples/own_store` in this
//! crate's repository is a whole one, over a key-value database.

mod error;
mod lease;
mod memory;
mod postgres;
mod record;
mod sealed;
mod sql;
mod sqlite;

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;

pub use error::{StoreError, StoreErrorKind};
pub use lease::{Grant, Held, Lease, LeaseMark, LeaseRequest, LeaseState, Waiter};
pub use memory::MemoryStore;
pub use postgres::PostgresStore;
pub use record::{
    Batch, CallPlace, CompactionPolicy, Decision, Direction, EffectRecord, EffectState,
    HistoryBudget, ItemRecord, MemoryKind, Recovery, SessionId, SessionRecord, SessionSnapshot,
    TokenUsage, TurnFailure, TurnRecord, TurnState,
};
pub use sealed::{SealedStore, SealingKeys};
pub use sqlite::SqliteStore;

use crate::clock::Timestamp;

/// Which sessions to list, newest first by their last write.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionQuery {
    /// Only sessions whose name, title or metadata contain this text, letter case aside.
    pub text: Option<String>,
    /// How many at most. Default 100.
    pub limit: u32,
    /// How many to pass over first. Default 0.
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

/// A stretch of a session's items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemRange {
    /// The first position.
    pub from: u64,
    /// The position after the last one; `None` for no end.
    pub to: Option<u64>,
    /// How many at most.
    pub limit: u32,
    /// Whether to begin at the end of the stretch.
    pub newest_first: bool,
}

impl ItemRange {
    /// The items from a position on, oldest first.
    pub fn from(from: u64, limit: u32) -> Self {
        Self {
            from,
            to: None,
            limit,
            newest_first: false,
        }
    }
}

/// A place where sessions are kept. See the [module](self) for what an implementation promises.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Store: Debug + Send + Sync {
    /// Adds a session with generation 0.
    ///
    /// # Errors
    /// [`StoreErrorKind::Exists`] when its id or name is taken.
    async fn create(&self, session: &SessionRecord) -> Result<(), StoreError>;

    /// The session of that id.
    async fn session(&self, id: &SessionId) -> Result<Option<SessionRecord>, StoreError>;

    /// The session of that name.
    async fn session_by_name(&self, name: &str) -> Result<Option<SessionRecord>, StoreError>;

    /// The sessions that match.
    async fn sessions(&self, query: &SessionQuery) -> Result<Vec<SessionRecord>, StoreError>;

    /// Removes a session with all it holds; `false` when there was none.
    async fn delete(&self, id: &SessionId) -> Result<bool, StoreError>;

    /// Removes the sessions whose `expires_at` is `now` or earlier and that nobody holds, and says how many.
    async fn purge(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// Writes a batch, all or nothing, and returns the session's new generation.
    ///
    /// # Errors
    /// [`StoreErrorKind::NotFound`] without the session, [`StoreErrorKind::Fenced`] when another holder took the
    /// lease since, [`StoreErrorKind::Conflict`] when the generation is not the one the batch builds on,
    /// [`StoreErrorKind::Exists`] when a new item's position or a new turn's id or the session's name is taken.
    async fn apply(&self, batch: &Batch) -> Result<u64, StoreError>;

    /// The turn of that number.
    async fn turn(&self, id: &SessionId, seq: u64) -> Result<Option<TurnRecord>, StoreError>;

    /// The turn of that turn id.
    async fn turn_by_id(
        &self,
        id: &SessionId,
        turn_id: &str,
    ) -> Result<Option<TurnRecord>, StoreError>;

    /// Turns after number `after`, oldest first, at most `limit`.
    async fn turns(
        &self,
        id: &SessionId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<TurnRecord>, StoreError>;

    /// A stretch of items.
    async fn items(&self, id: &SessionId, range: ItemRange) -> Result<Vec<ItemRecord>, StoreError>;

    /// The items of one turn, oldest first.
    async fn turn_items(&self, id: &SessionId, turn: u64) -> Result<Vec<ItemRecord>, StoreError>;

    /// The effects of one turn, by place ([`EffectRecord::sort_key`]).
    async fn effects(&self, id: &SessionId, turn: u64) -> Result<Vec<EffectRecord>, StoreError>;

    /// Takes the lease of a session, or says what stands in the way: see [`LeaseState::request`].
    ///
    /// # Errors
    /// [`StoreErrorKind::NotFound`] without the session.
    async fn acquire(&self, id: &SessionId, request: &LeaseRequest) -> Result<Grant, StoreError>;

    /// Renews a lease for `ttl` from `now`, also one that has ended if nobody took it since. A store whose users share a
    /// clock goes by that instead of `now`.
    ///
    /// # Errors
    /// [`StoreErrorKind::Fenced`] when somebody did, [`StoreErrorKind::NotFound`] without the session.
    async fn renew(&self, lease: &Lease, now: Timestamp, ttl: Duration) -> Result<(), StoreError>;

    /// Ends a lease; nothing happens when somebody else has taken it.
    async fn release(&self, lease: &Lease) -> Result<(), StoreError>;

    /// The whole session as it is at one moment, also while others write to it; `None` when there is none.
    async fn snapshot(&self, id: &SessionId) -> Result<Option<SessionSnapshot>, StoreError>;
}
