//! Finding one's way in an OpenAPI document held as JSON.

use serde_json::{Map, Value};

use super::error::{Error, Result};

/// Where passes note what they read in another way than it is written.
const NOTES: &str = "x-compiler-notes";

/// Notes something about a place in the document.
pub(crate) fn note(document: &mut Value, pointer: &str, words: &str) {
    let line = Value::String(format!("{pointer}: {words}"));
    if let Some(members) = document.as_object_mut() {
        match members.get_mut(NOTES) {
            Some(Value::Array(notes)) => notes.push(line),
            _ => {
                members.insert(NOTES.to_owned(), Value::Array(vec![line]));
            }
        }
    }
}

/// Takes out what was noted.
pub(crate) fn take_notes(document: &mut Value) -> Vec<String> {
    let notes = document
        .as_object_mut()
        .and_then(|it| it.shift_remove(NOTES));
    let notes = notes
        .as_ref()
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    notes.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The methods a path can have, as OpenAPI spells them.
pub(crate) const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// Where a document keeps its named schemas.
pub(crate) const SCHEMAS: &str = "#/components/schemas/";

/// More errors than this are not gathered at once.
const MAX_ERRORS: usize = 1_000;

/// How deeply schemas may be nested in one another.
const MAX_DEPTH: usize = 100;

/// Adds a step to a JSON pointer.
pub(crate) fn join(pointer: &str, step: &str) -> String {
    let mut joined = String::with_capacity(pointer.len() + step.len() + 1);
    joined.push_str(pointer);
    joined.push('/');
    if step.contains(['~', '/']) {
        joined.push_str(&step.replace('~', "~0").replace('/', "~1"));
    } else {
        joined.push_str(step);
    }
    joined
}

/// The parts of a path key: the path, and the query that some documents write behind it. What comes behind a `#` only
/// distinguishes keys.
pub(crate) fn split_path(key: &str) -> (&str, &str) {
    let mut braces = 0_usize;
    let outside = |c: char| {
        match c {
            '{' => braces += 1,
            '}' => braces = braces.saturating_sub(1),
            _ => {}
        }
        braces == 0 && (c == '?' || c == '#')
    };
    let (path, rest) = match key.find(outside) {
        Some(end) => key.split_at(end),
        None => (key, ""),
    };
    let query = rest.strip_prefix('?').unwrap_or_default();
    (path, query.split('#').next().unwrap_or_default())
}

/// The value of a member, if `value` is an object that has it.
pub(crate) fn text<'a>(value: &'a Value, member: &str) -> Option<&'a str> {
    value.get(member)?.as_str()
}

/// Whether a member is `true`.
pub(crate) fn flag(value: &Value, member: &str) -> bool {
    value.get(member).and_then(Value::as_bool).unwrap_or(false)
}

/// The name of the component a `$ref` of this schema leads to.
pub(crate) fn ref_name(schema: &Value) -> Option<&str> {
    text(schema, "$ref")?.strip_prefix(SCHEMAS)
}

/// A `$ref` to a component.
pub(crate) fn make_ref(name: &str) -> String {
    format!("{SCHEMAS}{name}")
}

/// The named schemas of a document.
pub(crate) fn schemas(document: &Value) -> Option<&Map<String, Value>> {
    document.get("components")?.get("schemas")?.as_object()
}

/// The named schemas of a document, made if there are none.
pub(crate) fn schemas_mut(document: &mut Value) -> Result<&mut Map<String, Value>> {
    let refuse = |pointer: &str| Error::new(pointer, "this is not an object", "make it an object");
    document
        .as_object_mut()
        .ok_or_else(|| refuse("#"))?
        .entry("components")
        .or_insert_with(|| Value::Object(Map::new()))
        .as_object_mut()
        .ok_or_else(|| refuse("#/components"))?
        .entry("schemas")
        .or_insert_with(|| Value::Object(Map::new()))
        .as_object_mut()
        .ok_or_else(|| refuse("#/components/schemas"))
}

/// Calls `f` with the document without its components, and with a document that has only these. So what is done to
/// operations can look schemas up without a copy of them.
pub(crate) fn apart(
    document: &mut Value,
    f: impl FnOnce(&mut Value, &Value) -> Result<()>,
) -> Result<()> {
    let components = document.get_mut("components").map(Value::take);
    let others = serde_json::json!({ "components": components.unwrap_or_default() });
    let outcome = f(document, &others);
    if let Value::Object(mut others) = others
        && let Some(components @ Value::Object(_)) = others.shift_remove("components")
    {
        document["components"] = components;
    }
    outcome
}

