//! A query in the key of a path becomes what every request of its operations has in its query, and parameters that stand
//! in it become parameters of the query.

use serde_json::{Value, json};

use crate::codegen::document::{for_each_operation, split_path, text};
use crate::codegen::error::Result;

pub(super) fn apply(document: &mut Value) -> Result<()> {
    for_each_operation(document, &mut |_, key, _, operation| {
        let (path, query) = split_path(key);
        let mut fixed = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let parameter = value
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'));
            match parameter {
                Some(parameter) => {
                    let in_path = path.contains(&format!("{{{parameter}}}"));
                    in_query(operation, parameter, &decoded(name), in_path);
                }
                None => fixed.push(json!([decoded(name), decoded(value)])),
            }
        }
        if !fixed.is_empty()
            && let Some(members) = operation.as_object_mut()
        {
            members.insert("x-path-query".into(), Value::Array(fixed));
        }
        Ok(())
    })
}

/// Has a parameter stand in the query under another name.
fn in_query(operation: &mut Value, parameter: &str, name: &str, in_path: bool) {
    if !operation.get("parameters").is_some_and(Value::is_array)
        && let Some(members) = operation.as_object_mut()
    {
        members.insert("parameters".into(), json!([]));
    }
    let Some(Value::Array(parameters)) = operation.get_mut("parameters") else {
        return;
    };
    let is = |known: &Value, place| {
        text(known, "in") == Some(place) && text(known, "name") == Some(parameter)
    };
    let declared = parameters.iter().position(|known| is(known, "path"));
    let mut moved = match declared {
        Some(index) if in_path => parameters[index].clone(),
        Some(index) => parameters.remove(index),
        None if parameters.iter().any(|known| is(known, "query")) => return,
        None => json!({"schema": {"type": "string"}}),
    };
    moved["name"] = name.into();
    moved["in"] = "query".into();
    moved["required"] = true.into();
    if let Some(members) = moved.as_object_mut() {
        members.shift_remove("style");
        members.shift_remove("explode");
    }
    parameters.push(moved);
}

/// Percent-encoded text as it is meant.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let digits = after
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        rest = match (first, digits) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                &after[2..]
            }
            (b'+', _) => {
                bytes.push(b' ');
                after
            }
            _ => {
                bytes.push(*first);
                after
            }
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
