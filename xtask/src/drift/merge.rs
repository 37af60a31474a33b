//! What several schemas say together, where one schema of the pin stands for them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::alternatives::{
    Alternatives, Components, Kind as Json, Leaf, alternatives, contains, count_values,
};
use crate::codegen::document::{flag, ref_name};

/// All that several schemas allow.
pub(super) fn gather<'a>(schemas: &[&'a Value], components: &'a Components) -> Alternatives<'a> {
    let mut all = Alternatives::default();
    for schema in schemas {
        let found = alternatives(schema, components);
        all.nullable |= found.nullable;
        for leaf in found.leaves {
            if !contains(&all.leaves, &leaf) {
                all.leaves.push(leaf);
            }
        }
    }
    all
}

/// A kind of JSON as far as Rust types follow from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shape {
    pub(super) kind: Json,
    /// Whether some texts are named.
    named: bool,
    /// Whether it is a text that is never shown.
    secret: bool,
}

/// The kinds of JSON. `Any` includes all others. Secrets are distinct if the document has `formats`.
pub(super) fn kinds(leaves: &[Leaf<'_>], formats: bool) -> BTreeSet<Shape> {
    let plain = |kind| Shape {
        kind,
        named: false,
        secret: false,
    };
    if leaves.iter().any(|leaf| leaf.kind() == Json::Any) {
        return BTreeSet::from([plain(Json::Any)]);
    }
    let named = count_values(leaves) > 0;
    let secret = formats && !named && leaves.iter().any(Leaf::is_secret);
    let shape = |leaf: &Leaf<'_>| match leaf.kind() {
        kind @ Json::Text => Shape {
            kind,
            named,
            secret,
        },
        kind => plain(kind),
    };
    leaves.iter().map(shape).collect()
}

/// Whether a schema, or the one it refers to, should not be used any more.
pub(super) fn is_deprecated(schema: &Value, components: &Components) -> bool {
    let mut schema = schema;
    // A chain of references is no longer than there are schemas.
    for _ in 0..=components.len() {
        if flag(schema, "deprecated") {
            return true;
        }
        match ref_name(schema).and_then(|name| components.get(name)) {
            Some(target) => schema = target,
            None => return false,
        }
    }
    false
}

/// The texts that any of the strings is limited to.
pub(super) fn values<'a>(leaves: &[Leaf<'a>]) -> Vec<&'a str> {
    distinct(leaves.iter().filter_map(Leaf::values).flatten())
}

/// The names of all members, each once.
pub(super) fn names<'a>(leaves: &[Leaf<'a>]) -> Vec<&'a str> {
    distinct(leaves.iter().flat_map(Leaf::members).map(|(name, _)| name))
}

fn distinct<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    texts.filter(|text| seen.insert(*text)).collect()
}

/// The schemas of one member.
pub(super) fn members<'a>(leaves: &[Leaf<'a>], name: &str) -> Vec<&'a Value> {
    let found = leaves.iter().filter_map(|leaf| leaf.member(name));
    different(found)
}

/// What the lists or maps hold; anything, where they do not say.
pub(super) fn inside<'a>(leaves: &[Leaf<'a>], keyword: &str) -> Vec<&'a Value> {
    different(
        leaves
            .iter()
            .map(|leaf| leaf.schema.get(keyword).unwrap_or(&Value::Null)),
    )
}

/// References to one schema count once.
fn different<'a>(schemas: impl Iterator<Item = &'a Value>) -> Vec<&'a Value> {
    let mut found: Vec<&Value> = Vec::new();
    for schema in schemas {
        let known = |other: &&Value| match ref_name(schema) {
            Some(_) => {
                other.get("$ref") == schema.get("$ref")
                    && other.get("nullable") == schema.get("nullable")
            }
            None => std::ptr::eq(*other, schema),
        };
        if !found.iter().any(known) {
            found.push(schema);
        }
    }
    found
}
