//! A turn as its caller sees it.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio::sync::mpsc;

use super::event::CancelOnDrop;
use super::{Turn, TurnEvent};
use crate::error::{Error, ErrorKind, Result};

/// The steps of a turn. Ends after [`TurnEvent::Committed`] or an error. Dropping it earlier gives the turn up: what the
/// service has of it by then is adopted or cleaned up in the background, before the session's next turn.
/// [`cancel`](Self::cancel) does the same and says what became of it.
#[derive(Debug)]
#[must_use = "dropping the stream gives the turn up"]
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

    /// The next step; `None` after the last.
    pub async fn next(&mut self) -> Option<Result<TurnEvent>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Gives the turn up, and waits for what becomes of it: the service may have finished the answer by then, which counts.
    ///
    /// # Errors
    /// See [`ErrorKind`]; the turn is then settled by the session's next use.
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
        ErrorKind::Unsettled,
        "the runtime ended before the turn did",
    )
}

/// What became of a turn that was given up.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CancelOutcome {
    /// The service had finished the answer: the turn is in the session. [`Session::rewind`](crate::Session::rewind) takes it
    /// back.
    Finished(Box<Turn>),
    /// Tools had been called: the question, the calls and their outputs stay, without an answer.
    PartKept {
        /// How many items stay.
        items: usize,
    },
    /// Nothing of it was kept.
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
