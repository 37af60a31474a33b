//! Leases as turns use them: wait, keep while a turn runs, confirm before anything is sent,
//! release.

mod keeper;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

pub(crate) use self::keeper::Keeper;
use self::waiting::Waiting;
use crate::clock::TimeSource;
use crate::config::{Backoff, SessionConfig};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Lease, LeaseRequest, LeaseResult, SessionId, SessionRecord, Store};

/// Longest wait between two requests for a lease. A process that stops waiting delays those behind
/// it by twice this time.
const MAX_WAIT: Duration = Duration::from_millis(500);

/// A lease that renews itself until dropped.
#[derive(Debug)]
pub(crate) struct HeldLease {
    pub(crate) lease: Lease,
    pub(crate) keeper: Arc<Keeper>,
    renewal: JoinHandle<()>,
}

impl HeldLease {
    /// Waits for the lease of a session, up to the configured timeout.
    pub(crate) async fn acquire(
        store: &Arc<dyn Store>,
        clock: &Arc<dyn TimeSource>,
        config: &SessionConfig,
        session: &SessionId,
        holder: &str,
    ) -> Result<(Self, SessionRecord)> {
        let begun = clock.monotonic();
        let longest = config.max_backoff.min(MAX_WAIT);
        let mut backoff = Backoff::new(config.initial_backoff, longest);
        let mut waiting = Waiting::default();
        loop {
            let asked = keeper::Stamp::now(clock.as_ref());
            let mut request = LeaseRequest::new(holder, asked.wall, config.lease_ttl);
            request.asks_again_within = Some(longest);
            request.overdue = waiting.overdue(asked.monotonic);
            request.seen = waiting.seen();
            request.holder_is_alive = waiting.saw_a_renewal();
            match store.acquire(session, &request).await? {
                LeaseResult::Granted(lease, record) => {
                    let keeper = Keeper::new(
                        store.clone(),
                        clock.clone(),
                        lease.clone(),
                        config.lease_ttl,
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
                LeaseResult::Held(held) => {
                    let now = clock.monotonic();
                    if now.saturating_sub(begun) >= config.lease_timeout {
                        return Err(Error::new(
                            ErrorKind::Busy,
                            format!(
                                "another process is using session `{session}`; hint: try again later"
                            ),
                        ));
                    }
                    let left = waiting.observe(held, now);
                    // The holder may release it early, or stop and let it expire.
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
