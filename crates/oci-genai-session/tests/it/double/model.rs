//! What the double's model says: as much of the emulator's as these tests need, and what only they need.

use serde_json::{Map, Value, json};

fn text(item: &Value) -> String {
    let parts = item["content"].as_array().cloned().unwrap_or_default();
    parts
        .iter()
        .filter_map(|part| part["text"].as_str())
        .collect()
}

fn message(text: &str) -> Value {
    json!({
        "type": "message", "role": "assistant", "status": "completed",
        "content": [{ "type": "output_text", "text": text, "annotations": [] }],
    })
}

/// The answer to a context. Words in the newest question steer it: `call:NAME {json}` calls a function or a custom tool
/// that was offered; `again:NAME` calls it in every round until it must not, `stubborn:NAME` even then; `remote:NAME {json}`
/// asks whether a tool of a remote server may be called. `think:` has it think first.
pub(super) fn answer(context: &[Value], request: &Map<String, Value>) -> Vec<Value> {
    let mut users = context.iter().rev().filter(|item| item["role"] == "user");
    let thinks = users
        .next()
        .is_some_and(|item| text(item).contains("think:"));
    let mut thought = json!({ "type": "reasoning", "summary": [] });
    let include = request.get("include").and_then(Value::as_array);
    if include.is_some_and(|include| include.contains(&json!("reasoning.encrypted_content"))) {
        thought["encrypted_content"] = json!("sealed");
    }
    let said = words(context, request);
    thinks.then_some(thought).into_iter().chain(said).collect()
}

fn words(context: &[Value], request: &Map<String, Value>) -> Vec<Value> {
    let of = |role: &'static str| move |item: &&Value| item["role"] == role;
    let mut users = context.iter().rev().filter(of("user"));
    let newest = users.next().map(text).unwrap_or_default();
    let tools = request.get("tools").and_then(Value::as_array);
    let may_call = request.get("tool_choice") != Some(&json!("none"));
    let offered = |name: &str| {
        let mut tools = tools.into_iter().flatten();
        tools
            .find(|tool| tool["name"] == name)
            .and_then(|tool| tool["type"].as_str())
    };
    let function = |name: &str, arguments: &str| {
        json!({
            "type": "function_call", "call_id": "", "name": name, "arguments": arguments,
            "status": "completed",
        })
    };
    for (word, always) in [("again:", false), ("stubborn:", true)] {
        if let Some((_, name)) = newest.split_once(word)
            && (may_call || always)
        {
            return vec![function(name, "{}")];
        }
    }
    let last = context.last().cloned().unwrap_or_default();
    match last["type"].as_str() {
        Some("function_call_output" | "custom_tool_call_output") => {
            let output = last["output"].as_str().unwrap_or_default();
            return vec![message(&format!("the tool said: {output}"))];
        }
        Some("mcp_approval_response") => {
            let answers = context
                .iter()
                .filter(|item| item["type"] == "mcp_approval_response");
            let approved = answers.filter(|item| item["approve"] == true).count();
            let reason = last["reason"].as_str().unwrap_or("none given");
            return vec![message(&match approved {
                0 => format!("refused: {reason}"),
                count => format!("{count} approved"),
            })];
        }
        _ => {}
    }
    let mut output = Vec::new();
    for call in newest.split("call:").skip(1).filter(|_| may_call) {
        let call = call.split("remote:").next().unwrap_or_default();
        let (name, arguments) = call.split_once(' ').unwrap_or((call, "{}"));
        match offered(name) {
            Some("function") => output.push(function(name, arguments.trim())),
            Some("custom") => output.push(json!({
                "type": "custom_tool_call", "call_id": "", "name": name, "input": arguments,
                "status": "completed",
            })),
            _ => {}
        }
    }
    for call in newest.split("remote:").skip(1) {
        let (name, arguments) = call.split_once(' ').unwrap_or((call, "{}"));
        output.push(json!({
            "type": "mcp_approval_request", "server_label": "shop", "name": name,
            "arguments": arguments.trim(),
        }));
    }
    if output.is_empty() {
        let earlier = users.count();
        output.push(message(&format!(
            "{earlier} questions before; you said: {newest}"
        )));
    }
    output
}

/// As the service does: a question without an answer, or the other way round, is refused; so is a hosted call that has
/// no result.
pub(super) fn complaint(context: &[Value]) -> Option<String> {
    if context.iter().any(|item| item["status"] == "calling") {
        return Some("No result found for an mcp_call".to_owned());
    }
    for (question, answer, name) in [
        ("function_call", "function_call_output", "call_id"),
        ("custom_tool_call", "custom_tool_call_output", "call_id"),
        (
            "mcp_approval_request",
            "mcp_approval_response",
            "approval_request_id",
        ),
    ] {
        let ids = |kind: &str, name: &str| -> Vec<Value> {
            let of_kind = context.iter().filter(|item| item["type"] == kind);
            of_kind.map(|item| item[name].clone()).collect()
        };
        let asked = ids(question, if name == "call_id" { name } else { "id" });
        let answered = ids(answer, name);
        if asked.iter().any(|id| !answered.contains(id)) {
            return Some(format!("No {answer} found for a {question}"));
        }
        if answered.iter().any(|id| !asked.contains(id)) {
            return Some(format!("No {question} found for a {answer}"));
        }
    }
    None
}

/// An item in a few words.
pub(crate) fn brief(item: &Value) -> String {
    let text: String = item["content"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|part| part["text"].as_str())
        .collect();
    match item["type"].as_str() {
        Some("function_call" | "custom_tool_call" | "mcp_approval_request") => {
            format!("call {}", item["name"].as_str().unwrap_or_default())
        }
        Some("mcp_approval_response") => format!("approved: {}", item["approve"]),
        Some("function_call_output" | "custom_tool_call_output") => {
            format!("output: {}", item["output"].as_str().unwrap_or_default())
        }
        Some("message") | None => format!("{}: {text}", item["role"].as_str().unwrap_or_default()),
        Some(other) => other.to_owned(),
    }
}
