//! Builds the document that progenitor gets.

use serde_json::{Map, Value, json};

use crate::codegen::shape::{Answer, BodyKind, Operation, Place, Shape, TypeRef};

pub(super) struct Skeleton {
    pub(super) document: Value,
    /// Names in the skeleton, and the Rust types that replace them.
    pub(super) replacements: Vec<(String, String)>,
}

/// Returns the placeholder name of an operation.
pub(super) fn operation_name(index: usize) -> String {
    format!("op_{index}")
}

/// Returns the placeholder name of a parameter.
pub(super) fn parameter_name(index: usize) -> String {
    format!("p_{index}")
}

pub(super) fn build(shape: &Shape, operations: &[usize]) -> Skeleton {
    let mut paths = Map::new();
    for &index in operations {
        let (path, item) = operation(shape, index);
        paths.insert(path, item);
    }
    let mut schemas = Map::new();
    let mut replacements = Vec::new();
    for (index, ty) in shape.types.iter().enumerate() {
        schemas.insert(format!("T{index}"), json!({"type": "object"}));
        replacements.push((format!("T{index}"), ty.name.clone()));
    }
    Skeleton {
        document: json!({
            "openapi": "3.0.3",
            "info": {
                "title": shape.title,
                "description": shape.description,
                "version": shape.version,
            },
            "paths": paths,
            "components": {"schemas": schemas},
        }),
        replacements,
    }
}

fn operation(shape: &Shape, index: usize) -> (String, Value) {
    let operation = &shape.operations[index];
    let mut path = format!("/{}", operation_name(index));
    let mut parameters = Vec::new();
    for (position, parameter) in operation.parameters.iter().enumerate() {
        let name = parameter_name(position);
        let place = match parameter.place {
            Place::Path => {
                path.push_str(&format!("/{{{name}}}"));
                "path"
            }
            Place::Header => "header",
            // Parts belong to bodies, which are JSON here.
            Place::Query | Place::Part => "query",
        };
        parameters.push(json!({
            "name": name,
            "in": place,
            "required": parameter.required,
            "schema": schema(shape.resolve(&parameter.ty)),
        }));
    }
    let mut item = json!({
        "operationId": operation_name(index),
        "parameters": parameters,
        "responses": responses(operation),
    });
    if let Some(body) = &operation.body
        && let BodyKind::Json(ty, _) = &body.kind
    {
        item["requestBody"] = json!({
            "required": true,
            "content": { "application/json": { "schema": schema(ty) } },
        });
    }
    (path, json!({ operation.method.clone(): item }))
}

fn responses(operation: &Operation) -> Value {
    let mut responses = Map::new();
    for (status, answer) in &operation.successes {
        let success = match answer {
            Answer::Json(ty) => json!({"application/json": {"schema": schema(ty)}}),
            Answer::Raw => json!({"application/octet-stream": {}}),
            Answer::Nothing => json!({}),
        };
        responses.insert(
            status.clone(),
            json!({"description": "", "content": success}),
        );
    }
    if let Some(ty) = &operation.failure_type {
        let failure = json!({"application/json": {"schema": schema(ty)}});
        for status in &operation.failures {
            responses.insert(
                status.clone(),
                json!({"description": "", "content": failure}),
            );
        }
    }
    Value::Object(responses)
}

fn schema(ty: &TypeRef) -> Value {
    match ty {
        TypeRef::String | TypeRef::Secret | TypeRef::File => json!({"type": "string"}),
        TypeRef::Integer => json!({"type": "integer", "format": "int64"}),
        TypeRef::Unsigned => json!({"type": "integer", "format": "uint64"}),
        TypeRef::Number => json!({"type": "number", "format": "double"}),
        TypeRef::Boolean => json!({"type": "boolean"}),
        TypeRef::Any => json!({}),
        TypeRef::List(item) => json!({"type": "array", "items": schema(item)}),
        TypeRef::Map(value) => {
            json!({"type": "object", "additionalProperties": schema(value)})
        }
        TypeRef::Named(index) => json!({"$ref": format!("#/components/schemas/T{index}")}),
        TypeRef::Nullable(inner) => match schema(inner) {
            // A reference cannot have a sibling.
            Value::Object(members) if members.contains_key("$ref") => {
                json!({"allOf": [members], "nullable": true})
            }
            Value::Object(mut members) => {
                members.insert("nullable".into(), true.into());
                Value::Object(members)
            }
            other => other,
        },
    }
}
