//! Forks, rewinds and edits: another line of turns from a point of an old one.
//!
//! The service has no such operation on a conversation, so the history up to the point is copied into a new one, item by
//! item; only when the copy is complete is it put in the old one's place.

use serde_json::Value;

use crate::error::{Error, ErrorKind, Result};
use crate::item;
use crate::journal::{self, Journal};
use crate::options::SessionOptions;
use crate::session::Session;
use crate::sessions::Sessions;
use crate::store::{
    Batch, ItemRange, ItemRecord, MemoryKind, SessionRecord, Store, TurnRecord, TurnState,
};
use crate::turn::Turn;

/// Records read at a time.
const PAGE: u32 = 500;

/// A session's history up to a turn.
struct History {
    turns: Vec<TurnRecord>,
    items: Vec<ItemRecord>,
}

impl Sessions {
    /// Makes a new session with the history of another one up to turn `at` (all of it when `None`), with any kind of
    /// memory. The old session is not touched.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when there is no such session or turn, [`ErrorKind::Busy`] while a turn of it is open,
    /// and those of [`create`](Self::create).
    pub async fn fork(
        &self,
        session: &Session,
        at: Option<u64>,
        options: impl Into<SessionOptions>,
    ) -> Result<Session> {
        let store = self.store();
        let old = store
            .session(session.id())
            .await?
            .ok_or_else(|| Error::new(ErrorKind::NotFound, "the session has been deleted"))?;
        let at = at.unwrap_or(old.next_turn - 1);
        let history = read(store, &old, at).await?;
        let copy = self.create(options).await?;
        let filled = self.fill(&copy, &old, at, history).await;
        if let Err(error) = filled {
            // Half a copy is of no use to anybody.
            if let Err(error) = self.delete_id(copy.id().clone()).await {
                tracing::warn!(session = %copy.id(), %error, "half a copy was left behind");
            }
            return Err(error);
        }
        Ok(copy)
    }

    async fn fill(
        &self,
        copy: &Session,
        old: &SessionRecord,
        at: u64,
        history: History,
    ) -> Result<()> {
        let (held, journal) = copy.hold().await?;
        let mut record = journal.record().clone();
        for (member, value) in &old.defaults {
            record
                .defaults
                .entry(member.clone())
                .or_insert_with(|| value.clone());
        }
        record.origin = Some((old.id.clone(), at));
        let History { turns, mut items } = history;
        match record.memory {
            MemoryKind::Conversation => {
                let conversation = record.conversation_id.clone().unwrap_or_default();
                items = copy.copy_items(&conversation, items).await?;
            }
            MemoryKind::Chain if old.memory == MemoryKind::Chain => {
                record.last_response_id = turns.last().and_then(|turn| turn.response_id.clone());
            }
            MemoryKind::Chain => {}
            MemoryKind::Local => {
                if old.memory == MemoryKind::Local {
                    let end = items.last().map_or(0, |item| item.position + 1);
                    if old.window_start <= end {
                        record.summary.clone_from(&old.summary);
                        record.window_start = old.window_start;
                    }
                }
            }
        }
        resume_from(&mut record, &turns, &items);
        let mut rest = items.into_iter().peekable();
        let last = turns.len().saturating_sub(1);
        for (index, turn) in turns.into_iter().enumerate() {
            let mut batch = Batch::new(record.clone(), held.lease.fence);
            while let Some(item) = rest.next_if(|item| item.turn <= turn.seq) {
                batch.items.push(item);
            }
            batch.turn = Some(turn);
            batch.release = index == last;
            record.generation = self.store().apply(&batch).await?;
        }
        if last == 0 {
            self.store().release(&held.lease).await?;
        }
        copy.publish(&record);
        Ok(())
    }
}

impl Session {
    /// Takes the session back to the end of turn `to`; 0 is before the first. Later turns are gone afterwards.
    ///
    /// A conversation on the service is copied up to there, and the session goes on with the copy; if that fails midway
    /// the session is as it was.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] without such a turn, [`ErrorKind::Busy`] while a turn is open, [`ErrorKind::Unsettled`]
    /// when the service does not take the copy.
    pub async fn rewind(&self, to: u64) -> Result<()> {
        let _place = self.place().await;
        let (held, journal) = self.hold().await?;
        let result = self.rewind_held(&journal, held.lease.fence, to).await;
        self.store().release(&held.lease).await?;
        result
    }

    async fn rewind_held(&self, journal: &Journal, fence: u64, to: u64) -> Result<()> {
        let old = journal.record();
        let history = read(self.store(), old, to).await?;
        let mut record = old.clone();
        let mut items = Vec::new();
        let mut drop_from = history.items.last().map_or(0, |item| item.position + 1);
        match record.memory {
            MemoryKind::Conversation => {
                let id = self.new_conversation(&record).await?;
                items = match self.copy_items(&id, history.items).await {
                    Ok(items) => items,
                    Err(error) => {
                        self.forget_conversation(&id).await;
                        return Err(error);
                    }
                };
                drop_from = 0;
                record.conversation_id = Some(id);
                resume_from(&mut record, &history.turns, &items);
            }
            MemoryKind::Chain => {
                record.last_response_id = history
                    .turns
                    .last()
                    .and_then(|turn| turn.response_id.clone());
                resume_from(&mut record, &history.turns, &history.items);
            }
            MemoryKind::Local => {
                if record.window_start > drop_from {
                    // The summary covers turns that are going: the full items take its place.
                    record.summary = None;
                    record.window_start = 0;
                }
                resume_from(&mut record, &history.turns, &history.items);
            }
        }
        let mut batch = Batch::new(record.clone(), fence);
        batch.drop_turns_after = Some(to);
        batch.drop_items_from = Some(drop_from);
        batch.items = items;
        record.generation = self.store().apply(&batch).await?;
        self.publish(&record);
        if old.conversation_id != record.conversation_id
            && let Some(id) = &old.conversation_id
        {
            self.forget_conversation(id).await;
        }
        Ok(())
    }

    /// Asks turn `number` anew with another text; it and all later turns are gone first.
    ///
    /// # Errors
    /// Those of [`rewind`](Self::rewind) and [`send`](Self::send).
    pub async fn edit(&self, number: u64, text: impl Into<String>) -> Result<Turn> {
        let before = number.checked_sub(1).ok_or_else(|| no_turn(0))?;
        self.rewind(before).await?;
        self.send(text).await
    }

    /// Copies items into a conversation; the result has the copies' ids.
    async fn copy_items(
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

/// The item as a conversation takes it that did not write it. Thoughts stay with the response that had them.
fn copyable(mut item: Value) -> Option<Value> {
    if item::kind(&item) == "reasoning" {
        return None;
    }
    let object = item.as_object_mut()?;
    object.remove("id");
    object.remove("status");
    Some(item)
}

fn no_turn(number: u64) -> Error {
    Error::new(
        ErrorKind::NotFound,
        format!("the session has no turn {number}"),
    )
}

/// Reads the committed history up to a turn.
async fn read(store: &dyn Store, record: &SessionRecord, to: u64) -> Result<History> {
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
fn resume_from(record: &mut SessionRecord, turns: &[TurnRecord], items: &[ItemRecord]) {
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
}
