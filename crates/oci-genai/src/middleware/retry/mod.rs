//! Sends a request again where that helps and does no harm.
//!
//! Two questions are asked of every failure. *May it go away by itself?* No connection, 408, 429,
//! 5xx other than 501, and codes of a state that passes; the service's `x-should-retry` header
//! overrules this, but not an exhausted quota. *May the request be sent again?* That is its
//! [verdict](crate::ResendVerdict): what was not sent or was rejected may; what may have been
//! carried out may only if the request's [`Resend`] says that repeating it does no harm.
//!
//! Place it outside attempt timeouts and authentication: every attempt then has its own time and
//! its own fresh signature. Place it outside [`ReadError`](super::ReadError), which reads the words
//! that tell the service's own 503 from a gateway's; without them no 503 proves anything. Place it
//! inside the deadline, whose end no pause outlasts.
//!
//! ```
//! use oci_genai::{middleware::{RetryConfig, RetryLayer}, time::SharedClock};
//!
//! let layer = RetryLayer::new(RetryConfig::new().max_attempts(3), SharedClock::default());
//! # let _ = layer;
//! ```

mod budget;
mod config;
mod failure;
mod retry_after;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::FutureExt;
use http::{HeaderName, Method, Request, Response};
use http_body_util::BodyExt;
use oci_genai_api::{Body, BoxError};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

pub use self::budget::RetryBudget;
pub use self::config::RetryConfig;
use self::failure::Failure;
use super::deadline::DeadlineAt;
use super::headers::random_value;
use crate::Error;
use crate::options::setting;
use crate::time::SharedClock;

/// Marks the attempts of one request as one, for services that honour it.
pub const OPC_RETRY_TOKEN: HeaderName = HeaderName::from_static("opc-retry-token");

/// In a request's extensions: what repeating it does.
///
/// Without one, requests of the methods GET, HEAD, PUT and DELETE count as [`Resend::Always`], all
/// others as [`Resend::IfNotExecuted`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resend {
    /// Repeating it does no harm.
    Always,
    /// Repeating it costs, but leaves nothing behind that matters: sent again if the service itself
    /// answered that it failed, not if there was no answer.
    IfAnswered,
    /// Sent again only if it surely was not carried out.
    IfNotExecuted,
}

/// In a request's extensions: how this one request is retried.
#[derive(Clone, Debug)]
pub struct RetryOverride(pub RetryConfig);

/// In an answer's extensions: how often the request was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts(pub u32);

/// Applies [`Retry`].
#[derive(Clone, Debug)]
pub struct RetryLayer {
    config: RetryConfig,
    budget: RetryBudget,
    clock: SharedClock,
}

impl RetryLayer {
    /// Retries by `config`, with a full budget of its own.
    pub fn new(config: RetryConfig, clock: SharedClock) -> Self {
        Self {
            config,
            budget: RetryBudget::default(),
            clock,
        }
    }

    /// Draws on `budget`, which several stacks may share.
    #[must_use]
    pub fn budget(mut self, budget: RetryBudget) -> Self {
        self.budget = budget;
        self
    }
}

impl<S> Layer<S> for RetryLayer {
    type Service = Retry<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Retry {
            inner,
            layer: Arc::new(self.clone()),
        }
    }
}

/// Sends requests again where that helps and does no harm.
#[derive(Clone, Debug)]
pub struct Retry<S> {
    inner: S,
    layer: Arc<RetryLayer>,
}

impl<S, B> Service<Request<Body>> for Retry<S>
where
    S: Service<Request<Body>, Response = Response<B>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: Send + 'static,
{
    type Response = Response<B>;
    type Error = BoxError;
    type Future = ResponseFuture<S, S::Future, B>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let config = match setting::<RetryOverride>(request.extensions()) {
            Some(RetryOverride(own)) => own.clone(),
            None => self.layer.config.clone(),
        };
        let resend = effective_resend(&request, &config);
        let deadline = request.extensions().get().map(|DeadlineAt(at)| *at);
        let mut spare = None;
        if config.max_attempts > 1 {
            if config.idempotency_header && *request.method() == Method::POST {
                let headers = request.headers_mut();
                headers
                    .entry(OPC_RETRY_TOKEN)
                    .or_insert_with(random_value::<30>);
            }
            (request, spare) = twice(request);
        }
        let again = Again {
            // The service that was made ready sends first; this one is made ready when it is needed.
            service: self.inner.clone(),
            layer: Arc::clone(&self.layer),
            config,
            resend,
            deadline,
            spare,
            attempt: 1,
        };
        ResponseFuture {
            first: self.inner.call(request),
            again: Some(again),
            sending: None,
        }
    }
}

