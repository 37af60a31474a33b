//! What a process that waits for a lease makes of what it sees, without I/O.
//!
//! The holder's end of the lease is a time of day, and times of day may be wrong. So the waiter also measures by its own
//! monotonic clock how long what stands in its way has not moved.

use std::time::Duration;

use crate::store::{Held, LeaseMark};

/// What was seen so far.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    seen: Option<Seen>,
    moved: bool,
}

#[derive(Debug)]
struct Seen {
    mark: LeaseMark,
    /// When it was first seen, by the monotonic clock.
    since: Duration,
    patience: Duration,
}

impl Waiting {
    /// Takes in an answer of the store, and says how long to wait at most before asking again.
    pub(super) fn observe(&mut self, held: Held, now: Duration) -> Duration {
        let seen = match &mut self.seen {
            Some(seen) if seen.mark == held.mark => {
                seen.patience = held.patience;
                seen
            }
            seen => {
                if let (Some(before), LeaseMark::Holder { .. }) = (&seen, held.mark) {
                    self.moved |= matches!(before.mark, LeaseMark::Holder { .. });
                }
                seen.insert(Seen {
                    mark: held.mark,
                    since: now,
                    patience: held.patience,
                })
            }
        };
        let overdue = (seen.since + seen.patience).saturating_sub(now);
        match self.moved {
            // The end of the lease is of a clock that may be wrong: only what was measured here counts.
            true => overdue,
            false => overdue.min(held.left),
        }
    }

    /// What has stood in the way unmoved for as long as it may.
    pub(super) fn overdue(&self, now: Duration) -> Option<LeaseMark> {
        let seen = self.seen.as_ref()?;
        (now.saturating_sub(seen.since) >= seen.patience).then_some(seen.mark)
    }

    /// What stood in the way last.
    pub(super) fn seen(&self) -> Option<LeaseMark> {
        self.seen.as_ref().map(|seen| seen.mark)
    }

    /// Whether a holder renewed its lease, or another one took it, while this process waited.
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
            patience: Duration::from_secs(10),
            left: Duration::from_secs(left),
        }
    }

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_holder_that_does_not_move_is_overdue_after_one_length_however_far_its_end_is() {
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
    fn each_renewal_begins_the_wait_anew() {
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
    fn the_end_of_a_lease_shortens_the_wait_of_who_has_seen_nothing_else() {
        let mut waiting = Waiting::default();
        assert_eq!(waiting.observe(holder(1, 2), at(0)), at(2));
        let first = Held {
            mark: LeaseMark::Waiter(7),
            patience: at(1),
            left: at(1),
        };
        assert_eq!(waiting.observe(first, at(2)), at(1));
        assert!(!waiting.saw_a_renewal());
        assert_eq!(waiting.overdue(at(3)), Some(LeaseMark::Waiter(7)));
    }
}
