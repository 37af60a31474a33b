//! Ids, however a caller has them at hand.

use std::fmt;

use crate::{Result, types, validate};

/// The id of something on the service: of a conversation, a response or an item.
///
/// Made from text, or from the thing itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ResourceId(String);

impl ResourceId {
    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id, checked: it becomes part of a path.
    pub(crate) fn checked(self, what: &str) -> Result<String> {
        validate::id(what, &self.0)?;
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
