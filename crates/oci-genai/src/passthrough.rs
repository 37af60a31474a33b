//! Forwards requests of other programs.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_util::future;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::BodyExt;
use oci_genai_api::{Body, BoxError};
use tower::util::{Either, option_layer};
use tower::{ServiceBuilder, ServiceExt};
use tower_layer::Layer;
use tower_service::Service;

use crate::error::ServiceError;
use crate::middleware::{
    EndpointLayer, FailoverLayer, RetryLayer, RetryOverride, StandardHeadersLayer, Stateless,
    TraceLayer,
};
use crate::transport_stack::{AnyLayer, HttpService, Innermost, any_service};
use crate::{Endpoint, Error, Result};

/// Bytes of an error body that the retry decision reads.
const MAX_READ: usize = 64 * 1024;

/// A tower service that forwards requests of another program, for gateways and proxies.
///
/// A request names a path below the endpoint and may have any body. The service adds the endpoint,
/// the project and the compartment if the request names none, and credentials for each attempt.
/// After a 401 it sends the request once more with refreshed credentials, if there are any.
/// Responses are forwarded unchanged: error statuses are responses, and bodies are neither
/// decompressed nor read ahead.
///
/// Each request has a span, as those of [`Client`](crate::Client) do: the one of a
/// [`CallSpan`](crate::middleware::CallSpan) in its extensions, or else one of its own.
///
/// Sends a request once, unless its extensions hold a
/// [`RetryOverride`](crate::middleware::RetryOverride) or
/// [`Stateless`](crate::middleware::Stateless).
///
/// ```
/// use oci_genai::Client;
///
/// let service = Client::builder()
///     .region("us-chicago-1")
///     .api_key("sk-example")
///     .build_passthrough()?;
/// assert!(!service.signs_bodies());
/// # Ok::<_, oci_genai::Error>(())
/// ```
#[derive(Clone)]
pub struct Passthrough {
    stack: HttpService,
    endpoint: Endpoint,
    signs_bodies: bool,
}

/// The parts of the stack.
pub(crate) struct Parts {
    pub(crate) authenticated: Innermost,
    pub(crate) attempt_layers: Vec<AnyLayer>,
    pub(crate) headers: StandardHeadersLayer,
    pub(crate) endpoint: EndpointLayer,
    pub(crate) failover: Option<FailoverLayer>,
    pub(crate) retry: RetryLayer,
    pub(crate) layers: Vec<AnyLayer>,
    /// The endpoint to display.
    pub(crate) address: Endpoint,
    pub(crate) signs_bodies: bool,
}

impl Passthrough {
    pub(crate) fn new(parts: Parts) -> Self {
        let mut innermost = parts.authenticated;
        for layer in parts.attempt_layers.into_iter().rev() {
            innermost = Either::Right(layer(any_service(innermost)));
        }
        let failover: Either<FailoverLayer, tower_layer::Identity> = option_layer(parts.failover);
        let core = ServiceBuilder::new()
            .layer(TraceLayer::new())
            .layer(failover)
            .layer(parts.retry)
            .layer(PeekErrorLayer)
            .layer(parts.endpoint)
            .layer(parts.headers)
            .service(innermost);
        let mut stack = any_service(core);
        for layer in parts.layers.into_iter().rev() {
            stack = layer(stack);
        }
        Self {
            stack,
            endpoint: parts.address,
            signs_bodies: parts.signs_bodies,
        }
    }

    /// Returns the endpoint that requests go to.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Returns `true` if the credentials may sign bodies, which must be buffered for that. With an
    /// API key, bodies are streamed.
    pub fn signs_bodies(&self) -> bool {
        self.signs_bodies
    }
}

impl fmt::Debug for Passthrough {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passthrough")
            .field("endpoint", &self.endpoint.as_str())
            .field("signs_bodies", &self.signs_bodies)
            .finish_non_exhaustive()
    }
}

impl Service<Request<Body>> for Passthrough {
    type Response = Response<Body>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let sent = self.stack.clone().oneshot(request);
        Box::pin(async move { sent.await.map_err(Error::from_boxed) })
    }
}

/// Stores the error of an error response in its extensions, for the retry and failover layers. The
/// body stays complete.
#[derive(Clone, Copy, Debug)]
struct PeekErrorLayer;

impl<S> Layer<S> for PeekErrorLayer {
    type Service = PeekError<S>;

    fn layer(&self, inner: S) -> PeekError<S> {
        PeekError { inner }
    }
}

#[derive(Clone, Debug)]
struct PeekError<S> {
    inner: S,
}

impl<S> Service<Request<Body>> for PeekError<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = BoxError>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = future::Either<S::Future, Pin<Box<dyn Future<Output = Outcome> + Send>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let extensions = request.extensions();
        let asked =
            extensions.get::<RetryOverride>().is_some() || extensions.get::<Stateless>().is_some();
        let sent = self.inner.call(request);
        if !asked {
            return future::Either::Left(sent);
        }
        future::Either::Right(Box::pin(async move {
            let response = sent.await?;
            if response.status().is_success() {
                return Ok(response);
            }
            Ok(peek(response).await)
        }))
    }
}

type Outcome = Result<Response<Body>, BoxError>;

/// Reads the beginning of an error body and puts it back.
async fn peek(response: Response<Body>) -> Response<Body> {
    let (mut parts, mut body) = response.into_parts();
    let mut frames = VecDeque::new();
    let mut read = BytesMut::new();
    while read.len() < MAX_READ {
        let Some(frame) = body.frame().await else {
            break;
        };
        let broken = frame.is_err();
        if let Some(data) = frame.as_ref().ok().and_then(Frame::data_ref) {
            read.extend_from_slice(&data[..data.len().min(MAX_READ - read.len())]);
        }
        frames.push_back(frame);
        if broken {
            break;
        }
    }
    let error = ServiceError::from_response(parts.status, &parts.headers, &read);
    parts.extensions.insert(Arc::new(error));
    Response::from_parts(parts, Body::wrap(Peeked { frames, rest: body }))
}

/// A body whose first frames were read already.
struct Peeked {
    frames: VecDeque<Result<Frame<Bytes>, reqwest::Error>>,
    rest: Body,
}

impl http_body::Body for Peeked {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, reqwest::Error>>> {
        match self.frames.pop_front() {
            Some(frame) => Poll::Ready(Some(frame)),
            None => Pin::new(&mut self.rest).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.frames.is_empty() && self.rest.is_end_stream()
    }
}
