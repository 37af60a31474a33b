//! Finding out what became of a round whose fate is unclear, and cleaning up behind turns that were given up.

use std::time::Duration;

use serde_json::Value;

use super::TurnEvent;
use super::decide::{
    AfterFailedLook, AfterLook, Doubt, Facts, Seen, after_failed_look, after_look,
};
use super::driver::Driver;
use super::model_call::{full_text, refusal};
use crate::backend::{BackendError, BackendErrorKind, BackendRetry, ModelResponseStatus};
use crate::config::{Backoff, SessionConfig};
use crate::error::{Error, ErrorKind, Result};
use crate::history::{self, Inspection, RoundState};
use crate::item;
use crate::journal::Journal;
use crate::store::{HistoryMode, RecoveryAction, TurnState};
use crate::tool::INTERRUPTED;

/// The error of a turn over Chain or Local memory whose outcome nothing shows.
const LOST_TWICE: &str = "the answer was lost twice, and nothing shows what became of the requests: both may have been \
    carried out and paid for; hint: ask again if you want to, the session is as it was before the turn";

/// Retry state of one turn.
pub(super) struct RetryState {
    backoff: Backoff,
    arrival_backoff: Backoff,
    resends: u32,
    /// The service has answered that it failed.
    has_failed: bool,
    /// Moments of the monotonic clock.
    busy_until: Option<Duration>,
    arrival_until: Option<Duration>,
}

impl RetryState {
    /// Whether a response that failed is asked for once more: it may have cost something.
    pub(super) fn allows_another(&mut self) -> bool {
        let first = !std::mem::replace(&mut self.has_failed, true);
        first && self.resends > 0
    }

    pub(super) fn new(config: &SessionConfig) -> Self {
        Self {
            backoff: Backoff::new(config.initial_backoff, config.max_backoff),
            arrival_backoff: Backoff::new(
                config.initial_backoff.min(config.resend_delay / 2),
                config.max_backoff,
            ),
            resends: config.max_resends,
            has_failed: false,
            busy_until: None,
            arrival_until: None,
        }
    }
}

impl Driver {
    /// Looks for the round on the service; `true` when there is nothing and it has to be sent.
    pub(super) async fn look(
        &mut self,
        journal: &mut Journal,
        retry: &mut RetryState,
        doubt: Doubt,
    ) -> Result<bool> {
        let service = self.shared.sessions.service.clone();
        let look = match history::of(journal.record().history_mode)
            .inspect(service.as_ref(), journal)
            .await
        {
            Ok(look) => look,
            Err(error) => return self.not_seen(journal, retry, doubt, error).await,
        };
        let Inspection {
            found,
            foreign,
            foreign_questions,
            copies,
        } = look;
        self.pass_over(journal, foreign, foreign_questions).await?;
        let seen = match &found {
            RoundState::Absent => Seen::Absent,
            RoundState::Complete(_) => Seen::Complete,
            RoundState::Partial(_) => Seen::Partial,
            RoundState::Running => Seen::Running,
        };
        let mut facts = Facts {
            history_mode: journal.record().history_mode,
            doubt,
            was_resent: journal.was_resent_unverified(),
            has_waited: false,
        };
        let mut next = after_look(seen, facts);
        if next == AfterLook::WaitForArrival {
            if self.wait_for_arrival(retry).await {
                return Ok(false);
            }
            facts.has_waited = true;
            next = after_look(seen, facts);
        }
        match (next, found) {
            (AfterLook::Adopt { noted }, RoundState::Complete(answer)) => {
                if matches!(answer.status, ModelResponseStatus::Failed { .. }) {
                    self.answered(journal, retry, doubt, answer).await?;
                    return Ok(false);
                }
                if let Err(error) = self.remove_copies(journal, copies).await {
                    self.pause(retry, error).await?;
                    return Ok(false);
                }
                if noted {
                    self.note(journal, RecoveryAction::Adopted).await;
                }
                self.accept(journal, answer).await?;
                Ok(false)
            }
            (AfterLook::Replace, RoundState::Partial(ids)) => {
                let conversation = journal.record().conversation_id.clone().unwrap_or_default();
                for id in ids {
                    let options = journal.send_options(BackendRetry::IfRejected);
                    let deleted = service.delete_item(&conversation, &id, options);
                    if let Err(error) = deleted.await {
                        self.pause(retry, error).await?;
                        return Ok(false);
                    }
                }
                self.note(journal, RecoveryAction::Repaired).await;
                journal.forget_response().await?;
                Ok(true)
            }
            (AfterLook::Send(None), _) => Ok(true),
            (AfterLook::Send(Some(decision)), _) => {
                // Written down before it is sent: it is retried at most once, by any process that continues the turn.
                self.note(journal, decision).await;
                journal.forget_response().await?;
                Ok(true)
            }
            (AfterLook::End(Some(failure)), _) => {
                journal.fail(failure, LOST_TWICE.to_owned()).await?;
                Ok(false)
            }
            (AfterLook::End(None), _) => {
                journal.enter(TurnState::Cancelling).await?;
                Ok(false)
            }
            // Settled by now; the rest cannot be.
            _ => {
                self.wait_while_running(journal, retry).await?;
                Ok(false)
            }
        }
    }

