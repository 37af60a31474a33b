//! A response as it comes into being.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use futures_core::Stream;
use http::{HeaderMap, StatusCode};
use tracing::Span;

use super::assembler::{Assembler, Step, StreamDefect, interrupted};
use super::create::record;
use super::deltas::Deltas;
use super::event::Said;
use super::event_source::{EventSource, Opened, Received};
use super::replay;
use super::resume::{self, Resumable, Resumed, resume};
use super::stall::StallGuard;
use crate::call::{Call, request_id};
use crate::error::{Error, ErrorKind, Outcome, verdict};
use crate::middleware::Resend;
use crate::types::{CreateResponse, Response, ResponseCreatedEvent, StreamEvent};
use crate::wire::SentCredential;
use crate::{Client, RequestOptions, Result};

/// The events of a response, as they come.
///
/// A `futures` stream that reads only when polled: there is no task behind it, and it holds one event
/// at the most. It ends after the event that completes the response, without waiting for the server
/// to close the connection. Every failure is an `Err` item, also one that the service reports in an
/// event; after it the stream is over.
///
/// When the connection breaks, a background response is taken up again where it broke and a stored
/// one is fetched by its id, unseen by the caller. When neither is possible the error carries what
/// was received ([`Error::response`]).
///
/// Dropping it closes the connection. The service may finish a stored response all the same; use
/// [`cancel`](Self::cancel) to tell it not to.
#[must_use = "streams do nothing unless polled"]
pub struct ResponseStream {
    client: Client,
    state: State,
    assembler: Assembler,
    /// Events of a response that came whole, yet to be given.
    waiting: VecDeque<StreamEvent>,
    stall: StallGuard,
    resumable: Resumable,
    resumptions_left: u32,
    heartbeats: u64,
    status: StatusCode,
    headers: HeaderMap,
    span: Span,
    sent: SentCredential,
    started: Instant,
    seen_event: bool,
}

enum State {
    Reading(Box<EventSource>),
    Resuming(
        Pin<Box<dyn Future<Output = Result<Resumed>> + Send>>,
        Box<Error>,
    ),
    /// The service answered with a response that is still being made.
    Unfinished,
    Ended,
}

impl ResponseStream {
    pub(super) async fn create(
        client: Client,
        body: CreateResponse,
        options: RequestOptions,
        resend: Resend,
        span: Span,
    ) -> Result<Self> {
        let started = client.clock().now();
        let options = match options.own_timeout() {
            Some(_) => options,
            // The limit for plain calls would end long streams.
            None => options.timeout(client.streams().deadline),
        };
        let resumable = match (body.store, body.background) {
            (Some(false), _) => Resumable::No,
            (_, Some(true)) => Resumable::Stream,
            _ => Resumable::Fetch,
        };
        let call = Call::with_span(&client, options, resend, span)?;
        let answer = call
            .api
            .create_response_stream(&body)
            .await
            .map_err(Error::from)?;
        let numbered = resumable == Resumable::Stream;
        let mut stall = StallGuard::new(client.streams().stall, client.clock().clone());
        let opened = EventSource::open(answer, &client, numbered, &mut stall).await;
        let (opened, status, headers) = opened.map_err(|error| error.masked(&call.sent))?;
        let mut stream = Self::new(
            client, opened, stall, resumable, status, headers, call.span, started,
        );
        stream.sent = call.sent;
        Ok(stream)
    }

    pub(super) async fn resume(client: Client, id: String, after: Option<i64>) -> Result<Self> {
        let started = client.clock().now();
        let mut stall = StallGuard::new(client.streams().stall, client.clock().clone());
        let (opened, status, headers) = resume::open(&client, &id, after, &mut stall).await?;
        let mut stream = Self::new(
            client,
            opened,
            stall,
            Resumable::Stream,
            status,
            headers,
            Span::none(),
            started,
        );
        stream.assembler.resume_after(after);
        Ok(stream)
    }

    #[allow(clippy::too_many_arguments, reason = "each becomes a field")]
    fn new(
        client: Client,
        opened: Opened,
        stall: StallGuard,
        resumable: Resumable,
        status: StatusCode,
        headers: HeaderMap,
        span: Span,
        started: Instant,
    ) -> Self {
        let mut stream = Self {
            stall,
            resumptions_left: client.streams().max_resumptions,
            client,
            state: State::Ended,
            assembler: Assembler::default(),
            waiting: VecDeque::new(),
            resumable,
            heartbeats: 0,
            status,
            headers,
            span,
            sent: SentCredential::default(),
            started,
            seen_event: false,
        };
        match opened {
            Opened::Stream(source) => stream.state = State::Reading(Box::new(source)),
            Opened::Response(response) => stream.tell(*response),
        }
        stream
    }

    /// The HTTP status of the answer.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers of the answer.
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The service's `opc-request-id`, to be named in a support request.
    pub fn request_id(&self) -> Option<String> {
        request_id(&self.headers)
    }

    /// The response's id, once an event has told it.
    pub fn response_id(&self) -> Option<&str> {
        self.assembler.accumulator().response_id()
    }

    /// Comments and heartbeats that came so far. They do not count as events.
    pub fn heartbeats(&self) -> u64 {
        let current = match &self.state {
            State::Reading(source) => source.heartbeats(),
            _ => 0,
        };
        self.heartbeats + current
    }

    /// The response as far as it has come; marked `incomplete` while it is not over.
    pub fn response(&self) -> Option<Response> {
        self.assembler.accumulator().response()
    }

