//! A store that counts what is asked of it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use oci_genai_session::clock::Timestamp;
use oci_genai_session::store::{
    Batch, ItemRange, ItemRecord, Lease, LeaseRequest, LeaseResult, SessionId, SessionQuery,
    SessionRecord, SessionSnapshot, Store, StoreError, StoreErrorKind, ToolCallRecord, TurnRecord,
};
use tokio::sync::Notify;

type Result<T> = std::result::Result<T, StoreError>;

/// How the writing of a batch fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outage {
    /// Nothing is written.
    Before,
    /// The batch is written, and the store's answer lost.
    After,
}

/// Passes everything on, and counts calls and the records that came back.
#[derive(Clone, Debug)]
pub(crate) struct Counted {
    inner: Arc<dyn Store>,
    counts: Arc<Mutex<BTreeMap<&'static str, (u64, u64)>>>,
    /// How many more batches are written before everything stands still.
    left: Arc<Mutex<Option<u64>>>,
    halted: Arc<Notify>,
    /// Notified of each lease renewal.
    pub(crate) renewed: Arc<Notify>,
    /// Whether leases cannot be renewed, because the store is out of order.
    no_renewals: Arc<AtomicBool>,
    /// How many more batches are written before one fails, and how.
    outage: Arc<Mutex<Option<(u64, Outage)>>>,
}

impl Counted {
    pub(crate) fn new(inner: Arc<dyn Store>) -> Self {
        Self {
            inner,
            counts: Arc::default(),
            left: Arc::default(),
            halted: Arc::default(),
            renewed: Arc::default(),
            no_renewals: Arc::default(),
            outage: Arc::default(),
        }
    }

    /// How often an operation was called so far.
    pub(crate) fn calls(&self, what: &str) -> u64 {
        let counts = self.counts.lock().unwrap();
        counts.get(what).map_or(0, |(calls, _)| *calls)
    }

    /// Fails all renewals from now on, or no longer.
    pub(crate) fn refuse_renewals(&self, refuse: bool) {
        self.no_renewals.store(refuse, Ordering::SeqCst);
    }

    /// Writes so many more batches; the one after them fails.
    pub(crate) fn fail_after(&self, batches: u64, outage: Outage) {
        *self.outage.lock().unwrap() = Some((batches, outage));
    }

    /// Whether a batch is still to fail.
    pub(crate) fn is_to_fail(&self) -> bool {
        self.outage.lock().unwrap().is_some()
    }

    /// How the next batch fails, if it does.
    fn next_outage(&self) -> Option<Outage> {
        let mut outage = self.outage.lock().unwrap();
        match outage.as_mut() {
            Some((0, _)) => outage.take().map(|(_, outage)| outage),
            Some((left, _)) => {
                *left -= 1;
                None
            }
            None => None,
        }
    }

    /// Calls and records by operation since the last time, without those that were not asked for.
    pub(crate) fn take(&self) -> BTreeMap<&'static str, (u64, u64)> {
        std::mem::take(&mut self.counts.lock().unwrap())
    }

    /// Lets so many batches through; the next write waits forever, and the result is returned.
    pub(crate) fn halt_after(&self, batches: u64) -> Arc<Notify> {
        *self.left.lock().unwrap() = Some(batches);
        self.halted.clone()
    }

    /// Lets everything through again.
    pub(crate) fn go_on(&self) {
        *self.left.lock().unwrap() = None;
    }

    fn may_write(&self) -> bool {
        match self.left.lock().unwrap().as_mut() {
            None => true,
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
        }
    }

    fn count(&self, what: &'static str, records: usize) {
        let mut counts = self.counts.lock().unwrap();
        let count = counts.entry(what).or_default();
        count.0 += 1;
        count.1 += records as u64;
    }
}

fn out_of_order() -> StoreError {
    StoreError::new(StoreErrorKind::Unavailable, "the disk is out of order")
}

