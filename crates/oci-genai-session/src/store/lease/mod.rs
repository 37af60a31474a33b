//! The lease of a session: the right to write to it, for a while.
//!
//! [`LeaseState`] is the state machine behind it, the same for every store: a store keeps the state beside the session,
//! applies one call to it within a transaction, and keeps the result.

mod state;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::state::{LeaseState, Waiter};
use super::{SessionId, SessionRecord};
use crate::clock::Timestamp;

/// The right to write to a session, for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The session.
    pub session: SessionId,
    /// Identifies the holder: any text that differs from other holders'.
    pub holder: String,
    /// Grows with each new holder; a batch with an older number is refused.
    pub fence: u64,
    /// When it ends unless renewed, by the clock of the store.
    pub until: Timestamp,
    /// The holder before did not give the lease back: a request of that holder may still be on its way.
    pub taken_over: bool,
}

/// A request for the lease of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeaseRequest {
    /// Identifies who asks: any text that differs from other holders'.
    pub holder: String,
    /// The time of day where the request is made. A store whose users share a clock, as a database server has one, goes by
    /// that instead.
    pub now: Timestamp,
    /// How long the lease lasts unless renewed.
    pub ttl: Duration,
    /// For a requester that waits its turn: it asks again within this span. Default: none, and it gets no place in the queue.
    pub asks_again_within: Option<Duration>,
    /// What kept the requester waiting ([`Held::mark`]) and has not changed for as long as the store said
    /// ([`Held::patience`]), by the requester's monotonic clock. It is passed over if it still has not.
    pub overdue: Option<LeaseMark>,
    /// What kept the requester waiting when it asked before. A holder that has moved since is alive.
    pub seen: Option<LeaseMark>,
    /// The requester has seen before that the holder is alive. Of a holder that is alive, an end of its lease in the past is a
    /// clock that is wrong: only `overdue` counts.
    pub holder_is_alive: bool,
}

impl LeaseRequest {
    /// A request of somebody who does not wait.
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

/// Something that keeps a requester waiting. Another value means that it has moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LeaseMark {
    /// The holder of the lease.
    Holder {
        /// Its fence.
        fence: u64,
        /// How often the session's lease was taken or renewed so far.
        renewals: u64,
    },
    /// The lease is free, and this place in the queue comes first.
    Waiter(u64),
}

/// Why a lease was not granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// What stands in the way.
    pub mark: LeaseMark,
    /// How long the mark has to stay the same before it may be passed over.
    pub patience: Duration,
    /// How long until the lease ends unless renewed, by the clock of the store.
    pub left: Duration,
}

/// The answer to a request for a lease.
#[derive(Clone, Debug, PartialEq)]
pub enum Grant {
    /// The lease, and the session as it stands now.
    Granted(Lease, Box<SessionRecord>),
    /// Somebody else has it, or is next.
    Held(Held),
}
