//! Token that callers send as the API key.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use secrecy::{ExposeSecret as _, SecretString};

/// Some clients require this prefix of keys.
const PREFIX: &str = "sk-local-";

/// Token of a proxy. `Debug` hides it.
#[derive(Clone)]
pub struct Token(SecretString);

/// Error for an invalid token.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TokenError(&'static str);

impl Token {
    /// Creates a token of 256 random bits.
    ///
    /// # Errors
    ///
    /// Returns [`TokenError`] if the system has no random numbers.
    pub fn random() -> Result<Self, TokenError> {
        let mut bits = [0; 32];
        SystemRandom::new()
            .fill(&mut bits)
            .map_err(|_| TokenError("the system has no random numbers for a token"))?;
        let text = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bits));
        Ok(Self(text.into()))
    }

    /// Creates a token from a text.
    ///
    /// # Errors
    ///
    /// Returns [`TokenError`] if the text has less than 16 characters, blanks, or characters
    /// outside ASCII.
    pub fn new(text: impl Into<SecretString>) -> Result<Self, TokenError> {
        let text = text.into();
        let bytes = text.expose_secret().as_bytes();
        if bytes.len() < 16 {
            return Err(TokenError("the token has less than 16 characters"));
        }
        if !bytes.iter().all(u8::is_ascii_graphic) {
            return Err(TokenError(
                "the token has blanks or characters outside ASCII",
            ));
        }
        Ok(Self(text))
    }

    /// Returns the token itself, which is a secret.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Returns true if a request contains this token. The comparison takes the same time no matter
    /// how much of a wrong token is right.
    pub(super) fn is_in(&self, headers: &HeaderMap) -> bool {
        let bearer = headers
            .get_all(AUTHORIZATION)
            .iter()
            .filter_map(|value| bearer(value.as_bytes()));
        let keys = ["api-key", "x-api-key"]
            .into_iter()
            .flat_map(|name| headers.get_all(name).iter())
            .map(|value| value.as_bytes());
        bearer.chain(keys).fold(false, |found, given| {
            found | verify_slices_are_equal(given, self.expose().as_bytes()).is_ok()
        })
    }
}

/// Returns the text after `Bearer`, in any case.
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = value.split_at_checked(7)?;
    scheme
        .eq_ignore_ascii_case(b"bearer ")
        .then(|| rest.trim_ascii())
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_accepted_in_three_headers_only() {
        let token = Token::random().unwrap();
        let text = token.expose().to_owned();
        let is_in = |headers: &[(&'static str, String)]| {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.append(*name, value.parse().unwrap());
            }
            token.is_in(&map)
        };
        assert!(is_in(&[("authorization", format!("Bearer {text}"))]));
        assert!(is_in(&[("authorization", format!("bearer  {text}"))]));
        assert!(is_in(&[("api-key", text.clone())]));
        assert!(is_in(&[("x-api-key", text.clone())]));
        assert!(is_in(&[
            ("api-key", "sk-other".into()),
            ("x-api-key", text.clone())
        ]));
        for (name, value) in [
            ("authorization", text.clone()),
            ("authorization", format!("Basic {text}")),
            ("authorization", format!("Bearer {text}x")),
            (
                "authorization",
                format!("Bearer {}", &text[..text.len() - 1]),
            ),
            ("authorization", "Bearer ".into()),
            ("authorization", "Bearer".into()),
            ("cookie", text.clone()),
            ("api-key", String::new()),
        ] {
            assert!(!is_in(&[(name, value.clone())]), "{name}: {value}");
        }
        assert!(!is_in(&[]));
    }

    #[test]
    fn tokens_differ_and_are_hidden() {
        let (one, two) = (Token::random().unwrap(), Token::random().unwrap());
        assert_ne!(one.expose(), two.expose());
        assert!(one.expose().len() > 40);
        assert!(!format!("{one:?}").contains(one.expose()));
        assert!(Token::new("short").is_err() && Token::new("with blanks in the middle").is_err());
    }
}
