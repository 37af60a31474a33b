//! Reads a history up to a turn, and copies it.

use serde_json::Value;

use crate::error::{Error, ErrorKind, Result};
use crate::item;
use crate::journal;
use crate::session::Session;
use crate::store::{ItemRecord, SessionId, SessionRecord, Store, TurnRecord, TurnState};

/// A session's history up to a turn.
pub(super) struct History {
    pub(super) turns: Vec<TurnRecord>,
    pub(super) items: Vec<ItemRecord>,
}

impl Session {
    /// Copies items into a conversation. The result has the ids of the copies.
    pub(super) async fn copy_items(
        &self,
        conversation: &str,
        items: Vec<ItemRecord>,
    ) -> Result<Vec<ItemRecord>> {
        let mut kept = Vec::new();
        let mut values = Vec::new();
        for record in items {
            if let Some(value) = copyable(journal::parse(&record)?) {
                kept.push(record);
                values.push(value);
            }
        }
        let added = self.add_items(conversation, values).await?;
        if added.len() != kept.len() {
            let text = "the service did not store all copied items";
            return Err(Error::new(ErrorKind::OutcomeUnknown, text));
        }
        // Positions stay without gaps.
        Ok((0..)
            .zip(kept.into_iter().zip(&added))
            .map(|(position, (mut record, value))| {
                record.position = position;
                record.item_id = item::id(value).map(str::to_owned);
                record.body = value.to_string();
                record
            })
            .collect())
    }
}

/// Returns the item in a form that another conversation accepts. Drops reasoning items, which
/// belong to their response, and hosted calls that the service had not finished.
fn copyable(item: Value) -> Option<Value> {
    let begun = item::is_hosted_call(&item) && item::is_unfinished(&item);
    (item::kind(&item) != "reasoning" && !begun).then(|| item::without_place(item))
}

pub(super) fn no_turn(number: u64) -> Error {
    Error::new(
        ErrorKind::NotFound,
        format!("the session has no turn {number}"),
    )
}

/// Rejects a session with an open turn.
pub(super) fn check_settled(session: &SessionRecord) -> Result<()> {
    session.open_turn.map_or(Ok(()), |_| Err(is_open()))
}

fn is_open() -> Error {
    let text = "a turn of the session is open; hint: recover the session first";
    Error::new(ErrorKind::Busy, text)
}

/// Returns the session and its committed history up to a turn, as of one moment.
pub(super) async fn read(
    store: &dyn Store,
    id: &SessionId,
    to: Option<u64>,
) -> Result<(SessionRecord, u64, History)> {
    let snapshot = store
        .snapshot(id)
        .await?
        .ok_or_else(|| Error::new(ErrorKind::NotFound, "the session was deleted"))?;
    let session = snapshot.session;
    let to = to.unwrap_or(session.next_turn.saturating_sub(1));
    if to >= session.next_turn {
        return Err(no_turn(to));
    }
    if session.open_turn.is_some_and(|open| open <= to) {
        return Err(is_open());
    }
    let (mut turns, mut items) = (snapshot.turns, snapshot.items);
    turns.retain(|turn| turn.seq <= to);
    items.retain(|item| item.turn <= to);
    Ok((session, to, History { turns, items }))
}

/// Sets the members of a session record that depend on its turns.
pub(super) fn resume_from(record: &mut SessionRecord, turns: &[TurnRecord], items: &[ItemRecord]) {
    let committed = || {
        turns
            .iter()
            .filter(|turn| turn.state == TurnState::Committed)
    };
    record.next_turn = turns.last().map_or(1, |turn| turn.seq + 1);
    record.next_position = items.last().map_or(0, |item| item.position + 1);
    record.turns = committed().count() as u64;
    record.usage = Default::default();
    committed().for_each(|turn| record.usage.add(turn.usage));
    record.anchor = items.iter().rev().find_map(|item| item.item_id.clone());
    record.open_turn = None;
    record.stale = false;
    record.unanswered = last_unanswered(record, turns, items);
}

/// Returns the calls that the last turn left to its caller.
fn last_unanswered(
    record: &SessionRecord,
    turns: &[TurnRecord],
    items: &[ItemRecord],
) -> Vec<Value> {
    let Some(last) = items.last() else {
        return Vec::new();
    };
    let request = turns
        .iter()
        .find(|turn| turn.seq == last.turn)
        .map(|turn| &turn.request);
    let asked = journal::pending_calls_of(std::iter::once(&record.defaults).chain(request));
    let of_turn: Vec<Value> = items
        .iter()
        .filter(|item| item.turn == last.turn)
        .filter_map(|item| journal::parse(item).ok())
        .collect();
    journal::unanswered(&asked, &of_turn)
}

/// Returns the response id that the next turn continues: that of the last committed turn, if it
/// belongs to the current sequence of responses.
pub(super) fn chained_response(record: &SessionRecord, turns: &[TurnRecord]) -> Option<String> {
    let committed = |turn: &&TurnRecord| turn.state == TurnState::Committed;
    turns
        .iter()
        .rev()
        .find(committed)
        .filter(|turn| turn.seq >= record.memory_since)
        .and_then(|turn| turn.response_id.clone())
}
