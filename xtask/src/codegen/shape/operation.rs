//! Operations: what the functions of the client take and return.

use serde_json::{Map, Value};

use super::build::Builder;
use super::{Answer, Operation, Parameter, Place, TypeRef, answers, body, modules, security};
use crate::codegen::document::{METHODS, flag, join, split_path, text};
use crate::codegen::error::Result;
use crate::codegen::names::{snake, unique};

/// Names the generated functions use inside, or the requests have as functions.
const TAKEN: [&str; 14] = [
    "body",
    "client",
    "form",
    "info",
    "header_map",
    "part",
    "request",
    "response",
    "result",
    "self_",
    "send",
    "transport",
    "url",
    "value",
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
                let mut operation = one(builder, path, method, operation, pointer)?;
                operation.is_open &= security::is_asked_for(document);
                operations.push(operation);
            }
        }
    }
    // One order whatever the document's: that of the paths, streams behind what they belong to.
    Ok(operations)
}

fn one(
    builder: &Builder<'_>,
    key: &str,
    method: &str,
    operation: &Value,
    pointer: String,
) -> Result<Operation> {
    let (path, _) = split_path(key);
    let mut parameters = parameters(builder, operation, &pointer)?;
    let position = |parameter: &Parameter| match parameter.place {
        Place::Path => path.find(&format!("{{{}}}", parameter.wire)),
        _ => None,
    };
    parameters.sort_by_key(|parameter| (parameter.place, position(parameter)));
    let mut answers = answers::build(builder, operation, &pointer)?;
    if method == "head" {
        // A response to it has no body, whatever the document says.
        for (_, answer) in &mut answers.successes {
            *answer = Answer::Nothing;
        }
    }
    Ok(Operation {
        id: text(operation, "operationId")
            .unwrap_or_default()
            .to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        query: fixed_query(operation),
        module: modules::of_operation(operation, path),
        doc: words(operation),
        server: text(operation, "x-server").map(str::to_owned),
        deprecated: flag(operation, "deprecated"),
        parameters,
        body: body::build(builder, operation, &pointer)?,
        accept: answers.accept(),
        successes: answers.successes,
        failures: answers.failures,
        failure_type: answers
            .failure_type
            .filter(|ty| method != "head" && !matches!(ty, TypeRef::Nullable(_))),
        is_open: operation
            .get("security")
            .and_then(Value::as_array)
            .is_some_and(Vec::is_empty),
    })
}

fn parameters(builder: &Builder<'_>, operation: &Value, pointer: &str) -> Result<Vec<Parameter>> {
    let mut parameters = Vec::new();
    let mut taken: Vec<String> = TAKEN.iter().map(|name| (*name).to_owned()).collect();
    let list = operation.get("parameters").and_then(Value::as_array);
    for (index, parameter) in list.into_iter().flatten().enumerate() {
        let pointer = join(&join(pointer, "parameters"), &index.to_string());
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
            Some("part") => Place::Part,
            _ => Place::Query,
        };
        let schema = parameter.get("schema").cloned().unwrap_or_default();
        // Only passes make parts, so in these the marks are theirs.
        let mark = |name| text(parameter, name).filter(|_| place == Place::Part);
        let ty = match mark("x-file") {
            Some("one") => TypeRef::File,
            Some(_) => TypeRef::List(Box::new(TypeRef::File)),
            None => builder.type_ref(&schema, &join(&pointer, "schema"))?,
        };
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
            ty,
            style: parameter.get("x-form-style").map(body::style),
            media: mark("x-media").map(str::to_owned),
        });
    }
    Ok(parameters)
}

/// The summary, then the description.
fn words(operation: &Value) -> String {
    let mut doc = String::new();
    for words in ["summary", "description"] {
        if let Some(words) = text(operation, words).filter(|words| !words.trim().is_empty()) {
            if !doc.is_empty() {
                doc.push_str("\n\n");
            }
            doc.push_str(words.trim_end());
        }
    }
    doc
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
