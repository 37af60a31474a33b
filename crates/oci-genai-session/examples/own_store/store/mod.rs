//! A session store over redb, an embedded key-value database.
//!
//! Each batch is one transaction. Every record's key begins with its session's id, so that the
//! turns, items and tool calls of a session are adjacent and in order.

mod rows;
mod writing;

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use oci_genai_session::clock::Timestamp;
use oci_genai_session::store::{
    Batch, ItemRange, ItemRecord, Lease, LeaseRequest, LeaseResult, LeaseState, SessionId,
    SessionQuery, SessionRecord, SessionSnapshot, Store, StoreErrorKind, ToolCallRecord,
    TurnRecord,
};
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition, WriteTransaction};
use serde::de::DeserializeOwned;

use self::rows::{
    EFFECTS, Entry, ITEMS, NAMES, Result, SESSIONS, TURN_IDS, TURNS, error, failed, read,
};
use self::writing::{apply, delete, entry, put, rename};

/// Keeps sessions in a redb file, for one process.
#[derive(Clone)]
pub(crate) struct RedbStore(Arc<Database>);

impl fmt::Debug for RedbStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedbStore")
    }
}

impl RedbStore {
    /// Opens the file, or creates it.
    pub(crate) fn open(path: impl AsRef<Path>) -> Result<Self> {
        let database = Database::create(path).map_err(failed)?;
        let store = Self(Arc::new(database));
        // Tables exist only after the first write, and readers need them.
        let tx = store.0.begin_write().map_err(failed)?;
        tx.open_table(SESSIONS).map_err(failed)?;
        tx.open_table(NAMES).map_err(failed)?;
        tx.open_table(TURNS).map_err(failed)?;
        tx.open_table(TURN_IDS).map_err(failed)?;
        tx.open_table(ITEMS).map_err(failed)?;
        tx.open_table(EFFECTS).map_err(failed)?;
        tx.commit().map_err(failed)?;
        Ok(store)
    }

    /// Runs blocking disk work on a blocking thread.
    async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Database) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let database = self.0.clone();
        let done = tokio::task::spawn_blocking(move || work(&database)).await;
        done.unwrap_or_else(|_| Err(error(StoreErrorKind::Unavailable, "the runtime is ending")))
    }

    /// Runs `work` in one transaction, which is committed only if it succeeds.
    async fn transaction<T: Send + 'static>(
        &self,
        work: impl FnOnce(&WriteTransaction) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.on_disk(move |database| {
            let tx = database.begin_write().map_err(failed)?;
            let done = work(&tx)?;
            tx.commit().map_err(failed)?;
            Ok(done)
        })
        .await
    }

    /// Returns every session, in no order.
    async fn all(&self) -> Result<Vec<Entry>> {
        self.on_disk(|database| {
            let tx = database.begin_read().map_err(failed)?;
            let table = tx.open_table(SESSIONS).map_err(failed)?;
            let rows = table.iter().map_err(failed)?;
            rows.map(|row| read(row.map_err(failed)?.1.value()))
                .collect()
        })
        .await
    }

    /// Returns records of one session with numbers from `from` up to but without `to`. `keep` may
    /// end the range early.
    async fn stretch<T: DeserializeOwned + Send + 'static>(
        &self,
        table: TableDefinition<'static, (&'static str, u64), &'static str>,
        id: &SessionId,
        (from, to): (u64, u64),
        newest_first: bool,
        keep: impl FnMut(&T) -> bool + Send + 'static,
        limit: u32,
    ) -> Result<Vec<T>> {
        let id = id.clone();
        self.on_disk(move |database| {
            let tx = database.begin_read().map_err(failed)?;
            let table = tx.open_table(table).map_err(failed)?;
            let keys = (id.as_str(), from)..(id.as_str(), to.max(from));
            let rows = table.range(keys).map_err(failed)?;
            let records = |row: std::result::Result<(_, redb::AccessGuard<'_, &str>), _>| {
                read::<T>(row.map_err(failed)?.1.value())
            };
            let mut keep = keep;
            let mut found = Vec::new();
            let rows: Box<dyn Iterator<Item = _>> = match newest_first {
                true => Box::new(rows.rev()),
                false => Box::new(rows),
            };
            for row in rows {
                let record = records(row)?;
                if found.len() == limit as usize || !keep(&record) {
                    break;
                }
                found.push(record);
            }
            Ok(found)
        })
        .await
    }
}

