//! A tower layer that authenticates requests.
//!
//! Put it last, directly around the HTTP client: what it signs must be what is sent, and each
//! attempt of a retry further out must be signed afresh.
//!
//! # Example
//!
//! ```
//! use bytes::Bytes;
//! use http::{Request, Response};
//! use http_body_util::Full;
//! use oci_genai_auth::{ApiKey, AuthLayer, StaticCredentialsProvider};
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), oci_genai_auth::BoxError> {
//! let provider = StaticCredentialsProvider::new(ApiKey::new("sk-example")?);
//! let service = ServiceBuilder::new()
//!     .layer(AuthLayer::new(provider))
//!     .service_fn(|request: Request<Full<Bytes>>| async move {
//!         assert_eq!(request.headers()["authorization"], "Bearer sk-example");
//!         Ok::<_, oci_genai_auth::BoxError>(Response::new(()))
//!     });
//! let request = Request::get("https://example.com/openai/v1/conversations/c").body(Full::default())?;
//! service.oneshot(request).await?;
//! # Ok(())
//! # }
//! ```

mod target;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::request::Parts;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt as _, Limited};
use tower_layer::Layer;
use tower_service::Service;

use crate::{
    BodyDigest, BoxError, Error, ProvideCredentials, SharedCredentialsProvider, SharedTimeSource,
    TimeSource,
};

/// Bodies are held in memory to be hashed.
const DEFAULT_MAX_BODY: usize = 64 * 1024 * 1024;

/// Authenticates the requests of the service it wraps; see the [module](self).
#[derive(Clone, Debug)]
pub struct AuthLayer {
    config: Config,
}

#[derive(Clone)]
struct Config {
    provider: SharedCredentialsProvider,
    time: SharedTimeSource,
    max_body: usize,
}

impl AuthLayer {
    /// Takes credentials from `provider`.
    pub fn new(provider: impl ProvideCredentials + 'static) -> Self {
        Self {
            config: Config {
                provider: SharedCredentialsProvider::new(provider),
                time: SharedTimeSource::default(),
                max_body: DEFAULT_MAX_BODY,
            },
        }
    }

    /// Dates requests by this clock. Default: the system's.
    #[must_use]
    pub fn with_time_source(mut self, time: impl TimeSource + 'static) -> Self {
        self.config.time = SharedTimeSource::new(time);
        self
    }

    /// The largest request body, in bytes, that is taken into memory to be signed. Default: 64 MiB.
    #[must_use]
    pub fn with_max_body(mut self, bytes: usize) -> Self {
        self.config.max_body = bytes;
        self
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("provider", &self.provider)
            .finish_non_exhaustive()
    }
}

impl<S> Layer<S> for AuthLayer {
    type Service = Auth<S>;

    fn layer(&self, inner: S) -> Auth<S> {
        Auth {
            inner,
            config: self.config.clone(),
        }
    }
}

/// The service [`AuthLayer`] makes.
#[derive(Clone, Debug)]
pub struct Auth<S> {
    inner: S,
    config: Config,
}

impl<S> Auth<S> {
    /// The service inside.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The service inside, without authentication.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, B, R> Service<Request<B>> for Auth<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: Body + From<Bytes> + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    type Response = Response<R>;
    type Error = BoxError;
    type Future = ResponseFuture<R>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<B>) -> ResponseFuture<R> {
        // The service that was polled ready goes; its clone stays.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let config = self.config.clone();
        ResponseFuture {
            inner: Box::pin(async move {
                let request = config.authenticate(request).await?;
                inner.call(request).await.map_err(Into::into)
            }),
        }
    }
}

impl Config {
    async fn authenticate<B>(&self, request: Request<B>) -> Result<Request<B>, BoxError>
    where
        B: Body + From<Bytes>,
        B::Error: Into<BoxError>,
    {
        let (mut parts, body) = request.into_parts();
        target::protected(&parts.uri)?;
        target::normalise(&mut parts)?;
        let body = self.buffer(body).await?;
        let credentials = self.provider.provide_credentials().await?;
        clear(&mut parts);
        credentials.apply(&mut parts, &BodyDigest::of(&body), self.time.now())?;
        Ok(Request::from_parts(parts, B::from(body)))
    }

    async fn buffer<B>(&self, body: B) -> Result<Bytes, Error>
    where
        B: Body,
        B::Error: Into<BoxError>,
    {
        let limit = self.max_body;
        let collected = Limited::new(body, limit).collect().await.map_err(|cause| {
            Error::request(format!(
                "the body could not be read, or is longer than {limit} bytes"
            ))
            .with_source(cause)
        })?;
        Ok(collected.to_bytes())
    }
}

/// Takes away what an earlier signature may have left.
fn clear(parts: &mut Parts) {
    for name in ["authorization", "date", "x-content-sha256"] {
        parts.headers.remove(name);
    }
}

/// The future of [`Auth`].
pub struct ResponseFuture<R> {
    inner: BoxFuture<'static, Result<Response<R>, BoxError>>,
}

impl<R> Future for ResponseFuture<R> {
    type Output = Result<Response<R>, BoxError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.inner.as_mut().poll(cx)
    }
}

impl<R> fmt::Debug for ResponseFuture<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
