//! Content under lock and key, in any store.
//!
//! What people and models wrote is encrypted before it reaches the store below and opened after it came back:
//! items, outputs of tools, summaries, instructions. Ids, names, titles, metadata, times and counts stay readable,
//! because sessions are found by them. Each piece is bound to its place: put elsewhere, it does not open.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::{
    Batch, EffectRecord, Grant, ItemRange, ItemRecord, Lease, SessionId, SessionQuery,
    SessionRecord, Store, StoreError, StoreErrorKind, TurnRecord,
};
use crate::clock::Timestamp;

type Result<T> = std::result::Result<T, StoreError>;

/// The member by which sealed JSON is known.
const SEALED: &str = "sealed";

/// Keys by name: one to seal with, and older ones that still open.
pub struct SealingKeys {
    keys: Vec<(String, RandomizedNonceKey)>,
}

impl SealingKeys {
    /// Seals and opens with a key of this name, 32 random bytes.
    ///
    /// # Errors
    /// [`StoreErrorKind::Sealed`] when the cryptographic library refuses the key.
    pub fn new(name: impl Into<String>, key: &[u8; 32]) -> Result<Self> {
        Ok(Self {
            keys: vec![(name.into(), sealing_key(key)?)],
        })
    }

    /// Opens also what was sealed with an older key.
    ///
    /// # Errors
    /// [`StoreErrorKind::Sealed`] when the cryptographic library refuses the key.
    pub fn with_older(mut self, name: impl Into<String>, key: &[u8; 32]) -> Result<Self> {
        self.keys.push((name.into(), sealing_key(key)?));
        Ok(self)
    }
}

fn sealing_key(key: &[u8; 32]) -> Result<RandomizedNonceKey> {
    RandomizedNonceKey::new(&AES_256_GCM, key)
        .map_err(|_| StoreError::new(StoreErrorKind::Sealed, "the sealing key cannot be used"))
}

impl fmt::Debug for SealingKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.keys.iter().map(|(name, _)| name))
            .finish()
    }
}

/// A store whose content is sealed with AES-256-GCM.
///
/// ```
/// use oci_genai_session::store::{MemoryStore, SealedStore, SealingKeys};
///
/// # fn example(key: [u8; 32]) -> Result<(), oci_genai_session::store::StoreError> {
/// let store = SealedStore::new(MemoryStore::new(), SealingKeys::new("2026-11", &key)?);
/// # let _ = store;
/// # Ok(())
/// # }
/// # example([7; 32]).unwrap();
/// ```
#[derive(Debug)]
pub struct SealedStore<S> {
    inner: S,
    keys: SealingKeys,
}

impl<S: Store> SealedStore<S> {
    /// Seals what goes into a store.
    pub fn new(inner: S, keys: SealingKeys) -> Self {
        Self { inner, keys }
    }

    /// The store below.
    pub fn into_inner(self) -> S {
        self.inner
    }

    fn seal(&self, place: &str, text: &str) -> Result<Value> {
        let refused = || StoreError::new(StoreErrorKind::Sealed, "content cannot be sealed");
        let (name, key) = self.keys.keys.first().ok_or_else(refused)?;
        let mut buffer = text.as_bytes().to_vec();
        let nonce = key
            .seal_in_place_append_tag(Aad::from(place.as_bytes()), &mut buffer)
            .map_err(|_| refused())?;
        let mut all = nonce.as_ref().to_vec();
        all.append(&mut buffer);
        Ok(json!({ SEALED: STANDARD.encode(all), "key": name }))
    }

