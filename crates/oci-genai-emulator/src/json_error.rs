//! JSON errors without secrets.

use std::fmt;

use oci_genai_auth::redact;

/// JSON error: the place and the problem. Values that look like secrets are replaced by their kind
/// and length, because people put keys and tokens in wrong places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError(String);

impl From<serde_json::Error> for JsonError {
    fn from(error: serde_json::Error) -> Self {
        Self(without_secrets(&error.to_string()))
    }
}

impl JsonError {
    /// Creates an error with a message of this crate, in which values stand between quotes or
    /// backticks.
    pub(crate) fn custom(problem: &str) -> Self {
        Self(without_secrets(problem))
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for JsonError {}

/// Masks the values in a message. A message repeats at most one value, between the first quote or
/// backtick and the closing one. The text after it names what was expected.
fn without_secrets(message: &str) -> String {
    let opening = message.find(['"', '`']);
    let parts = opening.and_then(|start| {
        let (before, rest) = message.split_at(start + 1);
        let (quote, expected) = match before.ends_with('"') {
            true => ('"', "\", expected"),
            false => ('`', "`, expected"),
        };
        let end = rest.rfind(expected).or_else(|| rest.rfind(quote))?;
        let (value, after) = rest.split_at(end);
        Some((before, value, after))
    });
    let Some((before, value, after)) = parts else {
        return redact::mask(message, &NO_SECRETS).into_owned();
    };
    let value = redact::shown(value).to_string();
    redact::mask(&format!("{before}{value}{after}"), &NO_SECRETS).into_owned()
}

/// Known secrets: none, so secrets are recognized by their form only.
const NO_SECRETS: [&str; 0] = [];

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)] // read from JSON only
    struct Sample {
        kind: Kind,
        count: u8,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        One,
        Two,
    }

    fn said(text: &str) -> String {
        let error = serde_json::from_str::<Sample>(text).unwrap_err();
        JsonError::from(error).to_string()
    }

    #[test]
    fn secrets_are_masked_in_every_message() {
        let long = "Zq8Lw3Ty7Rk1Vb5Nc9Mx2Jd6Hs4Gf0Pa8Ou3Iy7Et";
        for secret in [
            "sk-live-0123456789abcdef",
            "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1In0.c2ln",
            "-----BEGIN PRIVATE KEY----- MIIEvQ",
            long,
        ] {
            for text in [
                format!(r#""{secret}""#),
                format!(r#"{{"{secret}": 1}}"#),
                format!(r#"{{"kind": "{secret}"}}"#),
                format!(r#"{{"kind": "one", "count": "{secret}"}}"#),
                format!(r#"{{"kind": "one", "count": "a \" {secret}"}}"#),
                format!(r#"{{"kind": "`, expected `{secret}"}}"#),
            ] {
                let said = said(&text);
                assert!(!said.contains(&secret[4..]), "{said}");
                assert!(
                    said.contains(" characters]") || said.contains("[masked]"),
                    "{said}"
                );
            }
        }
    }

    #[test]
    fn ordinary_values_are_shown() {
        for (text, words) in [
            (
                r#"{"kind": "three"}"#,
                "unknown variant `three`, expected `one` or `two`",
            ),
            (
                r#"{"cuont": 1}"#,
                "unknown field `cuont`, expected `kind` or `count`",
            ),
            (r#"{"kind": "one"}"#, "missing field `count`"),
            (
                r#"{"count": "many"}"#,
                r#"invalid type: string "many", expected u8"#,
            ),
            (
                r#"{"count": 300}"#,
                "invalid value: integer `300`, expected u8",
            ),
            ("{", "EOF while parsing"),
        ] {
            assert!(said(text).contains(words), "{}", said(text));
        }
    }
}
