//! How requests are authenticated.

use serde_json::Value;

use super::answers::is_header_text;
use super::{Scheme, SchemeKind};
use crate::codegen::document::text;

/// The schemes that a client can carry out. Client certificates are an affair of the connection.
pub(super) fn build(document: &Value) -> Vec<Scheme> {
    let schemes = document
        .pointer("/components/securitySchemes")
        .and_then(Value::as_object);
    let schemes = schemes.into_iter().flatten();
    schemes
        .filter_map(|(name, scheme)| {
            Some(Scheme {
                name: name.clone(),
                doc: text(scheme, "description").unwrap_or_default().to_owned(),
                kind: kind(scheme)?,
            })
        })
        .collect()
}

fn kind(scheme: &Value) -> Option<SchemeKind> {
    match text(scheme, "type")? {
        "http" => match text(scheme, "scheme")?.to_ascii_lowercase().as_str() {
            "bearer" => Some(SchemeKind::Bearer),
            "basic" => Some(SchemeKind::Basic),
            _ => None,
        },
        "oauth2" | "openIdConnect" => Some(SchemeKind::Bearer),
        "apiKey" => {
            let name = text(scheme, "name")?.to_owned();
            match text(scheme, "in")? {
                "header" if is_token(&name) => Some(SchemeKind::Header(name.to_ascii_lowercase())),
                "query" if !name.is_empty() => Some(SchemeKind::Query(name)),
                "cookie" if is_token(&name) => Some(SchemeKind::Cookie(name)),
                _ => None,
            }
        }
        _ => None,
    }
}

fn is_token(name: &str) -> bool {
    is_header_text(name)
        && !name.contains([
            ' ', '"', '(', ')', ',', '/', ':', ';', '<', '=', '>', '?', '@', '[', '\\', ']', '{',
            '}',
        ])
}

/// Whether the document knows credentials at all.
pub(super) fn is_asked_for(document: &Value) -> bool {
    document
        .pointer("/components/securitySchemes")
        .and_then(Value::as_object)
        .is_some_and(|schemes| !schemes.is_empty())
}

/// The first server, with the defaults of its variables.
pub(super) fn base_url(document: &Value) -> Option<String> {
    let server = document.pointer("/servers/0")?;
    let mut url = text(server, "url")?.to_owned();
    let variables = server.get("variables").and_then(Value::as_object);
    for (name, variable) in variables.into_iter().flatten() {
        url = url.replace(&format!("{{{name}}}"), text(variable, "default")?);
    }
    let whole = url.starts_with("https://") || url.starts_with("http://");
    let plain = is_header_text(&url) && !url.contains(['{', '}', ' ']);
    (whole && plain).then(|| url.trim_end_matches('/').to_owned())
}
