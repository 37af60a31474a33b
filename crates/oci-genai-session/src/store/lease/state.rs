//! State machine of a lease and its queue, without I/O.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Held, LeaseMark, LeaseRequest};
use crate::clock::Timestamp;

/// Maximum length of the queue. If it is full, a requester gets no place in it and asks again.
const MAX_WAITERS: usize = 64;

/// Entry in the queue for a lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Waiter {
    /// Identifies the waiting requester.
    pub holder: String,
    /// Number of the entry. Never reused.
    pub ticket: u64,
    /// Time for which the entry is kept after the lease becomes free, in milliseconds.
    pub patience_ms: u64,
}

/// The state of a session's lease, as a store keeps it.
///
/// ```
/// use std::time::Duration;
/// use oci_genai_session::clock::Timestamp;
/// use oci_genai_session::store::{LeaseRequest, LeaseState};
///
/// let now = Timestamp::from_millis(0);
/// let request = |who: &str| LeaseRequest::new(who, now, Duration::from_secs(10));
/// let mut lease = LeaseState::default();
/// assert!(lease.request(&request("a"), now).is_ok());
/// assert!(lease.request(&request("b"), now).is_err());
/// lease.release(lease.fence);
/// assert!(lease.request(&request("b"), now).is_ok());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LeaseState {
    /// Current holder.
    pub holder: Option<String>,
    /// Grows with each new holder.
    pub fence: u64,
    /// Expiry unless renewed.
    pub until: Timestamp,
    /// Duration for which the lease was taken or renewed, in milliseconds. 0 if an older version
    /// did not store it.
    pub ttl_ms: u64,
    /// Number of times the lease was taken or renewed.
    pub renewals: u64,
    /// The last holder did not release the lease and was replaced.
    pub interrupted: bool,
    /// Waiting requesters in order of arrival.
    pub queue: Vec<Waiter>,
}

impl LeaseState {
    /// Grants the lease, or returns what blocks it. `now` is the clock of the store. `true` means
    /// that the previous holder did not release the lease. The state may change in either case.
    ///
    /// # Errors
    /// Returns [`Held`] if something blocks the requester.
    pub fn request(&mut self, request: &LeaseRequest, now: Timestamp) -> Result<bool, Held> {
        if self.holder.as_ref() == Some(&request.holder) {
            return Ok(self.grant(request, now, false));
        }
        if self.holder.is_some() {
            let mark = LeaseMark::Holder {
                fence: self.fence,
                renewals: self.renewals,
            };
            let moved = |seen| matches!(seen, LeaseMark::Holder { .. }) && seen != mark;
            let is_alive = request.holder_is_alive || request.seen.is_some_and(moved);
            let ended = self.until <= now && !is_alive;
            if !ended && request.overdue != Some(mark) {
                self.enqueue(request);
                return Err(Held {
                    mark,
                    mark_timeout: self.ttl(request),
                    left: self.until.since(now),
                });
            }
            // From here on the old holder cannot write, no matter who gets the lease.
            self.holder = None;
            self.fence += 1;
            self.interrupted = true;
        }
        let first = |waiter: &Waiter| request.overdue == Some(LeaseMark::Waiter(waiter.ticket));
        if self.queue.first().is_some_and(first) {
            self.queue.remove(0);
        }
        match self.queue.first() {
            Some(first) if first.holder != request.holder => {
                let mark_timeout = Duration::from_millis(first.patience_ms);
                let mark = LeaseMark::Waiter(first.ticket);
                self.enqueue(request);
                Err(Held {
                    mark,
                    mark_timeout,
                    left: mark_timeout,
                })
            }
            _ => {
                let interrupted = self.interrupted;
                Ok(self.grant(request, now, interrupted))
            }
        }
    }

    /// Renews the lease with this fence. Returns `false` if another holder has taken it.
    pub fn renew(&mut self, fence: u64, now: Timestamp, ttl: Duration) -> bool {
        if self.fence != fence {
            return false;
        }
        self.prolong(now, ttl);
        true
    }

    /// Ends the lease with this fence. Does nothing if another holder has taken it.
    pub fn release(&mut self, fence: u64) {
        if self.fence == fence {
            self.holder = None;
        }
    }

    /// Returns true if the lease is held.
    pub fn is_held(&self, now: Timestamp) -> bool {
        self.holder.is_some() && self.until > now
    }

    fn grant(&mut self, request: &LeaseRequest, now: Timestamp, taken_over: bool) -> bool {
        self.queue.retain(|waiter| waiter.holder != request.holder);
        self.holder = Some(request.holder.clone());
        self.fence += 1;
        self.interrupted = false;
        self.prolong(now, request.ttl);
        taken_over
    }

    fn prolong(&mut self, now: Timestamp, ttl: Duration) {
        self.until = now.after(ttl);
        self.ttl_ms = u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX);
        self.renewals += 1;
    }

    /// Returns the duration of the holder's lease. A lease of an older version has none; the
    /// requester's own duration is used.
    fn ttl(&self, request: &LeaseRequest) -> Duration {
        match self.ttl_ms {
            0 => request.ttl,
            millis => Duration::from_millis(millis),
        }
    }

    fn enqueue(&mut self, request: &LeaseRequest) {
        let Some(within) = request.asks_again_within else {
            return;
        };
        let known = |waiter: &Waiter| waiter.holder == request.holder;
        if self.queue.len() >= MAX_WAITERS || self.queue.iter().any(known) {
            return;
        }
        // The fence grows with each holder, so numbers are not reused after the queue was empty.
        let last = self.queue.last().map_or(0, |waiter| waiter.ticket);
        let ticket = last.max(self.fence.saturating_mul(MAX_WAITERS as u64)) + 1;
        // Twice the span, plus a margin for a busy machine.
        let mark_timeout = within.saturating_mul(2) + Duration::from_millis(250);
        self.queue.push(Waiter {
            holder: request.holder.clone(),
            ticket,
            patience_ms: u64::try_from(mark_timeout.as_millis()).unwrap_or(u64::MAX),
        });
    }
}