    fn open(&self, place: &str, sealed: &Value) -> Result<String> {
        let name = sealed.get("key").and_then(Value::as_str);
        let bytes = sealed
            .get(SEALED)
            .and_then(Value::as_str)
            .and_then(|t| STANDARD.decode(t).ok());
        let (Some(name), Some(bytes)) = (name, bytes) else {
            let text = "the store holds content that is not sealed; open it without sealing";
            return Err(StoreError::new(StoreErrorKind::Sealed, text));
        };
        let key = self
            .keys
            .keys
            .iter()
            .find(|(known, _)| known == name)
            .ok_or_else(|| {
                let text = format!(
                    "the key `{name}` is needed to open this session; give it as an older key"
                );
                StoreError::new(StoreErrorKind::Sealed, text)
            })?;
        let wrong = || {
            let text = format!(
                "content sealed with the key `{name}` does not open: the key is another one or the content was changed"
            );
            StoreError::new(StoreErrorKind::Sealed, text)
        };
        let (nonce, body) = bytes.split_at_checked(NONCE_LEN).ok_or_else(wrong)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| wrong())?;
        let mut buffer = body.to_vec();
        let plain = key
            .1
            .open_in_place(nonce, Aad::from(place.as_bytes()), &mut buffer)
            .map_err(|_| wrong())?;
        String::from_utf8(plain.to_vec()).map_err(|_| wrong())
    }

    fn seal_map(&self, place: &str, map: &Map<String, Value>) -> Result<Map<String, Value>> {
        let Value::Object(sealed) = self.seal(place, &Value::Object(map.clone()).to_string())?
        else {
            return Ok(Map::new());
        };
        Ok(sealed)
    }

    fn open_map(&self, place: &str, map: Map<String, Value>) -> Result<Map<String, Value>> {
        let text = self.open(place, &Value::Object(map))?;
        serde_json::from_str(&text).map_err(|error| {
            StoreError::new(StoreErrorKind::Corrupt, "sealed content is damaged").with_source(error)
        })
    }

    fn seal_session(&self, record: &SessionRecord) -> Result<SessionRecord> {
        let mut record = record.clone();
        record.defaults = self.seal_map(&place("defaults", &record.id, ""), &record.defaults)?;
        if let Some(summary) = &record.summary {
            let sealed = self.seal(&place("summary", &record.id, ""), &summary.to_string())?;
            record.summary = Some(sealed);
        }
        Ok(record)
    }

    fn open_session(&self, mut record: SessionRecord) -> Result<SessionRecord> {
        record.defaults = self.open_map(&place("defaults", &record.id, ""), record.defaults)?;
        if let Some(sealed) = &record.summary {
            let text = self.open(&place("summary", &record.id, ""), sealed)?;
            record.summary = Some(serde_json::from_str(&text).map_err(|error| {
                StoreError::new(StoreErrorKind::Corrupt, "a sealed summary is damaged")
                    .with_source(error)
            })?);
        }
        Ok(record)
    }

    fn seal_turn(&self, id: &SessionId, turn: &TurnRecord) -> Result<TurnRecord> {
        let mut turn = turn.clone();
        turn.request = self.seal_map(&place("turn", id, turn.seq), &turn.request)?;
        Ok(turn)
    }

    fn open_turn(&self, id: &SessionId, mut turn: TurnRecord) -> Result<TurnRecord> {
        turn.request = self.open_map(&place("turn", id, turn.seq), turn.request)?;
        Ok(turn)
    }

    fn seal_item(&self, id: &SessionId, item: &ItemRecord) -> Result<ItemRecord> {
        let mut item = item.clone();
        item.body = self
            .seal(&place("item", id, item.position), &item.body)?
            .to_string();
        Ok(item)
    }

    fn open_item(&self, id: &SessionId, mut item: ItemRecord) -> Result<ItemRecord> {
        let sealed = serde_json::from_str(&item.body).unwrap_or(Value::Null);
        item.body = self.open(&place("item", id, item.position), &sealed)?;
        Ok(item)
    }

    fn seal_effect(&self, id: &SessionId, effect: &EffectRecord) -> Result<EffectRecord> {
        let mut effect = effect.clone();
        let place = place("effect", id, format!("{}/{}", effect.turn, effect.call_id));
        effect.output = match &effect.output {
            Some(output) => Some(self.seal(&place, output)?.to_string()),
            None => None,
        };
        Ok(effect)
    }

    fn open_effect(&self, id: &SessionId, mut effect: EffectRecord) -> Result<EffectRecord> {
        let place = place("effect", id, format!("{}/{}", effect.turn, effect.call_id));
        effect.output = match &effect.output {
            Some(output) => {
                Some(self.open(&place, &serde_json::from_str(output).unwrap_or(Value::Null))?)
            }
            None => None,
        };
        Ok(effect)
    }

    fn seal_batch(&self, batch: &Batch) -> Result<Batch> {
        let id = &batch.session.id;
        let mut sealed = Batch::new(self.seal_session(&batch.session)?, batch.fence);
        sealed.turn = batch
            .turn
            .as_ref()
            .map(|turn| self.seal_turn(id, turn))
            .transpose()?;
        sealed.items = batch
            .items
            .iter()
            .map(|item| self.seal_item(id, item))
            .collect::<Result<_>>()?;
        sealed.effects = batch
            .effects
            .iter()
            .map(|e| self.seal_effect(id, e))
            .collect::<Result<_>>()?;
        sealed.drop_items_from = batch.drop_items_from;
        sealed.drop_turns_after = batch.drop_turns_after;
        sealed.release = batch.release;
        Ok(sealed)
    }

    /// Seals a session anew with the current key, in one write per turn and one for all items; the session must not be
    /// in use. Afterwards the older keys are no longer needed for it.
    ///
    /// # Errors
    /// [`StoreErrorKind::Sealed`] when a key is missing, [`StoreErrorKind::Conflict`] while the session is in use. What
    /// was not sealed anew still opens with its older key.
    pub async fn rotate(&self, id: &SessionId, now: Timestamp) -> Result<()> {
        let grant = self
            .acquire(id, "rotation", now, Duration::from_secs(60))
            .await?;
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

/// What a piece is bound to.
fn place(what: &str, session: &SessionId, position: impl fmt::Display) -> String {
    format!("{what}\n{session}\n{position}")
}

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

    async fn acquire(
        &self,
        id: &SessionId,
        holder: &str,
        now: Timestamp,
        ttl: Duration,
    ) -> Result<Grant> {
        match self.inner.acquire(id, holder, now, ttl).await? {
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

    async fn renew(&self, lease: &Lease, until: Timestamp) -> Result<()> {
        self.inner.renew(lease, until).await
    }

    async fn release(&self, lease: &Lease) -> Result<()> {
        self.inner.release(lease).await
    }
}
