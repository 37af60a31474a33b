//! Items of a model's output.

use serde_json::{Value, json};

/// Kind of text in an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A reasoning item with a summary.
    Reasoning,
    /// A message with text.
    Text,
    /// A message with a refusal.
    Refusal,
}

impl Kind {
    /// Returns the kind and the text of a finished output item. `None` for items without text.
    pub(crate) fn of(item: &Value) -> Option<(Self, &str)> {
        let text = |list: &str, member: &str| item.get(list)?.get(0)?.get(member)?.as_str();
        match item.get("type")?.as_str()? {
            "reasoning" => Some((Self::Reasoning, text("summary", "text")?)),
            "message" => text("content", "text")
                .map(|text| (Self::Text, text))
                .or_else(|| Some((Self::Refusal, text("content", "refusal")?))),
            _ => None,
        }
    }
}

/// Returns the message part that holds this text.
pub(crate) fn part(kind: Kind, text: &str) -> Value {
    match kind {
        Kind::Reasoning => json!({ "type": "summary_text", "text": text }),
        Kind::Text => {
            json!({ "type": "output_text", "text": text, "annotations": [], "logprobs": [] })
        }
        Kind::Refusal => json!({ "type": "refusal", "refusal": text }),
    }
}

/// Returns an item, without parts while it is `in_progress`.
pub(crate) fn item(kind: Kind, id: &str, text: &str, status: &str) -> Value {
    let parts = if status == "in_progress" {
        json!([])
    } else {
        json!([part(kind, text)])
    };
    match kind {
        Kind::Reasoning => json!({ "id": id, "type": "reasoning", "summary": parts }),
        Kind::Text | Kind::Refusal => json!({
            "id": id, "type": "message", "role": "assistant", "status": status, "content": parts,
        }),
    }
}

/// Returns a function call.
pub(crate) fn call(id: &str, call_id: &str, name: &str, arguments: &str, status: &str) -> Value {
    json!({
        "id": id, "type": "function_call", "status": status,
        "call_id": call_id, "name": name, "arguments": arguments,
    })
}
