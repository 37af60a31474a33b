//! [`Store`] implementation that encrypts on writes and decrypts on reads.

use std::time::Duration;

use async_trait::async_trait;

use super::{EncryptedStore, Result};
use crate::clock::Timestamp;
use crate::store::{
    Batch, ItemRange, ItemRecord, Lease, LeaseRequest, LeaseResult, SessionId, SessionQuery,
    SessionRecord, SessionSnapshot, Store, ToolCallRecord, TurnRecord,
};

#[async_trait]
impl<S: Store> Store for EncryptedStore<S> {
    async fn create(&self, session: &SessionRecord) -> Result<()> {
        self.inner.create(&self.seal_session(session)?).await
    }

    async fn session(&self, id: &SessionId) -> Result<Option<SessionRecord>> {
        self.inner
            .session(id)
            .await?
            .map(|record| self.open_session(record))
            .transpose()
    }

    async fn session_by_name(&self, name: &str) -> Result<Option<SessionRecord>> {
        self.inner
            .session_by_name(name)
            .await?
            .map(|record| self.open_session(record))
            .transpose()
    }

    async fn sessions(&self, query: &SessionQuery) -> Result<Vec<SessionRecord>> {
        let found = self.inner.sessions(query).await?;
        found
            .into_iter()
            .map(|record| self.open_session(record))
            .collect()
    }

    async fn delete(&self, id: &SessionId) -> Result<bool> {
        self.inner.delete(id).await
    }

    async fn purge(&self, now: Timestamp) -> Result<u64> {
        self.inner.purge(now).await
    }

    async fn apply(&self, batch: &Batch) -> Result<u64> {
        self.inner.apply(&self.seal_batch(batch)?).await
    }

    async fn turn(&self, id: &SessionId, seq: u64) -> Result<Option<TurnRecord>> {
        self.inner
            .turn(id, seq)
            .await?
            .map(|turn| self.open_turn(id, turn))
            .transpose()
    }

    async fn turn_by_id(&self, id: &SessionId, turn_id: &str) -> Result<Option<TurnRecord>> {
        self.inner
            .turn_by_id(id, turn_id)
            .await?
            .map(|turn| self.open_turn(id, turn))
            .transpose()
    }

    async fn turns(&self, id: &SessionId, after: u64, limit: u32) -> Result<Vec<TurnRecord>> {
        let turns = self.inner.turns(id, after, limit).await?;
        turns
            .into_iter()
            .map(|turn| self.open_turn(id, turn))
            .collect()
    }

    async fn items(&self, id: &SessionId, range: ItemRange) -> Result<Vec<ItemRecord>> {
        let items = self.inner.items(id, range).await?;
        items
            .into_iter()
            .map(|item| self.open_item(id, item))
            .collect()
    }

    async fn turn_items(&self, id: &SessionId, turn: u64) -> Result<Vec<ItemRecord>> {
        let items = self.inner.turn_items(id, turn).await?;
        items
            .into_iter()
            .map(|item| self.open_item(id, item))
            .collect()
    }

    async fn tool_calls(&self, id: &SessionId, turn: u64) -> Result<Vec<ToolCallRecord>> {
        let effects = self.inner.tool_calls(id, turn).await?;
        effects
            .into_iter()
            .map(|effect| self.open_effect(id, effect))
            .collect()
    }

    async fn acquire(&self, id: &SessionId, request: &LeaseRequest) -> Result<LeaseResult> {
        match self.inner.acquire(id, request).await? {
            LeaseResult::Granted(lease, record) => match self.open_session(*record) {
                Ok(record) => Ok(LeaseResult::Granted(lease, Box::new(record))),
                Err(error) => {
                    // A holder with the wrong key must not block others.
                    self.inner.release(&lease).await?;
                    Err(error)
                }
            },
            held @ LeaseResult::Held(_) => Ok(held),
        }
    }

    async fn renew(&self, lease: &Lease, now: Timestamp, ttl: Duration) -> Result<()> {
        self.inner.renew(lease, now, ttl).await
    }

    async fn release(&self, lease: &Lease) -> Result<()> {
        self.inner.release(lease).await
    }

    async fn snapshot(&self, id: &SessionId) -> Result<Option<SessionSnapshot>> {
        let Some(sealed) = self.inner.snapshot(id).await? else {
            return Ok(None);
        };
        let mut snapshot = SessionSnapshot::new(self.open_session(sealed.session)?);
        for turn in sealed.turns {
            snapshot.turns.push(self.open_turn(id, turn)?);
        }
        for effect in sealed.effects {
            snapshot.effects.push(self.open_effect(id, effect)?);
        }
        for item in sealed.items {
            snapshot.items.push(self.open_item(id, item)?);
        }
        Ok(Some(snapshot))
    }
}
