//! In-memory store.

mod entry;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use self::entry::{Entry, exists, fenced, not_found};
use super::{
    Batch, ItemRange, ItemRecord, Lease, LeaseRequest, LeaseResult, SessionId, SessionQuery,
    SessionRecord, SessionSnapshot, Store, StoreError, ToolCallRecord, TurnRecord,
};
use crate::clock::Timestamp;

/// Keeps sessions in memory. Clones share the same sessions.
///
/// ```
/// use oci_genai_session::store::InMemoryStore;
///
/// let store = InMemoryStore::new();
/// # let _ = store;
/// ```
#[derive(Clone, Debug, Default)]
pub struct InMemoryStore {
    sessions: Arc<Mutex<HashMap<SessionId, Entry>>>,
}

impl InMemoryStore {
    /// Creates an empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Entry>> {
        // Code that holds the lock does not panic, and a batch is checked before it is written.
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn name_taken(
    sessions: &HashMap<SessionId, Entry>,
    record: &SessionRecord,
) -> Result<(), StoreError> {
    let Some(name) = &record.name else {
        return Ok(());
    };
    let taken = sessions
        .values()
        .any(|other| other.record.id != record.id && other.record.name.as_ref() == Some(name));
    if taken {
        Err(exists(&format!("the session name `{name}`")))
    } else {
        Ok(())
    }
}

#[async_trait]
impl Store for InMemoryStore {
    async fn create(&self, session: &SessionRecord) -> Result<(), StoreError> {
        let mut sessions = self.lock();
        if sessions.contains_key(&session.id) {
            return Err(exists(&format!("the session id `{}`", session.id)));
        }
        name_taken(&sessions, session)?;
        let mut record = session.clone();
        record.generation = 0;
        let entry = Entry::new(record);
        sessions.insert(session.id.clone(), entry);
        Ok(())
    }

    async fn session(&self, id: &SessionId) -> Result<Option<SessionRecord>, StoreError> {
        Ok(self.lock().get(id).map(|entry| entry.record.clone()))
    }

    async fn session_by_name(&self, name: &str) -> Result<Option<SessionRecord>, StoreError> {
        let sessions = self.lock();
        let mut records = sessions.values().map(|entry| &entry.record);
        Ok(records
            .find(|record| record.name.as_deref() == Some(name))
            .cloned())
    }

    async fn sessions(&self, query: &SessionQuery) -> Result<Vec<SessionRecord>, StoreError> {
        let wanted = query.text.as_ref().map(|text| text.to_lowercase());
        let matches = |record: &SessionRecord| {
            let Some(wanted) = &wanted else { return true };
            let pairs = record.metadata.iter().flat_map(|(key, value)| [key, value]);
            record
                .name
                .iter()
                .chain(&record.title)
                .chain(pairs)
                .any(|text| text.to_lowercase().contains(wanted))
        };
        let mut found: Vec<SessionRecord> = self
            .lock()
            .values()
            .map(|e| &e.record)
            .filter(|r| matches(r))
            .cloned()
            .collect();
        found.sort_by(|a, b| {
            b.updated_at
                .cmp(&a.updated_at)
                .then_with(|| a.id.cmp(&b.id))
        });
        let offset = usize::try_from(query.offset).unwrap_or(usize::MAX);
        Ok(found
            .into_iter()
            .skip(offset)
            .take(query.limit as usize)
            .collect())
    }

    async fn delete(&self, id: &SessionId) -> Result<bool, StoreError> {
        Ok(self.lock().remove(id).is_some())
    }

    async fn purge(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut sessions = self.lock();
        let before = sessions.len();
        sessions.retain(|_, entry| {
            entry.lease.is_held(now) || entry.record.expires_at.is_none_or(|end| end > now)
        });
        Ok((before - sessions.len()) as u64)
    }

    async fn apply(&self, batch: &Batch) -> Result<u64, StoreError> {
        let mut sessions = self.lock();
        name_taken(&sessions, &batch.session)?;
        let id = &batch.session.id;
        let entry = sessions.get_mut(id).ok_or_else(|| not_found(id))?;
        entry.check(batch)?;
        entry.write(batch);
        Ok(entry.record.generation)
    }

