//! Sending a round's request, and what its answer or failure means for the turn.

use futures_util::StreamExt;
use serde_json::{Map, Value, json};

use super::TurnEvent;
use super::decide::{AfterAnswer, AfterFailure, Doubt, after_answer, after_failure};
use super::driver::Driver;
use super::recovery::RetryState;
use crate::backend::{
    BackendError, BackendErrorKind, BackendRetry, ModelEvent, ModelResponse, ModelResponseStatus,
};
use crate::error::{Error, Result};
use crate::history;
use crate::item;
use crate::journal::Journal;
use crate::store::{HistoryMode, RecoveryAction, TurnFailure};

/// What became of one request.
pub(super) enum CallOutcome {
    Answer(ModelResponse),
    Cancelled,
    Failed(BackendError),
    /// No renewal of the lease has succeeded for a whole lease.
    LeaseLapsed,
}

impl Driver {
    /// The request of the current round.
    pub(super) async fn request(&self, journal: &Journal) -> Result<Map<String, Value>> {
        let record = journal.record();
        let mut request = record.defaults.clone();
        request.extend(journal.turn().request.clone());
        if let Some(model) = &journal.turn().model {
            request
                .entry("model")
                .or_insert_with(|| Value::String(model.clone()));
        }
        let round = journal.turn().round;
        let most = self.shared.sessions.config.max_rounds;
        if let Some(choice) = tool_choice(request.get("tool_choice"), round, most) {
            request.insert("tool_choice".to_owned(), choice);
        }
        history::of(record.history_mode)
            .compose(journal, &mut request)
            .await?;
        Ok(request)
    }

    /// Sends the round's request and takes what comes, unless the caller gives up.
    pub(super) async fn ask(
        &mut self,
        journal: &mut Journal,
        doubt: Doubt,
        streaming: bool,
    ) -> Result<CallOutcome> {
        let request = self.request(journal).await?;
        let repeat = match doubt {
            Doubt::None => BackendRetry::IfRejected,
            Doubt::Stale | Doubt::Lost | Doubt::Answered => BackendRetry::Never,
        };
        let service = self.shared.sessions.service.clone();
        let options = journal.send_options(repeat);
        let keeper = journal.keeper().clone();
        let lapsed = keeper.lapsed();
        tokio::pin!(lapsed);
        if !streaming {
            return Ok(tokio::select! {
                answer = service.respond(request, options) => answer.map_or_else(CallOutcome::Failed, CallOutcome::Answer),
                () = self.cancel.cancelled() => CallOutcome::Cancelled,
                () = &mut lapsed => CallOutcome::LeaseLapsed,
            });
        }
        let opened = tokio::select! {
            opened = service.stream(request, options) => opened,
            () = self.cancel.cancelled() => return Ok(CallOutcome::Cancelled),
            () = &mut lapsed => return Ok(CallOutcome::LeaseLapsed),
        };
        let mut steps = match opened {
            Ok(steps) => steps,
            Err(error) => return Ok(CallOutcome::Failed(error)),
        };
        loop {
            let step = tokio::select! {
                step = steps.next() => step,
                () = self.cancel.cancelled() => return Ok(CallOutcome::Cancelled),
                () = &mut lapsed => return Ok(CallOutcome::LeaseLapsed),
            };
            let event = match step {
                Some(Ok(ModelEvent::Done(answer))) => return Ok(CallOutcome::Answer(answer)),
                Some(Ok(ModelEvent::Created(id))) => {
                    journal.name_response(id).await?;
                    continue;
                }
                Some(Ok(ModelEvent::Delta(text))) => TurnEvent::Delta(text),
                Some(Ok(ModelEvent::Other(event))) => TurnEvent::Service(event),
                Some(Err(error)) => return Ok(CallOutcome::Failed(error)),
                None => {
                    let text = "the stream ended before the answer did";
                    return Ok(CallOutcome::Failed(BackendError::new(
                        BackendErrorKind::Unknown,
                        text,
                    )));
                }
            };
            self.emitter.emit(event).await;
        }
    }

    /// Takes an answer into the session.
    pub(super) async fn accept(
        &mut self,
        journal: &mut Journal,
        answer: ModelResponse,
    ) -> Result<()> {
        if goes_on(journal, &answer) {
            journal.act(&answer).await?;
            let most = self.shared.sessions.config.max_rounds;
            if journal.turn().round >= most {
                let why = format!("the model still called tools after {most} rounds");
                journal.fail(TurnFailure::Rejected, why).await?;
            }
            return Ok(());
        }
        if let ModelResponseStatus::Incomplete(reason) = &answer.status {
            journal.set_incomplete(reason.clone());
        }
        journal.commit(&answer).await
    }

    /// What an answer to the round's request means for the turn; returns the doubt with which to go on.
    pub(super) async fn answered(
        &mut self,
        journal: &mut Journal,
        retry: &mut RetryState,
        doubt: Doubt,
        answer: ModelResponse,
    ) -> Result<Doubt> {
        let is_failure = matches!(answer.status, ModelResponseStatus::Failed { .. });
        let is_spent = is_failure && !retry.allows_another();
        match after_answer(&answer.status, &answer.items, is_spent) {
            AfterAnswer::Accept => {
                let answer = self.first_answer(journal, retry, doubt, answer).await?;
                self.accept(journal, answer).await?;
                *retry = RetryState::new(&self.shared.sessions.config);
                Ok(Doubt::None)
            }
            AfterAnswer::LookLater => {
                if let Some(id) = answer.response_id {
                    journal.name_response(id).await?;
                }
                let text = "the service has not finished the answer";
                let error = BackendError::new(BackendErrorKind::Unknown, text);
                self.pause(retry, error).await?;
                Ok(Doubt::Lost)
            }
            AfterAnswer::AskAgain => {
                let error = BackendError::new(BackendErrorKind::NotExecuted, why(&answer.status));
                self.pause(retry, error).await?;
                journal.forget_response().await?;
                if journal.record().history_mode == HistoryMode::Conversation {
                    // The conversation may have got the question.
                    return Ok(Doubt::Lost);
                }
                self.note(journal, RecoveryAction::Resent).await;
                Ok(Doubt::None)
            }
            AfterAnswer::End(failure) => {
                if self.first_landed(journal, retry, doubt).await? {
                    return Ok(doubt);
                }
                journal.fail(failure, why(&answer.status)).await?;
                Ok(Doubt::None)
            }
        }
    }

