//! The operations of two documents: where the comparison starts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::compare::Difference;
use super::pair::Pairs;
use crate::codegen::document::{METHODS, text};

/// What an operation takes and gives, by a name within the operation.
type Parts<'a> = BTreeMap<String, Vec<&'a Value>>;

/// Compares the operations and notes which schemas meet in them.
pub(super) fn compare(pairs: &mut Pairs<'_>, found: &mut BTreeSet<Difference>) {
    let (pin, other) = (operations(pairs.pin), operations(pairs.other));
    for name in other.keys().filter(|name| !pin.contains_key(*name)) {
        found.insert(Difference::missing(name.clone()));
    }
    for (name, parts) in &pin {
        let Some(others) = other.get(name) else {
            found.insert(Difference::only(name.clone()));
            continue;
        };
        for part in others.keys().filter(|part| !parts.contains_key(*part)) {
            found.insert(Difference::missing(format!("{name} {part}")));
        }
        for (part, schemas) in parts {
            let place = format!("{name} {part}");
            let Some(others) = others.get(part) else {
                found.insert(Difference::only(place));
                continue;
            };
            for schema in schemas {
                pairs.meet(place.clone(), schema, others);
            }
        }
    }
}

fn operations(document: &Value) -> BTreeMap<String, Parts<'_>> {
    let mut all = BTreeMap::new();
    let paths = document.get("paths").and_then(Value::as_object);
    for (path, item) in paths.into_iter().flatten() {
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                let name = format!("{} {path}", method.to_uppercase());
                all.insert(name, parts(document, item, operation));
            }
        }
    }
    all
}

fn parts<'a>(document: &'a Value, item: &'a Value, operation: &'a Value) -> Parts<'a> {
    let mut parts = Parts::new();
    for holder in [item, operation] {
        for parameter in holder
            .get("parameters")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let parameter = component(document, parameter);
            let place = text(parameter, "in").unwrap_or_default();
            let name = text(parameter, "name").unwrap_or_default();
            parts
                .entry(format!("{place} {name}"))
                .or_default()
                .extend(parameter.get("schema"));
        }
    }
    if let Some(body) = operation.get("requestBody") {
        contents(component(document, body), "request", &mut parts);
    }
    let responses = operation.get("responses").and_then(Value::as_object);
    for (status, response) in responses.into_iter().flatten() {
        let name = if status.starts_with('2') {
            "response"
        } else {
            "error"
        };
        contents(component(document, response), name, &mut parts);
    }
    parts
}

fn contents<'a>(holder: &'a Value, name: &str, parts: &mut Parts<'a>) {
    let content = holder.get("content").and_then(Value::as_object);
    for (kind, media) in content.into_iter().flatten() {
        parts
            .entry(format!("{name} {kind}"))
            .or_default()
            .extend(media.get("schema"));
    }
}

/// What a reference to a component of any kind leads to.
fn component<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    text(value, "$ref")
        .and_then(|reference| document.pointer(reference.strip_prefix('#')?))
        .unwrap_or(value)
}
