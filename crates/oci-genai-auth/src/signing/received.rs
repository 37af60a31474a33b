//! A request as a server received it, and the string that its signature covers.

use std::fmt;

use http::header::{AUTHORIZATION, HOST};
use http::{HeaderMap, HeaderValue, Method};

use super::authorization::AuthorizationHeader;
use super::signing_string::{DELEGATION, REQUEST_TARGET, signing_string};
use super::{BodyDigest, VerifyError};
use crate::redact::{key_name, shown};

/// Headers whose values are credentials.
const SECRET: [&str; 5] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "x-api-key",
    DELEGATION,
];

/// A request as a server received it.
#[derive(Clone, Copy)]
pub struct ReceivedRequest<'a> {
    /// The method.
    pub method: &'a Method,
    /// Path and query exactly as on the request line.
    pub target: &'a str,
    /// The headers. With HTTP/2, the `host` header may be absent: see
    /// [`authority`](Self::authority).
    pub headers: &'a HeaderMap,
    /// The authority of the request if there is no `host` header (HTTP/2's `:authority`).
    pub authority: Option<&'a str>,
    /// Length and hash of the received body.
    pub body: &'a BodyDigest,
}

impl ReceivedRequest<'_> {
    /// Returns the string that the signature of this request covers. Compare it with the string
    /// that the client signed to find out why a signature is rejected. It is built from the
    /// received request, even if the signature is invalid.
    ///
    /// Safe to show: credentials in values, such as a signed delegation token, are replaced with
    /// `[redacted]`.
    ///
    /// # Errors
    /// Returns an error if there is no such string: the `Authorization` header is absent or
    /// malformed ([`NoAuthorization`](VerifyError::NoAuthorization),
    /// [`Malformed`](VerifyError::Malformed)), or it names an absent header
    /// ([`Absent`](VerifyError::Absent)).
    ///
    /// ```
    /// # use oci_genai_auth::*;
    /// let mut headers = http::HeaderMap::new();
    /// headers.insert("date", "Thu, 01 Jan 1970 00:00:00 GMT".parse()?);
    /// headers.insert("host", "127.0.0.1:8080".parse()?);
    /// let authorization = r#"Signature algorithm="rsa-sha256",headers="date (request-target) host",keyId="t/u/f",signature="c2ln",version="1""#;
    /// headers.insert("authorization", authorization.parse()?);
    /// let received = ReceivedRequest {
    ///     method: &http::Method::GET,
    ///     target: "/openai/v1/responses/r",
    ///     headers: &headers,
    ///     authority: None,
    ///     body: &BodyDigest::of(b""),
    /// };
    /// assert_eq!(
    ///     received.signing_string()?,
    ///     "date: Thu, 01 Jan 1970 00:00:00 GMT\n\
    ///      (request-target): get /openai/v1/responses/r\n\
    ///      host: 127.0.0.1:8080",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn signing_string(&self) -> Result<String, VerifyError> {
        let header = self.authorization()?;
        let signed = header.headers();
        let mut shown = self.headers.clone();
        for name in SECRET {
            if shown.contains_key(name) {
                shown.insert(name, HeaderValue::from_static("[redacted]"));
            }
        }
        ReceivedRequest {
            headers: &shown,
            ..*self
        }
        .text(&signed)
    }

    pub(super) fn authorization(&self) -> Result<AuthorizationHeader, VerifyError> {
        let header = self
            .headers
            .get(AUTHORIZATION)
            .ok_or(VerifyError::NoAuthorization)?;
        let header = header
            .to_str()
            .map_err(|_| VerifyError::Malformed("it is not ASCII"))?;
        AuthorizationHeader::parse(header).map_err(VerifyError::Malformed)
    }

    /// Returns the string that a signature of these names covers.
    pub(super) fn text(&self, signed: &[&str]) -> Result<String, VerifyError> {
        let absent = |name: &str| VerifyError::Absent(key_name(name).to_string());
        if let Some(name) = signed
            .iter()
            .find(|name| name.starts_with('(') && **name != REQUEST_TARGET)
        {
            return Err(absent(name));
        }
        let build = |headers: &HeaderMap| {
            signing_string(self.method, self.target, headers, signed.iter().copied())
                .map_err(absent)
        };
        match self.authority {
            Some(authority) if !self.headers.contains_key(HOST) => {
                let mut headers = self.headers.clone();
                let authority = HeaderValue::from_str(authority).map_err(|_| absent("host"))?;
                headers.insert(HOST, authority);
                build(&headers)
            }
            _ => build(self.headers),
        }
    }
}

/// Shows the names of the headers only; their values may be credentials.
impl fmt::Debug for ReceivedRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.keys().map(|name| name.as_str()).collect();
        f.debug_struct("ReceivedRequest")
            .field("method", self.method)
            .field("target", &shown(self.target))
            .field("headers", &names)
            .field("authority", &self.authority.map(shown))
            .field("body", self.body)
            .finish()
    }
}
