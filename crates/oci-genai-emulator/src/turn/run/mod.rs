//! Runs a turn: the model's steps become output items, events and, at the end, stored state.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt as _};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use super::events::Events;
use super::log::Log;
use super::output::Kind;
use super::prepare::Turn;
use crate::app::App;
use crate::model::Step;
pub(crate) use outcome::announce;
use text::Open;

mod outcome;
mod text;

/// Approximate size of the pieces in which events are passed on while the model does not pause, in
/// bytes.
const PIECE: usize = 16 * 1024;

/// Destination of a turn's events.
#[derive(Debug)]
pub(crate) enum Sink {
    /// No client requested them.
    Nowhere,
    /// The client has disconnected. The turn keeps its pace, so that its outcome can be observed.
    Abandoned,
    /// One client reads them. A client that does not read delays the turn instead of filling
    /// memory.
    Wire(tokio::sync::mpsc::Sender<Bytes>),
    /// The events are kept for any number of readers from any position.
    Log(Arc<Log>),
}

/// Reason for stopping a turn before the model was done.
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
    /// Remaining output tokens.
    left: Option<u64>,
}

/// Runs a turn to its end, stores the outcome and returns the final response.
pub(crate) async fn run(
    app: Arc<App>,
    mut turn: Turn,
    sink: Sink,
    cancel: CancellationToken,
) -> Arc<Value> {
    let guard = turn.guard.take();
    let mut run = Run {
        response: turn.response(&app.config),
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
    async fn answer(&mut self, guard: Option<tokio::sync::OwnedSemaphorePermit>) -> Arc<Value> {
        // A response that is visible before it is over is stored from the start.
        let early = self.turn.request.background || self.turn.request.store && self.streamed();
        if self.streamed() {
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
        // Clients must not see the end of the turn earlier than this.
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

    /// Returns true if the turn is streamed, even if nobody reads it any more.
    fn streamed(&self) -> bool {
        !matches!(self.sink, Sink::Nowhere)
    }

    async fn step(&mut self, step: Step) -> Result<(), Stop> {
        match step {
            Step::Pace(pace) if self.streamed() => self.pace = pace.max(self.pace),
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

    async fn flush(&mut self) {
        if self.events.pending() == 0 {
            return;
        }
        let events = Bytes::from(self.events.take());
        match &self.sink {
            Sink::Nowhere | Sink::Abandoned => {}
            Sink::Wire(wire) => {
                let sent = tokio::time::timeout(self.app.config.write_timeout, wire.send(events));
                if !matches!(sent.await, Ok(Ok(()))) {
                    // The client has disconnected or does not read.
                    self.sink = Sink::Abandoned;
                }
            }
            Sink::Log(log) => log.push(events),
        }
    }
}
