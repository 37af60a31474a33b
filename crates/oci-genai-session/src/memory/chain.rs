//! Memory by `previous_response_id`: each response continues the one it names.
//!
//! A response that nobody names is not part of the history, so a request of unclear outcome may be sent again: what
//! the first one left behind is a branch that nothing continues.

use async_trait::async_trait;
use serde_json::{Map, Value, json};

use super::{Found, Look, Memory, local, look_for_response};
use crate::error::Result;
use crate::journal::Journal;
use crate::service::{Service, ServiceError};

pub(crate) struct ChainMemory;

/// The response that the current round continues.
pub(crate) fn previous(journal: &Journal) -> Option<&str> {
    let last = || journal.record().last_response_id.as_deref();
    journal.turn().response_id.as_deref().or_else(last)
}

#[async_trait]
impl Memory for ChainMemory {
    async fn compose(&self, journal: &Journal, request: &mut Map<String, Value>) -> Result<()> {
        let turn = journal.turn();
        let input = match previous(journal) {
            Some(id) if !turn.replays_history => {
                request.insert("previous_response_id".to_owned(), json!(id));
                journal.round_input()?
            }
            // A history that no response stands for, or none any more.
            _ => local::whole(journal).await?,
        };
        request.insert("input".to_owned(), Value::Array(input));
        Ok(())
    }

    async fn look(&self, service: &dyn Service, journal: &Journal) -> Result<Look, ServiceError> {
        let id = journal.turn().pending_response_id.as_deref();
        let found = look_for_response(service, id).await?;
        Ok(Look::just(found.unwrap_or(Found::Nothing)))
    }

    async fn tidy(&self, _: &dyn Service, _: &Journal) -> Result<Vec<Value>, ServiceError> {
        Ok(Vec::new())
    }
}
