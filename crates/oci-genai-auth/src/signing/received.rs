//! A request as a server received it, and the text its signature covers.

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
    /// The verb.
    pub method: &'a Method,
    /// Path and query exactly as on the request line.
    pub target: &'a str,
    /// The headers. Over HTTP/2 the `host` header may be absent: see [`authority`](Self::authority).
    pub headers: &'a HeaderMap,
    /// The authority of the request where there is no `host` header (HTTP/2's `:authority`).
    pub authority: Option<&'a str>,
    /// The body's length and hash, as received.
    pub body: &'a BodyDigest,
}

impl ReceivedRequest<'_> {
    /// The text that the signature of this request covers, for finding out why a signature is
    /// refused: the server's text is compared with the one the client signed. It is built from what
    /// arrived, whether or not the signature is good.
    ///
    /// Safe to show: values that are credentials, such as a signed delegation token, read `[redacted]`.
    ///
    /// # Errors
    /// When there is no text: the `Authorization` header is absent or malformed
    /// ([`NoAuthorization`](VerifyError::NoAuthorization), [`Malformed`](VerifyError::Malformed)), or
    /// names a header that is not there ([`Absent`](VerifyError::Absent)).
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

    /// The text that a signature of these names covers.
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

/// Headers are named; their values may be credentials.
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
