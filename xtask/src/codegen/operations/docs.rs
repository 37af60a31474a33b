//! Documentation of an operation.

use syn::Attribute;

use super::documented;
use crate::codegen::shape::{Operation, Shape, TypeRef};

/// Returns the doc attributes: description, request line, required arguments and errors.
pub(crate) fn documentation(
    shape: &Shape,
    operation: &Operation,
    is_argument: impl Fn(&str) -> bool,
) -> Vec<Attribute> {
    let mut text = operation.doc.clone();
    if !text.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(&format!("Sends `{}`.", sent(operation)));
    if let Some(server) = &operation.server {
        text.push_str(&format!(
            "\n\nThe document has this operation at `{server}`: use a client with that base URL."
        ));
    }
    let arguments: Vec<String> = operation
        .parameters
        .iter()
        .filter(|parameter| is_argument(&parameter.ident) && !parameter.doc.trim().is_empty())
        .map(|parameter| {
            let words = parameter.doc.trim().replace("\n\n", " ").replace('\n', " ");
            format!("- `{}`: {words}", parameter.ident)
        })
        .collect();
    if !arguments.is_empty() {
        text.push_str("\n\nArguments:\n\n");
        text.push_str(&arguments.join("\n"));
    }
    if let Some(TypeRef::Named(index)) = &operation.failure_type {
        text.push_str(&format!(
            "\n\n# Errors\n\nA refusal by the service comes as \
             `Error::ErrorResponse` with its `{}`.",
            shape.types[*index].name
        ));
    }
    if operation.deprecated {
        text.push_str("\n\nDeprecated.");
    }
    documented(&text)
}

/// Returns the method, path and fixed query.
pub(crate) fn sent(operation: &Operation) -> String {
    let query: Vec<String> = operation
        .query
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!(
        "{} {}{}{}",
        operation.method.to_uppercase(),
        operation.path,
        if query.is_empty() { "" } else { "?" },
        query.join("&")
    )
}
