//! Requests that the service refused because of what they refer to, and that can be made in another way.

use super::driver::Driver;
use crate::error::Result;
use crate::journal::Journal;
use crate::memory;
use crate::service::{Service, ServiceError, ServiceErrorKind};
use crate::store::{Decision, MemoryKind};

impl Driver {
    /// Changes how the round's request is made, if it was refused for a reason that this takes away; says whether it did.
    pub(super) async fn asks_otherwise(
        &mut self,
        journal: &mut Journal,
        error: &ServiceError,
    ) -> Result<bool> {
        let is_refusal = matches!(
            error.kind(),
            ServiceErrorKind::Refused | ServiceErrorKind::NotFound
        );
        if !is_refusal {
            return Ok(false);
        }
        let (turn, memory) = (journal.turn(), journal.record().memory);
        if memory == MemoryKind::Chain
            && !turn.replays_history
            && let Some(previous) = memory::previous(journal)
            && is_forgotten(self.shared.sessions.service.as_ref(), previous, error).await
        {
            self.note(journal, Decision::HistoryReplayed).await;
            journal.replay_history().await?;
            return Ok(true);
        }
        let carries_history = memory == MemoryKind::Local || journal.turn().replays_history;
        if carries_history
            && !journal.turn().omits_reasoning
            && error.code() == Some("invalid_encrypted_content")
        {
            self.note(journal, Decision::ReasoningOmitted).await;
            journal.omit_reasoning().await?;
            return Ok(true);
        }
        Ok(false)
    }
}

/// Whether a refusal is about the previous response, which the service has forgotten.
async fn is_forgotten(service: &dyn Service, previous: &str, error: &ServiceError) -> bool {
    let is_named = error.code() == Some("previous_response_not_found")
        || error.param() == Some("previous_response_id")
        || error.to_string().contains(previous);
    // Services also answer so for a model that is not there; a look tells.
    is_named
        || (error.kind() == ServiceErrorKind::NotFound
            && matches!(service.response(previous).await, Ok(None)))
}
