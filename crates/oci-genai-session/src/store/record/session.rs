//! Session records.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock::Timestamp;

/// Permanent id of a session. [`SessionId::generate`] makes one; keep it to resume the session.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(String);

impl SessionId {
    /// Generates a unique id.
    pub fn generate() -> Self {
        Self(format!("ses_{}", uuid::Uuid::new_v4().simple()))
    }

    /// Returns the id as text.
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

/// Holder of a session's history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HistoryMode {
    /// A conversation on the service holds the items. The default.
    #[default]
    Conversation,
    /// The responses on the service hold the items; each one names its predecessor
    /// (`previous_response_id`).
    #[serde(rename = "chain")]
    PreviousResponse,
    /// The store holds the items and the service keeps nothing (`store=false`).
    #[serde(rename = "local")]
    Client,
}

impl HistoryMode {
    /// Returns the name used in stores and in text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Conversation => "conversation",
            Self::PreviousResponse => "chain",
            Self::Client => "local",
        }
    }

    /// Returns the history mode with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Conversation, Self::PreviousResponse, Self::Client]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}

impl fmt::Display for HistoryMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Token usage, as the service counted it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenUsage {
    /// Input tokens.
    pub input: u64,
    /// Output tokens.
    pub output: u64,
}

impl TokenUsage {
    /// Adds another usage to this one.
    pub fn add(&mut self, other: Self) {
        self.input = self.input.saturating_add(other.input);
        self.output = self.output.saturating_add(other.output);
    }

    /// Returns the sum of input and output tokens.
    pub fn total(self) -> u64 {
        self.input.saturating_add(self.output)
    }
}

/// Limit on the history that a request carries in [`HistoryMode::Client`]. A turn is sent
/// completely or not at all, so that no call loses its output and no reasoning item the item after
/// it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryBudget {
    /// Maximum number of turns before the current one.
    pub turns: Option<u64>,
    /// Approximate maximum number of tokens before the current turn, at four bytes of JSON per
    /// token.
    pub tokens: Option<u64>,
}

impl HistoryBudget {
    /// Limits the number of turns.
    pub fn turns(turns: u64) -> Self {
        Self {
            turns: Some(turns),
            tokens: None,
        }
    }

    /// Limits the approximate number of tokens.
    pub fn tokens(tokens: u64) -> Self {
        Self {
            turns: None,
            tokens: Some(tokens),
        }
    }

    /// Returns true if this history exceeds the budget.
    pub(crate) fn is_exceeded(self, turns: u64, bytes: u64) -> bool {
        self.turns.is_some_and(|most| turns > most)
            || self.tokens.is_some_and(|most| bytes / 4 > most)
    }
}

/// Policy for automatic summaries in [`HistoryMode::Client`]. Before a turn, the model summarizes
/// the old turns if the history that would be sent exceeds a budget.
///
/// ```
/// use oci_genai_session::{CompactionPolicy, HistoryBudget, HistoryMode, SessionOptions};
///
/// let options = SessionOptions::new()
///     .history_mode(HistoryMode::Client)
///     .compaction(CompactionPolicy::beyond(HistoryBudget::tokens(50_000)).keep(6));
/// # let _ = options;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CompactionPolicy {
    /// Budget of the history that is sent in full.
    pub beyond: HistoryBudget,
    /// Number of newest turns that are kept in full.
    pub keep: u64,
}

impl CompactionPolicy {
    /// Summarizes when the history exceeds the budget, and keeps the newest 4 turns in full. With a
    /// budget of 4 turns or fewer, it keeps half of them.
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

    /// Sets the number of newest turns that are kept in full.
    #[must_use]
    pub fn keep(mut self, turns: u64) -> Self {
        self.keep = turns;
        self
    }
}

/// Record of a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SessionRecord {
    /// Id of the session.
    pub id: SessionId,
    /// Name given by the user, unique in the store.
    pub name: Option<String>,
    /// History mode.
    #[serde(rename = "memory")]
    pub history_mode: HistoryMode,
    /// Id of the conversation on the service, once there is one.
    pub conversation_id: Option<String>,
    /// Id of the last committed response.
    pub last_response_id: Option<String>,
    /// Id of the last item known to be in the conversation.
    pub anchor: Option<String>,
    /// Title that people see.
    pub title: Option<String>,
    /// Key and value pairs for searches.
    pub metadata: BTreeMap<String, String>,
    /// Members of every request: `model`, `instructions` and the like.
    pub defaults: Map<String, Value>,
    /// Summary that replaces the items before [`window_start`](Self::window_start), as an item.
    pub summary: Option<Value>,
    /// Position of the first item that is sent in full (`Client` mode only).
    pub window_start: u64,
    /// Budget of the history that is sent (`Client` mode only). Absent: no limit.
    #[serde(default)]
    pub budget: Option<HistoryBudget>,
    /// Session and turn this one was forked from.
    pub origin: Option<(SessionId, u64)>,
    /// Number of writes. Every [`Batch`](super::Batch) names the generation it builds on.
    pub generation: u64,
    /// Number of the next turn; the first is 1.
    pub next_turn: u64,
    /// Position of the next item; the first is 0.
    pub next_position: u64,
    /// Number of the turn that has started and not ended, if any.
    pub open_turn: Option<u64>,
    /// The service may have continued a canceled turn, so the session checks before it sends the
    /// next one.
    #[serde(default)]
    pub stale: bool,
    /// Calls that the last turn left open: calls and approval requests for the caller, hosted calls
    /// without a result. Type and ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unanswered: Vec<Value>,
    /// First turn in this history mode. Earlier turns were copied.
    #[serde(default)]
    pub memory_since: u64,
    /// Policy for automatic summaries (`Client` mode only). Absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compaction: Option<CompactionPolicy>,
    /// Bytes of history that the last failed summary covered. The next attempt waits until the
    /// history has grown by a tenth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_summary: Option<u64>,
    /// Number of committed turns.
    pub turns: u64,
    /// Token usage of the committed turns.
    pub usage: TokenUsage,
    /// Creation time.
    pub created_at: Timestamp,
    /// Time of the last write.
    pub updated_at: Timestamp,
    /// Time from which the session may be purged. Absent: never.
    pub expires_at: Option<Timestamp>,
}

impl SessionRecord {
    /// Creates the record of a session without turns.
    pub fn new(id: SessionId, history_mode: HistoryMode, now: Timestamp) -> Self {
        Self {
            id,
            name: None,
            history_mode,
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
