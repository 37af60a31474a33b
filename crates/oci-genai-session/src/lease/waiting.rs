//! Decisions of a process that waits for a lease, without I/O.
//!
//! The end of a lease is a time of day, which may be wrong. The waiter therefore also measures by
//! its own monotonic clock how long the blocker has not changed.

use std::time::Duration;

use crate::store::{Held, LeaseMark};

/// Observations so far.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    seen: Option<Seen>,
    moved: bool,
}

#[derive(Debug)]
struct Seen {
    mark: LeaseMark,
    /// Time of the first observation, by the monotonic clock.
    since: Duration,
    mark_timeout: Duration,
}

impl Waiting {
    /// Records a result of the store, and returns the longest wait before the next request.
    pub(super) fn observe(&mut self, held: Held, now: Duration) -> Duration {
        let seen = match &mut self.seen {
            Some(seen) if seen.mark == held.mark => {
                seen.mark_timeout = held.mark_timeout;
                seen
            }
            seen => {
                if let (Some(before), LeaseMark::Holder { .. }) = (&seen, held.mark) {
                    self.moved |= matches!(before.mark, LeaseMark::Holder { .. });
                }
                seen.insert(Seen {
                    mark: held.mark,
                    since: now,
                    mark_timeout: held.mark_timeout,
                })
            }
        };
        let overdue = (seen.since + seen.mark_timeout).saturating_sub(now);
        match self.moved {
            // The end of the lease is of a clock that may be wrong, so only the time measured here
            // counts.
            true => overdue,
            false => overdue.min(held.left),
        }
    }

    /// Returns the blocker if it has not changed for too long.
    pub(super) fn overdue(&self, now: Duration) -> Option<LeaseMark> {
        let seen = self.seen.as_ref()?;
        (now.saturating_sub(seen.since) >= seen.mark_timeout).then_some(seen.mark)
    }

    /// Returns the last blocker.
    pub(super) fn seen(&self) -> Option<LeaseMark> {
        self.seen.as_ref().map(|seen| seen.mark)
    }

    /// Returns true if a holder renewed its lease, or another one took it, while this process
    /// waited.
    pub(super) fn saw_a_renewal(&self) -> bool {
        self.moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(renewals: u64, left: u64) -> Held {
        Held {
            mark: LeaseMark::Holder { fence: 1, renewals },
            mark_timeout: Duration::from_secs(10),
            left: Duration::from_secs(left),
        }
    }

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_holder_without_a_renewal_is_overdue_after_one_lease_duration() {
        let mut waiting = Waiting::default();
        assert_eq!(waiting.observe(holder(1, 5 * 3600), at(100)), at(10));
        assert_eq!(waiting.observe(holder(1, 5 * 3600), at(104)), at(6));
        assert_eq!(waiting.overdue(at(109)), None);
        let mark = LeaseMark::Holder {
            fence: 1,
            renewals: 1,
        };
        assert_eq!(waiting.overdue(at(110)), Some(mark));
        assert!(!waiting.saw_a_renewal());
    }

    #[test]
    fn each_renewal_restarts_the_wait() {
        let mut waiting = Waiting::default();
        for renewal in 0..20 {
            waiting.observe(holder(renewal, 0), at(3 * renewal));
            assert_eq!(waiting.overdue(at(3 * renewal)), None);
        }
        assert!(waiting.saw_a_renewal());
        assert_eq!(waiting.overdue(at(57 + 9)), None);
        assert!(waiting.overdue(at(57 + 10)).is_some());
    }

    #[test]
    fn the_end_of_a_lease_shortens_the_wait_of_a_new_waiter() {
        let mut waiting = Waiting::default();
        assert_eq!(waiting.observe(holder(1, 2), at(0)), at(2));
        let first = Held {
            mark: LeaseMark::Waiter(7),
            mark_timeout: at(1),
            left: at(1),
        };
        assert_eq!(waiting.observe(first, at(2)), at(1));
        assert!(!waiting.saw_a_renewal());
        assert_eq!(waiting.overdue(at(3)), Some(LeaseMark::Waiter(7)));
    }
}
