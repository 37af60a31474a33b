//! Credentials that a provider returns.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::{Error, RequestSigner, Result};

/// A Generative AI API key (`sk-…`), sent as a bearer token. `Debug` does not show it.
///
/// Keys are regional: the service rejects a key from another region with 401.
#[derive(Clone)]
pub struct ApiKey(Arc<Key>);

struct Key {
    text: SecretString,
    /// `Bearer …`; zeroed when the last request with it is dropped.
    header: HeaderValue,
}

impl ApiKey {
    /// Creates a key from text. Removes surrounding white space and quotes, which files with
    /// variables often contain.
    ///
    /// # Errors
    /// Returns an error if the key is empty or has characters that are not allowed in a header.
    pub fn new(key: impl Into<SecretString>) -> Result<Self> {
        let key = key.into();
        let text = unquoted(key.expose_secret().trim());
        if text.is_empty() {
            return Err(Error::config("the API key is empty"));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            let is_header = text.to_ascii_lowercase().starts_with("bearer ");
            return Err(Error::config(if is_header {
                "the API key begins with `Bearer`; hint: give the key alone"
            } else {
                "the API key has blanks or characters outside ASCII; hint: copy the key alone"
            }));
        }
        let bearer = Zeroizing::new(format!("Bearer {text}").into_bytes());
        let mut header = HeaderValue::from_maybe_shared(Bytes::from_owner(bearer))
            .map_err(|_| Error::config("the API key cannot be sent in a header"))?;
        header.set_sensitive(true);
        let text = SecretString::from(text);
        Ok(Self(Arc::new(Key { text, header })))
    }

    /// Returns the key itself. A secret.
    pub fn expose(&self) -> &str {
        self.0.text.expose_secret()
    }
}

/// Returns a text without surrounding quotes.
fn unquoted(text: &str) -> &str {
    let inner = ['"', '\'']
        .iter()
        .find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
    inner.map_or(text, str::trim)
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

/// Credentials for a request: a bearer key or a signing key, with an optional expiry.
///
/// Cloning is cheap. `Debug` shows no secret.
#[derive(Clone)]
pub struct Credentials {
    kind: Kind,
    headers: Vec<(HeaderName, HeaderValue)>,
    refresh_at: Option<SystemTime>,
    expires_at: Option<SystemTime>,
}

#[derive(Clone)]
enum Kind {
    Bearer(ApiKey),
    Signing(RequestSigner),
}

impl Credentials {
    /// Creates credentials from a bearer token.
    pub fn bearer(key: ApiKey) -> Self {
        Self::new(Kind::Bearer(key))
    }

    /// Creates credentials from a key that signs requests.
    pub fn signing(signer: RequestSigner) -> Self {
        Self::new(Kind::Signing(signer))
    }

    fn new(kind: Kind) -> Self {
        Self {
            kind,
            headers: Vec::new(),
            refresh_at: None,
            expires_at: None,
        }
    }

    /// Sets the expiry. The credentials are not used after it.
    ///
    /// Credentials without an expiry are never cached: the provider is called for every request.
    #[must_use]
    pub fn with_expiry(mut self, expires_at: SystemTime) -> Self {
        self.expires_at = Some(expires_at);
        self
    }

    /// Sets the time from which new credentials are fetched in the background while these are still
    /// used. Default: some time before the expiry.
    #[must_use]
    pub fn with_refresh_at(mut self, refresh_at: SystemTime) -> Self {
        self.refresh_at = Some(refresh_at);
        self
    }

    /// Adds a header to every request with these credentials. The header is treated as secret and
    /// is not signed.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, mut value: HeaderValue) -> Self {
        value.set_sensitive(true);
        self.headers.push((name, value));
        self
    }

    /// Returns the expiry of the credentials.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }

    /// Returns the time from which the credentials should be replaced.
    pub fn refresh_at(&self) -> Option<SystemTime> {
        self.refresh_at
    }

    /// Returns the bearer token, if these are bearer credentials.
    pub fn api_key(&self) -> Option<&ApiKey> {
        match &self.kind {
            Kind::Bearer(key) => Some(key),
            Kind::Signing(_) => None,
        }
    }

    /// Returns the signer, if these are signing credentials.
    pub fn signer(&self) -> Option<&RequestSigner> {
        match &self.kind {
            Kind::Bearer(_) => None,
            Kind::Signing(signer) => Some(signer),
        }
    }

    /// Returns true if both prove the same identity with the same secret.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Bearer(one), Kind::Bearer(two)) => one.expose() == two.expose(),
            (Kind::Signing(one), Kind::Signing(two)) => {
                one.key_id() == two.key_id() && one.public_key() == two.public_key()
            }
            _ => false,
        }
    }

    /// Adds the credentials to a request. For signatures, see [`RequestSigner::sign`].
    ///
    /// # Errors
    /// Returns an error if the request cannot be signed; it is then unchanged.
    pub fn apply(&self, parts: &mut Parts, body: &[u8], now: SystemTime) -> Result<()> {
        match &self.kind {
            Kind::Bearer(key) => {
                parts.headers.insert(AUTHORIZATION, key.0.header.clone());
            }
            Kind::Signing(signer) => signer.sign(parts, body, now)?,
        }
        for (name, value) in &self.headers {
            parts.headers.insert(name.clone(), value.clone());
        }
        Ok(())
    }
}

impl From<ApiKey> for Credentials {
    fn from(key: ApiKey) -> Self {
        Self::bearer(key)
    }
}

impl From<RequestSigner> for Credentials {
    fn from(signer: RequestSigner) -> Self {
        Self::signing(signer)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind: &dyn fmt::Debug = match &self.kind {
            Kind::Bearer(key) => key,
            Kind::Signing(signer) => signer,
        };
        f.debug_struct("Credentials")
            .field("kind", kind)
            .field("refresh_at", &self.refresh_at)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
