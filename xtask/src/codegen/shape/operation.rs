//! Operations: what the functions of the client take and return.

use serde_json::{Map, Value};

use super::build::Builder;
use super::{Answer, Body, FormStyle, Operation, Parameter, Place, TypeRef};
use crate::codegen::document::{METHODS, flag, join, split_path, text};
use crate::codegen::error::Result;
use crate::codegen::names::{snake, unique};

/// Names the generated functions use inside.
const TAKEN: [&str; 9] = [
    "body",
    "url",
    "request",
    "response",
    "result",
    "header_map",
    "info",
    "value",
    "self_",
];

pub(super) fn build(document: &Value, builder: &Builder<'_>) -> Result<Vec<Operation>> {
    let mut operations = Vec::new();
    let empty = Map::new();
    let paths = document
        .get("paths")
        .and_then(Value::as_object)
        .unwrap_or(&empty);
    for (path, item) in paths {
        let pointer = join("#/paths", path);
        for (method, operation) in item.as_object().unwrap_or(&empty) {
            if METHODS.contains(&method.as_str()) {
                let pointer = join(&pointer, method);
                operations.push(one(builder, path, method, operation, pointer)?);
            }
        }
    }
    // One order whatever the document's: that of the paths, streams behind what they belong to.
    Ok(operations)
}

fn one(
    builder: &Builder<'_>,
    path: &str,
    method: &str,
    operation: &Value,
    pointer: String,
) -> Result<Operation> {
    let mut parameters = Vec::new();
    let mut taken: Vec<String> = TAKEN.iter().map(|name| (*name).to_owned()).collect();
    let list = operation.get("parameters").and_then(Value::as_array);
    for (index, parameter) in list.into_iter().flatten().enumerate() {
        let pointer = join(&join(&pointer, "parameters"), &index.to_string());
        let wire = text(parameter, "name").unwrap_or_default().to_owned();
        let wanted = match text(parameter, "x-rust-name").map_or_else(|| snake(&wire), snake) {
            name if TAKEN.contains(&name.as_str()) => format!("{name}_"),
            name => name,
        };
        let ident = unique(&wanted, |name| taken.iter().any(|taken| taken == name));
        taken.push(ident.clone());
        let place = match text(parameter, "in") {
            Some("path") => Place::Path,
            Some("header") => Place::Header,
            _ => Place::Query,
        };
        let schema = parameter.get("schema").cloned().unwrap_or_default();
        parameters.push(Parameter {
            ident,
            wire: if place == Place::Header {
                wire.to_ascii_lowercase()
            } else {
                wire
            },
            place,
            required: place == Place::Path || flag(parameter, "required"),
            doc: text(parameter, "description")
                .unwrap_or_default()
                .to_owned(),
            ty: builder.type_ref(&schema, &join(&pointer, "schema"))?,
            style: parameter.get("x-form-style").map(style),
        });
    }
    let body = match operation
        .pointer("/requestBody/content")
        .and_then(Value::as_object)
        .and_then(|content| content.iter().next())
    {
        Some((media, holder)) => {
            let schema = holder.get("schema").cloned().unwrap_or_default();
            Some(Body {
                media: media.clone(),
                ty: builder.nullable_ref(&schema, &join(&pointer, "requestBody"))?,
                styles: styles(holder),
            })
        }
        None => None,
    };
    let (mut success, mut failure) = (Vec::new(), Vec::new());
    let (mut success_type, mut failure_type) = (Answer::Nothing, None);
    let mut accept = None;
    let responses = operation.get("responses").and_then(Value::as_object);
    for (status, response) in responses.into_iter().flatten() {
        let schema = response.pointer("/content/application~1json/schema");
        let ty = match schema {
            Some(schema) => {
                let pointer = join(&join(&pointer, "responses"), status);
                Some(builder.nullable_ref(schema, &pointer)?)
            }
            None => None,
        };
        if status.starts_with('2') {
            success.push(status.clone());
            let other = response
                .get("content")
                .and_then(Value::as_object)
                .and_then(|content| content.keys().next());
            success_type = match (ty, other) {
                (Some(ty), _) => Answer::Json(ty),
                (None, Some(media)) => {
                    accept = Some(media.clone());
                    Answer::Raw
                }
                (None, None) => Answer::Nothing,
            };
        } else {
            failure.push(status.clone());
            failure_type = ty;
        }
    }
    let mut doc = String::new();
    for words in ["summary", "description"] {
        if let Some(words) = text(operation, words).filter(|words| !words.trim().is_empty()) {
            if !doc.is_empty() {
                doc.push_str("\n\n");
            }
            doc.push_str(words.trim_end());
        }
    }
    Ok(Operation {
        id: text(operation, "operationId")
            .unwrap_or_default()
            .to_owned(),
        method: method.to_owned(),
        path: split_path(path).0.to_owned(),
        query: fixed_query(operation),
        doc,
        deprecated: flag(operation, "deprecated"),
        parameters,
        body,
        success,
        success_type,
        failure,
        failure_type: failure_type.filter(|ty| !matches!(ty, TypeRef::Nullable(_))),
        accept,
        pointer,
    })
}

/// The styles of a form's members.
fn styles(holder: &Value) -> Vec<(String, FormStyle)> {
    let encodings = holder.get("encoding").and_then(Value::as_object);
    encodings
        .into_iter()
        .flatten()
        .map(|(name, encoding)| (name.clone(), style(encoding)))
        .collect()
}

fn style(said: &Value) -> FormStyle {
    let style = text(said, "style").unwrap_or("form");
    let explode = said.get("explode").and_then(Value::as_bool);
    match (style, explode.unwrap_or(style == "form")) {
        ("deepObject", _) => FormStyle::Brackets,
        ("spaceDelimited", false) => FormStyle::Spaces,
        ("pipeDelimited", false) => FormStyle::Pipes,
        ("form", false) => FormStyle::Commas,
        _ => FormStyle::Form,
    }
}

fn fixed_query(operation: &Value) -> Vec<(String, String)> {
    let pairs = operation.get("x-path-query").and_then(Value::as_array);
    let text = |pair: &Value, index| pair.get(index).and_then(Value::as_str).map(str::to_owned);
    pairs
        .into_iter()
        .flatten()
        .filter_map(|pair| text(pair, 0).zip(text(pair, 1)))
        .collect()
}
