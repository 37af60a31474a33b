//! The whole state as a few large changes, for rewriting a journal.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::conversations::SavedConversation;
use super::items::Item;
use super::responses::{History, Link, StoredResponse};
use super::{Change, State};

/// One object as of the rewrite of the journal.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "part", rename_all = "snake_case")]
pub(crate) enum Part {
    Conversation {
        project: String,
        conversation: SavedConversation,
    },
    /// A link of a chain, numbered for those that follow it. A link may outlive its response.
    Link {
        number: u64,
        earlier: Option<u64>,
        items: Vec<Item>,
    },
    Response {
        project: String,
        id: String,
        response: Arc<Value>,
        #[serde(default)]
        at: u64,
        input: Arc<Vec<Item>>,
        history: SavedHistory,
    },
}

/// A [`History`] whose chain is named by its number.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum SavedHistory {
    Chain { earlier: Option<u64> },
    Conversation { id: String, before: u64 },
}

/// Writes the changes that build this state from nothing.
pub(super) fn write(
    state: &State,
    mut write: impl FnMut(Change) -> io::Result<()>,
) -> io::Result<()> {
    let mut write = |part| write(Change::Restore { part });
    let mut numbers = HashMap::new();
    for (project, held) in &state.projects {
        for conversation in held.conversations.values() {
            write(Part::Conversation {
                project: project.clone(),
                conversation: conversation.save(),
            })?;
        }
        for (id, stored) in &held.responses {
            let history = match &stored.history {
                History::Chain(earlier) => SavedHistory::Chain {
                    earlier: chain(earlier.as_ref(), &mut numbers, &mut write)?,
                },
                History::Conversation { id, before } => SavedHistory::Conversation {
                    id: id.clone(),
                    before: *before,
                },
            };
            write(Part::Response {
                project: project.clone(),
                id: id.clone(),
                response: stored.response.clone(),
                at: stored.at,
                input: stored.input.clone(),
                history,
            })?;
        }
    }
    Ok(())
}

/// Writes the links that have not been written yet, oldest first. Returns the number of the last.
fn chain(
    last: Option<&Arc<Link>>,
    numbers: &mut HashMap<*const Link, u64>,
    write: &mut impl FnMut(Part) -> io::Result<()>,
) -> io::Result<Option<u64>> {
    let mut unwritten = Vec::new();
    let mut earlier = None;
    let mut next = last;
    while let Some(link) = next {
        if let Some(number) = numbers.get(&Arc::as_ptr(link)) {
            earlier = Some(*number);
            break;
        }
        unwritten.push(link);
        next = link.earlier();
    }
    for link in unwritten.into_iter().rev() {
        let number = numbers.len() as u64;
        numbers.insert(Arc::as_ptr(link), number);
        let items = link.items().to_vec();
        write(Part::Link {
            number,
            earlier,
            items,
        })?;
        earlier = Some(number);
    }
    Ok(earlier)
}

impl State {
    /// Restores what [`write`] wrote.
    pub(super) fn restore(&mut self, part: Part) {
        match part {
            Part::Conversation {
                project,
                conversation,
            } => {
                let conversations = &mut self.projects.entry(project).or_default().conversations;
                conversations.insert(conversation.id.clone(), conversation.into());
            }
            Part::Link {
                number,
                earlier,
                items,
            } => {
                let earlier = self.link_numbered(earlier);
                self.links
                    .insert(number, Arc::new(Link::new(earlier, items)));
            }
            Part::Response {
                project,
                id,
                response,
                at,
                input,
                history,
            } => {
                let history = match history {
                    SavedHistory::Chain { earlier } => History::Chain(self.link_numbered(earlier)),
                    SavedHistory::Conversation { id, before } => {
                        History::Conversation { id, before }
                    }
                };
                let stored = StoredResponse {
                    response,
                    at,
                    input,
                    history,
                };
                self.temporary += usize::from(stored.is_temporary());
                let responses = &mut self.projects.entry(project).or_default().responses;
                responses.insert(id, stored);
            }
        }
    }

    fn link_numbered(&self, number: Option<u64>) -> Option<Arc<Link>> {
        self.links.get(&number?).cloned()
    }
}
