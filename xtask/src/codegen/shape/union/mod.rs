//! Builds unions, and finds how to distinguish their branches.

mod names;
mod scalars;
mod tags;

use std::collections::BTreeSet;

use serde_json::Value;

use self::names::{object_doc, object_name};
use self::scalars::{scalars, text_values};
use self::tags::{tag_name, tags_of, writes_tag};
use super::build::{Builder, enum_values};
use super::object::is_required;
use super::{Arm, Kind, TypeRef, Union, Variant};
use crate::codegen::document::{ref_name, text};
use crate::codegen::error::Result;
use crate::codegen::names::unique;

/// A branch, with nested unions taken apart.
struct Branch<'a> {
    schema: &'a Value,
    /// What the schema leads to, if it is a reference.
    target: &'a Value,
    tags: Option<Vec<String>>,
}

pub(super) fn build<'a>(
    builder: &mut Builder<'a>,
    schema: &'a Value,
    name: &str,
    pointer: &str,
) -> Result<Kind> {
    let mut branches = Vec::new();
    let mut tag_names = Vec::new();
    let mut stack = BTreeSet::new();
    gather(
        builder,
        schema,
        &mut branches,
        &mut tag_names,
        &mut stack,
        pointer,
    )?;

    if branches
        .iter()
        .any(|branch| kind_of(branch.target) == "any")
    {
        return Ok(Kind::Alias(TypeRef::Any));
    }
    if branches
        .iter()
        .all(|branch| kind_of(branch.target) == "string")
    {
        let values = text_values(&branches);
        return Ok(if values.is_empty() {
            Kind::Alias(TypeRef::String)
        } else {
            Kind::OpenEnum(enum_values(schema, &values))
        });
    }
    let mut union = Assembly {
        name,
        variants: Vec::new(),
        kinds: Vec::new(),
    };
    scalars(builder, &branches, &mut union, pointer)?;

    let objects = objects(builder, &branches, &tag_names, &mut union, pointer)?;
    let arms = arms(&objects.branches);
    Ok(Kind::Union(Union {
        tag: objects.tag.filter(|_| !arms.is_empty()),
        variants: union.variants,
        arms,
        kinds: union.kinds,
        objects: objects.untagged,
    }))
}

/// What is known of the branches that are objects.
struct Objects<'a> {
    /// The tag member.
    tag: Option<String>,
    branches: Vec<Object<'a>>,
    /// The variants to try, in this order, for an object without the tag.
    untagged: Vec<usize>,
}

/// A branch that is an object.
struct Object<'a> {
    variant: usize,
    target: &'a Value,
    /// The tags it answers to, each with whether the struct writes it itself.
    tags: Vec<(String, bool)>,
}

impl Object<'_> {
    /// How many members it cannot do without.
    fn requirements(&self) -> usize {
        self.target
            .get("required")
            .and_then(Value::as_array)
            .map_or(0, Vec::len)
    }
}

/// The variants for objects.
fn objects<'a>(
    builder: &mut Builder<'a>,
    branches: &[Branch<'a>],
    declared: &[String],
    union: &mut Assembly<'_>,
    pointer: &str,
) -> Result<Objects<'a>> {
    let found: Vec<&Branch<'a>> = branches
        .iter()
        .filter(|branch| kind_of(branch.target) == "object")
        .collect();
    let tag = tag_name(builder, &found, declared);
    let tags: Vec<Vec<String>> = found
        .iter()
        .map(|branch| tags_of(builder, branch, tag.as_deref()))
        .collect();
    let all_tags = tags.concat();
    let mut objects = Vec::new();
    for (branch, tags) in found.iter().zip(tags) {
        let ident = object_name(branch, &tags, &all_tags, union.name, found.len());
        let doc = object_doc(branch, &tags, tag.as_deref());
        let ty = builder.type_ref(branch.schema, pointer)?;
        objects.push(Object {
            variant: union.push(ident, doc, ty),
            target: branch.target,
            tags: tags
                .into_iter()
                .map(|value| {
                    let writes = writes_tag(branch, tag.as_deref(), &value);
                    (value, writes)
                })
                .collect(),
        });
    }
    let untagged = most_specific_first(&objects)
        .into_iter()
        .filter(|object| {
            let optional = tag
                .as_deref()
                .is_some_and(|tag| !is_required(object.target, tag));
            object.tags.is_empty() || optional
        })
        .map(|object| object.variant)
        .collect();
    Ok(Objects {
        tag,
        branches: objects,
        untagged,
    })
}

