//! Ids of resources, from text or from the resource itself.

use std::fmt;

use crate::{Result, types, validation};

/// The id of a resource on the service: a conversation, a response or an item.
///
/// Converts from text, or from the resource itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ResourceId(String);

impl ResourceId {
    /// Returns the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the id after a check, because it becomes part of a path.
    pub(crate) fn checked(self, what: &str) -> Result<String> {
        validation::id(what, &self.0)?;
        Ok(self.0)
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<String> for ResourceId {
    fn from(id: String) -> Self {
        Self(id)
    }
}

impl From<&str> for ResourceId {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

impl From<&String> for ResourceId {
    fn from(id: &String) -> Self {
        Self(id.clone())
    }
}

impl From<&Self> for ResourceId {
    fn from(id: &Self) -> Self {
        id.clone()
    }
}

impl From<&types::Conversation> for ResourceId {
    fn from(conversation: &types::Conversation) -> Self {
        Self(conversation.id.clone())
    }
}

impl From<types::Conversation> for ResourceId {
    fn from(conversation: types::Conversation) -> Self {
        Self(conversation.id)
    }
}

impl From<&types::Response> for ResourceId {
    fn from(response: &types::Response) -> Self {
        Self(response.id.clone())
    }
}
