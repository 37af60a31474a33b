//! Time as a dependency.
//!
//! Everything in this crate that stamps a record, measures a lease or waits between attempts asks a
//! [`TimeSource`]. Programs use [`SystemTimeSource`]; tests use [`ManualTimeSource`], where a wait takes no
//! time and moves the clock instead.

use std::fmt;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

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
    /// The current time.
    fn now(&self) -> Timestamp;

    /// Completes once `span` has passed on this clock.
    fn sleep(&self, span: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;

    /// Completes once `span` has passed, for what is done beside other work: keeping a lease, giving up on a tool. A
    /// clock whose [`sleep`](Self::sleep) takes no time waits here until somebody moves it.
    fn timer(&self, span: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.sleep(span)
    }
}

/// The machine's clock and tokio's timer.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemTimeSource;

impl TimeSource for SystemTimeSource {
    #[expect(clippy::disallowed_methods, reason = "this is the crate's one clock")]
    fn now(&self) -> Timestamp {
        let span = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::default().after(span)
    }

    fn sleep(&self, span: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(span))
    }
}

/// A clock that a test moves. A [`sleep`](TimeSource::sleep) moves it by the span, yields once and is over.
#[derive(Clone, Debug, Default)]
pub struct ManualTimeSource {
    now: Arc<AtomicI64>,
    slept: Arc<Mutex<Vec<Duration>>>,
    moved: Arc<Notify>,
}

impl ManualTimeSource {
    /// A clock that stands at `start`.
    pub fn new(start: Timestamp) -> Self {
        Self {
            now: Arc::new(AtomicI64::new(start.as_millis())),
            slept: Arc::default(),
            moved: Arc::default(),
        }
    }

    /// Moves the clock forward.
    pub fn advance(&self, span: Duration) {
        let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        self.now.fetch_add(millis, Ordering::SeqCst);
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
        Timestamp::from_millis(self.now.load(Ordering::SeqCst))
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
        let end = self.now().after(span);
        Box::pin(async move {
            loop {
                // Listen before looking, so that no move is missed.
                let mut moved = pin!(clock.moved.notified());
                moved.as_mut().enable();
                if clock.now() >= end {
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
    fn spans_never_wrap() {
        let end = Timestamp::from_millis(i64::MAX).after(Duration::MAX);
        assert_eq!(end.as_millis(), i64::MAX);
        assert_eq!(
            Timestamp::from_millis(1).since(Timestamp::from_millis(5)),
            Duration::ZERO
        );
    }
}
