//! History by `previous_response_id`: each response continues the one it names.
//!
//! A response that no later request names is not part of the history. Retrying a request with an
//! unclear outcome is therefore safe: the first response becomes a branch that nothing continues.

use async_trait::async_trait;
use serde_json::{Map, Value, json};

use super::{History, Inspection, RoundState, client_held, look_for_response};
use crate::backend::{Backend, BackendError};
use crate::error::Result;
use crate::journal::Journal;

pub(crate) struct PreviousResponseHistory;

/// The response that the current round continues.
pub(crate) fn previous(journal: &Journal) -> Option<&str> {
    let last = || journal.record().last_response_id.as_deref();
    journal.turn().response_id.as_deref().or_else(last)
}

#[async_trait]
impl History for PreviousResponseHistory {
    async fn compose(&self, journal: &Journal, request: &mut Map<String, Value>) -> Result<()> {
        let turn = journal.turn();
        let input = match previous(journal) {
            Some(id) if !turn.replays_history => {
                request.insert("previous_response_id".to_owned(), json!(id));
                journal.round_input()?
            }
            // No response on the service holds this history, or no longer does.
            _ => client_held::whole(journal).await?,
        };
        request.insert("input".to_owned(), Value::Array(input));
        Ok(())
    }

    async fn inspect(
        &self,
        service: &dyn Backend,
        journal: &Journal,
    ) -> Result<Inspection, BackendError> {
        let id = journal.turn().pending_response_id.as_deref();
        let found = look_for_response(service, id).await?;
        Ok(Inspection::of(found.unwrap_or(RoundState::Absent)))
    }

    async fn clean_up(&self, _: &dyn Backend, _: &Journal) -> Result<Vec<Value>, BackendError> {
        Ok(Vec::new())
    }
}
