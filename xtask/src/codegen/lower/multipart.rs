//! The parts of a `multipart/form-data` body become parameters of their operation, `in: part`. Parts that are files are
//! marked with `x-file`, those with a media type of their own with `x-media`.

use serde_json::{Value, json};

use super::parameters::target;
use crate::codegen::document::{apart, flag, for_each_operation, text};
use crate::codegen::error::Result;

/// Unions within unions are looked into this deep.
const MAX_DEPTH: usize = 8;

pub(super) fn apply(document: &mut Value) -> Result<()> {
    apart(document, |document, source| {
        for_each_operation(document, &mut |_, _, _, operation| {
            one(operation, source);
            Ok(())
        })
    })
}

fn one(operation: &mut Value, source: &Value) {
    let body = operation.pointer("/requestBody/content/multipart~1form-data");
    let Some(media) = body.cloned() else {
        return;
    };
    let all = flag(&operation["requestBody"], "required");
    let schema = media.get("schema").cloned().unwrap_or_default();
    let parts = members(&schema, source, 0).into_iter().map(|member| {
        let encoding = media.get("encoding").and_then(|it| it.get(&member.name));
        part(member, all, encoding, source)
    });
    let parts: Vec<Value> = parts.collect();
    operation["requestBody"]["content"] = json!({"multipart/form-data": {}});
    match operation.get_mut("parameters") {
        Some(Value::Array(parameters)) => parameters.extend(parts),
        _ => operation["parameters"] = Value::Array(parts),
    }
}

struct Member {
    name: String,
    schema: Value,
    required: bool,
}

/// The members of a body; of a union, those of all branches.
fn members(schema: &Value, source: &Value, depth: usize) -> Vec<Member> {
    let schema = target(schema, source);
    let mut found: Vec<Member> = Vec::new();
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, member) in properties.into_iter().flatten() {
        let required = schema.get("required").and_then(Value::as_array);
        found.push(Member {
            name: name.clone(),
            schema: member.clone(),
            required: required.is_some_and(|names| names.iter().any(|it| it == name)),
        });
    }
    let branches = schema.get("oneOf").and_then(Value::as_array);
    for branch in branches.into_iter().flatten() {
        if depth < MAX_DEPTH {
            for member in members(branch, source, depth + 1) {
                if !found.iter().any(|known| known.name == member.name) {
                    // Another branch may go without it.
                    found.push(Member {
                        required: false,
                        ..member
                    });
                }
            }
        }
    }
    found
}

fn part(member: Member, all: bool, encoding: Option<&Value>, source: &Value) -> Value {
    let description = text(&member.schema, "description").map(str::to_owned);
    let described = description
        .or_else(|| text(&target(&member.schema, source), "description").map(str::to_owned));
    let media = encoding.and_then(|encoding| text(encoding, "contentType"));
    let mut part = json!({
        "name": member.name,
        "in": "part",
        "required": member.required && all,
        "schema": member.schema,
    });
    if let Some(words) = described {
        part["description"] = words.into();
    }
    if let Some(count) = file(&member.schema, source, 0) {
        part["x-file"] = count.into();
        part["schema"] = json!({});
    }
    // A choice of types, or a range of them, is the caller's to make.
    if let Some(media) = media.filter(|media| !media.contains([',', '*'])) {
        part["x-media"] = media.into();
    }
    part
}

/// Whether a part is a file, or can be several.
fn file(schema: &Value, source: &Value, depth: usize) -> Option<&'static str> {
    let schema = target(schema, source);
    if depth > MAX_DEPTH {
        return None;
    }
    if let Some(branches) = schema.get("oneOf").and_then(Value::as_array) {
        let found: Vec<&str> = branches
            .iter()
            .filter_map(|branch| file(branch, source, depth + 1))
            .collect();
        return found
            .iter()
            .find(|count| **count == "many")
            .or_else(|| found.first())
            .copied();
    }
    match text(&schema, "type") {
        Some("array") => file(schema.get("items")?, source, depth + 1).map(|_| "many"),
        Some("string") | None => {
            let binary = text(&schema, "format") == Some("binary");
            let media = schema.get("contentMediaType").is_some();
            let encoded = schema.get("contentEncoding").is_some();
            (binary || (media && !encoded)).then_some("one")
        }
        _ => None,
    }
}
