//! Time as a dependency.
//!
//! Everything in this crate that stamps a record, measures a lease or waits between attempts asks a
//! [`TimeSource`]. It has two clocks: the time of day stamps records, and may be wrong or be set; the monotonic clock
//! measures how long something took, and only moves forward. Programs use [`SystemTimeSource`]; tests use
//! [`ManualTimeSource`], where a wait takes no time and moves the clock instead.

use std::fmt;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

/// A moment, in milliseconds since the Unix epoch.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment `millis` milliseconds after the Unix epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// This moment plus `span`, or the last representable moment.
    pub fn after(self, span: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)),
        )
    }

    /// How long from `earlier` to this moment; zero when `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.0)
    }
}

/// Where the time comes from and how to wait.
pub trait TimeSource: fmt::Debug + Send + Sync {
    /// The time of day, for stamping records.
    fn now(&self) -> Timestamp;

    /// The time since a moment of the implementation's choice, for measuring. It never goes back, also when the time of
    /// day is set.
    fn monotonic(&self) -> Duration;

    /// Completes once `span` has passed on this clock.
    fn sleep(&self, span: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;

    /// Completes once `span` has passed, for what is done beside other work: keeping a lease, giving up on a tool. A
    /// clock whose [`sleep`](Self::sleep) takes no time waits here until somebody moves it.
    fn timer(&self, span: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.sleep(span)
    }
}

/// The machine's clocks and tokio's timer.
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

/// A clock that a test moves. A [`sleep`](TimeSource::sleep) moves it by the span, yields once and is over. Clones share
/// the same time.
#[derive(Clone, Debug, Default)]
pub struct ManualTimeSource {
    /// The time of day of [`offset`](Self::with_offset) 0, in milliseconds.
    now: Arc<AtomicI64>,
    /// Nanoseconds.
    monotonic: Arc<AtomicU64>,
    slept: Arc<Mutex<Vec<Duration>>>,
    moved: Arc<Notify>,
    /// Milliseconds by which this clone's time of day differs.
    offset: i64,
}

impl ManualTimeSource {
    /// A clock that stands at `start`.
    pub fn new(start: Timestamp) -> Self {
        Self {
            now: Arc::new(AtomicI64::new(start.as_millis())),
            ..Self::default()
        }
    }

    /// The same clock as a machine has it whose time of day is wrong by so many milliseconds; its monotonic clock is the
    /// same.
    #[must_use]
    pub fn with_offset(&self, millis: i64) -> Self {
        Self {
            offset: millis,
            ..self.clone()
        }
    }

    /// Sets the time of day forward or back by so many milliseconds. The monotonic clock stays as it is.
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

    /// Every span waited for so far, in order.
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
                // Listen before looking, so that no move is missed.
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
    async fn a_manual_clock_moves_by_what_is_slept() {
        let clock = ManualTimeSource::new(Timestamp::from_millis(1_000));
        clock.sleep(Duration::from_secs(90)).await;
        assert_eq!(clock.now(), Timestamp::from_millis(91_000));
        assert_eq!(clock.slept(), [Duration::from_secs(90)]);
    }

    #[tokio::test]
    async fn a_timer_waits_until_somebody_moves_the_clock() {
        let clock = ManualTimeSource::new(Timestamp::from_millis(0));
        let timer = tokio::spawn(clock.timer(Duration::from_secs(10)));
        clock.advance(Duration::from_secs(9));
        tokio::task::yield_now().await;
        assert!(!timer.is_finished());
        clock.sleep(Duration::from_secs(1)).await;
        timer.await.unwrap();
    }

    #[test]
    fn the_time_of_day_may_be_set_and_the_monotonic_clock_may_not() {
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
