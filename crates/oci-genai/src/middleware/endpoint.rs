//! Sends requests to an endpoint: scheme, host and base path.
//!
//! Place it inside retries, so that a retried request can go to another endpoint, and outside
//! authentication, because the host is part of the signature.
//!
//! ```
//! use oci_genai::{Endpoint, middleware::EndpointLayer};
//! use tower::ServiceBuilder;
//!
//! # fn stack<S>(inner: S) -> Result<impl Sized, oci_genai::Error> {
//! let endpoint = Endpoint::from_url("http://127.0.0.1:8080/openai/v1")?;
//! let stack = ServiceBuilder::new()
//!     .layer(EndpointLayer::new(endpoint))
//!     .service(inner);
//! # Ok(stack)
//! # }
//! ```

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Request;
use oci_genai_api::BoxError;
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::Endpoint;
use crate::options::setting;

/// Request extension: the endpoint of this request, in place of the layer's.
#[derive(Clone, Debug)]
pub struct EndpointOverride(pub Arc<Endpoint>);

/// Applies [`SetEndpoint`].
#[derive(Clone, Debug)]
pub struct EndpointLayer {
    endpoint: Arc<Endpoint>,
}

impl EndpointLayer {
    /// Creates a layer that sends requests to `endpoint`.
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint: Arc::new(endpoint),
        }
    }
}

impl<S> Layer<S> for EndpointLayer {
    type Service = SetEndpoint<S>;

    fn layer(&self, inner: S) -> Self::Service {
        SetEndpoint {
            inner,
            endpoint: Arc::clone(&self.endpoint),
        }
    }
}

/// Sends requests to an endpoint.
///
/// A request without a host, or to the layer's own endpoint, goes to the endpoint of its
/// [`EndpointOverride`], or else to the layer's. A request that an outer layer already directed
/// elsewhere stays unchanged.
#[derive(Clone, Debug)]
pub struct SetEndpoint<S> {
    inner: S,
    endpoint: Arc<Endpoint>,
}

impl<S, B> Service<Request<B>> for SetEndpoint<S>
where
    S: Service<Request<B>>,
    S::Error: Into<BoxError>,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let replacement = setting::<EndpointOverride>(request.extensions()).cloned();
        if replacement.is_some() || request.uri().host().is_none() {
            let target = replacement.map_or_else(|| Arc::clone(&self.endpoint), |given| given.0);
            if let Some(relative) = self.endpoint.relative(request.uri()) {
                match target.join(relative) {
                    Ok(uri) => *request.uri_mut() = uri,
                    Err(error) => {
                        return ResponseFuture {
                            state: State::Failed {
                                error: Some(error.into()),
                            },
                        };
                    }
                }
            }
        }
        ResponseFuture {
            state: State::Inner {
                future: self.inner.call(request),
            },
        }
    }
}

pin_project! {
    /// The future of [`SetEndpoint`].
    pub struct ResponseFuture<F> {
        #[pin]
        state: State<F>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F> {
        Inner { #[pin] future: F },
        Failed { error: Option<BoxError> },
    }
}

impl<F, R, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<R, E>>,
    E: Into<BoxError>,
{
    type Output = Result<R, BoxError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            StateProjection::Inner { future } => future.poll(context).map_err(Into::into),
            StateProjection::Failed { error } => match error.take() {
                Some(error) => Poll::Ready(Err(error)),
                None => Poll::Pending,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use tower::{ServiceExt, service_fn};

    use super::*;

    async fn sent_to(request: Request<()>) -> Result<String, BoxError> {
        let inner = service_fn(|request: Request<()>| async move {
            Ok::<_, BoxError>(request.uri().to_string())
        });
        let endpoint = Endpoint::from_url("http://home/openai/v1").unwrap();
        EndpointLayer::new(endpoint)
            .layer(inner)
            .oneshot(request)
            .await
    }

    fn request(uri: &str) -> Request<()> {
        Request::get(uri).body(()).unwrap()
    }

    #[tokio::test]
    async fn relative_requests_get_the_base() {
        assert_eq!(
            sent_to(request("/responses?a=b")).await.unwrap(),
            "http://home/openai/v1/responses?a=b"
        );
    }

    #[tokio::test]
    async fn requests_to_the_endpoint_and_elsewhere_stay_unchanged() {
        for uri in ["http://home/openai/v1/responses", "http://proxy/x"] {
            assert_eq!(sent_to(request(uri)).await.unwrap(), uri);
        }
    }

    #[tokio::test]
    async fn an_override_redirects_only_requests_to_this_endpoint() {
        let elsewhere = Arc::new(Endpoint::from_url("https://away/v2").unwrap());
        for (uri, expected) in [
            (
                "http://home/openai/v1/responses/x",
                "https://away/v2/responses/x",
            ),
            ("/conversations", "https://away/v2/conversations"),
            ("http://proxy/x", "http://proxy/x"),
        ] {
            let mut request = request(uri);
            request
                .extensions_mut()
                .insert(EndpointOverride(Arc::clone(&elsewhere)));
            assert_eq!(sent_to(request).await.unwrap(), expected);
        }
    }
}
