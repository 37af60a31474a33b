//! Other forms of a request that the service rejected because of something it refers to.

use super::driver::Driver;
use crate::backend::{Backend, BackendError, BackendErrorKind};
use crate::error::Result;
use crate::history;
use crate::journal::Journal;
use crate::store::{HistoryMode, RecoveryAction};

impl Driver {
    /// Changes the form of the round's request if that avoids the reason for its rejection. Returns
    /// true if it did.
    pub(super) async fn change_request(
        &mut self,
        journal: &mut Journal,
        error: &BackendError,
    ) -> Result<bool> {
        let is_refusal = matches!(
            error.kind(),
            BackendErrorKind::Rejected | BackendErrorKind::NotFound
        );
        if !is_refusal {
            return Ok(false);
        }
        let (turn, history_mode) = (journal.turn(), journal.record().history_mode);
        if history_mode == HistoryMode::PreviousResponse
            && !turn.replays_history
            && let Some(previous) = history::previous(journal)
            && is_forgotten(self.shared.sessions.service.as_ref(), previous, error).await
        {
            self.note(journal, RecoveryAction::HistoryReplayed).await;
            journal.replay_history().await?;
            return Ok(true);
        }
        let carries_history = history_mode == HistoryMode::Client || journal.turn().replays_history;
        if carries_history
            && !journal.turn().omits_reasoning
            && error.code() == Some("invalid_encrypted_content")
        {
            self.note(journal, RecoveryAction::ReasoningOmitted).await;
            journal.omit_reasoning().await?;
            return Ok(true);
        }
        Ok(false)
    }
}

/// Returns true if the request was rejected because the service no longer has the previous
/// response.
async fn is_forgotten(service: &dyn Backend, previous: &str, error: &BackendError) -> bool {
    let is_named = error.code() == Some("previous_response_not_found")
        || error.param() == Some("previous_response_id")
        || error.to_string().contains(previous);
    // Services send the same error for a model that does not exist, so a check is needed.
    is_named
        || (error.kind() == BackendErrorKind::NotFound
            && matches!(service.response(previous).await, Ok(None)))
}
