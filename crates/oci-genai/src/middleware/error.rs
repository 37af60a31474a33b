//! Reads error responses, so that outer layers need not.
//!
//! There are two layers. [`ParseErrorLayer`] sits inside retries. It reads the body of a response
//! that is not a success (at most 64 KiB), stores the [`ServiceError`] in the response's
//! extensions, and passes the response on with its body, so that outer layers still see an ordinary
//! response. [`ErrorLayer`] sits outermost and turns such a response into an [`Error`].
//!
//! ```
//! use oci_genai::{middleware::{ErrorLayer, ParseErrorLayer}, time::SharedClock};
//! use tower::ServiceBuilder;
//!
//! # fn stack<S>(inner: S) -> impl Sized {
//! ServiceBuilder::new()
//!     .layer(ErrorLayer::new(SharedClock::default()))
//!     // retries, metrics: they see the status
//!     .layer(ParseErrorLayer::new())
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
use oci_genai_auth::layer::RefreshError;
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::retry::Attempts;
use crate::error::{Error, ServiceError};
use crate::time::SharedClock;
use crate::wire::SentCredentials;

/// Most bytes read of an error body.
const MAX_ERROR_BODY: usize = 64 * 1024;

/// Applies [`ParseErrorService`].
#[derive(Clone, Debug, Default)]
pub struct ParseErrorLayer {
    sent: SentCredentials,
}

impl ParseErrorLayer {
    /// Creates the layer. It masks everything that has the form of a secret.
    pub fn new() -> Self {
        Self::default()
    }

    /// Also masks these credentials where the service repeats them.
    #[must_use]
    pub fn mask(mut self, sent: SentCredentials) -> Self {
        self.sent = sent;
        self
    }
}

impl<S> Layer<S> for ParseErrorLayer {
    type Service = ParseErrorService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        ParseErrorService {
            inner,
            sent: self.sent.clone(),
        }
    }
}

/// Reads the body of error responses into a [`ServiceError`].
#[derive(Clone, Debug)]
pub struct ParseErrorService<S> {
    inner: S,
    sent: SentCredentials,
}

impl<S, B> Service<Request<B>> for ParseErrorService<S>
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

/// Reads an error response and stores its [`ServiceError`] in the extensions.
async fn read(response: Response<Body>, sent: SentCredentials) -> Result<Response<Body>, BoxError> {
    let (mut parts, body) = response.into_parts();
    let body = read_bounded(body).await;
    let mut error = ServiceError::from_response(parts.status, &parts.headers, &body);
    error.mask(&sent);
    parts.extensions.insert(Arc::new(error));
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// Reads as much of a body as possible, up to the limit. A truncated body is more useful than none.
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

/// Applies [`RaiseErrorService`].
#[derive(Clone, Debug)]
pub struct ErrorLayer {
    clock: SharedClock,
}

impl ErrorLayer {
    /// Creates the layer. The clock serves to detect that this machine's clock is wrong.
    pub const fn new(clock: SharedClock) -> Self {
        Self { clock }
    }
}

impl<S> Layer<S> for ErrorLayer {
    type Service = RaiseErrorService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RaiseErrorService {
            inner,
            clock: self.clock.clone(),
        }
    }
}

/// Turns error responses and all other failures into [`Error`]s.
#[derive(Clone, Debug)]
pub struct RaiseErrorService<S> {
    inner: S,
    clock: SharedClock,
}

impl<S, Q, B> Service<Request<Q>> for RaiseErrorService<S>
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

/// Creates the error of an error response.
async fn raised<B>(response: Response<B>, clock: SharedClock) -> Error
where
    B: http_body::Body<Data = Bytes> + Send + Sync + 'static,
    B::Error: Into<BoxError>,
{
    let (mut parts, body) = response.into_parts();
    let read = match parts.extensions.remove::<Arc<ServiceError>>() {
        Some(read) => Arc::unwrap_or_clone(read),
        // A layer between the two created this response.
        None => {
            let body = read_bounded(Body::wrap(body)).await;
            let mut error = ServiceError::from_response(parts.status, &parts.headers, &body);
            error.mask(&SentCredentials::default());
            error
        }
    };
    let attempts = parts.extensions.get().map_or(1, |Attempts(count)| *count);
    let error = Error::service(read, clock.system_time()).with_attempts(attempts);
    match parts.extensions.get::<RefreshError>() {
        Some(failure) => error.with_refresh_failure(failure.error()),
        None => error,
    }
}

type Reading<B, E> = Pin<Box<dyn Future<Output = Result<Response<B>, E>> + Send>>;

pin_project! {
    /// The future of [`ParseErrorService`] and [`RaiseErrorService`]. Only an error response needs
    /// a boxed future.
    pub struct ResponseFuture<F, B, E, C = ()> {
        #[pin]
        future: F,
        fail: fn(BoxError) -> E,
        read: fn(Response<B>, C) -> Reading<B, E>,
        // The context for reading, until reading begins.
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