/// Calls `f` with each operation: the JSON pointer, the path, the method, the operation.
///
/// # Errors
///
/// All those of `f`, as one.
pub(crate) fn for_each_operation(
    document: &mut Value,
    f: &mut dyn FnMut(&str, &str, &str, &mut Value) -> Result<()>,
) -> Result<()> {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else {
        return Ok(());
    };
    let mut errors = Vec::new();
    for (path, item) in paths {
        let pointer = join("#/paths", path);
        let Some(item) = item.as_object_mut() else {
            continue;
        };
        for (method, operation) in item {
            if METHODS.contains(&method.as_str()) {
                gather(
                    &mut errors,
                    f(&join(&pointer, method), path, method, operation),
                )?;
            }
        }
    }
    Error::all(errors)
}

/// Keeps an error for later, unless there are too many.
fn gather(errors: &mut Vec<Error>, outcome: Result<()>) -> Result<()> {
    if let Err(error) = outcome {
        errors.extend(error.apart());
    }
    match errors.len() < MAX_ERRORS {
        true => Ok(()),
        false => Error::all(std::mem::take(errors)),
    }
}

/// What is done to each schema: it gets the schema and its JSON pointer.
pub(crate) type Visit<'a> = &'a mut dyn FnMut(&mut Value, &str) -> Result<()>;

/// Calls `f` with every schema of the document, inner ones first.
pub(crate) fn for_each_schema(document: &mut Value, f: Visit<'_>) -> Result<()> {
    for_each_root(document, &mut |schema, pointer| {
        visit_schema(schema, pointer, 0, f)
    })
}

/// Calls `f` with every schema of the document that is not part of another.
///
/// # Errors
///
/// All those of `f`, as one.
pub(crate) fn for_each_root(document: &mut Value, f: Visit<'_>) -> Result<()> {
    let mut errors = Vec::new();
    roots(document, &mut |schema, pointer| {
        gather(&mut errors, f(schema, pointer))
    })?;
    Error::all(errors)
}

fn roots(document: &mut Value, f: Visit<'_>) -> Result<()> {
    if let Some(components) = document
        .get_mut("components")
        .and_then(Value::as_object_mut)
    {
        for (section, members) in components {
            let pointer = join("#/components", section);
            let Some(members) = members.as_object_mut() else {
                continue;
            };
            for (name, member) in members {
                let pointer = join(&pointer, name);
                if section == "schemas" {
                    f(member, &pointer)?;
                } else {
                    visit_holder(member, &pointer, 0, f)?;
                }
            }
        }
    }
    if let Some(paths) = document.get_mut("paths") {
        visit_holder(paths, "#/paths", 0, f)?;
    }
    Ok(())
}

/// Looks for schemas in something that is not a schema itself.
fn visit_holder(value: &mut Value, pointer: &str, depth: usize, f: Visit<'_>) -> Result<()> {
    limit(pointer, depth)?;
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if name == "schema" {
                    f(member, &join(pointer, name))?;
                } else if holds_more(member) && !is_data(name) {
                    visit_holder(member, &join(pointer, name), depth + 1, f)?;
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items
                .iter_mut()
                .enumerate()
                .filter(|(_, it)| holds_more(it))
            {
                visit_holder(item, &join(pointer, &index.to_string()), depth + 1, f)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Calls `f` with the schemas inside a schema, then with the schema itself.
pub(crate) fn visit_schema(
    schema: &mut Value,
    pointer: &str,
    depth: usize,
    f: Visit<'_>,
) -> Result<()> {
    limit(pointer, depth)?;
    for_each_child(schema, pointer, &mut |child, pointer| {
        visit_schema(child, pointer, depth + 1, f)
    })?;
    f(schema, pointer)
}

/// Calls `f` with the schemas directly inside a schema.
pub(crate) fn for_each_child(schema: &mut Value, pointer: &str, f: Visit<'_>) -> Result<()> {
    let Some(members) = schema.as_object_mut() else {
        return Ok(());
    };
    for (keyword, member) in members {
        match (keyword.as_str(), member) {
            ("properties" | "patternProperties" | "$defs" | "definitions", Value::Object(map)) => {
                let pointer = join(pointer, keyword);
                for (name, child) in map {
                    f(child, &join(&pointer, name))?;
                }
            }
            ("oneOf" | "anyOf" | "allOf" | "prefixItems", Value::Array(list)) => {
                let pointer = join(pointer, keyword);
                for (index, child) in list.iter_mut().enumerate() {
                    f(child, &join(&pointer, &index.to_string()))?;
                }
            }
            ("items" | "additionalProperties", child @ Value::Object(_)) => {
                f(child, &join(pointer, keyword))?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether something can be inside a value.
fn holds_more(value: &Value) -> bool {
    value.is_object() || value.is_array()
}

/// Whether a member holds data rather than a description.
fn is_data(name: &str) -> bool {
    name.starts_with("x-") || matches!(name, "example" | "examples" | "default" | "enum")
}

fn limit(pointer: &str, depth: usize) -> Result<()> {
    if depth > MAX_DEPTH {
        return Err(Error::new(
            pointer,
            format!("nested more than {MAX_DEPTH} levels deep"),
            "give inner schemas names under components/schemas and refer to them",
        ));
    }
    Ok(())
}