#[async_trait]
impl Store for Counted {
    async fn create(&self, session: &SessionRecord) -> Result<()> {
        self.count("create", 0);
        self.inner.create(session).await
    }

    async fn session(&self, id: &SessionId) -> Result<Option<SessionRecord>> {
        let found = self.inner.session(id).await?;
        self.count("session", found.iter().len());
        Ok(found)
    }

    async fn session_by_name(&self, name: &str) -> Result<Option<SessionRecord>> {
        let found = self.inner.session_by_name(name).await?;
        self.count("session_by_name", found.iter().len());
        Ok(found)
    }

    async fn sessions(&self, query: &SessionQuery) -> Result<Vec<SessionRecord>> {
        let found = self.inner.sessions(query).await?;
        self.count("sessions", found.len());
        Ok(found)
    }

    async fn delete(&self, id: &SessionId) -> Result<bool> {
        self.count("delete", 0);
        self.inner.delete(id).await
    }

    async fn purge(&self, now: Timestamp) -> Result<u64> {
        self.count("purge", 0);
        self.inner.purge(now).await
    }

    async fn apply(&self, batch: &Batch) -> Result<u64> {
        self.count("apply", 0);
        if !self.may_write() {
            self.halted.notify_one();
            std::future::pending::<()>().await;
        }
        let outage = self.next_outage();
        if outage == Some(Outage::Before) {
            return Err(out_of_order());
        }
        let generation = self.inner.apply(batch).await?;
        match outage {
            Some(Outage::After) => Err(out_of_order()),
            _ => Ok(generation),
        }
    }

    async fn turn(&self, id: &SessionId, seq: u64) -> Result<Option<TurnRecord>> {
        let found = self.inner.turn(id, seq).await?;
        self.count("turn", found.iter().len());
        Ok(found)
    }

    async fn turn_by_id(&self, id: &SessionId, turn_id: &str) -> Result<Option<TurnRecord>> {
        let found = self.inner.turn_by_id(id, turn_id).await?;
        self.count("turn_by_id", found.iter().len());
        Ok(found)
    }

    async fn turns(&self, id: &SessionId, after: u64, limit: u32) -> Result<Vec<TurnRecord>> {
        let found = self.inner.turns(id, after, limit).await?;
        self.count("turns", found.len());
        Ok(found)
    }

    async fn items(&self, id: &SessionId, range: ItemRange) -> Result<Vec<ItemRecord>> {
        let found = self.inner.items(id, range).await?;
        self.count("items", found.len());
        Ok(found)
    }

    async fn turn_items(&self, id: &SessionId, turn: u64) -> Result<Vec<ItemRecord>> {
        let found = self.inner.turn_items(id, turn).await?;
        self.count("turn_items", found.len());
        Ok(found)
    }

    async fn tool_calls(&self, id: &SessionId, turn: u64) -> Result<Vec<ToolCallRecord>> {
        let found = self.inner.tool_calls(id, turn).await?;
        self.count("effects", found.len());
        Ok(found)
    }

    async fn acquire(&self, id: &SessionId, request: &LeaseRequest) -> Result<LeaseResult> {
        self.count("acquire", 0);
        self.inner.acquire(id, request).await
    }

    async fn renew(&self, lease: &Lease, now: Timestamp, ttl: Duration) -> Result<()> {
        self.count("renew", 0);
        if self.no_renewals.load(Ordering::SeqCst) {
            return Err(out_of_order());
        }
        self.inner.renew(lease, now, ttl).await?;
        self.renewed.notify_one();
        Ok(())
    }

    async fn release(&self, lease: &Lease) -> Result<()> {
        self.count("release", 0);
        self.inner.release(lease).await
    }

    async fn snapshot(&self, id: &SessionId) -> Result<Option<SessionSnapshot>> {
        self.count("snapshot", 0);
        self.inner.snapshot(id).await
    }
}
