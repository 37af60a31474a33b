//! Builds the stack that [`middleware`](crate::middleware) describes.

use std::time::Duration;

use http::{Request, Response};
use oci_genai_api::{Body, BoxError, Transport, any_body};
use oci_genai_auth::Auth;
use tower::ServiceBuilder;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::util::{BoxCloneSyncService, Either, option_layer};
use tower_layer::Layer;
use tower_service::Service;

use crate::middleware::{
    AttemptTimeoutLayer, BeforeAttempt, CircuitBreakerLayer, DeadlineLayer, EndpointLayer,
    ErrorLayer, FailoverLayer, LogBodiesLayer, ParseErrorLayer, RetryLayer, SizeLimitsLayer,
    StandardHeadersLayer, TraceLayer,
};
use crate::time::SharedClock;
use crate::wire::{ByHost, RememberCredential, SentCredentials};

/// A boxed HTTP service, which custom layers wrap.
pub type HttpService = BoxCloneSyncService<Request<Body>, Response<Body>, BoxError>;

/// The sending service with credentials. The common combination is not boxed.
pub(crate) type Innermost = Either<Auth<RememberCredential<BeforeAttempt<ByHost>>>, HttpService>;

/// A custom layer with its type erased.
pub(crate) type AnyLayer = Box<dyn FnOnce(HttpService) -> HttpService + Send>;

/// Erases a layer's type.
pub(crate) fn any_layer<L, B>(layer: L) -> AnyLayer
where
    L: Layer<HttpService> + Send + 'static,
    L::Service: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
    <L::Service as Service<Request<Body>>>::Error: Into<BoxError>,
    <L::Service as Service<Request<Body>>>::Future: Send + 'static,
    B: http_body::Body<Data = bytes::Bytes> + Send + Sync + 'static,
    B::Error: Into<BoxError>,
{
    Box::new(move |inner| any_service(layer.layer(inner)))
}

/// Erases a service's type.
pub(crate) fn any_service<S, B>(service: S) -> HttpService
where
    S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: http_body::Body<Data = bytes::Bytes> + Send + Sync + 'static,
    B::Error: Into<BoxError>,
{
    use tower::ServiceExt;
    BoxCloneSyncService::new(
        service
            .map_response(|response: Response<B>| response.map(any_body))
            .map_err(Into::into),
    )
}

/// The parts of the stack.
pub(crate) struct Parts {
    /// The HTTP client with authentication.
    pub(crate) authenticated: Innermost,
    pub(crate) attempt_layers: Vec<AnyLayer>,
    pub(crate) headers: StandardHeadersLayer,
    pub(crate) endpoint: EndpointLayer,
    pub(crate) log_bodies: Option<LogBodiesLayer>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) breaker: Option<CircuitBreakerLayer>,
    pub(crate) concurrency: Option<usize>,
    pub(crate) failover: Option<FailoverLayer>,
    pub(crate) retry: RetryLayer,
    pub(crate) deadline: Option<Duration>,
    pub(crate) layers: Vec<AnyLayer>,
    pub(crate) size_limits: SizeLimitsLayer,
    pub(crate) clock: SharedClock,
    pub(crate) sent: SentCredentials,
}

/// Assembles the parts, from the innermost outwards.
pub(crate) fn transport(parts: Parts) -> Transport {
    let Parts { clock, .. } = parts;
    let mut innermost = parts.authenticated;
    // The first layer added becomes the outermost.
    for layer in parts.attempt_layers.into_iter().rev() {
        innermost = Either::Right(layer(any_service(innermost)));
    }
    let limit = parts.concurrency.map(GlobalConcurrencyLimitLayer::new);
    let core = ServiceBuilder::new()
        .layer(TraceLayer::new())
        .layer(DeadlineLayer::new(parts.deadline, clock.clone()))
        .option_layer(limit)
        .layer(either(parts.failover))
        .layer(parts.retry)
        .layer(either(parts.breaker))
        .layer(AttemptTimeoutLayer::new(
            parts.attempt_timeout,
            clock.clone(),
        ))
        .layer(ParseErrorLayer::new().mask(parts.sent))
        .layer(either(parts.log_bodies))
        .layer(parts.endpoint)
        .layer(parts.headers)
        .service(innermost);
    let raise = ErrorLayer::new(clock);
    if parts.layers.is_empty() {
        return Transport::new(raise.layer(parts.size_limits.layer(core)));
    }
    let mut layered = any_service(core);
    for layer in parts.layers.into_iter().rev() {
        layered = layer(layered);
    }
    Transport::new(raise.layer(parts.size_limits.layer(layered)))
}

/// `option_layer` for a layer whose service has boxed errors, as the bare service has.
fn either<L>(layer: Option<L>) -> Either<L, tower_layer::Identity> {
    option_layer(layer)
}
