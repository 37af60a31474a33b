//! Signs requests.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use http::header::{AUTHORIZATION, CONTENT_TYPE, DATE};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use secrecy::{ExposeSecret as _, SecretString};

use super::authorization::AuthorizationHeader;
use super::signing_string::{
    CONTENT_SHA256, DELEGATION, REQUEST_TARGET, X_DATE, signing_string, with_x_date,
};
use super::{BodyDigest, KeyId, SignedHeaders};
use crate::clock::http_date;
use crate::{Error, PrivateKey, Result};

/// Signs requests with one key. Cloning is cheap.
///
/// `Debug` shows neither key nor token.
#[derive(Clone)]
pub struct RequestSigner {
    key_id: KeyId,
    key: PrivateKey,
    covers: SignedHeaders,
    delegation: Option<Arc<SecretString>>,
}

impl RequestSigner {
    /// Creates a signer for this key that covers the standard headers.
    pub fn new(key_id: KeyId, key: PrivateKey) -> Self {
        Self {
            key_id,
            key,
            covers: SignedHeaders::Standard,
            delegation: None,
        }
    }

    /// Sets the headers that the signature covers.
    #[must_use]
    pub fn with_signed_headers(mut self, covers: SignedHeaders) -> Self {
        self.covers = covers;
        self
    }

    /// Sends and signs `token` as `opc-obo-token`: requests are made on behalf of its subject.
    ///
    /// # Errors
    /// Returns an error if the token is not a valid header value.
    pub fn with_delegation_token(mut self, token: impl Into<SecretString>) -> Result<Self> {
        let token = token.into();
        let valid = !token.expose_secret().trim().is_empty()
            && token
                .expose_secret()
                .trim()
                .bytes()
                .all(|byte| byte.is_ascii_graphic());
        if !valid {
            return Err(Error::token(
                "the delegation token is empty or not printable ASCII",
            ));
        }
        self.delegation = Some(Arc::new(SecretString::from(token.expose_secret().trim())));
        Ok(self)
    }

    /// Returns the key id.
    pub fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    /// Returns the public key.
    pub fn public_key(&self) -> &crate::PublicKey {
        self.key.public_key()
    }

    /// Signs a request with an absolute URI.
    ///
    /// Sets `host` from the URI. Sets `date`, unless there is one or an `x-date`, which is then
    /// signed instead. For POST, PUT and PATCH, sets `content-length`, and, if absent,
    /// `content-type` (to `application/json`) and `x-content-sha256`. Finally sets `authorization`,
    /// marked sensitive. The signature covers these headers and the URI: send them unchanged.
    ///
    /// # Errors
    /// Returns an error for a relative URI, a method other than GET, HEAD, DELETE, POST, PUT and
    /// PATCH, or a covered header that is not ASCII. The request is then unchanged.
    pub fn sign(&self, parts: &mut Parts, body: &[u8], now: SystemTime) -> Result<()> {
        let covers_body = self.names(parts)?.contains(&CONTENT_SHA256);
        let digest = covers_body.then(|| BodyDigest::of(body));
        self.sign_with(parts, digest.as_ref(), now)
    }

    /// Like [`sign`](Self::sign), for a body with a known digest.
    ///
    /// # Errors
    /// See [`sign`](Self::sign).
    pub fn sign_digest(&self, parts: &mut Parts, body: &BodyDigest, now: SystemTime) -> Result<()> {
        self.sign_with(parts, Some(body), now)
    }

    fn names(&self, parts: &Parts) -> Result<Vec<&'static str>> {
        let names = self.covers.names(&parts.method, self.delegation.is_some());
        // The service uses `x-date` if it is present.
        let names = match names {
            Some(names) if parts.headers.contains_key(X_DATE) => Some(with_x_date(names)),
            names => names,
        };
        names.ok_or_else(|| {
            Error::request(format!(
                "{} requests cannot be signed, only GET, HEAD, DELETE, POST, PUT and PATCH",
                parts.method
            ))
        })
    }

    fn sign_with(
        &self,
        parts: &mut Parts,
        body: Option<&BodyDigest>,
        now: SystemTime,
    ) -> Result<()> {
        let names = self.names(parts)?;
        // Collect the covered headers first, so that an error changes nothing.
        let mut covered = HeaderMap::with_capacity(names.len() + 1);
        for name in &names {
            if *name == REQUEST_TARGET {
                continue;
            }
            let value = self.value(name, parts, body, now)?;
            covered.insert(HeaderName::from_static(name), value);
        }
        let text = signing_string(
            &parts.method,
            request_target(&parts.uri),
            &covered,
            names.iter().copied(),
        )
        .map_err(|name| Error::request(format!("the header `{name}` is not ASCII text")))?;
        let signature = self.key.sign_base64(text.as_bytes())?;
        let value = AuthorizationHeader::write(&self.key_id, &names, &signature);
        let mut value = HeaderValue::try_from(value)
            .map_err(|error| Error::request("the key id cannot be sent").with_source(error))?;
        value.set_sensitive(true);
        for (name, value) in covered.drain() {
            if let Some(name) = name {
                parts.headers.insert(name, value);
            }
        }
        parts.headers.insert(AUTHORIZATION, value);
        Ok(())
    }

    /// Returns the final value of a covered header.
    fn value(
        &self,
        name: &str,
        parts: &Parts,
        body: Option<&BodyDigest>,
        now: SystemTime,
    ) -> Result<HeaderValue> {
        let given = |name: HeaderName| parts.headers.get(name).cloned();
        let text = |text: &str| {
            HeaderValue::from_str(text).map_err(|error| {
                Error::request(format!("`{name}` cannot be sent")).with_source(error)
            })
        };
        match name {
            X_DATE => {
                given(HeaderName::from_static(X_DATE)).map_or_else(|| text(&http_date(now)), Ok)
            }
            "date" => given(DATE).map_or_else(|| text(&http_date(now)), Ok),
            "host" => text(&host(&parts.uri)?),
            "content-length" => Ok(HeaderValue::from(body.map_or(0, BodyDigest::length))),
            "content-type" => {
                Ok(given(CONTENT_TYPE)
                    .unwrap_or_else(|| HeaderValue::from_static("application/json")))
            }
            CONTENT_SHA256 => match (given(HeaderName::from_static(CONTENT_SHA256)), body) {
                (Some(value), _) => Ok(value),
                (None, Some(body)) => text(body.sha256()),
                (None, None) => text(BodyDigest::of(b"").sha256()),
            },
            DELEGATION => {
                let token = self
                    .delegation
                    .as_ref()
                    .map_or("", |token| token.expose_secret());
                let mut value = text(token)?;
                value.set_sensitive(true);
                Ok(value)
            }
            other => Err(Error::request(format!("`{other}` cannot be signed"))),
        }
    }
}

impl fmt::Debug for RequestSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestSigner")
            .field("key_id", &self.key_id)
            .field("covers", &self.covers)
            .field("delegated", &self.delegation.is_some())
            .finish_non_exhaustive()
    }
}

/// Returns path and query as sent.
pub(crate) fn request_target(uri: &Uri) -> &str {
    uri.path_and_query()
        .map_or("/", |target| match target.as_str() {
            "" => "/",
            target => target,
        })
}

/// Returns the host and, if the URI has one, the port; never user information.
fn host(uri: &Uri) -> Result<String> {
    let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(|| {
        Error::request("the request's URI is relative; an absolute one is needed to sign the host")
    })?;
    Ok(uri
        .port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}