fn matches(record: &SessionRecord, text: &str) -> bool {
    let text = text.to_lowercase();
    let pairs = record.metadata.iter().flat_map(|(key, value)| [key, value]);
    let mut all = record.name.iter().chain(&record.title).chain(pairs);
    all.any(|own| own.to_lowercase().contains(&text))
}

#[async_trait]
impl Store for RedbStore {
    async fn create(&self, session: &SessionRecord) -> Result<()> {
        let mut record = session.clone();
        record.generation = 0;
        self.transaction(move |tx| {
            if entry(tx, &record.id).is_ok() {
                let text = format!("the session id `{}` is taken", record.id);
                return Err(error(StoreErrorKind::Exists, text));
            }
            rename(tx, &record.id, None, record.name.as_deref())?;
            put(
                tx,
                &Entry {
                    record,
                    lease: LeaseState::default(),
                },
            )
        })
        .await
    }

    async fn session(&self, id: &SessionId) -> Result<Option<SessionRecord>> {
        let id = id.clone();
        self.on_disk(move |database| {
            let tx = database.begin_read().map_err(failed)?;
            let table = tx.open_table(SESSIONS).map_err(failed)?;
            let row = table.get(id.as_str()).map_err(failed)?;
            row.map(|row| read::<Entry>(row.value()).map(|entry| entry.record))
                .transpose()
        })
        .await
    }

    async fn session_by_name(&self, name: &str) -> Result<Option<SessionRecord>> {
        let name = name.to_owned();
        let id = self.on_disk(move |database| {
            let tx = database.begin_read().map_err(failed)?;
            let table = tx.open_table(NAMES).map_err(failed)?;
            let row = table.get(name.as_str()).map_err(failed)?;
            Ok(row.map(|row| SessionId::from(row.value())))
        });
        match id.await? {
            Some(id) => self.session(&id).await,
            None => Ok(None),
        }
    }

    async fn sessions(&self, query: &SessionQuery) -> Result<Vec<SessionRecord>> {
        let all = self.all().await?;
        let mut found: Vec<SessionRecord> = all
            .into_iter()
            .map(|entry| entry.record)
            .filter(|record| query.text.as_ref().is_none_or(|text| matches(record, text)))
            .collect();
        found.sort_by(|a, b| (b.updated_at, &a.id).cmp(&(a.updated_at, &b.id)));
        let offset = usize::try_from(query.offset).unwrap_or(usize::MAX);
        let page = found.into_iter().skip(offset).take(query.limit as usize);
        Ok(page.collect())
    }

