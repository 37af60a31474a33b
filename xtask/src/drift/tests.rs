//! Documents compared with each other.

use std::path::Path;

use serde_json::{Value, json};

use super::{Arguments, differences, run};

/// A document with one operation that takes the schema `Body`.
fn document(schemas: Value) -> Value {
    let mut document = json!({
        "openapi": "3.1.0",
        "paths": {"/a": {"post": {
            "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Body"}}}},
            "responses": {"200": {"description": "Done."}},
        }}},
        "components": {},
    });
    document["components"]["schemas"] = schemas;
    document
}

fn listed(pin: &Value, other: &Value) -> Vec<String> {
    differences(pin, other)
        .iter()
        .map(|found| format!("{} {}: {}", found.effect.name(), found.location, found.what))
        .collect()
}

fn object(properties: Value, required: &[&str]) -> Value {
    json!({"type": "object", "properties": properties, "required": required})
}

#[test]
fn a_document_does_not_differ_from_itself() {
    let document = document(json!({
        "Body": object(json!({"child": {"$ref": "#/components/schemas/Body"}, "name": {"type": "string"}}), &["name"]),
    }));
    assert_eq!(listed(&document, &document), Vec::<String>::new());
}

#[test]
fn members_types_values_and_requiredness_are_compared() {
    let pin = document(json!({
        "Body": object(json!({
            "kept": {"type": "string"},
            "gone": {"type": "string"},
            "count": {"type": "integer"},
            "colour": {"$ref": "#/components/schemas/Colour"},
            "free": {"type": "string"},
            "maybe": {"type": ["string", "null"]},
            "list": {"type": "array", "items": {"type": "integer"}},
        }), &["count", "maybe"]),
        "Colour": {"type": "string", "enum": ["red", "green"]},
    }));
    let other = document(json!({
        "Body": object(json!({
            "kept": {"type": "string"},
            "new": {"type": "string"},
            "count": {"type": "number"},
            "colour": {"anyOf": [{"type": "string", "enum": ["red", "blue"]}, {"type": "null"}]},
            "free": {"type": "string", "enum": ["a"]},
            "maybe": {"type": "string"},
            "list": {"type": "array", "items": {"type": "string"}},
        }), &["kept", "count", "maybe"]),
    }));
    assert_eq!(
        listed(&pin, &other),
        [
            "breaks Body.count: is integer in the pin, number there",
            "extends Body.free: 1 values are named there, none in the pin",
            "breaks Body.gone: only in the pin",
            "breaks Body.kept: is optional in the pin, required there",
            "breaks Body.list[]: is integer in the pin, string there",
            "breaks Body.maybe: may be null in the pin only",
            "extends Body.new: missing in the pin",
            "extends Colour=blue: missing in the pin",
            "breaks Colour=green: only in the pin",
        ]
    );
}

#[test]
fn one_union_stands_for_several() {
    let tagged = |tag: &str, name: &str, required: &[&str]| {
        object(
            json!({"type": {"const": tag}, name: {"type": "string"}}),
            required,
        )
    };
    let pin = document(json!({
        "Body": object(json!({
            "input": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}},
            "output": {"anyOf": [{"$ref": "#/components/schemas/Item"}, {"type": "null"}]},
        }), &[]),
        "Item": {"oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}]},
        "A": tagged("a", "id", &["type"]),
        "B": tagged("b", "id", &["type"]),
    }));
    let other = document(json!({
        "Body": object(json!({
            "input": {"type": "array", "items": {"oneOf": [
                {"$ref": "#/components/schemas/InputA"}, {"$ref": "#/components/schemas/C"},
            ]}},
            "output": {"oneOf": [{"$ref": "#/components/schemas/OutputA"}, {"type": "null"}]},
        }), &[]),
        "InputA": tagged("a", "id", &["type"]),
        "OutputA": tagged("a", "id", &["type", "id"]),
        "C": tagged("c", "id", &["type"]),
    }));
    // `id` is required in one place only, so leaving it optional is no difference.
    assert_eq!(
        listed(&pin, &other),
        [
            "breaks Item(b): only in the pin",
            "extends Item(c): missing in the pin"
        ]
    );
}

#[test]
fn operations_and_what_they_take_are_compared() {
    let mut pin = document(json!({"Body": object(json!({}), &[])}));
    let mut other = pin.clone();
    pin["paths"]["/b"] = json!({"get": {"responses": {}}});
    other["paths"]["/c"] = json!({"get": {"responses": {}}});
    other["components"]["parameters"] =
        json!({"P": {"name": "limit", "in": "query", "schema": {"type": "integer"}}});
    other["paths"]["/a"]["parameters"] = json!([{"$ref": "#/components/parameters/P"}]);
    pin["paths"]["/a"]["post"]["responses"]["200"]["content"] =
        json!({"text/event-stream": {"schema": {"type": "string"}}});
    assert_eq!(
        listed(&pin, &other),
        [
            "breaks GET /b: only in the pin",
            "extends GET /c: missing in the pin",
            "extends POST /a query limit: missing in the pin",
            "breaks POST /a response text/event-stream: only in the pin",
        ]
    );
}

#[test]
fn the_pin_and_its_exclusions_can_be_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let against = root.join("openapi/oci-genai.yaml");
    for json in [false, true] {
        let report = run(
            &Arguments {
                against: against.clone(),
                json,
            },
            root,
        )
        .unwrap();
        assert_eq!(report.differences, 0, "{}", report.text);
    }
}

#[test]
fn a_document_that_cannot_be_used_is_an_error() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let against = root.join("openapi/regions.csv");
    let error = run(
        &Arguments {
            against,
            json: false,
        },
        root,
    )
    .err()
    .unwrap();
    assert!(error.contains("regions.csv"), "{error}");
}
