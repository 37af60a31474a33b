//! The branches of a union that are no objects.

use serde_json::Value;

use super::names::{doc_of, given_name};
use super::{Assembly, Branch, kind_of};
use crate::codegen::document::{join, ref_name, text};
use crate::codegen::error::Result;
use crate::codegen::names::{plural, without_prefix};
use crate::codegen::shape::TypeRef;
use crate::codegen::shape::build::{Builder, is_unsigned};

/// The variants for JSON that is no object: at most one per kind.
pub(super) fn scalars(
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
        let (kind, ty) = if integers.iter().all(|branch| is_unsigned(branch.target)) {
            ("unsigned", TypeRef::Unsigned)
        } else {
            ("integer", TypeRef::Integer)
        };
        let index = union.push(ident, doc_of(&integers, "A whole number."), ty);
        union.kinds.push((kind, index));
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
    lists(builder, &of_kind("array"), union, pointer)
}

/// Lists of more types than this are lists of any JSON.
const MAX_LISTS: usize = LISTS.len();

/// How the macro calls lists of several types.
const LISTS: [&str; 4] = ["list0", "list1", "list2", "list3"];

fn lists(
    builder: &Builder<'_>,
    branches: &[&Branch<'_>],
    union: &mut Assembly<'_>,
    pointer: &str,
) -> Result<()> {
    let mut types: Vec<(TypeRef, Vec<&Branch<'_>>)> = Vec::new();
    for branch in branches {
        let ty = builder.type_ref(branch.target, &join(pointer, "items"))?;
        match types.iter_mut().find(|(known, _)| *known == ty) {
            Some((_, same)) => same.push(branch),
            None => types.push((ty, vec![branch])),
        }
    }
    let any = TypeRef::List(Box::new(TypeRef::Any));
    if types.len() > MAX_LISTS || types.iter().any(|(ty, _)| *ty == any) && types.len() > 1 {
        types = vec![(any, branches.to_vec())];
    }
    let alone = types.len() == 1;
    for (kind, (ty, branches)) in LISTS.iter().zip(types) {
        let ident = given_name(&branches).unwrap_or_else(|| list_name(builder, &ty, alone));
        let index = union.push(ident, doc_of(&branches, "A list."), ty);
        union
            .kinds
            .push((if alone { "array" } else { kind }, index));
    }
    Ok(())
}

/// What a list is called: after the type of what is in it, if that has a name or there are other lists.
fn list_name(builder: &Builder<'_>, list: &TypeRef, alone: bool) -> String {
    let TypeRef::List(item) = list else {
        return "List".into();
    };
    match item.as_ref() {
        TypeRef::Named(index) => builder
            .names
            .get(*index)
            .map_or_else(|| "List".into(), |name| plural(name)),
        _ if alone => "List".into(),
        TypeRef::String | TypeRef::Secret => "Texts".into(),
        TypeRef::Integer | TypeRef::Unsigned => "Integers".into(),
        TypeRef::Number => "Numbers".into(),
        TypeRef::Boolean => "Booleans".into(),
        TypeRef::List(_) => "Lists".into(),
        TypeRef::Map(_) => "Maps".into(),
        _ => "List".into(),
    }
}

pub(super) fn text_values(branches: &[Branch<'_>]) -> Vec<Value> {
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
