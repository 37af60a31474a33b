//! A response as it comes into being.

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
use super::resume::{self, Resumable, Resumed};
use super::stall::StallGuard;
use crate::call::{Call, request_id, selected_region};
use crate::error::{Error, ErrorKind, Outcome, verdict};
use crate::middleware::Resend;
use crate::types::{CreateResponse, Response, StreamEvent};
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
        let (opened, status, headers) =
            opened.map_err(|error| error.masked(client.sent_credentials()))?;
        Ok(Self::new(
            client, opened, stall, resumable, status, headers, call.span, started,
        ))
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

    /// The region that a routing profile chose, as `x-genai-selected-region` names it; `None` if the
    /// model is no routing profile.
    pub fn selected_region(&self) -> Option<&str> {
        selected_region(&self.headers)
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
