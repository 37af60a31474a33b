//! A response as it comes into being.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use futures_core::Stream;
use http::{HeaderMap, StatusCode};
use tracing::Span;

use super::accumulator::Accumulator;
use super::create::{raise_failed, record};
use super::deltas::Deltas;
use super::event_source::{EventSource, Received};
use super::resume::{self, Resumable, Resumed, resume};
use super::stall::StallGuard;
use crate::call::{Call, request_id};
use crate::error::{Error, ErrorKind, ResendVerdict};
use crate::middleware::Resend;
use crate::types::{
    CreateResponse, Response, ResponseCompletedEvent, ResponseFailedEvent, ResponseIncompleteEvent,
    ResponseStatus, StreamEvent,
};
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
    accumulator: Accumulator,
    stall: StallGuard,
    resumable: Resumable,
    resumptions_left: u32,
    last_number: Option<i64>,
    heartbeats: u64,
    status: StatusCode,
    headers: HeaderMap,
    span: Span,
    started: Instant,
    seen_event: bool,
    /// The server closed the stream without saying that the response is over.
    ended_early: bool,
}

enum State {
    Reading(Box<EventSource>),
    Resuming(
        Pin<Box<dyn Future<Output = Result<Resumed>> + Send>>,
        Box<Error>,
    ),
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
        let (source, status, headers) = EventSource::open(answer, &client).await?;
        Ok(Self::new(
            client, source, resumable, status, headers, call.span, started,
        ))
    }

    pub(super) async fn resume(client: Client, id: String, after: Option<i64>) -> Result<Self> {
        let started = client.clock().now();
        let source = resume::open(&client, &id, after).await?;
        let mut stream = Self::new(
            client,
            source,
            Resumable::Stream,
            StatusCode::OK,
            HeaderMap::new(),
            Span::none(),
            started,
        );
        stream.last_number = after;
        Ok(stream)
    }

    fn new(
        client: Client,
        source: EventSource,
        resumable: Resumable,
        status: StatusCode,
        headers: HeaderMap,
        span: Span,
        started: Instant,
    ) -> Self {
        let settings = client.streams();
        Self {
            stall: StallGuard::new(settings.stall, client.clock().clone()),
            resumptions_left: settings.max_resumptions,
            client,
            state: State::Reading(Box::new(source)),
            accumulator: Accumulator::new(),
            resumable,
            last_number: None,
            heartbeats: 0,
            status,
            headers,
            span,
            started,
            seen_event: false,
            ended_early: false,
        }
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
        self.accumulator.response_id()
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
        self.accumulator.response()
    }

    /// Reads to the end and gives the whole response.
    ///
    /// If the server ends the stream without saying that the response is over, what came is returned
    /// and marked `incomplete`.
    ///
    /// # Errors
    ///
    /// When the stream breaks or stalls and cannot be taken up again, or the service reports an
    /// error; what was received is in [`Error::response`]. Also when the stream ends without having
    /// brought anything.
    pub async fn final_response(mut self) -> Result<Response> {
        loop {
            match std::future::poll_fn(|context| self.poll_event(context)).await {
                Some(Ok(_)) => {}
                // The server ended the stream in good order; it only never said that it was over.
                Some(Err(_)) if self.ended_early && !self.accumulator.is_empty() => break,
                Some(Err(error)) => return Err(error),
                None => break,
            }
        }
        match self.accumulator.into_response() {
            Some(response) => raise_failed(response),
            None => Err(nothing_received()),
        }
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
                ResendVerdict::Unknown,
                "the connection was closed before the response's id was known",
            )),
        }
    }

    pub(super) fn poll_event(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<StreamEvent>>> {
        loop {
            let received = match &mut self.state {
                State::Ended => return Poll::Ready(None),
                State::Reading(source) => {
                    if self.accumulator.is_finished() {
                        source.drain(context);
                        self.end();
                        return Poll::Ready(None);
                    }
                    let numbered = self.resumable == Resumable::Stream;
                    match source.poll(context, numbered) {
                        Poll::Ready(received) => received,
                        Poll::Pending => Received::Stalled(ready!(self.stall.poll(context))),
                    }
                }
                State::Resuming(resuming, _) => {
                    let outcome = ready!(resuming.as_mut().poll(context));
                    match self.resumed(outcome) {
                        Some(event) => return Poll::Ready(Some(event)),
                        None => continue,
                    }
                }
            };
            match received {
                Received::Event(event, number) => {
                    if number.is_some() && number <= self.last_number {
                        continue;
                    }
                    self.last_number = number.or(self.last_number);
                    self.note(&event);
                    if !self.accumulator.is_finished() {
                        return Poll::Ready(Some(Ok(event)));
                    }
                    return Poll::Ready(Some(self.last(event)));
                }
                Received::Error(service) => {
                    let error = Error::service(*service, self.client.clock().wall());
                    return Poll::Ready(Some(Err(self.fail(error))));
                }
                Received::Garbled(error) => {
                    return Poll::Ready(Some(Err(error.with_request_id(self.request_id()))));
                }
                Received::Done => {
                    if self.accumulator.is_empty() {
                        let error = self.fail(nothing_received());
                        return Poll::Ready(Some(Err(error)));
                    }
                    self.end();
                    return Poll::Ready(None);
                }
                Received::Closed => {
                    let error = Error::new(
                        ErrorKind::Interrupted,
                        ResendVerdict::Unknown,
                        "the stream ended before the response was complete",
                    );
                    if let Some(error) = self.broken(error) {
                        self.ended_early = true;
                        return Poll::Ready(Some(Err(error)));
                    }
                }
                Received::Stalled(error) => {
                    if let Some(error) = self.broken(error) {
                        return Poll::Ready(Some(Err(error)));
                    }
                }
                // The time for the whole call is over, or what came makes no sense.
                Received::Broken(error) if error.kind() != ErrorKind::Transport => {
                    return Poll::Ready(Some(Err(self.fail(error))));
                }
                Received::Broken(error) => {
                    if let Some(error) = self.broken(error) {
                        return Poll::Ready(Some(Err(error)));
                    }
                }
            }
        }
    }

    /// Notes an event on its way to the caller.
    #[inline]
    fn note(&mut self, event: &StreamEvent) {
        self.stall.reset();
        if !self.seen_event {
            self.seen_event = true;
            let waited = self.client.clock().now() - self.started;
            let millis = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
            self.span
                .record("gen_ai.response.time_to_first_event_ms", millis);
        }
        self.accumulator.apply(event);
    }

    /// The event that finished the response: an error, if it failed.
    fn last(&mut self, event: StreamEvent) -> Result<StreamEvent> {
        match event {
            StreamEvent::Failed(failed) => {
                record(&self.span, &failed.response);
                self.end();
                match raise_failed(failed.response) {
                    Err(error) => Err(error.with_request_id(self.request_id())),
                    // The event says failed, whatever the response says.
                    Ok(response) => Err(Error::new(
                        ErrorKind::Failed,
                        ResendVerdict::Done,
                        "the response failed",
                    )
                    .with_response(response)),
                }
            }
            event => {
                if let StreamEvent::Completed(completed) = &event {
                    record(&self.span, &completed.response);
                }
                Ok(event)
            }
        }
    }

    /// Takes the stream up again after a break, or gives the error if that cannot be.
    fn broken(&mut self, error: Error) -> Option<Error> {
        let id = self.accumulator.response_id().map(str::to_owned);
        let possible = self.resumable != Resumable::No && self.resumptions_left > 0;
        let (true, Some(id)) = (possible, id) else {
            return Some(self.fail(error));
        };
        tracing::debug!(parent: &self.span, reason = %error, "taking up a broken stream");
        self.heartbeats = self.heartbeats();
        let resuming = resume(
            self.client.clone(),
            id,
            self.resumable,
            self.last_number,
            self.resumptions_left,
        );
        self.resumptions_left -= 1;
        self.state = State::Resuming(Box::pin(resuming), Box::new(error));
        None
    }

    fn resumed(&mut self, outcome: Result<Resumed>) -> Option<Result<StreamEvent>> {
        let broke = match std::mem::replace(&mut self.state, State::Ended) {
            State::Resuming(_, error) => *error,
            State::Reading(_) | State::Ended => nothing_received(),
        };
        self.stall.reset();
        match outcome {
            Ok(Resumed::Stream(source)) => {
                self.state = State::Reading(source);
                None
            }
            Ok(Resumed::Response(response)) => {
                let event = closing_event(*response);
                self.note(&event);
                let event = self.last(event);
                self.end();
                Some(event)
            }
            Err(error) => Some(Err(
                self.fail(broke.with_hint(format!("it could not be taken up again: {error}")))
            )),
        }
    }

    /// Ends the stream with an error that carries what was received.
    fn fail(&mut self, error: Error) -> Error {
        self.end();
        let error = error.with_request_id(self.request_id());
        if !self.span.is_disabled() {
            self.span.record("otel.status_code", "ERROR");
            self.span
                .record("error.type", tracing::field::debug(error.kind()));
        }
        match self.accumulator.response() {
            Some(response) => error.with_response(response),
            None => error,
        }
    }

    fn end(&mut self) {
        self.heartbeats = self.heartbeats();
        self.state = State::Ended;
    }
}

/// The event that would have closed the stream of a response that was fetched instead.
fn closing_event(response: Response) -> StreamEvent {
    match response.status {
        Some(ResponseStatus::Failed | ResponseStatus::Cancelled) => {
            ResponseFailedEvent::new(response).into()
        }
        Some(ResponseStatus::Incomplete) => ResponseIncompleteEvent::new(response).into(),
        _ => ResponseCompletedEvent::new(response).into(),
    }
}

fn nothing_received() -> Error {
    Error::new(
        ErrorKind::Interrupted,
        ResendVerdict::Unknown,
        "the stream ended without an event",
    )
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
