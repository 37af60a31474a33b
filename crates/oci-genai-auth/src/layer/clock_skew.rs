//! How far this machine's clock is off the service's.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::DATE;

/// `Date` has whole seconds and answers take time: less than this is no skew.
const NOISE_SECONDS: i64 = 5;

/// A clock is corrected by this much at most: a date that is further off says more about whoever sent it.
const MAX_CORRECTION_SECONDS: u64 = 3600;

/// How far the service's clock is ahead of this machine's, as learned from its answers.
///
/// A request whose date is more than 5 minutes off is refused with 401. The layer puts this into
/// the extensions of a 401 response when the clocks differ by more than a few seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockSkew {
    seconds: i64,
}

impl ClockSkew {
    /// Seconds to add to this machine's clock to get the service's; negative when this machine is ahead.
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// Whether this alone makes the service refuse signed requests.
    pub fn is_fatal(self) -> bool {
        self.seconds.unsigned_abs() > 300
    }
}

/// The last skew seen.
#[derive(Debug, Default)]
pub(super) struct SkewMeter(AtomicI64);

impl SkewMeter {
    /// Learns from an answer's `Date`.
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

    /// This machine's time put right, by an hour at most.
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
