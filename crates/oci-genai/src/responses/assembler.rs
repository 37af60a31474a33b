//! From what a stream says to a response that is over. No I/O here.

use std::fmt;

use super::accumulator::Accumulator;
use super::event::Received;
use super::failure::{failure, missing_output};
use crate::Result;
use crate::error::{Error, ErrorKind, Outcome, verdict};
use crate::types::{Response, ResponseCompletedEvent, ResponseStatus, StreamEvent};

/// How many defects are remembered.
const MAX_DEFECTS: usize = 100;

/// Something that a stream did otherwise than it should, and that cost nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StreamDefect {
    /// An event was no JSON and was passed over.
    GarbledEvent,
    /// The stream ended without saying so, after all of its items were done.
    NoClosingEvent,
    /// The event that ended the stream lacked something that had come before.
    IncompleteClosingEvent,
}

impl fmt::Display for StreamDefect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::GarbledEvent => "an event is not JSON",
            Self::NoClosingEvent => "the stream has no closing event",
            Self::IncompleteClosingEvent => "the closing event lacks what came before",
        })
    }
}

/// What follows from what the stream said.
#[derive(Debug)]
pub(super) enum Step {
    /// The event is for the caller, and more will come.
    Deliver {
        event: StreamEvent,
        is_progress: bool,
    },
    /// There is nothing for the caller in it.
    Pass,
    /// The response is over, well or not.
    Over(Result<StreamEvent>),
    /// The stream ended before the response was over. It may be taken up again.
    Ended(Error),
    /// A whole response came in place of a stream.
    Whole(Box<Response>),
}

/// What an event is to the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Noted {
    /// It came before.
    Old,
    New,
    /// It ends the stream.
    Closing,
}

/// Follows a stream, over several connections if need be.
#[derive(Debug, Default)]
pub(super) struct Assembler {
    accumulator: Accumulator,
    /// The highest sequence number that came.
    last_number: Option<i64>,
    /// On a connection that was resumed: what came before it is not wanted again.
    resumed_after: Option<i64>,
    defects: Vec<StreamDefect>,
}

impl Assembler {
    pub(super) const fn accumulator(&self) -> &Accumulator {
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

    /// Follows another connection, asked for the events after `number`.
    pub(super) fn resume_after(&mut self, number: Option<i64>) {
        self.last_number = number;
        self.resumed_after = number;
    }

    /// Takes an event in. What follows from it is told without moving it.
    #[inline]
    pub(super) fn note(&mut self, event: &StreamEvent, number: Option<i64>) -> Noted {
        let is_closing = is_closing(event);
        // The service may send an event again. One that ends the stream counts whatever its number is.
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

    /// Takes in whatever came.
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
            // Unless the connection failed, the call's time is over, or what came is too large.
            Received::Broken(error) if error.kind() != ErrorKind::Transport => {
                Step::Over(Err(error))
            }
            Received::Broken(error) => Step::Ended(error),
        }
    }

    /// The stream is over though no event said so. What came is all of it if every item is done.
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

    /// What a closing event comes to, completed by what came before.
    pub(super) fn close(&mut self, mut event: StreamEvent) -> Result<StreamEvent> {
        if self.accumulator.was_filled_in() {
            self.defect(StreamDefect::IncompleteClosingEvent);
        }
        let beside = match &mut event {
            StreamEvent::Failed(failed) => failed.extra.remove("error"),
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
            return Err(
                Error::new(ErrorKind::NoOutput, verdict(Outcome::Answered), message)
                    .with_response(take(response)),
            );
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

/// A stream that ended without saying that the response is over.
pub(super) fn interrupted() -> Error {
    Error::new(
        ErrorKind::Interrupted,
        verdict(Outcome::NoAnswer),
        "the stream ended before the response was complete",
    )
}
