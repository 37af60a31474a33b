//! Runs a check right before an attempt is sent.
//!
//! Place it innermost, inside authentication. The check then runs after every pause, and after
//! credentials were refreshed. Requests without an [`AttemptCheck`] cost nothing extra.
//!
//! ```
//! use oci_genai::middleware::{AttemptCheck, BeforeAttemptLayer};
//!
//! let layer = BeforeAttemptLayer::new();
//! let check = AttemptCheck::new(|| async { Err("the caller went away".into()) });
//! # let _ = (layer, check);
//! ```

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Request;
use oci_genai_api::BoxError;
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::Error;
use crate::error::{ErrorKind, RetrySafety};
use crate::options::setting;

type Checked = Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send>>;

/// Request extension: the check that runs before each attempt of this request.
#[derive(Clone)]
pub struct AttemptCheck(Arc<dyn Fn() -> Checked + Send + Sync>);

impl AttemptCheck {
    /// Creates a check that runs before each attempt. An error ends the call: neither this attempt
    /// nor a later one is sent, and the error is the source of the call's error.
    pub fn new<F>(check: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        Self(Arc::new(move || Box::pin(check())))
    }
}

impl fmt::Debug for AttemptCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AttemptCheck").finish_non_exhaustive()
    }
}

/// Applies [`BeforeAttempt`].
#[derive(Clone, Copy, Debug, Default)]
pub struct BeforeAttemptLayer;

impl BeforeAttemptLayer {
    /// Creates the layer. It has no settings.
    pub const fn new() -> Self {
        Self
    }
}

impl<S> Layer<S> for BeforeAttemptLayer {
    type Service = BeforeAttempt<S>;

    fn layer(&self, inner: S) -> Self::Service {
        BeforeAttempt { inner }
    }
}

/// Runs a request's [`AttemptCheck`] before the request is sent.
#[derive(Clone, Debug)]
pub struct BeforeAttempt<S> {
    inner: S,
}

impl<S, B> Service<Request<B>> for BeforeAttempt<S>
where
    S: Service<Request<B>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = ResponseFuture<S::Future, S::Response>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let Some(check) = setting::<AttemptCheck>(request.extensions()) else {
            return ResponseFuture::Sending {
                future: self.inner.call(request),
            };
        };
        let checked = (check.0)();
        // The service that was polled ready sends the request.
        let ready = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, ready);
        let future = Box::pin(async move {
            checked.await.map_err(|source| {
                let text = "the request was not sent: a check before the attempt failed";
                Error::new(ErrorKind::Middleware, RetrySafety::NotSent, text).with_source(source)
            })?;
            inner.call(request).await.map_err(Into::into)
        });
        ResponseFuture::Checking { future }
    }
}

pin_project! {
    /// The future of [`BeforeAttempt`].
    #[project = Projected]
    pub enum ResponseFuture<F, R> {
        /// Without a check.
        Sending {
            #[pin]
            future: F,
        },
        /// With a check first.
        Checking {
            future: Pin<Box<dyn Future<Output = Result<R, BoxError>> + Send>>,
        },
    }
}

impl<F, R, E> Future for ResponseFuture<F, R>
where
    F: Future<Output = Result<R, E>>,
    E: Into<BoxError>,
{
    type Output = Result<R, BoxError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            Projected::Sending { future } => future.poll(context).map_err(Into::into),
            Projected::Checking { future } => future.as_mut().poll(context),
        }
    }
}
