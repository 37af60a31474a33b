//! Builds chat completions requests.

use serde_json::{Map, Value, json};

use crate::model::Prompt;
use crate::model::upstream::instructions;
use crate::state::items::Item;

pub(in super::super) fn chat(prompt: &Prompt, model: &str) -> Value {
    let mut messages = Vec::new();
    if let Some(instructions) = instructions(prompt) {
        messages.push(json!({ "role": "system", "content": instructions }));
    }
    for item in &prompt.items {
        message(item, &mut messages);
    }
    let mut request = json!({ "model": model, "stream": true, "messages": messages });
    let tools: Vec<Value> = prompt.tools.iter().filter_map(tool).collect();
    if !tools.is_empty() {
        request["tools"] = Value::Array(tools);
        request["tool_choice"] = tool_choice(&prompt.tool_choice);
    }
    if let Some(schema) = &prompt.schema {
        request["response_format"] = json!({
            "type": "json_schema", "json_schema": { "name": "answer", "schema": schema },
        });
    }
    for (name, value) in &prompt.settings {
        request[name] = value.clone();
    }
    request
}

/// Converts a tool choice. Functions are nested one level deeper there.
fn tool_choice(choice: &Value) -> Value {
    let function = |tool: &Value| match tool.get("name") {
        Some(name) => json!({ "type": "function", "function": { "name": name } }),
        None => tool.clone(),
    };
    match choice.get("tools").and_then(Value::as_array) {
        Some(tools) => json!({ "type": "allowed_tools", "allowed_tools": {
            "mode": choice.get("mode"),
            "tools": tools.iter().map(function).collect::<Vec<_>>(),
        } }),
        None => function(choice),
    }
}

fn message(item: &Item, messages: &mut Vec<Value>) {
    match item.kind() {
        "message" => messages.push(json!({ "role": item.role(), "content": content(item) })),
        "function_call" => {
            let call = json!({
                "id": item.call_id(),
                "type": "function",
                "function": { "name": item.name(), "arguments": item.get("arguments") },
            });
            // Parallel calls belong in one message.
            let last = messages
                .last_mut()
                .and_then(|last| last.get_mut("tool_calls"));
            match last.and_then(Value::as_array_mut) {
                Some(calls) => calls.push(call),
                None => messages
                    .push(json!({ "role": "assistant", "content": null, "tool_calls": [call] })),
            }
        }
        "function_call_output" => messages.push(json!({
            "role": "tool", "tool_call_id": item.call_id(), "content": item.output(),
        })),
        _ => {}
    }
}

/// Returns a message's content: text, or a list of parts if it contains images.
fn content(item: &Item) -> Value {
    let parts = item.get("content").and_then(Value::as_array);
    let parts: Vec<&Map<String, Value>> = parts
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .collect();
    let is_image =
        |part: &Map<String, Value>| part.get("type").is_some_and(|kind| kind == "input_image");
    if !parts.iter().any(|part| is_image(part)) {
        return item.text().into();
    }
    let part = |part: &&Map<String, Value>| {
        if is_image(part) {
            json!({ "type": "image_url", "image_url": { "url": part.get("image_url") } })
        } else {
            json!({ "type": "text", "text": part.get("text") })
        }
    };
    Value::Array(parts.iter().map(part).collect())
}

fn tool(tool: &Value) -> Option<Value> {
    let tool = tool.as_object()?;
    if tool.get("type").is_none_or(|kind| kind != "function") {
        return None;
    }
    let mut function = tool.clone();
    function.remove("type");
    Some(json!({ "type": "function", "function": function }))
}
