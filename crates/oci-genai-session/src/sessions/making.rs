//! Making a session, with its conversation on the service.

use super::Sessions;
use crate::error::{Error, ErrorKind, Result};
use crate::options::SessionOptions;
use crate::session::Session;
use crate::store::{MemoryKind, SessionRecord, StoreErrorKind};

impl Sessions {
    /// Makes a session: of a name, or of [`SessionOptions`].
    ///
    /// # Errors
    /// [`ErrorKind::Exists`] when the name is taken, [`ErrorKind::Invalid`] for options that cannot be used,
    /// [`ErrorKind::Refused`] or [`ErrorKind::Unsettled`] when the service does not make a conversation.
    pub async fn create(&self, options: impl Into<SessionOptions>) -> Result<Session> {
        let record = options.into().into_record(self.inner.clock.now())?;
        self.check_name(&record).await?;
        self.make(record).await
    }

    /// Makes a session that nobody finds by its name and that the next purge takes, until it is given the record that
    /// comes with it: for copies, of which half is of no use to anybody.
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
        if record.memory == MemoryKind::Conversation {
            match record.conversation_id.clone() {
                Some(id) => record.anchor = self.last_item(&id).await?,
                None => made = Some(self.create_conversation(&record).await?),
            }
        }
        if made.is_some() {
            record.conversation_id.clone_from(&made);
        }
        if let Err(error) = self.inner.store.create(&record).await {
            // Somebody was faster, or the store failed: nobody will ever use the conversation.
            if let Some(id) = made
                && let Err(error) = self.inner.service.delete_conversation(&id).await
            {
                tracing::warn!(conversation = id, %error, "an unused conversation was left behind");
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
                    ErrorKind::Refused,
                    "the service did not make a conversation",
                    error,
                )
            })
    }

    /// The last item of a conversation that exists already.
    async fn last_item(&self, conversation: &str) -> Result<Option<String>> {
        let items = self
            .inner
            .service
            .items_after(conversation, None)
            .await
            .map_err(|error| {
                let text = format!("the conversation `{conversation}` cannot be read");
                Error::service(ErrorKind::NotFound, text, error)
            })?;
        Ok(items
            .iter()
            .rev()
            .find_map(crate::item::id)
            .map(str::to_owned))
    }
}

/// A record as it is while what belongs to it is still being written.
pub(crate) fn unseen(mut record: SessionRecord) -> SessionRecord {
    record.name = None;
    record.expires_at = Some(record.created_at);
    record
}

fn name_taken(name: &str) -> Error {
    Error::new(
        ErrorKind::Exists,
        format!("there is a session named `{name}` already; open it"),
    )
}
