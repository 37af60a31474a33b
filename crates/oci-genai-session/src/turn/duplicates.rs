//! Requests that were sent again and then met the first one: between the look that found nothing and the request sent again,
//! the first may have landed. Nothing on the service's side keeps it from doing so; what came of it is found afterwards.

use super::decide::{AfterFailedLook, Doubt, after_failed_look};
use super::driver::Driver;
use super::model_call::full_text;
use super::recovery::RetryState;
use crate::backend::{BackendError, BackendErrorKind, BackendRetry, ModelResponse};
use crate::error::Result;
use crate::history::{self, Inspection, RoundState};
use crate::journal::Journal;
use crate::store::{HistoryMode, RecoveryAction};

impl Driver {
    /// Looks what landed of a round whose request was sent again, now that it was answered or refused.
    async fn landed(
        &self,
        journal: &Journal,
        retry: &mut RetryState,
        doubt: Doubt,
    ) -> Result<Option<Inspection>> {
        let service = self.shared.sessions.service.clone();
        loop {
            let landed =
                history::of(journal.record().history_mode).landed(service.as_ref(), journal);
            match landed.await {
                Ok(look) => return Ok(Some(look)),
                Err(error) => match after_failed_look(error.kind(), doubt) {
                    AfterFailedLook::Again => self.pause(retry, error).await?,
                    _ => return Ok(None),
                },
            }
        }
    }

    /// The answer that counts after one came to a request in doubt: the first one's, if that landed too. The other's items are
    /// removed.
    pub(super) async fn first_answer(
        &mut self,
        journal: &mut Journal,
        retry: &mut RetryState,
        doubt: Doubt,
        answer: ModelResponse,
    ) -> Result<ModelResponse> {
        if !is_in_doubt(journal, doubt) {
            return Ok(answer);
        }
        loop {
            let (first, copies) = match self.landed(journal, retry, doubt).await? {
                Some(Inspection {
                    found: RoundState::Complete(first),
                    copies,
                    ..
                }) if !copies.is_empty() => (first, copies),
                _ => return Ok(answer),
            };
            match self.remove_copies(journal, copies).await {
                Ok(()) => {
                    journal.forget_response().await?;
                    return Ok(first);
                }
                Err(error) => self.pause(retry, error).await?,
            }
        }
    }

    /// Whether a turn whose request in doubt came to nothing has its answer all the same: the first one's. It is then to be
    /// looked for.
    pub(super) async fn first_landed(
        &self,
        journal: &mut Journal,
        retry: &mut RetryState,
        doubt: Doubt,
    ) -> Result<bool> {
        if !is_in_doubt(journal, doubt) {
            return Ok(false);
        }
        let landed = self.landed(journal, retry, doubt).await?;
        if !landed.is_some_and(|look| matches!(look.found, RoundState::Complete(_))) {
            return Ok(false);
        }
        // What is known of a response is of the one that came to nothing.
        journal.forget_response().await?;
        Ok(true)
    }

    /// Whether the turn goes on after its request was refused, and with which doubt: the first request may have landed and be
    /// the reason, or somebody else may have left a question without an answer.
    pub(super) async fn goes_on_refused(
        &mut self,
        journal: &mut Journal,
        retry: &mut RetryState,
        doubt: Doubt,
        error: &BackendError,
    ) -> Result<Option<Doubt>> {
        if self.first_landed(journal, retry, doubt).await? {
            return Ok(Some(doubt));
        }
        if journal.record().history_mode != HistoryMode::Conversation
            || error.kind() != BackendErrorKind::Rejected
        {
            return Ok(None);
        }
        match self.landed(journal, retry, doubt).await? {
            Some(look) if !look.foreign_questions.is_empty() => {
                tracing::debug!(session = %self.shared.id, error = %full_text(error), "items of somebody else");
                self.pass_over(journal, look.foreign, look.foreign_questions)
                    .await?;
                Ok(Some(doubt.max(Doubt::Stale)))
            }
            _ => Ok(None),
        }
    }

    /// Removes what landed besides the request whose answer counts.
    pub(super) async fn remove_copies(
        &self,
        journal: &mut Journal,
        copies: Vec<String>,
    ) -> Result<(), BackendError> {
        if copies.is_empty() {
            return Ok(());
        }
        let service = self.shared.sessions.service.clone();
        let conversation = journal.record().conversation_id.clone().unwrap_or_default();
        for id in copies {
            let options = journal.send_options(BackendRetry::IfRejected);
            service.delete_item(&conversation, &id, options).await?;
        }
        self.note(journal, RecoveryAction::Repaired).await;
        Ok(())
    }
}

/// Whether the round's request was sent again where what became of the first can be looked at.
fn is_in_doubt(journal: &Journal, doubt: Doubt) -> bool {
    doubt == Doubt::Lost && journal.record().history_mode == HistoryMode::Conversation
}
