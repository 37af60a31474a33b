//! Taking credentials out of what is kept and shown of a request.

use std::borrow::Cow;

use http::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName, PROXY_AUTHORIZATION};
use oci_genai_auth::redact;
use serde_json::Value;

/// Headers whose names say that they hold no credential, though they look like it.
const HARMLESS: [&str; 3] = ["idempotency-key", "opc-retry-token", "sec-websocket-key"];
/// What is in the name of a header, or of a parameter of a query, that holds a credential.
const SECRET_NAMES: [&str; 8] = [
    "authorization",
    "cookie",
    "credential",
    "key",
    "obo-token",
    "password",
    "secret",
    "token",
];

/// Masks the credential that a request was sent with, and what else is known to be one by its form.
pub(crate) fn mask<'t>(text: &'t str, headers: &HeaderMap) -> Cow<'t, str> {
    let sent: Vec<&str> = [AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE]
        .iter()
        .filter_map(|name| headers.get(name)?.to_str().ok())
        .collect();
    redact::mask(text, &sent)
}

/// Whether a header holds a credential by its name.
pub(crate) fn is_credential(name: &HeaderName) -> bool {
    named_secret(name.as_str()) && !HARMLESS.contains(&name.as_str())
}

fn named_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_NAMES.iter().any(|secret| name.contains(secret))
}

/// A query without the values of parameters that are credentials, otherwise as it came.
pub(crate) fn mask_query(query: &str, headers: &HeaderMap) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) if named_secret(name) => {
            Cow::Owned(format!("{name}={}", hidden(value)))
        }
        Some((name, value)) => {
            Cow::Owned(format!("{}={}", mask(name, headers), mask(value, headers)))
        }
        None => mask(pair, headers),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// Masks the tokens in a body of the identity side.
pub(crate) fn mask_identity(body: &mut Value) {
    mask_members(body, &mut |name, value| {
        if named_secret(name) || redact::is_secret(value) {
            *value = hidden(value);
        }
    });
}

/// Masks the credentials that a request hands on to remote servers of tools.
pub(crate) fn mask_tools(body: &mut Value) {
    let tools = body.get_mut("tools").and_then(Value::as_array_mut);
    for tool in tools.into_iter().flatten() {
        if let Some(Value::String(token)) = tool.get_mut("authorization") {
            *token = hidden(token);
        }
        let headers = tool.get_mut("headers").and_then(Value::as_object_mut);
        for value in headers.into_iter().flat_map(|headers| headers.values_mut()) {
            if let Value::String(value) = value {
                *value = hidden(value);
            }
        }
    }
}

/// What stands in the place of a credential that is known to be one.
fn hidden(value: &str) -> String {
    format!("[{} characters]", value.chars().count())
}

fn mask_members(value: &mut Value, change: &mut impl FnMut(&str, &mut String)) {
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                match member {
                    Value::String(text) => change(name, text),
                    other => mask_members(other, change),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|one| mask_members(one, change)),
        Value::String(text) => change("", text),
        _ => {}
    }
}
