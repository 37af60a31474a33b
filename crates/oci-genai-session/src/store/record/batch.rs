//! Writing: the right to it, and what is written at once.

use super::{EffectRecord, ItemRecord, SessionId, SessionRecord, TurnRecord};
use crate::clock::Timestamp;

/// The right to write to a session, for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The session.
    pub session: SessionId,
    /// Who holds it: any text unlike that of other holders.
    pub holder: String,
    /// Grows by one with each new holder; a batch with an older number is refused.
    pub fence: u64,
    /// When it ends unless renewed.
    pub until: Timestamp,
}

/// One atomic write: all of it happens or none.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Batch {
    /// The session's new state. Its `generation` is the one this batch builds on; the store writes the next.
    pub session: SessionRecord,
    /// The fence of the lease under which this is written.
    pub fence: u64,
    /// A turn to insert, or to replace when its number is there already.
    pub turn: Option<TurnRecord>,
    /// Items to append. No two have the same position and none stands there already.
    pub items: Vec<ItemRecord>,
    /// Effects to insert, or to replace by turn and call id.
    pub effects: Vec<EffectRecord>,
    /// Removes the items at this position and after it, before `items` are appended.
    pub drop_items_from: Option<u64>,
    /// Removes the turns after this number with their effects, before `turn` is written.
    pub drop_turns_after: Option<u64>,
    /// Ends the lease.
    pub release: bool,
}

impl Batch {
    /// A batch that writes the session's state alone.
    pub fn new(session: SessionRecord, fence: u64) -> Self {
        Self {
            session,
            fence,
            turn: None,
            items: Vec::new(),
            effects: Vec::new(),
            drop_items_from: None,
            drop_turns_after: None,
            release: false,
        }
    }
}
