//! `const` becomes an `enum` of one value, and a `null` among the values of an `enum` makes the
//! schema nullable.

use serde_json::Value;

use crate::codegen::document::for_each_schema;
use crate::codegen::error::Result;

pub(super) fn apply(document: &mut Value) -> Result<()> {
    for_each_schema(document, &mut |schema, _| {
        let Some(members) = schema.as_object_mut() else {
            return Ok(());
        };
        if let Some(value) = members.shift_remove("const") {
            members.insert("enum".into(), Value::Array(vec![value]));
        }
        if let Some(Value::Array(values)) = members.get_mut("enum") {
            let count = values.len();
            values.retain(|value| !value.is_null());
            let (nullable, empty) = (values.len() < count, values.is_empty());
            if nullable {
                members.insert("nullable".into(), true.into());
            }
            if empty {
                members.shift_remove("enum");
            }
        }
        Ok(())
    })
}
