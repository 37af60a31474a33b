//! Parameters become what a Rust function can take: scalars, lists of scalars in a query, and named
//! types. Objects in a query become one parameter per member; what the transport sets is left out.

use serde_json::{Value, json};

use crate::codegen::document::{
    apart, flag, for_each_operation, join, note, ref_name, schemas, split_path, text,
};
use crate::codegen::error::{Error, Result};

pub(super) fn apply(document: &mut Value) -> Result<()> {
    let mut cookies = Vec::new();
    apart(document, |document, source| {
        for_each_operation(document, &mut |pointer, path, _, operation| {
            one(operation, path, pointer, source, &mut cookies)
        })
    })?;
    for (pointer, cookie) in cookies {
        let name = text(&cookie, "name").unwrap_or_default();
        let required = if flag(&cookie, "required") {
            ", which is required"
        } else {
            ""
        };
        let words = format!(
            "the cookie `{name}`{required} is no argument; set it in a layer of the transport"
        );
        note(document, &pointer, &words);
    }
    Ok(())
}

fn one(
    operation: &mut Value,
    path: &str,
    pointer: &str,
    source: &Value,
    cookies: &mut Vec<(String, Value)>,
) -> Result<()> {
    let Some(Value::Array(parameters)) = operation.get_mut("parameters") else {
        return Ok(());
    };
    let mut kept = Vec::new();
    for (index, parameter) in std::mem::take(parameters).into_iter().enumerate() {
        let pointer = join(&join(pointer, "parameters"), &index.to_string());
        if is_in(&parameter, "cookie") {
            cookies.push((pointer, parameter));
            continue;
        }
        lower(parameter, &pointer, source, &mut kept)?;
    }
    let (path, _) = split_path(path);
    for name in names_in(path, pointer)? {
        let declared = kept
            .iter()
            .any(|other: &Value| is_in(other, "path") && text(other, "name") == Some(&name));
        if !declared {
            kept.push(json!({
                "name": name, "in": "path", "required": true, "schema": {"type": "string"},
            }));
        }
    }
    kept.retain(|parameter| {
        !is_in(parameter, "path")
            || text(parameter, "name").is_some_and(|name| path.contains(&format!("{{{name}}}")))
    });
    *parameters = kept;
    Ok(())
}

fn is_in(parameter: &Value, place: &str) -> bool {
    text(parameter, "in") == Some(place)
}

/// The names between braces, in order.
fn names_in(path: &str, pointer: &str) -> Result<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    let mut rest = path;
    while let Some(start) = rest.find(['{', '}']) {
        let after = &rest[start + 1..];
        let end = after.find(['{', '}', '/']);
        match (rest.as_bytes()[start], end) {
            (b'{', Some(end)) if after.as_bytes()[end] == b'}' && end > 0 => {
                let name = after[..end].to_owned();
                if names.contains(&name) {
                    return Err(Error::new(
                        pointer,
                        format!("the path names {{{name}}} twice"),
                        "give the second one another name",
                    ));
                }
                names.push(name);
                rest = &after[end + 1..];
            }
            _ => {
                return Err(Error::new(
                    pointer,
                    "the braces in the path do not match",
                    "write each parameter as {name}",
                ));
            }
        }
    }
    Ok(names)
}

fn lower(mut parameter: Value, pointer: &str, source: &Value, kept: &mut Vec<Value>) -> Result<()> {
    if parameter.pointer("/x-oci/set-by").and_then(Value::as_str) == Some("transport") {
        return Ok(());
    }
    let (Some(name), Some(place)) = (
        text(&parameter, "name").map(str::to_owned),
        text(&parameter, "in").map(str::to_owned),
    ) else {
        return Err(Error::new(
            pointer,
            "a parameter needs a `name` and an `in`",
            "add them",
        ));
    };
    if parameter.get("schema").is_none() {
        // Parameters with `content` travel as JSON text; without either, as text.
        parameter["schema"] = json!({"type": "string"});
    }
    match place.as_str() {
        "path" => {
            parameter["required"] = true.into();
            parameter["style"] = "simple".into();
            if !is_text(&parameter["schema"], source) {
                parameter["schema"] = json!({"type": "string"});
            }
        }
        "header" => {
            if http_token(&name).is_none() {
                return Err(Error::new(
                    join(pointer, "name"),
                    format!("`{name}` cannot be the name of a header"),
                    "use letters, digits and hyphens",
                ));
            }
            // Set by the client for all requests.
            if ["accept", "content-type", "authorization"]
                .contains(&name.to_ascii_lowercase().as_str())
            {
                return Ok(());
            }
            parameter["style"] = "simple".into();
            if !is_text(&parameter["schema"], source) {
                parameter["schema"] = json!({"type": "string"});
            }
        }
        "query" => return query(parameter, &name, source, kept),
        other => {
            return Err(Error::new(
                join(pointer, "in"),
                format!("`{other}` is no place for a parameter"),
                "use path, query, header or cookie",
            ));
        }
    }
    kept.push(parameter);
    Ok(())
}

