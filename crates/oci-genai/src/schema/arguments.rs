//! Schemas of function arguments.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::check::is_plain_object;
use super::{plain, strict};
use crate::Result;

/// The schema of a function's arguments.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Parameters {
    /// The JSON schema: an object with a property for each argument.
    pub schema: Map<String, Value>,
    /// `true` if the schema is strict, so that a service can enforce it.
    pub strict: bool,
}

/// Creates the schema of a function's arguments from their type.
///
/// The result is the type's [`strict`](strict()) schema, or an empty object schema for `()` and
/// unit structs. If a struct cannot be expressed as a strict schema, for example because it
/// contains a map, the result is the schema that `schemars` generates, and [`Parameters::strict`]
/// is `false`.
///
/// # Errors
///
/// Returns an error if the type is not a struct, because services accept only objects as arguments.
/// The error names the type and a remedy.
///
/// ```
/// let parameters = oci_genai::schema::parameters::<()>()?;
/// assert_eq!(parameters.schema["properties"], serde_json::json!({}));
/// assert!(parameters.strict);
/// # Ok::<_, oci_genai::Error>(())
/// ```
pub fn parameters<A: JsonSchema>() -> Result<Parameters> {
    let written = plain::<A>();
    if written.get("type").is_some_and(|kind| kind == "null") {
        let none = json!({
            "type": "object", "properties": {}, "required": [], "additionalProperties": false,
        });
        let schema = none.as_object().cloned().unwrap_or_default();
        return Ok(Parameters {
            schema,
            strict: true,
        });
    }
    match (strict::<A>(), written) {
        (Ok(schema), _) => Ok(Parameters {
            schema,
            strict: true,
        }),
        (Err(_), Value::Object(schema)) if is_plain_object(&schema) => Ok(Parameters {
            schema,
            strict: false,
        }),
        (Err(error), _) => Err(error),
    }
}

/// Parses the arguments of a call.
///
/// A call without arguments may have an empty text. `()` is parsed from an empty object.
///
/// # Errors
///
/// Returns an error if the text is not JSON or does not fit the type.
///
/// ```
/// assert!(oci_genai::schema::parse_arguments::<()>("{}").is_ok());
/// assert!(oci_genai::schema::parse_arguments::<()>("").is_ok());
/// ```
pub fn parse_arguments<A: DeserializeOwned>(text: &str) -> serde_json::Result<A> {
    let text = match text.trim() {
        "" => "{}",
        text => text,
    };
    serde_json::from_str(text).or_else(|error| {
        let is_empty = serde_json::from_str::<Value>(text).is_ok_and(|value| value == json!({}));
        let unit = is_empty.then(|| serde_json::from_value(Value::Null).ok());
        unit.flatten().ok_or(error)
    })
}
