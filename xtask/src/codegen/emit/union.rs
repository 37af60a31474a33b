//! Enums for unions.

use super::{doc_comment, literal, section};
use crate::codegen::shape::{Kind, Shape, TypeRef, Union, Variant};

pub(super) fn write(shape: &Shape, name: &str, union: &Union, out: &mut String) {
    // A union of objects keeps an object it does not know as such; others may meet any JSON.
    let unknown = if union.kinds.is_empty() && union.tag.is_some() {
        "Unknown"
    } else {
        "Value"
    };
    let unknown_type = if unknown == "Value" {
        "serde_json::Value"
    } else {
        "Unknown"
    };
    out.push_str("#[derive(Clone, Debug, PartialEq)]\n#[non_exhaustive]\n");
    out.push_str(&format!("pub enum {name} {{\n"));
    for variant in &union.variants {
        out.push_str(&doc_comment(&variant.doc, "One of the shapes.", "    "));
        out.push_str(&format!(
            "    {}({}),\n",
            variant.ident,
            held(shape, variant)
        ));
    }
    out.push_str("    /// What this version of the contract does not name, as it came.\n");
    out.push_str(&format!("    Unknown({unknown_type}),\n}}\n\n"));

    out.push_str(&format!(
        "union! {{\n    {name}: {unknown} {{\n        variants {{"
    ));
    for variant in &union.variants {
        out.push_str(&format!(" {}", variant.ident));
    }
    out.push_str(" }\n");
    section(
        out,
        "kinds",
        union
            .kinds
            .iter()
            .map(|(kind, index)| format!("{kind} {};", entry(shape, &union.variants[*index]))),
    );
    let tag = union.tag.as_deref().unwrap_or_default();
    section(
        out,
        &format!("tagged {}", literal(tag)),
        union.arms.iter().map(|arm| {
            let tags: Vec<String> = arm.tags.iter().map(|tag| literal(tag)).collect();
            let variants: Vec<String> = arm
                .variants
                .iter()
                .map(|index| entry(shape, &union.variants[*index]))
                .collect();
            let key = &union.variants[arm.variants[0]].ident;
            let key = format!("{key}{}", if arm.variants.len() > 1 { "Etc" } else { "" });
            let how = if arm.direct { "direct" } else { "whole" };
            format!(
                "{} => {how} {key} [{}];",
                tags.join(" | "),
                variants.join(", ")
            )
        }),
    );
    section(
        out,
        "objects",
        union
            .objects
            .iter()
            .map(|index| format!("{};", entry(shape, &union.variants[*index]))),
    );
    section(out, "from", conversions(shape, union).into_iter());
    out.push_str("    }\n}\n");
}

/// Has a union of scalars written as the text that stands in a path or a header.
pub(super) fn write_display(name: &str, union: &Union, out: &mut String) {
    out.push_str(&format!(
        "\nimpl std::fmt::Display for {name} {{\n    \
         fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {{\n        \
         match self {{\n"
    ));
    for variant in &union.variants {
        out.push_str(&format!(
            "            Self::{}(value) => std::fmt::Display::fmt(value, f),\n",
            variant.ident
        ));
    }
    out.push_str(
        "            Self::Unknown(serde_json::Value::String(text)) => f.write_str(text),\n            \
         Self::Unknown(value) => std::fmt::Display::fmt(value, f),\n        \
         }\n    \
         }\n\
         }\n",
    );
}

fn held(shape: &Shape, variant: &Variant) -> String {
    let ty = shape.rust(&variant.ty);
    if variant.boxed {
        format!("Box<{ty}>")
    } else {
        ty
    }
}

fn entry(shape: &Shape, variant: &Variant) -> String {
    format!("{}: {}", variant.ident, held(shape, variant))
}

/// Conversions into the union, from types that only one variant holds.
fn conversions(shape: &Shape, union: &Union) -> Vec<String> {
    let mut lines = Vec::new();
    let mut text = false;
    for variant in &union.variants {
        let ty = shape.resolve(&variant.ty);
        let alone = union
            .variants
            .iter()
            .filter(|other| shape.resolve(&other.ty) == ty)
            .count()
            == 1;
        if !alone {
            continue;
        }
        let ident = &variant.ident;
        match ty {
            TypeRef::String => {
                lines.push(format!("&str => {ident} into;"));
                lines.push(format!("String => {ident} plain;"));
                text = true;
            }
            TypeRef::Any | TypeRef::Nullable(_) => {}
            _ => {
                let how = if variant.boxed { "boxed" } else { "plain" };
                lines.push(format!("{} => {ident} {how};", shape.rust(ty)));
            }
        }
    }
    // A union with one enum of strings is made from strings too.
    let enums: Vec<&Variant> = union
        .variants
        .iter()
        .filter(|variant| match shape.resolve(&variant.ty) {
            TypeRef::Named(index) => matches!(shape.types[*index].kind, Kind::OpenEnum(_)),
            _ => false,
        })
        .collect();
    if let ([only], false) = (enums.as_slice(), text) {
        lines.push(format!("&str => {} into;", only.ident));
        lines.push(format!("String => {} into;", only.ident));
    }
    lines
}
