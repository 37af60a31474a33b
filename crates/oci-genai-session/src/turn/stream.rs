//! Handle of a running turn.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio::sync::mpsc;

use super::event::CancelOnDrop;
use super::{Turn, TurnEvent};
use crate::error::{Error, ErrorKind, Result};

/// Events of a turn. The stream ends after [`TurnEvent::Committed`] or an error. Dropping it
/// earlier cancels the turn: before the session's next turn, a background task commits or cleans up
/// what the service has. [`cancel`](Self::cancel) does the same and returns the outcome.
#[derive(Debug)]
#[must_use = "dropping the stream cancels the turn"]
pub struct TurnStream {
    steps: mpsc::Receiver<Result<TurnEvent>>,
    cancel: Option<CancelOnDrop>,
    over: bool,
}

impl TurnStream {
    pub(crate) fn new(steps: mpsc::Receiver<Result<TurnEvent>>, cancel: CancelOnDrop) -> Self {
        Self {
            steps,
            cancel: Some(cancel),
            over: false,
        }
    }

    pub(crate) fn failed(error: Error) -> Self {
        let (sender, steps) = mpsc::channel(1);
        // The channel is empty and has room for one.
        let _ = sender.try_send(Err(error));
        Self {
            steps,
            cancel: None,
            over: false,
        }
    }

    /// Returns the next event; `None` after the last.
    pub async fn next(&mut self) -> Option<Result<TurnEvent>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Cancels the turn and waits for the outcome. If the service has finished the output by then,
    /// the turn is committed.
    ///
    /// # Errors
    /// See [`ErrorKind`]. After an error, the session's next use recovers the turn.
    pub async fn cancel(mut self) -> Result<CancelOutcome> {
        drop(self.cancel.take());
        let mut kept = 0;
        while let Some(step) = self.next().await {
            match step {
                Ok(TurnEvent::Committed(turn)) => return Ok(CancelOutcome::Finished(turn)),
                Ok(TurnEvent::Cancelled { kept_items }) => kept = kept_items,
                Ok(_) => {}
                Err(error) if error.is_cancelled() && kept == 0 => {
                    return Ok(CancelOutcome::Discarded);
                }
                Err(error) if error.is_cancelled() => {
                    return Ok(CancelOutcome::PartKept { items: kept });
                }
                Err(error) => return Err(error),
            }
        }
        Err(ended())
    }

    /// Waits for the end and returns the turn.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub async fn finish(mut self) -> Result<Turn> {
        while let Some(step) = self.next().await {
            if let TurnEvent::Committed(turn) = step? {
                return Ok(*turn);
            }
        }
        Err(ended())
    }
}

fn ended() -> Error {
    Error::new(
        ErrorKind::OutcomeUnknown,
        "the runtime shut down before the turn ended",
    )
}

/// Outcome of a canceled turn.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CancelOutcome {
    /// The service had finished the output, and the turn is committed.
    /// [`Session::rewind`](crate::Session::rewind) removes it.
    Finished(Box<Turn>),
    /// Tools had been called. The input, the calls and their outputs stay, without a final output.
    PartKept {
        /// Number of items that stay.
        items: usize,
    },
    /// Nothing of the turn was kept.
    Discarded,
}

impl Stream for TurnStream {
    type Item = Result<TurnEvent>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.over {
            return Poll::Ready(None);
        }
        let step = self.steps.poll_recv(context);
        self.over = matches!(
            step,
            Poll::Ready(None | Some(Err(_) | Ok(TurnEvent::Committed(_))))
        );
        step
    }
}
