//! Encryption of the content in any store.
//!
//! Content that people and models wrote is encrypted before it reaches the inner store, and
//! decrypted when it is read: items, tool outputs, summaries, instructions. Ids, names, titles,
//! metadata, times and counts stay readable, because sessions are found by them. Each piece is
//! bound to its place and cannot be decrypted at another one.

mod keys;
mod rotation;
mod store_impl;

use std::fmt;

use serde_json::{Map, Value};

pub use keys::EncryptionKeys;

use super::{
    Batch, ItemRecord, SessionId, SessionRecord, Store, StoreError, StoreErrorKind, ToolCallRecord,
    TurnRecord,
};

type Result<T> = std::result::Result<T, StoreError>;

/// Encrypts the content of a store with AES-256-GCM.
///
/// ```
/// use oci_genai_session::store::{InMemoryStore, EncryptedStore, EncryptionKeys};
///
/// # fn example(key: [u8; 32]) -> Result<(), oci_genai_session::store::StoreError> {
/// let store = EncryptedStore::new(InMemoryStore::new(), EncryptionKeys::new("2026-11", &key)?);
/// # let _ = store;
/// # Ok(())
/// # }
/// # example([7; 32]).unwrap();
/// ```
#[derive(Debug)]
pub struct EncryptedStore<S> {
    inner: S,
    keys: EncryptionKeys,
}

impl<S: Store> EncryptedStore<S> {
    /// Encrypts the content that is written to a store.
    pub fn new(inner: S, keys: EncryptionKeys) -> Self {
        Self { inner, keys }
    }

    /// Returns the inner store.
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
            StoreError::new(StoreErrorKind::Corrupt, "encrypted content is damaged")
                .with_source(error)
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
                StoreError::new(StoreErrorKind::Corrupt, "an encrypted summary is damaged")
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

    fn seal_effect(&self, id: &SessionId, effect: &ToolCallRecord) -> Result<ToolCallRecord> {
        let mut effect = effect.clone();
        let place = place("effect", id, of_call(&effect));
        effect.output = match &effect.output {
            Some(output) => Some(self.keys.seal(&place, output)?.to_string()),
            None => None,
        };
        Ok(effect)
    }

    fn open_effect(&self, id: &SessionId, mut effect: ToolCallRecord) -> Result<ToolCallRecord> {
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

/// Returns a text that identifies the tool call within its session.
fn of_call(effect: &ToolCallRecord) -> String {
    match effect.place {
        Some(place) => format!("{}@{place}", effect.turn),
        None => format!("{}/{}", effect.turn, effect.call_id),
    }
}

/// Returns the place to which a piece is bound.
fn place(what: &str, session: &SessionId, position: impl fmt::Display) -> String {
    format!("{what}\n{session}\n{position}")
}
