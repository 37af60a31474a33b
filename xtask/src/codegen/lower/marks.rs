//! Takes extensions out of operations whose names later passes use for marks of their own: a document's would be taken
//! for theirs.

use serde_json::Value;

use crate::codegen::document::for_each_operation;
use crate::codegen::error::Result;

const MARKS: [&str; 6] = [
    "x-file",
    "x-form-style",
    "x-media",
    "x-outcome",
    "x-path-query",
    "x-server",
];

/// Operations are not nested deeper; schemas have other marks.
const MAX_DEPTH: usize = 5;

pub(super) fn apply(document: &mut Value) -> Result<()> {
    for_each_operation(document, &mut |_, _, _, operation| {
        forget(operation, 0);
        Ok(())
    })
}

fn forget(value: &mut Value, depth: usize) {
    match value {
        Value::Object(members) if depth < MAX_DEPTH => {
            members.retain(|name, _| !MARKS.contains(&name.as_str()));
            for member in members.values_mut() {
                forget(member, depth + 1);
            }
        }
        Value::Array(items) if depth < MAX_DEPTH => {
            for item in items {
                forget(item, depth + 1);
            }
        }
        _ => {}
    }
}
