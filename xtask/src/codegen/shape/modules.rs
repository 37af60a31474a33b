//! The files that types and operations are written to.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::codegen::document::{METHODS, flag, ref_name, split_path, text};
use crate::codegen::names;

/// The file of what belongs nowhere else.
const COMMON: &str = "common";

/// The file of an operation: its first tag, or else the first step of its path that is a word.
pub(super) fn of_operation(operation: &Value, path: &str) -> String {
    let tag = operation.pointer("/tags/0").and_then(Value::as_str);
    let wanted = tag.or_else(|| path.split('/').find(|step| is_word(step)));
    wanted.map_or_else(|| COMMON.to_owned(), names::module)
}

/// Whether a step of a path says what it is about: `v1` and `api` do not.
fn is_word(step: &str) -> bool {
    let version = step
        .strip_prefix('v')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    !step.is_empty() && !step.contains(['{', '.']) && !version && step != "api"
}

/// What is known of the operations that need a schema.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needed {
    Nowhere,
    /// By those of one file.
    By(usize),
    ByMany,
}

/// The file of each type: what `x-module` says; else that of the operations that need it, if there is only one; else,
/// for what was found inside a component, that of the component.
pub(super) fn of_types(
    document: &Value,
    components: &Map<String, Value>,
) -> BTreeMap<String, String> {
    let mut files = Vec::new();
    let needed = needed(document, components, &mut files);
    let mut modules: BTreeMap<String, String> = BTreeMap::new();
    let mut owner: Option<String> = None;
    for ((name, schema), needed) in components.iter().zip(needed) {
        let own = text(schema, "x-module").map(names::module);
        let hoisted = flag(schema, "x-hoisted");
        if !hoisted {
            owner.clone_from(&own);
        }
        let inherited = owner.clone().filter(|_| hoisted);
        let module = own.or(inherited).unwrap_or_else(|| match needed {
            Needed::By(index) => String::clone(&files[index]),
            _ => COMMON.to_owned(),
        });
        modules.insert(name.clone(), module);
    }
    modules
}

/// Which operations need each schema. A schema is looked at again only when more is known of it, so at most twice.
fn needed(
    document: &Value,
    components: &Map<String, Value>,
    files: &mut Vec<String>,
) -> Vec<Needed> {
    let indices: BTreeMap<&str, usize> = components
        .keys()
        .enumerate()
        .map(|(index, name)| (name.as_str(), index))
        .collect();
    let inside: Vec<Vec<usize>> = components
        .values()
        .map(|schema| references(schema, &indices))
        .collect();
    let mut needed = vec![Needed::Nowhere; components.len()];
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let paths = document.get("paths").and_then(Value::as_object);
    for (path, item) in paths.into_iter().flatten() {
        let operations = item.as_object().into_iter().flatten();
        for (_, operation) in operations.filter(|(method, _)| METHODS.contains(&method.as_str())) {
            let file = of_operation(operation, split_path(path).0);
            let file = *known.entry(file).or_insert_with_key(|file| {
                files.push(file.clone());
                files.len() - 1
            });
            let mut queue: Vec<(usize, Needed)> = references(operation, &indices)
                .into_iter()
                .map(|index| (index, Needed::By(file)))
                .collect();
            while let Some((index, by)) = queue.pop() {
                let next = match needed[index] {
                    Needed::Nowhere => by,
                    before if before == by => before,
                    _ => Needed::ByMany,
                };
                if next != needed[index] {
                    needed[index] = next;
                    queue.extend(inside[index].iter().map(|&inner| (inner, next)));
                }
            }
        }
    }
    needed
}

/// The components named anywhere inside a value.
fn references(value: &Value, indices: &BTreeMap<&str, usize>) -> Vec<usize> {
    let mut found = Vec::new();
    let mut queue = vec![value];
    while let Some(value) = queue.pop() {
        match value {
            Value::Object(members) => {
                found.extend(ref_name(value).and_then(|name| indices.get(name)));
                queue.extend(members.values());
            }
            Value::Array(items) => queue.extend(items),
            _ => {}
        }
    }
    found
}
