//! Verifies signatures like the service.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, Method};

use super::signing_string::{CONTENT_SHA256, DELEGATION, X_DATE, with_x_date};
use super::{KeyId, ReceivedRequest, SignedHeaders};
use crate::PublicKey;
use crate::redact::shown;

/// The result of a valid signature.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Verified {
    /// Id of the key that signed.
    pub key_id: KeyId,
    /// Date of the request.
    pub date: SystemTime,
    /// The names that were signed.
    pub signed_headers: Vec<String>,
}

/// Reasons for rejecting a request. Never contains a token or a signature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// There is no `Authorization` header.
    #[error("the request has no Authorization header")]
    NoAuthorization,
    /// The header is of another scheme or malformed.
    #[error("the Authorization header is malformed: {0}")]
    Malformed(&'static str),
    /// The algorithm is not `rsa-sha256`.
    #[error("the algorithm `{0}` is not rsa-sha256")]
    Algorithm(String),
    /// The version is not `1`.
    #[error("the signature version `{0}` is not 1")]
    Version(String),
    /// OCI does not sign this method.
    #[error("{} requests cannot be signed", shown(.0.as_str()))]
    Method(Method),
    /// A header that must be signed is not among the signed ones.
    #[error("the header `{0}` must be signed for this method")]
    NotSigned(&'static str),
    /// A header is listed as signed but absent from the request.
    #[error("the header `{0}` is signed but absent")]
    Absent(String),
    /// `date`, or `x-date` if that is signed, is not an HTTP date.
    #[error("the date is not an HTTP date")]
    Date,
    /// `date` is too far from the server's clock.
    #[error("the date is {} s off the clock, more than the {} s allowed", .off.as_secs(), .allowed.as_secs())]
    Skew {
        /// Absolute difference.
        off: Duration,
        /// Maximum difference.
        allowed: Duration,
    },
    /// `content-length` differs from the body's.
    #[error("the body has {actual} bytes but content-length says `{declared}`")]
    ContentLength {
        /// Value of the header.
        declared: String,
        /// Length of the received body.
        actual: u64,
    },
    /// `x-content-sha256` differs from the body's.
    #[error("x-content-sha256 is not the body's hash: the body was altered")]
    ContentSha256,
    /// The token in the key id has expired.
    #[error("the security token has expired")]
    TokenExpired,
    /// The key is unknown.
    #[error("the key {0} is not known")]
    UnknownKey(KeyId),
    /// The key is known but did not make the signature.
    #[error(
        "the signature does not fit the request: something signed was altered, or the key is a different one"
    )]
    Signature,
}

/// Verifies signed requests on a server.
///
/// ```
/// # use oci_genai_auth::*;
/// # use std::time::SystemTime;
/// # fn check(method: &http::Method, headers: &http::HeaderMap, key: PublicKey, now: SystemTime) {
/// let received = ReceivedRequest {
///     method,
///     target: "/openai/v1/conversations",
///     headers,
///     authority: None,
///     body: &BodyDigest::of(b"{}"),
/// };
/// match Verifier::new().verify(&received, now, |key_id| Some(key)) {
///     Ok(verified) => println!("signed by {}", verified.key_id),
///     Err(refusal) => println!("401: {refusal}"),
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Verifier {
    max_skew: Duration,
    covers: SignedHeaders,
}

impl Default for Verifier {
    fn default() -> Self {
        Self::new()
    }
}

impl Verifier {
    /// Creates a verifier that requires the standard headers and allows a date 5 minutes off, like
    /// OCI. A signed `x-date` is used instead of `date`.
    pub const fn new() -> Self {
        Self {
            max_skew: Duration::from_secs(300),
            covers: SignedHeaders::Standard,
        }
    }

    /// Sets the maximum difference of the date. Default: 5 minutes.
    #[must_use]
    pub const fn with_max_skew(mut self, max_skew: Duration) -> Self {
        self.max_skew = max_skew;
        self
    }

    /// Sets the headers that must be signed. Default: [`SignedHeaders::Standard`].
    #[must_use]
    pub const fn with_signed_headers(mut self, covers: SignedHeaders) -> Self {
        self.covers = covers;
        self
    }

