//! The proxy as a tower service.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, VARY,
};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use oci_genai::Passthrough;
use oci_genai::time::SharedClock;
use oci_genai_api::BoxError;
use oci_genai_auth::layer::RefreshError;
use tokio::sync::Semaphore;
use tower_service::Service;

use crate::body::ProxyBody;
use crate::config::{ConfigError, ProxyConfig, chain};
use crate::forward::Forwarder;
use crate::guard::Guard;
use crate::headers::strip_response;
use crate::models::Models;
use crate::record::{Observer, Watch};
use crate::refusal::Refusal;
use crate::target::Target;

/// Forwards the requests of OpenAI clients to the service; see the [crate's page](crate).
///
/// This is a tower service for any server that uses `http` types. In axum, pass it to
/// `Router::fallback_service`. Its paths are `/openai/v1/…` and `/v1/…`.
#[derive(Clone)]
pub struct Proxy {
    shared: Arc<Shared>,
}

struct Shared {
    guard: Guard,
    forwarder: Forwarder,
    models: Models,
    in_flight: Arc<Semaphore>,
    observer: Option<Observer>,
    reads_usage: bool,
    has_token: bool,
    clock: SharedClock,
}

impl Proxy {
    /// Creates a proxy for the service of `upstream`.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError`] if a setting is invalid.
    pub fn new(upstream: Passthrough, config: ProxyConfig) -> Result<Self, ConfigError> {
        config.check()?;
        let room = config.max_in_flight.clamp(1, Semaphore::MAX_PERMITS);
        Ok(Self {
            shared: Arc::new(Shared {
                guard: Guard::new(&config),
                forwarder: Forwarder::new(upstream, &config),
                models: Models::new(&config),
                in_flight: Arc::new(Semaphore::new(room)),
                has_token: config.token.is_some(),
                reads_usage: config.read_usage,
                observer: config.observer,
                clock: SharedClock::default(),
            }),
        })
    }

    /// Returns true if callers must send a token.
    pub(crate) fn has_token(&self) -> bool {
        self.shared.has_token
    }

    /// Handles one request.
    pub async fn handle<B>(&self, request: Request<B>) -> Response<ProxyBody>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let shared = &self.shared;
        let mut watch = Watch::begin(
            &request,
            shared.observer.clone(),
            shared.reads_usage,
            &shared.clock,
        );
        let source = shared.guard.check_source(&request);
        let (outcome, origin) = match source {
            Ok(origin) => {
                let outcome = self.answer(request, origin.is_some(), &mut watch).await;
                (outcome, origin)
            }
            Err(refusal) => (Err(refusal), None),
        };
        let mut response = outcome.unwrap_or_else(|refusal| {
            tracing::debug!(status = %refusal.status(), reason = refusal.message(), "rejected a request");
            watch.reason(refusal.message());
            refusal.into_response()
        });
        if let Some(origin) = origin {
            show_to_page(&mut response, origin);
        }
        watch.responded(response.status(), response.headers());
        response.map(|body| body.watch(watch))
    }

    async fn answer<B>(
        &self,
        request: Request<B>,
        of_page: bool,
        watch: &mut Watch,
    ) -> Result<Response<ProxyBody>, Refusal>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let shared = &self.shared;
        if of_page && *request.method() == Method::OPTIONS {
            return Ok(preflight(&request));
        }
        shared.guard.check_token(request.headers())?;
        let target = Target::of(request.uri())?;
        if !matches!(
            *request.method(),
            Method::GET
                | Method::HEAD
                | Method::POST
                | Method::PUT
                | Method::PATCH
                | Method::DELETE
        ) {
            return Err(Refusal::method());
        }
        if let Some(response) = shared.models.answer(request.method(), &target).await {
            return Ok(response);
        }
        let permit = Arc::clone(&shared.in_flight).acquire_owned().await;
        watch.hold(permit.map_err(|_| Refusal::stopping())?);
        let response = shared.forwarder.forward(request, target, watch).await?;
        if let Some(failure) = response.extensions().get::<RefreshError>() {
            watch.reason(format!(
                "the credentials were rejected and could not be refreshed: {}",
                chain(failure.error())
            ));
        }
        let (mut parts, body) = response.into_parts();
        strip_response(&mut parts.headers);
        let mut response = Response::new(ProxyBody::upstream(body));
        *response.status_mut() = parts.status;
        *response.headers_mut() = parts.headers;
        Ok(response)
    }
}

/// Responds to the preflight request of a browser for an allowed page.
fn preflight<B>(request: &Request<B>) -> Response<ProxyBody> {
    let mut response = Response::new(ProxyBody::full(Bytes::new()));
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(
        ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE"),
    );
    if let Some(wanted) = request.headers().get(ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
    if request
        .headers()
        .contains_key("access-control-request-private-network")
    {
        headers.insert(
            "access-control-allow-private-network",
            HeaderValue::from_static("true"),
        );
    }
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    response
}

/// Lets a page of this origin read the response.
fn show_to_page(response: &mut Response<ProxyBody>, origin: HeaderValue) {
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("opc-request-id, x-request-id, retry-after, x-should-retry"),
    );
    headers.append(VARY, HeaderValue::from_static("origin"));
}

impl<B> Service<Request<B>> for Proxy
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<ProxyBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<ProxyBody>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let proxy = self.clone();
        Box::pin(async move { Ok(proxy.handle(request).await) })
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("guard", &self.shared.guard)
            .field("forwarder", &self.shared.forwarder)
            .finish_non_exhaustive()
    }
}
