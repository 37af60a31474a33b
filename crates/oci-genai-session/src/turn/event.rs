//! Events of a turn and their observers.

use std::fmt::Debug;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::{mpsc, watch};

use super::Turn;
use crate::error::Result;
use crate::store::{CallPlace, Recovery, SessionId};

/// Event of a turn.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TurnEvent {
    /// Old turns were summarized before this one.
    Compacted,
    /// The turn is journaled. Its first request follows.
    Started {
        /// Number of the turn.
        number: u64,
        /// Id of the turn.
        turn_id: String,
    },
    /// A piece of the output text.
    Delta(String),
    /// Any other event of the service's stream, as it came.
    Service(Value),
    /// A tool starts.
    ToolStarted {
        /// Place of the call in the turn.
        place: CallPlace,
        /// The model's id for the call.
        call_id: String,
        /// Name of the tool.
        name: String,
    },
    /// A tool has finished and its output is journaled.
    ToolFinished {
        /// Place of the call in the turn.
        place: CallPlace,
        /// The model's id for the call.
        call_id: String,
        /// Name of the tool.
        name: String,
        /// Output for the model.
        output: String,
    },
    /// The outcome of a request was unclear, and this recovery action was taken.
    Recovered(Recovery),
    /// The turn was canceled. Apart from these items, the session is as it was before the turn.
    Cancelled {
        /// Number of the turn's items that stay in the session: tool calls with their outputs, and
        /// the items before them.
        kept_items: usize,
    },
    /// The turn is committed.
    Committed(Box<Turn>),
}

/// Observer of turns, called for every event. The turn waits meanwhile, so an observer must not
/// block.
pub trait Observer: Debug + Send + Sync {
    /// Called for an event of a session.
    fn observe(&self, session: &SessionId, event: &TurnEvent);
}

/// Sends a turn's events to its caller and to observers.
#[derive(Clone, Debug)]
pub(crate) struct Emitter {
    pub(crate) session: SessionId,
    pub(crate) caller: Option<mpsc::Sender<Result<TurnEvent>>>,
    pub(crate) observers: Arc<[Arc<dyn Observer>]>,
}

impl Emitter {
    pub(crate) async fn emit(&self, event: TurnEvent) {
        self.trace(&event);
        for observer in self.observers.iter() {
            observer.observe(&self.session, &event);
        }
        if let Some(caller) = &self.caller {
            // A caller that dropped its stream has canceled the turn, which is handled elsewhere.
            let _ = caller.send(Ok(event)).await;
        }
    }

    /// Logs an event without its content. Recovery actions are logged where they are decided.
    fn trace(&self, event: &TurnEvent) {
        let session = &self.session;
        match event {
            TurnEvent::Compacted => tracing::debug!(%session, "summarized old turns"),
            TurnEvent::Started { number, turn_id } => {
                tracing::debug!(%session, turn = number, turn_id, "turn started");
            }
            TurnEvent::Delta(text) => tracing::trace!(%session, bytes = text.len(), "delta"),
            TurnEvent::Service(event) => {
                let kind = event.get("type").and_then(Value::as_str);
                tracing::trace!(%session, kind, "event of the service");
            }
            TurnEvent::ToolStarted {
                place,
                call_id,
                name,
            } => {
                tracing::debug!(%session, %place, call_id, tool = name, "tool started");
            }
            TurnEvent::ToolFinished {
                place,
                call_id,
                name,
                output,
            } => {
                tracing::debug!(%session, %place, call_id, tool = name, bytes = output.len(), "tool finished");
            }
            TurnEvent::Recovered(_) => {}
            TurnEvent::Cancelled { kept_items } => {
                tracing::debug!(%session, kept_items, "turn cancelled");
            }
            TurnEvent::Committed(turn) => {
                let usage = turn.usage();
                tracing::debug!(
                    %session, turn = turn.number(), stored = turn.is_replay(),
                    input_tokens = usage.input, output_tokens = usage.output, "turn committed"
                );
            }
        }
    }

    /// Returns an emitter without the caller, for an earlier turn.
    pub(crate) fn without_caller(&self) -> Self {
        Self {
            caller: None,
            ..self.clone()
        }
    }
}

/// Signal that the caller has canceled the turn.
#[derive(Clone, Debug)]
pub(crate) struct Cancel(watch::Receiver<bool>);

/// Cancels the turn when dropped.
#[derive(Debug)]
pub(crate) struct CancelOnDrop(watch::Sender<bool>);

impl Cancel {
    pub(crate) fn new() -> (CancelOnDrop, Self) {
        let (sender, receiver) = watch::channel(false);
        (CancelOnDrop(sender), Self(receiver))
    }

    /// Completes when the turn is canceled.
    pub(crate) async fn cancelled(&mut self) {
        // The sender sends before it is dropped, so an error means the same.
        let _ = self.0.wait_for(|given_up| *given_up).await;
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.send_replace(true);
    }
}
