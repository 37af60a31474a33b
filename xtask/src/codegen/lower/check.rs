//! Refuses what is not shaped like an OpenAPI document, so that later passes need not look twice.

use serde_json::{Map, Value};

use crate::codegen::document::{METHODS, for_each_schema, join};
use crate::codegen::error::{Error, Result};

const TYPES: [&str; 7] = [
    "string", "integer", "number", "boolean", "array", "object", "null",
];

pub(super) fn apply(document: &mut Value) -> Result<()> {
    object(document, "#", "document")?;
    for section in ["components", "paths"] {
        if let Some(section_value) = document.get(section) {
            let pointer = join("#", section);
            for (name, members) in object(section_value, &pointer, section)? {
                if !name.starts_with("x-") {
                    object(members, &join(&pointer, name), name)?;
                }
            }
        }
    }
    if let Some(components) = document.get("components").and_then(Value::as_object) {
        for (section, members) in components {
            if !section.starts_with("x-") && section != "schemas" {
                let pointer = join("#/components", section);
                for (name, member) in object(members, &pointer, section)? {
                    object(member, &join(&pointer, name), name)?;
                }
            }
        }
    }
    if let Some(paths) = document.get("paths").and_then(Value::as_object) {
        for (path, item) in paths {
            if path.starts_with("x-") {
                continue;
            }
            let pointer = join("#/paths", path);
            if !path.starts_with('/') {
                return Err(Error::new(
                    pointer,
                    "a path has to start with a slash",
                    "put one in front",
                ));
            }
            check_item(item, &pointer)?;
        }
    }
    for_each_schema(document, &mut |schema, pointer| {
        check_schema(schema, pointer)
    })
}

fn check_item(item: &Value, pointer: &str) -> Result<()> {
    for (name, member) in object(item, pointer, "path item")? {
        let pointer = join(pointer, name);
        if name == "parameters" {
            check_parameters(member, &pointer)?;
        }
        if !METHODS.contains(&name.as_str()) {
            continue;
        }
        let operation = object(member, &pointer, "operation")?;
        for part in ["requestBody", "responses"] {
            if let Some(value) = operation.get(part) {
                object(value, &join(&pointer, part), part)?;
            }
        }
        if let Some(parameters) = operation.get("parameters") {
            check_parameters(parameters, &join(&pointer, "parameters"))?;
        }
        if let Some(responses) = operation.get("responses").and_then(Value::as_object) {
            let pointer = join(&pointer, "responses");
            for (status, response) in responses {
                if !status.starts_with("x-") {
                    object(response, &join(&pointer, status), "response")?;
                }
            }
        }
    }
    Ok(())
}

fn check_parameters(parameters: &Value, pointer: &str) -> Result<()> {
    for (index, parameter) in list(parameters, pointer)?.iter().enumerate() {
        object(parameter, &join(pointer, &index.to_string()), "parameter")?;
    }
    Ok(())
}

fn check_schema(schema: &Value, pointer: &str) -> Result<()> {
    if schema.is_boolean() {
        return Ok(());
    }
    for (keyword, member) in object(schema, pointer, "schema")? {
        let is_checked = matches!(
            keyword.as_str(),
            "properties"
                | "patternProperties"
                | "required"
                | "oneOf"
                | "anyOf"
                | "allOf"
                | "enum"
                | "items"
                | "additionalProperties"
                | "$ref"
                | "type"
                | "discriminator"
        );
        if !is_checked {
            continue;
        }
        let pointer = join(pointer, keyword);
        match keyword.as_str() {
            "properties" | "patternProperties" => {
                object(member, &pointer, keyword)?;
            }
            "required" if member.is_boolean() => {
                return Err(Error::new(
                    pointer,
                    "`required` is a list of names in a schema",
                    "move the name to the `required` of the object around it",
                ));
            }
            "required" if !list(member, &pointer)?.iter().all(Value::is_string) => {
                return Err(Error::new(
                    pointer,
                    "not all are strings",
                    "list names only",
                ));
            }
            "oneOf" | "anyOf" | "allOf" | "enum" if list(member, &pointer)?.is_empty() => {
                return Err(Error::new(pointer, "this list is empty", "remove it"));
            }
            "items" | "additionalProperties" if !member.is_object() && !member.is_boolean() => {
                return Err(Error::new(
                    pointer,
                    "this is not a schema",
                    "write a schema, or `true` for anything",
                ));
            }
            "$ref" if !member.is_string() => {
                return Err(Error::new(
                    pointer,
                    "this is not a string",
                    "write a reference",
                ));
            }
            "type" => check_type(member, &pointer)?,
            "discriminator" => {
                object(member, &pointer, keyword)?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn check_type(value: &Value, pointer: &str) -> Result<()> {
    let known = |name: &Value| name.as_str().is_some_and(|name| TYPES.contains(&name));
    let fine = match value {
        Value::Array(names) => !names.is_empty() && names.iter().all(known),
        name => known(name),
    };
    if fine {
        return Ok(());
    }
    Err(Error::new(
        pointer,
        format!("{value} is not a type"),
        format!("use one of {}, or a list of them", TYPES.join(", ")),
    ))
}

fn object<'a>(value: &'a Value, pointer: &str, what: &str) -> Result<&'a Map<String, Value>> {
    value.as_object().ok_or_else(|| {
        Error::new(
            pointer,
            format!("the {what} is not an object"),
            "make it one",
        )
    })
}

fn list<'a>(value: &'a Value, pointer: &str) -> Result<&'a Vec<Value>> {
    value
        .as_array()
        .ok_or_else(|| Error::new(pointer, "this is not a list", "make it one"))
}
