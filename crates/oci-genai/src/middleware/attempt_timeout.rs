//! Limits the time of one attempt until its response begins.
//!
//! Place it inside retries, so that each attempt has its own timeout. Unlike `tower`'s timeout, it
//! takes its clock as a parameter, can be set for each request, and fails with an
//! [`Error`](crate::Error) that reports an unknown outcome.
//!
//! ```
//! use std::time::Duration;
//! use oci_genai::{middleware::AttemptTimeoutLayer, time::SharedClock};
//!
//! let layer = AttemptTimeoutLayer::new(Duration::from_secs(60), SharedClock::default());
//! # let _ = layer;
//! ```

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::Request;
use oci_genai_api::BoxError;
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::Error;
use crate::error::{ErrorKind, RetrySafety};
use crate::options::setting;
use crate::time::{SharedClock, Sleep};

/// Request extension: the attempt timeout of this request. `None` means no limit.
#[derive(Clone, Copy, Debug)]
pub struct AttemptTimeoutOverride(pub Option<Duration>);

/// Applies [`AttemptTimeout`].
#[derive(Clone, Debug)]
pub struct AttemptTimeoutLayer {
    limit: Option<Duration>,
    clock: SharedClock,
}

impl AttemptTimeoutLayer {
    /// Limits each attempt to `limit`. `None` means no limit.
    pub fn new(limit: impl Into<Option<Duration>>, clock: SharedClock) -> Self {
        Self {
            limit: limit.into(),
            clock,
        }
    }
}

impl<S> Layer<S> for AttemptTimeoutLayer {
    type Service = AttemptTimeout<S>;

    fn layer(&self, inner: S) -> Self::Service {
        AttemptTimeout {
            inner,
            limit: self.limit,
            clock: self.clock.clone(),
        }
    }
}

/// Limits the time until a response begins.
#[derive(Clone, Debug)]
pub struct AttemptTimeout<S> {
    inner: S,
    limit: Option<Duration>,
    clock: SharedClock,
}

impl<S, B> Service<Request<B>> for AttemptTimeout<S>
where
    S: Service<Request<B>>,
    S::Error: Into<BoxError>,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let own = setting::<AttemptTimeoutOverride>(request.extensions());
        let limit = own.map_or(self.limit, |own| own.0);
        ResponseFuture {
            future: self.inner.call(request),
            timer: limit.map(|limit| (limit, self.clock.sleep(limit))),
        }
    }
}

pin_project! {
    /// The future of [`AttemptTimeout`].
    pub struct ResponseFuture<F> {
        #[pin]
        future: F,
        timer: Option<(Duration, Sleep)>,
    }
}

impl<F, R, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<R, E>>,
    E: Into<BoxError>,
{
    type Output = Result<R, BoxError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if let Poll::Ready(outcome) = this.future.poll(context) {
            return Poll::Ready(outcome.map_err(Into::into));
        }
        let Some((limit, timer)) = this.timer else {
            return Poll::Pending;
        };
        ready!(timer.as_mut().poll(context));
        Poll::Ready(Err(Error::new(
            ErrorKind::Timeout,
            RetrySafety::Unknown,
            format!("no response began within {limit:?}"),
        )
        .with_hint("reasoning models may take minutes: raise the attempt timeout, or use a stream")
        .into()))
    }
}
