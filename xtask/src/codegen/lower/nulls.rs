//! A branch of a union that is `null` makes the union nullable; a union of one is that one.

use serde_json::{Map, Value};

use super::unions::is_annotation;
use crate::codegen::document::{flag, for_each_schema};
use crate::codegen::error::Result;

pub(super) fn apply(document: &mut Value) -> Result<()> {
    for_each_schema(document, &mut |schema, _| {
        if let Some(members) = schema.as_object_mut() {
            collapse(members);
        }
        Ok(())
    })
}

/// Only `nullable: true` and words about it.
fn is_null(schema: &Value) -> bool {
    flag(schema, "nullable")
        && schema
            .as_object()
            .is_some_and(|members| members.keys().all(|keyword| is_annotation(keyword)))
}

fn collapse(members: &mut Map<String, Value>) {
    let Some(Value::Array(mut branches)) = members.shift_remove("oneOf") else {
        return;
    };
    let count = branches.len();
    branches.retain(|branch| !is_null(branch));
    if branches.len() < count {
        members.insert("nullable".into(), true.into());
    }
    let mut distinct: Vec<Value> = Vec::new();
    for branch in branches {
        if !distinct.contains(&branch) {
            distinct.push(branch);
        }
    }
    if distinct.len() == 1 {
        if let Some(Value::Object(only)) = distinct.pop() {
            members.shift_remove("x-tag");
            for (keyword, value) in only {
                // What is said outside is about this use; it wins.
                members.entry(keyword).or_insert(value);
            }
        }
    } else if !distinct.is_empty() {
        members.insert("oneOf".into(), Value::Array(distinct));
    }
}
