//! JSON schemas of Rust types, in the strict form that models are held to.
//!
//! Strict schemas are narrower than JSON Schema: every object lists all its members as required and
//! allows no others, the top level is an object, and choices are `anyOf`. What `schemars` writes for
//! structs, enums, options and lists fits after small changes, made here. What cannot be said, such as
//! a map with arbitrary keys, is an error that names the place. [`check`] looks at a schema that somebody wrote.

mod check;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

pub use check::check;

use crate::{Error, Result};

/// Formats that strict schemas know. The others, such as `int32`, are dropped.
const FORMATS: &[&str] = &[
    "date-time",
    "time",
    "date",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "uuid",
];

/// Members that say nothing to a model, or that strict schemas do not take and can do without.
const DROPPED: &[&str] = &[
    "$schema",
    "title",
    "default",
    "examples",
    "readOnly",
    "writeOnly",
    "deprecated",
    "uniqueItems",
];

/// Members that strict schemas do not take and whose loss would change the meaning.
const REFUSED: &[(&str, &str)] = &[
    ("prefixItems", "a tuple; use a struct"),
    ("patternProperties", "a map; use a list of key and value"),
    ("not", "an exclusion; use an enum of what is allowed"),
    ("if", "a condition; use an enum"),
    ("dependentSchemas", "a condition; use an enum"),
    (
        "unevaluatedProperties",
        "a flattened type; write its fields out",
    ),
];

/// The strict schema of a type.
///
/// # Errors
///
/// When the type cannot be said in a strict schema. The error names the place and what to use instead.
///
/// ```
/// #[derive(schemars::JsonSchema)]
/// struct Idea {
///     title: String,
///     cost: Option<u32>,
/// }
/// let schema = oci_genai::schema::strict::<Idea>()?;
/// assert_eq!(schema["required"].as_array().map(Vec::len), Some(2));
/// assert_eq!(schema["additionalProperties"], false);
/// # Ok::<_, oci_genai::Error>(())
/// ```
pub fn strict<T: JsonSchema>() -> Result<Map<String, Value>> {
    let mut schema = plain::<T>();
    let whole = schema.clone();
    strictly(&mut schema, &whole, "$")?;
    match schema {
        Value::Object(schema) if schema.contains_key("properties") => Ok(schema),
        _ => Err(refused(
            "$",
            "no struct at its top level; wrap it in a struct with one field",
        )),
    }
}

/// The schema of a type, as `schemars` writes it.
pub(crate) fn plain<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}

/// A type's name as the service takes it: letters, digits, `_` and `-`, at most 64 of them.
pub(crate) fn name_of<T: JsonSchema>() -> String {
    let name: String = T::schema_name()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .take(64)
        .collect();
    if name.is_empty() {
        "result".to_owned()
    } else {
        name
    }
}

