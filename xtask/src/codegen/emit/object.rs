//! Structs for objects.

use super::{doc_comment, literal, section};
use crate::codegen::shape::{Field, Object, Presence, Shape, TypeRef};

pub(super) fn write(shape: &Shape, name: &str, object: &Object, out: &mut String) {
    out.push_str("#[derive(Clone, Debug, PartialEq)]\n#[non_exhaustive]\n");
    out.push_str(&format!("pub struct {name} {{\n"));
    for field in &object.fields {
        out.push_str(&doc_comment(&field.doc, "", "    "));
        if field.deprecated {
            out.push_str("    ///\n    /// Deprecated.\n");
        }
        out.push_str(&format!(
            "    pub {}: {},\n",
            field.ident,
            field_type(shape, field)
        ));
    }
    out.push_str("    /// Members that this version of the contract does not name.\n");
    out.push_str("    pub extra: Extra,\n}\n\n");

    out.push_str(&format!("object! {{\n    {name} {{\n"));
    section(
        out,
        "constants",
        object.constants.iter().map(|constant| {
            format!(
                "{}: {} = {};",
                constant.ident,
                literal(&constant.wire),
                literal(&constant.value),
            )
        }),
    );
    for (title, presence) in [
        ("required", Presence::Required),
        ("nullable", Presence::Nullable),
        ("optional", Presence::Optional),
    ] {
        let fields = object
            .fields
            .iter()
            .filter(|field| field.presence == presence);
        section(
            out,
            title,
            fields.map(|field| {
                let (kind, ty) = kind(shape, field);
                format!("{kind} {}: {ty} = {};", field.ident, literal(&field.wire))
            }),
        );
    }
    out.push_str("    }\n}\n");
}

fn field_type(shape: &Shape, field: &Field) -> String {
    let ty = shape.rust(&field.ty);
    let ty = if field.boxed {
        format!("Box<{ty}>")
    } else {
        ty
    };
    match field.presence {
        Presence::Required => ty,
        Presence::Nullable | Presence::Optional => format!("Option<{ty}>"),
    }
}

/// How the macro is to treat a field, and the type it needs to know for that.
fn kind(shape: &Shape, field: &Field) -> (&'static str, String) {
    match shape.resolve(&field.ty) {
        TypeRef::Integer => ("int", "i64".to_owned()),
        TypeRef::Unsigned => ("uint", "u64".to_owned()),
        TypeRef::List(item) => ("list", shape.rust(item)),
        TypeRef::Map(value) => ("map", shape.rust(value)),
        _ if field.boxed => ("plain", format!("Box<{}>", shape.rust(&field.ty))),
        _ => ("plain", shape.rust(&field.ty)),
    }
}
