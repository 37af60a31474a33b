//! Clocks. They are passed in: nothing in this crate reads the time or sleeps by itself.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::Notify;

/// A future that completes after a pause.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send + Sync + 'static>>;

/// Reads the time and waits. [`SystemClock`] is the real clock; tests pass their own.
pub trait Clock: Send + Sync + fmt::Debug + 'static {
    /// Returns the monotonic time, for measuring.
    fn now(&self) -> Instant;

    /// Returns the system time, for comparing with dates from the service.
    fn system_time(&self) -> SystemTime;

    /// Waits for `pause`.
    fn sleep(&self, pause: Duration) -> Sleep;
}

/// The machine's clock and tokio's timer.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> Instant {
        Instant::now()
    }

    #[allow(clippy::disallowed_methods, reason = "this is the clock")]
    fn system_time(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, pause: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(pause))
    }
}

/// A [`Clock`] that many layers share.
#[derive(Clone, Debug)]
pub struct SharedClock(Arc<dyn Clock>);

impl SharedClock {
    /// Shares a clock.
    pub fn new(clock: impl Clock) -> Self {
        Self(Arc::new(clock))
    }

    /// Returns the monotonic time, for measuring.
    pub fn now(&self) -> Instant {
        self.0.now()
    }

    /// Returns the system time, for comparing with dates from the service.
    pub fn system_time(&self) -> SystemTime {
        self.0.system_time()
    }

    /// Waits for `pause`.
    pub fn sleep(&self, pause: Duration) -> Sleep {
        self.0.sleep(pause)
    }
}

impl Default for SharedClock {
    fn default() -> Self {
        Self::new(SystemClock)
    }
}

/// A clock that changes only on request, for tests. Clones share the same time.
///
/// ```
/// use std::time::Duration;
/// use oci_genai::time::{Clock, ManualClock};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let clock = ManualClock::new();
/// let pause = clock.sleep(Duration::from_secs(3600));
/// clock.advance(Duration::from_secs(3600));
/// pause.await; // at once
/// # });
/// # Ok::<_, std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<ManualState>);

#[derive(Debug)]
struct ManualState {
    start: Instant,
    wall: SystemTime,
    elapsed: Mutex<Duration>,
    moved: Notify,
    skips: bool,
    slept: Mutex<Vec<Duration>>,
}

impl ManualClock {
    /// Creates a clock that [`advance`](Self::advance) moves.
    pub fn new() -> Self {
        Self::with(false)
    }

    /// Creates a clock on which every pause ends at once and advances the time by its length.
    pub fn auto_advance() -> Self {
        Self::with(true)
    }

    fn with(skips: bool) -> Self {
        Self(Arc::new(ManualState {
            start: SystemClock.now(),
            wall: SystemTime::UNIX_EPOCH,
            elapsed: Mutex::default(),
            moved: Notify::new(),
            skips,
            slept: Mutex::default(),
        }))
    }

    /// Advances the clock and ends the pauses that are over by then.
    pub fn advance(&self, by: Duration) {
        *lock(&self.0.elapsed) += by;
        self.0.moved.notify_waiters();
    }

    /// Returns every pause that was started, in order.
    pub fn slept(&self) -> Vec<Duration> {
        lock(&self.0.slept).clone()
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        self.0.start + *lock(&self.0.elapsed)
    }

    fn system_time(&self) -> SystemTime {
        self.0.wall + *lock(&self.0.elapsed)
    }

    fn sleep(&self, pause: Duration) -> Sleep {
        lock(&self.0.slept).push(pause);
        if self.0.skips {
            self.advance(pause);
        }
        let end = *lock(&self.0.elapsed) + if self.0.skips { Duration::ZERO } else { pause };
        let state = Arc::clone(&self.0);
        Box::pin(async move {
            loop {
                let moved = state.moved.notified();
                tokio::pin!(moved);
                // Registering comes before the check, so that no change is missed.
                moved.as_mut().enable();
                if *lock(&state.elapsed) >= end {
                    return;
                }
                moved.await;
            }
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
