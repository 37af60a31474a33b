//! What a provider yields.

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
/// Keys are regional: one made in another region is answered with 401.
#[derive(Clone)]
pub struct ApiKey(Arc<Key>);

struct Key {
    text: SecretString,
    /// `Bearer …`; wiped when the last request that carries it is gone.
    header: HeaderValue,
}

impl ApiKey {
    /// Takes a key; surrounding white space and quotes are dropped, which files of variables leave there.
    ///
    /// # Errors
    /// When the key is empty or has characters that cannot stand in a header.
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
                "the API key has blanks or characters outside ASCII: was more than the key copied?"
            }));
        }
        let bearer = Zeroizing::new(format!("Bearer {text}").into_bytes());
        let mut header = HeaderValue::from_maybe_shared(Bytes::from_owner(bearer))
            .map_err(|_| Error::config("the API key cannot be sent in a header"))?;
        header.set_sensitive(true);
        let text = SecretString::from(text);
        Ok(Self(Arc::new(Key { text, header })))
    }

    /// The key itself. A secret.
    pub fn expose(&self) -> &str {
        self.0.text.expose_secret()
    }
}

/// A text without the quotes around it.
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

/// Credentials for a request: a bearer key or a signing key, and when they end.
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
    /// A bearer token.
    pub fn bearer(key: ApiKey) -> Self {
        Self::new(Kind::Bearer(key))
    }

    /// A key that signs requests.
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

    /// Says when the credentials end. From then on they are not used.
    ///
    /// Credentials without an end are never kept: their provider is asked for every request.
    #[must_use]
    pub fn with_expiry(mut self, expires_at: SystemTime) -> Self {
        self.expires_at = Some(expires_at);
        self
    }

    /// Says from when on new credentials are fetched in the background while these are still
    /// used. Default: a while before the end.
    #[must_use]
    pub fn with_refresh_at(mut self, refresh_at: SystemTime) -> Self {
        self.refresh_at = Some(refresh_at);
        self
    }

    /// Adds a header that every request with these credentials carries; it is treated as secret
    /// and is not signed.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, mut value: HeaderValue) -> Self {
        value.set_sensitive(true);
        self.headers.push((name, value));
        self
    }

    /// When the credentials end.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }

    /// From when on they should be replaced.
    pub fn refresh_at(&self) -> Option<SystemTime> {
        self.refresh_at
    }

    /// The bearer token, if that is what these are.
    pub fn api_key(&self) -> Option<&ApiKey> {
        match &self.kind {
            Kind::Bearer(key) => Some(key),
            Kind::Signing(_) => None,
        }
    }

    /// The signer, if that is what these are.
    pub fn signer(&self) -> Option<&RequestSigner> {
        match &self.kind {
            Kind::Bearer(_) => None,
            Kind::Signing(signer) => Some(signer),
        }
    }

    /// Whether these prove the same identity with the same secret.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Bearer(one), Kind::Bearer(two)) => one.expose() == two.expose(),
            (Kind::Signing(one), Kind::Signing(two)) => {
                one.key_id() == two.key_id() && one.public_key() == two.public_key()
            }
            _ => false,
        }
    }

    /// Puts the credentials on a request: for signatures see [`RequestSigner::sign`].
    ///
    /// # Errors
    /// When the request cannot be signed; it is then unchanged.
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
