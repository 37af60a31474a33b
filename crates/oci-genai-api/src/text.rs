//! Extracts the text of a model's output.

use std::borrow::Cow;

use serde_json::Value;

use crate::model::from_value;
use crate::types::{ContentPart, Item, MessageContent, Response, Role};

impl Response {
    /// Returns the text of all output messages, joined; empty if there is none.
    ///
    /// Includes text in an `output_text` member beside an empty output.
    pub fn output_text(&self) -> String {
        let text: String = self.output.iter().filter_map(Item::output_text).collect();
        let beside = || Some(self.extra.get("output_text")?.as_str()?.to_owned());
        if text.is_empty() && self.output.is_empty() {
            beside().unwrap_or(text)
        } else {
            text
        }
    }
}

impl Item {
    /// Returns the text of a model's message. `None` for other items.
    ///
    /// A string instead of an item, and an object with `content` but without `type`, count as such
    /// a message.
    pub fn output_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Message(message) => {
                is_models(&message.role).then(|| message.content.output_text())
            }
            Self::Unknown(unknown) => match unknown.as_value() {
                Value::String(text) => Some(text.into()),
                Value::Object(members) if unknown.tag().is_none_or(is_message) => {
                    let role = members.get("role").and_then(Value::as_str);
                    if !role.is_none_or(|role| is_models(&role.into())) {
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

/// Returns whether the role is the model's. Some servers use other names for it, such as `model`.
fn is_models(role: &Role) -> bool {
    match role {
        Role::Assistant | Role::Unknown => true,
        Role::Other(name) => {
            let others = ["user", "human", "system", "developer", "tool"];
            !others.iter().any(|other| name.eq_ignore_ascii_case(other))
        }
        _ => false,
    }
}

/// Returns whether an item type is `message` in another case.
fn is_message(tag: &str) -> bool {
    tag.eq_ignore_ascii_case("message")
}

impl MessageContent {
    /// Returns the text of all parts, joined. Refusals and media are not text.
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
    /// Returns the text of a part of a message. `None` for refusals, reasoning and media.
    pub fn output_text(&self) -> Option<&str> {
        match self {
            Self::OutputText(part) => Some(&part.text),
            Self::InputText(part) => Some(&part.text),
            Self::Text(part) => Some(&part.text),
            Self::Unknown(unknown) => untagged_text(unknown.as_value()),
            _ => None,
        }
    }
}

/// Returns the text of a part that is a bare string or lacks its type, or of a part without the
/// list around it.
fn untagged_text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        Value::Object(members) => {
            let kind = members.get("type").and_then(Value::as_str);
            let is_text = kind.is_none_or(|kind| {
                let kinds = ["output_text", "input_text", "text"];
                kinds.iter().any(|text| kind.eq_ignore_ascii_case(text))
            });
            members.get("text").filter(|_| is_text)?.as_str()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::types::{Item, Response, StreamEvent};

    #[test]
    fn text_is_found_in_every_form() {
        for item in [
            json!("Hi"),
            json!({"type": "message", "role": "assistant", "content": "Hi"}),
            json!({"type": "message", "role": "assistant", "content": {"type": "output_text", "text": "Hi"}}),
            json!({"type": "message", "role": "assistant", "content": {"type": "text", "text": "Hi"}}),
            json!({"type": "message", "content": [{"type": "text", "text": "Hi"}]}),
            json!({"type": "message", "content": ["H", {"text": "i"}]}),
            json!({"role": "assistant", "content": [{"type": "output_text", "text": "Hi"}]}),
            json!({"content": "Hi"}),
            json!({"type": "message", "role": "model", "content": "Hi"}),
            json!({"type": "message", "role": 7, "content": "Hi"}),
            json!({"type": "Message", "role": "ASSISTANT", "content": [{"type": "OUTPUT_TEXT", "text": "Hi"}]}),
            json!({"role": "model", "content": [{"text": "Hi"}]}),
            json!({"type": "message", "content": [{"type": "output_text", "text": {"value": "Hi", "annotations": []}}]}),
            json!({"type": "message", "content": [{"type": "output_text", "text": ["H", {"text": "i"}]}]}),
        ] {
            let read: Item = serde_json::from_value(item.clone()).unwrap();
            assert_eq!(read.output_text().as_deref(), Some("Hi"), "{item}");
            let response = json!({"object": "response", "output": [item, {"type": "later"}]});
            let response: Response = serde_json::from_value(response).unwrap();
            assert_eq!(response.output_text(), "Hi");
        }
    }

    #[test]
    fn text_in_place_of_a_list_or_beside_it_is_found() {
        for body in [
            json!({"object": "response", "output": "Hi"}),
            json!({"object": "response", "output": [], "output_text": "Hi"}),
        ] {
            let response: Response = serde_json::from_value(body.clone()).unwrap();
            assert_eq!(response.output_text(), "Hi", "{body}");
            assert_eq!(serde_json::to_value(&response).unwrap(), body);
        }
    }

    #[test]
    fn a_delta_that_is_an_object_is_text_where_it_says_so() {
        let delta = |kind: &str, delta: serde_json::Value| {
            let event = json!({"type": format!("response.{kind}.delta"), "delta": delta});
            let event: StreamEvent = serde_json::from_value(event).unwrap();
            match event {
                StreamEvent::OutputTextDelta(event) => event.delta,
                StreamEvent::FunctionCallArgumentsDelta(event) => event.delta,
                other => panic!("{other:?}"),
            }
        };
        let part = json!({"type": "text_delta", "text": "Hi"});
        assert_eq!(delta("output_text", part.clone()), "Hi");
        assert_eq!(delta("output_text", json!([part, part])), "HiHi");
        let arguments = json!({"text": "Hi"});
        assert_eq!(
            delta("function_call_arguments", arguments),
            r#"{"text":"Hi"}"#
        );
    }

    #[test]
    fn other_items_have_no_output_text() {
        for item in [
            json!({"type": "message", "role": "user", "content": "Hi"}),
            json!({"role": "user", "content": "Hi"}),
            json!({"role": "system", "content": "Hi"}),
            json!({"type": "later", "content": "Hi"}),
            json!({"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hi"}]}),
            json!(3),
        ] {
            let read: Item = serde_json::from_value(item.clone()).unwrap();
            assert_eq!(read.output_text(), None, "{item}");
        }
    }
}
