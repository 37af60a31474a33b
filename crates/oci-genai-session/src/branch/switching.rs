//! Another kind of memory for a session that has a history.

use super::copying::{check_settled, read, resume_from};
use crate::error::Result;
use crate::journal::Journal;
use crate::session::Session;
use crate::store::{Batch, MemoryKind};

impl Session {
    /// Has somebody else hold the session's history from now on, and copies it there: into a new conversation, or, for
    /// Chain and Local memory, from the store into the next request. What the session had on the service before is
    /// deleted afterwards if it was a conversation; if the copy fails midway the session is as it was.
    ///
    /// # Errors
    /// [`ErrorKind::Busy`](crate::ErrorKind::Busy) while a turn is open or another process runs one,
    /// [`ErrorKind::Unsettled`](crate::ErrorKind::Unsettled) when the service does not take the copy.
    pub async fn switch_memory(&self, memory: MemoryKind) -> Result<()> {
        let _place = self.place().await;
        let (held, journal) = self.hold().await?;
        let result = self.switch_held(&journal, held.lease.fence, memory).await;
        self.store().release(&held.lease).await?;
        result
    }

    async fn switch_held(&self, journal: &Journal, fence: u64, memory: MemoryKind) -> Result<()> {
        let old = journal.record();
        check_settled(old)?;
        let (_, _, history) = read(self.store(), &old.id, None).await?;
        if memory == old.memory {
            return Ok(());
        }
        let mut record = old.clone();
        record.memory = memory;
        record.memory_since = old.next_turn;
        record.conversation_id = None;
        record.last_response_id = None;
        let mut batch = Batch::new(record, fence);
        if memory == MemoryKind::Conversation {
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
            // The conversation holds all of it in full.
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
