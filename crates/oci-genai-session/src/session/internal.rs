//! Session operations for the rest of the crate.

use serde_json::Value;

use super::Session;
use crate::backend::{Backend, BackendRetry, SendOptions};
use crate::error::{Error, ErrorKind, Result};
use crate::journal::Journal;
use crate::lease::HeldLease;
use crate::store::{SessionRecord, Store};

impl Session {
    /// Takes the lease of the session and loads its journal.
    pub(crate) async fn hold(&self) -> Result<(HeldLease, Journal)> {
        let sessions = &self.shared.sessions;
        let (held, record) = HeldLease::acquire(
            &sessions.store,
            &sessions.clock,
            &sessions.config,
            &self.shared.id,
            &sessions.holder,
        )
        .await?;
        let mut journal = Journal::new(
            sessions.store.clone(),
            sessions.clock.clone(),
            &held,
            record,
        );
        journal.note_takeover().await?;
        Ok((held, journal))
    }

    /// Waits for this process's turn to write.
    pub(crate) async fn place(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.shared.queue.lock().await
    }

    pub(crate) fn store(&self) -> &dyn Store {
        self.shared.sessions.store.as_ref()
    }

    pub(crate) fn service(&self) -> &dyn Backend {
        self.shared.sessions.service.as_ref()
    }

    pub(crate) fn publish(&self, record: &SessionRecord) {
        self.shared.publish(record);
    }

    /// Creates a conversation for a session.
    pub(crate) async fn new_conversation(&self, record: &SessionRecord) -> Result<String> {
        self.service()
            .create_conversation(&record.metadata)
            .await
            .map_err(|error| {
                Error::service(
                    ErrorKind::OutcomeUnknown,
                    "the service did not create a conversation",
                    error,
                )
            })
    }

    /// Deletes a conversation that the session no longer uses. A failure is harmless.
    pub(crate) async fn forget_conversation(&self, id: &str) {
        if let Err(error) = self.service().delete_conversation(id).await {
            tracing::warn!(conversation = id, %error, "could not delete an unused conversation");
        }
    }

    /// Adds items to a conversation.
    pub(crate) async fn add_items(&self, id: &str, items: Vec<Value>) -> Result<Vec<Value>> {
        if items.is_empty() {
            return Ok(items);
        }
        let options = SendOptions::new(BackendRetry::IfRejected);
        let added = self.service().add_items(id, items, options);
        added.await.map_err(|error| {
            Error::service(
                ErrorKind::OutcomeUnknown,
                "the service did not accept the copied items",
                error,
            )
        })
    }

    pub(super) fn gone(&self) -> Error {
        Error::new(
            ErrorKind::NotFound,
            format!("session `{}` has been deleted", self.shared.id),
        )
    }
}
