//! Finding out what became of a round whose fate is unclear, and cleaning up behind turns that were given up.

use std::time::Duration;

use serde_json::Value;

use super::TurnEvent;
use super::asking::{full_text, refusal};
use super::decide::{AfterLook, Doubt, Facts, Seen, after_look};
use super::driver::Driver;
use crate::error::{Error, ErrorKind, Result};
use crate::item;
use crate::journal::Journal;
use crate::memory::{self, Found, Look};
use crate::policy::{Backoff, Policy};
use crate::service::{AnswerStatus, Repeat, ServiceError, ServiceErrorKind};
use crate::store::{Decision, MemoryKind, TurnFailure, TurnState};
use crate::tool::INTERRUPTED;

/// The error of a turn over Chain or Local memory whose outcome nothing shows.
const LOST_TWICE: &str = "the answer was lost twice, and nothing shows what became of the requests: both may have been \
    carried out and paid for; hint: ask again if you want to, the session is as it was before the turn";

/// The patience of one turn.
pub(super) struct Patience {
    backoff: Backoff,
    settling: Backoff,
    resends: u32,
    /// The service has answered that it failed.
    has_failed: bool,
    /// Moments of the monotonic clock.
    busy_until: Option<Duration>,
    settle_until: Option<Duration>,
}

impl Patience {
    /// Whether a response that failed is asked for once more: it may have cost something.
    pub(super) fn allows_another(&mut self) -> bool {
        let first = !std::mem::replace(&mut self.has_failed, true);
        first && self.resends > 0
    }

    pub(super) fn new(policy: &Policy) -> Self {
        Self {
            backoff: Backoff::new(policy.poll_first, policy.poll_most),
            settling: Backoff::new(policy.poll_first.min(policy.settle / 2), policy.poll_most),
            resends: policy.resends,
            has_failed: false,
            busy_until: None,
            settle_until: None,
        }
    }
}

impl Driver {
    /// Looks for the round on the service; `true` when there is nothing and it has to be sent.
    pub(super) async fn look(
        &mut self,
        journal: &mut Journal,
        patience: &mut Patience,
        doubt: Doubt,
    ) -> Result<bool> {
        let service = self.shared.sessions.service.clone();
        let look = match memory::of(journal.record().memory)
            .look(service.as_ref(), journal)
            .await
        {
            Ok(look) => look,
            Err(error) => return self.not_seen(journal, patience, error).await,
        };
        let Look {
            found,
            foreign,
            foreign_questions,
        } = look;
        self.pass_over(journal, foreign, foreign_questions).await?;
        let seen = match &found {
            Found::Nothing => Seen::Nothing,
            Found::Answer(_) => Seen::Answer,
            Found::Part(_) => Seen::Part,
            Found::Running => Seen::Running,
        };
        let mut facts = Facts {
            memory: journal.record().memory,
            doubt,
            was_resent: journal.was_resent_unverified(),
            is_settled: false,
        };
        let mut next = after_look(seen, facts);
        if next == AfterLook::Settle {
            if self.settling(patience).await {
                return Ok(false);
            }
            facts.is_settled = true;
            next = after_look(seen, facts);
        }
        match (next, found) {
            (AfterLook::Adopt { noted }, Found::Answer(answer)) => {
                if matches!(answer.status, AnswerStatus::Failed { .. }) {
                    self.answered(journal, patience, answer).await?;
                    return Ok(false);
                }
                if noted {
                    self.note(journal, Decision::Adopted).await;
                }
                self.accept(journal, answer).await?;
                Ok(false)
            }
            (AfterLook::Replace, Found::Part(ids)) => {
                let conversation = journal.record().conversation_id.clone().unwrap_or_default();
                for id in ids {
                    let options = journal.send_options(Repeat::IfTurnedAway);
                    let deleted = service.delete_item(&conversation, &id, options);
                    if let Err(error) = deleted.await {
                        self.pause(patience, error).await?;
                        return Ok(false);
                    }
                }
                self.note(journal, Decision::Repaired).await;
                journal.forget_response().await?;
                Ok(true)
            }
            (AfterLook::Send(None), _) => Ok(true),
            (AfterLook::Send(Some(decision)), _) => {
                // Written down before it is sent: it is sent again once at most, whoever goes on with the turn.
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
                self.at_work(journal, patience).await?;
                Ok(false)
            }
        }
    }

    /// A look that failed; nothing is to be sent.
    async fn not_seen(
        &mut self,
        journal: &mut Journal,
        patience: &mut Patience,
        error: ServiceError,
    ) -> Result<bool> {
        match error.kind() {
            ServiceErrorKind::NotFound => journal.refuse(refusal(&error)).await?,
            ServiceErrorKind::NoOutput => {
                journal
                    .fail(TurnFailure::NoOutput, full_text(&error))
                    .await?;
            }
            _ => self.pause(patience, error).await?,
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
                    journal.send_options(Repeat::IfTurnedAway),
                )
                .await
                .map_err(|error| unsettled("the conversation could not be repaired", error))?;
            if let Some(id) = added.iter().rev().find_map(item::id) {
                last = id.to_owned();
            }
            self.note(journal, Decision::Repaired).await;
        }
        journal.move_anchor(last);
        self.note(journal, Decision::ForeignItems).await;
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
                    .delete_item(conversation, id, journal.send_options(Repeat::IfTurnedAway))
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

