//! History modes, and the inspection of a round with an unclear outcome in each of them.

mod client_held;
mod conversation;
mod previous_response;

pub(crate) use client_held::exceeds;
pub(crate) use previous_response::previous;

use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::backend::{Backend, BackendError, ModelResponse};
use crate::error::Result;
use crate::journal::Journal;
use crate::store::HistoryMode;

/// State of a turn's current round on the service.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum RoundState {
    /// The service has nothing of it.
    Absent,
    /// The service has all of it.
    Complete(ModelResponse),
    /// The service has a part of it: items by id.
    Partial(Vec<String>),
    /// The response is in progress.
    Running,
}

/// Result of an inspection.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Inspection {
    pub(crate) found: RoundState,
    /// The last of the items of another writer, if there are any.
    pub(crate) foreign: Option<String>,
    /// Open calls of another writer.
    pub(crate) foreign_questions: Vec<Value>,
    /// Items of requests of this round that landed besides the one whose answer was found, by id.
    pub(crate) copies: Vec<String>,
}

impl Inspection {
    fn of(found: RoundState) -> Self {
        Self {
            found,
            foreign: None,
            foreign_questions: Vec::new(),
            copies: Vec::new(),
        }
    }
}

/// Operations that depend on the history mode.
#[async_trait]
pub(crate) trait History: Send + Sync {
    /// Adds the history and the current round's input to a request.
    async fn compose(&self, journal: &Journal, request: &mut Map<String, Value>) -> Result<()>;

    /// Inspects the current round on the service.
    async fn inspect(
        &self,
        service: &dyn Backend,
        journal: &Journal,
    ) -> Result<Inspection, BackendError>;

    /// Returns what the service has of the current round by now, independent of the response's id.
    async fn landed(
        &self,
        service: &dyn Backend,
        journal: &Journal,
    ) -> Result<Inspection, BackendError> {
        let _ = (service, journal);
        Ok(Inspection::of(RoundState::Absent))
    }

    /// Cleans up what the service has of a canceled turn so that later turns can build on it, and
    /// returns the items that stay, oldest first.
    async fn clean_up(
        &self,
        service: &dyn Backend,
        journal: &Journal,
    ) -> Result<Vec<Value>, BackendError>;
}

/// Returns the implementation of a history mode.
pub(crate) fn of(kind: HistoryMode) -> &'static dyn History {
    match kind {
        HistoryMode::Conversation => &conversation::ConversationHistory,
        HistoryMode::PreviousResponse => &previous_response::PreviousResponseHistory,
        HistoryMode::Client => &client_held::ClientHistory,
    }
}

/// Returns the state of a response whose id is known.
async fn look_for_response(
    service: &dyn Backend,
    id: Option<&str>,
) -> Result<Option<RoundState>, BackendError> {
    use crate::backend::ModelResponseStatus::{Completed, Failed, Incomplete, Running};
    let Some(id) = id else { return Ok(None) };
    Ok(service
        .response(id)
        .await?
        .map(|answer| match answer.status {
            Completed | Incomplete(_) | Failed { .. } => RoundState::Complete(answer),
            Running => RoundState::Running,
        }))
}
