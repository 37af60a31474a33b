//! State of the emulator, per project.
//!
//! All changes go through [`Store::change`]: a closure reads the state and returns the [`Change`]s
//! it wants. They are applied together or not at all. A change is plain data, so that it can be
//! written to a file and replayed.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::error::ApiError;
use conversations::Conversation;
use items::Item;
pub use journal::DataError;
use journal::Journal;
use responses::{History, Link, StoredResponse};

pub(crate) mod conversations;
pub(crate) mod items;
mod journal;
pub(crate) mod page;
mod record;
pub(crate) mod responses;
mod snapshot;

/// Objects of one project.
#[derive(Debug, Default)]
pub(crate) struct Project {
    pub(crate) conversations: HashMap<String, Conversation>,
    pub(crate) responses: HashMap<String, StoredResponse>,
}

impl Project {
    pub(crate) fn conversation(&self, id: &str) -> Result<&Conversation, ApiError> {
        self.conversations
            .get(id)
            .ok_or_else(|| ApiError::not_found("Conversation", id))
    }

    pub(crate) fn response(&self, id: &str) -> Result<&StoredResponse, ApiError> {
        self.responses
            .get(id)
            .ok_or_else(|| ApiError::not_found("Response", id))
    }

    /// Returns everything that the model read and wrote up to and including this response.
    pub(crate) fn through(&self, response: &StoredResponse) -> Vec<Item> {
        match &response.history {
            History::Conversation { id, before } => match self.conversations.get(id) {
                Some(conversation) => conversation.items_before(*before).cloned().collect(),
                None => own_items(response),
            },
            History::Chain(earlier) => {
                let mut items = Link::collect(earlier.as_ref());
                items.extend(own_items(response));
                items
            }
        }
    }
}

fn own_items(response: &StoredResponse) -> Vec<Item> {
    response
        .input
        .iter()
        .cloned()
        .chain(response.output())
        .collect()
}

/// The whole state.
#[derive(Debug, Default)]
pub(crate) struct State {
    projects: HashMap<String, Project>,
    /// Number of responses with limited retention.
    temporary: usize,
    /// Links of chains, by their numbers in a file that is being read.
    links: HashMap<u64, Arc<Link>>,
}

/// One change of the state.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub(crate) enum Change {
    /// Creates a conversation, or replaces its metadata.
    PutConversation {
        project: String,
        id: String,
        metadata: Map<String, Value>,
        at: u64,
    },
    DeleteConversation {
        project: String,
        id: String,
    },
    AddItems {
        project: String,
        conversation: String,
        items: Vec<Item>,
        at: u64,
    },
    DeleteItem {
        project: String,
        conversation: String,
        id: String,
        at: u64,
    },
    /// Creates a response, or replaces it with a later version.
    PutResponse {
        project: String,
        id: String,
        response: Arc<Value>,
        #[serde(default)]
        at: u64,
        input: Arc<Vec<Item>>,
        previous: Option<String>,
        conversation: Option<String>,
        /// The chain before `previous`, if available. Otherwise it is looked up.
        #[serde(skip)]
        chain: Option<Arc<Link>>,
    },
    DeleteResponse {
        project: String,
        id: String,
    },
    /// Restores an object as of the last rewrite of the file.
    Restore {
        part: snapshot::Part,
    },
}

impl State {
    /// Returns the objects of a project; empty if it has none yet.
    pub(crate) fn project(&self, name: &str) -> &Project {
        static EMPTY: std::sync::LazyLock<Project> = std::sync::LazyLock::new(Project::default);
        self.projects.get(name).unwrap_or(&EMPTY)
    }

    /// Returns true if there are responses with limited retention.
    pub(crate) fn has_temporary(&self) -> bool {
        self.temporary > 0
    }

    /// Returns the deletion of conversations last changed, responses created, and unstored
    /// responses last changed, at or before these times.
    pub(crate) fn expired(
        &self,
        conversations: Option<u64>,
        responses: Option<u64>,
        temporary: u64,
    ) -> Vec<Change> {
        let mut changes = Vec::new();
        for (name, project) in &self.projects {
            let old = project.conversations.values().filter(|conversation| {
                conversations.is_some_and(|limit| conversation.updated_at <= limit)
            });
            changes.extend(old.map(|conversation| Change::DeleteConversation {
                project: name.clone(),
                id: conversation.id.clone(),
            }));
            let old = project.responses.iter().filter(|(_, response)| {
                let passing = response.is_temporary() && response.is_over();
                responses.is_some_and(|limit| response.created_at() <= limit)
                    || passing && response.at <= temporary
            });
            changes.extend(old.map(|(id, _)| Change::DeleteResponse {
                project: name.clone(),
                id: id.clone(),
            }));
        }
        changes
    }

