//! Who holds the history, and how a turn whose fate is unclear is found again there.

mod chain;
mod conversation;
mod local;

pub(crate) use chain::previous;
pub(crate) use local::exceeds;

use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::error::Result;
use crate::journal::Journal;
use crate::service::{Answer, Service, ServiceError};
use crate::store::MemoryKind;

/// What the service has of a turn's current round.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Found {
    /// Nothing.
    Nothing,
    /// All of it.
    Answer(Answer),
    /// Items that do not add up to a round, by id.
    Part(Vec<String>),
    /// It is at work on it.
    Running,
}

/// The result of a look.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Look {
    pub(crate) found: Found,
    /// Items of somebody else were found; the last of them.
    pub(crate) foreign: Option<String>,
    /// Questions to somebody else that were left without an answer.
    pub(crate) foreign_questions: Vec<Value>,
}

impl Look {
    fn just(found: Found) -> Self {
        Self {
            found,
            foreign: None,
            foreign_questions: Vec::new(),
        }
    }
}

/// A kind of memory.
#[async_trait]
pub(crate) trait Memory: Send + Sync {
    /// Adds the history and the current round's input to a request.
    async fn compose(&self, journal: &Journal, request: &mut Map<String, Value>) -> Result<()>;

    /// Looks for the current round on the service.
    async fn look(&self, service: &dyn Service, journal: &Journal) -> Result<Look, ServiceError>;

    /// Brings what the service has of a turn that was given up into a state that later turns can build on, and
    /// returns what stays of it, oldest first.
    async fn tidy(
        &self,
        service: &dyn Service,
        journal: &Journal,
    ) -> Result<Vec<Value>, ServiceError>;
}

/// The memory of a kind.
pub(crate) fn of(kind: MemoryKind) -> &'static dyn Memory {
    match kind {
        MemoryKind::Conversation => &conversation::ConversationMemory,
        MemoryKind::Chain => &chain::ChainMemory,
        MemoryKind::Local => &local::LocalMemory,
    }
}

/// What became of a response that the service has named.
async fn look_for_response(
    service: &dyn Service,
    id: Option<&str>,
) -> Result<Option<Found>, ServiceError> {
    use crate::service::AnswerStatus::{Completed, Failed, Incomplete, Running};
    let Some(id) = id else { return Ok(None) };
    Ok(service
        .response(id)
        .await?
        .map(|answer| match answer.status {
            Completed | Incomplete(_) | Failed { .. } => Found::Answer(answer),
            Running => Found::Running,
        }))
}
