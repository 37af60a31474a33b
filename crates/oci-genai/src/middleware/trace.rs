//! Puts every call into a `tracing` span with OpenTelemetry's names for generative AI.
//!
//! Place it outside retries, so that one span covers all attempts. The span records the operation,
//! model, conversation, server, status, `opc-request-id`, number of attempts and the kind of an
//! error. The typed calls of [`Client`](crate::Client) add the response id, token counts and the
//! time to a stream's first event. Bodies, header values and credentials are never recorded; see
//! [`LogBodiesLayer`](super::LogBodiesLayer) for bodies.
//!
//! ```
//! use oci_genai::middleware::TraceLayer;
//! use tower::ServiceBuilder;
//!
//! # fn stack<S>(inner: S) -> impl Sized {
//! ServiceBuilder::new().layer(TraceLayer::new()).service(inner)
//! # }
//! ```

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{Request, Response};
use oci_genai_api::{BoxError, Operation};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;
use tracing::Span;
use tracing::field::Empty;

use super::failover::FailedOver;
use super::headers::{OPC_REQUEST_ID, SELECTED_REGION};
use super::retry::Attempts;
use crate::Error;
use crate::options::setting;

/// OpenTelemetry's `gen_ai.provider.name` of this service.
const PROVIDER: &str = "oci.generative_ai";

/// Request extension: the span of the request, for callers with more information than the request.
/// Create it with [`call_span`].
#[derive(Clone, Debug)]
pub struct CallSpan(pub Span);

/// Creates a span for one call, with the fields that the layer and the typed calls record.
pub fn call_span(operation: &str, model: Option<&str>, conversation: Option<&str>) -> Span {
    tracing::info_span!(
        "gen_ai.client.call",
        otel.name = %SpanName { operation, model },
        otel.kind = "client",
        otel.status_code = Empty,
        gen_ai.operation.name = operation,
        gen_ai.provider.name = PROVIDER,
        gen_ai.request.model = model,
        gen_ai.conversation.id = conversation,
        gen_ai.response.id = Empty,
        gen_ai.response.model = Empty,
        gen_ai.response.time_to_first_chunk = Empty,
        gen_ai.usage.input_tokens = Empty,
        gen_ai.usage.output_tokens = Empty,
        server.address = Empty,
        server.port = Empty,
        http.request.method = Empty,
        http.response.status_code = Empty,
        oci.request_id = Empty,
        oci.selected_region = Empty,
        oci.attempts = Empty,
        oci.failover = Empty,
        oci.response.status = Empty,
        oci.response.defects = Empty,
        oci.stream.defects = Empty,
        error.r#type = Empty,
    )
}

struct SpanName<'a> {
    operation: &'a str,
    model: Option<&'a str>,
}

impl fmt::Display for SpanName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.operation)?;
        match self.model {
            Some(model) => write!(f, " {model}"),
            None => Ok(()),
        }
    }
}

/// Applies [`Trace`].
#[derive(Clone, Copy, Debug, Default)]
pub struct TraceLayer;

impl TraceLayer {
    /// Creates the layer. It has no settings.
    pub const fn new() -> Self {
        Self
    }
}

impl<S> Layer<S> for TraceLayer {
    type Service = Trace<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Trace { inner }
    }
}

/// Puts every call into a span.
#[derive(Clone, Debug)]
pub struct Trace<S> {
    inner: S,
}

impl<S, B, R> Service<Request<B>> for Trace<S>
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
        let span = match setting::<CallSpan>(request.extensions()) {
            Some(CallSpan(span)) => span.clone(),
            None => {
                let operation = request.extensions().get::<Operation>();
                call_span(operation.map_or("request", Operation::id), None, None)
            }
        };
        if !span.is_disabled() {
            let uri = request.uri();
            span.record("http.request.method", request.method().as_str());
            if let Some(host) = uri.host() {
                span.record("server.address", host);
            }
            if let Some(port) = uri.port_u16() {
                span.record("server.port", port);
            }
        }
        let future = span.in_scope(|| self.inner.call(request));
        ResponseFuture { future, span }
    }
}

pin_project! {
    /// The future of [`Trace`].
    pub struct ResponseFuture<F> {
        #[pin]
        future: F,
        span: Span,
    }
}

impl<F, R, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    E: Into<BoxError>,
{
    type Output = Result<Response<R>, BoxError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let outcome = {
            let _entered = this.span.enter();
            ready!(this.future.poll(context)).map_err(Into::into)
        };
        if !this.span.is_disabled() {
            match &outcome {
                Ok(response) => record_answer(this.span, response),
                Err(error) => record_error(this.span, error),
            }
        }
        Poll::Ready(outcome)
    }
}

fn record_answer<R>(span: &Span, response: &Response<R>) {
    let status = response.status();
    span.record("http.response.status_code", status.as_u16());
    let attempts = response
        .extensions()
        .get()
        .map_or(1, |Attempts(count)| *count);
    span.record("oci.attempts", attempts);
    if let Some(moved) = response.extensions().get::<FailedOver>() {
        span.record("oci.failover", tracing::field::display(moved));
    }
    let request_id = response.headers().get(OPC_REQUEST_ID);
    if let Some(id) = request_id.and_then(|value| value.to_str().ok()) {
        span.record("oci.request_id", id);
    }
    let region = response.headers().get(SELECTED_REGION);
    if let Some(region) = region.and_then(|value| value.to_str().ok()) {
        span.record("oci.selected_region", region);
    }
    if !status.is_success() {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", status.as_str());
    }
}

fn record_error(span: &Span, error: &BoxError) {
    span.record("otel.status_code", "ERROR");
    match error.downcast_ref::<Error>() {
        Some(error) => {
            span.record("error.type", tracing::field::debug(error.kind()));
            span.record("oci.attempts", error.attempts());
        }
        None => {
            span.record("error.type", "_OTHER");
        }
    }
}
