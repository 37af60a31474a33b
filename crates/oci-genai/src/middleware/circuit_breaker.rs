//! Stops sending for a while after repeated failures.
//!
//! Off by default. Place it inside retries, so that each attempt counts and an open breaker ends
//! the waiting early. Place it outside attempt timeouts, so that they count too. It counts
//! connection failures, timeouts, 429, and 5xx other than 501. After the pause it lets one request
//! through. The breaker closes if that request succeeds, and opens again if it fails.
//!
//! ```
//! use std::time::Duration;
//! use oci_genai::{middleware::CircuitBreakerLayer, time::SharedClock};
//!
//! let layer = CircuitBreakerLayer::new(10, Duration::from_secs(30), SharedClock::default());
//! # let _ = layer;
//! ```

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use http::{Request, Response};
use oci_genai_api::BoxError;
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::Error;
use crate::error::{ErrorKind, RetrySafety, is_transient_status};
use crate::time::SharedClock;

/// Applies [`CircuitBreaker`]. All services created by clones of one layer share one breaker.
#[derive(Clone, Debug)]
pub struct CircuitBreakerLayer {
    breaker: Arc<Breaker>,
}

impl CircuitBreakerLayer {
    /// Creates a breaker that opens after `failures` failures in a row (zero counts as one), for
    /// `pause`.
    pub fn new(failures: u32, pause: Duration, clock: SharedClock) -> Self {
        Self {
            breaker: Arc::new(Breaker {
                allowed: failures.max(1),
                pause,
                clock,
                state: Mutex::new(State::Closed { failures: 0 }),
            }),
        }
    }
}

impl<S> Layer<S> for CircuitBreakerLayer {
    type Service = CircuitBreaker<S>;

    fn layer(&self, inner: S) -> Self::Service {
        CircuitBreaker {
            inner,
            breaker: Arc::clone(&self.breaker),
        }
    }
}

#[derive(Debug)]
struct Breaker {
    allowed: u32,
    pause: Duration,
    clock: SharedClock,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Closed {
        failures: u32,
    },
    Open {
        until: Instant,
    },
    /// One probe request is in progress. If it is abandoned, another may be sent after `until`.
    Probing {
        until: Instant,
    },
}

impl Breaker {
    fn admit(&self) -> Result<(), Error> {
        let now = self.clock.now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match *state {
            State::Closed { .. } => Ok(()),
            State::Open { until } | State::Probing { until } if now < until => Err(Error::new(
                ErrorKind::LimitExceeded,
                RetrySafety::NotSent,
                format!(
                    "the circuit breaker is open for another {:?} after repeated failures",
                    until - now
                ),
            )),
            State::Open { .. } | State::Probing { .. } => {
                *state = State::Probing {
                    until: now + self.pause,
                };
                Ok(())
            }
        }
    }

    fn note(&self, failed: bool) {
        let now = self.clock.now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let open = State::Open {
            until: now + self.pause,
        };
        *state = match *state {
            State::Closed { failures } if failed && failures + 1 < self.allowed => State::Closed {
                failures: failures + 1,
            },
            State::Closed { .. } | State::Probing { .. } if failed => open,
            // A request sent before the breaker opened adds nothing new.
            State::Open { until } => State::Open { until },
            State::Closed { .. } | State::Probing { .. } => State::Closed { failures: 0 },
        };
    }
}

/// Stops sending for a while after repeated failures.
#[derive(Clone, Debug)]
pub struct CircuitBreaker<S> {
    inner: S,
    breaker: Arc<Breaker>,
}

impl<S, B, R> Service<Request<B>> for CircuitBreaker<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: Into<BoxError>,
{
    type Response = Response<R>;
    type Error = BoxError;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let state = match self.breaker.admit() {
            Ok(()) => ResponseState::Sent {
                future: self.inner.call(request),
                breaker: Arc::clone(&self.breaker),
            },
            Err(error) => ResponseState::Declined { error: Some(error) },
        };
        ResponseFuture { state }
    }
}

pin_project! {
    /// The future of [`CircuitBreaker`].
    pub struct ResponseFuture<F> {
        #[pin]
        state: ResponseState<F>,
    }
}

pin_project! {
    #[project = ResponseStateProjection]
    enum ResponseState<F> {
        Sent { #[pin] future: F, breaker: Arc<Breaker> },
        Declined { error: Option<Error> },
    }
}

impl<F, R, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    E: Into<BoxError>,
{
    type Output = Result<Response<R>, BoxError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            ResponseStateProjection::Sent { future, breaker } => {
                let outcome = ready!(future.poll(context)).map_err(Into::into);
                breaker.note(match &outcome {
                    Ok(response) => is_transient_status(response.status()),
                    Err(_) => true,
                });
                Poll::Ready(outcome)
            }
            ResponseStateProjection::Declined { error } => match error.take() {
                Some(error) => Poll::Ready(Err(error.into())),
                None => Poll::Pending,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};

    use tower::{ServiceExt, service_fn};

    use super::*;
    use crate::time::ManualClock;

    #[tokio::test]
    async fn it_opens_probes_and_closes() {
        let clock = ManualClock::new();
        let pause = Duration::from_secs(30);
        let layer = CircuitBreakerLayer::new(2, pause, SharedClock::new(clock.clone()));
        let status = Arc::new(AtomicU16::new(503));
        let sent = Arc::new(AtomicU32::new(0));
        let (answers, count) = (Arc::clone(&status), Arc::clone(&sent));
        let inner = service_fn(move |_: Request<()>| {
            count.fetch_add(1, Ordering::Relaxed);
            let status = answers.load(Ordering::Relaxed);
            async move { Ok::<_, BoxError>(Response::builder().status(status).body(())?) }
        });
        let call = || layer.layer(inner.clone()).oneshot(Request::new(()));

        for _ in 0..2 {
            assert_eq!(call().await.unwrap().status(), 503);
        }
        let error = call().await.unwrap_err().downcast::<Error>().unwrap();
        assert_eq!(error.kind(), ErrorKind::LimitExceeded);
        assert!(error.retry_safety().is_safe());
        assert_eq!(sent.load(Ordering::Relaxed), 2);

        clock.advance(pause);
        assert_eq!(call().await.unwrap().status(), 503);
        assert!(call().await.is_err(), "a failed probe opens it again");

        clock.advance(pause);
        status.store(200, Ordering::Relaxed);
        for _ in 0..3 {
            assert_eq!(call().await.unwrap().status(), 200);
        }
        assert_eq!(sent.load(Ordering::Relaxed), 6);
    }
}
