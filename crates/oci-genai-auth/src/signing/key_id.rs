//! The `keyId` of a signature.

use std::fmt;
use std::sync::Arc;

use crate::redact::{escaped, is_secret, named};
use crate::{Error, Result, SecurityToken};

/// Maximum length. Key ids contain a token of a few kilobytes at most.
const MAX_KEY_ID_BYTES: usize = 64 * 1024;
/// Maximum length that is shown. Two OCIDs and a fingerprint are shorter.
const MAX_SHOWN_BYTES: usize = 600;

/// Identifies the key of a signature.
///
/// `Debug` and `Display` shorten ids that contain a token, since a token is half of a credential.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(Arc<str>);

/// The forms of a [`KeyId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyIdKind {
    /// `tenancy/user/fingerprint`: a user's API signing key.
    ApiKey,
    /// `ST$` and a token: security token, instance principal, resource principal or workload
    /// identity.
    Token,
    /// `tenancy/fed-x509/fingerprint`: an instance certificate that requests a token.
    Federation,
    /// `resource/v…/…`: a resource that requests a token.
    Resource,
    /// Anything else.
    Other,
}

impl KeyId {
    /// Creates the id of an API signing key. Writes the fingerprint in lower case, as the service
    /// expects it.
    pub fn api_key(tenancy: &str, user: &str, fingerprint: &str) -> Self {
        Self(format!("{tenancy}/{user}/{}", fingerprint.to_ascii_lowercase()).into())
    }

    /// Creates the id of a security token's key pair.
    pub fn token(token: &SecurityToken) -> Self {
        Self(format!("ST${}", token.expose()).into())
    }

    /// Creates the id of an instance's certificate, from the SHA-1 fingerprint of the leaf.
    pub fn federation(tenancy: &str, fingerprint: &str) -> Self {
        Self(format!("{tenancy}/fed-x509/{}", fingerprint.to_ascii_uppercase()).into())
    }

    /// Creates a key id from any text.
    ///
    /// # Errors
    /// Returns an error if the text is empty, longer than 64 KiB, or has a quote or a character
    /// that is not printable ASCII.
    pub fn parse(text: &str) -> Result<Self> {
        let fits = !text.is_empty()
            && text.len() <= MAX_KEY_ID_BYTES
            && text
                .bytes()
                .all(|byte| (b' '..=b'~').contains(&byte) && byte != b'"');
        if fits {
            Ok(Self(text.into()))
        } else {
            Err(Error::request(
                "the key id is empty, too long, or not printable ASCII",
            ))
        }
    }

    /// Returns the id as in the header. Contains the token, if there is one.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the form of the id.
    pub fn kind(&self) -> KeyIdKind {
        let parts: Vec<&str> = self.0.split('/').collect();
        match parts.as_slice() {
            _ if self.0.starts_with("ST$") => KeyIdKind::Token,
            ["resource", version, _, ..] if version.starts_with('v') => KeyIdKind::Resource,
            [_, "fed-x509", _] => KeyIdKind::Federation,
            [_, _, fingerprint] if fingerprint.contains(':') => KeyIdKind::ApiKey,
            _ => KeyIdKind::Other,
        }
    }

    /// Returns the token of an `ST$` id; `None` for other forms and for tokens that are not JWTs.
    pub fn security_token(&self) -> Option<SecurityToken> {
        SecurityToken::parse(self.0.strip_prefix("ST$")?).ok()
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            KeyIdKind::Token => f.write_str("ST$…"),
            // A server gets key ids from any client, so they may contain any text.
            _ => {
                let is_ordinary =
                    self.0.len() <= MAX_SHOWN_BYTES && !self.0.split('/').any(is_secret);
                let text = if is_ordinary {
                    escaped(&self.0)
                } else {
                    named(&self.0)
                };
                write!(f, "{text}")
            }
        }
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}
