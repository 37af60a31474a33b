//! Checking values against schemas.

use jsonschema::Validator;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use serde_json::{Value, json};

/// What checks values against a schema; none if it is no schema, or refers to others.
pub(super) fn validator(schema: &Value) -> Option<Validator> {
    jsonschema::options()
        .should_validate_formats(true)
        .build(schema)
        .ok()
}

/// Whether a name follows a pattern.
pub(super) fn matches(expression: &str, name: &str) -> bool {
    let schema = json!({ "type": "string", "pattern": expression });
    validator(&schema).is_some_and(|check| check.is_valid(&name.into()))
}

/// What a pointer may hold as part of a URI, besides letters and digits.
const POINTER: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'~');

/// A schema that accepts what all schemas at these places of another accept.
pub(super) fn together(whole: &Value, pointers: &[String]) -> Value {
    const NAME: &str = "urn:whole";
    let mut root = whole.clone();
    if let Some(root) = root.as_object_mut() {
        root.remove("$schema");
        root.insert("$id".into(), NAME.into());
    }
    let reference = |pointer: &String| {
        let fragment = percent_encoding::utf8_percent_encode(pointer, POINTER);
        json!({ "$ref": format!("{NAME}#{fragment}") })
    };
    let all: Vec<Value> = pointers.iter().map(reference).collect();
    json!({ "$defs": { "whole": root }, "allOf": all })
}
