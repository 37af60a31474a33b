//! One kind of request body per operation, and one kind of response per success. What else there can be becomes an
//! operation of its own.

use serde_json::{Map, Value, json};

use super::split;
use crate::codegen::document::{for_each_operation, join};
use crate::codegen::error::{Error, Result};

const JSON: &str = "application/json";
pub(super) const FORM: &str = "application/x-www-form-urlencoded";
pub(super) const MULTIPART: &str = "multipart/form-data";

pub(super) fn apply(document: &mut Value) -> Result<()> {
    split::multipart(document);
    for_each_operation(document, &mut |pointer, _, _, operation| {
        if let Some(body) = operation.get_mut("requestBody") {
            one_body(body, &join(pointer, "requestBody"))?;
            if body
                .get("content")
                .and_then(Value::as_object)
                .is_none_or(Map::is_empty)
                && let Some(members) = operation.as_object_mut()
            {
                members.shift_remove("requestBody");
            }
        }
        if let Some(Value::Object(responses)) = operation.get_mut("responses") {
            for response in responses.values_mut() {
                name_json(response);
            }
        }
        Ok(())
    })?;
    split::streams(document);
    Ok(())
}

pub(super) fn is_json(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json") || kind.ends_with("+json")
}

/// JSON of any kind is called `application/json`, with its own type in `x-media` if that is another; without a schema it
/// is anything.
fn name_json(holder: &mut Value) {
    let Some(Value::Object(content)) = holder.get_mut("content") else {
        return;
    };
    // A range of types comes last: nobody can send it.
    let kinds = content.keys().filter(|kind| is_json(kind));
    let rank = |kind: &&String| (plain(kind) != JSON, kind.contains('*'));
    let Some(kind) = kinds.min_by_key(rank).cloned() else {
        return;
    };
    let mut media = content.shift_remove(&kind).unwrap_or_default();
    content.retain(|kind, _| !is_json(kind));
    if !media.is_object() {
        media = json!({});
    }
    if media.get("schema").is_none() {
        media["schema"] = json!({});
    }
    if let Some(members) = media.as_object_mut() {
        members.shift_remove("encoding");
    }
    content.insert(JSON.into(), media);
    let own = plain(&kind);
    if own != JSON && !own.contains('*') {
        holder["x-media"] = own.into();
    }
}

fn one_body(body: &mut Value, pointer: &str) -> Result<()> {
    name_json(body);
    let Some(Value::Object(content)) = body.get_mut("content") else {
        return Ok(());
    };
    let kinds: Vec<String> = content.keys().cloned().collect();
    let wanted = [
        "application/json",
        FORM,
        MULTIPART,
        "application/octet-stream",
        "text/plain",
    ];
    // Without a schema, nobody knows what the parts are.
    let is_usable = |kind: &str| {
        let has_schema = content
            .get(kind)
            .is_some_and(|it| it.get("schema").is_some());
        plain(kind) != MULTIPART || has_schema || kinds.len() == 1
    };
    let chosen = wanted.iter().find_map(|wanted| {
        kinds
            .iter()
            .find(|kind| plain(kind) == *wanted && is_usable(kind))
    });
    // What is of no kind that is known goes as the bytes that it is.
    let is_single = |kind: &&String| !plain(kind).starts_with("multipart/");
    let Some(chosen) = chosen.or_else(|| kinds.iter().find(is_single)) else {
        if kinds.is_empty() {
            return Ok(());
        }
        return Err(Error::new(
            join(pointer, "content"),
            format!("no code can be made for bodies of {}", kinds.join(", ")),
            "offer multipart/form-data or a type of one part, or leave the operation out",
        ));
    };
    let media = content.get(chosen).cloned().unwrap_or_default();
    let kind = plain(chosen);
    let schema = match kind.as_str() {
        "text/plain" => json!({"type": "string"}),
        "application/json" | FORM | MULTIPART => {
            media.get("schema").cloned().unwrap_or_else(|| json!({}))
        }
        _ => json!({"type": "string", "format": "binary"}),
    };
    let mut only = json!({ &kind: { "schema": schema } });
    if (kind == FORM || kind == MULTIPART)
        && let Some(encoding) = media.get("encoding")
    {
        only[&kind]["encoding"] = encoding.clone();
    }
    body["content"] = only;
    Ok(())
}

/// A media type without its parameters.
pub(super) fn plain(kind: &str) -> String {
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.to_ascii_lowercase()
}
