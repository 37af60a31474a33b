//! Formats times for display.

use std::time::{Duration, UNIX_EPOCH};

use indicatif::HumanDuration;
use oci_genai_session::clock::Timestamp;

/// Formats the age of a time in its largest unit.
pub(crate) fn ago(now: Timestamp, at: Timestamp) -> String {
    let span = now.since(at);
    if span < Duration::from_secs(1) {
        return "just now".to_owned();
    }
    format!("{} ago", HumanDuration(span))
}

/// Formats a date and time in UTC.
pub(crate) fn date(at: Timestamp) -> String {
    let millis = u64::try_from(at.as_millis()).unwrap_or(0);
    // A time after the year 9999 has no such format.
    UNIX_EPOCH
        .checked_add(Duration::from_millis(millis))
        .filter(|_| millis < 253_402_300_800_000)
        .map_or_else(
            || "the far future".to_owned(),
            |time| humantime::format_rfc3339_seconds(time).to_string(),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_well() {
        let at = Timestamp::from_millis(1_700_000_000_000);
        assert_eq!(date(at), "2023-11-14T22:13:20Z");
        assert_eq!(date(Timestamp::from_millis(i64::MAX)), "the far future");
        assert_eq!(ago(at, at), "just now");
        assert_eq!(ago(at.after(Duration::from_secs(7200)), at), "2 hours ago");
    }
}
