//! `anyOf` and `oneOf` become one `oneOf`. Branches that only validate go. Unions beside other
//! constraints move into an `allOf`. A `discriminator` is written on the branches as `x-tags`.

use serde_json::{Map, Value, json};

use crate::codegen::document::{for_each_schema, make_ref, ref_name, text};
use crate::codegen::error::Result;

/// Keywords that say nothing about a value's shape.
pub(super) fn is_annotation(keyword: &str) -> bool {
    keyword.starts_with("x-")
        || matches!(
            keyword,
            "title"
                | "description"
                | "summary"
                | "default"
                | "example"
                | "examples"
                | "deprecated"
                | "readOnly"
                | "writeOnly"
                | "externalDocs"
                | "xml"
                | "nullable"
                | "discriminator"
                | "$comment"
                | "$id"
                | "$schema"
                | "$anchor"
                | "$defs"
                | "definitions"
        )
}

/// Keywords that narrow a shape without changing its type.
fn only_narrows(schema: &Value) -> bool {
    schema.as_object().is_some_and(|members| {
        !members.is_empty()
            && members.keys().all(|keyword| {
                is_annotation(keyword)
                    || matches!(
                        keyword.as_str(),
                        "required"
                            | "pattern"
                            | "minLength"
                            | "maxLength"
                            | "minimum"
                            | "maximum"
                            | "exclusiveMinimum"
                            | "exclusiveMaximum"
                            | "multipleOf"
                    )
            })
            && members.keys().any(|keyword| !is_annotation(keyword))
    })
}

pub(super) fn apply(document: &mut Value) -> Result<()> {
    for_each_schema(document, &mut |schema, _| {
        if let Some(members) = schema.as_object_mut() {
            merge(members);
        }
        Ok(())
    })
}

fn merge(members: &mut Map<String, Value>) {
    let mut unions: Vec<Vec<Value>> = Vec::new();
    for keyword in ["oneOf", "anyOf"] {
        if let Some(Value::Array(branches)) = members.shift_remove(keyword) {
            let kept: Vec<Value> = branches
                .into_iter()
                .filter(|branch| !only_narrows(branch))
                .collect();
            if !kept.is_empty() {
                unions.push(kept);
            }
        }
    }
    let discriminator = members.shift_remove("discriminator");
    if unions.is_empty() {
        return;
    }
    // `type` beside a union only repeats what the branches say.
    if !members.contains_key("properties") && !members.contains_key("additionalProperties") {
        members.shift_remove("type");
        members.shift_remove("required");
    }
    let mut alternatives: Vec<Map<String, Value>> = unions
        .into_iter()
        .map(|branches| union(branches, discriminator.as_ref()))
        .collect();
    let alone = alternatives.len() == 1 && members.keys().all(|keyword| is_annotation(keyword));
    if alone {
        members.extend(alternatives.remove(0));
        return;
    }
    let mut parts = match members.shift_remove("allOf") {
        Some(Value::Array(parts)) => parts,
        _ => Vec::new(),
    };
    let shape: Vec<String> = members
        .keys()
        .filter(|keyword| !is_annotation(keyword))
        .cloned()
        .collect();
    let mut own = Map::new();
    for keyword in shape {
        if let Some(value) = members.shift_remove(&keyword) {
            own.insert(keyword, value);
        }
    }
    if !own.is_empty() {
        parts.push(Value::Object(own));
    }
    parts.extend(alternatives.into_iter().map(Value::Object));
    members.insert("allOf".into(), Value::Array(parts));
}

fn union(mut branches: Vec<Value>, discriminator: Option<&Value>) -> Map<String, Value> {
    let mut union = Map::new();
    if let Some(discriminator) = discriminator
        && let Some(property) = text(discriminator, "propertyName")
    {
        union.insert("x-tag".into(), property.into());
        if let Some(mapping) = discriminator.get("mapping").and_then(Value::as_object) {
            for branch in &mut branches {
                let Some(name) = ref_name(branch).map(str::to_owned) else {
                    continue;
                };
                let tags: Vec<&String> = mapping
                    .iter()
                    .filter(|(_, target)| {
                        target
                            .as_str()
                            .is_some_and(|target| target == name || target == make_ref(&name))
                    })
                    .map(|(tag, _)| tag)
                    .collect();
                if !tags.is_empty() {
                    branch["x-tags"] = json!(tags);
                }
            }
        }
    }
    union.insert("oneOf".into(), Value::Array(branches));
    union
}
