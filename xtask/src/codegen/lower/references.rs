//! Every `$ref` of a schema leads to a component afterwards. References into the inside of a
//! component give that part a name of its own; recursive references become plain ones.

use serde_json::Value;

use crate::codegen::document::{SCHEMAS, for_each_schema, make_ref, schemas, schemas_mut, text};
use crate::codegen::error::{Error, Result};
use crate::codegen::names::pascal;

/// References into references are followed this often.
const MAX_ROUNDS: usize = 16;

pub(super) fn apply(document: &mut Value) -> Result<()> {
    recursive(document)?;
    for _ in 0..MAX_ROUNDS {
        if !deep(document)? {
            return Ok(());
        }
    }
    Err(Error::new(
        "#/components/schemas",
        "references lead into references without end",
        "refer to components by their names",
    ))
}

/// `$recursiveRef` (JSON Schema 2019-09) leads to the component it stands in.
fn recursive(document: &mut Value) -> Result<()> {
    for_each_schema(document, &mut |schema, pointer| {
        let Some(members) = schema.as_object_mut() else {
            return Ok(());
        };
        members.shift_remove("$recursiveAnchor");
        if members.shift_remove("$recursiveRef").is_none() {
            return Ok(());
        }
        let owner = pointer
            .strip_prefix(SCHEMAS)
            .and_then(|rest| rest.split('/').next())
            .ok_or_else(|| {
                Error::new(
                    pointer,
                    "a recursive reference outside a component",
                    "name the schema under components/schemas and refer to it",
                )
            })?;
        members.insert("$ref".into(), make_ref(owner).into());
        Ok(())
    })
}

/// Names the targets of references that do not lead to a component; tells whether there were any.
fn deep(document: &mut Value) -> Result<bool> {
    let mut targets: Vec<(String, String)> = Vec::new();
    let before = document.clone();
    for_each_schema(document, &mut |schema, pointer| {
        let Some(reference) = text(schema, "$ref").map(str::to_owned) else {
            return Ok(());
        };
        let missing = |problem: String, cure: &str| Error::new(pointer, problem, cure);
        let Some(path) = reference.strip_prefix('#') else {
            return Err(missing(
                format!("`{reference}` leads to another document"),
                "bundle both into one document first",
            ));
        };
        let found = before.pointer(path).ok_or_else(|| {
            missing(
                format!("`{reference}` leads nowhere"),
                "add the schema, or correct the reference",
            )
        })?;
        let plain = path
            .strip_prefix("/components/schemas/")
            .is_some_and(|name| !name.contains('/'));
        if plain {
            // A name with an escaped character is a name all the same.
            let name = unescape(&path["/components/schemas/".len()..]);
            schema["$ref"] = make_ref(&name).into();
            return Ok(());
        }
        if !found.is_object() && !found.is_boolean() {
            return Err(missing(
                format!("`{reference}` does not lead to a schema"),
                "correct the reference",
            ));
        }
        if path.is_empty() {
            return Err(missing(
                "`#` is the whole document".to_owned(),
                "refer to a component",
            ));
        }
        let name = match targets.iter().find(|(target, _)| target == path) {
            Some((_, name)) => name.clone(),
            None => {
                let name = free_name(&before, &targets, path);
                targets.push((path.to_owned(), name.clone()));
                name
            }
        };
        schema["$ref"] = make_ref(&name).into();
        Ok(())
    })?;
    for (path, name) in &targets {
        let found = before.pointer(path).cloned().unwrap_or_default();
        schemas_mut(document)?.insert(name.clone(), found);
    }
    Ok(!targets.is_empty())
}

/// A name made of the words on the way to the target.
fn free_name(document: &Value, targets: &[(String, String)], path: &str) -> String {
    let words: Vec<String> = path
        .split('/')
        .filter(|step| {
            !matches!(
                *step,
                "" | "components" | "schemas" | "properties" | "paths" | "$defs" | "definitions"
            )
        })
        .map(|step| pascal(&unescape(step)))
        .collect();
    let base = words.concat();
    let taken = |name: &str| {
        schemas(document).is_some_and(|schemas| schemas.contains_key(name))
            || targets.iter().any(|(_, other)| other == name)
    };
    let mut name = base.clone();
    let mut number = 2;
    while taken(&name) {
        name = format!("{base}{number}");
        number += 1;
    }
    name
}

fn unescape(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}
