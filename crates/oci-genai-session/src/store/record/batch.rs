//! Batches and snapshots.

use super::{ItemRecord, SessionRecord, ToolCallRecord, TurnRecord};

/// One atomic write.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Batch {
    /// The session's new state. Its `generation` is the one this batch builds on. The store writes
    /// the next one.
    pub session: SessionRecord,
    /// Fence of the lease under which the batch is written.
    pub fence: u64,
    /// Turn to insert, or to replace if its number exists.
    pub turn: Option<TurnRecord>,
    /// Items to append. Their positions are unique and unused.
    pub items: Vec<ItemRecord>,
    /// Tool calls to insert, or to replace by turn and place ([`ToolCallRecord::key`]).
    pub effects: Vec<ToolCallRecord>,
    /// Removes the items from this position on, before `items` are appended.
    pub drop_items_from: Option<u64>,
    /// Removes the turns after this number with their tool calls, before `turn` is written.
    pub drop_turns_after: Option<u64>,
    /// Ends the lease.
    pub release: bool,
}

impl Batch {
    /// Creates a batch that writes only the session's state.
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

/// A whole session as of one moment.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SessionSnapshot {
    /// The session.
    pub session: SessionRecord,
    /// The turns, oldest first.
    pub turns: Vec<TurnRecord>,
    /// The tool calls, by turn and place.
    pub effects: Vec<ToolCallRecord>,
    /// The items, oldest first.
    pub items: Vec<ItemRecord>,
}

impl SessionSnapshot {
    /// Creates a snapshot of a session without turns.
    pub fn new(session: SessionRecord) -> Self {
        Self {
            session,
            turns: Vec::new(),
            effects: Vec::new(),
            items: Vec::new(),
        }
    }
}
