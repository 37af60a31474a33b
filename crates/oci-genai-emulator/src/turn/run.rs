//! Running a turn: the model's steps become output items, events and, at the end, stored state.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt as _};
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use super::events::{At, Events, complete, deltas};
use super::log::Log;
use super::output::{self, Kind};
use super::prepare::Turn;
use crate::app::App;
use crate::error::ApiError;
use crate::model::Step;
use crate::state::Change;
use crate::state::items::Item;

/// Events are handed on in pieces of about this many bytes while the model does not pause.
const PIECE: usize = 16 * 1024;

/// Where the events of a turn go.
#[derive(Debug)]
pub(crate) enum Sink {
    /// Nobody watches.
    Nowhere,
    /// One client reads them. A client that does not read holds the turn up, not the memory.
    Wire(tokio::sync::mpsc::Sender<Bytes>),
    /// They are kept, for any number of readers from any point.
    Log(Arc<Log>),
}

/// A text item that is being written.
#[derive(Debug)]
struct Open {
    kind: Kind,
    id: String,
    text: String,
    /// How much of the text has been sent as deltas.
    sent: usize,
}

/// Why a turn stopped before the model was done.
#[derive(Debug)]
enum Stop {
    Cancelled,
    Full,
    Failed { code: String, message: String },
}

struct Run<'a> {
    app: &'a App,
    turn: &'a Turn,
    response: Map<String, Value>,
    output: Vec<Value>,
    open: Option<Open>,
    events: Events,
    sink: Sink,
    cancel: CancellationToken,
    pace: Duration,
    /// Output tokens that may still be written.
    left: Option<u64>,
}

/// Runs a turn to its end and stores the outcome. The answer is the final response.
pub(crate) async fn run(
    app: Arc<App>,
    mut turn: Turn,
    sink: Sink,
    cancel: CancellationToken,
) -> Arc<Value> {
    let guard = turn.guard.take();
    let mut run = Run {
        response: turn.request.response(&turn.id, turn.created_at),
        output: Vec::new(),
        open: None,
        events: Events::default(),
        sink,
        cancel,
        pace: turn.plan.pace.unwrap_or_default(),
        left: turn.request.max_output_tokens,
        app: &app,
        turn: &turn,
    };
    let response = run.answer(guard).await;
    if let Sink::Log(log) = &run.sink {
        log.end();
    }
    response
}

