//! The right to write to a session: taken, kept alive while a turn runs, given back.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::clock::TimeSource;
use crate::error::{Error, ErrorKind, Result};
use crate::policy::{Backoff, Policy};
use crate::store::{Grant, Lease, SessionId, SessionRecord, Store};

/// A lease that renews itself until dropped.
#[derive(Debug)]
pub(crate) struct HeldLease {
    pub(crate) lease: Lease,
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
        let give_up = clock.now().after(policy.lease_wait);
        let mut backoff = Backoff::new(policy.poll_first, policy.poll_most);
        loop {
            let now = clock.now();
            match store
                .acquire(session, holder, now, policy.lease_ttl)
                .await?
            {
                Grant::Granted(lease, record) => {
                    let renewal = tokio::spawn(renew(
                        store.clone(),
                        clock.clone(),
                        lease.clone(),
                        policy.lease_ttl,
                    ));
                    return Ok((Self { lease, renewal }, *record));
                }
                Grant::Held(until) => {
                    if now >= give_up {
                        return Err(Error::new(
                            ErrorKind::Busy,
                            format!(
                                "another process is using session `{session}`; try again later"
                            ),
                        ));
                    }
                    // The holder may give it back early, or end without a word and let it run out.
                    let left = until.since(now).max(Duration::from_millis(1));
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

/// Prolongs a lease three times in its length. Once somebody else has it there is nothing left to do: the next write
/// is refused by its fence.
async fn renew(store: Arc<dyn Store>, clock: Arc<dyn TimeSource>, lease: Lease, ttl: Duration) {
    loop {
        clock.timer(ttl / 3).await;
        let until = clock.now().after(ttl);
        if let Err(error) = store.renew(&lease, until).await {
            tracing::debug!(session = %lease.session, %error, "the lease was not renewed");
            if error.kind() == crate::store::StoreErrorKind::Fenced {
                return;
            }
        }
    }
}
