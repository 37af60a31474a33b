//! What this crate has to know about items: JSON objects told apart by `type`.

use serde_json::{Value, json};

/// A user's message in its long form, which every server takes.
pub(crate) fn user_message(text: &str) -> Value {
    json!({
        "type": "message",
        "role": "user",
        "content": [{ "type": "input_text", "text": text }],
    })
}

/// The output of a function call.
pub(crate) fn call_output(call_id: &str, output: &str) -> Value {
    json!({ "type": "function_call_output", "call_id": call_id, "output": output })
}

/// The item's type; a message may leave it out.
pub(crate) fn kind(item: &Value) -> &str {
    item.get("type")
        .and_then(Value::as_str)
        .unwrap_or("message")
}

/// The service's id for the item.
pub(crate) fn id(item: &Value) -> Option<&str> {
    item.get("id").and_then(Value::as_str)
}

/// A member that is text.
pub(crate) fn text<'a>(item: &'a Value, member: &str) -> Option<&'a str> {
    item.get(member).and_then(Value::as_str)
}

/// Whether the service was cut off while it wrote the item.
pub(crate) fn is_unfinished(item: &Value) -> bool {
    text(item, "status") == Some("in_progress")
}

/// A call of one of the caller's functions.
pub(crate) fn is_call(item: &Value) -> bool {
    kind(item) == "function_call"
}

/// The call that an item answers.
pub(crate) fn answered_call(item: &Value) -> Option<&str> {
    if kind(item) == "function_call_output" {
        text(item, "call_id")
    } else {
        None
    }
}

/// The ids of the function calls in `items` that nothing in `items` answers.
pub(crate) fn open_calls(items: &[Value]) -> Vec<&str> {
    let answered: Vec<&str> = items.iter().filter_map(answered_call).collect();
    items
        .iter()
        .filter(|item| is_call(item))
        .filter_map(|item| text(item, "call_id"))
        .filter(|call| !answered.contains(call))
        .collect()
}

/// The text that the model wrote: all `output_text` parts of all its messages.
pub(crate) fn output_text<'a>(items: impl IntoIterator<Item = &'a Value>) -> String {
    let mut all = String::new();
    for item in items.into_iter().filter(|item| kind(item) == "message") {
        if text(item, "role").is_some_and(|role| role != "assistant") {
            continue;
        }
        match item.get("content") {
            Some(Value::String(text)) => all.push_str(text),
            Some(Value::Array(parts)) => {
                let texts = parts.iter().filter(|part| kind(part) == "output_text");
                texts
                    .filter_map(|part| text(part, "text"))
                    .for_each(|text| all.push_str(text));
            }
            _ => {}
        }
    }
    all
}

/// Whether `stored` is what the service made of `sent`: everything sent is there, whatever the service added.
pub(crate) fn is_stored_form(sent: &Value, stored: &Value) -> bool {
    if kind(sent) != kind(stored) {
        return false;
    }
    if let Some(call) = answered_call(sent) {
        return answered_call(stored) == Some(call);
    }
    let (Some(sent), Some(stored)) = (sent.as_object(), stored.as_object()) else {
        return false;
    };
    sent.iter()
        .filter(|(name, _)| !["id", "status", "type"].contains(&name.as_str()))
        .all(|(name, value)| match stored.get(name) {
            Some(other) if name == "content" => same_content(value, other),
            Some(other) => contains(other, value),
            None => value.is_null(),
        })
}

/// Message content may be text or parts.
fn same_content(sent: &Value, stored: &Value) -> bool {
    fn parts(content: &Value) -> Vec<Value> {
        match content {
            Value::Array(parts) => parts.clone(),
            Value::String(text) => vec![json!({ "type": "input_text", "text": text })],
            other => vec![other.clone()],
        }
    }
    let (sent, stored) = (parts(sent), parts(stored));
    sent.len() == stored.len()
        && sent.iter().zip(&stored).all(|(sent, stored)| {
            match (text(sent, "text"), text(stored, "text")) {
                (Some(a), Some(b)) => a == b,
                _ => contains(stored, sent),
            }
        })
}

/// Whether everything in `small` is in `big` too.
fn contains(big: &Value, small: &Value) -> bool {
    match (big, small) {
        (Value::Object(big), Value::Object(small)) => small.iter().all(|(name, value)| {
            big.get(name)
                .map_or(value.is_null(), |other| contains(other, value))
        }),
        (Value::Array(big), Value::Array(small)) => {
            big.len() == small.len()
                && big
                    .iter()
                    .zip(small)
                    .all(|(big, small)| contains(big, small))
        }
        _ => big == small,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_service_adds_does_not_matter() {
        let sent = user_message("hello");
        let stored = json!({
            "id": "msg_1", "type": "message", "status": "completed", "role": "user",
            "content": [{ "type": "input_text", "text": "hello", "annotations": [] }],
        });
        assert!(is_stored_form(&sent, &stored));
        assert!(is_stored_form(
            &json!({ "role": "user", "content": "hello" }),
            &stored
        ));
        assert!(!is_stored_form(&user_message("hello there"), &stored));
        let other = json!({ "type": "message", "role": "assistant", "content": "hello" });
        assert!(!is_stored_form(&sent, &other));
    }

    #[test]
    fn an_output_is_known_by_its_call() {
        let sent = call_output("call_1", "rain");
        let stored = json!({
            "id": "fco_1", "type": "function_call_output", "call_id": "call_1",
            "output": [{ "type": "input_text", "text": "rain" }],
        });
        assert!(is_stored_form(&sent, &stored));
        assert!(!is_stored_form(&call_output("call_2", "rain"), &stored));
    }

    #[test]
    fn open_calls_are_those_without_an_output() {
        let call = |id: &str| json!({ "type": "function_call", "call_id": id, "name": "f" });
        let items = [call("a"), call("b"), call_output("a", "done")];
        assert_eq!(open_calls(&items), ["b"]);
    }

    #[test]
    fn only_the_models_words_are_its_text() {
        let items = [
            user_message("question"),
            json!({ "type": "reasoning", "summary": [{ "type": "summary_text", "text": "hm" }] }),
            json!({ "type": "message", "role": "assistant", "content": [
                { "type": "output_text", "text": "one " }, { "type": "refusal", "refusal": "no" },
                { "type": "output_text", "text": "two" },
            ]}),
        ];
        assert_eq!(output_text(&items), "one two");
    }
}
