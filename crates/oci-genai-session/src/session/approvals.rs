//! Tool calls that wait for human approval: calls of the session's own tools and of remote tools
//! (MCP).
//!
//! A turn with such calls stays open, across processes too. Any process that opens the session sees
//! the waiting calls, and can decide on them and continue the turn.

use std::fmt;

use serde_json::Value;

use super::Session;
use crate::error::{Error, ErrorKind, Result};
use crate::item::{self, PendingCalls};
use crate::journal::{self, Journal};
use crate::store::{CallPlace, ToolCallRecord, ToolCallState};
use crate::turn::arguments;

/// A tool call that waits for human approval.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PendingApproval {
    /// Place of the call in the turn.
    pub place: CallPlace,
    /// The model's id for the call. For a call of a remote tool (MCP), the service's id for its
    /// approval request.
    pub call_id: String,
    /// Name of the tool.
    pub name: String,
    /// Arguments: JSON text as the model wrote it.
    pub arguments: String,
    /// Label of the server, for a call of a remote tool (MCP).
    pub server: Option<String>,
}

impl Session {
    /// Returns the tool calls that wait for human approval.
    ///
    /// # Errors
    /// Returns [`ErrorKind::Store`] if the store fails.
    pub async fn pending_approvals(&self) -> Result<Vec<PendingApproval>> {
        let store = &self.shared.sessions.store;
        let record = store
            .session(&self.shared.id)
            .await?
            .ok_or_else(|| self.gone())?;
        let Some(open) = record.open_turn else {
            return Ok(Vec::new());
        };
        let items = store.turn_items(&self.shared.id, open).await?;
        let questions = journal::places(&items)?;
        let effects = store.tool_calls(&self.shared.id, open).await?;
        let waiting = effects
            .into_iter()
            .filter(|effect| effect.state == ToolCallState::Awaiting);
        Ok(waiting
            .map(|effect| {
                let question = questions.iter().rfind(|(place, item)| match effect.place {
                    Some(of_effect) => of_effect == *place,
                    None => PendingCalls::default().question(item) == Some(&effect.call_id),
                });
                let place = effect.place.or(question.map(|(place, _)| *place));
                let item = question.map_or(&Value::Null, |(_, item)| item);
                PendingApproval {
                    place: place.unwrap_or_default(),
                    arguments: arguments(item).into_owned(),
                    server: item::text(item, "server_label").map(str::to_owned),
                    call_id: effect.call_id,
                    name: effect.name,
                }
            })
            .collect())
    }

    /// Approves a waiting tool call. [`recover`](Self::recover) then continues its turn.
    ///
    /// # Errors
    /// Returns [`ErrorKind::NotFound`] if no such call waits, and [`ErrorKind::InvalidInput`] if
    /// several waiting calls have the call id. In that case, name the call by its place or by its
    /// [`PendingApproval`].
    pub async fn approve(&self, call: impl Into<CallName>) -> Result<()> {
        self.decide(call.into(), ToolCallState::Approved, None)
            .await
    }

    /// Denies a waiting tool call, with a reason for the model. [`recover`](Self::recover) then
    /// continues its turn.
    ///
    /// # Errors
    /// Same as [`approve`](Self::approve).
    pub async fn deny(&self, call: impl Into<CallName>, reason: &str) -> Result<()> {
        self.decide(call.into(), ToolCallState::Denied, Some(reason))
            .await
    }

    async fn decide(
        &self,
        call: CallName,
        state: ToolCallState,
        reason: Option<&str>,
    ) -> Result<()> {
        let _place = self.shared.queue.lock().await;
        let (held, mut journal) = self.hold().await?;
        let result = async {
            if let Some(open) = journal.record().open_turn {
                journal.load(open).await?;
            }
            let mut effect = waiting(&journal, &call)?.clone();
            effect.state = state;
            let remote = journal.calls()?.iter().any(|(place, item)| {
                let is_it = match effect.place {
                    Some(of_effect) => of_effect == *place,
                    None => item::id(item) == Some(&effect.call_id),
                };
                is_it && item::is_approval_request(item)
            });
            // The service passes the reason on. The output of a local tool has to say that the call
            // was denied.
            effect.output = reason.map(|reason| match remote {
                true => reason.to_owned(),
                false => format!("error: a person refused the call: {reason}"),
            });
            journal.put_effect(effect).await
        }
        .await;
        self.shared.publish(journal.record());
        self.shared.sessions.store.release(&held.lease).await?;
        result
    }
}

/// Returns the one waiting call that `call` names.
fn waiting<'a>(journal: &'a Journal, call: &CallName) -> Result<&'a ToolCallRecord> {
    let mut waiting = journal.tool_calls().iter().filter(|effect| {
        effect.state == ToolCallState::Awaiting
            && match &call.0 {
                Named::Id(id) => effect.call_id == *id,
                Named::Place(place, id) => match effect.place {
                    Some(of_effect) => of_effect == *place,
                    None => id.as_ref() == Some(&effect.call_id),
                },
            }
    });
    match (waiting.next(), waiting.next()) {
        (Some(effect), None) => Ok(effect),
        (None, _) => {
            let text = format!("could not find a tool call `{call}` that waits for approval");
            Err(Error::new(ErrorKind::NotFound, text))
        }
        (Some(_), Some(_)) => {
            let text = format!(
                "several tool calls with the id `{call}` wait for approval; hint: name one by its place"
            );
            Err(Error::new(ErrorKind::InvalidInput, text))
        }
    }
}

/// Identifies a tool call: by its [`PendingApproval`], by its place, or by its id if no other
/// waiting call has the same id.
#[derive(Clone, Debug)]
pub struct CallName(Named);

#[derive(Clone, Debug)]
enum Named {
    Id(String),
    /// The place, and the id if known.
    Place(CallPlace, Option<String>),
}

impl fmt::Display for CallName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Named::Id(id) => f.write_str(id),
            Named::Place(place, _) => write!(f, "{place}"),
        }
    }
}

impl From<&PendingApproval> for CallName {
    fn from(call: &PendingApproval) -> Self {
        Self(Named::Place(call.place, Some(call.call_id.clone())))
    }
}

impl From<CallPlace> for CallName {
    fn from(place: CallPlace) -> Self {
        Self(Named::Place(place, None))
    }
}

impl From<&str> for CallName {
    fn from(id: &str) -> Self {
        Self(Named::Id(id.to_owned()))
    }
}

impl From<&String> for CallName {
    fn from(id: &String) -> Self {
        Self(Named::Id(id.clone()))
    }
}