    async fn delete(&self, id: &SessionId) -> Result<bool> {
        let id = id.clone();
        let gone = self.transaction(move |tx| delete(tx, &id)).await;
        match gone {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == StoreErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn purge(&self, now: Timestamp) -> Result<u64> {
        let ids: Vec<SessionId> = self
            .all()
            .await?
            .into_iter()
            .map(|entry| entry.record.id)
            .collect();
        self.transaction(move |tx| {
            let mut purged = 0;
            for id in &ids {
                let Ok(entry) = entry(tx, id) else { continue };
                if !entry.lease.is_held(now)
                    && entry.record.expires_at.is_some_and(|end| end <= now)
                {
                    delete(tx, id)?;
                    purged += 1;
                }
            }
            Ok(purged)
        })
        .await
    }

    async fn apply(&self, batch: &Batch) -> Result<u64> {
        let batch = batch.clone();
        self.transaction(move |tx| apply(tx, &batch)).await
    }

    async fn turn(&self, id: &SessionId, seq: u64) -> Result<Option<TurnRecord>> {
        let span = (seq, seq.saturating_add(1));
        let found = self.stretch(TURNS, id, span, false, |_| true, 1).await?;
        Ok(found.into_iter().next())
    }

    async fn turn_by_id(&self, id: &SessionId, turn_id: &str) -> Result<Option<TurnRecord>> {
        let (session, turn_id) = (id.clone(), turn_id.to_owned());
        let seq = self.on_disk(move |database| {
            let tx = database.begin_read().map_err(failed)?;
            let table = tx.open_table(TURN_IDS).map_err(failed)?;
            let row = table.get((session.as_str(), turn_id.as_str()));
            Ok(row.map_err(failed)?.map(|row| row.value()))
        });
        match seq.await? {
            Some(seq) => self.turn(id, seq).await,
            None => Ok(None),
        }
    }

    async fn turns(&self, id: &SessionId, after: u64, limit: u32) -> Result<Vec<TurnRecord>> {
        let span = (after.saturating_add(1), u64::MAX);
        self.stretch(TURNS, id, span, false, |_| true, limit).await
    }

    async fn items(&self, id: &SessionId, range: ItemRange) -> Result<Vec<ItemRecord>> {
        let span = (range.from, range.to.unwrap_or(u64::MAX));
        self.stretch(ITEMS, id, span, range.newest_first, |_| true, range.limit)
            .await
    }

    async fn turn_items(&self, id: &SessionId, turn: u64) -> Result<Vec<ItemRecord>> {
        // A turn's items are adjacent, and the requested turn is nearly always the last one.
        let span = (0, u64::MAX);
        let not_before = move |item: &ItemRecord| item.turn >= turn;
        let mut items = self
            .stretch(ITEMS, id, span, true, not_before, u32::MAX)
            .await?;
        items.retain(|item| item.turn == turn);
        items.reverse();
        Ok(items)
    }

    async fn tool_calls(&self, id: &SessionId, turn: u64) -> Result<Vec<ToolCallRecord>> {
        let id = id.clone();
        self.on_disk(move |database| {
            let tx = database.begin_read().map_err(failed)?;
            let table = tx.open_table(EFFECTS).map_err(failed)?;
            let keys = (id.as_str(), turn, "")..(id.as_str(), turn.saturating_add(1), "");
            let rows = table.range(keys).map_err(failed)?;
            let effects = rows.map(|row| read(row.map_err(failed)?.1.value()));
            let mut effects = effects.collect::<Result<Vec<ToolCallRecord>>>()?;
            effects.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
            Ok(effects)
        })
        .await
    }

    async fn acquire(&self, id: &SessionId, request: &LeaseRequest) -> Result<LeaseResult> {
        let (id, request) = (id.clone(), request.clone());
        self.transaction(move |tx| {
            let mut entry = entry(tx, &id)?;
            let granted = entry.lease.request(&request, request.now);
            put(tx, &entry)?;
            Ok(match granted {
                Err(held) => LeaseResult::Held(held),
                Ok(taken_over) => {
                    let lease = Lease {
                        session: id,
                        holder: request.holder,
                        fence: entry.lease.fence,
                        until: entry.lease.until,
                        taken_over,
                    };
                    LeaseResult::Granted(lease, Box::new(entry.record))
                }
            })
        })
        .await
    }

    async fn renew(&self, lease: &Lease, now: Timestamp, ttl: Duration) -> Result<()> {
        let lease = lease.clone();
        self.transaction(move |tx| {
            let mut entry = entry(tx, &lease.session)?;
            match entry.lease.renew(lease.fence, now, ttl) {
                true => put(tx, &entry),
                false => Err(error(
                    StoreErrorKind::Fenced,
                    "another holder has the lease",
                )),
            }
        })
        .await
    }

    async fn release(&self, lease: &Lease) -> Result<()> {
        let lease = lease.clone();
        self.transaction(move |tx| match entry(tx, &lease.session) {
            Ok(mut entry) => {
                entry.lease.release(lease.fence);
                put(tx, &entry)
            }
            Err(_) => Ok(()),
        })
        .await
    }

    async fn snapshot(&self, id: &SessionId) -> Result<Option<SessionSnapshot>> {
        let id = id.clone();
        self.on_disk(move |database| {
            // A redb reader sees the database as of the start of its transaction.
            let tx = database.begin_read().map_err(failed)?;
            let sessions = tx.open_table(SESSIONS).map_err(failed)?;
            let Some(row) = sessions.get(id.as_str()).map_err(failed)? else {
                return Ok(None);
            };
            let mut snapshot = SessionSnapshot::new(read::<Entry>(row.value())?.record);
            let numbers = (id.as_str(), 0)..(id.as_str(), u64::MAX);
            let turns = tx.open_table(TURNS).map_err(failed)?;
            for row in turns.range(numbers.clone()).map_err(failed)? {
                snapshot.turns.push(read(row.map_err(failed)?.1.value())?);
            }
            let items = tx.open_table(ITEMS).map_err(failed)?;
            for row in items.range(numbers).map_err(failed)? {
                snapshot.items.push(read(row.map_err(failed)?.1.value())?);
            }
            let effects = tx.open_table(EFFECTS).map_err(failed)?;
            let keys = (id.as_str(), 0, "")..(id.as_str(), u64::MAX, "");
            for row in effects.range(keys).map_err(failed)? {
                snapshot.effects.push(read(row.map_err(failed)?.1.value())?);
            }
            let effects = &mut snapshot.effects;
            effects.sort_by(|a: &ToolCallRecord, b| a.sort_key().cmp(&b.sort_key()));
            Ok(Some(snapshot))
        })
        .await
    }
}
