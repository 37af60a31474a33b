//! Reads error answers, so that nothing further out has to.
//!
//! Two halves. [`ReadErrorLayer`] sits inside retries: it reads the body of an answer that is no
//! success (at most 64 KiB), leaves the [`ServiceError`] in the answer's extensions, and passes the
//! answer on, body included, so that layers outside still see an ordinary answer. [`RaiseErrorLayer`]
//! sits outermost and turns such an answer into an [`Error`].
//!
//! ```
//! use oci_genai::{middleware::{RaiseErrorLayer, ReadErrorLayer}, time::SharedClock};
//! use tower::ServiceBuilder;
//!
//! # fn stack<S>(inner: S) -> impl Sized {
//! ServiceBuilder::new()
//!     .layer(RaiseErrorLayer::new(SharedClock::default()))
//!     // retries, metrics: they see the status
//!     .layer(ReadErrorLayer::new())
//!     .service(inner)
//! # }
//! ```

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use http_body::Body as _;
use http_body_util::BodyExt;
use oci_genai_api::{Body, BoxError};
use oci_genai_auth::layer::RefreshFailure;
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::retry::Attempts;
use crate::error::{Error, ServiceError};
use crate::time::SharedClock;
use crate::wire::SentCredentials;

/// The most of an error body that is read.
const MAX_ERROR_BODY: usize = 64 * 1024;

/// Applies [`ReadError`].
#[derive(Clone, Debug, Default)]
pub struct ReadErrorLayer {
    sent: SentCredentials,
}

impl ReadErrorLayer {
    /// The layer; what is a secret by its form is masked.
    pub fn new() -> Self {
        Self::default()
    }

    /// Masks these credentials too where the service repeats them.
    #[must_use]
    pub fn mask(mut self, sent: SentCredentials) -> Self {
        self.sent = sent;
        self
    }
}

impl<S> Layer<S> for ReadErrorLayer {
    type Service = ReadError<S>;

    fn layer(&self, inner: S) -> Self::Service {
        ReadError {
            inner,
            sent: self.sent.clone(),
        }
    }
}

/// Reads the body of error answers into a [`ServiceError`].
#[derive(Clone, Debug)]
pub struct ReadError<S> {
    inner: S,
    sent: SentCredentials,
}

impl<S, B> Service<Request<B>> for ReadError<S>
where
    S: Service<Request<B>, Response = Response<Body>>,
    S::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = ResponseFuture<S::Future, Body, BoxError, SentCredentials>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        ResponseFuture::new(
            self.inner.call(request),
            std::convert::identity,
            |response, sent| Box::pin(read(response, sent)),
            self.sent.clone(),
        )
    }
}

/// Reads an error answer and leaves what it says in its extensions.
async fn read(response: Response<Body>, sent: SentCredentials) -> Result<Response<Body>, BoxError> {
    let (mut parts, body) = response.into_parts();
    let body = read_bounded(body).await;
    let mut error = ServiceError::from_answer(parts.status, &parts.headers, &body);
    error.mask(&sent);
    parts.extensions.insert(Arc::new(error));
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// As much of a body as can be had, up to the limit: a cut body tells more than none.
async fn read_bounded(mut body: Body) -> Bytes {
    let mut read = BytesMut::new();
    while !body.is_end_stream() && read.len() < MAX_ERROR_BODY {
        let Some(Ok(frame)) = body.frame().await else {
            break;
        };
        if let Ok(data) = frame.into_data() {
            read.extend_from_slice(&data[..data.len().min(MAX_ERROR_BODY - read.len())]);
        }
    }
    read.freeze()
}

/// Applies [`RaiseError`].
#[derive(Clone, Debug)]
pub struct RaiseErrorLayer {
    clock: SharedClock,
}

impl RaiseErrorLayer {
    /// The layer; the clock serves to notice that this machine's is wrong.
    pub const fn new(clock: SharedClock) -> Self {
        Self { clock }
    }
}

impl<S> Layer<S> for RaiseErrorLayer {
    type Service = RaiseError<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RaiseError {
            inner,
            clock: self.clock.clone(),
        }
    }
}

/// Turns error answers into [`Error`]s, and every other failure into one too.
#[derive(Clone, Debug)]
pub struct RaiseError<S> {
    inner: S,
    clock: SharedClock,
}

impl<S, Q, B> Service<Request<Q>> for RaiseError<S>
where
    S: Service<Request<Q>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + Sync + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<B>;
    type Error = Error;
    type Future = ResponseFuture<S::Future, B, Error, SharedClock>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner
            .poll_ready(context)
            .map_err(|error| Error::from_boxed(error.into()))
    }

    fn call(&mut self, request: Request<Q>) -> Self::Future {
        ResponseFuture::new(
            self.inner.call(request),
            Error::from_boxed,
            |response, clock| Box::pin(async { Err(raised(response, clock).await) }),
            self.clock.clone(),
        )
    }
}

/// The error that an error answer tells of.
async fn raised<B>(response: Response<B>, clock: SharedClock) -> Error
where
    B: http_body::Body<Data = Bytes> + Send + Sync + 'static,
    B::Error: Into<BoxError>,
{
    let (mut parts, body) = response.into_parts();
    let read = match parts.extensions.remove::<Arc<ServiceError>>() {
        Some(read) => Arc::unwrap_or_clone(read),
        // A layer between the two halves made this answer itself.
        None => {
            let body = read_bounded(Body::wrap(body)).await;
            let mut error = ServiceError::from_answer(parts.status, &parts.headers, &body);
            error.mask(&SentCredentials::default());
            error
        }
    };
    let attempts = parts.extensions.get().map_or(1, |Attempts(count)| *count);
    let error = Error::service(read, clock.wall()).with_attempts(attempts);
    match parts.extensions.get::<RefreshFailure>() {
        Some(failure) => error.with_refresh_failure(failure.error()),
        None => error,
    }
}

type Reading<B, E> = Pin<Box<dyn Future<Output = Result<Response<B>, E>> + Send>>;

pin_project! {
    /// The future of [`ReadError`] and [`RaiseError`]. Only an error answer takes the long way.
    pub struct ResponseFuture<F, B, E, C = ()> {
        #[pin]
        future: F,
        fail: fn(BoxError) -> E,
        read: fn(Response<B>, C) -> Reading<B, E>,
        // What reading needs, until it begins.
        context: Option<C>,
        reading: Option<Reading<B, E>>,
    }
}

impl<F, B, E, C> ResponseFuture<F, B, E, C> {
    fn new(
        future: F,
        fail: fn(BoxError) -> E,
        read: fn(Response<B>, C) -> Reading<B, E>,
        context: C,
    ) -> Self {
        Self {
            future,
            fail,
            read,
            context: Some(context),
            reading: None,
        }
    }
}

impl<F, B, S, E, C> Future for ResponseFuture<F, B, E, C>
where
    F: Future<Output = Result<Response<B>, S>>,
    S: Into<BoxError>,
{
    type Output = Result<Response<B>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if let Some(needed) = this.context.take() {
            let Poll::Ready(outcome) = this.future.poll(context) else {
                *this.context = Some(needed);
                return Poll::Pending;
            };
            let response = outcome.map_err(|error| (this.fail)(error.into()))?;
            if response.status().is_success() {
                return Poll::Ready(Ok(response));
            }
            *this.reading = Some((this.read)(response, needed));
        }
        match this.reading {
            Some(reading) => reading.as_mut().poll(context),
            None => Poll::Pending,
        }
    }
}
