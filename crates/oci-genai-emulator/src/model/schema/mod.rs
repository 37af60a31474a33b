//! Generation of the smallest value that a JSON schema accepts.

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

/// Search limits, the cheapest first. Most schemas only need the first one.
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

/// Returns a minimal instance of `schema`: only required members, the first of several choices,
/// lower bounds. If the schema accepts nothing, or no accepted value is found, the returned value
/// comes close.
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
