//! Gives every operation an id that is a Rust name and occurs once, and notes those that are at another server.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::codegen::document::{for_each_operation, join, note, text};
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
    let usual = document.get("servers").cloned().unwrap_or_default();
    let mut elsewhere = Vec::new();
    for_each_operation(document, &mut |pointer, path, method, operation| {
        let wanted = text(operation, "x-rust-name")
            .or_else(|| text(operation, "operationId"))
            .map_or_else(|| snake(&format!("{method} {path}")), snake);
        let id = unique(&wanted, |name| taken.contains(name));
        taken.insert(id.clone());
        operation["operationId"] = id.into();
        let server = operation.pointer("/servers/0/url").and_then(Value::as_str);
        if let Some(server) = server.filter(|server| !has(&usual, server)) {
            elsewhere.push((pointer.to_owned(), server.to_owned()));
            let server = server.to_owned();
            operation["x-server"] = server.into();
        }
        Ok(())
    })?;
    for (pointer, server) in elsewhere {
        let words = format!(
            "this operation is at {server}; make a second client with that base URL for it"
        );
        note(document, &join(&pointer, "servers"), &words);
    }
    Ok(())
}

/// Whether a list of servers has one of this URL.
fn has(servers: &Value, url: &str) -> bool {
    let mut servers = servers.as_array().into_iter().flatten();
    servers.any(|server| text(server, "url") == Some(url))
}
