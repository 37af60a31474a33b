//! Functions that make credentials, one for each security scheme of the document.

use std::collections::BTreeSet;

use crate::codegen::emit::{doc_comment, literal};
use crate::codegen::names::{snake, unique};
use crate::codegen::shape::{SchemeKind, Shape};

/// Functions that credentials have in any case.
const TAKEN: [&str; 7] = [
    "apply", "basic", "bearer", "clone", "cookie", "header", "query",
];

/// What the functions are called, in the order of the document.
pub(super) fn names(shape: &Shape) -> Vec<String> {
    let mut taken: BTreeSet<String> = TAKEN.iter().map(|name| (*name).to_owned()).collect();
    shape
        .schemes
        .iter()
        .map(|scheme| {
            let name = unique(&snake(&scheme.name), |name| taken.contains(name));
            taken.insert(name.clone());
            name
        })
        .collect()
}

/// The source of `credentials.rs`.
pub(super) fn constructors(shape: &Shape, header: &str) -> String {
    let mut source = format!("{header}//! Credentials as the document names them.\n\n");
    if shape.schemes.is_empty() {
        return source;
    }
    source.push_str("use super::auth::Auth;\nuse super::model::Secret;\n\nimpl Auth {\n");
    for (index, (scheme, name)) in shape.schemes.iter().zip(names(shape)).enumerate() {
        if index > 0 {
            source.push('\n');
        }
        let fallback = format!("The security scheme `{}` of the document.", scheme.name);
        source.push_str(&doc_comment(&scheme.doc, &fallback, "    "));
        let (arguments, made) = match &scheme.kind {
            SchemeKind::Bearer => ("token: impl Into<Secret>", "bearer(token)".to_owned()),
            SchemeKind::Basic => (
                "user: impl Into<String>, password: impl Into<Secret>",
                "basic(user, password)".to_owned(),
            ),
            SchemeKind::Header(wire) => key("header", wire),
            SchemeKind::Query(wire) => key("query", wire),
            SchemeKind::Cookie(wire) => key("cookie", wire),
        };
        source.push_str(&format!(
            "    pub fn {name}({arguments}) -> Self {{\n        Self::{made}\n    }}\n"
        ));
    }
    source.push_str("}\n");
    source
}

fn key(place: &str, wire: &str) -> (&'static str, String) {
    let made = format!("{place}({}, key)", literal(wire));
    ("key: impl Into<Secret>", made)
}
