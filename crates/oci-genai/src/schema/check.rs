//! Whether a schema that somebody wrote is of the strict kind.

use serde_json::{Map, Value};

use super::keywords::{FORMATS, REFUSED, TYPES};
use super::reference;
use crate::{Error, Result};

/// Keywords of which at least one says what a value is.
const SAYING: &[&str] = &["type", "$ref", "anyOf", "enum", "const"];

/// How deep schemas may be nested.
const MAX_DEPTH: usize = 128;

/// Keywords that may not stand beside the top's properties.
const NOT_AT_TOP: &[&str] = &["$ref", "anyOf", "oneOf", "allOf", "not", "enum", "const"];

/// Checks that a JSON schema is of the strict kind that models are held to: the top is a plain object, every object lists
/// all its properties as required and allows no others, choices are `anyOf`, nothing stands beside a `$ref`, and no
/// keyword or format is there that services refuse. The schema is not changed.
///
/// What is checked is OpenAI's list of
/// [supported schemas](https://developers.openai.com/api/docs/guides/structured-outputs#supported-schemas). The limits
/// on the size of a schema that stand there are not checked: they are those of one service.
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
        let found = schema.get("type").unwrap_or(&Value::Null);
        let why = match found {
            Value::Null => "the top has to be of type object".to_owned(),
            found => format!("the top has to be of type object, not {found}"),
        };
        return Err(refused("$", &why));
    }
    if let Some(name) = NOT_AT_TOP.iter().find(|name| schema.get(**name).is_some()) {
        let why = format!(
            "the top has to be a plain object, without {name}; put the choice into a property"
        );
        return Err(refused("$", &why));
    }
    part(schema, schema, "$", 0)
}

/// Whether a schema is one that services take for a function's arguments, strict or not.
pub(super) fn is_plain_object(schema: &Map<String, Value>) -> bool {
    schema.get("type").is_some_and(|kind| kind == "object")
        && !NOT_AT_TOP.iter().any(|name| schema.contains_key(*name))
}

fn part(schema: &Value, whole: &Value, at: &str, depth: usize) -> Result<()> {
    let Value::Object(object) = schema else {
        return Err(refused(at, "a schema has to be a JSON object"));
    };
    if depth > MAX_DEPTH {
        return Err(refused(at, "schemas are nested more than 128 deep"));
    }
    let inner = |schema: &Value, at: String| part(schema, whole, &at, depth + 1);
    if let Some((name, cure)) = REFUSED.iter().find(|(name, _)| object.contains_key(*name)) {
        return Err(refused(at, &format!("it takes no {name}; {cure}")));
    }
    if !SAYING.iter().any(|name| object.contains_key(*name)) {
        return Err(refused(at, "it has to say a type"));
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
        return Err(refused(at, "a list has to say what its items are"));
    }
    match object.get("anyOf") {
        None => {}
        Some(Value::Array(choices)) if !choices.is_empty() => {
            for (index, choice) in choices.iter().enumerate() {
                inner(choice, format!("{at}.anyOf[{index}]"))?;
            }
        }
        Some(_) => {
            return Err(refused(
                at,
                "anyOf has to be a list with at least one schema",
            ));
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
            &format!("{target} is not in the schema; write what it refers to under $defs"),
        ));
    }
    let sibling = object
        .keys()
        .find(|name| !["$ref", "$defs", "definitions"].contains(&name.as_str()));
    match sibling {
        Some(name) => Err(refused(
            at,
            &format!(
                "nothing may stand beside $ref, but {name} does; write {{\"anyOf\": [{{\"$ref\": {target}}}], {name:?}: …}}"
            ),
        )),
        None => Ok(()),
    }
}

/// Checks what is said of single values.
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
            &format!("{kind} is no type; there are {known}"),
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
            &format!(
                "{format} is no format that is supported ({known}); say it in the description"
            ),
        ));
    }
    match object.get("enum") {
        None => Ok(()),
        Some(Value::Array(values)) if !values.is_empty() => Ok(()),
        Some(_) => Err(refused(at, "enum has to be a list with at least one value")),
    }
}

/// Whether a type is, or may be, of this name.
fn names(kind: Option<&Value>, name: &str) -> bool {
    match kind {
        Some(Value::String(kind)) => kind == name,
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == name),
        _ => false,
    }
}

/// Checks an object, all but the schemas of its properties, which are returned.
fn members<'a>(
    object: &'a Map<String, Value>,
    at: &str,
) -> Result<impl Iterator<Item = (&'a String, &'a Value)>> {
    if object.get("additionalProperties") != Some(&Value::Bool(false)) {
        let cure = "an object has to say additionalProperties: false";
        return Err(refused(at, cure));
    }
    let properties = match object.get("properties") {
        None => None,
        Some(Value::Object(properties)) => Some(properties),
        Some(_) => return Err(refused(at, "properties have to be an object")),
    };
    let required = match object.get("required") {
        None => &[][..],
        Some(Value::Array(required)) => required,
        Some(_) => return Err(refused(at, "required has to be a list of names")),
    };
    let known = |name: &Value| {
        let known = properties.zip(name.as_str());
        known.is_some_and(|(properties, name)| properties.contains_key(name))
    };
    if let Some(name) = required.iter().find(|name| !known(name)) {
        return Err(refused(
            at,
            &format!("{name} is in required and not in properties"),
        ));
    }
    for name in properties.into_iter().flat_map(Map::keys) {
        if !required.iter().any(|known| known == name) {
            let cure = format!(
                "{name:?} has to be in required; one that may be missing is of type [\"…\", \"null\"]"
            );
            return Err(refused(at, &cure));
        }
    }
    Ok(properties.into_iter().flatten())
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
    fn what_services_take_is_strict() {
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
    fn what_is_not_is_named_with_its_cure() {
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