    /// What the stream did otherwise than it should so far, without harm: at most 100 such things.
    /// What is odd within an event or a response is in their own `defects()`.
    pub fn defects(&self) -> &[StreamDefect] {
        self.assembler.defects()
    }

    /// Reads to the end and gives the whole response.
    ///
    /// A stream that ends without saying that the response is over has brought all of it if at least
    /// one item came and every item that began is done.
    ///
    /// # Errors
    ///
    /// When the stream ends early, breaks or stalls and cannot be taken up again, or the service
    /// reports an error; what was received is in [`Error::response`]. Also when the response ends
    /// without output ([`ErrorKind::NoOutput`]).
    pub async fn final_response(mut self) -> Result<Response> {
        while let Some(event) = std::future::poll_fn(|context| self.poll_event(context)).await {
            event?;
        }
        let response = self.assembler.into_response();
        response.ok_or_else(|| interrupted().with_request_id(request_id(&self.headers)))
    }

    /// The text, reasoning and function arguments as they come, without the events around them.
    pub fn deltas(self) -> Deltas {
        Deltas::new(self)
    }

    /// Closes the connection and tells the service to stop. It can stop background responses only;
    /// others it stops, or finishes, when the connection closes.
    ///
    /// # Errors
    ///
    /// When the response's id is not known yet, so that there is nothing to tell, or the service
    /// refuses.
    pub async fn cancel(self) -> Result<Response> {
        let id = self.response_id().map(str::to_owned);
        let client = self.client.clone();
        drop(self);
        match id {
            Some(id) => client.responses().cancel(id).send().await,
            None => Err(Error::new(
                ErrorKind::Interrupted,
                verdict(Outcome::NoAnswer),
                "the connection was closed before the response's id was known",
            )),
        }
    }

    pub(super) fn poll_event(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<StreamEvent>>> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                let said = Said::Event {
                    event,
                    number: None,
                    is_progress: true,
                };
                let step = self.assembler.take(said);
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
                        Poll::Ready(Received::Said(said)) => self.assembler.take(said),
                        Poll::Ready(received) => self.received(received),
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

    /// What follows from something that is no event.
    #[cold]
    fn received(&mut self, received: Received) -> Step {
        match received {
            Received::Said(said) => self.assembler.take(said),
            Received::Response(response) => {
                self.tell(*response);
                Step::Pass
            }
            // Of a response that runs on in the background more may come than did so far.
            Received::Closed if self.can_be_resumed(Resumable::Stream) => {
                Step::Ended(interrupted())
            }
            Received::Closed => self.assembler.end(interrupted()),
            Received::NoStream(error) => Step::Over(Err(error)),
            // Unless the connection failed, the call's time is over, or what came is too large.
            Received::Broken(error) if error.kind() != ErrorKind::Transport => {
                Step::Over(Err(error))
            }
            Received::Broken(error) | Received::Stalled(error) => Step::Ended(error),
        }
    }

    /// Tells a response that came whole as events, from where the stream is.
    fn tell(&mut self, response: Response) {
        self.end();
        if !resume::is_over(&response) {
            self.waiting = VecDeque::from([ResponseCreatedEvent::new(response).into()]);
            self.state = State::Unfinished;
            return;
        }
        let so_far = self.assembler.accumulator().response();
        self.waiting = replay::events_of(response, so_far.as_ref());
    }

    /// What the caller is given of a step, if anything.
    #[inline]
    fn follow(&mut self, step: Step) -> Option<Result<StreamEvent>> {
        match step {
            Step::Deliver { event, is_progress } => {
                if is_progress {
                    self.stall.reset();
                } else {
                    self.heartbeats += 1;
                }
                self.note_first();
                Some(Ok(event))
            }
            Step::Pass => None,
            Step::Over(Ok(event)) => {
                self.note_first();
                self.record(&event);
                Some(Ok(event))
            }
            Step::Over(Err(error)) => Some(Err(self.fail(error))),
            Step::Ended(error) => self.broken(error).map(Err),
        }
    }

    /// Notes in the span when the first event came.
    #[inline]
    fn note_first(&mut self) {
        if !self.seen_event {
            self.seen_event = true;
            let waited = self.client.clock().now() - self.started;
            let millis = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
            self.span
                .record("gen_ai.response.time_to_first_event_ms", millis);
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

    /// Takes the stream up again after a break, or gives the error if that cannot be.
    fn broken(&mut self, error: Error) -> Option<Error> {
        let id = self.response_id().map(str::to_owned);
        let (true, Some(id)) = (self.can_be_resumed(Resumable::Fetch), id) else {
            return Some(self.fail(error));
        };
        tracing::debug!(parent: &self.span, reason = %error, "taking up a broken stream");
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
                let broke = broke.with_hint(format!("it could not be taken up again: {error}"));
                match self.assembler.end(broke) {
                    Step::Ended(broke) => Step::Over(Err(broke)),
                    over => over,
                }
            }
        }
    }

    /// Ends the stream with an error that carries what was received.
    fn fail(&mut self, error: Error) -> Error {
        self.end();
        let error = error.with_request_id(self.request_id()).masked(&self.sent);
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

impl Stream for ResponseStream {
    type Item = Result<StreamEvent>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_event(context)
    }
}

impl fmt::Debug for ResponseStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseStream")
            .field("response_id", &self.response_id())
            .field("status", &self.status)
            .field("heartbeats", &self.heartbeats())
            .finish_non_exhaustive()
    }
}
