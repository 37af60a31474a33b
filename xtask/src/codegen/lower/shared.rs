//! Parameters, request bodies, responses and path items that are referred to are put in place, and
//! the parameters of a path become those of each of its operations.

use serde_json::Value;

use crate::codegen::document::{METHODS, apart, join, text};
use crate::codegen::error::{Error, Result};

/// References to references are followed this often.
const MAX_STEPS: usize = 16;

/// References between paths are looked for this deep.
const MAX_DEPTH: usize = 200;

pub(super) fn apply(document: &mut Value) -> Result<()> {
    // Only few documents refer from one path to another.
    let paths = document
        .get("paths")
        .filter(|paths| refers_to_paths(paths, 0));
    let paths = paths.cloned().unwrap_or_default();
    apart(document, |document, others| {
        let source = Source {
            components: others,
            paths: &paths,
        };
        in_paths(document, &source)
    })
}

/// What references lead to.
struct Source<'a> {
    components: &'a Value,
    paths: &'a Value,
}

impl Source<'_> {
    fn pointer(&self, path: &str) -> Option<&Value> {
        match path.strip_prefix("/paths") {
            Some(rest) => self.paths.pointer(rest),
            None => self.components.pointer(path),
        }
    }
}

fn refers_to_paths(value: &Value, depth: usize) -> bool {
    match value {
        _ if depth > MAX_DEPTH => false,
        Value::Object(members) => {
            text(value, "$ref").is_some_and(|target| target.starts_with("#/paths/"))
                || members.values().any(|it| refers_to_paths(it, depth + 1))
        }
        Value::Array(items) => items.iter().any(|it| refers_to_paths(it, depth + 1)),
        _ => false,
    }
}

fn in_paths(document: &mut Value, source: &Source<'_>) -> Result<()> {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else {
        return Ok(());
    };
    paths.retain(|path, _| !path.starts_with("x-"));
    for (path, item) in paths {
        let pointer = join("#/paths", path);
        resolve(source, item, &pointer)?;
        let Some(item) = item.as_object_mut() else {
            continue;
        };
        let common = match item.shift_remove("parameters") {
            Some(mut parameters) => {
                resolve_list(source, &mut parameters, &join(&pointer, "parameters"))?;
                parameters.as_array().cloned().unwrap_or_default()
            }
            None => Vec::new(),
        };
        let servers = item.shift_remove("servers");
        for (method, operation) in item {
            if !METHODS.contains(&method.as_str()) {
                continue;
            }
            let pointer = join(&pointer, method);
            let Some(operation) = operation.as_object_mut() else {
                return Err(not_there(&pointer));
            };
            if let Some(servers) = &servers {
                operation
                    .entry("servers")
                    .or_insert_with(|| servers.clone());
            }
            if let Some(body) = operation.get_mut("requestBody") {
                resolve(source, body, &join(&pointer, "requestBody"))?;
            }
            if let Some(Value::Object(responses)) = operation.get_mut("responses") {
                let pointer = join(&pointer, "responses");
                responses.retain(|status, _| !status.starts_with("x-"));
                for (status, response) in responses {
                    resolve(source, response, &join(&pointer, status))?;
                }
            }
            let own = operation
                .entry("parameters")
                .or_insert_with(|| Value::Array(Vec::new()));
            resolve_list(source, own, &join(&pointer, "parameters"))?;
            if let Some(own) = own.as_array_mut() {
                let overridden = |parameter: &Value| {
                    own.iter().any(|other| {
                        other.get("name") == parameter.get("name")
                            && other.get("in") == parameter.get("in")
                    })
                };
                let mut all: Vec<Value> = common
                    .iter()
                    .filter(|parameter| !overridden(parameter))
                    .cloned()
                    .collect();
                all.append(own);
                *own = all;
            }
        }
    }
    Ok(())
}

fn resolve_list(source: &Source<'_>, list: &mut Value, pointer: &str) -> Result<()> {
    for (index, item) in list.as_array_mut().into_iter().flatten().enumerate() {
        resolve(source, item, &join(pointer, &index.to_string()))?;
    }
    Ok(())
}

fn resolve(source: &Source<'_>, value: &mut Value, pointer: &str) -> Result<()> {
    for _ in 0..MAX_STEPS {
        let Some(reference) = text(value, "$ref") else {
            return Ok(());
        };
        let target = reference
            .strip_prefix('#')
            .and_then(|path| source.pointer(path))
            .filter(|target| target.is_object());
        *value = target.cloned().ok_or_else(|| {
            Error::new(
                pointer,
                format!("`{reference}` leads nowhere"),
                "correct the reference; other documents have to be bundled in first",
            )
        })?;
    }
    Err(Error::new(
        pointer,
        "references lead to one another in a circle",
        "write the thing itself in one of the places",
    ))
}

fn not_there(pointer: &str) -> Error {
    Error::new(pointer, "this is not an operation", "make it an object")
}
