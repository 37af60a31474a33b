//! Extracts the error object or the text from an error body.

use oci_genai_auth::redact;
use serde_json::Value;

/// Characters of an error body that is not JSON, shown as the message.
pub(super) const MAX_TEXT: usize = 500;

/// Returns whether a value is an error, in any of the known shapes of error bodies.
pub(crate) fn is_error(value: &Value) -> bool {
    if let Value::Array(list) = value {
        return list.first().is_some_and(is_error);
    }
    let has = |name: &str| match value.get(name) {
        Some(Value::Object(members)) => !members.is_empty(),
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Number(_)) => true,
        Some(Value::Array(list)) => matches!(name, "errors" | "detail") && !list.is_empty(),
        _ => false,
    };
    let in_words = ["message", "detail"].into_iter().any(has);
    let is_success = has("id") || has("object");
    has("error")
        || (!is_success && has("errors"))
        || (in_words && !is_success && (has("code") || has("detail")))
}

/// Returns the JSON of an error response. Accepts a byte order mark before it, the rest of an event
/// stream after it, and JSON inside the data of an event stream.
pub(super) fn json_in(text: &str) -> Option<Value> {
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    let first = |text: &str| {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
        let value = values.next()?.ok()?;
        let rest = text.get(values.byte_offset()..)?.trim_start();
        let is_rest_of_stream = ["data:", "event:", ":"]
            .iter()
            .any(|field| rest.starts_with(field));
        (rest.is_empty() || is_rest_of_stream).then_some(value)
    };
    if ["data:", "event:", "id:", "retry:", ":"]
        .iter()
        .any(|field| text.starts_with(field))
    {
        let data = text.lines().filter_map(|line| line.strip_prefix("data:"));
        return data
            .filter_map(|data| first(data.trim_start()))
            .find(|value| value.is_object() || value.is_array());
    }
    first(text)
}

/// The words in a member that explains an error: text, or an object or a list that has some.
pub(super) fn explanation(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        Value::Array(list) => {
            let texts: Vec<String> = list.iter().filter_map(explanation).collect();
            texts.join("; ")
        }
        Value::Object(members) => {
            let mut names = ["message", "msg", "detail", "text"].into_iter();
            let within = names.find_map(|name| explanation(members.get(name)?));
            within.unwrap_or_else(|| value.to_string())
        }
        other => other.to_string(),
    };
    (!text.is_empty()).then_some(text)
}

pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Null => None,
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Array(_) | Value::Object(_) => Some(value.to_string()),
    }
}

/// Removes user name, password, query and fragment from a URL or path, because they may be secrets.
pub(super) fn without_secrets(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let (scheme, rest) = match url[..end].split_once("//") {
        Some((scheme, rest)) => (format!("{scheme}//"), rest),
        None => (String::new(), &url[..end]),
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = match authority.rsplit_once('@') {
        Some((_, host)) if !scheme.is_empty() => host,
        _ => authority,
    };
    redact::shown(&format!("{scheme}{host}{path}")).to_string()
}

/// Returns plain text unchanged and HTML without its markup, cut to [`MAX_TEXT`].
pub(super) fn plain_text(text: &str) -> String {
    let trimmed = text.trim();
    let visible = if trimmed.starts_with('<') {
        without_markup(trimmed)
    } else {
        trimmed.to_owned()
    };
    match visible.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => format!("{}…", &visible[..end]),
        None => visible,
    }
}

fn without_markup(html: &str) -> String {
    let mut words = String::new();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        words.push_str(&rest[..open]);
        words.push(' ');
        let tag = &rest[open..];
        // The contents of these elements are not text.
        let end = ["style", "script"]
            .iter()
            .find(|name| {
                tag.get(1..=name.len())
                    .is_some_and(|found| found.eq_ignore_ascii_case(name))
            })
            .and_then(|name| tag.find(&format!("</{name}")))
            .unwrap_or(0);
        rest = match tag[end..].find('>') {
            Some(close) => &tag[end + close + 1..],
            None => "",
        };
    }
    words.push_str(rest);
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}
