//! What is written at once, and what is read at once.

use super::{EffectRecord, ItemRecord, SessionRecord, TurnRecord};

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
    /// Effects to insert, or to replace by turn and place ([`EffectRecord::key`]).
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

/// A whole session as it was at one moment.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SessionSnapshot {
    /// The session.
    pub session: SessionRecord,
    /// Its turns, oldest first.
    pub turns: Vec<TurnRecord>,
    /// The effects of its tool calls, by turn and place.
    pub effects: Vec<EffectRecord>,
    /// Its items, oldest first.
    pub items: Vec<ItemRecord>,
}

impl SessionSnapshot {
    /// A session without turns.
    pub fn new(session: SessionRecord) -> Self {
        Self {
            session,
            turns: Vec::new(),
            effects: Vec::new(),
            items: Vec::new(),
        }
    }
}
