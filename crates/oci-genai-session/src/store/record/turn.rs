//! Turn records.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::TokenUsage;
use crate::clock::Timestamp;

/// State of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TurnState {
    /// The round's input is stored. Its request may have been sent.
    #[serde(rename = "asking")]
    AwaitingModel,
    /// The model called tools. They are running.
    #[serde(rename = "acting")]
    RunningTools,
    /// The turn waits for human approval.
    #[serde(rename = "waiting")]
    AwaitingApproval,
    /// The caller canceled the turn, and what the service kept of it is not recovered yet.
    Cancelling,
    /// Over: the output is in the session.
    Committed,
    /// Over: canceled by the caller, and the session is cleaned up.
    Cancelled,
    /// Over: failed permanently.
    Failed,
}

impl TurnState {
    /// Returns true if the turn is over.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Committed | Self::Cancelled | Self::Failed)
    }

    /// Returns the name used in stores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AwaitingModel => "asking",
            Self::RunningTools => "acting",
            Self::AwaitingApproval => "waiting",
            Self::Cancelling => "cancelling",
            Self::Committed => "committed",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    /// Returns the state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        use TurnState::{
            AwaitingApproval, AwaitingModel, Cancelled, Cancelling, Committed, Failed, RunningTools,
        };
        [
            AwaitingModel,
            RunningTools,
            AwaitingApproval,
            Cancelling,
            Committed,
            Cancelled,
            Failed,
        ]
        .into_iter()
        .find(|state| state.as_str() == name)
    }
}

/// Record of a recovery action on a turn with an unclear outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    /// Time of the decision.
    pub at: Timestamp,
    /// Round of the turn; the first is 0.
    pub round: u32,
    /// Recovery action.
    #[serde(rename = "decision")]
    pub action: RecoveryAction,
}

/// Action that recovered a turn with an unclear outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RecoveryAction {
    /// The service had the whole output. It was adopted and nothing was sent.
    Adopted,
    /// The service had nothing of the round. The request was retried.
    Resent,
    /// The service could not be checked. The request was retried once. The first request may have
    /// been executed and billed.
    ResentUnverified,
    /// The service no longer has the response that this one continues. The request carried the
    /// history from the store.
    HistoryReplayed,
    /// The service could not read encrypted reasoning in the history that it had made. It was
    /// omitted.
    ReasoningOmitted,
    /// The service had a part of the round. It was removed or completed.
    Repaired,
    /// The response was still in progress. The session waited for it.
    Waited,
    /// A tool had started before the crash and must not run twice. Its outcome was reported to the
    /// model as unknown.
    ToolOutcomeUnknown,
    /// The conversation had items of another writer after the anchor.
    ForeignItems,
    /// The turn was canceled, and the service keeps nothing of it.
    Abandoned,
}

impl fmt::Display for RecoveryAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Adopted => "the service had the output; nothing was retried",
            Self::Resent => "the service had nothing; the request was retried",
            Self::ResentUnverified => {
                "the request was retried; the first one may have been executed and billed"
            }
            Self::HistoryReplayed => {
                "the service no longer had the previous response; the history from the store was sent instead"
            }
            Self::ReasoningOmitted => {
                "the service could not read encrypted reasoning in the history; it was omitted"
            }
            Self::Repaired => "the service had a part; it was removed or completed",
            Self::Waited => "the response was still in progress; the session waited for it",
            Self::ToolOutcomeUnknown => {
                "a tool was interrupted; the model was informed that its outcome is unknown"
            }
            Self::ForeignItems => "the conversation has items of another writer; they were skipped",
            Self::Abandoned => "the turn was canceled; the service keeps nothing of it",
        })
    }
}

/// Failure of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TurnFailure {
    /// The service rejected it or failed permanently.
    #[serde(rename = "refused")]
    Rejected,
    /// The service executed it, and there is no output to keep.
    NoOutput,
    /// The answer was lost, and nothing shows what became of it: the answer to the request sent again was lost too, or what the
    /// service has cannot be read.
    AnswerLost,
}

/// Record of a turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TurnRecord {
    /// Number of the turn in its session; the first is 1.
    pub seq: u64,
    /// The caller's id for the turn, or a generated one. Unique in its session.
    pub turn_id: String,
    /// State of the turn.
    pub state: TurnState,
    /// Current round. The first request is round 0; each return of tool outputs adds one.
    pub round: u32,
    /// Id of the last item known to be in the conversation before the turn.
    pub base: Option<String>,
    /// Id of the last item known to be in the conversation before the current round.
    pub anchor: Option<String>,
    /// Id of the turn's last response that ended.
    pub response_id: Option<String>,
    /// Id of the response in progress, once known.
    pub pending_response_id: Option<String>,
    /// The turn runs function calls itself.
    #[serde(default)]
    pub runs_tools: bool,
    /// Request members of this turn only.
    pub request: Map<String, Value>,
    /// Reason why the service stopped early, if it did.
    pub incomplete: Option<String>,
    /// Error message of the failure, if the turn failed.
    pub error: Option<String>,
    /// Failure of the turn, if it failed. Before the end of the turn: the failure it will have
    /// unless the response is found after all. Its request is not retried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<TurnFailure>,
    /// Model of the requests, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The current round's request carries the history from the store, because the service no
    /// longer has it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub replays_history: bool,
    /// The turn's requests omit reasoning items of earlier turns, because the service cannot read
    /// them.
    #[serde(default, skip_serializing_if = "is_false")]
    pub omits_reasoning: bool,
    /// Recovery actions of the turn.
    pub recoveries: Vec<Recovery>,
    /// Token usage of all rounds.
    pub usage: TokenUsage,
    /// Creation time.
    pub created_at: Timestamp,
    /// Time of the last write.
    pub updated_at: Timestamp,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

impl TurnRecord {
    /// Creates the record of a turn before its first request.
    pub fn new(seq: u64, turn_id: impl Into<String>, now: Timestamp) -> Self {
        Self {
            seq,
            turn_id: turn_id.into(),
            state: TurnState::AwaitingModel,
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
