//! `allOf` becomes one schema: members are gathered from all parts, and a union among the parts is
//! drawn outwards, each of its branches getting the members of the others.

use serde_json::{Map, Value};

use super::unions::is_annotation;
use crate::codegen::document::{for_each_schema, ref_name, schemas, text};
use crate::codegen::error::{Error, Result};

/// A union of more branches than this is not drawn out of an `allOf`.
const MAX_BRANCHES: usize = 256;

pub(super) fn apply(document: &mut Value) -> Result<()> {
    for_each_schema(document, &mut |schema, _| {
        if let Some(members) = schema.as_object_mut() {
            simplify(members);
        }
        Ok(())
    })?;
    let mut is_used = false;
    for_each_schema(document, &mut |schema, _| {
        is_used |= schema.get("allOf").is_some();
        Ok(())
    })?;
    if !is_used {
        return Ok(());
    }
    let components = &schemas(document).cloned().unwrap_or_default();
    for_each_schema(document, &mut |schema, pointer| {
        if schema.get("allOf").is_some() {
            let name = pointer.rsplit('/').next().unwrap_or_default().to_owned();
            *schema = flatten(schema, components, &mut vec![name], pointer)?;
        }
        Ok(())
    })
}

type Components = Map<String, Value>;

/// Returns whether an `allOf` is one schema with annotations around it.
pub(super) fn is_plain(schema: &Value) -> bool {
    let Some(Value::Array(parts)) = schema.get("allOf") else {
        return false;
    };
    let outer = schema.as_object().is_none_or(|members| {
        members
            .keys()
            .all(|keyword| keyword == "allOf" || is_annotation(keyword))
    });
    outer && parts.iter().filter(|part| !only_words(part)).count() == 1
}

fn only_words(schema: &Value) -> bool {
    schema
        .as_object()
        .is_some_and(|members| members.keys().all(|keyword| is_annotation(keyword)))
}

/// Takes the `allOf` away from a schema that needs none.
fn simplify(members: &mut Map<String, Value>) {
    if !is_plain(&Value::Object(members.clone())) {
        return;
    }
    if let Some(Value::Array(parts)) = members.shift_remove("allOf") {
        for part in parts.into_iter().rev() {
            if let Value::Object(part) = part {
                for (keyword, value) in part {
                    members.entry(keyword).or_insert(value);
                }
            }
        }
    }
}

/// The schema without `allOf`. Of its parts, references are replaced by what they lead to.
fn flatten(
    schema: &Value,
    components: &Components,
    stack: &mut Vec<String>,
    pointer: &str,
) -> Result<Value> {
    let Some(Value::Array(list)) = schema.get("allOf") else {
        return Ok(schema.clone());
    };
    let mut outer = schema.as_object().cloned().unwrap_or_default();
    outer.shift_remove("allOf");
    let nullable = outer.shift_remove("nullable");

    let mut parts: Vec<Value> = list
        .iter()
        .filter(|part| !part.as_object().is_some_and(Map::is_empty))
        .cloned()
        .collect();
    if outer.keys().any(|keyword| !is_annotation(keyword)) {
        let own: Map<String, Value> = outer
            .iter()
            .filter(|(keyword, _)| !is_annotation(keyword))
            .map(|(keyword, value)| (keyword.clone(), value.clone()))
            .collect();
        parts.push(Value::Object(own));
        outer.retain(|keyword, _| is_annotation(keyword));
    }

    let mut merged = if let [only] = parts.as_slice()
        && ref_name(only).is_some()
    {
        only.as_object().cloned().unwrap_or_default()
    } else {
        let mut merged = Map::new();
        for part in &parts {
            let part = resolve(part, components, stack, pointer)?;
            merged = merge(merged, part, pointer)?;
        }
        merged.retain(|keyword, _| {
            !is_annotation(keyword) || keyword == "x-tag" || keyword == "description"
        });
        merged
    };
    merged.extend(outer);
    if let Some(Value::Array(branches)) = merged.get_mut("oneOf") {
        for branch in branches {
            if branch.get("allOf").is_some() {
                *branch = flatten(branch, components, stack, pointer)?;
            }
        }
    }
    if let Some(nullable) = nullable {
        merged.insert("nullable".into(), nullable);
    }
    Ok(Value::Object(merged))
}