impl Run<'_> {
    async fn answer(&mut self, guard: Option<tokio::sync::OwnedMutexGuard<()>>) -> Arc<Value> {
        // A response that can be seen before it is over is stored from the start.
        let early = self.turn.request.background || self.turn.request.store && self.watched();
        if self.watched() {
            self.events
                .begin(&mut self.response, self.turn.request.background);
        }
        if early {
            self.store_early();
        }
        let stopped = self.follow_model().await.err();
        self.close(if stopped.is_none() {
            "completed"
        } else {
            "incomplete"
        });
        let response = self.finish(stopped, early);
        drop(guard);
        // Only now may a client learn that the turn is over.
        self.flush().await;
        response
    }

    async fn follow_model(&mut self) -> Result<(), Stop> {
        if let Some((code, message)) = self.turn.plan.fail.clone() {
            return Err(Stop::Failed { code, message });
        }
        let mut steps = self.app.model.answer(self.turn.prompt.clone());
        loop {
            let step = match steps.next().now_or_never() {
                Some(step) => step,
                None => {
                    self.flush().await;
                    tokio::select! {
                        step = steps.next() => step,
                        () = self.cancel.cancelled() => return Err(Stop::Cancelled),
                    }
                }
            };
            match step {
                None => return self.send_deltas(true).await,
                Some(step) => self.step(step).await?,
            }
        }
    }

    fn watched(&self) -> bool {
        !matches!(self.sink, Sink::Nowhere)
    }

    async fn step(&mut self, step: Step) -> Result<(), Stop> {
        match step {
            Step::Pace(pace) if self.watched() => self.pace = pace.max(self.pace),
            Step::Pace(pace) => self.wait(pace).await?,
            Step::Reasoning(text) => self.write(Kind::Reasoning, &text).await?,
            Step::Text(text) => self.write(Kind::Text, &text).await?,
            Step::Refusal(text) => self.write(Kind::Refusal, &text).await?,
            Step::Call {
                call_id,
                name,
                arguments,
            } => {
                self.send_deltas(true).await?;
                self.close("completed");
                self.wait(self.pace).await?;
                self.call(call_id, &name, &arguments);
            }
            Step::Fail { code, message } => {
                self.send_deltas(true).await?;
                return Err(Stop::Failed { code, message });
            }
        }
        Ok(())
    }

    async fn wait(&mut self, pause: Duration) -> Result<(), Stop> {
        if !pause.is_zero() {
            self.flush().await;
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.cancel.cancelled() => {}
            }
        }
        if self.cancel.is_cancelled() {
            Err(Stop::Cancelled)
        } else {
            Ok(())
        }
    }

    async fn write(&mut self, kind: Kind, text: &str) -> Result<(), Stop> {
        if self.open.as_ref().is_some_and(|open| open.kind != kind) {
            self.send_deltas(true).await?;
            self.close("completed");
        }
        let open = match self.open.as_mut() {
            Some(open) => open,
            None => {
                let id = self
                    .app
                    .ids
                    .make(if kind == Kind::Reasoning { "rs" } else { "msg" });
                if !matches!(self.sink, Sink::Nowhere) {
                    self.events.open(
                        kind,
                        At {
                            item: &id,
                            output: self.output.len(),
                        },
                    );
                }
                self.open.insert(Open {
                    kind,
                    id,
                    text: String::new(),
                    sent: 0,
                })
            }
        };
        open.text.push_str(text);
        self.send_deltas(false).await
    }

    /// Sends what is unsent of the open text, word by word; a last word that may still grow only if
    /// `all` is said.
    async fn send_deltas(&mut self, all: bool) -> Result<(), Stop> {
        if !self.watched() && self.left.is_none() {
            return Ok(());
        }
        let Some(mut open) = self.open.take() else {
            return Ok(());
        };
        let unsent = &open.text[open.sent..];
        let unsent = unsent[..if all { unsent.len() } else { complete(unsent) }].to_owned();
        let mut outcome = Ok(());
        for delta in deltas(&unsent) {
            outcome = self.before_delta().await;
            if outcome.is_err() {
                open.text.truncate(open.sent);
                break;
            }
            open.sent += delta.len();
            if self.watched() {
                let at = At {
                    item: &open.id,
                    output: self.output.len(),
                };
                self.events.delta(open.kind, at, delta);
            }
        }
        self.open = Some(open);
        outcome
    }

    async fn before_delta(&mut self) -> Result<(), Stop> {
        match &mut self.left {
            None => {}
            Some(0) => return Err(Stop::Full),
            Some(left) => *left -= 1,
        }
        if !self.pace.is_zero() {
            self.wait(self.pace).await?;
        } else if self.events.pending() >= PIECE {
            self.flush().await;
            self.wait(Duration::ZERO).await?;
        }
        Ok(())
    }

    fn call(&mut self, call_id: Option<String>, name: &str, arguments: &str) {
        let id = self.app.ids.make("fc");
        let call_id = call_id.unwrap_or_else(|| self.app.ids.make("call"));
        let item = output::call(&id, &call_id, name, arguments, "completed");
        if self.watched() {
            self.events.call(
                At {
                    item: &id,
                    output: self.output.len(),
                },
                &item,
            );
        }
        self.output.push(item);
    }

    /// Closes the open text item, if there is one.
    fn close(&mut self, status: &str) {
        let Some(open) = self.open.take() else { return };
        let mut item = output::item(open.kind, &open.id, &open.text, status);
        if open.kind == Kind::Reasoning && self.turn.request.encrypted_reasoning {
            item["encrypted_content"] = encrypted(&open.text).into();
        }
        if self.watched() {
            let at = At {
                item: &open.id,
                output: self.output.len(),
            };
            self.events.close(open.kind, at, &open.text, &item);
        }
        self.output.push(item);
    }

    async fn flush(&mut self) {
        if self.events.pending() == 0 {
            return;
        }
        let events = Bytes::from(self.events.take());
        match &self.sink {
            Sink::Nowhere => {}
            Sink::Wire(wire) => {
                let sent = tokio::time::timeout(self.app.config.write_timeout, wire.send(events));
                if !matches!(sent.await, Ok(Ok(()))) {
                    // The client has gone or does not read; the turn goes on without a witness.
                    self.sink = Sink::Nowhere;
                    self.pace = Duration::ZERO;
                }
            }
            Sink::Log(log) => log.push(events),
        }
    }

    /// Writes the outcome into the response, the store and the last event.
    fn finish(&mut self, stopped: Option<Stop>, early: bool) -> Arc<Value> {
        let status = match stopped {
            None => "completed",
            Some(Stop::Cancelled) => "cancelled",
            Some(Stop::Full) => {
                let reason = json!({ "reason": "max_output_tokens" });
                self.response.insert("incomplete_details".into(), reason);
                "incomplete"
            }
            Some(Stop::Failed { code, message }) => {
                let error = json!({ "code": code, "message": message });
                self.response.insert("error".into(), error);
                "failed"
            }
        };
        self.response.insert("status".into(), status.into());
        if status == "completed" {
            self.response
                .insert("completed_at".into(), self.app.clock.unix().into());
        }
        self.response.insert("usage".into(), self.usage());
        self.response.insert(
            "output".into(),
            Value::Array(std::mem::take(&mut self.output)),
        );
        if self.watched() {
            self.events.end(status, &self.response);
        }
        let response = Arc::new(Value::Object(std::mem::take(&mut self.response)));
        self.store(
            &response,
            early,
            matches!(status, "completed" | "incomplete"),
        );
        response
    }

    fn usage(&self) -> Value {
        let input = self.turn.input_tokens;
        let (mut output, mut reasoning) = (0, 0);
        for item in self.output.iter().filter_map(Value::as_object) {
            let item = Item::new(item.clone());
            output += item.words();
            if item.kind() == "reasoning" {
                reasoning += item.words();
            }
        }
        json!({
            "input_tokens": input,
            "input_tokens_details": { "cached_tokens": 0, "cache_write_tokens": 0 },
            "output_tokens": output,
            "output_tokens_details": { "reasoning_tokens": reasoning },
            "total_tokens": input + output,
        })
    }

    /// Stores the response as it is now, unless it was announced and has been deleted since.
    fn store_early(&self) {
        let put = put(self.turn, Arc::new(Value::Object(self.response.clone())));
        let announced = self.turn.request.background;
        report(self.app.store.change(|state| {
            let project = state.project(&self.turn.project);
            let deleted = announced && !project.responses.contains_key(&self.turn.id);
            Ok((if deleted { Vec::new() } else { vec![put] }, ()))
        }));
    }

    /// Adds the turn's items to its conversation and stores the response, in one step. Only a turn that
    /// came to an answer changes the conversation.
    fn store(&self, response: &Arc<Value>, early: bool, answered: bool) {
        if self.app.stop.is_cancelled() {
            // The emulator is being stopped: nobody cancelled this turn, it was cut short.
            return;
        }
        let put = self
            .turn
            .request
            .store
            .then(|| put(self.turn, response.clone()));
        let at = self.app.clock.unix();
        report(self.app.store.change(|state| {
            let project = state.project(&self.turn.project);
            let mut changes = Vec::new();
            if let Some(conversation) = self
                .turn
                .request
                .context
                .conversation
                .clone()
                .filter(|_| answered)
            {
                let output = response.get("output").and_then(Value::as_array);
                let output = output.into_iter().flatten().filter_map(Value::as_object);
                let mut items = (*self.turn.input).clone();
                items.extend(output.cloned().map(Item::new));
                let project = self.turn.project.clone();
                changes.push(Change::AddItems {
                    project,
                    conversation,
                    items,
                    at,
                });
            }
            // One that was deleted while it was made stays deleted.
            if !early || project.responses.contains_key(&self.turn.id) {
                changes.extend(put);
            }
            Ok((changes, ()))
        }));
    }
}

/// Stores a background response before its turn begins, so that it can be found by whoever was told of
/// it. The answer is the response.
pub(crate) fn announce(app: &App, turn: &Turn) -> Result<Arc<Value>, ApiError> {
    let mut queued = turn.request.response(&turn.id, turn.created_at);
    queued.insert("status".into(), "queued".into());
    let queued = Arc::new(Value::Object(queued));
    let put = put(turn, queued.clone());
    app.store.change(|_| Ok((vec![put], queued)))
}

fn put(turn: &Turn, response: Arc<Value>) -> Change {
    Change::PutResponse {
        project: turn.project.clone(),
        id: turn.id.clone(),
        response,
        input: turn.input.clone(),
        previous: turn.request.context.previous.clone(),
        conversation: turn.request.context.conversation.clone(),
        chain: turn.chain.clone(),
    }
}

fn report(stored: Result<(), ApiError>) {
    if let Err(error) = stored {
        tracing::error!(message = %error.message, "a turn could not be stored");
    }
}

/// Stands for the encrypted reasoning of a real model: opaque to clients, stable for a given text.
fn encrypted(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}
