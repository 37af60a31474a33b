//! Sessions as a store keeps them.

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

    /// Whether more goes out than this.
    pub(crate) fn is_exceeded(self, turns: u64, bytes: u64) -> bool {
        self.turns.is_some_and(|most| turns > most)
            || self.tokens.is_some_and(|most| bytes / 4 > most)
    }
}

/// When a session with Local memory has the model summarise its old turns by itself: before a turn, if the history that
/// would go out with it is larger than a budget.
///
/// ```
/// use oci_genai_session::{CompactionPolicy, HistoryBudget, MemoryKind, SessionOptions};
///
/// let options = SessionOptions::new()
///     .memory(MemoryKind::Local)
///     .compaction(CompactionPolicy::beyond(HistoryBudget::tokens(50_000)).keep(6));
/// # let _ = options;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CompactionPolicy {
    /// How much history may go out in full.
    pub beyond: HistoryBudget,
    /// How many of the newest turns stay as they are.
    pub keep: u64,
}

impl CompactionPolicy {
    /// Summarises when the history is larger than the budget, and keeps the newest 4 turns as they are; with a budget of
    /// 4 turns or fewer, half of them.
    pub fn beyond(budget: HistoryBudget) -> Self {
        let keep = match budget.turns {
            Some(turns @ ..=4) => turns / 2,
            _ => 4,
        };
        Self {
            beyond: budget,
            keep,
        }
    }

    /// Keeps another number of turns as they are.
    #[must_use]
    pub fn keep(mut self, turns: u64) -> Self {
        self.keep = turns;
        self
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
    /// Counts the writes; every [`Batch`](super::Batch) names the one it builds on.
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
    /// What the last turn left open: calls and requests for approval to its caller, hosted calls without a result. Type
    /// and ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unanswered: Vec<Value>,
    /// The first turn taken with this kind of memory; those before it were copied.
    #[serde(default)]
    pub memory_since: u64,
    /// When old turns are summarised by themselves (Local memory only); never when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compaction: Option<CompactionPolicy>,
    /// How many bytes of history the last summary was to condense that came to nothing; none is asked for before the history
    /// has grown by a tenth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_summary: Option<u64>,
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
            unanswered: Vec::new(),
            memory_since: 0,
            compaction: None,
            failed_summary: None,
            turns: 0,
            usage: TokenUsage::default(),
            created_at: now,
            updated_at: now,
            expires_at: None,
        }
    }
}
