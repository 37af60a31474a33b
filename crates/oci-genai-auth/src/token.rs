//! Security tokens: the JWTs that OCI's identity services issue.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};

use crate::clock::LAST_SECOND;
use crate::{Error, Result};

/// Maximum length. Tokens are a few kilobytes.
const MAX_TOKEN_BYTES: usize = 64 * 1024;

/// A security token with its claims, which are parsed but **not verified**: only the service can
/// verify them.
///
/// `Debug` shows the times, never the token.
#[derive(Clone)]
pub struct SecurityToken {
    text: Arc<SecretString>,
    claims: Arc<Map<String, Value>>,
}

impl SecurityToken {
    /// Parses a token. Removes surrounding white space and a leading `ST$`.
    ///
    /// # Errors
    /// Returns an error if the text is not three dot-separated parts with a JSON object in the
    /// second.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        let text = text.strip_prefix("ST$").unwrap_or(text);
        if text.is_empty() {
            return Err(Error::token("the security token is empty"));
        }
        if text.len() > MAX_TOKEN_BYTES {
            return Err(Error::token("the security token is longer than 64 KiB"));
        }
        if !text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'"')
        {
            return Err(Error::token(
                "the security token has characters no JWT may have",
            ));
        }
        let mut parts = text.split('.');
        let (Some(_), Some(payload), Some(_), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Error::token(
                "the security token is not a JWT (three parts split by '.')",
            ));
        };
        let json = URL_SAFE_NO_PAD
            .decode(payload.trim_end_matches('='))
            .map_err(|_| Error::token("the security token's claims are not base64url"))?;
        let claims = serde_json::from_slice(&json)
            .map_err(|_| Error::token("the security token's claims are not a JSON object"))?;
        Ok(Self {
            text: Arc::new(SecretString::from(text)),
            claims: Arc::new(claims),
        })
    }

    /// Returns the token itself. A secret.
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }

    /// Returns a claim by name.
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.claims.get(name)
    }

    /// Returns the expiry (`exp`, in seconds or milliseconds since 1970).
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.time("exp")
    }

    /// Returns the time of issue (`iat`).
    pub fn issued_at(&self) -> Option<SystemTime> {
        self.time("iat")
    }

    /// Returns true if the token has expired at `now`. A token without `exp` never expires.
    pub fn is_expired_at(&self, now: SystemTime) -> bool {
        self.expires_at().is_some_and(|end| end <= now)
    }

    /// Returns a time in seconds since 1970. Some issuers write milliseconds or smaller units, and
    /// some a string. No token is valid after the year 9999.
    fn time(&self, claim: &str) -> Option<SystemTime> {
        let number = match self.claims.get(claim)? {
            Value::Number(number) => number.as_f64()?,
            Value::String(text) => text.trim().parse().ok()?,
            _ => return None,
        };
        if !number.is_finite() {
            return None;
        }
        // A float is exact for whole seconds far beyond the year 9999; a negative one becomes 0.
        let mut seconds = number as u64;
        while seconds > LAST_SECOND {
            seconds /= 1000;
        }
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
    }
}

impl PartialEq for SecurityToken {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for SecurityToken {}

impl fmt::Debug for SecurityToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecurityToken")
            .field("issued_at", &self.issued_at())
            .field("expires_at", &self.expires_at())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> String {
        format!(
            "eyJhbGciOiJSUzI1NiJ9.{}.c2ln",
            URL_SAFE_NO_PAD.encode(claims)
        )
    }

    #[test]
    fn reads_times_and_drops_the_prefix() {
        let token = SecurityToken::parse(&format!(" ST${}\n", token(r#"{"exp":100,"iat":40.5}"#)));
        let token = token.unwrap();
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(token.expires_at(), Some(at(100)));
        assert_eq!(token.issued_at(), Some(at(40)));
        assert!(!token.is_expired_at(at(99)));
        assert!(token.is_expired_at(at(100)));
    }

    #[test]
    fn times_in_other_units_are_accepted_up_to_the_year_9999() {
        for (exp, seconds) in [
            ("1790003600", Some(1_790_003_600)),
            ("1790003600000", Some(1_790_003_600)),
            ("1790003600000000", Some(1_790_003_600)),
            ("4102444800000", Some(4_102_444_800)),
            ("253402300799", Some(253_402_300_799)),
            ("\"1790003600\"", Some(1_790_003_600)),
            ("1790003600.9", Some(1_790_003_600)),
            ("1e300", Some(18_446_744_073)),
            ("18446744073709551615", Some(18_446_744_073)),
            ("-1", Some(0)),
            ("\"soon\"", None),
            ("null", None),
            ("[]", None),
        ] {
            let token = SecurityToken::parse(&token(&format!(r#"{{"exp":{exp}}}"#))).unwrap();
            let expected =
                seconds.map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
            assert_eq!(token.expires_at(), expected, "{exp}");
            if let Some(end) = token.expires_at() {
                crate::clock::http_date(end);
            }
        }
    }

    #[test]
    fn rejects_invalid_tokens_without_repeating_them() {
        for text in ["", "a.b", "a.!!.c", "a.e30.c.d", "a b.e30.c", &token("[]")] {
            let error = SecurityToken::parse(text).unwrap_err();
            assert!(error.is_token());
            assert!(text.is_empty() || !format!("{error:?}").contains(text));
        }
    }

    #[test]
    fn debug_hides_the_token() {
        let text = token(r#"{"exp":100,"sub":"someone"}"#);
        let shown = format!("{:?}", SecurityToken::parse(&text).unwrap());
        assert!(
            !shown.contains(&text) && !shown.contains("someone"),
            "{shown}"
        );
    }
}
