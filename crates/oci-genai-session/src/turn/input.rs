//! The input of a turn.

use serde_json::Value;

use crate::item;

/// Input of a turn: a text or items. Converts from `&str`, `String` and `Vec<Value>`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TurnInput {
    /// A user message.
    Text(String),
    /// Input items in the form of the API: messages with images or files, outputs of functions that
    /// the caller runs.
    Items(Vec<Value>),
}

impl TurnInput {
    /// Returns the items, and an error message if they cannot be sent.
    pub(super) fn into_items(self) -> (Vec<Value>, Option<String>) {
        match self {
            Self::Text(text) => {
                let error = text
                    .trim()
                    .is_empty()
                    .then(|| "the text of the turn is empty; hint: write a message".to_owned());
                (vec![item::user_message(&text)], error)
            }
            Self::Items(items) => {
                let error = if items.is_empty() {
                    Some("the turn has no items; hint: add at least one".to_owned())
                } else if items.iter().any(|item| !item.is_object()) {
                    Some("an item of the turn is not a JSON object".to_owned())
                } else {
                    None
                };
                (items, error)
            }
        }
    }
}

impl From<&str> for TurnInput {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for TurnInput {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<Value>> for TurnInput {
    fn from(items: Vec<Value>) -> Self {
        Self::Items(items)
    }
}
