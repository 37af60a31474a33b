//! The client: progenitor writes its functions, and what it writes is brought into shape.
//!
//! Progenitor sees a skeleton of the document only: operations and parameters under made-up names,
//! every type a replaced one. So nothing in a document can collide with what progenitor does to
//! names, and no schema can reach the parts of it that give up.

mod rewrite;
mod skeleton;

use std::panic::{AssertUnwindSafe, catch_unwind};

use progenitor_impl::{GenerationSettings, Generator, HooksMode, InterfaceStyle};

use super::error::{Error, Result};
use super::shape::Shape;

/// The source of `operations.rs`, without its header.
pub(crate) fn operations(shape: &Shape) -> Result<String> {
    let tokens = match run(shape, &all(shape)) {
        Ok(tokens) => tokens,
        Err(reason) => return Err(blame(shape, reason)),
    };
    let file = rewrite::rewrite(shape, tokens)?;
    Ok(prettyplease::unparse(&file))
}

fn all(shape: &Shape) -> Vec<usize> {
    (0..shape.operations.len()).collect()
}

/// Runs progenitor on some of the operations. A panic is returned as its message.
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
        // Of hooks, which are taken out again, this writes the least.
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

/// Runs something that may panic, without the panic being printed.
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
            .unwrap_or_else(|| "it panicked".to_owned())
    })
}

/// Finds the operation progenitor fails on by giving it one at a time.
fn blame(shape: &Shape, reason: String) -> Error {
    for (index, operation) in shape.operations.iter().enumerate() {
        if let Err(reason) = run(shape, &[index]) {
            return Error::new(
                &operation.pointer,
                format!("progenitor cannot make `{}`: {reason}", operation.id),
                "simplify the operation's parameters and answers, or leave it out",
            );
        }
    }
    Error::new(
        "#/paths",
        format!("progenitor cannot make the operations: {reason}"),
        "simplify the operations",
    )
}
