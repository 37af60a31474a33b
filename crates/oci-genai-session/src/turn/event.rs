//! What happens during a turn, told to whoever listens.

use std::fmt::Debug;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::{mpsc, watch};

use super::Turn;
use crate::error::Result;
use crate::store::{CallPlace, Recovery, SessionId};

/// A step of a turn.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TurnEvent {
    /// Old turns were summarised before this one.
    Summarised,
    /// The turn is journalled and about to be asked.
    Started {
        /// The turn's number.
        number: u64,
        /// The turn's id.
        turn_id: String,
    },
    /// A piece of the answer's text.
    Delta(String),
    /// Any other event of the service's stream, as it came.
    Service(Value),
    /// A tool begins.
    ToolStarted {
        /// Where in the turn the call stands.
        place: CallPlace,
        /// The model's id for the call.
        call_id: String,
        /// The tool's name.
        name: String,
    },
    /// A tool has ended and its output is journalled.
    ToolFinished {
        /// Where in the turn the call stands.
        place: CallPlace,
        /// The model's id for the call.
        call_id: String,
        /// The tool's name.
        name: String,
        /// What the model gets.
        output: String,
    },
    /// It was unclear what became of a request, and this was decided.
    Recovered(Recovery),
    /// The turn was given up, and the session is as it was before it but for these items.
    Cancelled {
        /// How many items of the turn stay in the session: calls of tools with their outputs, and what led to them.
        kept_items: usize,
    },
    /// The turn is over and in the session.
    Committed(Box<Turn>),
}

/// Hears of every step of every turn. Called while the turn waits: return at once.
pub trait Observer: Debug + Send + Sync {
    /// A step was taken in a session.
    fn observe(&self, session: &SessionId, event: &TurnEvent);
}

/// Tells a turn's steps to its caller and to observers.
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
            // A caller that is gone has cancelled the turn, which is noticed elsewhere.
            let _ = caller.send(Ok(event)).await;
        }
    }

    /// Leaves a trace of a step, without what anybody said. Decisions leave theirs where they are taken.
    fn trace(&self, event: &TurnEvent) {
        let session = &self.session;
        match event {
            TurnEvent::Summarised => tracing::debug!(%session, "old turns summarised"),
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
                    %session, turn = turn.number(), stored = turn.was_stored(),
                    input_tokens = usage.input, output_tokens = usage.output, "turn committed"
                );
            }
        }
    }

    /// The same without the caller, for the turn of somebody before.
    pub(crate) fn without_caller(&self) -> Self {
        Self {
            caller: None,
            ..self.clone()
        }
    }
}

/// Whether the caller has given the turn up.
#[derive(Clone, Debug)]
pub(crate) struct Cancel(watch::Receiver<bool>);

/// Gives the turn up when dropped.
#[derive(Debug)]
pub(crate) struct CancelOnDrop(watch::Sender<bool>);

impl Cancel {
    pub(crate) fn new() -> (CancelOnDrop, Self) {
        let (sender, receiver) = watch::channel(false);
        (CancelOnDrop(sender), Self(receiver))
    }

    /// Completes when the turn is given up.
    pub(crate) async fn cancelled(&mut self) {
        // The sender sends before it goes, so an error means the same.
        let _ = self.0.wait_for(|given_up| *given_up).await;
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.send_replace(true);
    }
}
