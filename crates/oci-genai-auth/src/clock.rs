//! Time sources. Only this module reads the system clock.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// The last second of the year 9999.
pub(crate) const LAST_SECOND: u64 = 253_402_300_799;

/// A source of the current time.
///
/// All code in this crate that dates a request or checks a token's age uses a time source, so that
/// tests can set the time instead of waiting.
pub trait TimeSource: fmt::Debug + Send + Sync {
    /// Returns the current time.
    fn now(&self) -> SystemTime;
}

/// Formats a time as an HTTP date. Clamps times before 1970 or after the year 9999 to that range.
pub(crate) fn http_date(time: SystemTime) -> String {
    let since = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let seconds = since.as_secs().min(LAST_SECOND);
    httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}

/// The operating system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemTimeSource;

impl TimeSource for SystemTimeSource {
    #[allow(clippy::disallowed_methods)] // The only allowed call in this crate.
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// A clock for tests that changes only when it is set.
///
/// Clones share the same time.
///
/// ```
/// use oci_genai_auth::{ManualTimeSource, TimeSource};
/// use std::time::{Duration, SystemTime};
///
/// let clock = ManualTimeSource::new(SystemTime::UNIX_EPOCH);
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.now(), SystemTime::UNIX_EPOCH + Duration::from_secs(60));
/// ```
#[derive(Clone, Debug)]
pub struct ManualTimeSource(Arc<Mutex<SystemTime>>);

impl ManualTimeSource {
    /// Creates a clock with the time `now`.
    pub fn new(now: SystemTime) -> Self {
        Self(Arc::new(Mutex::new(now)))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        *self.lock() += by;
    }

    /// Sets the clock, forward or back.
    pub fn set(&self, now: SystemTime) {
        *self.lock() = now;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, SystemTime> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TimeSource for ManualTimeSource {
    fn now(&self) -> SystemTime {
        *self.lock()
    }
}

/// A shared, cloneable [`TimeSource`]. The default is the system clock.
#[derive(Clone, Debug)]
pub struct SharedTimeSource(Arc<dyn TimeSource>);

impl SharedTimeSource {
    /// Shares `source`.
    pub fn new(source: impl TimeSource + 'static) -> Self {
        Self(Arc::new(source))
    }
}

impl Default for SharedTimeSource {
    fn default() -> Self {
        Self::new(SystemTimeSource)
    }
}

impl TimeSource for SharedTimeSource {
    fn now(&self) -> SystemTime {
        self.0.now()
    }
}
