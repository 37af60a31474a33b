//! Limits the total time of a call: attempts, pauses between them, and reading the body or stream
//! to its end.
//!
//! Place it outside retries. A retry layer inside reads the deadline from [`CallDeadline`] and does
//! not start a pause that would end after it.
//!
//! ```
//! use std::time::Duration;
//! use oci_genai::{middleware::DeadlineLayer, time::SharedClock};
//!
//! let layer = DeadlineLayer::new(Duration::from_secs(300), SharedClock::default());
//! # let _ = layer;
//! ```

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use oci_genai_api::BoxError;
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::Error;
use crate::error::{ErrorKind, RetrySafety};
use crate::options::setting;
use crate::time::{SharedClock, Sleep};

/// Request extension: the total timeout of this call. `None` means no limit.
#[derive(Clone, Copy, Debug)]
pub struct TotalTimeoutOverride(pub Option<Duration>);

/// Request extension below this layer: the deadline of the call.
#[derive(Clone, Copy, Debug)]
pub struct CallDeadline(pub Instant);

/// Applies [`Deadline`].
#[derive(Clone, Debug)]
pub struct DeadlineLayer {
    limit: Option<Duration>,
    clock: SharedClock,
}

impl DeadlineLayer {
    /// Limits each call to `limit`. `None` means no limit.
    pub fn new(limit: impl Into<Option<Duration>>, clock: SharedClock) -> Self {
        Self {
            limit: limit.into(),
            clock,
        }
    }
}

impl<S> Layer<S> for DeadlineLayer {
    type Service = Deadline<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Deadline {
            inner,
            limit: self.limit,
            clock: self.clock.clone(),
        }
    }
}

/// Limits the total time of calls.
#[derive(Clone, Debug)]
pub struct Deadline<S> {
    inner: S,
    limit: Option<Duration>,
    clock: SharedClock,
}

impl<S, B, R> Service<Request<B>> for Deadline<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: Into<BoxError>,
{
    type Response = Response<DeadlineBody<R>>;
    type Error = BoxError;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let own = setting::<TotalTimeoutOverride>(request.extensions());
        let limit = own.map_or(self.limit, |own| own.0);
        let timer = limit.map(|limit| {
            request
                .extensions_mut()
                .insert(CallDeadline(self.clock.now() + limit));
            (limit, self.clock.sleep(limit))
        });
        ResponseFuture {
            future: self.inner.call(request),
            timer,
        }
    }
}

type Timer = Option<(Duration, Sleep)>;

fn poll_timer(timer: &mut Timer, context: &mut Context<'_>) -> Poll<BoxError> {
    let Some((limit, sleep)) = timer else {
        return Poll::Pending;
    };
    ready!(sleep.as_mut().poll(context));
    Poll::Ready(
        Error::new(
            ErrorKind::Timeout,
            RetrySafety::Unknown,
            format!("the call did not finish within {limit:?}"),
        )
        .into(),
    )
}

pin_project! {
    /// The future of [`Deadline`].
    pub struct ResponseFuture<F> {
        #[pin]
        future: F,
        timer: Timer,
    }
}

impl<F, R, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    E: Into<BoxError>,
{
    type Output = Result<Response<DeadlineBody<R>>, BoxError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        match this.future.poll(context) {
            Poll::Ready(outcome) => {
                let timer = this.timer.take();
                Poll::Ready(
                    outcome
                        .map(|response| response.map(|body| DeadlineBody { body, timer }))
                        .map_err(Into::into),
                )
            }
            Poll::Pending => poll_timer(this.timer, context).map(Err),
        }
    }
}

pin_project! {
    /// A response body that fails once the call's deadline has passed.
    pub struct DeadlineBody<B> {
        #[pin]
        body: B,
        timer: Timer,
    }
}

impl<B: Body> Body for DeadlineBody<B>
where
    B::Error: Into<BoxError>,
{
    type Data = B::Data;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let this = self.project();
        match this.body.poll_frame(context) {
            Poll::Ready(frame) => Poll::Ready(frame.map(|frame| frame.map_err(Into::into))),
            Poll::Pending => poll_timer(this.timer, context).map(|error| Some(Err(error))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
