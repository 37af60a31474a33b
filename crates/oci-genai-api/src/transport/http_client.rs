//! The innermost service of a stack: reqwest with `http` types.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tower::Service;

use super::{Body, BoxError, Built};

/// Sends `http` requests with a [`reqwest::Client`].
///
/// Its errors are boxed [`reqwest::Error`]s. Configure redirects, proxies, TLS and connection
/// limits in the reqwest client.
#[derive(Clone, Debug)]
pub struct HttpClient {
    inner: reqwest::Client,
}

impl HttpClient {
    /// Wraps a reqwest client.
    pub const fn new(inner: reqwest::Client) -> Self {
        Self { inner }
    }

    /// Returns the wrapped client.
    pub const fn get_ref(&self) -> &reqwest::Client {
        &self.inner
    }
}

impl<B: Into<Body>> Service<http::Request<B>> for HttpClient {
    type Response = http::Response<Body>;
    type Error = BoxError;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        ResponseFuture(match convert(request) {
            Ok(request) => State::Sent(self.inner.call(request)),
            Err(error) => State::Refused(Some(error)),
        })
    }
}

/// Converts the request for reqwest.
fn convert<B: Into<Body>>(request: http::Request<B>) -> reqwest::Result<reqwest::Request> {
    let built = request.extensions().get::<Built>();
    let Some(Built { url, timeout }) = built.filter(|built| built.is_to(request.uri())).cloned()
    else {
        return request.try_into();
    };
    let (parts, body) = request.into_parts();
    let mut request = reqwest::Request::new(parts.method, Arc::unwrap_or_clone(url));
    *request.headers_mut() = parts.headers;
    *request.version_mut() = parts.version;
    *request.body_mut() = Some(body.into());
    if timeout.is_some() {
        *request.timeout_mut() = timeout;
    }
    Ok(request)
}

/// The future of [`HttpClient`].
pub struct ResponseFuture(State);

enum State {
    Sent(<reqwest::Client as Service<reqwest::Request>>::Future),
    Refused(Option<reqwest::Error>),
}

impl Future for ResponseFuture {
    type Output = Result<http::Response<Body>, BoxError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            State::Sent(future) => Pin::new(future)
                .poll(context)
                .map(|outcome| Ok(outcome?.into())),
            State::Refused(error) => match error.take() {
                Some(error) => Poll::Ready(Err(error.into())),
                None => Poll::Pending,
            },
        }
    }
}

impl std::fmt::Debug for ResponseFuture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
