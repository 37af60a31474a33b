//! What the rest of the crate does with a session.

use serde_json::Value;

use super::Session;
use crate::error::{Error, ErrorKind, Result};
use crate::journal::Journal;
use crate::lease::HeldLease;
use crate::service::{Repeat, SendOptions, Service};
use crate::store::{SessionRecord, Store};

impl Session {
    /// The lease of the session and its journal.
    pub(crate) async fn hold(&self) -> Result<(HeldLease, Journal)> {
        let sessions = &self.shared.sessions;
        let (held, record) = HeldLease::acquire(
            &sessions.store,
            &sessions.clock,
            &sessions.policy,
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

    /// This process's turn to write.
    pub(crate) async fn place(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.shared.queue.lock().await
    }

    pub(crate) fn store(&self) -> &dyn Store {
        self.shared.sessions.store.as_ref()
    }

    pub(crate) fn service(&self) -> &dyn Service {
        self.shared.sessions.service.as_ref()
    }

    pub(crate) fn publish(&self, record: &SessionRecord) {
        self.shared.publish(record);
    }

    /// Makes a conversation for a session.
    pub(crate) async fn new_conversation(&self, record: &SessionRecord) -> Result<String> {
        self.service()
            .create_conversation(&record.metadata)
            .await
            .map_err(|error| {
                Error::service(
                    ErrorKind::Unsettled,
                    "the service did not make a conversation",
                    error,
                )
            })
    }

    /// Deletes a conversation that the session no longer uses; one that stays does no harm.
    pub(crate) async fn forget_conversation(&self, id: &str) {
        if let Err(error) = self.service().delete_conversation(id).await {
            tracing::warn!(conversation = id, %error, "an unused conversation was left behind");
        }
    }

    /// Adds items to a conversation.
    pub(crate) async fn add_items(&self, id: &str, items: Vec<Value>) -> Result<Vec<Value>> {
        if items.is_empty() {
            return Ok(items);
        }
        let options = SendOptions::new(Repeat::IfTurnedAway);
        let added = self.service().add_items(id, items, options);
        added.await.map_err(|error| {
            Error::service(
                ErrorKind::Unsettled,
                "the service did not take the copied items",
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
