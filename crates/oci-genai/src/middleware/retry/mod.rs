//! Sends a request again where that helps and does no harm.
//!
//! Two questions are asked of every failure. *May it go away by itself?* No connection, 408, 429,
//! 5xx other than 501, and 409 with the codes that say so; the service's `x-should-retry` header
//! overrules this. *May the request be sent again?* That is its
//! [verdict](crate::ResendVerdict): what was not sent or was rejected may; what may have been
//! carried out may only if the request's [`Resend`] says that repeating it does no harm.
//!
//! Place it outside attempt timeouts and authentication: every attempt then has its own time and
//! its own fresh signature. Place it inside the deadline, whose end no pause outlasts.
//!
//! ```
//! use oci_genai::{middleware::{RetryConfig, RetryLayer}, time::SharedClock};
//!
//! let layer = RetryLayer::new(RetryConfig::new().max_attempts(3), SharedClock::default());
//! # let _ = layer;
//! ```

mod budget;
mod config;
mod retry_after;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use http::{HeaderName, HeaderValue, Method, Request, Response};
use http_body_util::BodyExt;
use oci_genai_api::{Body, BoxError};
use tower_layer::Layer;
use tower_service::Service;

pub use self::budget::RetryBudget;
pub use self::config::RetryConfig;
use super::deadline::DeadlineAt;
use crate::error::{Error, ResendVerdict, ServiceError, is_transient_status, verdict_of};
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
            layer: self.clone(),
        }
    }
}

/// Sends requests again where that helps and does no harm.
#[derive(Clone, Debug)]
pub struct Retry<S> {
    inner: S,
    layer: RetryLayer,
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
    type Future = ResponseFuture<Response<B>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // The clone that was made ready goes; a fresh one stays.
        let fresh = self.inner.clone();
        let ready = std::mem::replace(&mut self.inner, fresh);
        ResponseFuture(Box::pin(run(ready, self.layer.clone(), request)))
    }
}

/// The future of [`Retry`].
pub struct ResponseFuture<T>(Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>);

impl<T> Future for ResponseFuture<T> {
    type Output = Result<T, BoxError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

async fn run<S, B>(
    mut service: S,
    layer: RetryLayer,
    mut request: Request<Body>,
) -> Result<Response<B>, BoxError>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<BoxError>,
{
    let config = match setting::<RetryOverride>(request.extensions()) {
        Some(RetryOverride(own)) => own.clone(),
        None => layer.config.clone(),
    };
    let resend = effective_resend(&request, &config);
    let deadline = request.extensions().get().map(|DeadlineAt(at)| *at);
    if config.idempotency_header && config.max_attempts > 1 && *request.method() == Method::POST {
        let headers = request.headers_mut();
        headers.entry(OPC_RETRY_TOKEN).or_insert_with(retry_token);
    }

    let mut attempt = 1;
    loop {
        let (sent, spare) = if attempt < config.max_attempts {
            twice(request)
        } else {
            (request, None)
        };
        std::future::poll_fn(|context| service.poll_ready(context))
            .await
            .map_err(Into::into)?;
        let outcome = service
            .call(sent)
            .await
            .map_err(|error| Error::from_boxed(error.into()).with_attempts(attempt));
        let failure = Failure::of(&outcome, &layer.clock);
        let (Some(failure), Some(spare)) = (&failure, spare) else {
            if failure.is_none() {
                layer.budget.deposit();
            }
            return finish(outcome, attempt);
        };
        let Some(pause) = failure.pause(&config, resend, attempt) else {
            return finish(outcome, attempt);
        };
        let too_late = deadline.is_some_and(|at| layer.clock.now() + pause >= at);
        if too_late || !layer.budget.withdraw() {
            return finish(outcome, attempt);
        }
        tracing::debug!(
            attempt,
            pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX),
            reason = %failure.reason,
            "sending the request again"
        );
        // Dropping the answer first gives its connection back.
        drop(outcome);
        layer.clock.sleep(pause).await;
        request = spare;
        attempt += 1;
    }
}

fn finish<B>(outcome: Result<Response<B>, Error>, attempt: u32) -> Result<Response<B>, BoxError> {
    let mut response = outcome?;
    if attempt > 1 {
        response.extensions_mut().insert(Attempts(attempt));
    }
    Ok(response)
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

/// 30 letters and digits, the form OCI's own SDKs send.
fn retry_token() -> HeaderValue {
    let mut random = fastrand::Rng::new();
    let token: [u8; 30] = std::array::from_fn(|_| random.alphanumeric() as u8);
    HeaderValue::from_bytes(&token).unwrap_or(HeaderValue::from_static("0"))
}

/// A failed attempt, reduced to what the decision needs.
struct Failure {
    reason: String,
    transient: bool,
    verdict: ResendVerdict,
    answered: bool,
    retry_after: Option<Duration>,
}

impl Failure {
    fn of<B>(outcome: &Result<Response<B>, Error>, clock: &SharedClock) -> Option<Self> {
        match outcome {
            Ok(response) if response.status().is_success() => None,
            Ok(response) => {
                let headers = response.headers();
                let told = headers
                    .get("x-should-retry")
                    .and_then(|value| match value.as_bytes() {
                        b"true" => Some(true),
                        b"false" => Some(false),
                        _ => None,
                    });
                let error = response.extensions().get::<Arc<ServiceError>>();
                let status = response.status();
                let transient =
                    is_transient_status(status) || error.is_some_and(|error| will_change(error));
                Some(Self {
                    reason: status.to_string(),
                    transient: told.unwrap_or(transient),
                    verdict: verdict_of(Some(status)),
                    answered: true,
                    retry_after: retry_after::retry_after(headers, clock.wall()),
                })
            }
            Err(error) => Some(Self {
                reason: error.to_string(),
                transient: error.is_transient(),
                verdict: error.verdict(),
                answered: error.status().is_some(),
                retry_after: None,
            }),
        }
    }

    /// The pause before another attempt, or `None` if there shall be none.
    fn pause(&self, config: &RetryConfig, resend: Resend, attempt: u32) -> Option<Duration> {
        let allowed = match self.verdict {
            ResendVerdict::NotSent | ResendVerdict::Rejected => true,
            ResendVerdict::Unknown => {
                resend == Resend::Always || (resend == Resend::IfAnswered && self.answered)
            }
            ResendVerdict::Done => false,
        };
        if !self.transient || !allowed {
            return None;
        }
        match self.retry_after {
            Some(asked) if asked > config.max_retry_after => None,
            Some(asked) => Some(asked),
            None => Some(config.pause(attempt)),
        }
    }
}

/// Whether the service says that it is in a state that will change by itself.
fn will_change(error: &ServiceError) -> bool {
    error.is_conversation_locked()
        || matches!(error.code(), Some("IncorrectState" | "LockConflict"))
}

#[cfg(test)]
mod tests;
