//! The innermost service of a stack: reqwest behind `http` types.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tower::Service;

use super::{Body, BoxError, KnownUrl};

/// Sends `http` requests with a [`reqwest::Client`].
///
/// Its errors are [`reqwest::Error`]s, boxed. Redirects, proxies, TLS and connection limits are the
/// reqwest client's affair.
#[derive(Clone, Debug)]
pub struct HttpClient {
    inner: reqwest::Client,
}

impl HttpClient {
    /// Wraps a reqwest client.
    pub const fn new(inner: reqwest::Client) -> Self {
        Self { inner }
    }

    /// The wrapped client.
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
        let sent = convert(request).map(|request| self.inner.execute(request));
        ResponseFuture(Box::pin(async move { Ok(sent?.await?.into()) }))
    }
}

/// The request as reqwest takes it. Where its URL is known, a short one is parsed in its place.
fn convert<B: Into<Body>>(mut request: http::Request<B>) -> reqwest::Result<reqwest::Request> {
    let known = request.extensions().get::<KnownUrl>();
    let Some(KnownUrl(url)) = known.filter(|known| known.is(request.uri())).cloned() else {
        return request.try_into();
    };
    *request.uri_mut() = http::Uri::from_static("http://a/");
    let mut request = reqwest::Request::try_from(request)?;
    *request.url_mut() = Arc::unwrap_or_clone(url);
    Ok(request)
}

/// The future of [`HttpClient`].
pub struct ResponseFuture(
    Pin<Box<dyn Future<Output = Result<http::Response<Body>, BoxError>> + Send>>,
);

impl Future for ResponseFuture {
    type Output = Result<http::Response<Body>, BoxError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl std::fmt::Debug for ResponseFuture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
