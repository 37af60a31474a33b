//! Enums of strings.

use super::{doc_comment, literal};
use crate::codegen::shape::EnumValue;

pub(super) fn write(name: &str, values: &[EnumValue], out: &mut String) {
    out.push_str("#[derive(Clone, Debug, PartialEq, Eq, Hash)]\n#[non_exhaustive]\n");
    out.push_str(&format!("pub enum {name} {{\n"));
    for value in values {
        out.push_str(&doc_comment(&value.doc, "", "    "));
        out.push_str(&format!("    {},\n", value.ident));
    }
    out.push_str("    /// A value this version of the contract does not name.\n");
    out.push_str("    Other(String),\n}\n\n");
    out.push_str(&format!("open_enum! {{\n    {name} {{\n"));
    for value in values {
        out.push_str(&format!(
            "        {} = {},\n",
            value.ident,
            literal(&value.wire)
        ));
    }
    out.push_str("    }\n}\n");
}
