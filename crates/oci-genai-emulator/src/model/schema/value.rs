//! Helpers for values.

use serde_json::{Value, json};

/// Returns the schema name of a value's type; `integer` for every whole number.
pub(super) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.as_f64().is_some_and(|number| number.fract() == 0.0) => {
            "integer"
        }
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Returns the number of values within a value.
pub(super) fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(list) => list.iter().map(size).sum(),
        Value::Object(members) => members.values().map(size).sum(),
        _ => 0,
    }
}

/// Returns another value of the same type.
pub(super) fn varied(value: &Value, by: usize) -> Value {
    match value {
        Value::Number(number) => match number.as_i64() {
            Some(integer) => json!(integer.saturating_add(i64::try_from(by).unwrap_or(i64::MAX))),
            #[allow(clippy::cast_precision_loss)] // small
            None => json!(number.as_f64().unwrap_or_default() + by as f64),
        },
        Value::String(text) => {
            let mut letters: Vec<char> = text.chars().collect();
            let digits = by.to_string();
            let kept = letters.len().saturating_sub(digits.len());
            letters.truncate(kept);
            letters
                .into_iter()
                .chain(digits.chars())
                .collect::<String>()
                .into()
        }
        Value::Bool(flag) => json!(!flag),
        Value::Array(list) => match list.split_first() {
            Some((first, rest)) => {
                let mut list = vec![varied(first, by)];
                list.extend_from_slice(rest);
                list.into()
            }
            None => Value::Array(Vec::new()),
        },
        Value::Object(members) => {
            let mut members = members.clone();
            let changed = |value: &&mut Value| !matches!(value, Value::Null | Value::Bool(_));
            if let Some(value) = members.values_mut().find(changed) {
                *value = varied(value, by);
            }
            members.into()
        }
        Value::Null => Value::Null,
    }
}
