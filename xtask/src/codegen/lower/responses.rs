//! What an operation can return: all its successes by status, and one type for failures. `default` beside a success is
//! what fails: it becomes `4XX` and `5XX`. Failures are marked with `x-outcome`.

use serde_json::{Map, Value, json};

use crate::codegen::document::for_each_operation;
use crate::codegen::error::Result;

pub(super) fn apply(document: &mut Value) -> Result<()> {
    for_each_operation(document, &mut |_, _, _, operation| {
        let responses = match operation.get_mut("responses") {
            Some(Value::Object(responses)) => std::mem::take(responses),
            _ => Map::new(),
        };
        operation["responses"] = Value::Object(sort(responses));
        Ok(())
    })
}

fn sort(mut responses: Map<String, Value>) -> Map<String, Value> {
    let default = responses.shift_remove("default");
    let mut successes = Map::new();
    let mut failures = Map::new();
    for (status, response) in responses {
        let status = status.to_uppercase();
        let code = status.parse::<u16>().ok().filter(|code| *code < 600);
        match (status.as_str(), code) {
            ("2XX", _) | (_, Some(200..300 | 304)) => successes.insert(status, response),
            ("4XX" | "5XX", _) | (_, Some(400..)) => failures.insert(status, response),
            // Redirects are followed; informational responses are none.
            _ => None,
        };
    }
    match default {
        Some(default) if successes.is_empty() => {
            successes.insert("2XX".into(), default);
        }
        Some(default) => {
            for range in ["4XX", "5XX"] {
                failures.entry(range).or_insert_with(|| default.clone());
            }
        }
        None if successes.is_empty() => {
            // The target of a redirect, or what the document does not describe, is any bytes.
            successes.insert("2XX".into(), json!({"content": {"*/*": {}}}));
        }
        None => {}
    }
    let mut sorted: Map<String, Value> = successes
        .into_iter()
        .map(|(status, response)| (status, only_json(response)))
        .collect();
    sorted.extend(one_failure(failures));
    sorted
}

fn json_schema(response: &Value) -> Option<&Value> {
    response
        .get("content")?
        .get("application/json")?
        .get("schema")
}

/// JSON is what is read where a response can be of several types.
fn only_json(mut response: Value) -> Value {
    if let Some(schema) = json_schema(&response).cloned() {
        response["content"] = json!({"application/json": {"schema": schema}});
    }
    response
}

/// Failures of several types are read as any JSON; those without a body take the others' type.
fn one_failure(mut failures: Map<String, Value>) -> Map<String, Value> {
    let mut schemas: Vec<Value> = failures.values().filter_map(json_schema).cloned().collect();
    schemas.dedup();
    let schema = match schemas.len() {
        0 => return Map::new(),
        1 => schemas.remove(0),
        _ => json!({}),
    };
    for response in failures.values_mut() {
        response["content"] = json!({"application/json": {"schema": schema}});
        response["x-outcome"] = "failure".into();
    }
    failures
}
