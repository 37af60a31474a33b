//! Whether a schema that somebody wrote is of the strict kind.

use serde_json::{Map, Value};

use crate::{Error, Result};

/// Keywords that strict schemas do not take, and what to write instead.
const REFUSED: &[(&str, &str)] = &[
    ("oneOf", "write anyOf"),
    ("allOf", "write out the properties of all its parts"),
    ("not", "write an enum of what is allowed"),
    ("if", "write an enum or anyOf"),
    ("then", "write an enum or anyOf"),
    ("else", "write an enum or anyOf"),
    ("dependentRequired", "write anyOf"),
    ("dependentSchemas", "write anyOf"),
    (
        "patternProperties",
        "write a list of objects with a key and a value",
    ),
    ("unevaluatedProperties", "write additionalProperties: false"),
    (
        "prefixItems",
        "write an object with a property for each place",
    ),
];

/// Keywords of which at least one says what a value is.
const SAYING: &[&str] = &["type", "$ref", "anyOf", "enum", "const"];

/// Checks that a JSON schema is of the strict kind that models are held to: the top is an object, every object lists all
/// its properties as required and allows no others, and choices are `anyOf`. The schema is not changed.
///
/// # Errors
///
/// When it is not; the error names the place and what to write instead.
///
/// ```
/// let schema = serde_json::json!({
///     "type": "object",
///     "properties": { "title": { "type": "string" } },
///     "required": [],
///     "additionalProperties": false,
/// });
/// let error = oci_genai::schema::check(&schema).unwrap_err();
/// assert!(error.to_string().contains("\"title\""));
/// ```
pub fn check(schema: &Value) -> Result<()> {
    let is_object = schema.get("type").is_some_and(|kind| kind == "object");
    if !is_object {
        return Err(refused("$", "the top has to be of type object"));
    }
    part(schema, schema, "$")
}

fn part(schema: &Value, whole: &Value, at: &str) -> Result<()> {
    let Value::Object(object) = schema else {
        return Err(refused(at, "a schema has to be a JSON object"));
    };
    if let Some((name, cure)) = REFUSED.iter().find(|(name, _)| object.contains_key(*name)) {
        return Err(refused(at, &format!("it takes no {name}; {cure}")));
    }
    if !SAYING.iter().any(|name| object.contains_key(*name)) {
        return Err(refused(at, "it has to say a type"));
    }
    if let Some(reference) = object.get("$ref") {
        let target = reference
            .as_str()
            .and_then(|text| text.strip_prefix('#'))
            .and_then(|pointer| whole.pointer(pointer));
        if target.is_none() {
            return Err(refused(
                at,
                &format!("{reference} is not in the schema; write what it refers to under $defs"),
            ));
        }
    }
    if object.contains_key("properties") || names(object.get("type"), "object") {
        members(object, whole, at)?;
    }
    if let Some(items) = object.get("items") {
        part(items, whole, &format!("{at}[]"))?;
    } else if names(object.get("type"), "array") {
        return Err(refused(at, "a list has to say what its items are"));
    }
    match object.get("anyOf") {
        None => {}
        Some(Value::Array(choices)) => {
            for (index, choice) in choices.iter().enumerate() {
                part(choice, whole, &format!("{at}.anyOf[{index}]"))?;
            }
        }
        Some(_) => return Err(refused(at, "anyOf has to be a list")),
    }
    for place in ["$defs", "definitions"] {
        if let Some(Value::Object(definitions)) = object.get(place) {
            for (name, definition) in definitions {
                part(definition, whole, &format!("{at}.{place}.{name}"))?;
            }
        }
    }
    Ok(())
}

/// Whether a type is, or may be, of this name.
fn names(kind: Option<&Value>, name: &str) -> bool {
    match kind {
        Some(Value::String(kind)) => kind == name,
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == name),
        _ => false,
    }
}

fn members(object: &Map<String, Value>, whole: &Value, at: &str) -> Result<()> {
    if object.get("additionalProperties") != Some(&Value::Bool(false)) {
        let cure = "an object has to say additionalProperties: false";
        return Err(refused(at, cure));
    }
    let empty = Map::new();
    let properties = match object.get("properties") {
        None => &empty,
        Some(Value::Object(properties)) => properties,
        Some(_) => return Err(refused(at, "properties have to be an object")),
    };
    let required = object.get("required").and_then(Value::as_array);
    for (name, property) in properties {
        if !required.is_some_and(|required| required.iter().any(|known| known == name)) {
            let cure = format!(
                "{name:?} has to be in required; one that may be missing is of type [\"…\", \"null\"]"
            );
            return Err(refused(at, &cure));
        }
        part(property, whole, &format!("{at}.{name}"))?;
    }
    Ok(())
}

fn refused(at: &str, why: &str) -> Error {
    Error::invalid(format!("at {at} {why}"))
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde_json::json;

    use super::*;

    fn object(properties: Value) -> Value {
        let names: Vec<_> = properties.as_object().unwrap().keys().cloned().collect();
        json!({
            "type": "object", "properties": properties, "required": names,
            "additionalProperties": false,
        })
    }

    #[test]
    fn what_types_make_is_strict() {
        #[derive(JsonSchema)]
        #[allow(dead_code, reason = "only its schema counts")]
        struct Plan {
            title: String,
            cost: Option<f32>,
            next: Option<Box<Plan>>,
            steps: Vec<Step>,
        }
        #[derive(JsonSchema)]
        #[allow(dead_code, reason = "only its schema counts")]
        #[serde(tag = "kind")]
        enum Step {
            Walk { km: i32 },
            Rest,
        }
        check(&Value::Object(super::super::strict::<Plan>().unwrap())).unwrap();
        check(&json!({ "type": "object", "additionalProperties": false })).unwrap();
    }

    #[test]
    fn what_is_not_is_named_with_its_cure() {
        let deep = object(json!({ "steps": { "type": "array", "items": object(json!({
            "walk": { "allOf": [] },
        })) } }));
        let mut open = object(json!({ "a": { "type": "string" } }));
        open["additionalProperties"] = json!(true);
        let mut optional = object(json!({ "a": { "type": "string" }, "b": { "type": "string" } }));
        optional["required"] = json!(["a"]);
        for (schema, words) in [
            (json!([]), ["$", "object"]),
            (json!({ "type": "array" }), ["$", "object"]),
            (json!({ "anyOf": [] }), ["$", "object"]),
            (deep, ["$.steps[].walk", "properties of all"]),
            (open, ["$", "additionalProperties: false"]),
            (optional, ["\"b\"", "required"]),
            (object(json!({ "x": {} })), ["$.x", "type"]),
            (object(json!({ "x": true })), ["$.x", "object"]),
            (
                object(json!({ "x": { "type": "array" } })),
                ["$.x", "items"],
            ),
            (
                object(json!({ "x": { "$ref": "#/$defs/Y" } })),
                ["$.x", "$defs"],
            ),
            (object(json!({ "x": { "oneOf": [] } })), ["$.x", "anyOf"]),
        ] {
            let error = check(&schema).unwrap_err();
            assert!(error.is_invalid_request());
            let text = error.to_string();
            for word in words {
                assert!(text.contains(word), "{word} is missing in {text}");
            }
        }
    }
}