    /// Verifies a request. `key_of` returns the public key for a key id.
    ///
    /// # Errors
    /// Returns the first problem found, in the order of the variants of [`VerifyError`].
    pub fn verify(
        &self,
        request: &ReceivedRequest<'_>,
        now: SystemTime,
        key_of: impl FnOnce(&KeyId) -> Option<PublicKey>,
    ) -> Result<Verified, VerifyError> {
        let header = request.authorization()?;
        if header.algorithm() != "rsa-sha256" {
            return Err(VerifyError::Algorithm(
                shown(header.algorithm()).to_string(),
            ));
        }
        if let Some(version) = header.version().filter(|version| *version != "1") {
            return Err(VerifyError::Version(shown(version).to_string()));
        }
        let signed = header.headers();
        self.check_coverage(request, &signed)?;
        let text = request.text(&signed)?;
        let date = self.check_date(request.headers, &signed, now)?;
        check_body(request, &signed)?;
        let key_id = header.key_id();
        if key_id
            .security_token()
            .is_some_and(|token| token.is_expired_at(now))
        {
            return Err(VerifyError::TokenExpired);
        }
        let key = key_of(key_id).ok_or_else(|| VerifyError::UnknownKey(key_id.clone()))?;
        if !key.verifies(text.as_bytes(), header.signature()) {
            return Err(VerifyError::Signature);
        }
        Ok(Verified {
            key_id: key_id.clone(),
            date,
            signed_headers: signed.into_iter().map(str::to_owned).collect(),
        })
    }

    fn check_coverage(
        &self,
        request: &ReceivedRequest<'_>,
        signed: &[&str],
    ) -> Result<(), VerifyError> {
        // An unsigned delegation token could come from anyone.
        let delegated = request.headers.contains_key(DELEGATION);
        let required = self
            .covers
            .names(request.method, delegated)
            .ok_or_else(|| VerifyError::Method(request.method.clone()))?;
        let required = if signed.contains(&X_DATE) {
            with_x_date(required)
        } else {
            required
        };
        match required.into_iter().find(|name| !signed.contains(name)) {
            Some(name) => Err(VerifyError::NotSigned(name)),
            None => Ok(()),
        }
    }

    /// Checks the signed date: `x-date` overrides `date`. An unsigned date is ignored.
    fn check_date(
        &self,
        headers: &HeaderMap,
        signed: &[&str],
        now: SystemTime,
    ) -> Result<SystemTime, VerifyError> {
        let name = if signed.contains(&X_DATE) {
            X_DATE
        } else {
            "date"
        };
        let date = headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .and_then(parse_date)
            .ok_or(VerifyError::Date)?;
        let off = now
            .duration_since(date)
            .unwrap_or_else(|early| early.duration());
        if off > self.max_skew {
            return Err(VerifyError::Skew {
                off,
                allowed: self.max_skew,
            });
        }
        Ok(date)
    }
}

/// Parses an HTTP date. Ignores a wrong day of the week: the date is signed as text, and clients
/// that format it themselves get the day wrong.
fn parse_date(text: &str) -> Option<SystemTime> {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    httpdate::parse_http_date(text).ok().or_else(|| {
        let rest = DAYS.iter().find_map(|day| text.strip_prefix(day))?;
        DAYS.iter()
            .find_map(|day| httpdate::parse_http_date(&format!("{day}{rest}")).ok())
    })
}

/// Compares body and headers, if the headers are signed.
fn check_body(request: &ReceivedRequest<'_>, signed: &[&str]) -> Result<(), VerifyError> {
    let value = |name: &str| {
        request
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    if signed.contains(&"content-length") {
        let declared = value("content-length").unwrap_or_default();
        if declared.parse() != Ok(request.body.length()) {
            return Err(VerifyError::ContentLength {
                declared: shown(declared).to_string(),
                actual: request.body.length(),
            });
        }
    }
    if signed.contains(&CONTENT_SHA256) && value(CONTENT_SHA256) != Some(request.body.sha256()) {
        return Err(VerifyError::ContentSha256);
    }
    Ok(())
}
