//! Writes the types as Rust source.

mod docs;
mod object;
mod open_enum;
mod union;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use self::docs::doc_comment;
use super::files::{Chunk, pack};
use super::shape::{Kind, Place, Shape, Type, TypeRef};

/// The first line of every generated file names the command that makes it.
pub(crate) fn header(command: &str) -> String {
    format!("// Made by `{command}`. Change the OpenAPI document, not this file.\n\n")
}

/// The files below `types/`, by their names.
pub(crate) fn types(shape: &Shape, command: &str) -> BTreeMap<String, String> {
    let texts = texts(shape);
    let mut modules: BTreeMap<&str, Vec<Chunk>> = BTreeMap::new();
    for (index, ty) in shape.types.iter().enumerate() {
        let mut text = String::new();
        one(shape, ty, &mut text);
        if let Kind::Union(union) = &ty.kind
            && texts.contains(&index)
        {
            union::write_display(&ty.name, union, &mut text);
        }
        modules
            .entry(&ty.module)
            .or_default()
            .push(Chunk { index, text });
    }
    let packed = pack(modules);
    let names: Vec<&str> = packed.iter().map(|(_, name, _)| name.as_str()).collect();
    let mut files = BTreeMap::new();
    files.insert("mod.rs".to_owned(), index(&names, command));
    for (module, name, chunks) in &packed {
        let text = file(shape, module, chunks, packed.len() > 1, command);
        files.insert(format!("{name}.rs"), text);
    }
    files
}

/// A file with some of the types of a module.
fn file(shape: &Shape, module: &str, chunks: &[Chunk], has_others: bool, command: &str) -> String {
    let own: BTreeSet<usize> = chunks.iter().map(|chunk| chunk.index).collect();
    let foreign = |ty: &TypeRef| matches!(ty, TypeRef::Named(index) if !own.contains(index));
    let contains = |text: &str| chunks.iter().any(|chunk| chunk.text.contains(text));
    let mut file = header(command);
    file.push_str(&format!("//! Types of the `{module}` part.\n\n"));
    if contains("BTreeMap<") {
        file.push_str("use std::collections::BTreeMap;\n\n");
    }
    if has_others && holds(shape, &own, &foreign) {
        file.push_str("use super::*;\n");
    }
    if contains(": Extra,") {
        file.push_str("use crate::model::Extra;\n");
    }
    if holds(shape, &own, &|ty| *ty == TypeRef::Secret) {
        file.push_str("use crate::model::Secret;\n");
    }
    if contains("Unknown(Unknown)") {
        file.push_str("use crate::model::Unknown;\n");
    }
    for chunk in chunks {
        file.push('\n');
        file.push_str(&chunk.text);
    }
    file
}

fn index(modules: &[&str], command: &str) -> String {
    let mut file = header(command);
    file.push_str("//! The types of parameters, requests, answers and events.\n\n");
    for module in modules {
        file.push_str(&format!("mod {module};\n"));
    }
    file.push('\n');
    for module in modules {
        file.push_str(&format!("pub use self::{module}::*;\n"));
    }
    file.push_str("pub use crate::model::{Extra, Secret, Unknown};\n");
    file
}

/// Whether some types hold, anywhere, a type that is so.
fn holds(shape: &Shape, types: &BTreeSet<usize>, is_so: &dyn Fn(&TypeRef) -> bool) -> bool {
    fn inside(ty: &TypeRef, is_so: &dyn Fn(&TypeRef) -> bool) -> bool {
        match ty {
            TypeRef::List(inner) | TypeRef::Map(inner) | TypeRef::Nullable(inner) => {
                inside(inner, is_so)
            }
            _ => is_so(ty),
        }
    }
    let mut types = types.iter().map(|index| &shape.types[*index]);
    types.any(|ty| match &ty.kind {
        Kind::Object(object) => object.fields.iter().any(|field| inside(&field.ty, is_so)),
        Kind::Union(union) => union
            .variants
            .iter()
            .any(|variant| inside(&variant.ty, is_so)),
        Kind::Alias(target) => inside(target, is_so),
        Kind::OpenEnum(_) => false,
    })
}

