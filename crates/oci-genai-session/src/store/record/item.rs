//! Items and the effects of tools as a store keeps them.

use serde::{Deserialize, Serialize};

/// Whether an item went to the model or came from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Sent to the model.
    Input,
    /// Written by the model.
    Output,
}

/// One item of a session's transcript.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ItemRecord {
    /// Its place in the session; the first is 0.
    pub position: u64,
    /// The turn it belongs to.
    pub turn: u64,
    /// The round of that turn.
    pub round: u32,
    /// Which way it went.
    pub direction: Direction,
    /// The service's id for it, once known.
    pub item_id: Option<String>,
    /// The item itself: JSON text, kept as it came.
    pub body: String,
}

impl ItemRecord {
    /// An item at a place.
    pub fn new(position: u64, turn: u64, round: u32, direction: Direction, body: String) -> Self {
        Self {
            position,
            turn,
            round,
            direction,
            item_id: None,
            body,
        }
    }
}

/// How far the effect of a tool call has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EffectState {
    /// The tool is about to run, or was running when the process ended.
    Started,
    /// The tool has run, or was refused, and its output is journalled.
    Done,
    /// A person has to approve the call first.
    Awaiting,
    /// A person approved the call; it has not begun.
    Approved,
    /// A person refused the call.
    Denied,
}

impl EffectState {
    /// The name used in stores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Done => "done",
            Self::Awaiting => "awaiting",
            Self::Approved => "approved",
            Self::Denied => "denied",
        }
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [
            Self::Started,
            Self::Done,
            Self::Awaiting,
            Self::Approved,
            Self::Denied,
        ]
        .into_iter()
        .find(|state| state.as_str() == name)
    }
}

/// What became of one tool call, found by its call id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EffectRecord {
    /// The turn that made the call.
    pub turn: u64,
    /// The model's id for the call.
    pub call_id: String,
    /// The tool's name.
    pub name: String,
    /// How far it has come.
    pub state: EffectState,
    /// What goes back to the model, once there is something.
    pub output: Option<String>,
}

impl EffectRecord {
    /// A call in a state.
    pub fn new(
        turn: u64,
        call_id: impl Into<String>,
        name: impl Into<String>,
        state: EffectState,
    ) -> Self {
        Self {
            turn,
            call_id: call_id.into(),
            name: name.into(),
            state,
            output: None,
        }
    }
}