fn strictly(schema: &mut Value, whole: &Value, at: &str) -> Result<()> {
    let Value::Object(object) = schema else {
        return Err(refused(at, "any JSON at all; use a type with a shape"));
    };
    for name in DROPPED {
        object.remove(*name);
    }
    if let Some((_, what)) = REFUSED.iter().find(|(name, _)| object.contains_key(*name)) {
        return Err(refused(at, what));
    }
    if let Some(format) = object.get("format").and_then(Value::as_str)
        && !FORMATS.contains(&format)
    {
        object.remove("format");
    }
    if let Some(choices) = object.remove("oneOf") {
        object.insert("anyOf".to_owned(), choices);
    }
    if let Some(Value::Array(parts)) = object.remove("allOf") {
        let [Value::Object(only)] = parts.as_slice() else {
            return Err(refused(at, "several types in one; write their fields out"));
        };
        for (name, value) in only {
            object.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    if let Some(reference) = object.get("$ref").cloned() {
        // Strict schemas take nothing beside a reference.
        object.retain(|name, _| name == "$ref" || name == "$defs");
        check_reference(&reference, whole, at)?;
    }
    let is_object = object.get("type").is_some_and(|kind| {
        kind == "object"
            || kind
                .as_array()
                .is_some_and(|kinds| kinds.contains(&json!("object")))
    });
    if is_object || object.contains_key("properties") {
        members(object, whole, at)?;
    }
    if let Some(items) = object.get_mut("items") {
        strictly(items, whole, &format!("{at}[]"))?;
    }
    if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
        for (index, choice) in choices.iter_mut().enumerate() {
            strictly(choice, whole, &format!("{at}|{index}"))?;
        }
    }
    if let Some(Value::Object(definitions)) = object.get_mut("$defs") {
        for (name, definition) in definitions {
            strictly(definition, whole, name)?;
        }
    }
    let says_something = ["type", "$ref", "anyOf", "enum", "const"]
        .iter()
        .any(|name| object.contains_key(*name));
    if !says_something {
        return Err(refused(at, "any JSON at all; use a type with a shape"));
    }
    Ok(())
}

fn members(object: &mut Map<String, Value>, whole: &Value, at: &str) -> Result<()> {
    match object.get("additionalProperties") {
        None | Some(Value::Bool(false)) => {}
        Some(_) => {
            return Err(refused(
                at,
                "a map with any keys; use a list of structs with a key and a value",
            ));
        }
    }
    let properties = object
        .entry("properties")
        .or_insert_with(|| Value::Object(Map::new()));
    let Value::Object(properties) = properties else {
        return Err(refused(at, "properties that are no object"));
    };
    for (name, property) in properties.iter_mut() {
        strictly(property, whole, &format!("{at}.{name}"))?;
    }
    let names: Vec<Value> = properties.keys().cloned().map(Value::String).collect();
    object.insert("required".to_owned(), Value::Array(names));
    object.insert("additionalProperties".to_owned(), Value::Bool(false));
    Ok(())
}

fn check_reference(reference: &Value, whole: &Value, at: &str) -> Result<()> {
    let target = reference
        .as_str()
        .and_then(|text| text.strip_prefix('#'))
        .and_then(|pointer| whole.pointer(pointer));
    match target {
        Some(_) => Ok(()),
        None => Err(refused(at, "a reference out of its own schema")),
    }
}

fn refused(at: &str, what: &str) -> Error {
    Error::invalid(format!(
        "the type cannot be said in a strict schema: at {at} it has {what}"
    ))
}

#[cfg(test)]
mod tests {
    #![allow(dead_code, reason = "only their schemas count")]

    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[derive(JsonSchema)]
    struct Plan {
        /// What it is called.
        title: String,
        cost: Option<f32>,
        count: u8,
        #[serde(default)]
        tags: BTreeSet<String>,
        steps: Vec<Step>,
        mood: Mood,
        next: Option<Box<Plan>>,
    }

    #[derive(JsonSchema)]
    #[serde(tag = "kind")]
    enum Step {
        Walk { km: i32 },
        Rest,
    }

    #[derive(JsonSchema)]
    enum Mood {
        Good,
        Bad,
    }

    #[test]
    fn structs_enums_options_lists_and_recursion_fit() {
        let schema = Value::Object(strict::<Plan>().unwrap());
        let text = schema.to_string();
        for gone in [
            "oneOf",
            "\"default\"",
            "uniqueItems",
            "int32",
            "uint8",
            "float",
            "\"$schema\"",
        ] {
            assert!(!text.contains(gone), "{gone} in {text}");
        }
        let properties = schema["properties"].as_object().unwrap();
        assert_eq!(
            schema["required"].as_array().unwrap().len(),
            properties.len()
        );
        assert_eq!(properties["title"]["description"], "What it is called.");
        assert_eq!(properties["cost"]["type"], json!(["number", "null"]));
        assert_eq!(
            properties["steps"]["items"],
            json!({"$ref": "#/$defs/Step"})
        );
        let walk = &schema["$defs"]["Step"]["anyOf"][0];
        assert_eq!(walk["additionalProperties"], false);
        assert_eq!(walk["required"], json!(["kind", "km"]));
    }

    #[test]
    fn what_cannot_be_said_is_named() {
        #[derive(JsonSchema)]
        struct Mapped {
            inner: Inner,
        }
        #[derive(JsonSchema)]
        struct Inner {
            by_name: BTreeMap<String, i32>,
        }
        #[derive(JsonSchema)]
        struct Tupled {
            pair: (i32, String),
        }
        #[derive(JsonSchema)]
        struct Anything {
            value: Value,
        }
        for (outcome, place, cure) in [
            (strict::<Mapped>(), "Inner.by_name", "list of structs"),
            (strict::<Tupled>(), "$.pair", "use a struct"),
            (strict::<Anything>(), "$.value", "shape"),
            (strict::<Mood>(), "$", "wrap it"),
            (strict::<Vec<i32>>(), "$", "wrap it"),
            (strict::<String>(), "$", "wrap it"),
        ] {
            let error = outcome.unwrap_err();
            assert!(error.is_invalid_request());
            let text = error.to_string();
            assert!(text.contains(place) && text.contains(cure), "{text}");
        }
    }

    #[test]
    fn names_are_made_fit() {
        assert_eq!(name_of::<Plan>(), "Plan");
        assert!(
            name_of::<Vec<Option<Plan>>>()
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_')
        );
    }
}
