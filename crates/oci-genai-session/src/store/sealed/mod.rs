//! Content under lock and key, in any store.
//!
//! What people and models wrote is encrypted before it reaches the store below and opened after it came back:
//! items, outputs of tools, summaries, instructions. Ids, names, titles, metadata, times and counts stay readable,
//! because sessions are found by them. Each piece is bound to its place: put elsewhere, it does not open.

mod keys;
mod rotation;
mod through;

use std::fmt;

use serde_json::{Map, Value};

pub use keys::SealingKeys;

use super::{
    Batch, EffectRecord, ItemRecord, SessionId, SessionRecord, Store, StoreError, StoreErrorKind,
    TurnRecord,
};

type Result<T> = std::result::Result<T, StoreError>;

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

    fn seal_map(&self, place: &str, map: &Map<String, Value>) -> Result<Map<String, Value>> {
        let Value::Object(sealed) = self
            .keys
            .seal(place, &Value::Object(map.clone()).to_string())?
        else {
            return Ok(Map::new());
        };
        Ok(sealed)
    }

    fn open_map(&self, place: &str, map: Map<String, Value>) -> Result<Map<String, Value>> {
        let text = self.keys.open(place, &Value::Object(map))?;
        serde_json::from_str(&text).map_err(|error| {
            StoreError::new(StoreErrorKind::Corrupt, "sealed content is damaged").with_source(error)
        })
    }

    fn seal_session(&self, record: &SessionRecord) -> Result<SessionRecord> {
        let mut record = record.clone();
        record.defaults = self.seal_map(&place("defaults", &record.id, ""), &record.defaults)?;
        if let Some(summary) = &record.summary {
            let sealed = self
                .keys
                .seal(&place("summary", &record.id, ""), &summary.to_string())?;
            record.summary = Some(sealed);
        }
        Ok(record)
    }

    fn open_session(&self, mut record: SessionRecord) -> Result<SessionRecord> {
        record.defaults = self.open_map(&place("defaults", &record.id, ""), record.defaults)?;
        if let Some(sealed) = &record.summary {
            let text = self.keys.open(&place("summary", &record.id, ""), sealed)?;
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
            .keys
            .seal(&place("item", id, item.position), &item.body)?
            .to_string();
        Ok(item)
    }

    fn open_item(&self, id: &SessionId, mut item: ItemRecord) -> Result<ItemRecord> {
        let sealed = serde_json::from_str(&item.body).unwrap_or(Value::Null);
        item.body = self.keys.open(&place("item", id, item.position), &sealed)?;
        Ok(item)
    }

    fn seal_effect(&self, id: &SessionId, effect: &EffectRecord) -> Result<EffectRecord> {
        let mut effect = effect.clone();
        let place = place("effect", id, of_call(&effect));
        effect.output = match &effect.output {
            Some(output) => Some(self.keys.seal(&place, output)?.to_string()),
            None => None,
        };
        Ok(effect)
    }

    fn open_effect(&self, id: &SessionId, mut effect: EffectRecord) -> Result<EffectRecord> {
        let place = place("effect", id, of_call(&effect));
        effect.output = match &effect.output {
            Some(output) => Some(
                self.keys
                    .open(&place, &serde_json::from_str(output).unwrap_or(Value::Null))?,
            ),
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
}

/// What tells the call of an effect from all others of its session.
fn of_call(effect: &EffectRecord) -> String {
    match effect.place {
        Some(place) => format!("{}@{place}", effect.turn),
        None => format!("{}/{}", effect.turn, effect.call_id),
    }
}

/// What a piece is bound to.
fn place(what: &str, session: &SessionId, position: impl fmt::Display) -> String {
    format!("{what}\n{session}\n{position}")
}