pin_project! {
    /// The future of [`Retry`]. Only a failed first attempt takes the long way.
    pub struct ResponseFuture<S, F, B> {
        #[pin]
        first: F,
        again: Option<Again<S>>,
        sending: Option<Sending<B>>,
    }
}

type Sending<B> = Pin<Box<dyn Future<Output = Result<Response<B>, BoxError>> + Send>>;

impl<S, B> Future for ResponseFuture<S, S::Future, B>
where
    S: Service<Request<Body>, Response = Response<B>> + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: Send + 'static,
{
    type Output = Result<Response<B>, BoxError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if this.again.is_some() {
            let outcome = ready!(this.first.poll(context));
            let Some(mut again) = this.again.take() else {
                return Poll::Pending;
            };
            let outcome = again.outcome(outcome);
            let Some((pause, request)) = again.next(&outcome) else {
                return Poll::Ready(again.finish(outcome));
            };
            // Dropping the answer first gives its connection back.
            drop(outcome);
            *this.sending = Some(Box::pin(again.run(pause, request)));
        }
        match this.sending {
            Some(sending) => sending.as_mut().poll(context),
            None => Poll::Pending,
        }
    }
}

/// What sending a request again takes.
struct Again<S> {
    service: S,
    layer: Arc<RetryLayer>,
    config: RetryConfig,
    resend: Resend,
    deadline: Option<Instant>,
    /// The request once more, for another attempt.
    spare: Option<Request<Body>>,
    /// Counted from 1: the attempt under way.
    attempt: u32,
}

impl<S> Again<S> {
    fn outcome<R, E: Into<BoxError>>(&self, outcome: Result<R, E>) -> Result<R, Error> {
        outcome.map_err(|error| Error::from_boxed(error.into()).with_attempts(self.attempt))
    }

    /// The pause before another attempt, and its request, if there shall be one.
    fn next<B>(
        &mut self,
        outcome: &Result<Response<B>, Error>,
    ) -> Option<(Duration, Request<Body>)> {
        let RetryLayer { clock, budget, .. } = &*self.layer;
        let Some(failure) = Failure::of(outcome, clock) else {
            budget.deposit();
            return None;
        };
        let request = self.spare.take()?;
        let pause = failure.pause(&self.config, self.resend, self.attempt)?;
        let too_late = self.deadline.is_some_and(|at| clock.now() + pause >= at);
        if too_late || !budget.withdraw() {
            return None;
        }
        tracing::debug!(
            attempt = self.attempt,
            pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX),
            reason = %failure.reason,
            rule = failure.rule.what,
            "sending the request again"
        );
        Some((pause, request))
    }

    fn finish<B>(self, outcome: Result<Response<B>, Error>) -> Result<Response<B>, BoxError> {
        let mut response = outcome?;
        if self.attempt > 1 {
            response.extensions_mut().insert(Attempts(self.attempt));
        }
        Ok(response)
    }

    async fn run<B>(
        mut self,
        mut pause: Duration,
        mut request: Request<Body>,
    ) -> Result<Response<B>, BoxError>
    where
        S: Service<Request<Body>, Response = Response<B>>,
        S::Error: Into<BoxError>,
    {
        loop {
            self.layer.clock.sleep(pause).await;
            self.attempt += 1;
            if self.attempt < self.config.max_attempts {
                (request, self.spare) = twice(request);
            }
            std::future::poll_fn(|context| self.service.poll_ready(context))
                .await
                .map_err(Into::into)?;
            let outcome = self.service.call(request).await;
            let outcome = self.outcome(outcome);
            (pause, request) = match self.next(&outcome) {
                Some(next) => next,
                None => return self.finish(outcome),
            };
        }
    }
}

/// The request and, unless its body can be read once only, a copy that shares the body's bytes.
pub(super) fn twice(request: Request<Body>) -> (Request<Body>, Option<Request<Body>>) {
    let (parts, mut body) = request.into_parts();
    if body.as_bytes().is_none() {
        return (Request::from_parts(parts, body), None);
    }
    // A body in memory gives its bytes at once, without copying them.
    let bytes = match body.frame().now_or_never() {
        Some(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
        _ => Bytes::new(),
    };
    let copy = Request::from_parts(parts.clone(), Body::from(bytes.clone()));
    (Request::from_parts(parts, Body::from(bytes)), Some(copy))
}

fn effective_resend(request: &Request<Body>, config: &RetryConfig) -> Resend {
    if config.resend_unknown {
        return Resend::Always;
    }
    if let Some(given) = setting::<Resend>(request.extensions()) {
        return *given;
    }
    match *request.method() {
        Method::GET | Method::HEAD | Method::PUT | Method::DELETE => Resend::Always,
        _ => Resend::IfNotExecuted,
    }
}

#[cfg(test)]
mod tests;
