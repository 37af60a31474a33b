//! Documents that are broken at random give code or an error, never a panic.

use std::panic::catch_unwind;

use serde_json::{Map, Value, json};
use xtask::codegen::library;

use crate::{hard_documents, pin};

const ROUNDS: u64 = 200;

#[test]
fn broken_documents_never_make_it_panic() {
    let documents = hard_documents();
    let pin = pin();
    let (mut code, mut errors) = (0, 0);
    for seed in 0..ROUNDS {
        let mut random = Random(seed);
        // The pin is large; every tenth round is enough for it.
        let mut document = match seed % 10 {
            9 => pin.clone(),
            _ => documents[random.below(documents.len())].1.clone(),
        };
        for _ in 0..=random.below(6) {
            mutate(&mut document, &mut random);
        }
        let text = document.to_string();
        let skip = seed % 2 == 0;
        // A thread of its own, with the stack that a main thread has.
        let outcome = std::thread::Builder::new()
            .stack_size(8 << 20)
            .spawn(move || catch_unwind(|| library(document, "mutant", skip)))
            .unwrap()
            .join()
            .unwrap();
        match outcome {
            Ok(Ok(library)) => {
                assert!(!library.files.is_empty());
                code += 1;
            }
            Ok(Err(error)) => {
                let error = error.to_string();
                for line in error.lines() {
                    assert!(line.starts_with('#'), "seed {seed}: no place in: {error}");
                }
                assert!(
                    !error.contains("progenitor") && !error.contains("no Rust"),
                    "seed {seed}: not caught where it belongs: {error}\n{text}"
                );
                errors += 1;
            }
            Err(_) => panic!("seed {seed} panicked on:\n{text}"),
        }
    }
    assert!(
        code > 20 && errors > 20,
        "{code} gave code, {errors} errors"
    );
}

/// Changes one thing somewhere.
fn mutate(document: &mut Value, random: &mut Random) {
    let pointers = pointers(document);
    let pointer = &pointers[random.below(pointers.len())];
    let donor = pointers[random.below(pointers.len())].clone();
    let donated = document.pointer(&donor).cloned().unwrap_or_default();
    let references = references(document);
    let Some(value) = document.pointer_mut(pointer) else {
        return;
    };
    match (random.below(8), value) {
        (0, value) => *value = odd(random),
        (1, value) => *value = donated,
        (2, Value::Object(members)) => {
            let names: Vec<String> = members.keys().cloned().collect();
            if !names.is_empty() {
                members.remove(&names[random.below(names.len())]);
            }
        }
        (3, Value::Object(members)) => {
            let keyword = KEYWORDS[random.below(KEYWORDS.len())];
            let value = if random.below(2) == 0 {
                odd(random)
            } else {
                donated
            };
            members.insert(keyword.into(), value);
        }
        (4, Value::Object(members)) if !references.is_empty() => {
            let target = &references[random.below(references.len())];
            members.insert("$ref".into(), target.as_str().into());
        }
        (5, Value::Object(members)) => {
            let renamed: Map<String, Value> = std::mem::take(members)
                .into_iter()
                .map(|(name, value)| {
                    (
                        if random.below(4) == 0 {
                            format!("{name}{{")
                        } else {
                            name
                        },
                        value,
                    )
                })
                .collect();
            *members = renamed;
        }
        (6, Value::Array(items)) => {
            if items.is_empty() || random.below(2) == 0 {
                items.push(donated);
            } else {
                items.remove(random.below(items.len()));
            }
        }
        (_, value) => *value = json!({"allOf": [value.clone(), donated]}),
    }
}

const KEYWORDS: [&str; 14] = [
    "oneOf",
    "anyOf",
    "allOf",
    "type",
    "properties",
    "items",
    "enum",
    "const",
    "required",
    "discriminator",
    "nullable",
    "additionalProperties",
    "x-rust-name",
    "x-module",
];

fn odd(random: &mut Random) -> Value {
    match random.below(10) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(""),
        4 => json!([]),
        5 => json!({}),
        6 => json!(["null"]),
        7 => json!("../{x}/\u{0}\"*/"),
        8 => {
            json!({"type": "object", "properties": {"self": {"$ref": "#/components/schemas/Pet"}}})
        }
        _ => json!([{"type": "string"}, {"type": "string", "enum": ["a"]}]),
    }
}

fn pointers(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut queue = vec![(String::new(), document)];
    while let Some((pointer, value)) = queue.pop() {
        let step = |step: &str| format!("{pointer}/{}", step.replace('~', "~0").replace('/', "~1"));
        match value {
            Value::Object(members) => {
                queue.extend(members.iter().map(|(name, value)| (step(name), value)));
            }
            Value::Array(items) => {
                queue.extend(
                    items
                        .iter()
                        .enumerate()
                        .map(|(at, value)| (step(&at.to_string()), value)),
                );
            }
            _ => {}
        }
        found.push(pointer);
    }
    found.remove(0);
    found
}

fn references(document: &Value) -> Vec<String> {
    let schemas = document
        .pointer("/components/schemas")
        .and_then(Value::as_object);
    schemas
        .into_iter()
        .flat_map(Map::keys)
        .map(|name| format!("#/components/schemas/{name}"))
        .chain([
            "#".into(),
            "#/paths".into(),
            "other.yaml#/x".into(),
            "#/components/schemas/None".into(),
        ])
        .collect()
}

/// A small generator of random numbers (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }
}
