//! The text of a model's message, whatever a server put around it.

use std::borrow::Cow;

use serde_json::Value;

use crate::model::from_value;
use crate::types::{ContentPart, Item, MessageContent, Response, Role};

impl Response {
    /// The text of all output messages, joined. Empty if there is none.
    pub fn output_text(&self) -> String {
        self.output.iter().filter_map(Item::output_text).collect()
    }
}

impl Item {
    /// The text of a message of the model. `None` for other items.
    ///
    /// A string in place of an item, and an object with `content` but without `type`, are taken for
    /// such a message.
    pub fn output_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Message(message) => {
                let is_models = message.role == Role::Assistant || message.role.as_str().is_empty();
                is_models.then(|| message.content.output_text())
            }
            Self::Unknown(unknown) => match unknown.as_value() {
                Value::String(text) => Some(text.into()),
                Value::Object(members) if unknown.tag().is_none() => {
                    if members.get("role").is_some_and(|role| role == "user") {
                        return None;
                    }
                    let content: MessageContent = from_value(members.get("content")?).ok()?;
                    Some(content.output_text().into_owned().into())
                }
                _ => None,
            },
            _ => None,
        }
    }
}

impl MessageContent {
    /// The text of all parts, joined. Refusals and media are not text.
    pub fn output_text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => text.into(),
            Self::Parts(parts) => match parts.as_slice() {
                [only] => only.output_text().unwrap_or_default().into(),
                parts => parts.iter().filter_map(ContentPart::output_text).collect(),
            },
            Self::Unknown(value) => untagged_text(value).unwrap_or_default().into(),
        }
    }
}

impl ContentPart {
    /// The text of a part that holds text of a message. `None` for refusals, reasoning and media.
    pub fn output_text(&self) -> Option<&str> {
        match self {
            Self::OutputText(part) => Some(&part.text),
            Self::InputText(part) => Some(&part.text),
            Self::Text(part) => Some(&part.text),
            Self::Unknown(unknown) if unknown.tag().is_none() => untagged_text(unknown.as_value()),
            _ => None,
        }
    }
}

/// The text of a part that is a bare string or lacks its type, or of one without the list around it.
fn untagged_text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        Value::Object(members) => {
            let kind = members.get("type").and_then(Value::as_str);
            let is_text =
                kind.is_none_or(|kind| ["output_text", "input_text", "text"].contains(&kind));
            members.get("text").filter(|_| is_text)?.as_str()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::types::{Item, Response};

    #[test]
    fn text_is_found_whatever_surrounds_it() {
        for item in [
            json!("Hi"),
            json!({"type": "message", "role": "assistant", "content": "Hi"}),
            json!({"type": "message", "role": "assistant", "content": {"type": "output_text", "text": "Hi"}}),
            json!({"type": "message", "role": "assistant", "content": {"type": "text", "text": "Hi"}}),
            json!({"type": "message", "content": [{"type": "text", "text": "Hi"}]}),
            json!({"type": "message", "content": ["H", {"text": "i"}]}),
            json!({"role": "assistant", "content": [{"type": "output_text", "text": "Hi"}]}),
            json!({"content": "Hi"}),
        ] {
            let read: Item = serde_json::from_value(item.clone()).unwrap();
            assert_eq!(read.output_text().as_deref(), Some("Hi"), "{item}");
            let response = json!({"object": "response", "output": [item, {"type": "later"}]});
            let response: Response = serde_json::from_value(response).unwrap();
            assert_eq!(response.output_text(), "Hi");
        }
    }

    #[test]
    fn other_items_have_no_output_text() {
        for item in [
            json!({"type": "message", "role": "user", "content": "Hi"}),
            json!({"role": "user", "content": "Hi"}),
            json!({"type": "later", "content": "Hi"}),
            json!({"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hi"}]}),
            json!(3),
        ] {
            let read: Item = serde_json::from_value(item.clone()).unwrap();
            assert_eq!(read.output_text(), None, "{item}");
        }
    }
}
