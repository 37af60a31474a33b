//! The branches of a union that are no objects.

use serde_json::Value;

use super::names::{doc_of, given_name};
use super::{Assembly, Branch, kind_of};
use crate::codegen::document::{join, ref_name, text};
use crate::codegen::error::Result;
use crate::codegen::names::{plural, without_prefix};
use crate::codegen::shape::TypeRef;
use crate::codegen::shape::build::Builder;

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
