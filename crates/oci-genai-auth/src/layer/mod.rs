//! A tower layer that authenticates requests.
//!
//! # Ordering
//!
//! Put it last, directly around the HTTP client, so that nothing changes a signed request. Retry
//! layers go outside of it, because each attempt needs its own signature.
//!
//! # Processing of a request
//!
//! 1. Rejects hosts that are neither reached over TLS nor on this machine, and hosts other than
//!    those allowed with [`AuthLayer::allow_host`], if any are.
//! 2. Buffers the body (up to a limit), and writes the URI in the form that HTTP clients send.
//! 3. Takes credentials from its [`CredentialsCache`], which checks their age each time.
//! 4. Dates and signs the request, including the body's hash, or adds the API key. Then sends it.
//! 5. After a 401, replaces the credentials and retries once with a new date. If that is not
//!    possible, returns the 401, with the cause as [`RefreshError`] and [`ClockSkew`] in its
//!    extensions, if known.
//!
//! With a key that never changes ([`StaticCredentialsProvider`](crate::StaticCredentialsProvider)
//! of an [`ApiKey`](crate::ApiKey)) only the host check applies. The layer adds the key and sends
//! the request with its body unchanged.
//!
//! Redirects: configure the HTTP client to follow none (`reqwest::redirect::Policy::none()`), since
//! it would send the headers set here to any target. An outer layer may follow them: each hop
//! passes through this layer, and [`AuthLayer::allow_host`] keeps the credentials from other hosts.
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

mod clock_skew;
mod sign_and_send;
mod uri;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

pub use self::clock_skew::ClockSkew;
use self::clock_skew::SkewMeter;
pub use self::sign_and_send::RefreshError;
pub(crate) use self::uri::{is_loopback, protected};
use crate::provider::CredentialsCache;
use crate::redact::shown;
use crate::{BoxError, ProvideCredentials, SharedTimeSource, TimeSource};

/// Bodies are held in memory to be hashed.
const DEFAULT_MAX_BODY: usize = 64 * 1024 * 1024;

/// Authenticates the requests of the wrapped service; see the [module](self).
#[derive(Clone, Debug)]
pub struct AuthLayer {
    config: Arc<Config>,
}

#[derive(Clone)]
struct Config {
    cache: CredentialsCache,
    time: SharedTimeSource,
    skew: Arc<SkewMeter>,
    correct_clock: bool,
    hosts: Arc<[String]>,
    max_body: usize,
}

impl AuthLayer {
    /// Creates a layer that takes credentials from `provider`, through a [`CredentialsCache`].
    pub fn new(provider: impl ProvideCredentials + 'static) -> Self {
        Self::from_cache(CredentialsCache::new(provider))
    }

    /// Creates a layer that takes credentials from this cache, which other layers may share.
    pub fn from_cache(cache: CredentialsCache) -> Self {
        Self {
            config: Arc::new(Config {
                cache,
                time: SharedTimeSource::default(),
                skew: Arc::default(),
                correct_clock: false,
                hosts: Arc::default(),
                max_body: DEFAULT_MAX_BODY,
            }),
        }
    }

    /// Sets the clock for dating requests and checking the age of credentials. Default: the
    /// system's.
    ///
    /// This empties the cache.
    #[must_use]
    pub fn with_time_source(mut self, time: impl TimeSource + 'static) -> Self {
        let time = SharedTimeSource::new(time);
        let config = Arc::make_mut(&mut self.config);
        let provider = config.cache.provider().clone();
        config.cache = CredentialsCache::with_time_source(provider, time.clone());
        config.time = time;
        self
    }

    /// Sets the maximum size, in bytes, of a request body that is buffered for signing. Default: 64
    /// MiB.
    #[must_use]
    pub fn with_max_body(mut self, bytes: usize) -> Self {
        Arc::make_mut(&mut self.config).max_body = bytes;
        self
    }

    /// Allows this host (a name or address, without port). After the first call, credentials are
    /// sent to allowed hosts only: a request that a redirect points elsewhere fails. Default: any
    /// host reached over TLS, and this machine.
    #[must_use]
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        let config = Arc::make_mut(&mut self.config);
        let hosts = config.hosts.iter().cloned();
        config.hosts = hosts.chain([host.into()]).collect();
        self
    }

    /// Dates requests by the service's clock, learned from its responses, if this machine's clock
    /// is wrong; corrects by at most an hour. Default: false; a wrong clock is then reported
    /// ([`ClockSkew`]) but not corrected.
    #[must_use]
    pub fn with_clock_correction(mut self, correct: bool) -> Self {
        Arc::make_mut(&mut self.config).correct_clock = correct;
        self
    }

    /// Returns the cache of the credentials.
    pub fn cache(&self) -> &CredentialsCache {
        &self.config.cache
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts: Vec<_> = self.hosts.iter().map(|host| shown(host)).collect();
        f.debug_struct("Config")
            .field("cache", &self.cache)
            .field("hosts", &hosts)
            .field("correct_clock", &self.correct_clock)
            .field("max_body", &self.max_body)
            .finish_non_exhaustive()
    }
}

impl<S> Layer<S> for AuthLayer {
    type Service = Auth<S>;

    fn layer(&self, inner: S) -> Auth<S> {
        Auth {
            inner,
            config: Arc::clone(&self.config),
        }
    }
}

/// The service created by [`AuthLayer`].
#[derive(Clone, Debug)]
pub struct Auth<S> {
    inner: S,
    config: Arc<Config>,
}

impl<S> Auth<S> {
    /// Returns the inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// Returns the inner service, without authentication.
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
    R: Send + 'static,
{
    type Response = Response<R>;
    type Error = BoxError;
    type Future = ResponseFuture<S::Future, R>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        if let Some(key) = self.config.cache.fixed_key() {
            let with_key = self.config.with_key(request, key);
            return ResponseFuture::new(match with_key {
                Ok(request) => State::Sent {
                    future: self.inner.call(request),
                },
                Err(error) => State::Boxed {
                    future: Box::pin(std::future::ready(Err(error.into()))),
                },
            });
        }
        // Call the service that was polled ready; keep its clone.
        let clone = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, clone);
        let config = Arc::clone(&self.config);
        ResponseFuture::new(State::Boxed {
            future: Box::pin(async move { config.exchange(inner, request).await }),
        })
    }
}

pin_project! {
    /// The future of [`Auth`].
    pub struct ResponseFuture<F, R> {
        #[pin]
        state: State<F, R>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F, R> {
        // With a fixed key, the request is sent as is and never retried.
        Sent { #[pin] future: F },
        Boxed { future: BoxFuture<'static, Result<Response<R>, BoxError>> },
    }
}

impl<F, R> ResponseFuture<F, R> {
    fn new(state: State<F, R>) -> Self {
        Self { state }
    }
}

impl<F, R, E> Future for ResponseFuture<F, R>
where
    F: Future<Output = Result<Response<R>, E>>,
    E: Into<BoxError>,
{
    type Output = Result<Response<R>, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            StateProjection::Sent { future } => future.poll(cx).map_err(Into::into),
            StateProjection::Boxed { future } => future.as_mut().poll(cx),
        }
    }
}

impl<F, R> fmt::Debug for ResponseFuture<F, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
