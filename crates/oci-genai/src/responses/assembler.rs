//! Assembles a response from what its stream delivers. No I/O here.

use std::fmt;

use super::accumulator::ResponseAccumulator;
use super::event::Received;
use super::failure::{failure, missing_output, words_of};
use crate::Result;
use crate::error::{Error, ErrorKind, Outcome, retry_safety};
use crate::types::{Response, ResponseCompletedEvent, ResponseStatus, StreamEvent};

/// Most defects that are kept.
const MAX_DEFECTS: usize = 100;

/// A protocol violation of a stream that lost no data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StreamDefect {
    /// An event was not JSON and was skipped.
    GarbledEvent,
    /// The stream ended without a closing event, after all of its items were done.
    NoClosingEvent,
    /// The closing event lacked data that earlier events had.
    IncompleteClosingEvent,
}

impl fmt::Display for StreamDefect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::GarbledEvent => "an event is not JSON",
            Self::NoClosingEvent => "the stream has no closing event",
            Self::IncompleteClosingEvent => "the closing event lacks data of earlier events",
        })
    }
}

/// The result of taking something from the stream.
#[derive(Debug)]
pub(super) enum Step {
    /// An event for the caller. More will follow.
    Deliver {
        event: StreamEvent,
        is_progress: bool,
    },
    /// Nothing for the caller.
    Pass,
    /// The response ended, successfully or not.
    Over(Result<StreamEvent>),
    /// The stream ended before the response did. A reconnect may continue it.
    Ended(Error),
    /// A complete response came instead of a stream.
    Whole(Box<Response>),
}

/// The role of an event in its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Noted {
    /// The event was received before.
    Old,
    New,
    /// The event ends the stream.
    Closing,
}

/// Follows a stream, over several connections if necessary.
#[derive(Debug, Default)]
pub(super) struct Assembler {
    accumulator: ResponseAccumulator,
    /// The highest sequence number received.
    last_number: Option<i64>,
    /// Set on a resumed connection: events up to this number are duplicates.
    resumed_after: Option<i64>,
    defects: Vec<StreamDefect>,
}

impl Assembler {
    pub(super) const fn accumulator(&self) -> &ResponseAccumulator {
        &self.accumulator
    }

    pub(super) fn into_response(self) -> Option<Response> {
        self.accumulator.into_response()
    }

    pub(super) const fn last_number(&self) -> Option<i64> {
        self.last_number
    }

    pub(super) fn defects(&self) -> &[StreamDefect] {
        &self.defects
    }

    /// Continues on another connection that was requested from the event after `number`.
    pub(super) fn resume_after(&mut self, number: Option<i64>) {
        self.last_number = number;
        self.resumed_after = number;
    }

    /// Applies an event without moving it, and returns its role.
    #[inline]
    pub(super) fn note(&mut self, event: &StreamEvent, number: Option<i64>) -> Noted {
        let is_closing = is_closing(event);
        // The service may repeat events. A closing event counts whatever its number is.
        if !is_closing && number.is_some() && number <= self.resumed_after {
            return Noted::Old;
        }
        self.last_number = self.last_number.max(number);
        self.accumulator.apply(event);
        if is_closing {
            Noted::Closing
        } else {
            Noted::New
        }
    }

    /// Processes one received unit.
    pub(super) fn take(&mut self, received: Received) -> Step {
        match received {
            Received::Event {
                event,
                number,
                is_progress,
            } => match self.note(&event, number) {
                Noted::Old => Step::Pass,
                Noted::New => Step::Deliver { event, is_progress },
                Noted::Closing => Step::Over(self.close(event)),
            },
            Received::Heartbeat => Step::Pass,
            Received::Error(service) => Step::Over(Err(Error::reported(*service))),
            Received::Garbled { error, is_closing } => {
                tracing::debug!(%error, is_closing, "an event of the stream is not JSON");
                self.defect(StreamDefect::GarbledEvent);
                if is_closing {
                    return self.end(error);
                }
                Step::Pass
            }
            Received::Done | Received::Closed => self.end(interrupted()),
            Received::Response(response) => Step::Whole(response),
            Received::NoStream(error) => Step::Over(Err(error)),
            // Transport errors can be resumed. An expired deadline or an oversized event cannot.
            Received::Broken(error) if error.kind() != ErrorKind::Transport => {
                Step::Over(Err(error))
            }
            Received::Broken(error) => Step::Ended(error),
        }
    }

    /// Handles a stream that ended without a closing event. The response is complete if every item
    /// is done.
    pub(super) fn end(&mut self, error: Error) -> Step {
        match self.accumulator.whole_response() {
            Some(response) if missing_output(&response).is_none() => {
                self.defect(StreamDefect::NoClosingEvent);
                let event = ResponseCompletedEvent::new(response).into();
                self.accumulator.apply(&event);
                Step::Over(self.close(event))
            }
            _ => Step::Ended(error),
        }
    }

    /// Returns the closing event, completed with data of earlier events, or the response's error.
    pub(super) fn close(&mut self, mut event: StreamEvent) -> Result<StreamEvent> {
        if self.accumulator.was_filled_in() {
            self.defect(StreamDefect::IncompleteClosingEvent);
        }
        let beside = match &mut event {
            StreamEvent::Failed(failed) => words_of(&failed.extra),
            _ => None,
        };
        let is_failed = matches!(event, StreamEvent::Failed(_));
        let response = match &mut event {
            StreamEvent::Completed(event) => &mut event.response,
            StreamEvent::Incomplete(event) => &mut event.response,
            StreamEvent::Failed(event) => &mut event.response,
            _ => return Ok(event),
        };
        if self.accumulator.was_filled_in()
            && let Some(filled) = self.accumulator.finished()
        {
            response.clone_from(filled);
        }
        if is_failed || response.status == Some(ResponseStatus::Failed) {
            return Err(failure(take(response), beside));
        }
        if let Some(message) = missing_output(response) {
            return Err(Error::new(
                ErrorKind::NoOutput,
                retry_safety(Outcome::Answered),
                message,
            )
            .with_response(take(response)));
        }
        Ok(event)
    }

    fn defect(&mut self, defect: StreamDefect) {
        if self.defects.len() < MAX_DEFECTS {
            self.defects.push(defect);
        }
    }
}

fn take(response: &mut Response) -> Response {
    std::mem::replace(
        response,
        Response::new("", 0, "", Vec::<crate::types::Item>::new()),
    )
}

fn is_closing(event: &StreamEvent) -> bool {
    matches!(
        event,
        StreamEvent::Completed(_) | StreamEvent::Incomplete(_) | StreamEvent::Failed(_)
    )
}

/// Creates the error of a stream that ended before its response did.
pub(super) fn interrupted() -> Error {
    Error::new(
        ErrorKind::StreamInterrupted,
        retry_safety(Outcome::NoAnswer),
        "the stream ended before the response was complete",
    )
}
