//! What a store keeps: sessions, their turns, the items exchanged and the effects of tools.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock::Timestamp;

/// Names a session for good. Made by [`SessionId::generate`], kept by whoever wants to resume.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(String);

impl SessionId {
    /// A new id, unlike any other.
    pub fn generate() -> Self {
        Self(format!("ses_{}", uuid::Uuid::new_v4().simple()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for SessionId {
    fn from(id: String) -> Self {
        Self(id)
    }
}

impl From<&str> for SessionId {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who holds a session's history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MemoryKind {
    /// A conversation on the service holds the items. The default.
    #[default]
    Conversation,
    /// Each response names the one before it (`previous_response_id`).
    Chain,
    /// The store holds the items and the service keeps nothing (`store=false`).
    Local,
}

impl MemoryKind {
    /// The name used in stores and in text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Conversation => "conversation",
            Self::Chain => "chain",
            Self::Local => "local",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Conversation, Self::Chain, Self::Local]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}

impl fmt::Display for MemoryKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Tokens, as the service counted them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenUsage {
    /// Tokens read.
    pub input: u64,
    /// Tokens written.
    pub output: u64,
}

impl TokenUsage {
    /// Adds another count to this one.
    pub fn add(&mut self, other: Self) {
        self.input = self.input.saturating_add(other.input);
        self.output = self.output.saturating_add(other.output);
    }

    /// Tokens read and written.
    pub fn total(self) -> u64 {
        self.input.saturating_add(self.output)
    }
}

/// How much history a request carries, for memory that the store holds. A turn goes out whole or not at all, so that no
/// call loses its output and no thought its item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryBudget {
    /// At most this many turns before the current one.
    pub turns: Option<u64>,
    /// At most about this many tokens before the current turn, at four bytes of JSON each.
    pub tokens: Option<u64>,
}

impl HistoryBudget {
    /// At most this many turns.
    pub fn turns(turns: u64) -> Self {
        Self {
            turns: Some(turns),
            tokens: None,
        }
    }

    /// At most about this many tokens.
    pub fn tokens(tokens: u64) -> Self {
        Self {
            turns: None,
            tokens: Some(tokens),
        }
    }

    pub(crate) fn is_exceeded(self, turns: u64, bytes: u64) -> bool {
        self.turns.is_some_and(|most| turns > most)
            || self.tokens.is_some_and(|most| bytes / 4 > most)
    }
}

/// A session as a store keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SessionRecord {
    /// The session's id.
    pub id: SessionId,
    /// The name given by the user, unique in its store.
    pub name: Option<String>,
    /// Who holds the history.
    pub memory: MemoryKind,
    /// The conversation on the service, once there is one.
    pub conversation_id: Option<String>,
    /// The last response that was committed.
    pub last_response_id: Option<String>,
    /// The last item known to be in the conversation.
    pub anchor: Option<String>,
    /// A title for people.
    pub title: Option<String>,
    /// Free key and value pairs.
    pub metadata: BTreeMap<String, String>,
    /// Members put into every request: `model`, `instructions` and the like.
    pub defaults: Map<String, Value>,
    /// What stands in for the items before [`window_start`](Self::window_start): a summary, as an item.
    pub summary: Option<Value>,
    /// Position of the first item that still goes out in full (Local memory only).
    pub window_start: u64,
    /// How much history goes out (Local memory only); all of it when absent.
    #[serde(default)]
    pub budget: Option<HistoryBudget>,
    /// The session and turn this one was forked from.
    pub origin: Option<(SessionId, u64)>,
    /// Counts the writes; every [`Batch`] names the one it builds on.
    pub generation: u64,
    /// The number the next turn gets; the first is 1.
    pub next_turn: u64,
    /// The position the next item gets; the first is 0.
    pub next_position: u64,
    /// The turn that was begun and not yet ended, if any.
    pub open_turn: Option<u64>,
    /// The service may have gone on with a turn that was given up: look before sending the next one.
    #[serde(default)]
    pub stale: bool,
    /// Turns committed.
    pub turns: u64,
    /// Tokens of the committed turns.
    pub usage: TokenUsage,
    /// When the session was made.
    pub created_at: Timestamp,
    /// When it was last written.
    pub updated_at: Timestamp,
    /// When it may be purged; never when absent.
    pub expires_at: Option<Timestamp>,
}

impl SessionRecord {
    /// A session without a turn.
    pub fn new(id: SessionId, memory: MemoryKind, now: Timestamp) -> Self {
        Self {
            id,
            name: None,
            memory,
            conversation_id: None,
            last_response_id: None,
            anchor: None,
            title: None,
            metadata: BTreeMap::new(),
            defaults: Map::new(),
            summary: None,
            window_start: 0,
            budget: None,
            origin: None,
            generation: 0,
            next_turn: 1,
            next_position: 0,
            open_turn: None,
            stale: false,
            turns: 0,
            usage: TokenUsage::default(),
            created_at: now,
            updated_at: now,
            expires_at: None,
        }
    }
}

/// How far a turn has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TurnState {
    /// The round's input is journalled; its request may have been sent.
    Asking,
    /// The model asked for tools; their effects are being worked off.
    Acting,
    /// A person's approval is awaited.
    Waiting,
    /// The caller gave the turn up; what the service kept of it is not settled yet.
    Cancelling,
    /// Over: the answer is in the session.
    Committed,
    /// Over: given up by the caller, and the session cleaned up behind it.
    Cancelled,
    /// Over: refused for good.
    Failed,
}

