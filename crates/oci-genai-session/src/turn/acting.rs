//! Working off the questions of a round: calls of functions, and requests for approval.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
use serde_json::Value;
use tokio::sync::Mutex;

use super::TurnEvent;
use super::driver::Driver;
use crate::error::{Error, ErrorKind, Result};
use crate::item;
use crate::journal::Journal;
use crate::store::{Decision, EffectRecord, EffectState, TurnState};
use crate::tool::{BROKE_OFF, INTERRUPTED, RemoteCall, Tool, ToolCall};

/// What is to be done about a question.
enum Step {
    Nothing,
    Wait,
    Answer(String),
    Approve,
    Run(Arc<dyn Tool>),
}

impl Driver {
    /// Makes the calls of the current round and journals what goes back to the model.
    pub(super) async fn act(&mut self, journal: &mut Journal) -> Result<()> {
        let asked = journal.asked();
        let round = journal.round_output()?;
        let questions = asked.open(&round);
        let mut waiting = false;
        let mut runs = Vec::new();
        for question in &questions {
            let call = self.call(journal, question, asked.question(question));
            let name = item::text(question, "name").unwrap_or_default();
            let step = match item::kind(question) {
                "function_call" => self.step(journal, &call, name).await,
                "mcp_approval_request" => self.approval(journal, &call, question),
                _ => Step::Nothing,
            };
            let (state, output) = match step {
                Step::Nothing => continue,
                Step::Wait => {
                    waiting = true;
                    if journal.effect(&call.call_id).is_some() {
                        continue;
                    }
                    (EffectState::Awaiting, None)
                }
                Step::Answer(output) => (EffectState::Done, Some(output)),
                Step::Approve => (EffectState::Approved, None),
                Step::Run(tool) => {
                    runs.push((call, name.to_owned(), tool));
                    continue;
                }
            };
            let mut effect = effect(&call, name, state);
            effect.output = output;
            journal.put_effect(effect).await?;
        }
        if !self.run_all(journal, runs).await? {
            return journal.enter(TurnState::Cancelling).await;
        }
        if waiting {
            if journal.turn().state != TurnState::Waiting {
                journal.enter(TurnState::Waiting).await?;
            }
            let text =
                "a tool call waits for approval; approve or deny it, then settle the session";
            return Err(Error::new(ErrorKind::AwaitingApproval, text));
        }
        let answers: Vec<Value> = questions
            .iter()
            .map(|question| answer(journal, question, asked.question(question)))
            .collect();
        journal.next_round(&answers).await
    }

    fn call(&self, journal: &Journal, question: &Value, id: Option<&str>) -> ToolCall {
        ToolCall {
            session: self.shared.id.clone(),
            turn: journal.turn().seq,
            call_id: id.unwrap_or_default().to_owned(),
            arguments: item::text(question, "arguments").unwrap_or("{}").to_owned(),
        }
    }

    fn approval(&self, journal: &Journal, call: &ToolCall, request: &Value) -> Step {
        match journal.effect(&call.call_id).map(|effect| effect.state) {
            Some(EffectState::Awaiting) => Step::Wait,
            Some(_) => Step::Nothing,
            None if self
                .tools
                .need_remote_approval(&RemoteCall::new(call, request)) =>
            {
                Step::Wait
            }
            None => Step::Approve,
        }
    }

    async fn step(&self, journal: &mut Journal, call: &ToolCall, name: &str) -> Step {
        let known = journal
            .effect(&call.call_id)
            .map(|effect| (effect.state, effect.output.clone()));
        let tool = self.tools.get(name).cloned();
        match (known, tool) {
            (Some((EffectState::Done, _)), _) => Step::Nothing,
            (Some((EffectState::Awaiting, _)), _) => Step::Wait,
            (Some((EffectState::Denied, why)), _) => {
                Step::Answer(why.unwrap_or_else(|| "error: a person refused the call".to_owned()))
            }
            (Some((EffectState::Started, _)), tool) => match tool {
                Some(tool) if tool.is_repeatable() => Step::Run(tool),
                _ => {
                    self.note(journal, Decision::ToolOutcomeUnknown).await;
                    Step::Answer(INTERRUPTED.to_owned())
                }
            },
            (_, None) => Step::Answer(no_tool(name)),
            (None, Some(tool)) if tool.needs_approval(call) => Step::Wait,
            (_, Some(tool)) => Step::Run(tool),
        }
    }

    /// Runs tools side by side; `false` when the caller gave up meanwhile.
    async fn run_all(
        &mut self,
        journal: &mut Journal,
        runs: Vec<(ToolCall, String, Arc<dyn Tool>)>,
    ) -> Result<bool> {
        let policy = &self.shared.sessions.policy;
        let clock = &self.shared.sessions.clock;
        let (timeout, at_once) = (policy.tool_timeout, policy.parallel_tools.max(1));
        let journal = &Mutex::new(journal);
        let emitter = &self.emitter;
        let work = stream::iter(runs).map(Ok).try_for_each_concurrent(
            at_once,
            |(call, name, tool)| async move {
                let mut effect = effect(&call, &name, EffectState::Started);
                journal.lock().await.put_effect(effect.clone()).await?;
                let call_id = call.call_id.clone();
                emitter
                    .emit(TurnEvent::ToolStarted {
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
                effect.state = EffectState::Done;
                effect.output = Some(output.clone());
                journal.lock().await.put_effect(effect).await?;
                emitter
                    .emit(TurnEvent::ToolFinished {
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

fn effect(call: &ToolCall, name: &str, state: EffectState) -> EffectRecord {
    EffectRecord::new(call.turn, call.call_id.clone(), name, state)
}

fn no_tool(name: &str) -> String {
    format!("error: there is no tool named `{name}`")
}

/// What goes back for a question that has been worked off.
fn answer(journal: &Journal, question: &Value, id: Option<&str>) -> Value {
    let id = id.unwrap_or_default();
    match item::kind(question) {
        "function_call" => item::call_output(id, journal.output_of(id).unwrap_or(INTERRUPTED)),
        "mcp_approval_request" => {
            let effect = journal.effect(id);
            let approved = effect.is_some_and(|effect| effect.state == EffectState::Approved);
            let reason = effect.and_then(|effect| effect.output.as_deref());
            item::approval_response(id, approved, reason)
        }
        // The session has functions only; nobody else will answer within this turn.
        _ => item::substitute(
            question,
            &no_tool(item::text(question, "name").unwrap_or_default()),
        ),
    }
}
