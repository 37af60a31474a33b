//! Turns any OpenAPI 3.0 or 3.1 document into the small dialect the rest of the compiler reads.
//!
//! Each pass is a function from document to document in a file of its own. Afterwards:
//!
//! - a schema is a `$ref` to a component, a scalar, an `array` with `items`, an `object`, a `oneOf`
//!   of at least two such, or empty (anything); `nullable: true` may stand beside any of these;
//! - objects with members, unions and enums are components, and each component has an
//!   `x-rust-name`;
//! - every operation has an id, its parameters in place, one kind of request body, whose parts are
//!   parameters too, its successes by status, and at most one JSON type for failure.

mod all_of;
mod booleans;
mod check;
mod constants;
mod content;
mod hoist;
mod marks;
mod multipart;
mod nulls;
mod operations;
mod parameters;
mod path_query;
mod references;
mod responses;
mod rust_names;
mod shared;
mod split;
mod tolerate;
mod types;
mod unions;

use serde_json::Value;

pub(super) use self::split::FRAGMENTS;

use super::error::Result;
use super::refusals::Refusals;

/// One step: its name and what it does.
pub type Pass = (&'static str, fn(&mut Value) -> Result<()>);

/// All steps in the order they are taken.
pub const PASSES: &[Pass] = &[
    ("tolerate", tolerate::apply),
    ("check", check::apply),
    ("booleans", booleans::apply),
    ("references", references::apply),
    ("shared", shared::apply),
    ("marks", marks::apply),
    ("constants", constants::apply),
    ("types", types::apply),
    ("unions", unions::apply),
    ("nulls", nulls::apply),
    ("hoist", hoist::apply),
    ("all_of", all_of::apply),
    ("content", content::apply),
    ("responses", responses::apply),
    ("path_query", path_query::apply),
    ("parameters", parameters::apply),
    ("multipart", multipart::apply),
    ("operations", operations::apply),
    ("hoist again", hoist::apply),
    ("rust_names", rust_names::apply),
];

/// Takes all steps, without what one of them refuses.
pub(crate) fn lower(mut document: Value, refusals: &mut Refusals) -> Result<Value> {
    refusals.steps(&mut document, PASSES)?;
    Ok(document)
}

/// Takes the steps that write the same schemas in one way, and none that only the generated code needs.
pub(crate) fn normalise(mut document: Value) -> Result<Value> {
    let steps = [
        tolerate::apply,
        check::apply,
        booleans::apply,
        references::apply,
        shared::apply,
        constants::apply,
        types::apply,
        unions::apply,
        nulls::apply,
        all_of::apply,
    ];
    for step in steps {
        step(&mut document)?;
    }
    Ok(document)
}