impl TurnState {
    /// Whether nothing is left to do.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Committed | Self::Cancelled | Self::Failed)
    }

    /// The name used in stores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asking => "asking",
            Self::Acting => "acting",
            Self::Waiting => "waiting",
            Self::Cancelling => "cancelling",
            Self::Committed => "committed",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        use TurnState::{Acting, Asking, Cancelled, Cancelling, Committed, Failed, Waiting};
        [
            Asking, Acting, Waiting, Cancelling, Committed, Cancelled, Failed,
        ]
        .into_iter()
        .find(|state| state.as_str() == name)
    }
}

/// What was found and done when a turn's fate was unclear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    /// When it was decided.
    pub at: Timestamp,
    /// The round of the turn it was about; the first is 0.
    pub round: u32,
    /// What was decided.
    pub decision: Decision,
}

/// How an unclear turn was settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Decision {
    /// The service had the whole answer: it was taken over, nothing was sent.
    Adopted,
    /// The service had nothing of the round: the request was sent again.
    Resent,
    /// The service had a part of the round, which was removed or completed before going on.
    Repaired,
    /// The service was still busy with the conversation: it was waited for.
    Waited,
    /// A tool had begun before the crash and must not run twice: its outcome was reported as unknown.
    ToolOutcomeUnknown,
    /// Items of somebody else stood in the conversation after the anchor.
    ForeignItems,
    /// The turn was given up and nothing of it is left on the service.
    Abandoned,
}

/// A turn as a store keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TurnRecord {
    /// The turn's number in its session; the first is 1.
    pub seq: u64,
    /// The caller's id for the turn, or a generated one; unique in its session.
    pub turn_id: String,
    /// How far it has come.
    pub state: TurnState,
    /// The round being worked on: the first request is round 0, each return of tool outputs one more.
    pub round: u32,
    /// The last item known to be in the conversation before the turn.
    pub base: Option<String>,
    /// The last item known to be in the conversation before the current round.
    pub anchor: Option<String>,
    /// The last response of the turn that ended.
    pub response_id: Option<String>,
    /// The response under way, once the service has named it.
    pub pending_response_id: Option<String>,
    /// Whether the calls of functions are worked off in the turn itself.
    #[serde(default)]
    pub runs_tools: bool,
    /// Members of the request that belong to this turn alone.
    pub request: Map<String, Value>,
    /// Why the service stopped early, if it did.
    pub incomplete: Option<String>,
    /// Why the turn failed, if it did.
    pub error: Option<String>,
    /// What was decided when its fate was unclear.
    pub recoveries: Vec<Recovery>,
    /// Tokens of all its rounds.
    pub usage: TokenUsage,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was last written.
    pub updated_at: Timestamp,
}

impl TurnRecord {
    /// A turn about to be asked.
    pub fn new(seq: u64, turn_id: impl Into<String>, now: Timestamp) -> Self {
        Self {
            seq,
            turn_id: turn_id.into(),
            state: TurnState::Asking,
            round: 0,
            base: None,
            anchor: None,
            response_id: None,
            pending_response_id: None,
            runs_tools: false,
            request: Map::new(),
            incomplete: None,
            error: None,
            recoveries: Vec::new(),
            usage: TokenUsage::default(),
            created_at: now,
            updated_at: now,
        }
    }
}

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
