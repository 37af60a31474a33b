//! Turns as a store keeps them.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::TokenUsage;
use crate::clock::Timestamp;

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
    /// There was nothing to look at: the request was sent again, once. The first one may have been carried out and paid for.
    ResentUnverified,
    /// The service has forgotten the response that this one continues: the request carried the history from the store.
    HistoryReplayed,
    /// The service could not read thoughts in the history that it had sealed: they were left out.
    ReasoningOmitted,
    /// The service had a part of the round, which was removed or completed before going on.
    Repaired,
    /// The service was still making the response: it was waited for.
    Waited,
    /// A tool had begun before the crash and must not run twice: its outcome was reported as unknown.
    ToolOutcomeUnknown,
    /// Items of somebody else stood in the conversation after the anchor.
    ForeignItems,
    /// The turn was given up and nothing of it is left on the service.
    Abandoned,
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Adopted => "the service had the answer; nothing was sent again",
            Self::Resent => "the service had nothing; the request was sent again",
            Self::ResentUnverified => {
                "the request was sent again; the first one may have been carried out and paid for"
            }
            Self::HistoryReplayed => {
                "the service forgot the previous response; the history from the store was sent instead"
            }
            Self::ReasoningOmitted => {
                "the service could not read sealed reasoning in the history; it was left out"
            }
            Self::Repaired => "the service had a part; it was removed or completed",
            Self::Waited => "the service was still at work; its answer was waited for",
            Self::ToolOutcomeUnknown => {
                "a tool was interrupted; the model was informed that its outcome is unknown"
            }
            Self::ForeignItems => "the conversation has items of another writer; they were skipped",
            Self::Abandoned => "the turn was given up; the service keeps nothing of it",
        })
    }
}

/// How a turn failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TurnFailure {
    /// The service refused it, or failed for good.
    Refused,
    /// The service carried it out, and there is no output that can be kept.
    NoOutput,
    /// The answer was lost, and the answer to the request sent again was lost too.
    AnswerLost,
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
    /// How the turn failed, if it did. Before its end: how it will fail unless the answer is found after all; its request is
    /// not sent again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<TurnFailure>,
    /// The model that was asked, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The current round's request carries the history from the store, because the service has forgotten it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub replays_history: bool,
    /// The turn's requests carry no thoughts of earlier turns, because the service cannot read them.
    #[serde(default, skip_serializing_if = "is_false")]
    pub omits_reasoning: bool,
    /// What was decided when its fate was unclear.
    pub recoveries: Vec<Recovery>,
    /// Tokens of all its rounds.
    pub usage: TokenUsage,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was last written.
    pub updated_at: Timestamp,
}

fn is_false(flag: &bool) -> bool {
    !flag
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
            failure: None,
            model: None,
            replays_history: false,
            omits_reasoning: false,
            recoveries: Vec::new(),
            usage: TokenUsage::default(),
            created_at: now,
            updated_at: now,
        }
    }
}
