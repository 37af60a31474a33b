//! What the variants of a union are called, and what is said of them.

use super::Branch;
use crate::codegen::document::text;
use crate::codegen::names::{pascal, without_prefix};

pub(super) fn object_name(
    branch: &Branch<'_>,
    tags: &[String],
    all_tags: &[String],
    parent: &str,
    count: usize,
) -> String {
    if let Some(name) = text(branch.schema, "x-rust-variant") {
        return pascal(name);
    }
    if let [tag] = tags
        && all_tags.iter().filter(|other| *other == tag).count() == 1
    {
        return pascal(short_tag(tag, all_tags));
    }
    let named = text(branch.target, "x-rust-name");
    match named {
        Some(name) if count > 1 => without_prefix(name, parent),
        Some(_) => "Object".into(),
        None => "Map".into(),
    }
}

/// The tag without a first word that most tags share: `response.created` → `created`.
fn short_tag<'a>(tag: &'a str, all_tags: &[String]) -> &'a str {
    let Some((first, rest)) = tag.split_once('.') else {
        return tag;
    };
    let sharing = all_tags
        .iter()
        .filter(|other| {
            other
                .split_once('.')
                .is_some_and(|(other, _)| other == first)
        })
        .count();
    let clash = all_tags.iter().any(|other| other == rest);
    if sharing * 2 > all_tags.len() && !clash {
        rest
    } else {
        tag
    }
}

pub(super) fn object_doc(branch: &Branch<'_>, tags: &[String], tag: Option<&str>) -> String {
    let words = text(branch.schema, "description")
        .or_else(|| text(branch.target, "description"))
        .unwrap_or("An object.");
    let first = words.split("\n\n").next().unwrap_or_default().trim();
    match (tag, tags) {
        (Some(tag), [value]) => format!("`{tag}` is `{value}`: {}", lower_first(first)),
        _ => first.to_owned(),
    }
}

/// A sentence to be continued: `A text.` → `a text.`
fn lower_first(sentence: &str) -> String {
    let mut letters = sentence.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if first.is_uppercase() && !second.is_uppercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => sentence.to_owned(),
    }
}

pub(super) fn doc_of(branches: &[&Branch<'_>], otherwise: &str) -> String {
    branches
        .iter()
        .find_map(|branch| {
            text(branch.schema, "description").or_else(|| text(branch.target, "description"))
        })
        .unwrap_or(otherwise)
        .to_owned()
}

pub(super) fn given_name(branches: &[&Branch<'_>]) -> Option<String> {
    branches
        .iter()
        .find_map(|branch| text(branch.schema, "x-rust-variant"))
        .map(pascal)
}
