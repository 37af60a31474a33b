//! The right to write to a session: waited for, kept while a turn runs, made sure of before anything is sent, given back.

mod keeper;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

pub(crate) use self::keeper::Keeper;
use self::waiting::Waiting;
use crate::clock::TimeSource;
use crate::error::{Error, ErrorKind, Result};
use crate::policy::{Backoff, Policy};
use crate::store::{Grant, Lease, LeaseRequest, SessionId, SessionRecord, Store};

/// The longest wait between two requests for a lease: those who come after a process that no longer waits lose twice that.
const MAX_WAIT: Duration = Duration::from_millis(500);

/// A lease that renews itself until dropped.
#[derive(Debug)]
pub(crate) struct HeldLease {
    pub(crate) lease: Lease,
    pub(crate) keeper: Arc<Keeper>,
    renewal: JoinHandle<()>,
}

impl HeldLease {
    /// Waits for the lease of a session, for as long as the policy allows.
    pub(crate) async fn acquire(
        store: &Arc<dyn Store>,
        clock: &Arc<dyn TimeSource>,
        policy: &Policy,
        session: &SessionId,
        holder: &str,
    ) -> Result<(Self, SessionRecord)> {
        let begun = clock.monotonic();
        let longest = policy.poll_most.min(MAX_WAIT);
        let mut backoff = Backoff::new(policy.poll_first, longest);
        let mut waiting = Waiting::default();
        loop {
            let asked = keeper::Stamp::now(clock.as_ref());
            let mut request = LeaseRequest::new(holder, asked.wall, policy.lease_ttl);
            request.asks_again_within = Some(longest);
            request.overdue = waiting.overdue(asked.monotonic);
            request.seen = waiting.seen();
            request.holder_is_alive = waiting.saw_a_renewal();
            match store.acquire(session, &request).await? {
                Grant::Granted(lease, record) => {
                    let keeper = Keeper::new(
                        store.clone(),
                        clock.clone(),
                        lease.clone(),
                        policy.lease_ttl,
                        asked,
                    );
                    let keeper = Arc::new(keeper);
                    let renewal = tokio::spawn(keeper.clone().renew_for_ever());
                    let held = Self {
                        lease,
                        keeper,
                        renewal,
                    };
                    return Ok((held, *record));
                }
                Grant::Held(held) => {
                    let now = clock.monotonic();
                    if now.saturating_sub(begun) >= policy.lease_wait {
                        return Err(Error::new(
                            ErrorKind::Busy,
                            format!(
                                "another process is using session `{session}`; try again later"
                            ),
                        ));
                    }
                    let left = waiting.observe(held, now);
                    // The holder may give it back early, or end without a word and let it run out.
                    let left = left.max(Duration::from_millis(1));
                    clock.sleep(backoff.next().min(left)).await;
                }
            }
        }
    }
}

impl Drop for HeldLease {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}
