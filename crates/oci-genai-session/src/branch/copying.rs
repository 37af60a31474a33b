//! Reading a history up to a turn, and copying it.

use serde_json::Value;

use crate::error::{Error, ErrorKind, Result};
use crate::item;
use crate::journal;
use crate::session::Session;
use crate::store::{ItemRange, ItemRecord, SessionRecord, Store, TurnRecord, TurnState};

/// Records read at a time.
const PAGE: u32 = 500;

/// A session's history up to a turn.
pub(super) struct History {
    pub(super) turns: Vec<TurnRecord>,
    pub(super) items: Vec<ItemRecord>,
}

impl Session {
    /// Copies items into a conversation; the result has the copies' ids.
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
            let text = "the service did not store every item of the copy";
            return Err(Error::new(ErrorKind::Unsettled, text));
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

/// The item as a conversation takes it that did not write it. Thoughts stay with the response that had them, and calls
/// that the service had only begun stay behind.
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

/// Reads the committed history up to a turn.
pub(super) async fn read(store: &dyn Store, record: &SessionRecord, to: u64) -> Result<History> {
    if to >= record.next_turn {
        return Err(no_turn(to));
    }
    if record.open_turn.is_some() {
        let text = "a turn of the session is open; settle it first";
        return Err(Error::new(ErrorKind::Busy, text));
    }
    let mut turns: Vec<TurnRecord> = Vec::new();
    loop {
        let after = turns.last().map_or(0, |turn| turn.seq);
        let page = store.turns(&record.id, after, PAGE).await?;
        let more = page.len() == PAGE as usize;
        turns.extend(page.into_iter().filter(|turn| turn.seq <= to));
        if !more || turns.last().is_some_and(|turn| turn.seq == to) {
            break;
        }
    }
    let mut items: Vec<ItemRecord> = Vec::new();
    loop {
        let from = items.last().map_or(0, |item| item.position + 1);
        let page = store.items(&record.id, ItemRange::from(from, PAGE)).await?;
        let more = page.len() == PAGE as usize && page.iter().all(|item| item.turn <= to);
        items.extend(page.into_iter().filter(|item| item.turn <= to));
        if !more {
            break;
        }
    }
    Ok(History { turns, items })
}

/// Sets what a session record says about its turns.
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

/// What the last of the turns left to its caller.
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
    let asked = journal::asked_with(std::iter::once(&record.defaults).chain(request));
    let of_turn: Vec<Value> = items
        .iter()
        .filter(|item| item.turn == last.turn)
        .filter_map(|item| journal::parse(item).ok())
        .collect();
    journal::unanswered(&asked, &of_turn)
}

/// The response that a chain goes on from after these turns: of the last one that was committed, if it was asked in this
/// chain.
pub(super) fn chained_response(record: &SessionRecord, turns: &[TurnRecord]) -> Option<String> {
    let committed = |turn: &&TurnRecord| turn.state == TurnState::Committed;
    turns
        .iter()
        .rev()
        .find(committed)
        .filter(|turn| turn.seq >= record.memory_since)
        .and_then(|turn| turn.response_id.clone())
}
