//! Leaving out what no code can be made for, so that all of it is found in one run.

use std::collections::BTreeSet;

use serde_json::Value;

use super::document::{METHODS, join, text};
use super::error::{Error, Result};
use super::lower::{FRAGMENTS, Pass};

/// More refusals than this are not looked for.
const MAX_REFUSALS: usize = 10_000;

/// What has been left out of a document.
#[derive(Default)]
pub(crate) struct Refusals {
    errors: Vec<Error>,
    /// Operations that are left out, and why, in the order in which that was found.
    operations: Vec<String>,
}

impl Refusals {
    /// Takes steps one after the other, each again and again without what it fails on.
    ///
    /// A step that fails leaves a document that is neither as before nor as after. It is then made again from the last
    /// copy, so that there is one copy of the document, and one more for each refusal.
    ///
    /// # Errors
    ///
    /// When a step fails on what is no operation and no component.
    pub(crate) fn steps(&mut self, document: &mut Value, steps: &[Pass]) -> Result<()> {
        let (mut copy, mut copied, mut next) = (document.clone(), 0, 0);
        while let Some((_, step)) = steps.get(next) {
            let Err(error) = step(document) else {
                next += 1;
                continue;
            };
            *document = copy;
            for (_, step) in &steps[copied..next] {
                step(document)?;
            }
            self.leave_out(document, error)?;
            (copy, copied) = (document.clone(), next);
        }
        Ok(())
    }

    /// Makes something of a document, again and again without what that fails on.
    ///
    /// # Errors
    ///
    /// When it fails on what is no operation and no component.
    pub(crate) fn make<T>(
        &mut self,
        document: &mut Value,
        make: impl Fn(&Value) -> Result<T>,
    ) -> Result<T> {
        loop {
            match make(document) {
                Ok(made) => return Ok(made),
                Err(error) => self.leave_out(document, error)?,
            }
        }
    }

    fn leave_out(&mut self, document: &mut Value, error: Error) -> Result<()> {
        for (index, error) in error.apart().into_iter().enumerate() {
            let operations = if self.errors.len() < MAX_REFUSALS {
                remove(document, error.pointer())
            } else {
                None
            };
            let Some(operations) = operations else {
                // It went with something before it.
                if index > 0 && is_gone(document, error.pointer()) {
                    continue;
                }
                return Err(error.after(std::mem::take(&mut self.errors)));
            };
            let why = error.to_string();
            let lines = operations.iter().map(|name| format!("{name}: {why}"));
            self.operations.extend(lines);
            self.errors.push(error);
        }
        Ok(())
    }

    /// Operations that are left out, and why.
    ///
    /// # Errors
    ///
    /// All refusals, if nothing may be left out.
    pub(crate) fn settle(mut self, skip: bool) -> Result<Vec<String>> {
        match self.errors.pop() {
            Some(last) if !skip => Err(last.after(self.errors)),
            _ => Ok(self.operations),
        }
    }
}

/// Whether there is no operation or component any more that a pointer leads into.
fn is_gone(document: &Value, pointer: &str) -> bool {
    let steps: Vec<&str> = pointer.split('/').take(4).collect();
    match steps.as_slice() {
        ["#", "paths" | "components", ..] => document
            .pointer(&format!("/{}", steps[1..].join("/")))
            .is_none(),
        _ => false,
    }
}

/// Removes the operation or component that a pointer leads into, with all that refers to it. Returns the operations that
/// went, or nothing if the pointer leads into neither.
fn remove(document: &mut Value, pointer: &str) -> Option<Vec<String>> {
    let steps: Vec<String> = pointer
        .strip_prefix("#/")?
        .split('/')
        .map(|step| step.replace("~1", "/").replace("~0", "~"))
        .collect();
    match steps
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["paths", path, method, ..] if METHODS.contains(method) => {
            // What was split off belongs to the same operation.
            let path = FRAGMENTS
                .iter()
                .find_map(|fragment| path.strip_suffix(fragment))
                .unwrap_or(path);
            let mut removed = false;
            for fragment in [""].iter().chain(&FRAGMENTS) {
                let key = format!("{path}{fragment}");
                let item = document.pointer_mut(&join("/paths", &key));
                let item = item.and_then(Value::as_object_mut);
                removed |= item.is_some_and(|item| item.shift_remove(*method).is_some());
            }
            removed.then(|| vec![name(path, method)])
        }
        ["paths", path, ..] => {
            let paths = document.get_mut("paths")?.as_object_mut()?;
            let item = paths.shift_remove(*path)?;
            Some(names(path, &item))
        }
        ["components", section, name, ..] => remove_component(document, section, name),
        _ => None,
    }
}

