//! Items and the effects of tools as a store keeps them.

use std::fmt;

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

/// Where in its turn a tool call stands. Ids of calls do not tell calls apart: servers number them per round, give the same
/// one twice, or none.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct CallPlace {
    /// The round of the turn; the first is 0.
    pub round: u32,
    /// The position among the items that the model wrote in that round; the first is 0.
    pub position: u32,
}

impl fmt::Display for CallPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.round, self.position)
    }
}

/// What became of one tool call, found by its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EffectRecord {
    /// The turn that made the call.
    pub turn: u64,
    /// Where in the turn the call stands; absent in records of older versions, which are found by their call id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<CallPlace>,
    /// The model's id for the call; it may be empty.
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
        place: CallPlace,
        call_id: impl Into<String>,
        name: impl Into<String>,
        state: EffectState,
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

    /// The text that tells this effect from the others of its turn, for stores that keep it under a key.
    pub fn key(&self) -> String {
        match self.place {
            Some(place) => place.to_string(),
            None => format!("id:{}", self.call_id),
        }
    }

    /// What effects are sorted by: their turn, then their place.
    pub fn sort_key(&self) -> (u64, Option<CallPlace>, &str) {
        (self.turn, self.place, &self.call_id)
    }
}
