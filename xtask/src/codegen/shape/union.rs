//! Unions: what tells their branches apart.

use std::collections::BTreeSet;

use serde_json::Value;

use super::build::{Builder, enum_values};
use super::object::{fixed_value, is_required};
use super::{Arm, Kind, TypeRef, Union, Variant};
use crate::codegen::document::{join, ref_name, text};
use crate::codegen::error::Result;
use crate::codegen::names::{pascal, plural, unique, without_prefix};

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

    let objects: Vec<&Branch<'_>> = branches
        .iter()
        .filter(|branch| kind_of(branch.target) == "object")
        .collect();
    let tag = tag_name(builder, &objects, &tag_names);
    let mut tagged: Vec<(String, Vec<usize>)> = Vec::new();
    let mut untagged = Vec::new();
    let all_tags: Vec<String> = objects
        .iter()
        .flat_map(|branch| tags_of(builder, branch, tag.as_deref()))
        .collect();
    // The most specific first: those that require the most.
    let mut order: Vec<&Branch<'_>> = objects.clone();
    order.sort_by_key(|branch| std::cmp::Reverse(requirements(branch.target)));
    let mut variant_of: Vec<(&Value, usize)> = Vec::new();
    for branch in &objects {
        let tags = tags_of(builder, branch, tag.as_deref());
        let ident = object_name(branch, &tags, &all_tags, name, objects.len());
        let ty = builder.type_ref(branch.schema, pointer)?;
        let doc = object_doc(branch, &tags, tag.as_deref());
        let index = union.push(ident, doc, ty);
        variant_of.push((branch.schema, index));
    }
    let index_of = |branch: &Branch<'_>| {
        variant_of
            .iter()
            .find(|(schema, _)| std::ptr::eq(*schema, branch.schema))
            .map_or(0, |(_, index)| *index)
    };
    for branch in &order {
        let tags = tags_of(builder, branch, tag.as_deref());
        for value in &tags {
            match tagged.iter_mut().find(|(known, _)| known == value) {
                Some((_, variants)) => variants.push(index_of(branch)),
                None => tagged.push((value.clone(), vec![index_of(branch)])),
            }
        }
        let optional = tag
            .as_deref()
            .is_some_and(|tag| !is_required(branch.target, tag));
        if tags.is_empty() || optional {
            untagged.push(index_of(branch));
        }
    }
    // Arms in the order of the document, tags of the same variants together.
    let mut arms: Vec<Arm> = Vec::new();
    for value in &all_tags {
        let Some((_, variants)) = tagged.iter().find(|(known, _)| known == value) else {
            continue;
        };
        if arms.iter().any(|arm| arm.tags.contains(value)) {
            continue;
        }
        match arms.iter_mut().find(|arm| arm.variants == *variants) {
            Some(arm) => {
                arm.tags.push(value.clone());
                arm.direct = false;
            }
            None => arms.push(Arm {
                direct: variants.len() == 1
                    && objects.iter().any(|branch| {
                        index_of(branch) == variants[0] && writes_tag(branch, tag.as_deref(), value)
                    }),
                tags: vec![value.clone()],
                variants: variants.clone(),
            }),
        }
    }
    Ok(Kind::Union(Union {
        tag: tag.filter(|_| !arms.is_empty()),
        variants: union.variants,
        arms,
        kinds: union.kinds,
        objects: untagged,
    }))
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