fn query(mut parameter: Value, name: &str, source: &Value, kept: &mut Vec<Value>) -> Result<()> {
    let style = text(&parameter, "style").unwrap_or("form").to_owned();
    let explode = parameter
        .get("explode")
        .and_then(Value::as_bool)
        .unwrap_or(style == "form");
    let schema = target(&parameter["schema"], source);
    let members = schema.get("properties").and_then(Value::as_object);
    let flat = members.filter(|members| members.values().all(|it| is_scalar(it, source, 0)));
    if let Some(members) = flat.filter(|_| style == "deepObject" || (style == "form" && explode)) {
        let required = schema.get("required").and_then(Value::as_array);
        for (member, schema) in members {
            let needed = flag(&parameter, "required")
                && required.is_some_and(|names| names.iter().any(|name| name == member));
            let name = if style == "deepObject" {
                format!("{name}[{member}]")
            } else {
                member.clone()
            };
            kept.push(json!({
                "name": name,
                "in": "query",
                "required": needed,
                "description": text(schema, "description").unwrap_or_default(),
                "schema": schema,
            }));
        }
        return Ok(());
    }
    let deep = style == "deepObject" && !is_scalar(&parameter["schema"], source, 0);
    if members.is_some() || deep {
        // Written by the crate's own code, as in a form.
        parameter["x-form-style"] = json!({"style": style, "explode": explode});
        kept.push(parameter);
        return Ok(());
    }
    let list = text(&schema, "type") == Some("array");
    let list_of_scalars = list
        && schema
            .get("items")
            .is_none_or(|items| is_scalar(items, source, 0));
    if list && !(style == "form" && explode && list_of_scalars) {
        // Joined by the caller, with the separator the style asks for.
        let separator = match style.as_str() {
            "spaceDelimited" => "spaces",
            "pipeDelimited" => "`|`",
            _ => "commas",
        };
        let words = text(&parameter, "description").unwrap_or_default();
        parameter["description"] = format!("{words}\n\nValues separated by {separator}.")
            .trim()
            .into();
        parameter["schema"] = json!({"type": "string"});
    } else if !list && !is_scalar(&parameter["schema"], source, 0) {
        parameter["schema"] = json!({"type": "string"});
    }
    parameter["style"] = "form".into();
    kept.push(parameter);
    Ok(())
}

/// The schema a chain of references ends in.
pub(super) fn target(schema: &Value, source: &Value) -> Value {
    let mut schema = schema;
    for _ in 0..16 {
        match ref_name(schema).and_then(|name| schemas(source)?.get(name)) {
            Some(next) => schema = next,
            None => break,
        }
    }
    schema.clone()
}

/// Whether values are written as one text without structure.
fn is_scalar(schema: &Value, source: &Value, depth: usize) -> bool {
    let schema = target(schema, source);
    if let Some(branches) = schema.get("oneOf").and_then(Value::as_array) {
        return depth < 8
            && branches
                .iter()
                .all(|branch| is_scalar(branch, source, depth + 1));
    }
    matches!(
        text(&schema, "type"),
        Some("string" | "integer" | "number" | "boolean")
    )
}

/// Whether values can be written as a text. A union of which one is secret cannot: its text would be in logs.
fn is_text(schema: &Value, source: &Value) -> bool {
    is_scalar(schema, source, 0) && !has_secret(schema, source, 0)
}

fn has_secret(schema: &Value, source: &Value, depth: usize) -> bool {
    let schema = target(schema, source);
    let branches = schema.get("oneOf").and_then(Value::as_array);
    branches.into_iter().flatten().any(|branch| {
        let branch = target(branch, source);
        text(&branch, "format") == Some("password")
            || (depth < 8 && has_secret(&branch, source, depth + 1))
    })
}

fn http_token(name: &str) -> Option<&str> {
    let legal = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    (!name.is_empty() && name.chars().all(legal)).then_some(name)
}
