//! Upstream with the Responses API.

use serde_json::{Map, Value, json};

use super::instructions;
use crate::model::{Prompt, Step};
use crate::state::items::Item;

/// Builds the request for a turn. The whole context is sent each time, so that the server stores
/// nothing.
pub(super) fn request(prompt: &Prompt, model: &str) -> Value {
    let input: Vec<Value> = prompt.items.iter().filter_map(input_item).collect();
    let mut request = json!({ "model": model, "stream": true, "store": false, "input": input });
    if let Some(instructions) = instructions(prompt) {
        request["instructions"] = instructions.into();
    }
    if !prompt.tools.is_empty() {
        request["tools"] = Value::Array(prompt.tools.clone());
        request["tool_choice"] = prompt.tool_choice.clone();
    }
    if let Some(schema) = &prompt.schema {
        request["text"] = json!({
            "format": { "type": "json_schema", "name": "answer", "schema": schema },
        });
    }
    if let Some(reasoning) = &prompt.reasoning {
        request["reasoning"] = reasoning.clone();
    }
    for (name, value) in &prompt.settings {
        request[name] = value.clone();
    }
    request
}

/// Returns an item without the members that only this emulator understands: ids, states, and its
/// form of encrypted reasoning.
fn input_item(item: &Item) -> Option<Value> {
    if matches!(item.kind(), "reasoning" | "compaction") {
        return None;
    }
    let mut item: Map<String, Value> = (**item).clone();
    item.remove("id");
    item.remove("status");
    Some(Value::Object(item))
}

/// Parser of an output stream.
#[derive(Default)]
pub(super) struct Answer {
    finished: bool,
}

impl Answer {
    /// Parses the data of one event. Events other than text and calls are skipped.
    pub(super) fn read(&mut self, event: &Value) -> Vec<Step> {
        let text = |pointer: &str| {
            let found = event.pointer(pointer).and_then(Value::as_str);
            found.unwrap_or_default().to_owned()
        };
        let fail = |code: String, message: String| Step::Fail { code, message };
        match text("/type").as_str() {
            "response.output_text.delta" => vec![Step::Text(text("/delta"))],
            "response.refusal.delta" => vec![Step::Refusal(text("/delta"))],
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
                vec![Step::Reasoning(text("/delta"))]
            }
            "response.output_item.done" if text("/item/type") == "function_call" => {
                vec![Step::Call {
                    call_id: Some(text("/item/call_id")),
                    name: text("/item/name"),
                    arguments: text("/item/arguments"),
                }]
            }
            "response.completed" | "response.incomplete" => {
                self.finished = true;
                Vec::new()
            }
            "response.failed" => vec![fail(
                text("/response/error/code"),
                text("/response/error/message"),
            )],
            "error" => vec![fail(text("/code"), text("/message"))],
            _ => Vec::new(),
        }
    }

    /// Returns true if the stream reached its end.
    pub(super) fn finished(&self) -> bool {
        self.finished
    }
}
