//! Checks that a handwritten schema is strict.

use serde_json::{Map, Value};

use super::keywords::{FORMATS, REFUSED, TYPES};
use super::reference;
use crate::{Error, Result};

/// Keywords that describe a value. A schema needs at least one.
const SAYING: &[&str] = &["type", "$ref", "anyOf", "enum", "const"];

/// Deepest nesting of schemas.
const MAX_DEPTH: usize = 128;

/// Keywords that are not allowed next to the top level's properties.
const NOT_AT_TOP: &[&str] = &["$ref", "anyOf", "oneOf", "allOf", "not", "enum", "const"];

/// Checks that a JSON schema is strict: the top level is a plain object, every object lists all its
/// properties as required and allows no others, choices are `anyOf`, no keyword stands beside a
/// `$ref`, and no keyword or format occurs that services reject. The schema is not changed.
///
/// The rules are OpenAI's list of [supported
/// schemas](https://developers.openai.com/api/docs/guides/structured-outputs#supported-schemas).
/// Its limits on the size of a schema are not checked, because they belong to one service.
///
/// # Errors
///
/// Returns an error if the schema is not strict. The error names the place and a remedy.
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
        let found = schema.get("type").unwrap_or(&Value::Null);
        let why = match found {
            Value::Null => "the top level must be of type object".to_owned(),
            found => format!("the top level must be of type object, not {found}"),
        };
        return Err(refused("$", &why));
    }
    if let Some(name) = NOT_AT_TOP.iter().find(|name| schema.get(**name).is_some()) {
        let why = format!(
            "the top level must be a plain object without {name}; move the choice into a property"
        );
        return Err(refused("$", &why));
    }
    part(schema, schema, "$", 0)
}

/// Returns `true` if services accept a schema for a function's arguments, strict or not.
pub(super) fn is_plain_object(schema: &Map<String, Value>) -> bool {
    schema.get("type").is_some_and(|kind| kind == "object")
        && !NOT_AT_TOP.iter().any(|name| schema.contains_key(*name))
}

fn part(schema: &Value, whole: &Value, at: &str, depth: usize) -> Result<()> {
    let Value::Object(object) = schema else {
        return Err(refused(at, "a schema must be a JSON object"));
    };
    if depth > MAX_DEPTH {
        return Err(refused(at, "schemas are nested more than 128 levels deep"));
    }
    let inner = |schema: &Value, at: String| part(schema, whole, &at, depth + 1);
    if let Some((name, hint)) = REFUSED.iter().find(|(name, _)| object.contains_key(*name)) {
        return Err(refused(at, &format!("{name} is not supported; {hint}")));
    }
    if !SAYING.iter().any(|name| object.contains_key(*name)) {
        return Err(refused(at, "the type is missing"));
    }
    if let Some(target) = object.get("$ref") {
        refers(target, object, whole, at)?;
    }
    values(object, at)?;
    if object.contains_key("properties") || names(object.get("type"), "object") {
        for (name, property) in members(object, at)? {
            inner(property, format!("{at}.{name}"))?;
        }
    }
    if let Some(items) = object.get("items") {
        inner(items, format!("{at}[]"))?;
    } else if names(object.get("type"), "array") {
        return Err(refused(at, "an array must describe its items"));
    }
    match object.get("anyOf") {
        None => {}
        Some(Value::Array(choices)) if !choices.is_empty() => {
            for (index, choice) in choices.iter().enumerate() {
                inner(choice, format!("{at}.anyOf[{index}]"))?;
            }
        }
        Some(_) => {
            return Err(refused(at, "anyOf must be a list with at least one schema"));
        }
    }
    for place in ["$defs", "definitions"] {
        if let Some(Value::Object(definitions)) = object.get(place) {
            for (name, definition) in definitions {
                inner(definition, format!("{at}.{place}.{name}"))?;
            }
        }
    }
    Ok(())
}

