//! Sealing anew with another key.

use std::time::Duration;

use super::{Result, SealedStore};
use crate::clock::Timestamp;
use crate::store::{
    Batch, Grant, ItemRange, Lease, LeaseRequest, SessionId, SessionRecord, Store, StoreError,
    StoreErrorKind,
};

impl<S: Store> SealedStore<S> {
    /// Seals a session anew with the current key, in one write per turn and one for all items; the session must not be
    /// in use. Afterwards the older keys are no longer needed for it.
    ///
    /// # Errors
    /// [`StoreErrorKind::Sealed`] when a key is missing, [`StoreErrorKind::Conflict`] while the session is in use. What
    /// was not sealed anew still opens with its older key.
    pub async fn rotate(&self, id: &SessionId, now: Timestamp) -> Result<()> {
        let request = LeaseRequest::new("rotation", now, Duration::from_secs(60));
        let grant = self.acquire(id, &request).await?;
        let Grant::Granted(lease, record) = grant else {
            let text = format!("session `{id}` is in use; rotate its key later");
            return Err(StoreError::new(StoreErrorKind::Conflict, text));
        };
        let result = self.rotate_held(&lease, *record).await;
        self.release(&lease).await?;
        result
    }

    async fn rotate_held(&self, lease: &Lease, mut record: SessionRecord) -> Result<()> {
        let id = record.id.clone();
        let mut after = 0;
        while let Some(turn) = self.turns(&id, after, 1).await?.pop() {
            after = turn.seq;
            let mut batch = Batch::new(record.clone(), lease.fence);
            batch.effects = self.effects(&id, turn.seq).await?;
            batch.turn = Some(turn);
            record.generation = self.apply(&batch).await?;
        }
        let mut batch = Batch::new(record, lease.fence);
        batch.items = self.items(&id, ItemRange::from(0, u32::MAX)).await?;
        batch.drop_items_from = Some(0);
        self.apply(&batch).await?;
        Ok(())
    }
}
