//! One operation becomes two, on path keys that differ only by a fragment: where a success can be JSON or a stream of
//! events, one for the stream; where a body can be JSON or a form or of several parts, one for the parts.

use serde_json::{Map, Value};

use super::content::{FORM, MULTIPART, is_json, plain};
use crate::codegen::document::{METHODS, text};
use crate::codegen::names::snake;

const EVENTS: &str = "text/event-stream";

/// What is added to the keys of paths.
pub(crate) const FRAGMENTS: [&str; 2] = ["#stream", "#multipart"];

pub(super) fn streams(document: &mut Value) {
    split(document, "#stream", stream);
}

pub(super) fn multipart(document: &mut Value) {
    split(document, "#multipart", parts);
}

/// Gives each operation to a function that may make a second one of it.
fn split(
    document: &mut Value,
    fragment: &str,
    second: impl Fn(&mut Value, &str, &str) -> Option<Value>,
) {
    let Some(Value::Object(paths)) = document.get_mut("paths") else {
        return;
    };
    let mut added: Vec<(String, Map<String, Value>)> = Vec::new();
    for (path, item) in paths.iter_mut().filter(|(path, _)| !path.contains('#')) {
        let Some(item) = item.as_object_mut() else {
            continue;
        };
        let mut split = Map::new();
        for (method, operation) in item.iter_mut() {
            if !METHODS.contains(&method.as_str()) {
                continue;
            }
            if let Some(second) = second(operation, path, method) {
                split.insert(method.clone(), second);
            }
        }
        if !split.is_empty() {
            added.push((format!("{path}{fragment}"), split));
        }
    }
    for (path, split) in added {
        paths.insert(path, Value::Object(split));
    }
}

/// A copy of an operation under another name.
fn copy(operation: &Value, path: &str, method: &str, suffix: &str, words: &str) -> Value {
    let mut copy = operation.clone();
    let id = text(operation, "operationId").map_or_else(
        || snake(&format!("{method} {path} {suffix}")),
        |id| format!("{}_{suffix}", snake(id)),
    );
    copy["operationId"] = id.into();
    if let Some(summary) = text(operation, "summary") {
        let summary = summary.trim_end().trim_end_matches('.');
        copy["summary"] = format!("{summary}, {words}.").into();
    }
    copy
}

/// Takes the parts out of an operation whose body can also be JSON or a form, and returns it as another.
fn parts(operation: &mut Value, path: &str, method: &str) -> Option<Value> {
    let content = operation.pointer("/requestBody/content")?.as_object()?;
    let (key, media) = content
        .iter()
        .find(|(kind, media)| plain(kind) == MULTIPART && media.get("schema").is_some())?;
    content
        .keys()
        .find(|kind| is_json(kind) || plain(kind) == FORM)?;
    let only = serde_json::json!({ MULTIPART: media });
    let key = key.clone();
    let mut second = copy(
        operation,
        path,
        method,
        "multipart",
        "with a body of several parts",
    );
    second["requestBody"]["content"] = only;
    let content = operation.pointer_mut("/requestBody/content")?;
    content.as_object_mut()?.shift_remove(&key);
    Some(second)
}

/// Takes the stream out of an operation that also answers with JSON, and returns it as another.
fn stream(operation: &mut Value, path: &str, method: &str) -> Option<Value> {
    let both = |response: &Value| {
        response.get("content").is_some_and(|content| {
            content.get("application/json").is_some() && content.get(EVENTS).is_some()
        })
    };
    let responses = operation.get("responses")?.as_object()?;
    if !responses
        .iter()
        .any(|(status, response)| status.starts_with('2') && both(response))
    {
        return None;
    }
    let mut stream = copy(operation, path, method, "stream", "as a stream of events");
    let keep = |operation: &mut Value, events: bool| {
        for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
            if status.starts_with('2')
                && let Some(Value::Object(content)) = response.get_mut("content")
            {
                content.retain(|kind, _| (kind == EVENTS) == events);
            }
        }
    };
    keep(&mut stream, true);
    keep(operation, false);
    Some(stream)
}