/// Checks a reference.
fn refers(target: &Value, object: &Map<String, Value>, whole: &Value, at: &str) -> Result<()> {
    let found = target
        .as_str()
        .and_then(|target| reference::target(whole, target));
    if found.is_none() {
        return Err(refused(
            at,
            &format!("{target} is not in the schema; define it under $defs"),
        ));
    }
    let sibling = object
        .keys()
        .find(|name| !["$ref", "$defs", "definitions"].contains(&name.as_str()));
    match sibling {
        Some(name) => Err(refused(
            at,
            &format!(
                "{name} is not allowed beside $ref; write {{\"anyOf\": [{{\"$ref\": {target}}}], {name:?}: …}}"
            ),
        )),
        None => Ok(()),
    }
}

/// Checks the keywords of single values.
fn values(object: &Map<String, Value>, at: &str) -> Result<()> {
    let kinds = match object.get("type") {
        None => &[][..],
        Some(Value::Array(kinds)) if !kinds.is_empty() => kinds,
        Some(kind) => std::slice::from_ref(kind),
    };
    let known = |kind: &Value| kind.as_str().is_some_and(|kind| TYPES.contains(&kind));
    if let Some(kind) = kinds.iter().find(|kind| !known(kind)) {
        let known = TYPES.join(", ");
        return Err(refused(
            at,
            &format!("{kind} is not a type; the types are {known}"),
        ));
    }
    if let Some(format) = object.get("format")
        && !format
            .as_str()
            .is_some_and(|format| FORMATS.contains(&format))
    {
        let known = FORMATS.join(", ");
        return Err(refused(
            at,
            &format!("{format} is not a supported format ({known}); put it into the description"),
        ));
    }
    match object.get("enum") {
        None => Ok(()),
        Some(Value::Array(values)) if !values.is_empty() => Ok(()),
        Some(_) => Err(refused(at, "enum must be a list with at least one value")),
    }
}

/// Returns `true` if a type is, or includes, `name`.
fn names(kind: Option<&Value>, name: &str) -> bool {
    match kind {
        Some(Value::String(kind)) => kind == name,
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == name),
        _ => false,
    }
}

/// Checks an object without its properties' schemas, and returns these.
fn members<'a>(
    object: &'a Map<String, Value>,
    at: &str,
) -> Result<impl Iterator<Item = (&'a String, &'a Value)>> {
    if object.get("additionalProperties") != Some(&Value::Bool(false)) {
        let why = "an object must have additionalProperties: false";
        return Err(refused(at, why));
    }
    let properties = match object.get("properties") {
        None => None,
        Some(Value::Object(properties)) => Some(properties),
        Some(_) => return Err(refused(at, "properties must be an object")),
    };
    let required = match object.get("required") {
        None => &[][..],
        Some(Value::Array(required)) => required,
        Some(_) => return Err(refused(at, "required must be a list of names")),
    };
    let known = |name: &Value| {
        let known = properties.zip(name.as_str());
        known.is_some_and(|(properties, name)| properties.contains_key(name))
    };
    if let Some(name) = required.iter().find(|name| !known(name)) {
        return Err(refused(
            at,
            &format!("{name} is in required but not in properties"),
        ));
    }
    for name in properties.into_iter().flat_map(Map::keys) {
        if !required.iter().any(|known| known == name) {
            let why = format!(
                "{name:?} must be in required; an optional property has the type [\"…\", \"null\"]"
            );
            return Err(refused(at, &why));
        }
    }
    Ok(properties.into_iter().flatten())
}

