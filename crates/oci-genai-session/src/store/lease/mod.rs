//! The lease of a session: the right to write to it for a limited time.
//!
//! [`LeaseState`] is the state machine of a lease, the same for every store. A store keeps the
//! state with the session, applies one call to it within a transaction, and keeps the result.

mod state;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::state::{LeaseState, Waiter};
use super::{SessionId, SessionRecord};
use crate::clock::Timestamp;

/// Right to write to a session for a limited time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The session.
    pub session: SessionId,
    /// Identifies the holder: any text that differs from other holders' texts.
    pub holder: String,
    /// Grows with each new holder. A batch with an older fence is rejected.
    pub fence: u64,
    /// Expiry unless renewed, by the clock of the store.
    pub until: Timestamp,
    /// The previous holder did not release the lease, so a request of that holder may still be in
    /// flight.
    pub taken_over: bool,
}

/// Request for the lease of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeaseRequest {
    /// Identifies the requester: any text that differs from other holders' texts.
    pub holder: String,
    /// The requester's time of day. A store whose users share a clock, such as a database server's,
    /// uses that clock instead.
    pub now: Timestamp,
    /// Duration of the lease unless renewed.
    pub ttl: Duration,
    /// Time within which a waiting requester asks again. Default: none, and the requester gets no
    /// place in the queue.
    pub asks_again_within: Option<Duration>,
    /// The mark that blocked the requester ([`Held::mark`]) and has not changed for the time the
    /// store named ([`Held::mark_timeout`]), by the requester's monotonic clock. The store skips it
    /// if it still has not changed.
    pub overdue: Option<LeaseMark>,
    /// The mark that blocked the requester's last request. If the holder's mark has changed since,
    /// the holder is alive.
    pub seen: Option<LeaseMark>,
    /// The requester has seen that the holder is alive. If the lease of a live holder seems to have
    /// expired, a clock is wrong: only `overdue` counts then.
    pub holder_is_alive: bool,
}

impl LeaseRequest {
    /// Creates a request of a requester that does not wait.
    pub fn new(holder: impl Into<String>, now: Timestamp, ttl: Duration) -> Self {
        Self {
            holder: holder.into(),
            now,
            ttl,
            asks_again_within: None,
            overdue: None,
            seen: None,
            holder_is_alive: false,
        }
    }
}

/// Blocker of a requester. A different value means that the blocker has made progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LeaseMark {
    /// The holder of the lease.
    Holder {
        /// Fence of the holder.
        fence: u64,
        /// Number of times the session's lease was taken or renewed.
        renewals: u64,
    },
    /// The lease is free, and the queue entry with this number comes first.
    Waiter(u64),
}

/// Rejection of a lease request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Blocker of the request.
    pub mark: LeaseMark,
    /// Time for which the mark must stay the same before it may be skipped.
    pub mark_timeout: Duration,
    /// Time until the lease expires unless renewed, by the clock of the store.
    pub left: Duration,
}

/// Result of a lease request.
#[derive(Clone, Debug, PartialEq)]
pub enum LeaseResult {
    /// The lease, and the current session record.
    Granted(Lease, Box<SessionRecord>),
    /// Another requester holds the lease or is next.
    Held(Held),
}