    /// A look that failed; `true` when the request has to be sent all the same.
    async fn not_seen(
        &mut self,
        journal: &mut Journal,
        retry: &mut RetryState,
        doubt: Doubt,
        error: BackendError,
    ) -> Result<bool> {
        match after_failed_look(error.kind(), doubt) {
            AfterFailedLook::Again => self.pause(retry, error).await?,
            AfterFailedLook::Refuse => journal.refuse(refusal(&error)).await?,
            AfterFailedLook::End(failure) => journal.fail(failure, full_text(&error)).await?,
            AfterFailedLook::EndUnseen(failure) => {
                let why = format!(
                    "what the service has of the turn cannot be read: {}",
                    full_text(&error)
                );
                journal.end_unseen(failure, why).await?;
            }
            AfterFailedLook::Send => return Ok(true),
        }
        Ok(false)
    }

    /// Deals with items of somebody else that stand between what is known and the round.
    pub(super) async fn pass_over(
        &mut self,
        journal: &mut Journal,
        last: Option<String>,
        questions: Vec<Value>,
    ) -> Result<()> {
        let Some(mut last) = last else { return Ok(()) };
        if !questions.is_empty()
            && let Some(conversation) = journal.record().conversation_id.clone()
        {
            // A question without an answer makes the service refuse every later turn.
            let outputs = questions
                .iter()
                .map(|question| item::substitute(question, INTERRUPTED));
            let service = self.shared.sessions.service.clone();
            let added = service
                .add_items(
                    &conversation,
                    outputs.collect(),
                    journal.send_options(BackendRetry::IfRejected),
                )
                .await
                .map_err(|error| unsettled("the conversation could not be repaired", error))?;
            if let Some(id) = added.iter().rev().find_map(item::id) {
                last = id.to_owned();
            }
            self.note(journal, RecoveryAction::Repaired).await;
        }
        journal.move_anchor(last);
        self.note(journal, RecoveryAction::ForeignItems).await;
        Ok(())
    }

    /// Removes the hosted calls that the last turn left without a result, and says whether there were any. What the tool
    /// did cannot be learned any more, and the service may refuse every turn after such a call.
    pub(super) async fn remove_unfinished(
        &self,
        journal: &mut Journal,
        input: &[Value],
    ) -> Result<bool> {
        let ids = journal.left_without_result(input);
        if ids.is_empty() {
            return Ok(false);
        }
        if let Some(conversation) = &journal.record().conversation_id {
            for id in &ids {
                let service = self.shared.sessions.service.as_ref();
                service
                    .delete_item(
                        conversation,
                        id,
                        journal.send_options(BackendRetry::IfRejected),
                    )
                    .await
                    .map_err(|error| {
                        let text =
                            "a call without a result could not be removed from the conversation";
                        unsettled(text, error)
                    })?;
            }
        }
        journal.remove(&ids).await?;
        Ok(true)
    }

    pub(super) async fn note(&self, journal: &mut Journal, decision: RecoveryAction) {
        let recovery = journal.note(decision);
        tracing::info!(session = %self.shared.id, turn = journal.turn().seq, ?decision, "recovered");
        self.emitter.emit(TurnEvent::Recovered(recovery)).await;
    }