fn refused(at: &str, why: &str) -> Error {
    Error::invalid(format!("at {at}: {why}"))
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
    fn schemas_of_types_are_strict() {
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
    fn schemas_that_services_accept_are_strict() {
        let property = |schema: Value| object(json!({ "x": schema }));
        for schema in [
            json!({ "type": "string", "format": "date-time", "pattern": "^2", "minLength": 2 }),
            json!({ "type": ["integer", "null"], "minimum": 0, "multipleOf": 5, "title": "Five" }),
            json!({ "type": "array", "items": { "$ref": "#" }, "minItems": 1, "maxItems": 2 }),
            json!({ "anyOf": [{ "$ref": "#" }], "description": "One more." }),
            json!({ "anyOf": [{ "type": "string", "const": "a" }, { "type": "null" }] }),
            json!({ "type": "string", "enum": ["a"], "default": "a" }),
        ] {
            check(&property(schema)).unwrap();
        }
        let mut named = property(json!({ "$ref": "#/$defs/Gr%C3%B6%C3%9Fe" }));
        named["$defs"] = json!({ "Größe": { "type": "integer" } });
        check(&named).unwrap();
    }

    #[test]
    fn violations_are_named_with_a_remedy() {
        let deep = object(json!({ "steps": { "type": "array", "items": object(json!({
            "walk": { "allOf": [] },
        })) } }));
        let mut open = object(json!({ "a": { "type": "string" } }));
        open["additionalProperties"] = json!(true);
        let mut optional = object(json!({ "a": { "type": "string" }, "b": { "type": "string" } }));
        optional["required"] = json!(["a"]);
        let x = |schema: Value| object(json!({ "x": schema }));
        let list = |keyword: &str, value: Value| {
            let mut list = json!({ "type": "array", "items": { "type": "string" } });
            list[keyword] = value;
            list
        };
        let top = |keyword: &str, value: Value| {
            let mut schema = x(json!({ "type": "string" }));
            schema[keyword] = value;
            schema
        };
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
            (
                json!({ "type": ["object", "null"] }),
                ["$", "not [\"object\""],
            ),
            (
                x(json!({ "$ref": "#", "description": "d" })),
                ["$.x", "beside $ref"],
            ),
            (x(json!({ "$ref": "#", "title": "t" })), ["$.x", "title"]),
            (
                x(json!({ "type": "string", "format": "uri" })),
                ["$.x", "date-time"],
            ),
            (x(json!({ "type": "text" })), ["$.x", "integer"]),
            (x(json!({ "type": ["string", "any"] })), ["$.x", "\"any\""]),
            (
                x(json!({ "type": "string", "enum": [] })),
                ["$.x", "one value"],
            ),
            (x(json!({ "anyOf": [] })), ["$.x", "one schema"]),
            (x(list("uniqueItems", json!(true))), ["$.x", "uniqueItems"]),
            (
                x(list("contains", json!({ "type": "string" }))),
                ["$.x", "contains"],
            ),
            (x(list("minContains", json!(1))), ["$.x", "minContains"]),
            (x(list("maxContains", json!(1))), ["$.x", "maxContains"]),
            (x(list("prefixItems", json!([]))), ["$.x", "prefixItems"]),
            (
                x(list("unevaluatedItems", json!(false))),
                ["$.x", "unevaluatedItems"],
            ),
            (
                top("propertyNames", json!({ "pattern": "x" })),
                ["$", "propertyNames"],
            ),
            (top("minProperties", json!(1)), ["$", "minProperties"]),
            (top("maxProperties", json!(1)), ["$", "maxProperties"]),
            (
                top("patternProperties", json!({})),
                ["$", "patternProperties"],
            ),
            (
                top("dependentRequired", json!({})),
                ["$", "dependentRequired"],
            ),
            (
                top("dependentSchemas", json!({})),
                ["$", "dependentSchemas"],
            ),
            (
                top("unevaluatedProperties", json!(false)),
                ["$", "unevaluatedProperties"],
            ),
            (top("if", json!({})), ["$", "if"]),
            (top("not", json!({})), ["$", "plain object"]),
            (
                top("anyOf", json!([{ "type": "object" }])),
                ["$", "plain object"],
            ),
            (top("allOf", json!([])), ["$", "plain object"]),
            (top("$ref", json!("#")), ["$", "plain object"]),
            (top("enum", json!([{}])), ["$", "plain object"]),
            (top("required", json!(["x", "y"])), ["$", "\"y\""]),
            (top("required", json!("x")), ["$", "list of names"]),
            (
                top("$defs", json!({ "D": { "not": {} } })),
                ["$.$defs.D", "not"],
            ),
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
