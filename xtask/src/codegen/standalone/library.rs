//! The root of a generated crate. What stands between two marks is made again each time; the rest is its owner's.

use super::runtime::{has_forms, has_multipart};
use crate::codegen::shape::Shape;

const BEGIN: &str =
    "// BEGIN GENERATED: `cargo xtask codegen` replaces what stands before the line END GENERATED.";
const END: &str = "// END GENERATED";

/// The source of `lib.rs` for a new crate.
pub(super) fn source(shape: &Shape) -> String {
    let title = shape.title.replace('\n', " ");
    let allowed = if has_other_alphabets(shape) {
        "#![allow(\n    confusable_idents,\n    mixed_script_confusables,\n    non_ascii_idents,\n    \
         uncommon_codepoints,\n    reason = \"names are the document's\"\n)]\n\n"
    } else {
        ""
    };
    format!(
        "//! Low-level client of {title}, made from its OpenAPI document.\n//!\n\
         //! [`Client`] has a function for each operation. It returns a request, which takes what may be\n\
         //! left out and is sent by `send`. The types of what is sent and received are in [`types`].\n\n\
         {BEGIN}\n{allowed}#[rustfmt::skip]\nmod generated;\n\npub use generated::*;\n{END}\n"
    )
}

/// The source of the generated module's root.
pub(super) fn index(shape: &Shape, header: &str) -> String {
    let form = if has_forms(shape) { "mod form;\n" } else { "" };
    let (multipart, parts) = match has_multipart(shape) {
        true => (
            "mod multipart;\n",
            "pub use self::multipart::{File, Replay};\n",
        ),
        false => ("", ""),
    };
    format!(
        "{header}//! What is made from the OpenAPI document, and what that needs.\n\n\
         #![allow(clippy::all, reason = \"the document decides on names and types\")]\n\n\
         #[macro_use]\nmod model;\nmod auth;\nmod client;\nmod credentials;\n{form}{multipart}\
         pub mod operations;\nmod transport;\npub mod types;\n\n\
         pub use progenitor_client::{{ByteStream, ClientInfo, Error, ResponseValue}};\n\n\
         pub use self::auth::Auth;\npub use self::client::Client;\n\
         pub use self::model::{{Defect, DefectKind, Extra, Secret, Tolerant, Unknown, read}};\n{parts}\
         pub use self::transport::{{\n    Body, BoxError, HttpClient, Operation, ResponseFuture, \
         TRANSPORT_FAILURE_STATUS, Transport,\n    TransportError, any_body, into_transport_error,\n}};\n"
    )
}

fn has_other_alphabets(shape: &Shape) -> bool {
    use crate::codegen::shape::Kind;
    let types = shape.types.iter().any(|ty| {
        let inner = match &ty.kind {
            Kind::Object(object) => {
                object.fields.iter().any(|field| !field.ident.is_ascii())
                    || object.constants.iter().any(|it| !it.ident.is_ascii())
            }
            Kind::OpenEnum(values) => values.iter().any(|value| !value.ident.is_ascii()),
            Kind::Union(union) => union.variants.iter().any(|it| !it.ident.is_ascii()),
            Kind::Alias(_) => false,
        };
        inner || !ty.name.is_ascii()
    });
    let operations = shape.operations.iter().any(|operation| {
        let parameters = &operation.parameters;
        !operation.id.is_ascii() || parameters.iter().any(|it| !it.ident.is_ascii())
    });
    types || operations || shape.schemes.iter().any(|scheme| !scheme.name.is_ascii())
}

/// The `lib.rs` that is there, with what is between the marks replaced by that of a new one.
///
/// # Errors
///
/// When the marks are not there.
pub(super) fn merge(there: &str, new: &str) -> Result<String, String> {
    let hint = format!(
        "put the lines `{BEGIN}` and `{END}` around what was generated, or remove the file"
    );
    let (before, rest) = there
        .split_once(BEGIN)
        .ok_or_else(|| format!("the mark `BEGIN GENERATED` is missing; hint: {hint}"))?;
    let (_, after) = rest
        .split_once(END)
        .ok_or_else(|| format!("the mark `END GENERATED` is missing; hint: {hint}"))?;
    let section = new
        .split_once(BEGIN)
        .and_then(|(_, rest)| rest.split_once(END))
        .map_or("", |(section, _)| section);
    Ok(format!("{before}{BEGIN}{section}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_is_replaced() {
        let there = format!("//! Mine.\n{BEGIN}\nold\n{END}\nmod mine;\n");
        let new = format!("//! New.\n{BEGIN}\nnew\n{END}\n");
        assert_eq!(
            merge(&there, &new).unwrap(),
            format!("//! Mine.\n{BEGIN}\nnew\n{END}\nmod mine;\n")
        );
        for broken in ["mod mine;".to_owned(), format!("{BEGIN}\nold\n")] {
            let error = merge(&broken, &new).unwrap_err();
            assert!(error.contains("is missing; hint: put the lines"), "{error}");
        }
    }
}
