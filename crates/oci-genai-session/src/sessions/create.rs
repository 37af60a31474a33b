//! Creation of a session and its conversation on the service.

use super::Sessions;
use crate::error::{Error, ErrorKind, Result};
use crate::options::SessionOptions;
use crate::session::Session;
use crate::store::{HistoryMode, SessionRecord, StoreErrorKind};

impl Sessions {
    /// Creates a session from a name or from [`SessionOptions`].
    ///
    /// # Errors
    /// Returns [`ErrorKind::AlreadyExists`] if the name is taken, [`ErrorKind::InvalidInput`] if
    /// the options are invalid, and [`ErrorKind::Rejected`] or [`ErrorKind::OutcomeUnknown`] if the
    /// service does not create a conversation.
    pub async fn create(&self, options: impl Into<SessionOptions>) -> Result<Session> {
        let record = options.into().into_record(self.inner.clock.now())?;
        self.check_name(&record).await?;
        self.make(record).await
    }

    /// Creates a session without a name that the next purge removes, until it gets the returned
    /// record. Copies use this, because half a copy is useless.
    pub(crate) async fn create_unseen(
        &self,
        options: SessionOptions,
    ) -> Result<(Session, SessionRecord)> {
        let record = options.into_record(self.inner.clock.now())?;
        self.check_name(&record).await?;
        let session = self.make(unseen(record.clone())).await?;
        Ok((session, record))
    }

    pub(crate) async fn check_name(&self, record: &SessionRecord) -> Result<()> {
        match &record.name {
            Some(name) if self.inner.store.session_by_name(name).await?.is_some() => {
                Err(name_taken(name))
            }
            _ => Ok(()),
        }
    }

    async fn make(&self, mut record: SessionRecord) -> Result<Session> {
        let mut made = None;
        if record.history_mode == HistoryMode::Conversation {
            match record.conversation_id.clone() {
                Some(id) => record.anchor = self.last_item(&id).await?,
                None => made = Some(self.create_conversation(&record).await?),
            }
        }
        if made.is_some() {
            record.conversation_id.clone_from(&made);
        }
        if let Err(error) = self.inner.store.create(&record).await {
            // Another caller was faster, or the store failed. The conversation will never be used.
            if let Some(id) = made
                && let Err(error) = self.inner.service.delete_conversation(&id).await
            {
                tracing::warn!(conversation = id, %error, "could not delete an unused conversation");
            }
            return Err(match (error.kind(), &record.name) {
                (StoreErrorKind::Exists, Some(name)) => name_taken(name).with_source(error),
                _ => error.into(),
            });
        }
        Ok(self.handle(record))
    }

    async fn create_conversation(&self, record: &SessionRecord) -> Result<String> {
        self.inner
            .service
            .create_conversation(&record.metadata)
            .await
            .map_err(|error| {
                Error::service(
                    ErrorKind::Rejected,
                    "the service did not create a conversation",
                    error,
                )
            })
    }

    /// Returns the last item of an existing conversation.
    async fn last_item(&self, conversation: &str) -> Result<Option<String>> {
        let items = self
            .inner
            .service
            .items_after(conversation, None)
            .await
            .map_err(|error| {
                let text = format!("could not read the conversation `{conversation}`");
                Error::service(ErrorKind::NotFound, text, error)
            })?;
        Ok(items
            .iter()
            .rev()
            .find_map(crate::item::id)
            .map(str::to_owned))
    }
}

/// Returns the record without its name and due for a purge, while the rest of the session is being
/// written.
pub(crate) fn unseen(mut record: SessionRecord) -> SessionRecord {
    record.name = None;
    record.expires_at = Some(record.created_at);
    record
}

fn name_taken(name: &str) -> Error {
    Error::new(
        ErrorKind::AlreadyExists,
        format!("a session named `{name}` already exists; hint: open it"),
    )
}
