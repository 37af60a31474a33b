//! JSON schemas of Rust types, in the strict form that services enforce.
//!
//! Strict schemas are narrower than JSON Schema: every object lists all its members as required and
//! allows no others, the top level is an object, choices are `anyOf`, and no keyword stands beside
//! a `$ref`. [`strict`] creates one from a Rust type. [`check`] checks a handwritten one.
//!
//! Every value of the type fits its strict schema, unless it omits members
//! (`#[serde(skip_serializing_if = "…")]`), because a model must write all of them. If a strict
//! schema cannot express a type, for example a map with arbitrary keys, the error names the type,
//! the place and an alternative.

mod arguments;
mod check;
mod keywords;
mod lower;
mod merge;
mod reference;
mod refused;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

pub use arguments::{Parameters, parameters, parse_arguments};
pub use check::check;

use crate::{Error, Result};

/// Creates the strict schema of a type.
///
/// Doc comments of the type, its fields and its variants become descriptions. This includes
/// comments on the types of flattened fields and on the content of tagged variants. Formats that
/// strict schemas do not support, defaults and examples are omitted.
///
/// # Errors
///
/// Returns an error if a strict schema cannot express the type. The error names the type, the place
/// and an alternative. These cannot be expressed: a top level other than a struct, maps, tuples of
/// several types, arbitrary JSON, and flattened enums with more than 64 combinations.
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
    lower::strict(&plain::<T>()).map_err(|refused| {
        let name = std::any::type_name::<T>();
        Error::invalid(format!(
            "the type {name} cannot be expressed as a strict schema: {refused}"
        ))
    })
}

/// Returns the schema of a type as `schemars` generates it.
pub(crate) fn plain<T: JsonSchema>() -> Value {
    let mut schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value();
    // The generated title is only the type's name, not documentation.
    if let Value::Object(object) = &mut schema
        && object
            .get("title")
            .is_some_and(|title| *title == *T::schema_name())
    {
        object.remove("title");
    }
    schema
}

/// Returns a type's name in the form that the service accepts: at most 64 letters, digits, `_` and
/// `-`.
pub(crate) fn name_of<T: JsonSchema>() -> String {
    let name = reference::ascii(&T::schema_name());
    if name.chars().any(|c| c.is_ascii_alphanumeric()) {
        name
    } else {
        "result".to_owned()
    }
}

#[cfg(test)]
mod tests {
    #![allow(dead_code, reason = "only their schemas count")]

    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::json;

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
    fn types_that_cannot_be_expressed_are_named() {
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
        for (outcome, place, hint) in [
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
            assert!(text.contains(place) && text.contains(hint), "{text}");
        }
    }

    #[test]
    fn names_are_converted_to_the_accepted_form() {
        assert_eq!(name_of::<Plan>(), "Plan");
        assert!(
            name_of::<Vec<Option<Plan>>>()
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_')
        );
    }
}
