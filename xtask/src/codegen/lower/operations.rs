//! Gives every operation an id that is a Rust name and occurs once.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::codegen::document::{for_each_operation, text};
use crate::codegen::error::Result;
use crate::codegen::names::{snake, unique};

/// Methods every client has.
const TAKEN: [&str; 8] = [
    "new",
    "with_auth",
    "new_with_client",
    "with_transport",
    "baseurl",
    "client",
    "inner",
    "clone",
];

pub(super) fn apply(document: &mut Value) -> Result<()> {
    let mut taken: BTreeSet<String> = TAKEN.iter().map(|name| (*name).to_owned()).collect();
    for_each_operation(document, &mut |_, path, method, operation| {
        let wanted = text(operation, "x-rust-name")
            .or_else(|| text(operation, "operationId"))
            .map_or_else(|| snake(&format!("{method} {path}")), snake);
        let id = unique(&wanted, |name| taken.contains(name));
        taken.insert(id.clone());
        operation["operationId"] = id.into();
        Ok(())
    })
}
