//! Bodies of requests.

use serde_json::Value;

use super::answers::is_header_text;
use super::build::Builder;
use super::{Body, BodyKind, FormStyle};
use crate::codegen::document::{flag, join, text};
use crate::codegen::error::Result;

/// The media type of forms.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// The media type of bytes that are of no other.
const BYTES: &str = "application/octet-stream";

pub(super) fn build(
    builder: &Builder<'_>,
    operation: &Value,
    pointer: &str,
) -> Result<Option<Body>> {
    let Some(body) = operation.get("requestBody") else {
        return Ok(None);
    };
    let content = body.get("content").and_then(Value::as_object);
    let Some((media, holder)) = content.and_then(|content| content.iter().next()) else {
        return Ok(None);
    };
    let schema = holder.get("schema").cloned().unwrap_or_default();
    let pointer = join(pointer, "requestBody");
    let kind = match media.as_str() {
        "application/json" => {
            let own = text(body, "x-media").filter(|media| is_header_text(media));
            let ty = builder.nullable_ref(&schema, &pointer)?;
            BodyKind::Json(ty, own.map(str::to_owned))
        }
        FORM => BodyKind::Form(builder.nullable_ref(&schema, &pointer)?, styles(holder)),
        "multipart/form-data" => BodyKind::Multipart,
        // A range of types says nothing of a body.
        media if is_header_text(media) && !media.contains('*') => BodyKind::Bytes(media.to_owned()),
        _ => BodyKind::Bytes(BYTES.to_owned()),
    };
    Ok(Some(Body {
        kind,
        required: flag(body, "required"),
    }))
}

/// The styles of a form's members.
fn styles(holder: &Value) -> Vec<(String, FormStyle)> {
    let encodings = holder.get("encoding").and_then(Value::as_object);
    encodings
        .into_iter()
        .flatten()
        .map(|(name, encoding)| (name.clone(), style(encoding)))
        .collect()
}

/// The style that a document gives.
pub(super) fn style(said: &Value) -> FormStyle {
    let style = text(said, "style").unwrap_or("form");
    let explode = said.get("explode").and_then(Value::as_bool);
    match (style, explode.unwrap_or(style == "form")) {
        ("deepObject", _) => FormStyle::Brackets,
        ("spaceDelimited", false) => FormStyle::Spaces,
        ("pipeDelimited", false) => FormStyle::Pipes,
        ("form", false) => FormStyle::Commas,
        _ => FormStyle::Form,
    }
}
