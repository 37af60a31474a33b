//! A tower layer that authenticates requests.
//!
//! # Ordering
//!
//! Put it last, directly around the HTTP client: what it signs must be what is sent, and each
//! attempt of a retry further out must be signed afresh.
//!
//! # What it does with a request
//!
//! 1. It refuses hosts that are neither reached by TLS nor on this machine, nor among those given
//!    with [`AuthLayer::for_host`].
//! 2. It takes the body into memory (bounded), and writes the URI as HTTP clients send it.
//! 3. It takes credentials from its [`CredentialsCache`], which looks at their age each time.
//! 4. It dates and signs, the body's hash included, or puts the API key on; then it sends.
//! 5. After a 401 it has the credentials replaced and sends once more, with a fresh date; where
//!    that is not possible the 401 is the answer, with [`RefreshFailure`] and [`ClockSkew`] in its
//!    extensions where they explain it.
//!
//! Redirects: let the HTTP client follow none (`reqwest::redirect::Policy::none()`), since it would
//! send the headers set here to wherever it is pointed. A layer further out may follow them: each hop
//! passes here, and [`AuthLayer::for_host`] keeps the credentials from other hosts.
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
mod target;

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::header::{AUTHORIZATION, DATE};
use http::request::Parts;
use http::{HeaderName, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt as _, Limited};
use tower_layer::Layer;
use tower_service::Service;

pub use self::clock_skew::ClockSkew;
use self::clock_skew::SkewMeter;
pub(crate) use self::target::protected;
use crate::provider::CredentialsCache;
use crate::signing::CONTENT_SHA256;
use crate::{
    BoxError, Credentials, Error, ProvideCredentials, Result, SharedTimeSource, TimeSource,
};

const X_CONTENT_SHA256: HeaderName = HeaderName::from_static(CONTENT_SHA256);

/// Bodies are held in memory to be hashed.
const DEFAULT_MAX_BODY: usize = 64 * 1024 * 1024;

