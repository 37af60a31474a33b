//! Reads how long the service asks the client to wait.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

/// Reads `retry-after-ms`, or `Retry-After` as seconds or as a date.
///
/// A date is compared with the response's own `Date` header if there is one, because both come from
/// the same clock. This machine's clock may differ.
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(millis) = text("retry-after-ms").and_then(|value| value.trim().parse().ok()) {
        return Some(Duration::from_millis(millis));
    }
    let value = text(RETRY_AFTER.as_str())?.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let at = httpdate::parse_http_date(value).ok()?;
    let reference = text(DATE.as_str())
        .and_then(|date| httpdate::parse_http_date(date).ok())
        .unwrap_or(now);
    Some(at.duration_since(reference).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &[(&'static str, &str)]) -> Option<Duration> {
        let map = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        retry_after(&map, SystemTime::UNIX_EPOCH + Duration::from_secs(100))
    }

    #[test]
    fn both_forms_and_milliseconds() {
        assert_eq!(read(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
        assert_eq!(
            read(&[("retry-after", "0.5")]),
            Some(Duration::from_millis(500))
        );
        assert_eq!(
            read(&[("retry-after-ms", "20"), ("retry-after", "7")]),
            Some(Duration::from_millis(20))
        );
        let date = "Thu, 01 Jan 1970 00:02:00 GMT";
        assert_eq!(
            read(&[("retry-after", date)]),
            Some(Duration::from_secs(20))
        );
    }

    #[test]
    fn a_date_is_compared_with_the_services_own_clock() {
        let headers = [
            ("retry-after", "Thu, 01 Jan 2032 00:00:30 GMT"),
            ("date", "Thu, 01 Jan 2032 00:00:00 GMT"),
        ];
        assert_eq!(read(&headers), Some(Duration::from_secs(30)));
    }

    #[test]
    fn invalid_values_and_past_dates() {
        for value in ["", "soon", "-1", "NaN", "inf"] {
            assert_eq!(read(&[("retry-after", value)]), None, "{value}");
        }
        let past = "Thu, 01 Jan 1970 00:00:01 GMT";
        assert_eq!(read(&[("retry-after", past)]), Some(Duration::ZERO));
    }
}