fn name(path: &str, method: &str) -> String {
    format!("{} {path}", method.to_uppercase())
}

fn names(path: &str, item: &Value) -> Vec<String> {
    let methods = METHODS.iter().filter(|method| item.get(**method).is_some());
    methods.map(|method| name(path, method)).collect()
}

fn remove_component(document: &mut Value, section: &str, name: &str) -> Option<Vec<String>> {
    let components = document.get_mut("components")?.as_object_mut()?;
    components
        .get_mut(section)?
        .as_object_mut()?
        .shift_remove(name)?;
    let mut gone = BTreeSet::from([join(&join("#/components", section), name)]);
    loop {
        let before = gone.len();
        for (section, members) in components.iter_mut() {
            let Some(members) = members.as_object_mut() else {
                continue;
            };
            members.retain(|name, member| {
                let stays = !refers(member, &gone, 0);
                if !stays {
                    gone.insert(join(&join("#/components", section), name));
                }
                stays
            });
        }
        if gone.len() == before {
            break;
        }
    }
    let mut operations = Vec::new();
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        paths.retain(|path, item| {
            let parameters = item.get("parameters");
            if parameters.is_some_and(|list| refers(list, &gone, 0))
                || text(item, "$ref").is_some_and(|target| gone.contains(target))
            {
                operations.extend(names(path, item));
                return false;
            }
            if let Some(item) = item.as_object_mut() {
                item.retain(|method, operation| {
                    let stays = !METHODS.contains(&method.as_str()) || !refers(operation, &gone, 0);
                    if !stays {
                        operations.push(self::name(path, method));
                    }
                    stays
                });
            }
            true
        });
    }
    Some(operations)
}

/// Whether a value refers to one of the components, or into it.
fn refers(value: &Value, gone: &BTreeSet<String>, depth: usize) -> bool {
    if depth > 200 {
        return false;
    }
    let target = text(value, "$ref").is_some_and(|reference| {
        gone.contains(reference)
            || gone.iter().any(|gone| {
                reference
                    .strip_prefix(gone.as_str())
                    .is_some_and(|rest| rest.starts_with('/'))
            })
    });
    target
        || match value {
            Value::Object(members) => members.values().any(|it| refers(it, gone, depth + 1)),
            Value::Array(items) => items.iter().any(|it| refers(it, gone, depth + 1)),
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use serde_json::{Map, json};

    use super::*;
    use crate::codegen::document::for_each_operation;

    static RUNS: AtomicUsize = AtomicUsize::new(0);

    /// Refuses every operation but one, and some of them for two reasons.
    fn refuse(document: &mut Value) -> Result<()> {
        RUNS.fetch_add(1, Ordering::Relaxed);
        for_each_operation(document, &mut |pointer, path, _, _| {
            let error = || Error::new(pointer, "no", "leave it out");
            match path {
                "/kept" => Ok(()),
                "/7" => Err(error().after(vec![error()])),
                _ => Err(error()),
            }
        })
    }

    #[test]
    fn all_that_a_step_refuses_is_left_out_in_few_runs() {
        let operations = (0..300).map(|index| (format!("/{index}"), json!({"get": {}})));
        let mut paths: Map<String, Value> = operations.collect();
        paths.insert("/kept".to_owned(), json!({"get": {}}));
        let mut document = json!({"paths": paths});
        let mut refusals = Refusals::default();
        refusals
            .steps(&mut document, &[("refuse", refuse), ("again", refuse)])
            .unwrap();
        assert_eq!(refusals.settle(true).unwrap().len(), 300);
        assert!(document.pointer("/paths/~1kept/get").is_some());
        // Once to find all, once without them, and once as the second step.
        assert_eq!(RUNS.load(Ordering::Relaxed), 3);
    }
}
