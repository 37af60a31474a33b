//! Generation of texts that follow formats, patterns and lengths.

use serde_json::Value;

use super::flat::{Flat, count};
use super::pattern;

/// Maximum length of a text, in characters.
const MAX_TEXT: usize = 100_000;
/// Maximum number of extra repetitions of a text that follows a pattern.
pub(super) const MAX_MORE: u32 = 64;

/// Returns texts that follow formats and patterns, with at least the required length.
pub(super) fn texts(flat: &Flat<'_>, candidates: usize) -> Vec<Value> {
    let least = flat.at_least("minLength").min(MAX_TEXT);
    let mut found: Vec<String> = Vec::new();
    let formats = flat.all("format").filter_map(Value::as_str);
    found.extend(formats.filter_map(sample).map(str::to_owned));
    for expression in flat.all("pattern").filter_map(Value::as_str) {
        let long = |text: &String| text.chars().count() >= least;
        let made = (0..=MAX_MORE).filter_map(|more| pattern::text(expression, more));
        found.extend(made.filter(long).take(candidates));
    }
    // The first one is used unless something rules it out.
    let most = flat.all("maxLength").filter_map(count).min();
    let most = most.unwrap_or(usize::MAX);
    let lengths = (least..=least + candidates).filter(|length| *length <= most);
    found.extend(lengths.flat_map(|length| ["x".repeat(length), "0".repeat(length)]));
    found.into_iter().map(Value::String).collect()
}

/// Returns a text of this format.
fn sample(format: &str) -> Option<&'static str> {
    Some(match format {
        "date-time" => "1970-01-01T00:00:00Z",
        "date" => "1970-01-01",
        "time" => "00:00:00Z",
        "duration" => "PT0S",
        "partial-date-time" => "1970-01-01T00:00:00",
        "email" | "idn-email" => "a@example.com",
        "hostname" | "idn-hostname" => "example.com",
        "ipv4" | "ip" => "0.0.0.0",
        "ipv6" => "::",
        "uri" | "iri" | "uri-reference" | "iri-reference" | "url" => "http://example.com/",
        "uri-template" => "http://example.com/{a}",
        "uuid" => "00000000-0000-0000-0000-000000000000",
        "json-pointer" => "/a",
        "relative-json-pointer" => "0",
        "regex" => "a",
        _ => return None,
    })
}
