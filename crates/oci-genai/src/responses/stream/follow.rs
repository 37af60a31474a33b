//! Follows a stream: handles what it delivers, and interruptions.

use std::collections::VecDeque;
use std::task::{Context, Poll, ready};

use super::{ResponseStream, State};
use crate::Result;
use crate::error::Error;
use crate::responses::assembler::{Noted, Step, interrupted};
use crate::responses::event::Received;
use crate::responses::replay;
use crate::responses::resume::{self, Resumable, Resumed, resume};
use crate::responses::span::record;
use crate::types::{Response, ResponseCreatedEvent, StreamEvent};

impl ResponseStream {
    pub(in crate::responses) fn poll_event(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<StreamEvent>>> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                let received = Received::Event {
                    event,
                    number: None,
                    is_progress: true,
                };
                let step = self.assembler.take(received);
                match self.follow(step) {
                    Some(event) => return Poll::Ready(Some(event)),
                    None => continue,
                }
            }
            let step = match &mut self.state {
                State::Ended => return Poll::Ready(None),
                State::Unfinished => {
                    self.end();
                    Step::Ended(interrupted())
                }
                State::Reading(source) => {
                    if self.assembler.accumulator().is_finished() {
                        source.drain(context);
                        self.end();
                        return Poll::Ready(None);
                    }
                    match source.poll(context) {
                        Poll::Ready(Received::Event {
                            event,
                            number,
                            is_progress,
                        }) => match self.assembler.note(&event, number) {
                            Noted::New => {
                                self.note(is_progress);
                                return Poll::Ready(Some(Ok(event)));
                            }
                            Noted::Old => continue,
                            Noted::Closing => Step::Over(self.assembler.close(event)),
                        },
                        // A background response may continue after the connection closed.
                        Poll::Ready(Received::Closed) if self.can_be_resumed(Resumable::Stream) => {
                            Step::Ended(interrupted())
                        }
                        Poll::Ready(received) => self.assembler.take(received),
                        Poll::Pending => Step::Ended(ready!(self.stall.poll(context))),
                    }
                }
                State::Resuming(resuming, _) => {
                    let outcome = ready!(resuming.as_mut().poll(context));
                    self.resumed(outcome)
                }
            };
            if let Some(event) = self.follow(step) {
                return Poll::Ready(Some(event));
            }
        }
    }

    /// Replays a complete response as events, from the current position of the stream.
    pub(super) fn tell(&mut self, response: Response) {
        self.end();
        if !resume::is_over(&response) {
            self.waiting = VecDeque::from([ResponseCreatedEvent::new(response).into()]);
            self.state = State::Unfinished;
            return;
        }
        let so_far = self.assembler.accumulator().response();
        self.waiting = replay::events_of(response, so_far.as_ref());
    }

    /// Returns what the caller receives for a step, if anything.
    fn follow(&mut self, step: Step) -> Option<Result<StreamEvent>> {
        match step {
            Step::Deliver { event, is_progress } => {
                self.note(is_progress);
                Some(Ok(event))
            }
            Step::Pass => None,
            Step::Whole(response) => {
                self.tell(*response);
                None
            }
            Step::Over(Ok(event)) => {
                self.note(true);
                self.record(&event);
                Some(Ok(event))
            }
            Step::Over(Err(error)) => Some(Err(self.fail(error))),
            Step::Ended(error) => self.broken(error).map(Err),
        }
    }

    /// Records an event for the idle timeout and the span.
    #[inline]
    fn note(&mut self, is_progress: bool) {
        if is_progress {
            self.stall.reset();
        } else {
            self.heartbeats += 1;
        }
        if !self.seen_event {
            self.seen_event = true;
            let waited = self.client.clock().now() - self.started;
            let seconds = waited.as_secs_f64();
            self.span
                .record("gen_ai.response.time_to_first_chunk", seconds);
        }
    }

    fn record(&self, event: &StreamEvent) {
        if let StreamEvent::Completed(completed) = event {
            record(&self.span, &completed.response);
        }
        if !self.span.is_disabled() && !self.defects().is_empty() {
            self.span.record("oci.stream.defects", self.defects().len());
        }
    }

    fn can_be_resumed(&self, at_least: Resumable) -> bool {
        self.resumptions_left > 0
            && self.response_id().is_some()
            && (self.resumable == Resumable::Stream || self.resumable == at_least)
    }

    /// Resumes the stream after an interruption, or returns the error if that is impossible.
    fn broken(&mut self, error: Error) -> Option<Error> {
        let id = self.response_id().map(str::to_owned);
        let (true, Some(id)) = (self.can_be_resumed(Resumable::Fetch), id) else {
            return Some(self.fail(error));
        };
        tracing::debug!(parent: &self.span, reason = %error, "resuming an interrupted stream");
        self.heartbeats = self.heartbeats();
        let resuming = resume(
            self.client.clone(),
            id,
            self.resumable,
            self.assembler.last_number(),
            self.resumptions_left,
        );
        self.resumptions_left -= 1;
        self.state = State::Resuming(Box::pin(resuming), Box::new(error));
        None
    }

    fn resumed(&mut self, outcome: Result<Resumed>) -> Step {
        let broke = match std::mem::replace(&mut self.state, State::Ended) {
            State::Resuming(_, error) => *error,
            State::Reading(_) | State::Unfinished | State::Ended => interrupted(),
        };
        self.stall.reset();
        match outcome {
            Ok(Resumed::Stream(source)) => {
                self.assembler.resume_after(self.assembler.last_number());
                self.state = State::Reading(source);
                Step::Pass
            }
            Ok(Resumed::Response(response)) => {
                self.tell(*response);
                Step::Pass
            }
            Err(error) => {
                let broke = broke.with_hint(format!("the stream could not be resumed: {error}"));
                match self.assembler.end(broke) {
                    Step::Ended(broke) => Step::Over(Err(broke)),
                    over => over,
                }
            }
        }
    }

    /// Ends the stream with an error that contains the response received so far.
    fn fail(&mut self, error: Error) -> Error {
        self.end();
        let error = error
            .with_request_id(self.request_id())
            .masked(self.client.sent_credentials());
        if !self.span.is_disabled() {
            self.span.record("otel.status_code", "ERROR");
            self.span
                .record("error.type", tracing::field::debug(error.kind()));
        }
        if error.response().is_some() {
            return error;
        }
        match self.response() {
            Some(response) => error.with_response(response),
            None => error,
        }
    }

    fn end(&mut self) {
        self.heartbeats = self.heartbeats();
        self.state = State::Ended;
    }
}
