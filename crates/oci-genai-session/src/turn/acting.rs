//! Working off the calls of a round.

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
use crate::tool::{INTERRUPTED, Tool, ToolCall};

/// What is to be done about a call.
enum Step {
    Nothing,
    Wait,
    Answer(String),
    Run(Arc<dyn Tool>),
}

impl Driver {
    /// Makes the calls of the current round and journals what goes back to the model.
    pub(super) async fn act(&mut self, journal: &mut Journal) -> Result<()> {
        let calls: Vec<ToolCall> = journal
            .round_output()?
            .iter()
            .filter_map(|item| self.call(journal, item))
            .collect();
        let names: Vec<String> = journal
            .round_output()?
            .iter()
            .filter(|item| item::is_call(item))
            .map(|item| item::text(item, "name").unwrap_or_default().to_owned())
            .collect();
        let mut waiting = false;
        let mut runs = Vec::new();
        for (call, name) in calls.iter().zip(&names) {
            match self.step(journal, call, name).await {
                Step::Nothing => {}
                Step::Wait => {
                    waiting = true;
                    if journal.effect(&call.call_id).is_none() {
                        journal
                            .put_effect(effect(call, name, EffectState::Awaiting))
                            .await?;
                    }
                }
                Step::Answer(output) => {
                    let mut effect = effect(call, name, EffectState::Done);
                    effect.output = Some(output);
                    journal.put_effect(effect).await?;
                }
                Step::Run(tool) => runs.push((call.clone(), name.clone(), tool)),
            }
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
        let outputs: Vec<Value> = calls
            .iter()
            .map(|call| {
                let output = journal.output_of(&call.call_id).unwrap_or(INTERRUPTED);
                item::call_output(&call.call_id, output)
            })
            .collect();
        journal.next_round(&outputs).await
    }

    fn call(&self, journal: &Journal, item: &Value) -> Option<ToolCall> {
        item::is_call(item).then(|| ToolCall {
            session: self.shared.id.clone(),
            turn: journal.turn().seq,
            call_id: item::text(item, "call_id").unwrap_or_default().to_owned(),
            arguments: item::text(item, "arguments").unwrap_or("{}").to_owned(),
        })
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
            (_, None) => Step::Answer(format!("error: there is no tool named `{name}`")),
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
                let output = match tokio::time::timeout(timeout, running).await {
                    Ok(Ok(Ok(output))) => output,
                    Ok(Ok(Err(error))) => format!("error: {error}"),
                    Ok(Err(_)) => "error: the tool broke off".to_owned(),
                    Err(_) => format!("error: the tool took longer than {timeout:?}"),
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