/// What a part says, wherever it says it.
fn resolve(
    part: &Value,
    components: &Components,
    stack: &mut Vec<String>,
    pointer: &str,
) -> Result<Map<String, Value>> {
    let Some(name) = ref_name(part) else {
        let flat = flatten(part, components, stack, pointer)?;
        return Ok(flat.as_object().cloned().unwrap_or_default());
    };
    if stack.iter().any(|above| above == name) {
        // A base that lists its own heirs: they want its members, not the list.
        if components.get(name).is_some_and(has_union) {
            return Ok(Map::new());
        }
        return Err(Error::new(
            pointer,
            format!("`allOf` leads from {name} back to itself"),
            "take the reference out of one of the schemas on the way",
        ));
    }
    let Some(target) = components.get(name) else {
        return Err(Error::new(
            pointer,
            format!("there is no schema {name}"),
            "add it, or correct the reference",
        ));
    };
    stack.push(name.to_owned());
    let heirs = |part: &Value| {
        part.get("oneOf")
            .and_then(Value::as_array)
            .is_some_and(|branches| {
                branches
                    .iter()
                    .filter_map(ref_name)
                    .any(|heir| stack.iter().any(|above| above == heir))
            })
    };
    let mut target = target.clone();
    if let Some(Value::Array(parts)) = target.get_mut("allOf") {
        parts.retain(|part| !heirs(part));
    }
    let target = &target;
    let target = if ref_name(target).is_some() {
        Value::Object(resolve(target, components, stack, pointer)?)
    } else {
        flatten(target, components, stack, pointer)?
    };
    stack.pop();
    let mut members = target.as_object().cloned().unwrap_or_default();
    members.retain(|keyword, _| !is_annotation(keyword) || keyword == "x-tag");
    // A part may itself be a single reference.
    if ref_name(&Value::Object(members.clone())).is_some() {
        return resolve(&Value::Object(members), components, stack, pointer);
    }
    Ok(members)
}

fn has_union(schema: &Value) -> bool {
    let parts = schema.get("allOf").and_then(Value::as_array);
    schema.get("oneOf").is_some() || parts.into_iter().flatten().any(has_union)
}

fn merge(
    mut left: Map<String, Value>,
    right: Map<String, Value>,
    pointer: &str,
) -> Result<Map<String, Value>> {
    if left.contains_key("oneOf") || right.contains_key("oneOf") {
        return distribute(left, right, pointer);
    }
    for (keyword, value) in right {
        match (keyword.as_str(), left.get_mut(&keyword), value) {
            ("properties", Some(Value::Object(known)), Value::Object(more)) => {
                for (name, property) in more {
                    merge_property(known, name, property);
                }
            }
            ("required", Some(Value::Array(known)), Value::Array(more)) => {
                for name in more {
                    if !known.contains(&name) {
                        known.push(name);
                    }
                }
            }
            (_, _, value) => {
                left.insert(keyword, value);
            }
        }
    }
    Ok(left)
}

/// The later part wins, unless all it says of a member is words.
fn merge_property(known: &mut Map<String, Value>, name: String, property: Value) {
    let only_words = property
        .as_object()
        .is_some_and(|members| members.keys().all(|keyword| is_annotation(keyword)));
    match (known.get_mut(&name), property) {
        (Some(Value::Object(known)), Value::Object(words)) if only_words => known.extend(words),
        (_, property) => {
            known.insert(name, property);
        }
    }
}

/// A union and something else: each branch gets the other's members.
fn distribute(
    left: Map<String, Value>,
    right: Map<String, Value>,
    pointer: &str,
) -> Result<Map<String, Value>> {
    let split = |mut side: Map<String, Value>| {
        let tag = side.shift_remove("x-tag");
        let branches = match side.shift_remove("oneOf") {
            Some(Value::Array(branches)) => branches,
            _ => vec![Value::Object(Map::new())],
        };
        (side, tag, branches)
    };
    let (left, left_tag, left_branches) = split(left);
    let (right, right_tag, right_branches) = split(right);
    if left_branches.len() * right_branches.len() > MAX_BRANCHES {
        return Err(Error::new(
            pointer,
            "`allOf` combines two unions into too many shapes",
            "write the shapes that occur as one `oneOf`",
        ));
    }
    let common = merge(left, right, pointer)?;
    let mut branches = Vec::new();
    for left in &left_branches {
        for right in &right_branches {
            branches.push(combine(left, right, &common));
        }
    }
    let mut union = Map::new();
    if let Some(tag) = left_tag.or(right_tag) {
        union.insert("x-tag".into(), tag);
    }
    union.insert("oneOf".into(), Value::Array(branches));
    Ok(union)
}

/// A branch that is a plain reference stays one if nothing is added to it.
fn combine(left: &Value, right: &Value, common: &Map<String, Value>) -> Value {
    let none = |value: &Value| value.as_object().is_some_and(Map::is_empty);
    if common.is_empty() && none(left) {
        return right.clone();
    }
    if common.is_empty() && none(right) {
        return left.clone();
    }
    let parts: Vec<Value> = [left, right, &Value::Object(common.clone())]
        .into_iter()
        .filter(|part| !none(part))
        .cloned()
        .collect();
    let mut branch = Map::new();
    for part in &parts {
        if let Some(tags) = part.get("x-tags") {
            branch.insert("x-tags".into(), tags.clone());
        }
        if let Some(name) = ref_name(part).or_else(|| text(part, "x-name")) {
            branch.insert("x-name".into(), name.into());
        }
    }
    branch.insert("allOf".into(), Value::Array(parts));
    Value::Object(branch)
}
