//! The deltas of a response, without the other stream events.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::stream::ResponseStream;
use crate::Result;
use crate::types::{Response, StreamEvent};

/// A delta of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delta {
    /// Output text.
    Text(String),
    /// Text of a refusal.
    Refusal(String),
    /// Reasoning text.
    Reasoning(String),
    /// Text of a reasoning summary.
    ReasoningSummary(String),
    /// Arguments of a function call, as a fragment of JSON.
    FunctionArguments {
        /// Index of the call in the output.
        output_index: i64,
        /// The fragment.
        delta: String,
    },
}

/// The deltas of a response. Returned by [`ResponseStream::deltas`].
#[derive(Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Deltas {
    stream: ResponseStream,
}

impl Deltas {
    pub(super) const fn new(stream: ResponseStream) -> Self {
        Self { stream }
    }

    /// Returns the underlying stream, with the response received so far.
    pub const fn stream(&self) -> &ResponseStream {
        &self.stream
    }

    /// Reads the stream to its end and returns the whole response; see
    /// [`ResponseStream::final_response`].
    ///
    /// # Errors
    ///
    /// Returns the errors of [`ResponseStream::final_response`].
    pub async fn final_response(self) -> Result<Response> {
        self.stream.final_response().await
    }
}

impl Stream for Deltas {
    type Item = Result<Delta>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let delta = match ready!(self.stream.poll_event(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(StreamEvent::OutputTextDelta(e))) => Delta::Text(e.delta),
                Some(Ok(StreamEvent::RefusalDelta(e))) => Delta::Refusal(e.delta),
                Some(Ok(StreamEvent::ReasoningTextDelta(e))) => Delta::Reasoning(e.delta),
                Some(Ok(StreamEvent::ReasoningDelta(e))) => Delta::Reasoning(e.delta),
                Some(Ok(StreamEvent::ReasoningSummaryTextDelta(e))) => {
                    Delta::ReasoningSummary(e.delta)
                }
                Some(Ok(StreamEvent::FunctionCallArgumentsDelta(e))) => Delta::FunctionArguments {
                    output_index: e.output_index,
                    delta: e.delta,
                },
                Some(Ok(_)) => continue,
            };
            return Poll::Ready(Some(Ok(delta)));
        }
    }
}
