//! Key rotation.

use std::time::Duration;

use super::{EncryptedStore, Result};
use crate::clock::Timestamp;
use crate::store::{
    Batch, ItemRange, Lease, LeaseRequest, LeaseResult, SessionId, SessionRecord, Store,
    StoreError, StoreErrorKind,
};

impl<S: Store> EncryptedStore<S> {
    /// Encrypts a session again with the current key, in one write per turn and one for all items.
    /// The session must not be in use. The older keys are no longer needed for it afterwards.
    ///
    /// # Errors
    /// Returns [`StoreErrorKind::Sealed`] if a key is missing, and [`StoreErrorKind::Conflict`]
    /// while the session is in use. Content that was not encrypted again can still be decrypted
    /// with its older key.
    pub async fn rotate(&self, id: &SessionId, now: Timestamp) -> Result<()> {
        let request = LeaseRequest::new("rotation", now, Duration::from_secs(60));
        let grant = self.acquire(id, &request).await?;
        let LeaseResult::Granted(lease, record) = grant else {
            let text = format!(
                "could not rotate the key of session `{id}`: it is in use; hint: try again later"
            );
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
            batch.effects = self.tool_calls(&id, turn.seq).await?;
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
