//! The only code that reads the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The emulator's clock: the system clock plus an offset that tests and faults can change.
///
/// Clones share the offset.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset_ms: Arc<AtomicI64>,
}

impl Clock {
    /// Creates a clock without an offset.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the emulator's time.
    pub fn now(&self) -> SystemTime {
        #[allow(clippy::disallowed_methods)] // the clock module
        let now = SystemTime::now();
        let offset = self.offset_ms.load(Ordering::Relaxed);
        let shift = Duration::from_millis(offset.unsigned_abs());
        let shifted = if offset < 0 {
            now.checked_sub(shift)
        } else {
            now.checked_add(shift)
        };
        shifted.unwrap_or(now)
    }

    /// Returns the time of a clock that is off by `ms` more milliseconds.
    pub(crate) fn skewed(&self, ms: i64) -> SystemTime {
        let shift = Duration::from_millis(ms.unsigned_abs());
        let now = self.now();
        let shifted = if ms < 0 {
            now.checked_sub(shift)
        } else {
            now.checked_add(shift)
        };
        shifted.unwrap_or(now)
    }

    /// Returns whole seconds since the Unix epoch.
    pub fn unix(&self) -> u64 {
        self.now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs())
    }

    /// Sets the offset to the system clock in milliseconds. Negative values are in the past.
    pub fn set_offset_ms(&self, offset: i64) {
        self.offset_ms.store(offset, Ordering::Relaxed);
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        let ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.offset_ms.fetch_add(ms, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_the_offset() {
        let clock = Clock::new();
        let before = clock.unix();
        clock.clone().advance(Duration::from_secs(1000));
        assert!(clock.unix() >= before + 1000);
        clock.set_offset_ms(-5_000_000);
        assert!(clock.unix() < before);
    }
}
