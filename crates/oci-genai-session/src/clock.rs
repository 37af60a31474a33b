//! Time as a dependency.
//!
//! This crate uses a [`TimeSource`] to stamp records, measure leases and wait between attempts. A
//! time source has two clocks. The time of day stamps records; it may be wrong or be changed. The
//! monotonic clock measures durations and only moves forward. Programs use [`SystemTimeSource`].
//! Tests use [`ManualTimeSource`], where a wait takes no time and moves the clock instead.

use std::fmt;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

/// Point in time, in milliseconds since the Unix epoch.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Creates a timestamp from milliseconds since the Unix epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Returns the milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Returns this time plus `span`, or the last representable time.
    pub fn after(self, span: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)),
        )
    }

    /// Returns the time from `earlier` to this one; zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.0)
    }
}

/// Source of time and of waits.
pub trait TimeSource: fmt::Debug + Send + Sync {
    /// Returns the time of day, for stamping records.
    fn now(&self) -> Timestamp;

    /// Returns the time since an arbitrary start, for measuring. It never goes back, even if the
    /// time of day is changed.
    fn monotonic(&self) -> Duration;

    /// Completes when `span` has passed on this clock.
    fn sleep(&self, span: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;

    /// Completes when `span` has passed, for timers beside other work, such as lease renewals and
    /// tool timeouts. A clock whose [`sleep`](Self::sleep) takes no time waits here until something
    /// else moves it.
    fn timer(&self, span: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.sleep(span)
    }
}

/// The system clocks and tokio's timer.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemTimeSource;

#[expect(clippy::disallowed_methods, reason = "this is the crate's one clock")]
static FIRST_ASKED: LazyLock<Instant> = LazyLock::new(Instant::now);

impl TimeSource for SystemTimeSource {
    #[expect(clippy::disallowed_methods, reason = "this is the crate's one clock")]
    fn now(&self) -> Timestamp {
        let span = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::default().after(span)
    }

    fn monotonic(&self) -> Duration {
        FIRST_ASKED.elapsed()
    }

    fn sleep(&self, span: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(span))
    }
}

/// Clock for tests. [`sleep`](TimeSource::sleep) moves the clock by the span, yields once and
/// completes. Clones share the same time.
#[derive(Clone, Debug, Default)]
pub struct ManualTimeSource {
    /// Time of day of [`offset`](Self::with_offset) 0, in milliseconds.
    now: Arc<AtomicI64>,
    /// Nanoseconds.
    monotonic: Arc<AtomicU64>,
    slept: Arc<Mutex<Vec<Duration>>>,
    moved: Arc<Notify>,
    /// Difference of this clone's time of day, in milliseconds.
    offset: i64,
}

impl ManualTimeSource {
    /// Creates a clock that shows `start`.
    pub fn new(start: Timestamp) -> Self {
        Self {
            now: Arc::new(AtomicI64::new(start.as_millis())),
            ..Self::default()
        }
    }

    /// Returns the same clock with a time of day that is wrong by `millis` milliseconds, as on a
    /// machine with a wrong clock. The monotonic clock stays the same.
    #[must_use]
    pub fn with_offset(&self, millis: i64) -> Self {
        Self {
            offset: millis,
            ..self.clone()
        }
    }

    /// Changes the time of day by `millis` milliseconds, forward or back. The monotonic clock does
    /// not change.
    pub fn set_by(&self, millis: i64) {
        self.now.fetch_add(millis, Ordering::SeqCst);
    }

    /// Moves the clock forward.
    pub fn advance(&self, span: Duration) {
        let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        let nanos = u64::try_from(span.as_nanos()).unwrap_or(u64::MAX);
        self.now.fetch_add(millis, Ordering::SeqCst);
        self.monotonic.fetch_add(nanos, Ordering::SeqCst);
        self.moved.notify_waiters();
    }

    /// Returns every span waited for so far, in order.
    pub fn slept(&self) -> Vec<Duration> {
        self.slept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl TimeSource for ManualTimeSource {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.now.load(Ordering::SeqCst).saturating_add(self.offset))
    }

    fn monotonic(&self) -> Duration {
        Duration::from_nanos(self.monotonic.load(Ordering::SeqCst))
    }

    fn sleep(&self, span: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let clock = self.clone();
        Box::pin(async move {
            clock
                .slept
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(span);
            clock.advance(span);
            tokio::task::yield_now().await;
        })
    }

    fn timer(&self, span: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let clock = self.clone();
        let end = self.monotonic().saturating_add(span);
        Box::pin(async move {
            loop {
                // Listen before the check, so that no move is missed.
                let mut moved = pin!(clock.moved.notified());
                moved.as_mut().enable();
                if clock.monotonic() >= end {
                    return;
                }
                moved.await;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sleeping_moves_a_manual_clock_by_the_span() {
        let clock = ManualTimeSource::new(Timestamp::from_millis(1_000));
        clock.sleep(Duration::from_secs(90)).await;
        assert_eq!(clock.now(), Timestamp::from_millis(91_000));
        assert_eq!(clock.slept(), [Duration::from_secs(90)]);
    }

    #[tokio::test]
    async fn a_timer_waits_until_the_clock_moves() {
        let clock = ManualTimeSource::new(Timestamp::from_millis(0));
        let timer = tokio::spawn(clock.timer(Duration::from_secs(10)));
        clock.advance(Duration::from_secs(9));
        tokio::task::yield_now().await;
        assert!(!timer.is_finished());
        clock.sleep(Duration::from_secs(1)).await;
        timer.await.unwrap();
    }

    #[test]
    fn setting_the_time_of_day_keeps_the_monotonic_clock() {
        let clock = ManualTimeSource::new(Timestamp::from_millis(1_000));
        let ahead = clock.with_offset(5_000);
        clock.advance(Duration::from_millis(10));
        clock.set_by(-500);
        assert_eq!(
            (clock.now().as_millis(), ahead.now().as_millis()),
            (510, 5_510)
        );
        assert_eq!(clock.monotonic(), Duration::from_millis(10));
        assert_eq!(ahead.monotonic(), clock.monotonic());
        let before = SystemTimeSource.monotonic();
        assert!(SystemTimeSource.monotonic() >= before);
    }

    #[test]
    fn spans_never_wrap() {
        let end = Timestamp::from_millis(i64::MAX).after(Duration::MAX);
        assert_eq!(end.as_millis(), i64::MAX);
        assert_eq!(
            Timestamp::from_millis(1).since(Timestamp::from_millis(5)),
            Duration::ZERO
        );
    }
}