/// The variants for JSON that is no object: at most one per kind.
fn scalars(
    builder: &mut Builder<'_>,
    branches: &[Branch<'_>],
    union: &mut Assembly<'_>,
    pointer: &str,
) -> Result<()> {
    let of_kind = |kind: &str| -> Vec<&Branch<'_>> {
        branches
            .iter()
            .filter(|branch| kind_of(branch.target) == kind)
            .collect()
    };
    let strings = of_kind("string");
    if !strings.is_empty() {
        let enums: Vec<&&Branch<'_>> = strings
            .iter()
            .filter(|branch| branch.target.get("enum").is_some())
            .collect();
        let ty = match enums.as_slice() {
            [] => TypeRef::String,
            [only] if ref_name(only.schema).is_some() => builder.type_ref(only.schema, pointer)?,
            _ => {
                let values: Vec<Value> = text_values(branches);
                builder.add_enum(union.name, &values)
            }
        };
        let ident = given_name(&strings).unwrap_or_else(|| match enums.as_slice() {
            [only] => ref_name(only.schema)
                .and_then(|name| text(builder.components.get(name)?, "x-rust-name"))
                .map_or_else(|| "Text".into(), |name| without_prefix(name, union.name)),
            _ => "Text".into(),
        });
        let index = union.push(ident, doc_of(&strings, "A text."), ty);
        union.kinds.push(("string", index));
    }
    let (integers, numbers) = (of_kind("integer"), of_kind("number"));
    if !integers.is_empty() {
        let ident = given_name(&integers).unwrap_or_else(|| "Integer".into());
        let index = union.push(
            ident,
            doc_of(&integers, "A whole number."),
            TypeRef::Integer,
        );
        union.kinds.push(("integer", index));
    }
    if !numbers.is_empty() {
        let kind = if integers.is_empty() {
            "number"
        } else {
            "float"
        };
        let ident = given_name(&numbers).unwrap_or_else(|| "Number".into());
        let index = union.push(ident, doc_of(&numbers, "A number."), TypeRef::Number);
        union.kinds.push((kind, index));
    }
    let booleans = of_kind("boolean");
    if !booleans.is_empty() {
        let ident = given_name(&booleans).unwrap_or_else(|| "Boolean".into());
        let index = union.push(ident, doc_of(&booleans, "True or false."), TypeRef::Boolean);
        union.kinds.push(("boolean", index));
    }
    let arrays = of_kind("array");
    if !arrays.is_empty() {
        let mut types = Vec::new();
        for branch in &arrays {
            let ty = builder.type_ref(branch.target, &join(pointer, "items"))?;
            if !types.contains(&ty) {
                types.push(ty);
            }
        }
        let ty = match types.as_slice() {
            [only] => only.clone(),
            _ => TypeRef::List(Box::new(TypeRef::Any)),
        };
        let ident = given_name(&arrays).unwrap_or_else(|| match &ty {
            TypeRef::List(item) => match item.as_ref() {
                TypeRef::Named(index) => builder
                    .components
                    .values()
                    .nth(*index)
                    .and_then(|schema| text(schema, "x-rust-name"))
                    .map_or_else(|| "List".into(), plural),
                _ => "List".into(),
            },
            _ => "List".into(),
        });
        let index = union.push(ident, doc_of(&arrays, "A list."), ty);
        union.kinds.push(("array", index));
    }
    Ok(())
}

fn given_name(branches: &[&Branch<'_>]) -> Option<String> {
    branches
        .iter()
        .find_map(|branch| text(branch.schema, "x-rust-variant"))
        .map(pascal)
}

fn doc_of(branches: &[&Branch<'_>], otherwise: &str) -> String {
    branches
        .iter()
        .find_map(|branch| {
            text(branch.schema, "description").or_else(|| text(branch.target, "description"))
        })
        .unwrap_or(otherwise)
        .to_owned()
}

fn text_values(branches: &[Branch<'_>]) -> Vec<Value> {
    let mut values: Vec<Value> = Vec::new();
    for branch in branches {
        if kind_of(branch.target) != "string" {
            continue;
        }
        for value in branch
            .target
            .get("enum")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            if !values.contains(value) {
                values.push(value.clone());
            }
        }
    }
    values
}

/// How many members an object cannot do without.
fn requirements(schema: &Value) -> usize {
    schema
        .get("required")
        .and_then(Value::as_array)
        .map_or(0, Vec::len)
}

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

/// The member that tells the objects apart: the discriminator, or the one most of them fix.
fn tag_name<'a>(
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
    for name in candidates {
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
fn tags_of<'a>(builder: &Builder<'a>, branch: &Branch<'a>, tag: Option<&str>) -> Vec<String> {
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
fn writes_tag(branch: &Branch<'_>, tag: Option<&str>, value: &str) -> bool {
    let member = tag.and_then(|tag| branch.target.get("properties")?.get(tag));
    member.is_some_and(|member| fixed_value(member) == Some(value))
}

fn object_name(
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

fn object_doc(branch: &Branch<'_>, tags: &[String], tag: Option<&str>) -> String {
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