/// Authenticates the requests of the service it wraps; see the [module](self).
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
    /// Takes credentials from `provider`, through a [`CredentialsCache`].
    pub fn new(provider: impl ProvideCredentials + 'static) -> Self {
        Self::from_cache(CredentialsCache::new(provider))
    }

    /// Takes credentials from this cache, which may be shared with other layers.
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

    /// Dates requests, and looks at the age of credentials, by this clock. Default: the system's.
    ///
    /// The cache starts empty again.
    #[must_use]
    pub fn with_time_source(mut self, time: impl TimeSource + 'static) -> Self {
        let time = SharedTimeSource::new(time);
        let config = Arc::make_mut(&mut self.config);
        let provider = config.cache.provider().clone();
        config.cache = CredentialsCache::with_time_source(provider, time.clone());
        config.time = time;
        self
    }

    /// The largest request body, in bytes, that is taken into memory to be signed. Default: 64 MiB.
    #[must_use]
    pub fn with_max_body(mut self, bytes: usize) -> Self {
        Arc::make_mut(&mut self.config).max_body = bytes;
        self
    }

    /// Sends credentials to this host (a name or address, without port) and to others given the
    /// same way, and to no other: a request that a redirect points elsewhere fails.
    /// Default: any host reached by TLS, and this machine.
    #[must_use]
    pub fn for_host(mut self, host: impl Into<String>) -> Self {
        let config = Arc::make_mut(&mut self.config);
        let hosts = config.hosts.iter().cloned();
        config.hosts = hosts.chain([host.into().to_ascii_lowercase()]).collect();
        self
    }

    /// Dates requests by the service's clock, as its answers tell it, where this machine's is off.
    /// Default: no; a wrong clock is then reported ([`ClockSkew`]) but not made up for.
    #[must_use]
    pub fn with_clock_correction(mut self, correct: bool) -> Self {
        Arc::make_mut(&mut self.config).correct_clock = correct;
        self
    }

    /// The cache the credentials come from.
    pub fn cache(&self) -> &CredentialsCache {
        &self.config.cache
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("cache", &self.cache)
            .field("hosts", &self.hosts)
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

/// The service [`AuthLayer`] makes.
#[derive(Clone, Debug)]
pub struct Auth<S> {
    inner: S,
    config: Arc<Config>,
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

/// In the extensions of a 401 response: why no fresh credentials were to be had.
#[derive(Clone, Debug)]
pub struct RefreshFailure(Error);

impl RefreshFailure {
    /// The provider's error.
    pub fn error(&self) -> &Error {
        &self.0
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
    type Future = ResponseFuture<R>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<B>) -> ResponseFuture<R> {
        // The service that was polled ready goes; its clone stays.
        let clone = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, clone);
        let config = Arc::clone(&self.config);
        ResponseFuture {
            inner: Box::pin(async move { config.send(inner, request).await }),
        }
    }
}

impl Config {
    async fn send<S, B, R>(
        &self,
        mut inner: S,
        request: Request<B>,
    ) -> Result<Response<R>, BoxError>
    where
        S: Service<Request<B>, Response = Response<R>>,
        S::Error: Into<BoxError>,
        B: Body + From<Bytes>,
        B::Error: Into<BoxError>,
    {
        let request = self.prepare(request).await?;
        let lease = self.cache.lease().await?;
        let date = self.now();
        // A key that never changes is not tried twice.
        let spare = (!self.cache.is_fixed() || lease.credentials.signer().is_some())
            .then(|| request.clone());
        let signed = request.signed::<B>(&lease.credentials, date)?;
        let mut response = inner.call(signed).await.map_err(Into::into)?;
        self.skew.learn(response.headers(), self.time.now());
        let Some(spare) = spare.filter(|_| response.status() == StatusCode::UNAUTHORIZED) else {
            return Ok(response);
        };
        let fresh = match self.cache.replace(&lease).await {
            Ok(fresh) => fresh,
            Err(error) => {
                response.extensions_mut().insert(RefreshFailure(error));
                None
            }
        };
        // The same credentials are worth a second try only if it is the date that was wrong.
        let fresh = fresh.or_else(|| {
            let signs = lease.credentials.signer().is_some();
            (signs && self.redates(date)).then_some(lease)
        });
        let Some(fresh) = fresh else {
            if let Some(skew) = self.skew.skew() {
                response.extensions_mut().insert(skew);
            }
            return Ok(response);
        };
        drop(response);
        let signed = spare.signed::<B>(&fresh.credentials, self.now())?;
        poll_fn(|cx| inner.poll_ready(cx))
            .await
            .map_err(Into::into)?;
        let mut response = inner.call(signed).await.map_err(Into::into)?;
        if response.status() == StatusCode::UNAUTHORIZED
            && let Some(skew) = self.skew.skew()
        {
            response.extensions_mut().insert(skew);
        }
        Ok(response)
    }

    async fn prepare<B>(&self, request: Request<B>) -> Result<Prepared>
    where
        B: Body,
        B::Error: Into<BoxError>,
    {
        let (mut parts, body) = request.into_parts();
        target::admit(&parts.uri, &self.hosts)?;
        target::normalise(&mut parts)?;
        // What an earlier signature may have left.
        for name in [AUTHORIZATION, DATE, X_CONTENT_SHA256] {
            parts.headers.remove(name);
        }
        let limit = self.max_body;
        let collected = Limited::new(body, limit).collect().await.map_err(|cause| {
            Error::request(format!(
                "the body could not be read, or is longer than {limit} bytes"
            ))
            .with_source(cause)
        })?;
        let body = collected.to_bytes();
        Ok(Prepared { parts, body })
    }

    /// The date requests get.
    fn now(&self) -> SystemTime {
        let now = self.time.now();
        if self.correct_clock {
            self.skew.correct(now)
        } else {
            now
        }
    }

    /// Whether a request dated `before` would now get a date that differs by enough to matter.
    fn redates(&self, before: SystemTime) -> bool {
        let now = self.now();
        let moved = now
            .duration_since(before)
            .unwrap_or_else(|back| back.duration());
        moved.as_secs() >= 60
    }
}

/// A request ready to be signed.
#[derive(Clone)]
struct Prepared {
    parts: Parts,
    body: Bytes,
}

impl Prepared {
    fn signed<B: From<Bytes>>(
        mut self,
        credentials: &Credentials,
        date: SystemTime,
    ) -> Result<Request<B>> {
        credentials.apply(&mut self.parts, &self.body, date)?;
        Ok(Request::from_parts(self.parts, B::from(self.body)))
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
