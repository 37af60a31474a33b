//! Logs request and response bodies, for debugging.
//!
//! Off by default, because bodies contain user content. Each request body is logged as one
//! `tracing` event of level `DEBUG` and target `oci_genai::bodies`, and each chunk of a response
//! body as another when it passes. Chunks of a stream are therefore logged as they arrive. The
//! layer neither delays nor buffers anything.
//!
//! Place it inside retries, so that each attempt is logged, and outside authentication, so that it
//! sees no credentials. It never logs headers, and masks a credential that the service repeats.
//!
//! ```
//! use oci_genai::middleware::LogBodiesLayer;
//! use tower::ServiceBuilder;
//!
//! # fn stack<S>(inner: S) -> impl Sized {
//! ServiceBuilder::new().layer(LogBodiesLayer::new(4096)).service(inner)
//! # }
//! ```

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body as HttpBody, Frame, SizeHint};
use oci_genai_api::Body;
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::wire::SentCredentials;

/// Target of the `tracing` events.
const TARGET: &str = "oci_genai::bodies";

/// Applies [`LogBodies`].
#[derive(Clone, Debug)]
pub struct LogBodiesLayer {
    max_bytes: usize,
    sent: SentCredentials,
}

impl LogBodiesLayer {
    /// Logs at most `max_bytes` of each request body and of each chunk of a response body.
    pub fn new(max_bytes: usize) -> Self {
        Self {
            max_bytes,
            sent: SentCredentials::default(),
        }
    }

    /// Masks these credentials where the service repeats them.
    #[must_use]
    pub fn mask(mut self, sent: SentCredentials) -> Self {
        self.sent = sent;
        self
    }
}

impl<S> Layer<S> for LogBodiesLayer {
    type Service = LogBodies<S>;

    fn layer(&self, inner: S) -> Self::Service {
        LogBodies {
            inner,
            max_bytes: self.max_bytes,
            sent: self.sent.clone(),
        }
    }
}

/// Logs request and response bodies.
#[derive(Clone, Debug)]
pub struct LogBodies<S> {
    inner: S,
    max_bytes: usize,
    sent: SentCredentials,
}

impl<S> Service<Request<Body>> for LogBodies<S>
where
    S: Service<Request<Body>, Response = Response<Body>>,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        match request.body().as_bytes() {
            Some(body) => write("request", body, self.max_bytes, &self.sent),
            None => tracing::debug!(target: TARGET, "the request body can be read only once"),
        }
        ResponseFuture {
            future: self.inner.call(request),
            max_bytes: self.max_bytes,
            sent: self.sent.clone(),
        }
    }
}

pin_project! {
    /// The future of [`LogBodies`].
    pub struct ResponseFuture<F> {
        #[pin]
        future: F,
        max_bytes: usize,
        sent: SentCredentials,
    }
}

impl<F, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<Body>, E>>,
{
    type Output = Result<Response<Body>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let response = ready!(this.future.poll(context))?;
        let max_bytes = *this.max_bytes;
        let sent = this.sent.clone();
        Poll::Ready(Ok(response.map(|body| {
            Body::wrap(LoggedBody {
                body,
                max_bytes,
                sent,
            })
        })))
    }
}

pin_project! {
    /// A body that is logged as it is read.
    struct LoggedBody {
        #[pin]
        body: Body,
        max_bytes: usize,
        sent: SentCredentials,
    }
}

impl HttpBody for LoggedBody {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = self.project();
        let frame = ready!(this.body.poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            write("response", data, *this.max_bytes, this.sent);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

fn write(of: &'static str, body: &[u8], max_bytes: usize, sent: &SentCredentials) {
    if !tracing::enabled!(target: TARGET, tracing::Level::DEBUG) {
        return;
    }
    let shown = body.get(..max_bytes).unwrap_or(body);
    tracing::debug!(
        target: TARGET,
        of,
        bytes = body.len(),
        cut = shown.len() < body.len(),
        body = %sent.mask(&String::from_utf8_lossy(shown)),
    );
}
