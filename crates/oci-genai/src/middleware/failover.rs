//! Fails over to another region, for calls that keep no state on the service.
//!
//! Conversations, stored responses and API keys belong to one region. Only a request marked
//! [`Stateless`] is ever sent to another region. The client marks the creation of a response that
//! names no conversation and no previous response and is not stored (`store` is false).
//!
//! Place it outside retries, so that a region gets all its attempts before the next one is tried.
//! After a failover the response's extensions contain [`FailedOver`] with the reason.
//!
//! ```
//! use oci_genai::{Endpoint, Region, middleware::{FailoverLayer, FailoverTarget}};
//!
//! let frankfurt = Endpoint::builder(Region::known("fra").unwrap()).build()?;
//! let layer = FailoverLayer::new([
//!     FailoverTarget::new(frankfurt).project("ocid1.generativeaiproject.oc1.eu-frankfurt-1.x")?,
//! ]);
//! # let _ = layer;
//! # Ok::<_, oci_genai::Error>(())
//! ```

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{HeaderMap, Request, Response};
use oci_genai_api::{Body, BoxError};
use tower_layer::Layer;
use tower_service::Service;

use super::endpoint::EndpointOverride;
use super::headers::{OPC_COMPARTMENT_ID, OPENAI_PROJECT, RequestHeaders, header_value};
use super::retry::twice;
use crate::error::{ServiceError, is_transient_status};
use crate::options::setting;
use crate::{Endpoint, Error, Result};

/// Request extension: the request neither needs nor leaves state on the service, so any region can
/// serve it.
#[derive(Clone, Copy, Debug)]
pub struct Stateless;

/// Response extension: another region served the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedOver {
    /// The endpoint that responded.
    pub to: String,
    /// The failure of the endpoint tried before.
    pub reason: String,
}

/// An endpoint to use if the client's own is unavailable.
#[derive(Clone, Debug)]
pub struct FailoverTarget {
    endpoint: Arc<Endpoint>,
    headers: HeaderMap,
}

impl FailoverTarget {
    /// Creates a target with the client's project. Projects belong to a region, so set that
    /// region's project.
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint: Arc::new(endpoint),
            headers: HeaderMap::new(),
        }
    }

    /// Sets the project in that region.
    ///
    /// # Errors
    ///
    /// Returns an error if the value is not a valid header value.
    pub fn project(mut self, project: &str) -> Result<Self> {
        let value = header_value("project", project)?;
        self.headers.insert(OPENAI_PROJECT, value);
        Ok(self)
    }

    /// Sets the compartment in that region.
    ///
    /// # Errors
    ///
    /// Returns an error if the value is not a valid header value.
    pub fn compartment(mut self, compartment: &str) -> Result<Self> {
        let value = header_value("compartment", compartment)?;
        self.headers.insert(OPC_COMPARTMENT_ID, value);
        Ok(self)
    }
}

/// Applies [`Failover`].
#[derive(Clone, Debug)]
pub struct FailoverLayer {
    targets: Arc<[FailoverTarget]>,
}

impl FailoverLayer {
    /// Creates a layer that tries these targets in order.
    pub fn new(targets: impl IntoIterator<Item = FailoverTarget>) -> Self {
        Self {
            targets: targets.into_iter().collect(),
        }
    }
}

impl<S> Layer<S> for FailoverLayer {
    type Service = Failover<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Failover {
            inner,
            targets: Arc::clone(&self.targets),
        }
    }
}

/// Fails over to another region if one is unavailable.
#[derive(Clone, Debug)]
pub struct Failover<S> {
    inner: S,
    targets: Arc<[FailoverTarget]>,
}

impl<S, B> Service<Request<Body>> for Failover<S>
where
    S: Service<Request<Body>, Response = Response<B>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: Send + 'static,
{
    type Response = Response<B>;
    type Error = BoxError;
    type Future = ResponseFuture<Response<B>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // The service that was polled ready sends the request; the clone stays.
        let fresh = self.inner.clone();
        let ready = std::mem::replace(&mut self.inner, fresh);
        ResponseFuture(Box::pin(run(ready, Arc::clone(&self.targets), request)))
    }
}

/// The future of [`Failover`].
pub struct ResponseFuture<T>(Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>);

impl<T> Future for ResponseFuture<T> {
    type Output = Result<T, BoxError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

async fn run<S, B>(
    mut service: S,
    targets: Arc<[FailoverTarget]>,
    request: Request<Body>,
) -> Result<Response<B>, BoxError>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<BoxError>,
{
    let movable = setting::<Stateless>(request.extensions()).is_some()
        && setting::<EndpointOverride>(request.extensions()).is_none();
    if !movable {
        return service.call(request).await.map_err(Into::into);
    }
    let (mut sent, mut spare) = twice(request);
    let mut moved: Option<FailedOver> = None;
    let mut remaining = targets.iter();
    loop {
        let outcome = service.call(sent).await;
        let outcome = outcome.map_err(|error| Error::from_boxed(error.into()));
        let (Some(reason), Some(target), Some(again)) =
            (reason(&outcome), remaining.next(), spare.take())
        else {
            let mut response = outcome?;
            if let Some(moved) = moved {
                response.extensions_mut().insert(moved);
            }
            return Ok(response);
        };
        tracing::warn!(to = %target.endpoint, %reason, "failing over to another region");
        (sent, spare) = twice(again);
        target.direct(&mut sent);
        moved = Some(FailedOver {
            to: target.endpoint.to_string(),
            reason,
        });
        std::future::poll_fn(|context| service.poll_ready(context))
            .await
            .map_err(Into::into)?;
    }
}

impl FailoverTarget {
    fn direct(&self, request: &mut Request<Body>) {
        let extensions = request.extensions_mut();
        extensions.insert(EndpointOverride(Arc::clone(&self.endpoint)));
        let mut headers = match setting::<RequestHeaders>(extensions) {
            Some(RequestHeaders(own)) => HeaderMap::clone(own),
            None => HeaderMap::new(),
        };
        for (name, value) in &self.headers {
            headers.insert(name, value.clone());
        }
        extensions.insert(RequestHeaders(Arc::new(headers)));
    }
}

/// Returns why this region failed if another may succeed: it is unreachable, overloaded, or
/// failing.
fn reason<B>(outcome: &Result<Response<B>, Error>) -> Option<String> {
    match outcome {
        Ok(response) if is_transient_status(response.status()) => {
            let read = response.extensions().get::<Arc<ServiceError>>();
            // The quota belongs to the account, in every region.
            let exhausted = read.is_some_and(|error| error.is_quota_exhausted());
            (!exhausted).then(|| response.status().to_string())
        }
        Ok(_) => None,
        Err(error) if error.is_transient() => Some(error.to_string()),
        Err(_) => None,
    }
}

impl fmt::Display for FailedOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "served by {} because of {}", self.to, self.reason)
    }
}
