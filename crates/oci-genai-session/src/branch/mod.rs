//! Forks, rewinds and edits: new sequences of turns from a point in an old one.
//!
//! The service cannot fork a conversation. The session copies the history up to the point into a
//! new conversation, item by item. The new conversation replaces the old one only when the copy is
//! complete.

mod copy;
mod switch;

use self::copy::{History, chained_response, check_settled, no_turn, read, resume_from};
use crate::error::Result;
use crate::item;
use crate::journal::{self, Journal};
use crate::options::SessionOptions;
use crate::session::Session;
use crate::sessions::Sessions;
use crate::store::{Batch, Direction, HistoryMode, SessionRecord};
use crate::turn::Turn;

impl Sessions {
    /// Creates a session with the history of another one up to turn `at` (all of it if `None`), in
    /// any history mode. The old session does not change.
    ///
    /// # Errors
    /// Returns [`NotFound`](crate::ErrorKind::NotFound) if the session or turn does not exist, and
    /// [`Busy`](crate::ErrorKind::Busy) while a turn up to `at` is open. Other errors are those of
    /// [`create`](Self::create).
    pub async fn fork(
        &self,
        session: &Session,
        at: Option<u64>,
        options: impl Into<SessionOptions>,
    ) -> Result<Session> {
        let (old, at, history) = read(self.store(), session.id(), at).await?;
        let (copy, wanted) = self.create_unseen(options.into()).await?;
        let filled = self.fill(&copy, wanted, &old, at, history).await;
        if let Err(error) = filled {
            // Half a copy is useless.
            if let Err(error) = self.delete_id(copy.id().clone()).await {
                tracing::warn!(session = %copy.id(), %error, "could not delete an incomplete copy");
            }
            return Err(error);
        }
        Ok(copy)
    }

    /// Writes the copied history first, and the session's own record last, which makes the copy
    /// visible.
    async fn fill(
        &self,
        copy: &Session,
        wanted: SessionRecord,
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
        record.memory_since = at + 1;
        let History { turns, mut items } = history;
        match record.history_mode {
            HistoryMode::Conversation => {
                let conversation = record.conversation_id.clone().unwrap_or_default();
                items = copy.copy_items(&conversation, items).await?;
            }
            HistoryMode::PreviousResponse if old.history_mode == HistoryMode::PreviousResponse => {
                record.memory_since = old.memory_since;
                record.last_response_id = chained_response(old, &turns);
            }
            HistoryMode::PreviousResponse => {}
            HistoryMode::Client => {
                if old.history_mode == HistoryMode::Client {
                    record.budget = record.budget.or(old.budget);
                    record.compaction = record.compaction.or(old.compaction);
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
        for turn in turns {
            let mut batch = Batch::new(record.clone(), held.lease.fence);
            while let Some(item) = rest.next_if(|item| item.turn <= turn.seq) {
                batch.items.push(item);
            }
            batch.turn = Some(turn);
            record.generation = self.store().apply(&batch).await?;
        }
        record.name = wanted.name;
        record.expires_at = wanted.expires_at;
        let mut batch = Batch::new(record.clone(), held.lease.fence);
        batch.release = true;
        record.generation = self.store().apply(&batch).await?;
        copy.publish(&record);
        Ok(())
    }
}

impl Session {
    /// Rewinds the session to the end of turn `to`; 0 is before the first turn. Later turns are
    /// deleted.
    ///
    /// A conversation on the service is copied up to that turn, and the session continues with the
    /// copy. If the copy fails midway, the session does not change.
    ///
    /// # Errors
    /// Returns [`NotFound`](crate::ErrorKind::NotFound) if the turn does not exist,
    /// [`Busy`](crate::ErrorKind::Busy) while a turn is open, and
    /// [`OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the service does not accept the
    /// copy.
    pub async fn rewind(&self, to: u64) -> Result<()> {
        let _place = self.place().await;
        let (held, journal) = self.hold().await?;
        let result = self.rewind_held(&journal, held.lease.fence, to).await;
        self.store().release(&held.lease).await?;
        result
    }

    async fn rewind_held(&self, journal: &Journal, fence: u64, to: u64) -> Result<()> {
        let old = journal.record();
        check_settled(old)?;
        let (_, _, history) = read(self.store(), &old.id, Some(to)).await?;
        let mut record = old.clone();
        let mut items = Vec::new();
        let mut drop_from = history.items.last().map_or(0, |item| item.position + 1);
        match record.history_mode {
            HistoryMode::Conversation => {
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
            HistoryMode::PreviousResponse => {
                record.last_response_id = chained_response(old, &history.turns);
                resume_from(&mut record, &history.turns, &history.items);
            }
            HistoryMode::Client => {
                if record.window_start > drop_from {
                    // The summary covers turns that are deleted; the full items replace it.
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

    /// Deletes turn `number` and all later turns, then sends another text instead.
    ///
    /// # Errors
    /// Same as [`rewind`](Self::rewind) and [`send`](Self::send).
    pub async fn edit(&self, number: u64, text: impl Into<String>) -> Result<Turn> {
        let before = number.checked_sub(1).ok_or_else(|| no_turn(0))?;
        self.rewind(before).await?;
        self.send(text).await
    }

    /// Deletes turn `number` and all later turns, then sends the input of turn `number` again.
    ///
    /// # Errors
    /// Same as [`rewind`](Self::rewind) and [`send`](Self::send).
    pub async fn regenerate(&self, number: u64) -> Result<Turn> {
        let before = number.checked_sub(1).ok_or_else(|| no_turn(0))?;
        let items = self.store().turn_items(self.id(), number).await?;
        let asked = items
            .iter()
            .filter(|item| item.round == 0 && item.direction == Direction::Input)
            .map(|item| journal::parse(item).map(item::without_place))
            .collect::<Result<Vec<_>>>()?;
        if asked.is_empty() {
            return Err(no_turn(number));
        }
        let request = match self.store().turn(self.id(), number).await? {
            Some(turn) => turn.request,
            None => return Err(no_turn(number)),
        };
        self.rewind(before).await?;
        self.turn(asked).members(request).send().await
    }
}
