//! The smallest value that a JSON schema accepts.

use serde_json::{Map, Value, json};

/// How deep nested and referenced schemas are followed; below that everything is null.
const MAX_DEPTH: usize = 32;

/// A minimal instance of `schema`: required properties only, first of several choices, lower bounds.
pub(crate) fn minimal(schema: &Value) -> Value {
    instance(schema, schema, 0)
}

fn instance(schema: &Value, root: &Value, depth: usize) -> Value {
    let Some(object) = schema.as_object().filter(|_| depth < MAX_DEPTH) else {
        return Value::Null;
    };
    let follow = |next: &Value| instance(next, root, depth + 1);
    if let Some(target) = object.get("$ref").and_then(Value::as_str) {
        let pointer = target.strip_prefix('#').unwrap_or("/");
        return root.pointer(pointer).map_or(Value::Null, follow);
    }
    for fixed in ["const", "default"] {
        if let Some(value) = object.get(fixed) {
            return value.clone();
        }
    }
    if let Some(first) = object.get("enum").and_then(|list| list.get(0)) {
        return first.clone();
    }
    for choice in ["anyOf", "oneOf"] {
        if let Some(first) = object.get(choice).and_then(|list| list.get(0)) {
            return follow(first);
        }
    }
    if let Some(all) = object.get("allOf").and_then(Value::as_array) {
        let mut merged = Map::new();
        for part in all {
            if let Value::Object(part) = follow(part) {
                merged.extend(part);
            }
        }
        return Value::Object(merged);
    }
    let kind = match object.get("type") {
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str).unwrap_or("null"),
        Some(Value::String(kind)) => kind,
        _ if object.contains_key("properties") => "object",
        _ if object.contains_key("items") => "array",
        _ => "null",
    };
    match kind {
        "object" => properties(object, &follow),
        "array" => {
            let count = object
                .get("minItems")
                .and_then(Value::as_u64)
                .unwrap_or(0)
                .min(100);
            let item = object.get("items").map_or(Value::Null, follow);
            Value::Array((0..count).map(|_| item.clone()).collect())
        }
        "string" => {
            let least = object
                .get("minLength")
                .and_then(Value::as_u64)
                .unwrap_or(0)
                .min(10_000);
            Value::String("x".repeat(usize::try_from(least).unwrap_or(0)))
        }
        "integer" | "number" => number(object, kind == "integer"),
        "boolean" => json!(false),
        _ => Value::Null,
    }
}

fn properties(object: &Map<String, Value>, follow: &dyn Fn(&Value) -> Value) -> Value {
    let known = object.get("properties").and_then(Value::as_object);
    let required = object.get("required").and_then(Value::as_array);
    let mut made = Map::new();
    for name in required.into_iter().flatten().filter_map(Value::as_str) {
        let value = known
            .and_then(|known| known.get(name))
            .map_or(Value::Null, follow);
        made.insert(name.to_owned(), value);
    }
    Value::Object(made)
}

fn number(object: &Map<String, Value>, integer: bool) -> Value {
    let bound = |name: &str| object.get(name).and_then(Value::as_f64);
    let step = if integer { 1.0 } else { 0.5 };
    let value = bound("minimum")
        .or_else(|| bound("exclusiveMinimum").map(|least| least + step))
        .or_else(|| bound("maximum").map(|most| most.min(0.0)))
        .or_else(|| bound("exclusiveMaximum").map(|most| (most - step).min(0.0)))
        .unwrap_or(0.0);
    #[allow(clippy::cast_possible_truncation)] // bounds beyond 64 bits saturate
    if integer {
        json!(value.ceil() as i64)
    } else {
        json!(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minimal_instances() {
        let cases = [
            (
                json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer", "minimum": 3}}, "required": ["b", "a"]}),
                json!({"a": "", "b": 3}),
            ),
            (
                json!({"type": ["string", "null"], "minLength": 2}),
                json!("xx"),
            ),
            (json!({"enum": ["red", "blue"]}), json!("red")),
            (
                json!({"type": "array", "items": {"type": "boolean"}, "minItems": 2}),
                json!([false, false]),
            ),
            (json!({"anyOf": [{"const": 7}, {"type": "null"}]}), json!(7)),
            (
                json!({"allOf": [{"type": "object", "properties": {"a": {"const": 1}}, "required": ["a"]}, {"type": "object", "properties": {"b": {"const": 2}}, "required": ["b"]}]}),
                json!({"a": 1, "b": 2}),
            ),
            (
                json!({"$ref": "#/$defs/x", "$defs": {"x": {"type": "number", "exclusiveMinimum": 1}}}),
                json!(1.5),
            ),
        ];
        for (schema, wanted) in cases {
            assert_eq!(minimal(&schema), wanted, "{schema}");
        }
    }

    #[test]
    fn a_schema_that_requires_itself_ends() {
        let schema =
            json!({"type": "object", "properties": {"next": {"$ref": "#"}}, "required": ["next"]});
        assert!(minimal(&schema).is_object());
    }
}
