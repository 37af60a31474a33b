//! The usage log of a proxy: one line of JSON for each call of a model.

mod log;
mod summary;

use std::time::SystemTime;

use oci_genai_proxy::{Outcome, RequestRecord};
use serde::Serialize;
use serde_json::Value;

pub(crate) use self::log::UsageLog;
pub(crate) use self::summary::{Summary, Totals};
use crate::secrets::hide;

/// The operations that call a model, as the log names them; the others only return what a call made.
const OF_STORED: [&str; 2] = ["retrieve_response", "request"];

/// A line of the log, as it is written.
#[derive(Debug, Serialize)]
struct Line<'a> {
    time: String,
    operation: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    input_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cached_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_tokens: Option<u64>,
    duration_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

/// The line for a request that has ended; `None` for one that used nothing: what the proxy answered
/// itself, and requests that call no model, unless they return what a call used.
fn line(record: &RequestRecord) -> Option<String> {
    let operation = record.operation?;
    let outcome = match record.outcome {
        Outcome::Complete => "complete",
        Outcome::Broken => "broken",
        Outcome::Canceled => "canceled",
        _ => return None,
    };
    if !operation.calls_model() && record.usage.is_none() {
        return None;
    }
    // A caller may have put a key where a name belongs.
    let shown = |text: &Option<String>| text.as_deref().map(|text| hide(text).into_owned());
    let usage = record.usage.unwrap_or_default();
    let line = Line {
        time: rfc3339(record.started_at),
        operation: operation.as_str(),
        model: shown(&record.model),
        status: record.status.map(|status| status.as_u16()),
        outcome,
        input_tokens: usage.input_tokens,
        cached_tokens: usage.cached_tokens,
        output_tokens: usage.output_tokens,
        reasoning_tokens: usage.reasoning_tokens,
        duration_ms: u64::try_from(record.duration.as_millis()).unwrap_or(u64::MAX),
        response_id: shown(&record.response_id),
        response_status: shown(&record.response_status),
        request_id: shown(&record.request_id),
    };
    let mut text = serde_json::to_string(&line).ok()?;
    text.push('\n');
    Some(text)
}

/// A time in UTC. One that the format cannot express is the epoch.
fn rfc3339(time: SystemTime) -> String {
    /// The last second of the year 9999.
    const LAST: u64 = 253_402_300_799;
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    let seconds = since.map_or(0, |since| since.as_secs());
    let time = if (1..=LAST).contains(&seconds) {
        time
    } else {
        SystemTime::UNIX_EPOCH
    };
    humantime::format_rfc3339_millis(time).to_string()
}

/// A line of the log, as it is read: what is missing or of another type counts as unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Entry {
    /// `2026-11-29`, in UTC.
    day: String,
    model: Option<String>,
    calls_model: bool,
    status: Option<u16>,
    broken: bool,
    tokens: Option<Tokens>,
    response_id: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tokens {
    input: u64,
    cached: u64,
    output: u64,
    reasoning: u64,
}

impl Entry {
    /// Reads a line; `None` if it is none of a usage log.
    fn read(line: &[u8]) -> Option<Self> {
        let line: Value = serde_json::from_slice(line).ok()?;
        let time = line["time"].as_str()?;
        let day = time.get(..10).filter(|day| is_day(day))?.to_owned();
        let text = |name: &str| line[name].as_str().map(str::to_owned);
        let number = |name: &str| line[name].as_u64();
        let (input, output) = (number("input_tokens"), number("output_tokens"));
        let counted = input.is_some() || output.is_some();
        let operation = line["operation"].as_str().unwrap_or_default();
        Some(Self {
            day,
            model: text("model"),
            calls_model: !OF_STORED.contains(&operation),
            status: number("status").and_then(|status| u16::try_from(status).ok()),
            broken: line["outcome"] == "broken" || line["response_status"] == "failed",
            tokens: counted.then(|| Tokens {
                input: input.unwrap_or(0),
                cached: number("cached_tokens").unwrap_or(0),
                output: output.unwrap_or(0),
                reasoning: number("reasoning_tokens").unwrap_or(0),
            }),
            response_id: text("response_id"),
        })
    }

    /// Whether the service refused it, so that it used nothing.
    fn refused(&self) -> bool {
        self.status.is_some_and(|status| status >= 400)
    }
}

fn is_day(text: &str) -> bool {
    text.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_are_in_utc_and_never_fail() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(rfc3339(at(1_700_000_000)), "2023-11-14T22:13:20.000Z");
        assert_eq!(rfc3339(at(300_000_000_000)), "1970-01-01T00:00:00.000Z");
        let before = SystemTime::UNIX_EPOCH - Duration::from_secs(5);
        assert_eq!(rfc3339(before), "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn odd_lines_are_read_as_far_as_they_go() {
        let read = |text: &str| Entry::read(text.as_bytes());
        for text in [
            "",
            "{",
            "[]",
            "{}",
            r#"{"time":7}"#,
            r#"{"time":"yesterday!"}"#,
            r#"{"time":"2026-11-2"}"#,
            r#"{"time":"2026-11-é9"}"#,
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        let odd = read(
            r#"{"time":"2026-11-29T01:02:03Z","model":7,"input_tokens":"x","status":-1,"new":1}"#,
        );
        let expected = Entry {
            day: "2026-11-29".to_owned(),
            calls_model: true,
            ..Entry::default()
        };
        assert_eq!(odd, Some(expected));
    }
}
