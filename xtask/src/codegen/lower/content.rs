//! One kind of request body per operation, and one operation per kind of answer: where a success can
//! be JSON or a stream of events, the streamed answer becomes an operation of its own, on a path key
//! that differs only by a fragment.

use serde_json::{Map, Value, json};

use crate::codegen::document::{METHODS, for_each_operation, join, text};
use crate::codegen::error::{Error, Result};
use crate::codegen::names::snake;

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";
const EVENTS: &str = "text/event-stream";

pub(super) fn apply(document: &mut Value) -> Result<()> {
    for_each_operation(document, &mut |pointer, _, _, operation| {
        if let Some(body) = operation.get_mut("requestBody") {
            one_body(body, &join(pointer, "requestBody"))?;
            if body
                .get("content")
                .and_then(Value::as_object)
                .is_none_or(Map::is_empty)
                && let Some(members) = operation.as_object_mut()
            {
                members.shift_remove("requestBody");
            }
        }
        if let Some(Value::Object(responses)) = operation.get_mut("responses") {
            for response in responses.values_mut() {
                name_json(response);
            }
        }
        Ok(())
    })?;
    split_streams(document);
    Ok(())
}

fn is_json(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json") || kind.ends_with("+json")
}

/// JSON of any kind is called `application/json`; without a schema it is anything.
fn name_json(holder: &mut Value) {
    let Some(Value::Object(content)) = holder.get_mut("content") else {
        return;
    };
    let Some(kind) = content.keys().find(|kind| is_json(kind)).cloned() else {
        return;
    };
    let mut media = content.shift_remove(&kind).unwrap_or_default();
    content.retain(|kind, _| !is_json(kind));
    if !media.is_object() {
        media = json!({});
    }
    if media.get("schema").is_none() {
        media["schema"] = json!({});
    }
    if let Some(members) = media.as_object_mut() {
        members.shift_remove("encoding");
    }
    content.insert("application/json".into(), media);
}

fn one_body(body: &mut Value, pointer: &str) -> Result<()> {
    name_json(body);
    let Some(Value::Object(content)) = body.get_mut("content") else {
        return Ok(());
    };
    let kinds: Vec<String> = content.keys().cloned().collect();
    let wanted = [
        "application/json",
        FORM,
        MULTIPART,
        "application/octet-stream",
        "text/plain",
    ];
    // Without a schema, nobody knows what the parts are.
    let is_usable = |kind: &str| {
        let has_schema = content
            .get(kind)
            .is_some_and(|it| it.get("schema").is_some());
        plain(kind) != MULTIPART || has_schema || kinds.len() == 1
    };
    let chosen = wanted.iter().find_map(|wanted| {
        kinds
            .iter()
            .find(|kind| plain(kind) == *wanted && is_usable(kind))
    });
    // What is of no kind that is known goes as the bytes that it is.
    let is_single = |kind: &&String| !plain(kind).starts_with("multipart/");
    let Some(chosen) = chosen.or_else(|| kinds.iter().find(is_single)) else {
        if kinds.is_empty() {
            return Ok(());
        }
        return Err(Error::new(
            join(pointer, "content"),
            format!("no code can be made for bodies of {}", kinds.join(", ")),
            "offer multipart/form-data or a type of one part, or leave the operation out",
        ));
    };
    let media = content.get(chosen).cloned().unwrap_or_default();
    let kind = plain(chosen);
    let schema = match kind.as_str() {
        "text/plain" => json!({"type": "string"}),
        "application/json" | FORM | MULTIPART => {
            media.get("schema").cloned().unwrap_or_else(|| json!({}))
        }
        _ => json!({"type": "string", "format": "binary"}),
    };
    let mut only = json!({ &kind: { "schema": schema } });
    if (kind == FORM || kind == MULTIPART)
        && let Some(encoding) = media.get("encoding")
    {
        only[&kind]["encoding"] = encoding.clone();
    }
    body["content"] = only;
    Ok(())
}

/// A media type without its parameters.
fn plain(kind: &str) -> String {
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.to_ascii_lowercase()
}

fn split_streams(document: &mut Value) {
    let Some(Value::Object(paths)) = document.get_mut("paths") else {
        return;
    };
    let mut streams: Vec<(String, Map<String, Value>)> = Vec::new();
    for (path, item) in paths.iter_mut() {
        let Some(item) = item.as_object_mut() else {
            continue;
        };
        let mut split = Map::new();
        for (method, operation) in item.iter_mut() {
            if !METHODS.contains(&method.as_str()) {
                continue;
            }
            if let Some(stream) = split_operation(operation, path, method) {
                split.insert(method.clone(), stream);
            }
        }
        if !split.is_empty() && !path.contains('#') {
            streams.push((format!("{path}#stream"), split));
        }
    }
    for (path, split) in streams {
        paths.insert(path, Value::Object(split));
    }
}

/// Takes the stream out of an operation that also answers with JSON, and returns it as another.
fn split_operation(operation: &mut Value, path: &str, method: &str) -> Option<Value> {
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
    let mut stream = operation.clone();
    let id = text(operation, "operationId").map_or_else(
        || snake(&format!("{method} {path} stream")),
        |id| format!("{}_stream", snake(id)),
    );
    stream["operationId"] = id.into();
    if let Some(summary) = text(operation, "summary") {
        let summary = summary.trim_end().trim_end_matches('.');
        stream["summary"] = format!("{summary}, as a stream of events.").into();
    }
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
