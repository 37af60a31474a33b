//! Every operation ends up with at most one type for success and one for failure, which is what a
//! Rust `Result` can say. `default` beside a success is what fails: it becomes `4XX` and `5XX`.

use serde_json::{Map, Value, json};

use crate::codegen::document::for_each_operation;
use crate::codegen::error::Result;

pub(super) fn apply(document: &mut Value) -> Result<()> {
    for_each_operation(document, &mut |_, _, _, operation| {
        let responses = match operation.get_mut("responses") {
            Some(Value::Object(responses)) => std::mem::take(responses),
            _ => Map::new(),
        };
        operation["responses"] = Value::Object(unify(responses));
        Ok(())
    })
}

fn unify(mut responses: Map<String, Value>) -> Map<String, Value> {
    let default = responses.shift_remove("default");
    let mut successes = Map::new();
    let mut failures = Map::new();
    for (status, response) in responses {
        let status = status.to_uppercase();
        let valid = status == "2XX"
            || status == "4XX"
            || status == "5XX"
            || status
                .parse::<u16>()
                .is_ok_and(|code| (200..600).contains(&code));
        match status.as_bytes().first() {
            Some(b'2') if valid => successes.insert(status, response),
            Some(b'4' | b'5') if valid => failures.insert(status, response),
            // Redirects are followed; informational answers are none.
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
        None => {}
    }
    let mut unified = one_success(successes);
    unified.extend(one_failure(failures));
    unified
}

fn json_schema(response: &Value) -> Option<&Value> {
    response
        .get("content")?
        .get("application/json")?
        .get("schema")
}

fn is_stream(response: &Value) -> bool {
    response
        .get("content")
        .and_then(Value::as_object)
        .is_some_and(|content| !content.is_empty())
        && json_schema(response).is_none()
}

/// The type of the first answer that has one; others of the same type stay, the rest go.
fn one_success(mut successes: Map<String, Value>) -> Map<String, Value> {
    let chosen = successes.values().find_map(json_schema).cloned();
    if let Some(schema) = chosen {
        successes.retain(|_, response| json_schema(response) == Some(&schema));
        for response in successes.values_mut() {
            response["content"] = json!({"application/json": {"schema": schema}});
        }
    } else if successes.values().any(is_stream) {
        successes.retain(|_, response| is_stream(response));
    }
    successes
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
    }
    failures
}
