//! Signs and sends a request, and retries it after a 401.

use std::future::poll_fn;
use std::time::SystemTime;

use bytes::Bytes;
use http::header::{AUTHORIZATION, DATE};
use http::request::Parts;
use http::{HeaderName, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt as _, Limited};
use tower_service::Service;

use super::{Config, uri};
use crate::signing::CONTENT_SHA256;
use crate::{BoxError, Credentials, Error, Result, TimeSource as _};

const X_CONTENT_SHA256: HeaderName = HeaderName::from_static(CONTENT_SHA256);
/// Used instead of `date` if present.
const X_DATE: HeaderName = HeaderName::from_static("x-date");

/// The reason for missing fresh credentials, in the extensions of a 401 response.
#[derive(Clone, Debug)]
pub struct RefreshError(Error);

impl RefreshError {
    /// Returns the provider's error.
    pub fn error(&self) -> &Error {
        &self.0
    }
}

impl Config {
    /// Adds credentials and sends. Retries once after a 401 if that may help.
    pub(super) async fn exchange<S, B, R>(
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
        let retry = request.clone();
        let signed = request.signed::<B>(&lease.credentials, date)?;
        let mut response = inner.call(signed).await.map_err(Into::into)?;
        self.skew.learn(response.headers(), self.time.now());
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        let fresh = match self.cache.replace(&lease).await {
            Ok(fresh) => fresh,
            Err(error) => {
                response.extensions_mut().insert(RefreshError(error));
                None
            }
        };
        // With the same credentials, a retry helps only if the date was wrong.
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
        let signed = retry.signed::<B>(&fresh.credentials, self.now())?;
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
        self.admit(&mut parts)?;
        uri::normalise(&mut parts)?;
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

    /// Returns the request with a fixed key. It needs no hash, date or retry.
    pub(super) fn with_key<B>(&self, request: Request<B>, key: &Credentials) -> Result<Request<B>> {
        let (mut parts, body) = request.into_parts();
        self.admit(&mut parts)?;
        key.apply(&mut parts, &[], SystemTime::UNIX_EPOCH)?;
        Ok(Request::from_parts(parts, body))
    }

    /// Checks that the request may carry credentials, and removes any existing ones.
    fn admit(&self, parts: &mut Parts) -> Result<()> {
        uri::admit(&parts.uri, &self.hosts)?;
        for name in [AUTHORIZATION, DATE, X_DATE, X_CONTENT_SHA256] {
            parts.headers.remove(name);
        }
        Ok(())
    }

    /// Returns the date for requests.
    fn now(&self) -> SystemTime {
        let now = self.time.now();
        if self.correct_clock {
            self.skew.correct(now)
        } else {
            now
        }
    }

    /// Returns true if a request dated `before` would now get a significantly different date.
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
