//! Reads token counts out of a response while it passes.
//!
//! Nothing is held back and nothing is kept but the few values that are wanted: a scanner of JSON
//! looks at each piece once. What it cannot read leaves the counts unknown.

mod events;
mod scan;

use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use serde_json::Value;

use self::events::Events;
pub(crate) use self::scan::{Found, Scanner};

/// The tokens that a response says it used. A count is `None` where the response has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenUsage {
    /// Tokens of the request.
    pub input_tokens: Option<u64>,
    /// Those of them that came from a cache.
    pub cached_tokens: Option<u64>,
    /// Tokens of the response.
    pub output_tokens: Option<u64>,
    /// Those of them that the model spent on reasoning.
    pub reasoning_tokens: Option<u64>,
}

impl TokenUsage {
    /// Reads a `usage` object of a response, a chat completion or an embedding. `None` where it
    /// counts nothing.
    fn read(text: &[u8]) -> Option<Self> {
        let usage: Value = serde_json::from_slice(text).ok()?;
        let first = |names: [&str; 2]| names.iter().find_map(|name| count(&usage[*name]));
        let detail = |names: [&str; 2], detail: &str| {
            names.iter().find_map(|name| count(&usage[*name][detail]))
        };
        let read = Self {
            input_tokens: first(["input_tokens", "prompt_tokens"]),
            cached_tokens: detail(
                ["input_tokens_details", "prompt_tokens_details"],
                "cached_tokens",
            ),
            output_tokens: first(["output_tokens", "completion_tokens"]),
            reasoning_tokens: detail(
                ["output_tokens_details", "completion_tokens_details"],
                "reasoning_tokens",
            ),
        };
        (read.input_tokens.is_some() || read.output_tokens.is_some()).then_some(read)
    }
}

/// A count, which some gateways write as a fraction.
fn count(value: &Value) -> Option<u64> {
    let whole = |number: f64| {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is whole, not negative and small"
        )]
        (number.fract() == 0.0 && (0.0..9e15).contains(&number)).then_some(number as u64)
    };
    value.as_u64().or_else(|| whole(value.as_f64()?))
}

/// Reads a response's body as it passes.
pub(crate) struct Reader {
    scanner: Scanner,
    /// Of an event stream; a document has none.
    events: Option<Events>,
}

impl Reader {
    /// A reader for a body with these headers; `None` where its encoding or type is not read.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        if !is_plain(headers) {
            return None;
        }
        let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?;
        let kind = kind.split(';').next()?.trim().to_ascii_lowercase();
        let events = match kind.as_str() {
            "text/event-stream" => Some(Events::default()),
            "application/json" => None,
            _ if kind.ends_with("+json") => None,
            _ => return None,
        };
        Some(Self {
            scanner: Scanner::default(),
            events,
        })
    }

    /// Whether it reads an event stream.
    pub(crate) fn is_stream(&self) -> bool {
        self.events.is_some()
    }

    /// Looks at a piece of the body.
    pub(crate) fn push(&mut self, piece: &[u8]) {
        match &mut self.events {
            Some(events) => events.push(piece, &mut self.scanner),
            None => self.scanner.push(piece),
        }
    }

    /// What was found so far.
    pub(crate) fn found(&self) -> &Found {
        self.scanner.found()
    }
}

/// Whether a body is sent as it is, without compression.
pub(crate) fn is_plain(headers: &HeaderMap) -> bool {
    headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_in_each_form() {
        let read = |text: &str| TokenUsage::read(text.as_bytes());
        let all = TokenUsage {
            input_tokens: Some(7),
            cached_tokens: Some(2),
            output_tokens: Some(5),
            reasoning_tokens: Some(3),
        };
        for text in [
            r#"{"input_tokens":7,"input_tokens_details":{"cached_tokens":2},"output_tokens":5,"output_tokens_details":{"reasoning_tokens":3}}"#,
            r#"{"prompt_tokens":7.0,"prompt_tokens_details":{"cached_tokens":2},"completion_tokens":5,"completion_tokens_details":{"reasoning_tokens":3}}"#,
        ] {
            assert_eq!(read(text), Some(all), "{text}");
        }
        let embedding = read(r#"{"prompt_tokens":7,"total_tokens":7}"#).unwrap();
        assert_eq!(
            (embedding.input_tokens, embedding.output_tokens),
            (Some(7), None)
        );
        for text in [
            "{}",
            "[]",
            r#"{"input_tokens":null}"#,
            r#"{"input_tokens":-1,"output_tokens":0.5}"#,
            r#"{"input_tokens":"#,
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn only_plain_json_and_events_are_read() {
        let reader = |kind: &str, coding: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, kind.parse().unwrap());
            if let Some(coding) = coding {
                headers.insert(CONTENT_ENCODING, coding.parse().unwrap());
            }
            Reader::of(&headers).map(|reader| reader.is_stream())
        };
        assert_eq!(reader("application/json", None), Some(false));
        assert_eq!(reader("Application/JSON; charset=utf-8", None), Some(false));
        assert_eq!(reader("application/problem+json", None), Some(false));
        assert_eq!(reader("text/event-stream; charset=utf-8", None), Some(true));
        assert_eq!(reader("application/json", Some("identity")), Some(false));
        assert_eq!(reader("application/json", Some("gzip")), None);
        assert_eq!(reader("text/html", None), None);
        assert!(Reader::of(&HeaderMap::new()).is_none());
    }
}
