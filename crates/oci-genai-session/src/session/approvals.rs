//! Calls that wait for a person: of the session's own tools, and of remote ones (MCP).
//!
//! Such a turn stays open, across processes too: whoever opens the session sees what waits, decides, and settles it.

use std::fmt;

use serde_json::Value;

use super::Session;
use crate::error::{Error, ErrorKind, Result};
use crate::item::{self, Asked};
use crate::journal::{self, Journal};
use crate::store::{CallPlace, EffectRecord, EffectState};
use crate::turn::arguments;

/// A tool call that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PendingApproval {
    /// Where in the turn the call stands.
    pub place: CallPlace,
    /// The model's id for the call; for a call of a remote tool (MCP), the service's id for its request.
    pub call_id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments: JSON text as the model wrote it.
    pub arguments: String,
    /// The label of the server, for a call of a remote tool (MCP).
    pub server: Option<String>,
}

impl Session {
    /// The tool calls that wait for a person.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
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
        let effects = store.effects(&self.shared.id, open).await?;
        let waiting = effects
            .into_iter()
            .filter(|effect| effect.state == EffectState::Awaiting);
        Ok(waiting
            .map(|effect| {
                let question = questions.iter().rfind(|(place, item)| match effect.place {
                    Some(of_effect) => of_effect == *place,
                    None => Asked::default().question(item) == Some(&effect.call_id),
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

    /// Approves a tool call that waits; [`settle`](Self::settle) then goes on with its turn.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when no such call waits, [`ErrorKind::Invalid`] for a call id that several calls have which
    /// wait: name the call by its place then, or by its [`PendingApproval`].
    pub async fn approve(&self, call: impl Into<CallName>) -> Result<()> {
        self.decide(call.into(), EffectState::Approved, None).await
    }

    /// Refuses a tool call that waits, with a reason for the model; [`settle`](Self::settle) then goes on with its
    /// turn.
    ///
    /// # Errors
    /// Those of [`approve`](Self::approve).
    pub async fn deny(&self, call: impl Into<CallName>, reason: &str) -> Result<()> {
        self.decide(call.into(), EffectState::Denied, Some(reason))
            .await
    }

    async fn decide(&self, call: CallName, state: EffectState, reason: Option<&str>) -> Result<()> {
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
            // The service passes the reason on; an output has to say by itself what it means.
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

/// The one call that waits and that is meant.
fn waiting<'a>(journal: &'a Journal, call: &CallName) -> Result<&'a EffectRecord> {
    let mut waiting = journal.effects().iter().filter(|effect| {
        effect.state == EffectState::Awaiting
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
            let text = format!("no tool call `{call}` waits for approval");
            Err(Error::new(ErrorKind::NotFound, text))
        }
        (Some(_), Some(_)) => {
            let text = format!(
                "several tool calls with the id `{call}` wait for approval; name one by its place"
            );
            Err(Error::new(ErrorKind::Invalid, text))
        }
    }
}

/// Names a tool call: by its [`PendingApproval`], its place, or its id where no other call has it.
#[derive(Clone, Debug)]
pub struct CallName(Named);

#[derive(Clone, Debug)]
enum Named {
    Id(String),
    /// The place, and the id if it is known.
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
