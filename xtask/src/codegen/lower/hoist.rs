//! Gives names to schemas that need a type of their own: objects with members, unions, enums. The
//! name is that of the place: the component's, then the member's.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::all_of;
use crate::codegen::document::{
    for_each_operation, make_ref, ref_name, schemas, schemas_mut, text,
};
use crate::codegen::error::Result;
use crate::codegen::names::{pascal, unique};

pub(super) fn apply(document: &mut Value) -> Result<()> {
    let mut named = Named::default();
    if let Some(components) = schemas(document) {
        named.taken = components
            .keys()
            .flat_map(|name| [name.clone(), pascal(name)])
            .collect();
    }
    let before = std::mem::take(schemas_mut(document)?);
    for (name, mut schema) in before {
        // Holds the place, so that what is found inside comes after.
        named.schemas.insert(name.clone(), Value::Null);
        named.inside(&mut schema, &pascal(&name));
        named.schemas.insert(name, schema);
    }
    for_each_operation(document, &mut |_, path, method, operation| {
        let base = match text(operation, "operationId") {
            Some(id) => pascal(id),
            None => pascal(&format!("{method} {path}")),
        };
        named.operation(operation, &base);
        Ok(())
    })?;
    *schemas_mut(document)? = named.schemas;
    Ok(())
}

#[derive(Default)]
struct Named {
    schemas: Map<String, Value>,
    taken: BTreeSet<String>,
}

impl Named {
    fn operation(&mut self, operation: &mut Value, base: &str) {
        if let Some(Value::Array(parameters)) = operation.get_mut("parameters") {
            for parameter in parameters {
                let name = format!(
                    "{base}{}",
                    pascal(text(parameter, "name").unwrap_or_default())
                );
                if let Some(schema) = parameter.get_mut("schema") {
                    self.place(schema, &name);
                }
                self.content(parameter, &name);
            }
        }
        if let Some(body) = operation.get_mut("requestBody") {
            self.content(body, &format!("{base}Body"));
        }
        if let Some(Value::Object(responses)) = operation.get_mut("responses") {
            for (status, response) in responses {
                let name = if status.starts_with('2') {
                    format!("{base}Response")
                } else {
                    format!("{base}Error")
                };
                self.content(response, &name);
            }
        }
    }

    fn content(&mut self, holder: &mut Value, name: &str) {
        if let Some(Value::Object(content)) = holder.get_mut("content") {
            for (kind, media) in content {
                let name = if kind == "text/event-stream" {
                    format!("{name}Event")
                } else {
                    name.to_owned()
                };
                if let Some(schema) = media.get_mut("schema") {
                    self.place(schema, &name);
                }
            }
        }
    }

    /// Replaces a schema by a reference if it needs a name.
    fn place(&mut self, schema: &mut Value, name: &str) {
        if !needs_name(schema) {
            self.inside(schema, name);
            return;
        }
        let name = unique(name, |name| self.taken.contains(name));
        self.taken.insert(name.clone());
        let mut reference = Map::new();
        reference.insert("$ref".into(), make_ref(&name).into());
        if let Some(members) = schema.as_object_mut() {
            for keyword in [
                "description",
                "default",
                "deprecated",
                "x-tags",
                "x-rust-variant",
            ] {
                if let Some(value) = members.get(keyword) {
                    reference.insert(keyword.into(), value.clone());
                }
            }
            if let Some(nullable) = members.shift_remove("nullable") {
                reference.insert("nullable".into(), nullable);
            }
            members.shift_remove("x-name");
            members.shift_remove("x-tags");
            members.insert("x-hoisted".into(), json!(true));
        }
        let mut schema = std::mem::replace(schema, Value::Object(reference));
        self.schemas.insert(name.clone(), Value::Null);
        self.inside(&mut schema, &name);
        self.schemas.insert(name, schema);
    }

    /// Names what is inside a schema that has, or needs, no name itself.
    fn inside(&mut self, schema: &mut Value, name: &str) {
        let Some(members) = schema.as_object_mut() else {
            return;
        };
        if let Some(Value::Object(properties)) = members.get_mut("properties") {
            for (property, child) in properties {
                self.place(child, &format!("{name}{}", pascal(property)));
            }
        }
        if let Some(items) = members.get_mut("items") {
            self.place(items, &format!("{name}Item"));
        }
        if let Some(values) = members.get_mut("additionalProperties") {
            self.place(values, &format!("{name}Value"));
        }
        if let Some(Value::Array(branches)) = members.get_mut("oneOf") {
            let count = branches.len();
            for (index, branch) in branches.iter_mut().enumerate() {
                let suffix = branch_name(branch, index, count);
                self.place(branch, &format!("{name}{suffix}"));
            }
        }
        if let Some(Value::Array(parts)) = members.get_mut("allOf") {
            for part in parts {
                self.inside(part, name);
            }
        }
    }
}

/// What a branch of a union is called after: a hint, its tag, or what kind of JSON it is.
fn branch_name(branch: &Value, index: usize, count: usize) -> String {
    if let Some(name) = text(branch, "x-rust-variant").or_else(|| text(branch, "x-name")) {
        return pascal(name);
    }
    for property in ["type", "object", "kind"] {
        if let Some(Value::Array(values)) = branch.pointer(&format!("/properties/{property}/enum"))
            && let [Value::String(tag)] = values.as_slice()
        {
            return pascal(tag);
        }
    }
    match text(branch, "type") {
        Some("string") => "Text".into(),
        Some("array") => "List".into(),
        Some("object") if count > 2 => format!("Object{}", index + 1),
        Some(kind) => pascal(kind),
        None => format!("Option{}", index + 1),
    }
}

fn needs_name(schema: &Value) -> bool {
    if ref_name(schema).is_some() {
        return false;
    }
    let many = |keyword: &str| {
        schema
            .get(keyword)
            .and_then(Value::as_array)
            .is_some_and(|list| list.len() > 1)
    };
    if schema.get("allOf").is_some() {
        return !all_of::is_plain(schema);
    }
    many("oneOf")
        || many("enum")
        || schema
            .get("properties")
            .and_then(Value::as_object)
            .is_some_and(|properties| !properties.is_empty())
}
