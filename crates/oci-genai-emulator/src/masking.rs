//! Masking of credentials in recorded requests.

use std::borrow::Cow;

use http::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName, PROXY_AUTHORIZATION};
use oci_genai_auth::redact;
use serde_json::Value;

/// Headers without a credential whose names look as if they had one.
const HARMLESS: [&str; 3] = ["idempotency-key", "opc-retry-token", "sec-websocket-key"];
/// Parts of the names of headers and query parameters that hold a credential.
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

/// Masks the credential that a request was sent with, and other text that looks like a credential.
pub(crate) fn mask<'t>(text: &'t str, headers: &HeaderMap) -> Cow<'t, str> {
    let sent: Vec<&str> = [AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE]
        .iter()
        .filter_map(|name| headers.get(name)?.to_str().ok())
        .collect();
    redact::mask(text, &sent)
}

/// Returns true if a header's name says that it holds a credential.
pub(crate) fn is_credential(name: &HeaderName) -> bool {
    named_secret(name.as_str()) && !HARMLESS.contains(&name.as_str())
}

fn named_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_NAMES.iter().any(|secret| name.contains(secret))
}

/// Masks the values of query parameters that are credentials.
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

/// Masks the tokens in a body of the identity endpoints.
pub(crate) fn mask_identity(body: &mut Value) {
    mask_members(body, &mut |name, value| {
        if named_secret(name) || redact::is_secret(value) {
            *value = hidden(value);
        }
    });
}

/// Masks the credentials that a request passes on to remote tool servers.
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

/// Returns the replacement of a known credential.
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
