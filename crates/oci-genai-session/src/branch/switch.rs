//! Change of the history mode of a session that has a history.

use super::copy::{check_settled, read, resume_from};
use crate::error::Result;
use crate::journal::Journal;
use crate::session::Session;
use crate::store::{Batch, HistoryMode};

impl Session {
    /// Changes the history mode, and copies the history to its new holder: into a new conversation,
    /// or, in `PreviousResponse` and `Client` mode, from the store into the next request. If the
    /// session had a conversation before, it is deleted afterwards. If the copy fails midway, the
    /// session does not change.
    ///
    /// # Errors
    /// Returns [`ErrorKind::Busy`](crate::ErrorKind::Busy) while a turn is open or another process
    /// runs one, and [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the service
    /// does not accept the copy.
    pub async fn switch_history_mode(&self, history_mode: HistoryMode) -> Result<()> {
        let _place = self.place().await;
        let (held, journal) = self.hold().await?;
        let result = self
            .switch_held(&journal, held.lease.fence, history_mode)
            .await;
        self.store().release(&held.lease).await?;
        result
    }

    async fn switch_held(
        &self,
        journal: &Journal,
        fence: u64,
        history_mode: HistoryMode,
    ) -> Result<()> {
        let old = journal.record();
        check_settled(old)?;
        let (_, _, history) = read(self.store(), &old.id, None).await?;
        if history_mode == old.history_mode {
            return Ok(());
        }
        let mut record = old.clone();
        record.history_mode = history_mode;
        record.memory_since = old.next_turn;
        record.conversation_id = None;
        record.last_response_id = None;
        let mut batch = Batch::new(record, fence);
        if history_mode == HistoryMode::Conversation {
            let id = self.new_conversation(&batch.session).await?;
            match self.copy_items(&id, history.items).await {
                Ok(items) => batch.items = items,
                Err(error) => {
                    self.forget_conversation(&id).await;
                    return Err(error);
                }
            }
            batch.drop_items_from = Some(0);
            batch.session.conversation_id = Some(id);
            // The conversation holds the whole history in full.
            batch.session.summary = None;
            batch.session.window_start = 0;
            resume_from(&mut batch.session, &history.turns, &batch.items);
        } else {
            resume_from(&mut batch.session, &history.turns, &history.items);
        }
        batch.session.generation = self.store().apply(&batch).await?;
        self.publish(&batch.session);
        if let Some(id) = &old.conversation_id {
            self.forget_conversation(id).await;
        }
        Ok(())
    }
}
