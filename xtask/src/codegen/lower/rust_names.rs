//! Gives every component the name of its Rust type, in `x-rust-name`. Names that become equal in
//! Rust are numbered in the order of the document. Components that were only made on the way and
//! are no longer referred to go.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::codegen::document::{flag, for_each_schema, ref_name, schemas, schemas_mut, text};
use crate::codegen::error::{Error, Result};
use crate::codegen::names::{pascal, unique};

/// Names that generated files use for other things.
const TAKEN: [&str; 20] = [
    "BTreeMap",
    "Box",
    "Clone",
    "Debug",
    "Default",
    "Err",
    "Extra",
    "From",
    "Into",
    "None",
    "Ok",
    "Option",
    "PartialEq",
    "Result",
    "Secret",
    "Some",
    "String",
    "Unknown",
    "Value",
    "Vec",
];

pub(super) fn apply(document: &mut Value) -> Result<()> {
    prune(document)?;
    let empty = Map::new();
    let mut names: Vec<String> = Vec::new();
    let mut given: BTreeSet<String> = TAKEN.iter().map(|name| (*name).to_owned()).collect();
    let components = schemas(document).unwrap_or(&empty);
    // Names asked for come first, whatever else would take them.
    for (name, schema) in components {
        if let Some(wanted) = text(schema, "x-rust-name") {
            let legal = pascal(wanted) == wanted;
            if !legal || !given.insert(wanted.to_owned()) {
                return Err(Error::new(
                    format!("#/components/schemas/{name}/x-rust-name"),
                    format!("`{wanted}` cannot be the name of a type here, or is one already"),
                    "choose another, in Pascal case",
                ));
            }
        }
    }
    for (name, schema) in components {
        let rust = match text(schema, "x-rust-name") {
            Some(wanted) => wanted.to_owned(),
            None => {
                let base = pascal(name);
                let base = if TAKEN.contains(&base.as_str()) {
                    format!("{base}Schema")
                } else {
                    base
                };
                unique(&base, |name| given.contains(name))
            }
        };
        given.insert(rust.clone());
        names.push(rust);
    }
    for (schema, name) in schemas_mut(document)?.values_mut().zip(names) {
        if let Some(members) = schema.as_object_mut() {
            members.insert("x-rust-name".into(), name.into());
        }
    }
    Ok(())
}

fn prune(document: &mut Value) -> Result<()> {
    loop {
        let mut used = BTreeSet::new();
        for_each_schema(document, &mut |schema, _| {
            if let Some(name) = ref_name(schema) {
                used.insert(name.to_owned());
            }
            Ok(())
        })?;
        let components = schemas_mut(document)?;
        let before = components.len();
        components.retain(|name, schema| !flag(schema, "x-hoisted") || used.contains(name));
        if components.len() == before {
            return Ok(());
        }
    }
}
