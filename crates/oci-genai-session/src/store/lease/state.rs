//! Who holds the lease of a session and who comes next, without I/O.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Held, LeaseMark, LeaseRequest};
use crate::clock::Timestamp;

/// The most places in a queue. A requester that finds it full asks again without one.
const MAX_WAITERS: usize = 64;

/// A place in the queue for a lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Waiter {
    /// Identifies who waits.
    pub holder: String,
    /// The number of the place; it is never given twice.
    pub ticket: u64,
    /// How long after the lease is free the place is kept, in milliseconds.
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
    /// Who holds it.
    pub holder: Option<String>,
    /// Grows with each new holder.
    pub fence: u64,
    /// When it ends unless renewed.
    pub until: Timestamp,
    /// How long it was taken or renewed for, in milliseconds; 0 when an older version did not say.
    pub ttl_ms: u64,
    /// How often it was taken or renewed.
    pub renewals: u64,
    /// The last holder did not give it back and has been passed over.
    pub interrupted: bool,
    /// Who waits for it, in the order of arrival.
    pub queue: Vec<Waiter>,
}

impl LeaseState {
    /// Grants the lease, or says what stands in the way; `now` is the clock of the store. `true` says that the holder before
    /// did not give it back. The state may have changed either way.
    ///
    /// # Errors
    /// What keeps the requester waiting.
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
                    patience: self.ttl(request),
                    left: self.until.since(now),
                });
            }
            // From here on the old holder cannot write, whoever gets the lease.
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
                let patience = Duration::from_millis(first.patience_ms);
                let mark = LeaseMark::Waiter(first.ticket);
                self.enqueue(request);
                Err(Held {
                    mark,
                    patience,
                    left: patience,
                })
            }
            _ => {
                let interrupted = self.interrupted;
                Ok(self.grant(request, now, interrupted))
            }
        }
    }

    /// Renews the lease of that fence; `false` when somebody else has taken it since.
    pub fn renew(&mut self, fence: u64, now: Timestamp, ttl: Duration) -> bool {
        if self.fence != fence {
            return false;
        }
        self.prolong(now, ttl);
        true
    }

    /// Ends the lease of that fence; nothing happens when somebody else has taken it since.
    pub fn release(&mut self, fence: u64) {
        if self.fence == fence {
            self.holder = None;
        }
    }

    /// Whether somebody holds the lease.
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

    /// How long the holder's lease lasts. A lease of an older version has no length: it is taken for the requester's own.
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
        // The fence grows with each holder, so that a number is not given again after the queue was empty.
        let last = self.queue.last().map_or(0, |waiter| waiter.ticket);
        let ticket = last.max(self.fence.saturating_mul(MAX_WAITERS as u64)) + 1;
        // Twice the span, and a bit for a machine that is busy.
        let patience = within.saturating_mul(2) + Duration::from_millis(250);
        self.queue.push(Waiter {
            holder: request.holder.clone(),
            ticket,
            patience_ms: u64::try_from(patience.as_millis()).unwrap_or(u64::MAX),
        });
    }
}
