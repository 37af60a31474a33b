//! Each schema has at most one `type` afterwards. Lists of types become unions, `null` among them
//! becomes `nullable`, and types that are only implied are written down.

use serde_json::{Map, Value, json};

use crate::codegen::document::for_each_schema;
use crate::codegen::error::Result;

pub(super) fn apply(document: &mut Value) -> Result<()> {
    for_each_schema(document, &mut |schema, _| {
        if let Some(members) = schema.as_object_mut() {
            lists(members);
            implied(members);
            enums(members);
        }
        Ok(())
    })
}

fn lists(members: &mut Map<String, Value>) {
    let mut names: Vec<String> = match members.get("type") {
        Some(Value::Array(names)) => names
            .iter()
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect(),
        Some(Value::String(name)) if name == "null" => vec!["null".to_owned()],
        _ => return,
    };
    let count = names.len();
    names.retain(|name| name != "null");
    names.dedup();
    if names.len() < count {
        members.insert("nullable".into(), true.into());
    }
    match names.as_slice() {
        [] => {
            members.shift_remove("type");
        }
        [name] => {
            members.insert("type".into(), name.as_str().into());
        }
        _ => {
            members.shift_remove("type");
            let branches = names.iter().map(|name| branch(members, name)).collect();
            for keyword in [
                "properties",
                "required",
                "additionalProperties",
                "items",
                "enum",
                "format",
            ] {
                members.shift_remove(keyword);
            }
            members.insert("anyOf".into(), Value::Array(branches));
        }
    }
}

/// One type of several, with the keywords that are about it.
fn branch(members: &Map<String, Value>, name: &str) -> Value {
    let keywords: &[&str] = match name {
        "object" => &["properties", "required", "additionalProperties"],
        "array" => &["items"],
        "string" => &["enum", "format"],
        _ => &["format"],
    };
    let mut branch = Map::new();
    branch.insert("type".into(), name.into());
    for keyword in keywords {
        let Some(value) = members.get(*keyword) else {
            continue;
        };
        let value = match (*keyword, value) {
            ("enum", Value::Array(values)) => {
                let own: Vec<Value> = values
                    .iter()
                    .filter(|value| type_of(value) == name)
                    .cloned()
                    .collect();
                if own.is_empty() {
                    continue;
                }
                Value::Array(own)
            }
            _ => value.clone(),
        };
        branch.insert((*keyword).to_owned(), value);
    }
    Value::Object(branch)
}

fn implied(members: &mut Map<String, Value>) {
    let has = |keyword: &str| members.contains_key(keyword);
    if has("type") || has("$ref") || has("oneOf") || has("anyOf") || has("allOf") {
        return;
    }
    let name = if has("properties") || has("additionalProperties") {
        "object"
    } else if has("items") {
        "array"
    } else {
        let Some(Value::Array(values)) = members.get("enum") else {
            return;
        };
        let mut types: Vec<&str> = values.iter().map(type_of).collect();
        types.sort_unstable();
        types.dedup();
        match types.as_slice() {
            [one] => one,
            ["integer", "number"] => "number",
            _ => {
                // Values of several types: a union of them.
                let names: Vec<Value> = types.iter().map(|name| json!(name)).collect();
                members.insert("type".into(), Value::Array(names));
                lists(members);
                return;
            }
        }
    };
    members.insert("type".into(), name.into());
}

/// Only strings have enums; values of other types are documented and otherwise free.
fn enums(members: &mut Map<String, Value>) {
    let Some(Value::Array(values)) = members.get_mut("enum") else {
        return;
    };
    values.retain(Value::is_string);
    let empty = values.is_empty();
    if empty || members.get("type").and_then(Value::as_str) != Some("string") {
        members.shift_remove("enum");
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
