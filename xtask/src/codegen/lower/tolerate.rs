//! Mends what many documents get wrong and whose meaning is clear, and notes it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::codegen::document::{
    for_each_root, for_each_schema, join, make_ref, note, schemas, schemas_mut, text,
};
use crate::codegen::error::Result;
use crate::codegen::names::{pascal, unique};

/// Lists of schemas for each place may be nested this deep.
const MAX_ROUNDS: usize = 16;

pub(super) fn apply(document: &mut Value) -> Result<()> {
    if !document.is_object() {
        return Ok(());
    }
    let mut notes = Vec::new();
    for _ in 0..MAX_ROUNDS {
        let before = notes.len();
        // Visitors do not see the schemas in such a list yet.
        for_each_schema(document, &mut |schema, pointer| {
            places(schema, pointer, &mut notes);
            Ok(())
        })?;
        if notes.len() == before {
            break;
        }
    }
    for_each_schema(document, &mut |schema, pointer| {
        if let Some(members) = schema.as_object_mut() {
            empty_lists(members, pointer, &mut notes);
            flags(members, pointer, &mut notes);
        }
        Ok(())
    })?;
    local_definitions(document, &mut notes)?;
    for (pointer, words) in notes {
        note(document, &pointer, &words);
    }
    Ok(())
}

type Notes = Vec<(String, String)>;

/// A list of schemas in `items`, one for each place, as older JSON Schema has it.
fn places(schema: &mut Value, pointer: &str, notes: &mut Notes) {
    let Some(items) = schema.get_mut("items").filter(|items| items.is_array()) else {
        return;
    };
    let mut kinds: Vec<Value> = Vec::new();
    for kind in items.as_array().into_iter().flatten() {
        if !kinds.contains(kind) {
            kinds.push(kind.clone());
        }
    }
    *items = match kinds.len() {
        0 => json!({}),
        1 => kinds.swap_remove(0),
        _ => json!({ "anyOf": kinds }),
    };
    notes.push((
        join(pointer, "items"),
        "a schema for each place is read as one for all places".to_owned(),
    ));
}

fn empty_lists(members: &mut Map<String, Value>, pointer: &str, notes: &mut Notes) {
    for keyword in ["enum", "oneOf", "anyOf", "allOf"] {
        let list = members.get(keyword).and_then(Value::as_array);
        if list.is_some_and(Vec::is_empty) {
            members.shift_remove(keyword);
            notes.push((
                join(pointer, keyword),
                "this list is empty, which no value fits; it is left out".to_owned(),
            ));
        }
    }
}

fn flags(members: &mut Map<String, Value>, pointer: &str, notes: &mut Notes) {
    if members.get("required").is_some_and(Value::is_boolean) {
        members.shift_remove("required");
        notes.push((
            join(pointer, "required"),
            "`required` is a list of names in a schema; this one is left out, and the member is \
             optional"
                .to_owned(),
        ));
    }
}

/// Definitions inside a schema that references look for at the top of the document, as they do in a document that is
/// that schema alone.
fn local_definitions(document: &mut Value, notes: &mut Notes) -> Result<()> {
    let source = json!({
        "$defs": document.get("$defs"),
        "definitions": document.get("definitions"),
    });
    let mut taken: BTreeSet<String> = schemas(document)
        .into_iter()
        .flat_map(Map::keys)
        .cloned()
        .collect();
    let mut lifted: Vec<(String, Value)> = Vec::new();
    // The same definitions are often written out in many places.
    let mut known: Vec<(Value, Vec<(String, String)>)> = Vec::new();
    for_each_root(document, &mut |schema, pointer| {
        if schema.get("$defs").is_none() && schema.get("definitions").is_none() {
            return Ok(());
        }
        let own = json!([schema.get("$defs"), schema.get("definitions")]);
        if let Some((_, named)) = known.iter().find(|(known, _)| *known == own) {
            redirect(schema, named, 0);
            return Ok(());
        }
        let mut named: Vec<(String, String)> = Vec::new();
        for place in ["$defs", "definitions"] {
            let definitions = schema.get(place).and_then(Value::as_object);
            for name in definitions.into_iter().flat_map(Map::keys) {
                let local = join(&format!("#/{place}"), name);
                if source.pointer(&local[1..]).is_some() {
                    continue;
                }
                let free = unique(&pascal(name), |name| taken.contains(name));
                taken.insert(free.clone());
                named.push((local, free));
            }
        }
        if named.is_empty() || !redirect(schema, &named, 0) {
            return Ok(());
        }
        for (local, name) in &named {
            if let Some(definition) = schema.pointer(&local[1..]) {
                lifted.push((name.clone(), definition.clone()));
            }
        }
        known.push((own, named));
        notes.push((
            pointer.to_owned(),
            "the definitions in this schema are read as components".to_owned(),
        ));
        Ok(())
    })?;
    if !lifted.is_empty() {
        schemas_mut(document)?.extend(lifted);
    }
    Ok(())
}

/// Has references lead to what the definitions are called now; returns whether there were any.
fn redirect(value: &mut Value, named: &[(String, String)], depth: usize) -> bool {
    if depth > 100 {
        return false;
    }
    let target = text(value, "$ref").and_then(|reference| {
        let found = named.iter().find(|(local, _)| local == reference);
        found.map(|(_, name)| make_ref(name))
    });
    let mut any = target.is_some();
    if let Some(target) = target {
        value["$ref"] = target.into();
    }
    match value {
        Value::Object(members) => {
            for member in members.values_mut() {
                any |= redirect(member, named, depth + 1);
            }
        }
        Value::Array(items) => {
            for item in items {
                any |= redirect(item, named, depth + 1);
            }
        }
        _ => {}
    }
    any
}
