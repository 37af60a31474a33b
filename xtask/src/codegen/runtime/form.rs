//! Bodies of `application/x-www-form-urlencoded`.

use serde::Serialize;
use serde_json::Value;

/// How a member that is a list or an object is written.
#[derive(Clone, Copy)]
#[allow(dead_code, reason = "a document uses some of these only")]
pub(crate) enum Style {
    /// Lists as a pair for each value, objects as a pair for each of their members.
    Form,
    /// Values with commas between them.
    Commas,
    /// Values with spaces between them.
    Spaces,
    /// Values with `|` between them.
    Pipes,
    /// `name[member]=value`, and `name[0]=value` for lists, however deep.
    Brackets,
}

/// The pairs of a parameter in a query. There are none for what is left out.
///
/// # Errors
///
/// Says so when the value is no JSON.
#[allow(dead_code, reason = "a document uses some of these only")]
pub(crate) fn query(
    name: &str,
    value: &(impl Serialize + ?Sized),
    style: Style,
) -> Result<Vec<(String, String)>, String> {
    let mut pairs = Vec::new();
    match serde_json::to_value(value) {
        Ok(Value::Null) => {}
        Ok(value) => member(name.to_owned(), value, style, &mut pairs),
        Err(error) => return Err(format!("`{name}` cannot be in a query: {error}")),
    }
    Ok(pairs)
}

/// Writes an object as a form. Members without a style are written as [`Style::Form`].
///
/// # Errors
///
/// Says so when the value is no object.
#[allow(dead_code, reason = "a document uses some of these only")]
pub(crate) fn encode(
    body: &(impl Serialize + ?Sized),
    styles: &[(&str, Style)],
) -> Result<String, String> {
    let failed = |error: &dyn std::fmt::Display| format!("the body cannot be a form: {error}");
    let mut pairs = Vec::new();
    match serde_json::to_value(body).map_err(|error| failed(&error))? {
        Value::Object(members) => {
            for (name, value) in members {
                let style = styles.iter().find(|(known, _)| *known == name);
                member(
                    name,
                    value,
                    style.map_or(Style::Form, |style| style.1),
                    &mut pairs,
                );
            }
        }
        Value::Null => {}
        _ => return Err(failed(&"it is no object")),
    }
    serde_urlencoded::to_string(pairs).map_err(|error| failed(&error))
}

type Pairs = Vec<(String, String)>;

fn member(name: String, value: Value, style: Style, pairs: &mut Pairs) {
    let separator = match style {
        Style::Brackets => return brackets(name, value, pairs),
        Style::Form => None,
        Style::Commas => Some(","),
        Style::Spaces => Some(" "),
        Style::Pipes => Some("|"),
    };
    match (value, separator) {
        (Value::Array(list), None) => {
            for (index, value) in list.into_iter().enumerate() {
                if value.is_object() || value.is_array() {
                    brackets(format!("{name}[{index}]"), value, pairs);
                } else {
                    pairs.push((name.clone(), text(value)));
                }
            }
        }
        (Value::Object(members), None) => {
            for (name, value) in members {
                brackets(name, value, pairs);
            }
        }
        (Value::Array(list), Some(separator)) => {
            let texts: Vec<String> = list.into_iter().map(text).collect();
            pairs.push((name, texts.join(separator)));
        }
        (Value::Object(members), Some(separator)) => {
            let texts = members
                .into_iter()
                .flat_map(|(name, value)| [name, text(value)]);
            pairs.push((name, texts.collect::<Vec<_>>().join(separator)));
        }
        (scalar, _) => pairs.push((name, text(scalar))),
    }
}

fn brackets(name: String, value: Value, pairs: &mut Pairs) {
    match value {
        Value::Array(list) => {
            for (index, value) in list.into_iter().enumerate() {
                brackets(format!("{name}[{index}]"), value, pairs);
            }
        }
        Value::Object(members) => {
            for (member, value) in members {
                brackets(format!("{name}[{member}]"), value, pairs);
            }
        }
        scalar => pairs.push((name, text(scalar))),
    }
}

/// A value as text: nothing for null, JSON for what has structure.
fn text(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    }
}
