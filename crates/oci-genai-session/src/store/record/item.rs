//! Records of items and tool calls.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Direction of an item.
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
    /// Position in the session; the first is 0.
    pub position: u64,
    /// Number of the item's turn.
    pub turn: u64,
    /// Round of that turn.
    pub round: u32,
    /// Direction of the item.
    pub direction: Direction,
    /// The service's id for the item, once known.
    pub item_id: Option<String>,
    /// The item as JSON text, kept as it came.
    pub body: String,
}

impl ItemRecord {
    /// Creates the record of an item at a position.
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

/// State of a tool call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ToolCallState {
    /// The tool is about to run, or was running when the process ended.
    Started,
    /// The tool has run or was denied, and its output is stored.
    Done,
    /// The call waits for human approval.
    Awaiting,
    /// The call is approved and has not started.
    Approved,
    /// The call is denied.
    Denied,
}

impl ToolCallState {
    /// Returns the name used in stores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Done => "done",
            Self::Awaiting => "awaiting",
            Self::Approved => "approved",
            Self::Denied => "denied",
        }
    }

    /// Returns the state with this name.
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

/// Place of a tool call in its turn. Call ids do not identify a call: servers number them per
/// round, use one twice, or leave them out.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct CallPlace {
    /// Round of the turn; the first is 0.
    pub round: u32,
    /// Position among the items that the model wrote in that round; the first is 0.
    pub position: u32,
}

impl fmt::Display for CallPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.round, self.position)
    }
}

/// Record of one tool call, found by its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolCallRecord {
    /// The turn that made the call.
    pub turn: u64,
    /// Place of the call in the turn. Absent in records of older versions, which are found by their
    /// call id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<CallPlace>,
    /// The model's id for the call. May be empty.
    pub call_id: String,
    /// Name of the tool.
    pub name: String,
    /// State of the call.
    pub state: ToolCallState,
    /// Output for the model, once there is one.
    pub output: Option<String>,
}

impl ToolCallRecord {
    /// Creates the record of a call in a state.
    pub fn new(
        turn: u64,
        place: CallPlace,
        call_id: impl Into<String>,
        name: impl Into<String>,
        state: ToolCallState,
    ) -> Self {
        Self {
            turn,
            place: Some(place),
            call_id: call_id.into(),
            name: name.into(),
            state,
            output: None,
        }
    }

    /// Returns a text that identifies the call within its turn, for stores that need a key.
    pub fn key(&self) -> String {
        match self.place {
            Some(place) => place.to_string(),
            None => format!("id:{}", self.call_id),
        }
    }

    /// Returns the sort key of tool calls: their turn, then their place.
    pub fn sort_key(&self) -> (u64, Option<CallPlace>, &str) {
        (self.turn, self.place, &self.call_id)
    }
}
