//! Working off the questions of a round: calls of functions, and requests for approval.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
use serde_json::Value;
use tokio::sync::Mutex;

use super::TurnEvent;
use super::calls::{self, Known, Step};
use super::driver::Driver;
use crate::error::{Error, ErrorKind, Result};
use crate::item;
use crate::journal::Journal;
use crate::store::{CallPlace, RecoveryAction, ToolCallRecord, ToolCallState, TurnState};
use crate::tool::{BROKE_OFF, INTERRUPTED, RemoteCall, Tool, ToolCall};

/// A question of the model within its round.
struct Question {
    call: ToolCall,
    name: String,
    item: Value,
}

impl Driver {
    /// Makes the calls of the current round and journals what goes back to the model.
    pub(super) async fn act(&mut self, journal: &mut Journal) -> Result<()> {
        let questions = self.questions(journal)?;
        let mut waiting = false;
        let mut runs = Vec::new();
        for question in &questions {
            let Question { call, name, item } = question;
            let known = journal.effect(call.place, &call.call_id);
            let (state, reason) = match known {
                Some(known) => (Some(known.state), known.output.as_deref()),
                None => (None, None),
            };
            let tool = self.tools.get(name).cloned();
            let step = match item::kind(item) {
                "function_call" => {
                    let tool = tool.as_deref().map(|tool| Known {
                        is_repeatable: tool.is_repeatable(),
                        needs_approval: tool.needs_approval(call),
                    });
                    calls::next(state, reason, calls::wrong(item), tool, name)
                }
                "mcp_approval_request" => {
                    let remote = RemoteCall::new(call, item);
                    match state {
                        Some(ToolCallState::Awaiting) => Step::Wait,
                        Some(_) => Step::Nothing,
                        None if self.tools.need_remote_approval(&remote) => Step::Wait,
                        // The service makes the call.
                        None => Step::Run,
                    }
                }
                _ => Step::Nothing,
            };
            let (state, output) = match (step, tool) {
                (Step::Nothing, _) => continue,
                (Step::Wait, _) => {
                    waiting = true;
                    if state.is_some() {
                        continue;
                    }
                    (ToolCallState::Awaiting, None)
                }
                (Step::Answer(output), _) => (ToolCallState::Done, Some(output)),
                (Step::OutcomeUnknown, _) => {
                    self.note(journal, RecoveryAction::ToolOutcomeUnknown).await;
                    (ToolCallState::Done, Some(INTERRUPTED.to_owned()))
                }
                (Step::Run, Some(tool)) if item::is_call(item) => {
                    runs.push((call.clone(), name.clone(), tool));
                    continue;
                }
                (Step::Run, _) => (ToolCallState::Approved, None),
            };
            let mut effect = effect(call, name, state);
            effect.output = output;
            journal.put_effect(effect).await?;
        }
        if !self.run_all(journal, runs).await? {
            return journal.enter(TurnState::Cancelling).await;
        }
        if waiting {
            if journal.turn().state != TurnState::AwaitingApproval {
                journal.enter(TurnState::AwaitingApproval).await?;
            }
            let text =
                "a tool call waits for approval; approve or deny it, then settle the session";
            return Err(Error::new(ErrorKind::AwaitingApproval, text));
        }
        let answers: Vec<Value> = questions
            .iter()
            .map(|question| answer(journal, question))
            .collect();
        journal.next_round(&answers).await
    }

    /// The questions of the current round that nothing answers yet.
    fn questions(&self, journal: &Journal) -> Result<Vec<Question>> {
        let asked = journal.pending_calls();
        let (round, items) = (journal.turn().round, journal.round_output()?);
        let questions = asked.open_positions(&items).into_iter().map(|at| {
            let item = items[at].clone();
            let place = CallPlace {
                round,
                position: u32::try_from(at).unwrap_or(u32::MAX),
            };
            let call = ToolCall {
                session: self.shared.id.clone(),
                turn: journal.turn().seq,
                place,
                call_id: asked.question(&item).unwrap_or_default().to_owned(),
                arguments: calls::arguments(&item).into_owned(),
            };
            let name = item::text(&item, "name").unwrap_or_default().to_owned();
            Question { call, name, item }
        });
        Ok(questions.collect())
    }

    /// Runs tools side by side; `false` when the caller gave up meanwhile.
    async fn run_all(
        &mut self,
        journal: &mut Journal,
        runs: Vec<(ToolCall, String, Arc<dyn Tool>)>,
    ) -> Result<bool> {
        let config = &self.shared.sessions.config;
        let clock = &self.shared.sessions.clock;
        let (timeout, at_once) = (config.tool_timeout, config.parallel_tools.max(1));
        let journal = &Mutex::new(journal);
        let emitter = &self.emitter;
        let work = stream::iter(runs).map(Ok).try_for_each_concurrent(
            at_once,
            |(call, name, tool)| async move {
                let mut effect = effect(&call, &name, ToolCallState::Started);
                journal.lock().await.put_effect(effect.clone()).await?;
                let (place, call_id) = (call.place, call.call_id.clone());
                emitter
                    .emit(TurnEvent::ToolStarted {
                        place,
                        call_id: call_id.clone(),
                        name: name.clone(),
                    })
                    .await;
                let running = AssertUnwindSafe(tool.call(call)).catch_unwind();
                let output = tokio::select! {
                    biased;
                    done = running => match done {
                        Ok(Ok(output)) => output,
                        Ok(Err(error)) => format!("error: {error}"),
                        Err(_) => format!("error: {BROKE_OFF}"),
                    },
                    () = clock.timer(timeout) => {
                        format!("error: the tool took longer than {timeout:?}")
                    }
                };
                effect.state = ToolCallState::Done;
                effect.output = Some(output.clone());
                journal.lock().await.put_effect(effect).await?;
                emitter
                    .emit(TurnEvent::ToolFinished {
                        place,
                        call_id,
                        name,
                        output,
                    })
                    .await;
                Ok::<_, Error>(())
            },
        );
        tokio::select! {
            done = work => done.map(|()| true),
            () = self.cancel.cancelled() => Ok(false),
        }
    }
}

fn effect(call: &ToolCall, name: &str, state: ToolCallState) -> ToolCallRecord {
    // PostgreSQL takes no NUL character in plain text.
    let plain = |text: &str| text.replace('\0', "\u{fffd}");
    ToolCallRecord::new(
        call.turn,
        call.place,
        plain(&call.call_id),
        plain(name),
        state,
    )
}

/// Returns the output item for a completed call.
fn answer(journal: &Journal, question: &Question) -> Value {
    let Question { call, name, item } = question;
    match item::kind(item) {
        "function_call" => {
            let output = journal.output_of(call.place, &call.call_id);
            item::call_output(&call.call_id, output.unwrap_or(INTERRUPTED))
        }
        "mcp_approval_request" => {
            let effect = journal.effect(call.place, &call.call_id);
            let approved = effect.is_some_and(|effect| effect.state == ToolCallState::Approved);
            let reason = effect.and_then(|effect| effect.output.as_deref());
            item::approval_response(&call.call_id, approved, reason)
        }
        // The session has functions only; nobody else will answer within this turn.
        _ => item::substitute(item, &calls::no_tool(name)),
    }
}
