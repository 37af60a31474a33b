//! Conversion of rows, numbers and errors.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::Result;
use crate::store::{
    CallPlace, Direction, ItemRecord, SessionId, SessionRecord, StoreError, StoreErrorKind,
    ToolCallRecord, ToolCallState, TurnRecord,
};

pub(super) fn failed(error: sqlx::Error) -> StoreError {
    let taken = error
        .as_database_error()
        .is_some_and(|e| e.is_unique_violation());
    if taken {
        return StoreError::new(
            StoreErrorKind::Exists,
            "a name, id or position is already taken in the session store",
        )
        .with_source(error);
    }
    StoreError::new(
        StoreErrorKind::Unavailable,
        "the session store did not respond",
    )
    .with_source(error)
}

pub(super) fn damaged(
    what: &str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> StoreError {
    let text = format!("the session store holds a damaged {what}; hint: restore it from a backup");
    StoreError::new(StoreErrorKind::Corrupt, text).with_source(source)
}

pub(super) fn not_found(id: &SessionId) -> StoreError {
    StoreError::new(
        StoreErrorKind::NotFound,
        format!("there is no session `{id}`"),
    )
}

pub(super) fn fenced(id: &SessionId) -> StoreError {
    StoreError::new(
        StoreErrorKind::Fenced,
        format!("another writer took over session `{id}`"),
    )
}

/// Positions and numbers grow by one at a time and never reach the end of a signed 64-bit column.
pub(super) fn column(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn number(column: i64) -> u64 {
    u64::try_from(column).unwrap_or(0)
}

pub(super) fn document<T: serde::Serialize>(record: &T) -> Result<String> {
    serde_json::to_string(record).map_err(|error| {
        StoreError::new(
            StoreErrorKind::Corrupt,
            "could not serialize a record as JSON",
        )
        .with_source(error)
    })
}

/// Reads a session's columns: the document, and the generation column, which overrides the
/// document's.
pub(super) fn session(row: &AnyRow) -> Result<SessionRecord> {
    let text: String = row.try_get(0).map_err(failed)?;
    let generation: i64 = row.try_get(1).map_err(failed)?;
    let mut record: SessionRecord =
        serde_json::from_str(&text).map_err(|error| damaged("session", error))?;
    record.generation = number(generation);
    Ok(record)
}

pub(super) fn turn(row: &AnyRow) -> Result<TurnRecord> {
    let text: String = row.try_get(0).map_err(failed)?;
    serde_json::from_str(&text).map_err(|error| damaged("turn", error))
}

pub(super) fn item(row: &AnyRow) -> Result<ItemRecord> {
    let direction: String = row.try_get(3).map_err(failed)?;
    let round: i64 = row.try_get(2).map_err(failed)?;
    let mut item = ItemRecord::new(
        number(row.try_get(0).map_err(failed)?),
        number(row.try_get(1).map_err(failed)?),
        u32::try_from(round).map_err(|error| damaged("item", error))?,
        if direction == "input" {
            Direction::Input
        } else {
            Direction::Output
        },
        row.try_get(5).map_err(failed)?,
    );
    item.item_id = row.try_get(4).map_err(failed)?;
    Ok(item)
}

pub(super) fn effect(row: &AnyRow) -> Result<ToolCallRecord> {
    let state: String = row.try_get(3).map_err(failed)?;
    let state = ToolCallState::from_name(&state)
        .ok_or_else(|| damaged("effect", format!("`{state}` is not a tool call state")))?;
    let call: String = row.try_get(1).map_err(failed)?;
    let name: String = row.try_get(2).map_err(failed)?;
    let output: Option<String> = row.try_get(4).map_err(failed)?;
    let place: String = row.try_get(5).map_err(failed)?;
    let turn = number(row.try_get(0).map_err(failed)?);
    let mut effect = ToolCallRecord::new(turn, CallPlace::default(), call, name, state);
    effect.place = match place.starts_with("id:") {
        true => None,
        false => Some(
            parse_place(&place)
                .ok_or_else(|| damaged("effect", format!("`{place}` is not a place of a call")))?,
        ),
    };
    // Output is JSON text, because PostgreSQL allows no NUL character in plain text.
    effect.output = output
        .map(|text| serde_json::from_str(&text).map_err(|error| damaged("effect", error)))
        .transpose()?;
    Ok(effect)
}

fn parse_place(text: &str) -> Option<CallPlace> {
    let (round, position) = text.split_once('/')?;
    Some(CallPlace {
        round: round.parse().ok()?,
        position: position.parse().ok()?,
    })
}

/// Returns the text that a search matches.
pub(super) fn search_text(record: &SessionRecord) -> String {
    let pairs = record.metadata.iter().flat_map(|(key, value)| [key, value]);
    let texts: Vec<String> = record
        .name
        .iter()
        .chain(&record.title)
        .chain(pairs)
        .map(|text| text.to_lowercase().replace('\0', " "))
        .collect();
    texts.join("\n")
}

/// Returns a text as the inside of a LIKE pattern with `!` as the escape character.
pub(super) fn like(text: &str) -> String {
    let escaped = text
        .to_lowercase()
        .replace('!', "!!")
        .replace('%', "!%")
        .replace('_', "!_");
    format!("%{}%", escaped.replace('\0', " "))
}