    async fn turn(&self, id: &SessionId, seq: u64) -> Result<Option<TurnRecord>, StoreError> {
        Ok(self
            .lock()
            .get(id)
            .and_then(|entry| entry.turns.get(&seq).cloned()))
    }

    async fn turn_by_id(
        &self,
        id: &SessionId,
        turn_id: &str,
    ) -> Result<Option<TurnRecord>, StoreError> {
        let sessions = self.lock();
        let Some(entry) = sessions.get(id) else {
            return Ok(None);
        };
        Ok(entry
            .turns
            .values()
            .find(|turn| turn.turn_id == turn_id)
            .cloned())
    }

    async fn turns(
        &self,
        id: &SessionId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<TurnRecord>, StoreError> {
        let sessions = self.lock();
        let Some(entry) = sessions.get(id) else {
            return Ok(Vec::new());
        };
        let later = entry
            .turns
            .range(after.saturating_add(1)..)
            .map(|(_, turn)| turn.clone());
        Ok(later.take(limit as usize).collect())
    }

    async fn items(&self, id: &SessionId, range: ItemRange) -> Result<Vec<ItemRecord>, StoreError> {
        let sessions = self.lock();
        let Some(entry) = sessions.get(id) else {
            return Ok(Vec::new());
        };
        let to = range.to.unwrap_or(u64::MAX).max(range.from);
        let stretch = entry
            .items
            .range(range.from..to)
            .map(|(_, item)| item.clone());
        let limit = range.limit as usize;
        Ok(if range.newest_first {
            stretch.rev().take(limit).collect()
        } else {
            stretch.take(limit).collect()
        })
    }

    async fn turn_items(&self, id: &SessionId, turn: u64) -> Result<Vec<ItemRecord>, StoreError> {
        let sessions = self.lock();
        let Some(entry) = sessions.get(id) else {
            return Ok(Vec::new());
        };
        // A turn's items are adjacent, and the requested turn is nearly always the last one.
        let tail = entry.items.values().rev();
        let mut items: Vec<ItemRecord> = tail
            .skip_while(|item| item.turn > turn)
            .take_while(|item| item.turn == turn)
            .cloned()
            .collect();
        items.reverse();
        Ok(items)
    }

    async fn tool_calls(
        &self,
        id: &SessionId,
        turn: u64,
    ) -> Result<Vec<ToolCallRecord>, StoreError> {
        let sessions = self.lock();
        let Some(entry) = sessions.get(id) else {
            return Ok(Vec::new());
        };
        let from = (turn, String::new());
        let effects = entry
            .effects
            .range(from..)
            .take_while(|((of, _), _)| *of == turn);
        let mut effects: Vec<_> = effects.map(|(_, effect)| effect.clone()).collect();
        effects.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        Ok(effects)
    }

    async fn acquire(
        &self,
        id: &SessionId,
        request: &LeaseRequest,
    ) -> Result<LeaseResult, StoreError> {
        let mut sessions = self.lock();
        let entry = sessions.get_mut(id).ok_or_else(|| not_found(id))?;
        Ok(match entry.lease.request(request, request.now) {
            Ok(taken_over) => {
                let lease = Lease {
                    session: id.clone(),
                    holder: request.holder.clone(),
                    fence: entry.lease.fence,
                    until: entry.lease.until,
                    taken_over,
                };
                LeaseResult::Granted(lease, Box::new(entry.record.clone()))
            }
            Err(held) => LeaseResult::Held(held),
        })
    }

    async fn renew(&self, lease: &Lease, now: Timestamp, ttl: Duration) -> Result<(), StoreError> {
        let mut sessions = self.lock();
        let entry = sessions
            .get_mut(&lease.session)
            .ok_or_else(|| not_found(&lease.session))?;
        match entry.lease.renew(lease.fence, now, ttl) {
            true => Ok(()),
            false => Err(fenced(&lease.session)),
        }
    }

    async fn release(&self, lease: &Lease) -> Result<(), StoreError> {
        if let Some(entry) = self.lock().get_mut(&lease.session) {
            entry.lease.release(lease.fence);
        }
        Ok(())
    }

    async fn snapshot(&self, id: &SessionId) -> Result<Option<SessionSnapshot>, StoreError> {
        Ok(self.lock().get(id).map(Entry::snapshot))
    }
}