    /// Cleans up behind a turn that was given up. If the service has the whole answer, the turn counts.
    pub(super) async fn clean_up(
        &mut self,
        journal: &mut Journal,
        retry: &mut RetryState,
    ) -> Result<()> {
        let service = self.shared.sessions.service.clone();
        let history = history::of(journal.record().history_mode);
        let failed = journal.turn().error.is_some();
        if !failed {
            match history.inspect(service.as_ref(), journal).await {
                Ok(Inspection {
                    found: RoundState::Complete(answer),
                    copies,
                    ..
                }) if !matches!(answer.status, ModelResponseStatus::Failed { .. })
                    && journal.pending_calls().open(&answer.items).is_empty() =>
                {
                    if let Err(error) = self.remove_copies(journal, copies).await {
                        return self.pause(retry, error).await;
                    }
                    self.note(journal, RecoveryAction::Adopted).await;
                    return journal.commit(&answer).await;
                }
                Ok(Inspection {
                    found: RoundState::Running,
                    ..
                }) => return self.wait_while_running(journal, retry).await,
                Ok(Inspection {
                    found: RoundState::Absent | RoundState::Partial(_),
                    ..
                }) if journal.record().history_mode == HistoryMode::Conversation
                    && self.wait_for_arrival(retry).await =>
                {
                    return Ok(());
                }
                Ok(_) => {}
                Err(error) if is_beyond_reach(&error) => {}
                Err(error) => return self.pause(retry, error).await,
            }
        }
        match history.clean_up(service.as_ref(), journal).await {
            Ok(kept) => {
                if !kept.is_empty() {
                    self.note(journal, RecoveryAction::Repaired).await;
                }
                self.note(journal, RecoveryAction::Abandoned).await;
                let state = if failed {
                    TurnState::Failed
                } else {
                    TurnState::Cancelled
                };
                journal.abandon(state, &kept).await
            }
            Err(error) if is_beyond_reach(&error) => {
                let state = match failed {
                    true => TurnState::Failed,
                    false => TurnState::Cancelled,
                };
                journal.abandon(state, &[]).await
            }
            Err(error) if error.kind() == BackendErrorKind::Locked => {
                self.busy(retry, Some(error)).await
            }
            Err(error) => self.pause(retry, error).await,
        }
    }

    /// Waits before another attempt, or gives up and leaves the turn open.
    pub(super) async fn pause(&self, retry: &mut RetryState, error: BackendError) -> Result<()> {
        if error.kind() == BackendErrorKind::NotAllowed {
            return Err(Error::lease_lost(error));
        }
        if retry.resends == 0 {
            let text = "the turn's outcome could not be found out; it is settled before the session's next turn";
            return Err(Error::service(ErrorKind::OutcomeUnknown, text, error));
        }
        retry.resends -= 1;
        tracing::debug!(session = %self.shared.id, error = %full_text(&error), "trying again");
        self.shared.sessions.clock.sleep(retry.backoff.next()).await;
        Ok(())
    }

    /// Waits for a response that the service is still making.
    async fn wait_while_running(
        &self,
        journal: &mut Journal,
        retry: &mut RetryState,
    ) -> Result<()> {
        let last = journal.turn().recoveries.last();
        if last.is_none_or(|last| last.action != RecoveryAction::Waited) {
            self.note(journal, RecoveryAction::Waited).await;
        }
        self.busy(retry, None).await
    }

    /// Waits for the service to be done with the conversation.
    pub(super) async fn busy(
        &self,
        retry: &mut RetryState,
        error: Option<BackendError>,
    ) -> Result<()> {
        let clock = &self.shared.sessions.clock;
        let wait = self.shared.sessions.config.conversation_busy_timeout;
        let until = *retry
            .busy_until
            .get_or_insert_with(|| clock.monotonic().saturating_add(wait));
        if clock.monotonic() >= until {
            let text = "the service was busy with the conversation for too long; try again later";
            let busy = Error::new(ErrorKind::Busy, text);
            return Err(match error {
                Some(error) => busy.with_source(error),
                None => busy,
            });
        }
        clock.sleep(retry.backoff.next()).await;
        Ok(())
    }

    /// Gives a request of unclear outcome time to show up; `false` when it has had enough.
    pub(super) async fn wait_for_arrival(&self, retry: &mut RetryState) -> bool {
        let clock = &self.shared.sessions.clock;
        let now = clock.monotonic();
        let settle = self.shared.sessions.config.resend_delay;
        let until = *retry
            .arrival_until
            .get_or_insert_with(|| now.saturating_add(settle));
        if now >= until {
            return false;
        }
        let left = until.saturating_sub(now);
        clock
            .sleep(retry.arrival_backoff.next().min(left).max(left / 8))
            .await;
        true
    }
}

/// The turn stays open, and the session's next use settles it.
fn unsettled(text: &str, error: BackendError) -> Error {
    match error.kind() {
        BackendErrorKind::NotAllowed => Error::lease_lost(error),
        _ => Error::service(ErrorKind::OutcomeUnknown, text, error),
    }
}

/// Whether nothing can be cleaned up, now or later: it is not there, or cannot be read.
fn is_beyond_reach(error: &BackendError) -> bool {
    matches!(
        error.kind(),
        BackendErrorKind::NotFound | BackendErrorKind::Unusable
    )
}
