//! Every `$ref` of a schema leads to a component afterwards. References into the inside of a
//! component give that part a name of its own; recursive references become plain ones.

use std::collections::BTreeSet;

use indexmap::IndexMap;
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

/// Names the targets of references that do not lead to a component; returns whether there were any.
fn deep(document: &mut Value) -> Result<bool> {
    let mut targets: IndexMap<String, String> = IndexMap::new();
    let mut has_others = false;
    for_each_schema(document, &mut |schema, _| {
        has_others |= text(schema, "$ref").is_some_and(|reference| !is_plain(reference));
        Ok(())
    })?;
    // Names are enough where all references lead to components.
    let before = if has_others {
        document.clone()
    } else {
        Value::Null
    };
    let names: BTreeSet<String> = schemas(document)
        .into_iter()
        .flat_map(|schemas| schemas.keys().cloned())
        .collect();
    let mut taken = names.clone();
    for_each_schema(document, &mut |schema, pointer| {
        let Some(reference) = text(schema, "$ref").map(str::to_owned) else {
            return Ok(());
        };
        let missing = |problem: String, fix: &str| Error::new(pointer, problem, fix);
        let Some(path) = reference.strip_prefix('#') else {
            return Err(missing(
                format!("`{reference}` leads to another document"),
                "bundle both into one document first",
            ));
        };
        let nowhere = || {
            missing(
                format!("`{reference}` leads nowhere"),
                "add the schema, or correct the reference",
            )
        };
        if is_plain(&reference) {
            // A name with an escaped character is a name all the same.
            let name = unescape(&reference[SCHEMAS.len()..]);
            if !names.contains(&name) {
                return Err(nowhere());
            }
            schema["$ref"] = make_ref(&name).into();
            return Ok(());
        }
        let found = before.pointer(path).ok_or_else(nowhere)?;
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
        let name = match targets.get(path) {
            Some(name) => name.clone(),
            None => {
                let name = unique_name(&mut taken, path);
                targets.insert(path.to_owned(), name.clone());
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

/// Whether a reference leads to a component and not further.
fn is_plain(reference: &str) -> bool {
    let name = reference.strip_prefix(SCHEMAS);
    name.is_some_and(|name| !name.contains('/'))
}

/// A name made of the words on the way to the target.
fn unique_name(taken: &mut BTreeSet<String>, path: &str) -> String {
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
    let mut name = base.clone();
    let mut number = 2;
    while taken.contains(&name) {
        name = format!("{base}{number}");
        number += 1;
    }
    taken.insert(name.clone());
    name
}

fn unescape(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}
