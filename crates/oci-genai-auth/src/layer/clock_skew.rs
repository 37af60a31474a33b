//! Measures the difference between this machine's clock and the service's.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::DATE;

/// `Date` has whole seconds and responses take time, so smaller differences are ignored.
const NOISE_SECONDS: i64 = 5;

/// Maximum correction. A larger difference suggests that the sender's date is wrong.
const MAX_CORRECTION_SECONDS: u64 = 3600;

/// The lead of the service's clock over this machine's, measured from its responses.
///
/// The service rejects a request whose date is more than 5 minutes off with 401. The layer adds
/// this to the extensions of a 401 response if the clocks differ by more than a few seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockSkew {
    seconds: i64,
}

impl ClockSkew {
    /// Returns the seconds to add to this machine's clock to get the service's; negative if this
    /// machine is ahead.
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// Returns true if the skew alone makes the service reject signed requests.
    pub fn is_fatal(self) -> bool {
        self.seconds.unsigned_abs() > 300
    }
}

/// The last measured skew.
#[derive(Debug, Default)]
pub(super) struct SkewMeter(AtomicI64);

impl SkewMeter {
    /// Updates the skew from a response's `Date`.
    pub(super) fn learn(&self, headers: &HeaderMap, now: SystemTime) {
        let date = headers.get(DATE).and_then(|value| value.to_str().ok());
        let Some(date) = date.and_then(|date| httpdate::parse_http_date(date).ok()) else {
            return;
        };
        let seconds = match date.duration_since(now) {
            Ok(ahead) => i64::try_from(ahead.as_secs()).unwrap_or(i64::MAX),
            Err(behind) => {
                i64::try_from(behind.duration().as_secs()).map_or(i64::MIN, |seconds| -seconds)
            }
        };
        let seconds = if seconds.unsigned_abs() > NOISE_SECONDS.unsigned_abs() {
            seconds
        } else {
            0
        };
        self.0.store(seconds, Ordering::Relaxed);
    }

    pub(super) fn skew(&self) -> Option<ClockSkew> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            seconds => Some(ClockSkew { seconds }),
        }
    }

    /// Returns this machine's time, corrected by at most an hour.
    pub(super) fn correct(&self, now: SystemTime) -> SystemTime {
        let seconds = self.0.load(Ordering::Relaxed);
        let by = Duration::from_secs(seconds.unsigned_abs().min(MAX_CORRECTION_SECONDS));
        let corrected = if seconds < 0 {
            now.checked_sub(by)
        } else {
            now.checked_add(by)
        };
        corrected.unwrap_or(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_corrected_by_an_hour_at_most() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let hour = Duration::from_secs(3600);
        for (theirs, expected) in [
            (
                now + Duration::from_secs(600),
                now + Duration::from_secs(600),
            ),
            (
                now - Duration::from_secs(600),
                now - Duration::from_secs(600),
            ),
            (now + hour, now + hour),
            (now + hour * 5, now + hour),
            (now - hour * 5, now - hour),
        ] {
            let meter = SkewMeter::default();
            let mut headers = HeaderMap::new();
            headers.insert(DATE, httpdate::fmt_http_date(theirs).parse().unwrap());
            meter.learn(&headers, now);
            assert_eq!(meter.correct(now), expected);
        }
    }
}