    /// What a failed request means for the turn; returns the doubt with which to go on.
    pub(super) async fn failed(
        &mut self,
        journal: &mut Journal,
        retry: &mut RetryState,
        doubt: Doubt,
        error: BackendError,
    ) -> Result<Doubt> {
        if self.change_request(journal, &error).await? {
            return Ok(doubt);
        }
        let turn = journal.turn();
        let may_be_there =
            turn.round > 0 || turn.pending_response_id.is_some() || doubt > Doubt::None;
        let after = after_failure(error.kind(), doubt, may_be_there);
        if matches!(after, AfterFailure::Refuse | AfterFailure::End(_))
            && let Some(doubt) = self.goes_on_refused(journal, retry, doubt, &error).await?
        {
            return Ok(doubt);
        }
        match after {
            AfterFailure::Again(doubt) => {
                self.pause(retry, error).await?;
                Ok(doubt)
            }
            AfterFailure::WhenFree => {
                self.busy(retry, Some(error)).await?;
                Ok(doubt.max(Doubt::Stale))
            }
            AfterFailure::LookOnly => {
                let why = format!(
                    "the service carried the turn out, and its answer could not be read: {}",
                    full_text(&error)
                );
                journal.note_unusable(why).await?;
                Ok(Doubt::Answered)
            }
            AfterFailure::Refuse => {
                journal.refuse(refusal(&error)).await?;
                Ok(doubt)
            }
            AfterFailure::End(failure) => {
                let why = match failure {
                    TurnFailure::NoOutput => full_text(&error),
                    _ => refusal(&error),
                };
                journal.fail(failure, why).await?;
                Ok(doubt)
            }
            AfterFailure::Stop => Err(Error::lease_lost(error)),
        }
    }
}

/// A refusal of the service as the turn's error.
pub(super) fn refusal(error: &BackendError) -> String {
    format!("the service refused the turn: {}", full_text(error))
}

/// Why a turn fails whose answer has this status.
fn why(status: &ModelResponseStatus) -> String {
    match status {
        ModelResponseStatus::Failed { message, .. } => {
            format!("the service failed to answer: {message}")
        }
        _ => "the response ended as completed without output".to_owned(),
    }
}

/// Whether the turn goes on with work of its own: calls of the session's functions, and requests for approval. When there
/// is anything for the caller to answer, all of the answer is the caller's.
fn goes_on(journal: &Journal, answer: &ModelResponse) -> bool {
    let runs_tools = journal.turn().runs_tools;
    let asked = journal.pending_calls();
    let open = asked.open(&answer.items);
    open.iter()
        .any(|item| item::is_approval_request(item) || (runs_tools && item::is_call(item)))
        && (runs_tools || open.iter().all(|item| item::is_approval_request(item)))
}

/// What takes the place of a request's `tool_choice` in a round, if anything: a choice that forces a call would have the model
/// call for ever.
fn tool_choice(choice: Option<&Value>, round: u32, most: u32) -> Option<Value> {
    if round >= most {
        // The model has called often enough; now it has to answer.
        return Some(json!("none"));
    }
    let choice = choice.filter(|_| round > 0)?;
    match choice {
        Value::String(mode) => (mode == "required").then(|| json!("auto")),
        Value::Object(object) if item::kind(choice) == "allowed_tools" => {
            let is_forced = item::text(choice, "mode") == Some("required");
            let mut allowed = object.clone();
            allowed.insert("mode".to_owned(), json!("auto"));
            is_forced.then_some(Value::Object(allowed))
        }
        // It names one tool.
        Value::Object(_) => Some(json!("auto")),
        _ => None,
    }
}

/// An error with its causes.
pub(super) fn full_text(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_that_forces_calls_is_lifted_after_the_first_round() {
        let tools = json!([{ "type": "function", "name": "f" }]);
        let allowed = |mode: &str| json!({ "type": "allowed_tools", "mode": mode, "tools": tools });
        for (choice, lifted) in [
            (json!("required"), Some(json!("auto"))),
            (json!("auto"), None),
            (json!("none"), None),
            (
                json!({ "type": "function", "name": "f" }),
                Some(json!("auto")),
            ),
            (
                json!({ "type": "custom", "name": "f" }),
                Some(json!("auto")),
            ),
            (json!({ "type": "file_search" }), Some(json!("auto"))),
            (allowed("required"), Some(allowed("auto"))),
            (allowed("auto"), None),
        ] {
            assert_eq!(tool_choice(Some(&choice), 0, 16), None, "{choice}");
            assert_eq!(tool_choice(Some(&choice), 1, 16), lifted, "{choice}");
            assert_eq!(tool_choice(Some(&choice), 16, 16), Some(json!("none")));
        }
        assert_eq!(tool_choice(None, 1, 16), None);
    }
}
