//! Retries requests where that helps and does no harm.
//!
//! A failure must pass two checks. *Is the cause temporary?* These causes are: no connection, 408,
//! 429, 5xx other than 501, and codes of a temporary state. The service's `x-should-retry` header
//! overrides this, except for an exhausted quota. *Is a retry safe?* The [retry
//! safety](crate::RetrySafety) decides: a request that was not sent or was rejected is retried. A
//! request that the service may have carried out is retried only if its [`Idempotency`] shows that
//! a repetition does no harm.
//!
//! Place it outside attempt timeouts and authentication, so that every attempt has its own timeout
//! and its own signature. Place it outside [`ParseErrorService`](super::ParseErrorService), which
//! reads the error code that distinguishes the service's own 503 from a gateway's. Without the code
//! no 503 proves anything. Place it inside the deadline, so that no pause lasts longer than the
//! deadline.
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
use super::deadline::CallDeadline;
use super::headers::random_value;
use crate::Error;
use crate::options::setting;
use crate::time::SharedClock;

/// Header with a token that is the same in all attempts of one request, for services that honor it.
pub const OPC_RETRY_TOKEN: HeaderName = HeaderName::from_static("opc-retry-token");

/// Request extension: the effect of repeating the request.
///
/// Without this extension, GET, HEAD, PUT and DELETE requests count as [`Idempotency::Idempotent`]
/// and all others as [`Idempotency::RetryIfNotExecuted`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idempotency {
    /// A repetition does no harm.
    Idempotent,
    /// A repetition costs, but leaves nothing behind that matters. Retried if the service itself
    /// responded with an error, but not if there was no response.
    RetryIfAnswered,
    /// Retried only if the request was certainly not carried out.
    RetryIfNotExecuted,
}

/// Request extension: the retry policy of this request.
#[derive(Clone, Debug)]
pub struct RetryOverride(pub RetryConfig);

/// Response extension: how often the request was sent.
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
    /// Creates a layer with a full retry budget of its own.
    pub fn new(config: RetryConfig, clock: SharedClock) -> Self {
        Self {
            config,
            budget: RetryBudget::default(),
            clock,
        }
    }

    /// Uses `budget`, which several stacks may share.
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

/// Retries requests where that helps and does no harm.
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
        let deadline = request.extensions().get().map(|CallDeadline(at)| *at);
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
            // The service that was polled ready sends first. This clone is polled when it is
            // needed.
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
    /// The future of [`Retry`]. Only a failed first attempt needs a boxed future.
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
            // Dropping the response first releases its connection.
            drop(outcome);
            *this.sending = Some(Box::pin(again.run(pause, request)));
        }
        match this.sending {
            Some(sending) => sending.as_mut().poll(context),
            None => Poll::Pending,
        }
    }
}

/// The state for retrying a request.
struct Again<S> {
    service: S,
    layer: Arc<RetryLayer>,
    config: RetryConfig,
    resend: Idempotency,
    deadline: Option<Instant>,
    /// A copy of the request for another attempt.
    spare: Option<Request<Body>>,
    /// Number of the current attempt, counted from 1.
    attempt: u32,
}

impl<S> Again<S> {
    fn outcome<R, E: Into<BoxError>>(&self, outcome: Result<R, E>) -> Result<R, Error> {
        outcome.map_err(|error| Error::from_boxed(error.into()).with_attempts(self.attempt))
    }

    /// Returns the pause before another attempt and its request, if there is one.
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
            "retrying the request"
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

/// Returns the request and, unless its body can be read only once, a copy that shares the body's
/// bytes.
pub(super) fn twice(request: Request<Body>) -> (Request<Body>, Option<Request<Body>>) {
    let (parts, mut body) = request.into_parts();
    if body.as_bytes().is_none() {
        return (Request::from_parts(parts, body), None);
    }
    // A body in memory returns its bytes at once, without copying them.
    let bytes = match body.frame().now_or_never() {
        Some(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
        _ => Bytes::new(),
    };
    let copy = Request::from_parts(parts.clone(), Body::from(bytes.clone()));
    (Request::from_parts(parts, Body::from(bytes)), Some(copy))
}

fn effective_resend(request: &Request<Body>, config: &RetryConfig) -> Idempotency {
    if config.resend_unknown {
        return Idempotency::Idempotent;
    }
    if let Some(given) = setting::<Idempotency>(request.extensions()) {
        return *given;
    }
    match *request.method() {
        Method::GET | Method::HEAD | Method::PUT | Method::DELETE => Idempotency::Idempotent,
        _ => Idempotency::RetryIfNotExecuted,
    }
}

#[cfg(test)]
mod tests;
