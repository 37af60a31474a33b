//! A sealed store as a [`Store`]: what comes in is sealed, what goes out is opened.

use std::time::Duration;

use async_trait::async_trait;

use super::{Result, SealedStore};
use crate::clock::Timestamp;
use crate::store::{
    Batch, EffectRecord, Grant, ItemRange, ItemRecord, Lease, LeaseRequest, SessionId,
    SessionQuery, SessionRecord, SessionSnapshot, Store, TurnRecord,
};

#[async_trait]
impl<S: Store> Store for SealedStore<S> {
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

    async fn effects(&self, id: &SessionId, turn: u64) -> Result<Vec<EffectRecord>> {
        let effects = self.inner.effects(id, turn).await?;
        effects
            .into_iter()
            .map(|effect| self.open_effect(id, effect))
            .collect()
    }

    async fn acquire(&self, id: &SessionId, request: &LeaseRequest) -> Result<Grant> {
        match self.inner.acquire(id, request).await? {
            Grant::Granted(lease, record) => match self.open_session(*record) {
                Ok(record) => Ok(Grant::Granted(lease, Box::new(record))),
                Err(error) => {
                    // Nobody may be locked out by somebody with the wrong key.
                    self.inner.release(&lease).await?;
                    Err(error)
                }
            },
            held @ Grant::Held(_) => Ok(held),
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
