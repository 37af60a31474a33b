//! Tables, keys and serialization.

use std::fmt;

use oci_genai_session::store::{LeaseState, SessionId, SessionRecord, StoreError, StoreErrorKind};
use redb::TableDefinition;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub(super) type Result<T> = std::result::Result<T, StoreError>;

pub(super) const SESSIONS: TableDefinition<'_, &str, &str> = TableDefinition::new("sessions");
pub(super) const NAMES: TableDefinition<'_, &str, &str> = TableDefinition::new("names");
pub(super) const TURNS: TableDefinition<'_, (&str, u64), &str> = TableDefinition::new("turns");
pub(super) const TURN_IDS: TableDefinition<'_, (&str, &str), u64> =
    TableDefinition::new("turn ids");
pub(super) const ITEMS: TableDefinition<'_, (&str, u64), &str> = TableDefinition::new("items");
pub(super) const EFFECTS: TableDefinition<'_, (&str, u64, &str), &str> =
    TableDefinition::new("effects");

/// A session and its lease.
#[derive(Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) record: SessionRecord,
    pub(super) lease: LeaseState,
}

pub(super) fn failed(error: impl Into<redb::Error>) -> StoreError {
    StoreError::new(StoreErrorKind::Unavailable, "the database did not respond")
        .with_source(error.into())
}

pub(super) fn error(kind: StoreErrorKind, text: impl fmt::Display) -> StoreError {
    StoreError::new(kind, text.to_string())
}

pub(super) fn not_found(id: &SessionId) -> StoreError {
    error(
        StoreErrorKind::NotFound,
        format!("there is no session `{id}`"),
    )
}

pub(super) fn write(record: &impl Serialize) -> Result<String> {
    serde_json::to_string(record).map_err(|error| {
        StoreError::new(StoreErrorKind::Corrupt, "could not serialize a record").with_source(error)
    })
}

pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| {
        StoreError::new(StoreErrorKind::Corrupt, "a record is damaged").with_source(error)
    })
}
