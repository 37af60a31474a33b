//! Calls that wait for a person: of the session's own tools, and of remote ones (MCP).
//!
//! Such a turn stays open, across processes too: whoever opens the session sees what waits, decides, and settles it.

use super::Session;
use crate::error::{Error, ErrorKind, Result};
use crate::item::{self, Asked};
use crate::journal;
use crate::store::EffectState;

/// A tool call that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PendingApproval {
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
        let items = items
            .iter()
            .map(journal::parse)
            .collect::<Result<Vec<_>>>()?;
        let effects = store.effects(&self.shared.id, open).await?;
        let waiting = effects
            .into_iter()
            .filter(|effect| effect.state == EffectState::Awaiting);
        Ok(waiting
            .map(|effect| {
                let member = |name| {
                    let question = items
                        .iter()
                        .find(|item| Asked::default().question(item) == Some(&effect.call_id))?;
                    item::text(question, name).map(str::to_owned)
                };
                PendingApproval {
                    arguments: member("arguments").unwrap_or_else(|| "{}".to_owned()),
                    server: member("server_label"),
                    call_id: effect.call_id,
                    name: effect.name,
                }
            })
            .collect())
    }

    /// Approves a tool call that waits; [`settle`](Self::settle) then goes on with its turn.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when no such call waits.
    pub async fn approve(&self, call_id: &str) -> Result<()> {
        self.decide(call_id, EffectState::Approved, None).await
    }

    /// Refuses a tool call that waits, with a reason for the model; [`settle`](Self::settle) then goes on with its
    /// turn.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when no such call waits.
    pub async fn deny(&self, call_id: &str, reason: &str) -> Result<()> {
        self.decide(call_id, EffectState::Denied, Some(reason))
            .await
    }

    async fn decide(&self, call_id: &str, state: EffectState, reason: Option<&str>) -> Result<()> {
        let _place = self.shared.queue.lock().await;
        let (held, mut journal) = self.hold().await?;
        let result = async {
            if let Some(open) = journal.record().open_turn {
                journal.load(open).await?;
            }
            let waiting = journal
                .effect(call_id)
                .filter(|e| e.state == EffectState::Awaiting);
            let mut effect = waiting.cloned().ok_or_else(|| {
                Error::new(
                    ErrorKind::NotFound,
                    format!("no tool call `{call_id}` waits for approval"),
                )
            })?;
            effect.state = state;
            let remote = journal
                .round_output()?
                .iter()
                .any(|item| item::is_approval_request(item) && item::id(item) == Some(call_id));
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
