//! Items of conversations and responses, kept as the JSON they arrived as.

use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::error::ApiError;
use crate::ids::Ids;

/// One item. Cheap to clone and immutable.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item(Arc<Map<String, Value>>);

impl Item {
    pub(crate) fn new(fields: Map<String, Value>) -> Self {
        Self(Arc::new(fields))
    }

    fn text_field(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn id(&self) -> &str {
        self.text_field("id")
    }

    pub(crate) fn kind(&self) -> &str {
        self.text_field("type")
    }

    pub(crate) fn role(&self) -> &str {
        self.text_field("role")
    }

    pub(crate) fn call_id(&self) -> &str {
        self.text_field("call_id")
    }

    pub(crate) fn name(&self) -> &str {
        self.text_field("name")
    }

    /// Returns the text of a message, its parts joined without a separator.
    pub(crate) fn text(&self) -> String {
        content_text(self.0.get("content"))
    }

    /// Returns the text of a function call's output.
    pub(crate) fn output(&self) -> String {
        content_text(self.0.get("output"))
    }

    /// Returns the number of words that a model would read in this item.
    pub(crate) fn words(&self) -> u64 {
        let mut words = 0;
        for name in ["content", "output", "summary"] {
            words += crate::model::words(&content_text(self.0.get(name)));
        }
        words + crate::model::words(self.name()) + crate::model::words(self.text_field("arguments"))
    }

    pub(crate) fn to_value(&self) -> Value {
        Value::Object((*self.0).clone())
    }
}

impl Deref for Item {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Serialize for Item {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_ref().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Map::deserialize(deserializer).map(Self::new)
    }
}

fn content_text(content: Option<&Value>) -> String {
    match content {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => parts
            .iter()
            .filter_map(|part| part.get("text").or_else(|| part.get("refusal")))
            .filter_map(Value::as_str)
            .collect(),
        _ => String::new(),
    }
}

/// Converts an item from a client into the form that is stored and listed: with a type, an id, a
/// status where the type has one, and message content as parts. Unknown members are kept.
///
/// `at` names the item in errors, such as `input[2]`.
pub(crate) fn normalise(value: Value, at: &str, ids: &Ids) -> Result<Item, ApiError> {
    let Value::Object(mut item) = value else {
        return Err(ApiError::invalid(at, "an item object"));
    };
    let kind = match item.get("type") {
        Some(Value::String(kind)) => kind.clone(),
        None | Some(Value::Null) if item.contains_key("role") => "message".to_owned(),
        None | Some(Value::Null) if item.contains_key("id") => "item_reference".to_owned(),
        None | Some(Value::Null) => return Err(ApiError::missing(&format!("{at}.type"))),
        Some(_) => return Err(ApiError::invalid(&format!("{at}.type"), "a string")),
    };
    item.insert("type".into(), kind.as_str().into());
    match kind.as_str() {
        "message" => message(&mut item, at)?,
        "function_call" => {
            required_text(&item, at, &["call_id", "name", "arguments"])?;
            default_status(&mut item);
        }
        "function_call_output" => {
            required_text(&item, at, &["call_id"])?;
            match item.get("output") {
                Some(Value::String(_) | Value::Array(_)) => {}
                None | Some(Value::Null) => {
                    return Err(ApiError::missing(&format!("{at}.output")));
                }
                Some(_) => {
                    return Err(ApiError::invalid(
                        &format!("{at}.output"),
                        "a string or a list",
                    ));
                }
            }
            default_status(&mut item);
        }
        "reasoning" => match item.get("summary") {
            Some(Value::Array(_)) => {}
            None | Some(Value::Null) => {
                item.insert("summary".into(), json!([]));
            }
            Some(_) => return Err(ApiError::invalid(&format!("{at}.summary"), "a list")),
        },
        "item_reference" => required_text(&item, at, &["id"])?,
        _ => {}
    }
    match item.get("id") {
        Some(Value::String(id)) if !id.is_empty() && id.len() <= 256 => {}
        Some(Value::String(id)) if !id.is_empty() => {
            return Err(ApiError::invalid(
                &format!("{at}.id"),
                "at most 256 characters",
            ));
        }
        None | Some(Value::Null | Value::String(_)) => {
            item.insert("id".into(), ids.make(Ids::item_prefix(&kind)).into());
        }
        Some(_) => {
            return Err(ApiError::invalid(&format!("{at}.id"), "a string"));
        }
    }
    Ok(Item::new(item))
}

/// Converts items in the given order. `at` is the name of their list.
pub(crate) fn normalise_all(
    values: Vec<Value>,
    at: &str,
    ids: &Ids,
) -> Result<Vec<Item>, ApiError> {
    values
        .into_iter()
        .enumerate()
        .map(|(index, value)| normalise(value, &format!("{at}[{index}]"), ids))
        .collect()
}

fn message(item: &mut Map<String, Value>, at: &str) -> Result<(), ApiError> {
    let role = match item.get("role") {
        Some(Value::String(role)) => role.clone(),
        None | Some(Value::Null) => return Err(ApiError::missing(&format!("{at}.role"))),
        Some(_) => return Err(ApiError::invalid(&format!("{at}.role"), "a string")),
    };
    if !matches!(role.as_str(), "user" | "assistant" | "system" | "developer") {
        return Err(ApiError::invalid(
            &format!("{at}.role"),
            "one of 'user', 'assistant', 'system', 'developer'",
        ));
    }
    let part_type = if role == "assistant" {
        "output_text"
    } else {
        "input_text"
    };
    let mut parts = match item.remove("content") {
        Some(Value::String(text)) => vec![json!({ "type": part_type, "text": text })],
        Some(Value::Array(parts)) => parts,
        None | Some(Value::Null) => return Err(ApiError::missing(&format!("{at}.content"))),
        Some(_) => {
            return Err(ApiError::invalid(
                &format!("{at}.content"),
                "a string or a list of content parts",
            ));
        }
    };
    for (index, part) in parts.iter_mut().enumerate() {
        content_part(part, &format!("{at}.content[{index}]"))?;
    }
    item.insert("content".into(), Value::Array(parts));
    default_status(item);
    Ok(())
}

fn content_part(part: &mut Value, at: &str) -> Result<(), ApiError> {
    let Value::Object(part) = part else {
        return Err(ApiError::invalid(at, "a content part object"));
    };
    let kind = match part.get("type") {
        Some(Value::String(kind)) => kind.clone(),
        None | Some(Value::Null) => return Err(ApiError::missing(&format!("{at}.type"))),
        Some(_) => return Err(ApiError::invalid(&format!("{at}.type"), "a string")),
    };
    match kind.as_str() {
        "input_text" | "output_text" | "text" => {
            if !part.get("text").is_some_and(Value::is_string) {
                return Err(ApiError::invalid(&format!("{at}.text"), "a string"));
            }
            if kind == "output_text" {
                part.entry("annotations").or_insert_with(|| json!([]));
            }
        }
        "refusal" if !part.get("refusal").is_some_and(Value::is_string) => {
            return Err(ApiError::invalid(&format!("{at}.refusal"), "a string"));
        }
        _ => {}
    }
    Ok(())
}

fn required_text(item: &Map<String, Value>, at: &str, names: &[&str]) -> Result<(), ApiError> {
    for name in names {
        match item.get(*name) {
            Some(Value::String(_)) => {}
            None | Some(Value::Null) => return Err(ApiError::missing(&format!("{at}.{name}"))),
            Some(_) => return Err(ApiError::invalid(&format!("{at}.{name}"), "a string")),
        }
    }
    Ok(())
}

fn default_status(item: &mut Map<String, Value>) {
    if !item.get("status").is_some_and(Value::is_string) {
        item.insert("status".into(), "completed".into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids() -> Ids {
        Ids::new("us-chicago-1")
    }

    #[test]
    fn short_messages_become_long_ones() {
        let item = normalise(json!({"role": "user", "content": "hi"}), "input[0]", &ids()).unwrap();
        assert_eq!(item.kind(), "message");
        assert!(item.id().starts_with("msg_ord_"));
        assert_eq!(
            item["content"],
            json!([{"type": "input_text", "text": "hi"}])
        );
        assert_eq!(item["status"], "completed");
        for content in [
            json!("a b"),
            json!([{"type": "output_text", "text": "a b"}]),
            json!([{"type": "input_text", "text": "a "}, {"type": "input_text", "text": "b"}]),
        ] {
            let item = normalise(
                json!({"role": "assistant", "content": content}),
                "x",
                &ids(),
            )
            .unwrap();
            assert_eq!(item.text(), "a b");
        }
    }

    #[test]
    fn unknown_members_are_kept() {
        let value = json!({"type": "hologram", "id": "h1", "depth": {"z": [1, null]}});
        assert_eq!(
            normalise(value.clone(), "x", &ids()).unwrap().to_value(),
            value
        );
    }

    #[test]
    fn errors_name_the_place() {
        let bad = [
            (json!(3), "input[0]"),
            (json!({}), "input[0].type"),
            (json!({"role": "king", "content": ""}), "input[0].role"),
            (json!({"role": "user"}), "input[0].content"),
            (
                json!({"role": "user", "content": [{"type": "input_text"}]}),
                "input[0].content[0].text",
            ),
            (
                json!({"type": "function_call_output", "call_id": "c"}),
                "input[0].output",
            ),
            (
                json!({"type": "function_call", "call_id": "c", "name": 1}),
                "input[0].name",
            ),
            (
                json!({"type": "message", "id": 7, "role": "user", "content": ""}),
                "input[0].id",
            ),
        ];
        for (value, param) in bad {
            let error = normalise(value, "input[0]", &ids()).unwrap_err();
            assert_eq!(error.param.as_deref(), Some(param));
        }
    }
}
