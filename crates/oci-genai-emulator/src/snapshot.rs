//! The contents of a project, for tests and the inspector.

use serde::Serialize;
use serde_json::Value;

use crate::state::Project;
use crate::state::conversations::Conversation;

/// A project's objects at one moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ProjectView {
    /// The conversations, ordered by id.
    pub conversations: Vec<ConversationView>,
    /// The stored responses, ordered by id, as the API would return them.
    pub responses: Vec<Value>,
}

/// A conversation at one moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ConversationView {
    /// Id of the conversation.
    pub id: String,
    /// The conversation as the API would return it.
    pub conversation: Value,
    /// Items, oldest first, as the API would return them.
    pub items: Vec<Value>,
    /// True while a turn runs in the conversation.
    pub locked: bool,
}

impl ConversationView {
    pub(crate) fn of(conversation: &Conversation) -> Self {
        Self {
            id: conversation.id.clone(),
            conversation: conversation.to_value(),
            items: conversation.items().map(|item| item.to_value()).collect(),
            locked: conversation.turn.available_permits() == 0,
        }
    }
}

impl ProjectView {
    pub(crate) fn of(project: &Project) -> Self {
        let conversations = project.conversations.values();
        let mut conversations: Vec<_> = conversations.map(ConversationView::of).collect();
        conversations.sort_by(|a, b| a.id.cmp(&b.id));
        let mut responses: Vec<_> = project.responses.iter().collect();
        responses.sort_by_key(|(id, _)| *id);
        let responses = responses
            .into_iter()
            .map(|(_, stored)| Value::clone(&stored.response))
            .collect();
        Self {
            conversations,
            responses,
        }
    }

    /// Returns a conversation by its id.
    pub fn conversation(&self, id: &str) -> Option<&ConversationView> {
        self.conversations
            .iter()
            .find(|conversation| conversation.id == id)
    }
}
