//! Renewal of a lease, and its confirmation before something is sent.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::clock::{TimeSource, Timestamp};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Lease, Store, StoreErrorKind};

/// Maximum number of renewals in a row that are too slow to confirm the lease.
const TRIES: u32 = 3;

/// A point in time by both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) wall: Timestamp,
    pub(super) monotonic: Duration,
}

impl Stamp {
    pub(super) fn now(clock: &dyn TimeSource) -> Self {
        Self {
            wall: clock.now(),
            monotonic: clock.monotonic(),
        }
    }

    /// Returns the time since an earlier stamp, by the clock that shows more. A monotonic clock may
    /// stand still while the machine sleeps, and the time of day may be set back.
    fn since(self, earlier: Self) -> Duration {
        let monotonic = self.monotonic.saturating_sub(earlier.monotonic);
        monotonic.max(self.wall.since(earlier.wall))
    }
}

/// Meaning of the time since the last renewal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Age {
    /// Requests may be sent.
    Fresh,
    /// The lease has to be renewed before a request is sent.
    Due,
    /// Another process may hold the lease.
    Over,
}

fn age(since_renewal: Duration, ttl: Duration) -> Age {
    if since_renewal >= ttl {
        Age::Over
    } else if since_renewal > ttl / 2 {
        Age::Due
    } else {
        Age::Fresh
    }
}

/// A lease and the time of its last renewal.
#[derive(Debug)]
pub(crate) struct Keeper {
    store: Arc<dyn Store>,
    clock: Arc<dyn TimeSource>,
    lease: Lease,
    ttl: Duration,
    renewed: Mutex<Stamp>,
    /// The store reported that another process holds the lease.
    fenced: AtomicBool,
    /// Only one renewal runs at a time.
    renewing: tokio::sync::Mutex<()>,
}

impl Keeper {
    pub(super) fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn TimeSource>,
        lease: Lease,
        ttl: Duration,
        renewed: Stamp,
    ) -> Self {
        Self {
            store,
            clock,
            lease,
            ttl,
            renewed: Mutex::new(renewed),
            fenced: AtomicBool::new(false),
            renewing: tokio::sync::Mutex::default(),
        }
    }

    pub(crate) fn fence(&self) -> u64 {
        self.lease.fence
    }

    fn since_renewal(&self) -> Duration {
        let renewed = *self.renewed.lock().unwrap_or_else(PoisonError::into_inner);
        Stamp::now(self.clock.as_ref()).since(renewed)
    }

    /// Confirms that the lease is still held. Call it right before something is sent.
    ///
    /// # Errors
    /// Returns [`ErrorKind::LeaseLost`] if another process holds the lease, or if the lease cannot
    /// be confirmed. Nothing may be sent then.
    pub(crate) async fn confirm(&self) -> Result<()> {
        for _ in 0..TRIES {
            let is_fenced = self.fenced.load(Ordering::SeqCst);
            if !is_fenced && age(self.since_renewal(), self.ttl) == Age::Fresh {
                return Ok(());
            }
            self.renew().await?;
        }
        match age(self.since_renewal(), self.ttl) {
            Age::Fresh => Ok(()),
            Age::Due | Age::Over => Err(lost(
                "the session store responds too slowly to keep the session's lease; nothing was sent",
            )),
        }
    }

    /// Renews the lease, unless another call did so while this one waited for the lock.
    async fn renew(&self) -> Result<()> {
        let before = self.since_renewal();
        let _turn = self.renewing.lock().await;
        if self.since_renewal() < before {
            return Ok(());
        }
        // The time before the call, because the store may have renewed the lease long before its
        // response arrives.
        let asked = Stamp::now(self.clock.as_ref());
        let renewed = self.store.renew(&self.lease, asked.wall, self.ttl).await;
        renewed.map_err(|error| match error.kind() {
            StoreErrorKind::Fenced => {
                self.fenced.store(true, Ordering::SeqCst);
                lost("another writer took over the session").with_source(error)
            }
            StoreErrorKind::NotFound => {
                Error::new(ErrorKind::NotFound, "the session is not in the store")
                    .with_source(error)
            }
            _ => lost("could not renew the session's lease; nothing was sent").with_source(error),
        })?;
        *self.renewed.lock().unwrap_or_else(PoisonError::into_inner) = asked;
        Ok(())
    }

    /// Renews the lease three times per duration, until another process holds it.
    pub(super) async fn renew_for_ever(self: Arc<Self>) {
        loop {
            self.clock.timer(self.ttl / 3).await;
            if let Err(error) = self.renew().await {
                tracing::debug!(session = %self.lease.session, %error, "could not renew the lease");
                if self.fenced.load(Ordering::SeqCst) {
                    return;
                }
            }
        }
    }

    /// Completes when no renewal has succeeded for the lease's whole duration. The work in progress
    /// is then no longer this holder's.
    pub(crate) async fn lapsed(&self) {
        loop {
            let since = self.since_renewal();
            if age(since, self.ttl) != Age::Over {
                self.clock.timer(self.ttl.saturating_sub(since)).await;
                continue;
            }
            // A process that was suspended may still hold its lease.
            let renewed = tokio::select! {
                renewed = self.renew() => renewed.is_ok(),
                () = self.clock.timer(self.ttl / 3) => false,
            };
            if !renewed {
                return;
            }
        }
    }
}

fn lost(text: &str) -> Error {
    Error::new(ErrorKind::LeaseLost, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(wall: i64, monotonic: u64) -> Stamp {
        Stamp {
            wall: Timestamp::from_millis(wall),
            monotonic: Duration::from_millis(monotonic),
        }
    }

    #[test]
    fn the_clock_that_shows_more_counts() {
        for (now, earlier, millis) in [
            (stamp(5_000, 5_000), stamp(1_000, 1_000), 4_000),
            // The machine slept: its monotonic clock stood still.
            (stamp(90_000, 1_100), stamp(1_000, 1_000), 89_000),
            // The time of day was set back.
            (stamp(0, 5_000), stamp(1_000, 1_000), 4_000),
        ] {
            assert_eq!(now.since(earlier), Duration::from_millis(millis));
        }
    }

    #[test]
    fn half_a_lease_after_the_last_renewal_another_one_is_due() {
        let ttl = Duration::from_secs(10);
        for (millis, expected) in [
            (0, Age::Fresh),
            (5_000, Age::Fresh),
            (5_001, Age::Due),
            (9_999, Age::Due),
            (10_000, Age::Over),
        ] {
            assert_eq!(
                age(Duration::from_millis(millis), ttl),
                expected,
                "{millis}"
            );
        }
    }
}