/// The types whose values stand in paths and headers.
fn texts(shape: &Shape) -> BTreeSet<usize> {
    let parameters = shape.operations.iter().flat_map(|it| &it.parameters);
    let mut queue: Vec<&TypeRef> = parameters
        .filter(|parameter| matches!(parameter.place, Place::Path | Place::Header))
        .map(|parameter| &parameter.ty)
        .collect();
    let mut found = BTreeSet::new();
    while let Some(ty) = queue.pop() {
        let TypeRef::Named(index) = shape.resolve(ty) else {
            continue;
        };
        if found.insert(*index)
            && let Kind::Union(union) = &shape.types[*index].kind
        {
            queue.extend(union.variants.iter().map(|variant| &variant.ty));
        }
    }
    found
}

fn one(shape: &Shape, ty: &Type, out: &mut String) {
    let fallback = format!("`{}` of the document.", ty.schema);
    out.push_str(&doc_comment(&ty.doc, &fallback, ""));
    if ty.deprecated {
        out.push_str("///\n/// Deprecated.\n");
    }
    match &ty.kind {
        Kind::Object(object) => object::write(shape, &ty.name, object, out),
        Kind::OpenEnum(values) => open_enum::write(&ty.name, values, out),
        Kind::Union(union) => union::write(shape, &ty.name, union, out),
        Kind::Alias(target) => {
            out.push_str(&format!("pub type {} = {};\n", ty.name, shape.rust(target)));
        }
    }
}

/// A function for tests that reads and writes any of the types, chosen by its name in the document.
pub(crate) fn every_type(shape: &Shape, command: &str) -> String {
    let mut file = header(command);
    file.push_str(
        "//! Every type of the document by its name there.\n\n\
         use oci_genai_api::{Defect, Tolerant, types};\n\
         use serde::de::DeserializeOwned;\n\
         use serde_json::{Error, Value};\n\n\
         /// What became of a text that was read as a type.\n\
         pub(crate) struct Outcome {\n    \
         pub(crate) written: Value,\n    \
         pub(crate) defects: Vec<Defect>,\n    \
         /// What is written once it has been made valid.\n    \
         pub(crate) valid: Value,\n\
         }\n\n\
         fn through<T: Tolerant + DeserializeOwned>(text: &str) -> Result<Outcome, Error> {\n    \
         let mut value: T = serde_json::from_str(text)?;\n    \
         let (written, defects) = (serde_json::to_value(&value)?, value.defects());\n    \
         value.make_valid();\n    \
         let valid = serde_json::to_value(&value)?;\n    \
         Ok(Outcome {\n        \
         written,\n        \
         defects,\n        \
         valid,\n    \
         })\n\
         }\n\n\
         /// Reads a text as a type and writes it again; `None` if there is no such type.\n\
         #[rustfmt::skip]\n\
         pub(crate) fn round_trip(name: &str, text: &str) -> Option<Result<Outcome, Error>> {\n    \
         Some(match name {\n",
    );
    for ty in &shape.types {
        file.push_str(&format!(
            "        {} => through::<types::{}>(text),\n",
            literal(&ty.schema),
            ty.name
        ));
    }
    file.push_str("        _ => return None,\n    })\n}\n");
    file
}

/// A Rust string literal.
pub(crate) fn literal(text: &str) -> String {
    format!("{text:?}")
}

/// A titled part of a macro's call, a line for each entry.
fn section(out: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() {
        out.push_str(&format!("        {title} {{}}\n"));
        return;
    }
    out.push_str(&format!("        {title} {{\n"));
    for line in lines {
        out.push_str(&format!("            {line}\n"));
    }
    out.push_str("        }\n");
}