/// Those that require the most come first.
fn most_specific_first<'o, 'a>(objects: &'o [Object<'a>]) -> Vec<&'o Object<'a>> {
    let mut order: Vec<&Object<'a>> = objects.iter().collect();
    order.sort_by_key(|object| std::cmp::Reverse(object.requirements()));
    order
}

/// What each tag leads to, in the order of the document, tags of the same variants together.
fn arms(objects: &[Object<'_>]) -> Vec<Arm> {
    let order = most_specific_first(objects);
    let mut arms: Vec<Arm> = Vec::new();
    for (value, _) in objects.iter().flat_map(|object| &object.tags) {
        if arms.iter().any(|arm| arm.tags.contains(value)) {
            continue;
        }
        let (mut variants, mut writers) = (Vec::new(), 0);
        for object in &order {
            if let Some((_, writes)) = object.tags.iter().find(|(known, _)| known == value) {
                variants.push(object.variant);
                writers += usize::from(*writes);
            }
        }
        match arms.iter_mut().find(|arm| arm.variants == variants) {
            Some(arm) => {
                arm.tags.push(value.clone());
                arm.direct = false;
            }
            None => arms.push(Arm {
                direct: variants.len() == 1 && writers == 1,
                tags: vec![value.clone()],
                variants,
            }),
        }
    }
    arms
}

/// Takes nested unions apart.
fn gather<'a>(
    builder: &Builder<'a>,
    schema: &'a Value,
    branches: &mut Vec<Branch<'a>>,
    tag_names: &mut Vec<String>,
    stack: &mut BTreeSet<String>,
    pointer: &str,
) -> Result<()> {
    // The outermost comes first and decides.
    tag_names.extend(text(schema, "x-tag").map(str::to_owned));
    for branch in schema
        .get("oneOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let mut target = branch;
        let mut steps = Vec::new();
        while let Some(name) = ref_name(target) {
            if steps.iter().any(|step| step == name) {
                break;
            }
            steps.push(name.to_owned());
            target = builder.component(name, pointer)?.1;
        }
        if target.get("oneOf").is_some() {
            let name = steps.last().cloned().unwrap_or_default();
            if stack.insert(name) {
                gather(builder, target, branches, tag_names, stack, pointer)?;
            }
            continue;
        }
        let tags = branch.get("x-tags").and_then(Value::as_array).map(|tags| {
            tags.iter()
                .filter_map(|tag| tag.as_str().map(str::to_owned))
                .collect()
        });
        let known = branches
            .iter()
            .any(|other| std::ptr::eq(other.target, target) && ref_name(branch).is_some());
        if !known {
            branches.push(Branch {
                schema: branch,
                target,
                tags,
            });
        }
    }
    Ok(())
}

fn kind_of(schema: &Value) -> &str {
    match text(schema, "type") {
        Some(kind) => kind,
        None => "any",
    }
}

struct Assembly<'a> {
    name: &'a str,
    variants: Vec<Variant>,
    kinds: Vec<(&'static str, usize)>,
}

impl Assembly<'_> {
    fn push(&mut self, ident: String, doc: String, ty: TypeRef) -> usize {
        let ident = match ident {
            ident if ident == "Unknown" => "UnknownValue".to_owned(),
            ident if ident == "Self_" => "This".to_owned(),
            ident => ident,
        };
        let ident = unique(&ident, |name| {
            self.variants.iter().any(|other| other.ident == name)
        });
        self.variants.push(Variant {
            ident,
            doc,
            ty,
            boxed: false,
        });
        self.variants.len() - 1
    }
}
