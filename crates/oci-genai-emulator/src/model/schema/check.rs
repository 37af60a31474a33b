//! Validation of values against schemas.

use jsonschema::Validator;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use serde_json::{Value, json};

/// Returns a validator for a schema. `None` if the schema is invalid or refers to other documents.
pub(super) fn validator(schema: &Value) -> Option<Validator> {
    jsonschema::options()
        .should_validate_formats(true)
        .build(schema)
        .ok()
}

/// Returns true if a name matches a pattern.
pub(super) fn matches(expression: &str, name: &str) -> bool {
    let schema = json!({ "type": "string", "pattern": expression });
    validator(&schema).is_some_and(|check| check.is_valid(&name.into()))
}

/// Characters that a pointer in a URI may contain, in addition to letters and digits.
const POINTER: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'~');

/// Combines the schemas at these pointers into one that accepts what all of them accept.
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
