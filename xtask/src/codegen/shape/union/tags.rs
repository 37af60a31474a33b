//! Finds the tag member of a union's objects.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Branch;
use crate::codegen::document::ref_name;
use crate::codegen::shape::build::Builder;
use crate::codegen::shape::object::fixed_value;

/// The texts a member can be.
fn texts<'a>(builder: &Builder<'a>, schema: &'a Value, member: &str) -> Vec<&'a str> {
    let property = schema
        .get("properties")
        .and_then(|members| members.get(member));
    let target = property
        .and_then(ref_name)
        .and_then(|name| builder.components.get(name));
    target
        .or(property)
        .and_then(|property| property.get("enum"))
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// Returns the tag member: the discriminator, or the member that most objects fix.
pub(super) fn tag_name<'a>(
    builder: &Builder<'a>,
    objects: &[&Branch<'a>],
    declared: &[String],
) -> Option<String> {
    if objects.len() < 2 && declared.is_empty() {
        return None;
    }
    if let Some(name) = declared.first() {
        return Some(name.clone());
    }
    let mut best: Option<(usize, String)> = None;
    let mut candidates: Vec<&str> = vec!["type", "object", "kind"];
    for branch in objects {
        if let Some(members) = branch.target.get("properties").and_then(Value::as_object) {
            candidates.extend(members.keys().map(String::as_str));
        }
    }
    let mut seen = BTreeSet::new();
    for name in candidates {
        if !seen.insert(name) {
            continue;
        }
        let sets: Vec<Vec<&str>> = objects
            .iter()
            .map(|branch| texts(builder, branch.target, name))
            .filter(|values| !values.is_empty())
            .collect();
        let distinct: BTreeSet<&Vec<&str>> = sets.iter().collect();
        let score = sets.len();
        if score >= 2
            && distinct.len() >= 2
            && best.as_ref().is_none_or(|(highest, _)| score > *highest)
        {
            best = Some((score, name.to_owned()));
        }
    }
    best.map(|(_, name)| name)
}

/// The tags a branch answers to.
pub(super) fn tags_of<'a>(
    builder: &Builder<'a>,
    branch: &Branch<'a>,
    tag: Option<&str>,
) -> Vec<String> {
    let Some(tag) = tag else {
        return Vec::new();
    };
    if let Some(tags) = &branch.tags {
        return tags.clone();
    }
    let fixed = texts(builder, branch.target, tag);
    if !fixed.is_empty() {
        return fixed.into_iter().map(str::to_owned).collect();
    }
    // An OpenAPI discriminator without a mapping uses the names of the schemas.
    let declared = branch
        .target
        .get("properties")
        .is_some_and(|members| members.get(tag).is_some());
    match ref_name(branch.schema) {
        Some(name) if declared => vec![name.to_owned()],
        _ => Vec::new(),
    }
}

/// Whether the struct writes the tag itself, so that it can be read without it.
pub(super) fn writes_tag(branch: &Branch<'_>, tag: Option<&str>, value: &str) -> bool {
    let member = tag.and_then(|tag| branch.target.get("properties")?.get(tag));
    member.is_some_and(|member| fixed_value(member) == Some(value))
}
