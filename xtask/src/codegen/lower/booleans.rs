//! Schemas that are `true` become empty; those that are `false` allow nothing, and are dropped where
//! they only close an object and become empty elsewhere. Keywords that only validate go.

use serde_json::{Map, Value};

use crate::codegen::document::for_each_schema;
use crate::codegen::error::Result;

const ONLY_VALIDATE: [&str; 14] = [
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "dependentRequired",
    "dependentSchemas",
    "unevaluatedProperties",
    "unevaluatedItems",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
];

pub(super) fn apply(document: &mut Value) -> Result<()> {
    for_each_schema(document, &mut |schema, _| {
        if schema.is_boolean() {
            *schema = Value::Object(Map::new());
        }
        let Some(members) = schema.as_object_mut() else {
            return Ok(());
        };
        if members.get("additionalProperties") == Some(&Value::Bool(false)) {
            members.shift_remove("additionalProperties");
        }
        for keyword in ["additionalProperties", "items"] {
            if let Some(value @ Value::Bool(_)) = members.get_mut(keyword) {
                *value = Value::Object(Map::new());
            }
        }
        members.retain(|keyword, _| !ONLY_VALIDATE.contains(&keyword.as_str()));
        if members.shift_remove("prefixItems").is_some() {
            members.insert("type".into(), "array".into());
            members.insert("items".into(), Value::Object(Map::new()));
        }
        if members.shift_remove("patternProperties").is_some() {
            members
                .entry("additionalProperties")
                .or_insert_with(|| Value::Object(Map::new()));
        }
        Ok(())
    })
}
