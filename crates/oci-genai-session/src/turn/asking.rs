//! Sending a round's request, and what its answer or failure means for the turn.

use futures_util::StreamExt;
use serde_json::{Map, Value, json};

use super::TurnEvent;
use super::decide::{AfterAnswer, AfterFailure, Doubt, after_answer, after_failure};
use super::driver::Driver;
use super::settling::Patience;
use crate::error::{Error, Result};
use crate::item;
use crate::journal::Journal;
use crate::memory;
use crate::service::{Answer, AnswerEvent, AnswerStatus, Repeat, ServiceError, ServiceErrorKind};
use crate::store::{Decision, MemoryKind, TurnFailure};

/// What became of one request.
pub(super) enum Asked {
    Answer(Answer),
    GivenUp,
    Failed(ServiceError),
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
        let most = self.shared.sessions.policy.max_rounds;
        if let Some(choice) = tool_choice(request.get("tool_choice"), round, most) {
            request.insert("tool_choice".to_owned(), choice);
        }
        memory::of(record.memory)
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
    ) -> Result<Asked> {
        let request = self.request(journal).await?;
        let repeat = match doubt {
            Doubt::None => Repeat::IfTurnedAway,
            Doubt::Stale | Doubt::Lost | Doubt::Answered => Repeat::Never,
        };
        let service = self.shared.sessions.service.clone();
        let options = journal.send_options(repeat);
        let keeper = journal.keeper().clone();
        let lapsed = keeper.lapsed();
        tokio::pin!(lapsed);
        if !streaming {
            return Ok(tokio::select! {
                answer = service.respond(request, options) => answer.map_or_else(Asked::Failed, Asked::Answer),
                () = self.cancel.cancelled() => Asked::GivenUp,
                () = &mut lapsed => Asked::LeaseLapsed,
            });
        }
        let opened = tokio::select! {
            opened = service.stream(request, options) => opened,
            () = self.cancel.cancelled() => return Ok(Asked::GivenUp),
            () = &mut lapsed => return Ok(Asked::LeaseLapsed),
        };
        let mut steps = match opened {
            Ok(steps) => steps,
            Err(error) => return Ok(Asked::Failed(error)),
        };
        loop {
            let step = tokio::select! {
                step = steps.next() => step,
                () = self.cancel.cancelled() => return Ok(Asked::GivenUp),
                () = &mut lapsed => return Ok(Asked::LeaseLapsed),
            };
            let event = match step {
                Some(Ok(AnswerEvent::Done(answer))) => return Ok(Asked::Answer(answer)),
                Some(Ok(AnswerEvent::Created(id))) => {
                    journal.name_response(id).await?;
                    continue;
                }
                Some(Ok(AnswerEvent::Delta(text))) => TurnEvent::Delta(text),
                Some(Ok(AnswerEvent::Other(event))) => TurnEvent::Service(event),
                Some(Err(error)) => return Ok(Asked::Failed(error)),
                None => {
                    let text = "the stream ended before the answer did";
                    return Ok(Asked::Failed(ServiceError::new(
                        ServiceErrorKind::Unknown,
                        text,
                    )));
                }
            };
            self.emitter.emit(event).await;
        }
    }

    /// Takes an answer into the session.
    pub(super) async fn accept(&mut self, journal: &mut Journal, answer: Answer) -> Result<()> {
        if goes_on(journal, &answer) {
            journal.act(&answer).await?;
            let most = self.shared.sessions.policy.max_rounds;
            if journal.turn().round >= most {
                let why = format!("the model still called tools after {most} rounds");
                journal.fail(TurnFailure::Refused, why).await?;
            }
            return Ok(());
        }
        if let AnswerStatus::Incomplete(reason) = &answer.status {
            journal.set_incomplete(reason.clone());
        }
        journal.commit(&answer).await
    }

    /// What an answer to the round's request means for the turn; returns the doubt with which to go on.
    pub(super) async fn answered(
        &mut self,
        journal: &mut Journal,
        patience: &mut Patience,
        answer: Answer,
    ) -> Result<Doubt> {
        let is_failure = matches!(answer.status, AnswerStatus::Failed { .. });
        let is_spent = is_failure && !patience.allows_another();
        match after_answer(&answer.status, &answer.items, is_spent) {
            AfterAnswer::Accept => {
                self.accept(journal, answer).await?;
                *patience = Patience::new(&self.shared.sessions.policy);
                Ok(Doubt::None)
            }
            AfterAnswer::LookLater => {
                if let Some(id) = answer.response_id {
                    journal.name_response(id).await?;
                }
                let text = "the service has not finished the answer";
                let error = ServiceError::new(ServiceErrorKind::Unknown, text);
                self.pause(patience, error).await?;
                Ok(Doubt::Lost)
            }
            AfterAnswer::AskAgain => {
                let error = ServiceError::new(ServiceErrorKind::NotDone, why(&answer.status));
                self.pause(patience, error).await?;
                journal.forget_response().await?;
                if journal.record().memory == MemoryKind::Conversation {
                    // The conversation may have got the question.
                    return Ok(Doubt::Lost);
                }
                self.note(journal, Decision::Resent).await;
                Ok(Doubt::None)
            }
            AfterAnswer::End(failure) => {
                journal.fail(failure, why(&answer.status)).await?;
                Ok(Doubt::None)
            }
        }
    }

    /// What a failed request means for the turn; returns the doubt with which to go on.
    pub(super) async fn failed(
        &mut self,
        journal: &mut Journal,
        patience: &mut Patience,
        doubt: Doubt,
        error: ServiceError,
    ) -> Result<Doubt> {
        if self.asks_otherwise(journal, &error).await? {
            return Ok(doubt);
        }
        let turn = journal.turn();
        let may_be_there =
            turn.round > 0 || turn.pending_response_id.is_some() || doubt > Doubt::None;
        match after_failure(error.kind(), doubt, may_be_there) {
            AfterFailure::Again(doubt) => {
                self.pause(patience, error).await?;
                Ok(doubt)
            }
            AfterFailure::WhenFree => {
                self.busy(patience, Some(error)).await?;
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
pub(super) fn refusal(error: &ServiceError) -> String {
    format!("the service refused the turn: {}", full_text(error))
}

/// Why a turn fails whose answer has this status.
fn why(status: &AnswerStatus) -> String {
    match status {
        AnswerStatus::Failed { message, .. } => {
            format!("the service failed to answer: {message}")
        }
        _ => "the response ended as completed without output".to_owned(),
    }
}

/// Whether the turn goes on with work of its own: calls of the session's functions, and requests for approval. When there
/// is anything for the caller to answer, all of the answer is the caller's.
fn goes_on(journal: &Journal, answer: &Answer) -> bool {
    let runs_tools = journal.turn().runs_tools;
    let asked = journal.asked();
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