    pub(super) async fn note(&self, journal: &mut Journal, decision: Decision) {
        let recovery = journal.note(decision);
        tracing::info!(session = %self.shared.id, turn = journal.turn().seq, ?decision, "recovered");
        self.emitter.emit(TurnEvent::Recovered(recovery)).await;
    }

    /// Cleans up behind a turn that was given up. If the service has the whole answer, the turn counts.
    pub(super) async fn tidy(
        &mut self,
        journal: &mut Journal,
        patience: &mut Patience,
    ) -> Result<()> {
        let service = self.shared.sessions.service.clone();
        let memory = memory::of(journal.record().memory);
        let failed = journal.turn().error.is_some();
        if !failed {
            match memory.look(service.as_ref(), journal).await {
                Ok(Look {
                    found: Found::Answer(answer),
                    ..
                }) if !matches!(answer.status, AnswerStatus::Failed { .. })
                    && journal.asked().open(&answer.items).is_empty() =>
                {
                    self.note(journal, Decision::Adopted).await;
                    return journal.commit(&answer).await;
                }
                Ok(Look {
                    found: Found::Running,
                    ..
                }) => return self.at_work(journal, patience).await,
                Ok(Look {
                    found: Found::Nothing | Found::Part(_),
                    ..
                }) if journal.record().memory == MemoryKind::Conversation
                    && self.settling(patience).await =>
                {
                    return Ok(());
                }
                Ok(_) => {}
                Err(error) if error.kind() == ServiceErrorKind::NotFound => {}
                Err(error) => return self.pause(patience, error).await,
            }
        }
        match memory.tidy(service.as_ref(), journal).await {
            Ok(kept) => {
                if !kept.is_empty() {
                    self.note(journal, Decision::Repaired).await;
                }
                self.note(journal, Decision::Abandoned).await;
                let state = if failed {
                    TurnState::Failed
                } else {
                    TurnState::Cancelled
                };
                journal.abandon(state, &kept).await
            }
            Err(error) if error.kind() == ServiceErrorKind::NotFound => {
                let state = match failed {
                    true => TurnState::Failed,
                    false => TurnState::Cancelled,
                };
                journal.abandon(state, &[]).await
            }
            Err(error) if error.kind() == ServiceErrorKind::Locked => {
                self.busy(patience, Some(error)).await
            }
            Err(error) => self.pause(patience, error).await,
        }
    }

    /// Waits before another attempt, or gives up and leaves the turn open.
    pub(super) async fn pause(&self, patience: &mut Patience, error: ServiceError) -> Result<()> {
        if error.kind() == ServiceErrorKind::NotAllowed {
            return Err(Error::lease_lost(error));
        }
        if patience.resends == 0 {
            let text = "the turn's outcome could not be found out; it is settled before the session's next turn";
            return Err(Error::service(ErrorKind::Unsettled, text, error));
        }
        patience.resends -= 1;
        tracing::debug!(session = %self.shared.id, error = %full_text(&error), "trying again");
        self.shared
            .sessions
            .clock
            .sleep(patience.backoff.next())
            .await;
        Ok(())
    }

    /// Waits for a response that the service is still making.
    async fn at_work(&self, journal: &mut Journal, patience: &mut Patience) -> Result<()> {
        let last = journal.turn().recoveries.last();
        if last.is_none_or(|last| last.decision != Decision::Waited) {
            self.note(journal, Decision::Waited).await;
        }
        self.busy(patience, None).await
    }

    /// Waits for the service to be done with the conversation.
    pub(super) async fn busy(
        &self,
        patience: &mut Patience,
        error: Option<ServiceError>,
    ) -> Result<()> {
        let clock = &self.shared.sessions.clock;
        let wait = self.shared.sessions.policy.busy_wait;
        let until = *patience
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
        clock.sleep(patience.backoff.next()).await;
        Ok(())
    }

    /// Gives a request of unclear outcome time to show up; `false` when it has had enough.
    pub(super) async fn settling(&self, patience: &mut Patience) -> bool {
        let clock = &self.shared.sessions.clock;
        let now = clock.monotonic();
        let settle = self.shared.sessions.policy.settle;
        let until = *patience
            .settle_until
            .get_or_insert_with(|| now.saturating_add(settle));
        if now >= until {
            return false;
        }
        let left = until.saturating_sub(now);
        clock
            .sleep(patience.settling.next().min(left).max(left / 8))
            .await;
        true
    }
}

/// The turn stays open, and the session's next use settles it.
fn unsettled(text: &str, error: ServiceError) -> Error {
    match error.kind() {
        ServiceErrorKind::NotAllowed => Error::lease_lost(error),
        _ => Error::service(ErrorKind::Unsettled, text, error),
    }
}
