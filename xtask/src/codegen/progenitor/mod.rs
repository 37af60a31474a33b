//! Generates the operations of the committed client with progenitor, and adapts its output.
//!
//! Progenitor gets a skeleton of the document: operations and parameters under placeholder names, and
//! every type as a replaced one. No name in a document can collide with progenitor's own, and no
//! schema reaches the parts of progenitor that reject it. An operation that progenitor cannot express
//! (a body that is not JSON, several types of success) is an error here; crates of other documents
//! get such operations from [`operations`](super::operations).

mod rewrite;
mod skeleton;

use std::panic::{AssertUnwindSafe, catch_unwind};

use progenitor_impl::{GenerationSettings, Generator, HooksMode, InterfaceStyle};

use super::document::join;
use super::error::{Error, Result};
use super::shape::{BodyKind, Operation, Shape};

/// Returns the source of `operations.rs`, without its header.
pub(crate) fn operations(shape: &Shape) -> Result<String> {
    for operation in &shape.operations {
        check(operation)?;
    }
    let tokens = match run(shape, &all(shape)) {
        Ok(tokens) => tokens,
        Err(reason) => return Err(blame(shape, reason)),
    };
    let file = rewrite::rewrite(shape, tokens)?;
    Ok(prettyplease::unparse(&file))
}

/// Rejects an operation that progenitor cannot express.
fn check(operation: &Operation) -> Result<()> {
    let body = operation.body.as_ref();
    let problem = if body.is_some_and(|body| !matches!(body.kind, BodyKind::Json(_, None))) {
        "has a body that is not JSON"
    } else if body.is_some_and(|body| !body.required) {
        "has an optional body"
    } else if operation.only_answer().is_none() {
        "has no success, or successes of several types"
    } else if operation
        .parameters
        .iter()
        .any(|parameter| parameter.style.is_some())
    {
        "has an object in its query"
    } else {
        return Ok(());
    };
    Err(Error::new(
        pointer(operation),
        format!(
            "`{}` {problem}, which progenitor cannot express",
            operation.id
        ),
        "simplify the operation, or generate a crate with --out, which supports it",
    ))
}

/// Returns the place of an operation in the document.
fn pointer(operation: &Operation) -> String {
    join(&join("#/paths", &operation.path), &operation.method)
}

fn all(shape: &Shape) -> Vec<usize> {
    (0..shape.operations.len()).collect()
}

/// Runs progenitor on some of the operations. Returns a panic as its message.
fn run(
    shape: &Shape,
    operations: &[usize],
) -> std::result::Result<proc_macro2::TokenStream, String> {
    let skeleton = skeleton::build(shape, operations);
    let document: openapiv3::OpenAPI =
        serde_json::from_value(skeleton.document).map_err(|error| error.to_string())?;
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Positional)
        // The hooks are removed afterwards; this mode writes the least of them.
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote::quote!(crate::Transport))
        .with_map_type("::std::collections::BTreeMap");
    for (name, rust) in &skeleton.replacements {
        settings.with_replacement(name, format!("crate::types::{rust}"), std::iter::empty());
    }
    let generate = || Generator::new(&settings).generate_tokens(&document);
    match quietly(generate) {
        Ok(Ok(tokens)) => Ok(tokens),
        Ok(Err(error)) => Err(error.to_string()),
        Err(panic) => Err(panic),
    }
}

/// Runs code that may panic without printing the panic.
fn quietly<T>(f: impl FnOnce() -> T) -> std::result::Result<T, String> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let outcome = catch_unwind(AssertUnwindSafe(f));
    std::panic::set_hook(hook);
    outcome.map_err(|panic| {
        panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_else(|| "panicked without a message".to_owned())
    })
}

/// Finds the operation that progenitor fails on by running it on one at a time.
fn blame(shape: &Shape, reason: String) -> Error {
    for (index, operation) in shape.operations.iter().enumerate() {
        if let Err(reason) = run(shape, &[index]) {
            return Error::new(
                pointer(operation),
                format!("progenitor failed on `{}`: {reason}", operation.id),
                "simplify the parameters and responses of the operation, or remove it",
            );
        }
    }
    Error::new(
        "#/paths",
        format!("progenitor failed: {reason}"),
        "simplify the operations",
    )
}
