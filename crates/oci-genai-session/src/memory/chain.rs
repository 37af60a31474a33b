//! Memory by `previous_response_id`: each response continues the one it names.
//!
//! A response that nobody names is not part of the history, so a request of unclear outcome may be sent again: what
//! the first one left behind is a branch that nothing continues.

use async_trait::async_trait;
use serde_json::{Map, Value};

use super::{Found, Look, Memory, local, look_for_response};
use crate::error::Result;
use crate::journal::Journal;
use crate::service::{Service, ServiceError};

pub(crate) struct ChainMemory;

#[async_trait]
impl Memory for ChainMemory {
    async fn compose(&self, journal: &Journal, request: &mut Map<String, Value>) -> Result<()> {
        let turn = journal.turn();
        let mut input = journal.round_input()?;
        if let Some(id) = turn
            .response_id
            .as_ref()
            .or(journal.record().last_response_id.as_ref())
        {
            request.insert("previous_response_id".to_owned(), Value::String(id.clone()));
        } else {
            // A history from elsewhere, which no response stands for yet.
            let mut history = local::history(journal).await?;
            history.append(&mut input);
            input = history;
        }
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
