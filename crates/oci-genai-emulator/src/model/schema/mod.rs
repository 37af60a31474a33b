//! The smallest value that a JSON schema accepts.

use serde_json::{Value, json};

use check::validator;
use make::{Effort, Maker};

mod check;
mod flat;
mod make;
mod number;
mod object;
mod pattern;
#[cfg(test)]
mod tests;
mod text;
mod value;

/// What is tried, the cheapest first. Most schemas need no more than the first.
const EFFORTS: [Effort; 4] = [
    Effort {
        again: 0,
        candidates: 1,
    },
    Effort {
        again: 0,
        candidates: 8,
    },
    Effort {
        again: 1,
        candidates: 8,
    },
    Effort {
        again: 2,
        candidates: 8,
    },
];

/// A minimal instance of `schema`: required members only, the first of several choices, lower bounds. Of a schema
/// that accepts nothing, or nothing that can be found, it is a value that comes near.
pub(crate) fn minimal(schema: &Value) -> Value {
    let check = validator(schema);
    let mut near = None;
    for effort in EFFORTS {
        let made = Maker::new(schema, effort).make();
        near = near.or_else(|| made.first().cloned());
        let accepted = |value: &Value| check.as_ref().is_none_or(|check| check.is_valid(value));
        if let Some(value) = made.into_iter().find(accepted) {
            return value;
        }
    }
    near.unwrap_or(json!({}))
}