    /// Fails the turns that no longer run.
    fn fail_unfinished(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        for (name, project) in &self.projects {
            for (id, stored) in &project.responses {
                if stored.is_over() {
                    continue;
                }
                let mut response = Value::clone(&stored.response);
                response["status"] = "failed".into();
                response["error"] =
                    json!({ "code": "server_error", "message": "The service was restarted." });
                let text = |name: &str| {
                    response
                        .pointer(name)
                        .and_then(Value::as_str)
                        .map(str::to_owned)
                };
                changes.push(Change::PutResponse {
                    project: name.clone(),
                    id: id.clone(),
                    previous: text("/previous_response_id"),
                    conversation: text("/conversation/id"),
                    response: Arc::new(response),
                    at: stored.at,
                    input: stored.input.clone(),
                    chain: None,
                });
            }
        }
        changes
    }

    fn apply(&mut self, change: Change) {
        match change {
            Change::PutConversation {
                project,
                id,
                metadata,
                at,
            } => {
                let conversations = &mut self.projects.entry(project).or_default().conversations;
                match conversations.get_mut(&id) {
                    Some(conversation) => {
                        conversation.metadata = metadata;
                        conversation.updated_at = at;
                    }
                    None => {
                        conversations.insert(id.clone(), Conversation::new(id, at, metadata));
                    }
                }
            }
            Change::DeleteConversation { project, id } => {
                self.projects
                    .entry(project)
                    .or_default()
                    .conversations
                    .remove(&id);
            }
            Change::AddItems {
                project,
                conversation,
                items,
                at,
            } => {
                if let Some(conversation) = self.conversation_mut(project, &conversation) {
                    conversation.push(items, at);
                    conversation.updated_at = at;
                }
            }
            Change::DeleteItem {
                project,
                conversation,
                id,
                at,
            } => {
                if let Some(conversation) = self.conversation_mut(project, &conversation) {
                    conversation.remove(&id);
                    conversation.updated_at = at;
                }
            }
            Change::PutResponse {
                project,
                id,
                response,
                at,
                input,
                previous,
                conversation,
                chain,
            } => {
                let project = self.projects.entry(project).or_default();
                let history = match conversation {
                    Some(id) => {
                        let before = project
                            .conversations
                            .get(&id)
                            .map_or(0, Conversation::next_number);
                        History::Conversation { id, before }
                    }
                    None => History::Chain(chain.or_else(|| {
                        let previous = project.responses.get(previous.as_deref()?)?;
                        Some(project.link(previous))
                    })),
                };
                let stored = StoredResponse {
                    response,
                    at,
                    input,
                    history,
                };
                self.temporary += usize::from(stored.is_temporary());
                let before = project.responses.insert(id, stored);
                let passing = before.is_some_and(|before| before.is_temporary());
                self.temporary = self.temporary.saturating_sub(usize::from(passing));
            }
            Change::DeleteResponse { project, id } => {
                let project = self.projects.entry(project).or_default();
                let before = project.responses.remove(&id);
                let passing = before.is_some_and(|before| before.is_temporary());
                self.temporary = self.temporary.saturating_sub(usize::from(passing));
            }
            Change::Restore { part } => self.restore(part),
        }
    }

    fn conversation_mut(&mut self, project: String, id: &str) -> Option<&mut Conversation> {
        self.projects
            .entry(project)
            .or_default()
            .conversations
            .get_mut(id)
    }
}

impl Project {
    /// Returns the chain before a response that continues this one.
    pub(crate) fn link(&self, response: &StoredResponse) -> Arc<Link> {
        match &response.history {
            History::Chain(earlier) => Arc::new(Link::new(earlier.clone(), own_items(response))),
            History::Conversation { .. } => Arc::new(Link::new(None, self.through(response))),
        }
    }
}

/// The state in its lock, and its file, if any.
#[derive(Debug, Default)]
pub(crate) struct Store {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    state: State,
    journal: Option<Journal>,
}

impl Store {
    /// Opens a state that is kept in a file. Turns that were in flight when the file was last
    /// written have failed.
    pub(crate) fn open(path: &Path, slack: u64) -> Result<Self, DataError> {
        let mut state = State::default();
        let mut journal = Journal::open(path, slack, &mut state)?;
        state.links.clear();
        let failed = state.fail_unfinished();
        if !failed.is_empty() {
            journal.write(&failed)?;
            failed.into_iter().for_each(|change| state.apply(change));
        }
        journal.tidy(&state);
        Ok(Self {
            kept: Mutex::new(Kept {
                state,
                journal: Some(journal),
            }),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the state.
    pub(crate) fn read<R>(&self, look: impl FnOnce(&State) -> R) -> R {
        look(&self.lock().state)
    }

    /// Reads and changes the state in one step, or returns an error and changes nothing.
    pub(crate) fn change<R>(
        &self,
        decide: impl FnOnce(&State) -> Result<(Vec<Change>, R), ApiError>,
    ) -> Result<R, ApiError> {
        let mut kept = self.lock();
        let (changes, answer) = decide(&kept.state)?;
        if let Some(journal) = kept.journal.as_mut().filter(|_| !changes.is_empty()) {
            journal.write(&changes).map_err(|error| {
                tracing::error!(%error, "could not write the data file");
                ApiError::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "The change could not be stored.",
                )
            })?;
        }
        for change in changes {
            kept.state.apply(change);
        }
        let Kept { state, journal } = &mut *kept;
        if let Some(journal) = journal {
            journal.tidy(state);
        }
        Ok(answer)
    }
}
