//! A response as a stream of events.

mod follow;

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use futures_core::Stream;
use http::{HeaderMap, StatusCode};
use tracing::Span;

use super::assembler::{Assembler, StreamDefect, interrupted};
use super::deltas::Deltas;
use super::event_source::{EventSource, Opened};
use super::idle_timeout::IdleTimeout;
use super::resume::{self, Resumable, Resumed};
use crate::error::{Error, ErrorKind, Outcome, retry_safety};
use crate::middleware::Idempotency;
use crate::typed_call::{Call, request_id, selected_region};
use crate::types::{CreateResponse, Response, StreamEvent};
use crate::{Client, RequestOptions, Result};

/// The events of a response, as they arrive.
///
/// A `futures` stream that reads only when polled. It has no background task and holds at most one
/// event. It ends after the event that completes the response, without waiting for the server to
/// close the connection. Every failure is an `Err` item, including one that the service reports in
/// an event. The stream ends after it.
///
/// If the connection fails, the stream resumes a background response where it was interrupted, and
/// retrieves a stored response by its id. The caller does not see this. If neither is possible, the
/// error contains the response received so far ([`Error::response`]).
///
/// Dropping the stream closes the connection. The service may still finish a stored response; call
/// [`cancel`](Self::cancel) to stop it.
#[must_use = "streams do nothing unless polled"]
pub struct ResponseStream {
    client: Client,
    state: State,
    assembler: Assembler,
    /// Events of a response that came complete, not delivered yet.
    waiting: VecDeque<StreamEvent>,
    stall: IdleTimeout,
    resumable: Resumable,
    resumptions_left: u32,
    heartbeats: u64,
    status: StatusCode,
    headers: HeaderMap,
    span: Span,
    started: Instant,
    seen_event: bool,
}

enum State {
    Reading(Box<EventSource>),
    Resuming(
        Pin<Box<dyn Future<Output = Result<Resumed>> + Send>>,
        Box<Error>,
    ),
    /// The service returned a response that is still in progress.
    Unfinished,
    Ended,
}

impl ResponseStream {
    pub(super) async fn create(
        client: Client,
        body: CreateResponse,
        options: RequestOptions,
        resend: Idempotency,
        span: Span,
    ) -> Result<Self> {
        let started = client.clock().now();
        let options = match options.own_timeout() {
            Some(_) => options,
            // The timeout of other calls would end long streams.
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
        let mut stall = IdleTimeout::new(client.streams().stall, client.clock().clone());
        let opened = EventSource::open(answer, &client, numbered, &mut stall).await;
        let (opened, status, headers) =
            opened.map_err(|error| error.masked(client.sent_credentials()))?;
        Ok(Self::new(
            client, opened, stall, resumable, status, headers, call.span, started,
        ))
    }

    pub(super) async fn resume(client: Client, id: String, after: Option<i64>) -> Result<Self> {
        let started = client.clock().now();
        let mut stall = IdleTimeout::new(client.streams().stall, client.clock().clone());
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
        stall: IdleTimeout,
        resumable: Resumable,
        status: StatusCode,
        headers: HeaderMap,
        span: Span,
        started: Instant,
    ) -> Self {
        let mut stream = Self {
            stall,
            resumptions_left: client.streams().max_stream_reconnects,
            client,
            state: State::Ended,
            assembler: Assembler::default(),
            waiting: VecDeque::new(),
            resumable,
            heartbeats: 0,
            status,
            headers,
            span,
            started,
            seen_event: false,
        };
        match opened {
            Opened::Stream(source) => stream.state = State::Reading(Box::new(source)),
            Opened::Response(response) => stream.tell(*response),
        }
        stream
    }

    /// Returns the HTTP status.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the response headers.
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the service's `opc-request-id`. Include it in support requests.
    pub fn request_id(&self) -> Option<String> {
        request_id(&self.headers)
    }

    /// Returns the region that a routing profile selected, from the header
    /// `x-genai-selected-region`. Returns `None` if the model is not a routing profile.
    pub fn selected_region(&self) -> Option<&str> {
        selected_region(&self.headers)
    }

    /// Returns the response's id, once an event has contained it.
    pub fn response_id(&self) -> Option<&str> {
        self.assembler.accumulator().response_id()
    }

    /// Returns the number of comments and heartbeats so far. They do not count as events.
    pub fn heartbeats(&self) -> u64 {
        let current = match &self.state {
            State::Reading(source) => source.heartbeats(),
            _ => 0,
        };
        self.heartbeats + current
    }

    /// Returns the response received so far, marked `incomplete` until it is finished.
    pub fn response(&self) -> Option<Response> {
        self.assembler.accumulator().response()
    }

    /// Returns the protocol violations of the stream so far that did no harm, at most 100. Defects
    /// within an event or a response are in their own `defects()`.
    pub fn defects(&self) -> &[StreamDefect] {
        self.assembler.defects()
    }

    /// Reads the stream to its end and returns the whole response.
    ///
    /// A stream that ends without a closing event is complete if at least one item was received and
    /// every item that began is done.
    ///
    /// # Errors
    ///
    /// Returns an error if the stream ends early, fails or stalls and cannot be resumed, or if the
    /// service reports an error. The response received so far is in [`Error::response`]. Returns
    /// [`ErrorKind::NoOutput`] if the response ends without output.
    pub async fn final_response(mut self) -> Result<Response> {
        while let Some(event) = std::future::poll_fn(|context| self.poll_event(context)).await {
            event?;
        }
        let response = self.assembler.into_response();
        response.ok_or_else(|| interrupted().with_request_id(request_id(&self.headers)))
    }

    /// Returns the text, reasoning and function argument deltas, without the other events.
    pub fn deltas(self) -> Deltas {
        Deltas::new(self)
    }

    /// Closes the connection and cancels the response. Only background responses can be canceled.
    /// The service stops or finishes other responses when the connection closes.
    ///
    /// # Errors
    ///
    /// Returns an error if the response's id is not known yet, so that nothing can be canceled, or
    /// if the service rejects the cancellation.
    pub async fn cancel(self) -> Result<Response> {
        let id = self.response_id().map(str::to_owned);
        let client = self.client.clone();
        drop(self);
        match id {
            Some(id) => client.responses().cancel(id).send().await,
            None => Err(Error::new(
                ErrorKind::StreamInterrupted,
                retry_safety(Outcome::NoAnswer),
                "the connection was closed before the response's id was known",
            )),
        }
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
