//! Small documents compared with one another, and the pin with what is taken out of it.

use std::path::Path;

use serde_json::{Value, json};

use super::difference::Difference;
use super::exclusions::Exclusions;
use super::operations::compare;
use crate::codegen::{normalise, read_file};

/// A document with one operation that sends a `Body` and answers with an `Answer`.
fn document(schemas: Value) -> Value {
    let content = |name: &str| {
        let reference = format!("#/components/schemas/{name}");
        json!({"application/json": {"schema": {"$ref": reference}}})
    };
    let mut document = json!({
        "openapi": "3.1.0",
        "paths": {"/a/{id}": {"post": {
            "parameters": [
                {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
            ],
            "requestBody": {"content": content("Body")},
            "responses": {"200": {"description": "Done.", "content": content("Answer")}},
        }}},
        "components": {"schemas": {"Answer": object(json!({}), &[]), "Body": object(json!({}), &[])}},
    });
    for (name, schema) in schemas.as_object().unwrap() {
        document["components"]["schemas"][name] = schema.clone();
    }
    document
}

fn object(properties: Value, required: &[&str]) -> Value {
    json!({"type": "object", "properties": properties, "required": required})
}

fn differences(pin: &Value, other: &Value) -> Vec<Difference> {
    let (pin, other) = (normalise(pin.clone()), normalise(other.clone()));
    let mut found = compare(&pin.unwrap(), &other.unwrap());
    found.sort_by(Difference::order);
    found
}

fn lines(pin: &Value, other: &Value) -> Vec<String> {
    let line = |found: Difference| {
        let Difference {
            location,
            kind,
            effect,
            ..
        } = &found;
        format!("{location} | {kind} | {} | {effect}", found.words())
    };
    differences(pin, other).into_iter().map(line).collect()
}

/// Compares a `Body`, and an `Answer`, of two documents.
fn schema(pin: &Value, other: &Value) -> [Vec<String>; 2] {
    ["Body", "Answer"].map(|name| {
        lines(
            &document(json!({name: pin})),
            &document(json!({name: other})),
        )
    })
}

#[test]
fn members_that_one_document_lacks() {
    let text = || json!({"type": "string"});
    let [sent, received] = schema(
        &object(json!({"gone": text()}), &[]),
        &object(json!({"new": text(), "needed": text()}), &["needed"]),
    );
    assert_eq!(
        sent,
        [
            "Body.gone | property | only in the pin | breaks",
            "Body.needed | property | missing in the pin | breaks",
            "Body.new | property | missing in the pin | extends",
        ]
    );
    // Nobody makes an answer, so that no code need give a new member.
    assert_eq!(
        received[1],
        "Answer.needed | property | missing in the pin | extends"
    );
}

#[test]
fn types_of_members_elements_and_values() {
    let [sent, _] = schema(
        &object(
            json!({
                "count": {"type": "integer"},
                "list": {"type": "array", "items": {"type": "integer"}},
                "map": {"type": "object", "additionalProperties": {"type": "string"}},
                "several": {"type": ["string", "integer"]},
                "free": {"type": "string"},
                "any": {},
            }),
            &[],
        ),
        &object(
            json!({
                "count": {"type": "number"},
                "list": {"type": "array", "items": {"type": "string"}},
                "map": {"type": "object", "additionalProperties": {"type": "boolean"}},
                "several": {"type": ["string", "integer", "boolean"]},
                "free": {"type": "string", "enum": ["a", "b"]},
                "any": {"type": "object"},
            }),
            &[],
        ),
    );
    assert_eq!(
        sent,
        [
            "Body.any | type | pin: any JSON, other: map | breaks",
            "Body.count | type | pin: integer, other: number | breaks",
            "Body.free | type | pin: text, other: one of 2 texts | breaks",
            "Body.list[] | type | pin: integer, other: text | breaks",
            "Body.map{} | type | pin: text, other: truth value | breaks",
            "Body.several | type | pin: text or integer, other: text or integer or truth value | extends",
        ]
    );
}

#[test]
fn null_and_absence() {
    let nullable = || json!({"type": ["string", "null"]});
    let text = || json!({"type": "string"});
    let [sent, received] = schema(
        &object(
            json!({"a": text(), "b": text(), "c": nullable(), "list": {"items": text()}}),
            &["a", "c"],
        ),
        &object(
            json!({"a": nullable(), "b": nullable(), "c": nullable(), "list": {"items": nullable()}}),
            &["a"],
        ),
    );
    assert_eq!(
        sent,
        [
            "Body.a | nullable | pin: never null, other: nullable | breaks",
            "Body.b | nullable | pin: never null, other: nullable | none",
            "Body.c | required | pin: required, other: optional | breaks",
            "Body.list[] | nullable | pin: never null, other: nullable | breaks",
        ]
    );
    assert_eq!(
        received[2],
        "Answer.c | required | pin: required, other: optional | none"
    );
}

#[test]
fn values_of_string_sets() {
    let [sent, _] = schema(
        &object(
            json!({"set": {"enum": ["a", "b"]}, "one": {"const": "x"}}),
            &[],
        ),
        &object(
            json!({"set": {"enum": ["a", "c", null]}, "one": {"enum": ["x", "y"]}}),
            &[],
        ),
    );
    assert_eq!(
        sent,
        [
            "Body.one=y | value | missing in the pin | breaks",
            "Body.set | nullable | pin: never null, other: nullable | none",
            "Body.set=b | value | only in the pin | breaks",
            "Body.set=c | value | missing in the pin | extends",
        ]
    );
}

fn tagged(tag: &str, extra: &str, required: &[&str]) -> Value {
    object(
        json!({"type": {"const": tag}, extra: {"type": "string"}}),
        required,
    )
}

fn refs(keyword: &str, names: &[&str]) -> Value {
    let reference = |name: &&str| json!({"$ref": format!("#/components/schemas/{name}")});
    json!({keyword: names.iter().map(reference).collect::<Vec<_>>()})
}

/// A body with a list of items, and an answer with one.
fn items(sent: &str, received: &str, schemas: &Value) -> Value {
    let mut document = document(json!({
        "Body": object(json!({"input": {"type": "array", "items": refs("anyOf", &[sent])}}), &[]),
        "Answer": object(json!({"output": refs("allOf", &[received])}), &[]),
    }));
    for (name, schema) in schemas.as_object().unwrap() {
        document["components"]["schemas"][name] = schema.clone();
    }
    document
}

#[test]
fn variants_are_matched_by_tag_and_shared_schemas_by_all_they_stand_for() {
    let pin = items(
        "Item",
        "Item",
        &json!({
            "Item": refs("oneOf", &["A", "B"]),
            "A": tagged("a", "id", &["type"]),
            "B": tagged("b", "id", &["type"]),
        }),
    );
    let other = items(
        "Input",
        "Output",
        &json!({
            "Input": refs("oneOf", &["ShortA", "Nested"]),
            "Nested": refs("anyOf", &["LongA", "C"]),
            "ShortA": object(json!({"type": {"const": "a"}}), &[]),
            "LongA": tagged("a", "id", &["type", "id"]),
            "Output": refs("oneOf", &["LongA", "OtherA"]),
            "OtherA": tagged("a", "more", &["type"]),
            "C": tagged("c", "id", &["type"]),
        }),
    );
    let found = differences(&pin, &other);
    let told: Vec<_> = found
        .iter()
        .map(|found| (found.location.as_str(), found.words(), found.at.as_str()))
        .collect();
    let post = "POST /a/{id}";
    // `id` is not required everywhere there, and so may be optional here.
    let expected = [
        ("A.more", "missing in the pin", "response.output(a).more"),
        (
            "A.type",
            "pin: required, other: optional",
            "response.output(a).type",
        ),
        ("Item(b)", "only in the pin", "response.output(b)"),
        ("Item(c)", "missing in the pin", "response.output(c)"),
    ];
    assert_eq!(told.len(), expected.len(), "{told:?}");
    for ((location, words, at), expected) in told.into_iter().zip(expected) {
        let at = at.strip_prefix(post).unwrap().trim();
        assert_eq!(location, expected.0);
        assert_eq!(words, expected.1);
        // Sent or received: whichever way is found first.
        let way = expected.2.split('(').nth(1).unwrap();
        assert!(at.ends_with(way), "{at} {way}");
    }
}

#[test]
fn recursive_schemas_come_to_an_end() {
    let tree = |leaf: &str| {
        let mut body = object(
            json!({
                "children": {"type": "array", "items": {"$ref": "#/components/schemas/Body"}},
                "other": refs("oneOf", &["Body", "Twin"]),
                leaf: {"type": "string"},
            }),
            &[],
        );
        let twin = body.clone();
        body["description"] = "One of two that nothing tells apart.".into();
        document(json!({"Body": body, "Twin": twin, "Loop": refs("oneOf", &["Loop", "Body"])}))
    };
    assert_eq!(lines(&tree("a"), &tree("a")), Vec::<String>::new());
    let found = lines(&tree("a"), &tree("b"));
    assert_eq!(
        found[..2],
        [
            "Body.a | property | only in the pin | breaks",
            "Body.b | property | missing in the pin | extends",
        ]
    );
}

#[test]
fn operations_parameters_and_bodies() {
    let mut pin = document(json!({}));
    let mut other = document(json!({}));
    let parameter = |name: &str, place: &str, schema: Value, required: bool| json!({"name": name, "in": place, "schema": schema, "required": required});
    let text = || json!({"type": "string"});
    pin["paths"]["/a/{id}"]["post"]["parameters"] = json!([
        parameter("id", "path", text(), true),
        parameter("limit", "query", json!({"type": "integer"}), false),
        parameter("order", "query", json!({"enum": ["asc"]}), false),
        parameter("Gone", "header", text(), false),
        {"name": "Project", "in": "header", "schema": text(), "x-oci": {"set-by": "transport"}},
        parameter("Kept", "header", text(), false),
    ]);
    other["paths"] = json!({"/a/{key}": {"post": other["paths"]["/a/{id}"]["post"]}});
    let post = &mut other["paths"]["/a/{key}"]["post"];
    post["parameters"] = json!([
        parameter("key", "path", text(), true),
        parameter("limit", "query", text(), false),
        parameter("order", "query", json!({"enum": ["asc", "desc"]}), true),
        parameter("new", "query", text(), false),
        parameter("kept", "header", text(), false),
    ]);
    post["requestBody"]["required"] = true.into();
    post["responses"]["200"]["content"]["text/event-stream"] = json!({"schema": text()});
    pin["paths"]["/b"] = json!({"get": {"responses": {}}});
    other["paths"]["/c"] =
        json!({"put": {"responses": {"200": {"$ref": "#/components/responses/R"}}}});
    other["components"]["responses"] = json!({"R": {"description": "Done."}});
    assert_eq!(
        lines(&pin, &other),
        [
            "POST /a/{id} events | body | missing in the pin | extends",
            "POST /a/{id} header Gone | parameter | only in the pin | breaks",
            "POST /a/{id} header Project | parameter | only in the pin | none",
            "POST /a/{id} query limit | type | pin: integer, other: text | breaks",
            "POST /a/{id} query new | parameter | missing in the pin | breaks",
            "POST /a/{id} query order | required | pin: optional, other: required | breaks",
            "POST /a/{id} query order=desc | value | missing in the pin | breaks",
            "POST /a/{id} request | required | pin: optional, other: required | none",
            "GET /b | operation | only in the pin | breaks",
            "PUT /c | operation | missing in the pin | extends",
        ]
    );
}

#[test]
fn words_bounds_and_notation_are_no_differences() {
    let pin = object(
        json!({
            "a": {"type": ["string", "null"], "maxLength": 3, "default": "x"},
            "b": {"type": "integer", "minimum": 1},
            "c": object(json!({"d": {"const": "d"}}), &[]),
        }),
        &["a"],
    );
    let other = json!({"description": "Said otherwise.", "allOf": [
        object(json!({"a": {"anyOf": [{"type": "string"}, {"type": "null"}]}}), &["a"]),
        {"properties": {
            "b": {"type": "integer", "format": "int64", "description": "b"},
            "c": refs("allOf", &["C"]),
        }},
    ]});
    let inner = json!({"properties": {"d": {"type": "string", "enum": ["d"]}}});
    let (pin, other) = (json!({"Body": pin}), json!({"Body": other, "C": inner}));
    let found = lines(&document(pin), &document(other));
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn exclusions_are_limited_to_kind_and_side_and_have_to_be_used() {
    let mut found = differences(
        &document(json!({"Body": object(json!({"a": {"type": "string"}, "b": {}}), &[])})),
        &document(json!({"Body": object(json!({"a": {"type": "integer"}, "c": {}}), &["a"])})),
    );
    let exclusions = Exclusions::parse(
        r#"
        [[exclude]]
        match = ["Body.a", "Body.nothing"]
        kind = "type"
        reason = "Only the type is meant."

        [[exclude]]
        match = "Body.*"
        side = "extra"
        reason = "What only the pin has."
        "#,
        "exclusions.toml".into(),
    )
    .unwrap();
    assert_eq!(exclusions.apply(&mut found), 2);
    let left: Vec<_> = found
        .iter()
        .map(|found| format!("{} {}", found.location, found.kind))
        .collect();
    assert_eq!(
        left,
        [
            "Body.a required",
            "Body.c property",
            "Body.nothing exclusion"
        ]
    );
}

#[test]
fn whatever_is_taken_out_of_the_pin_is_noticed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let pin = normalise(read_file(&root.join("openapi/oci-genai.yaml")).unwrap()).unwrap();
    assert_eq!(compare(&pin, &pin), []);
    let mut taken = 0;
    for (number, (pointer, name)) in parts(&pin).into_iter().enumerate() {
        // A sample: all of them take a while.
        if number % 53 != 0 {
            continue;
        }
        let mut less = pin.clone();
        match less.pointer_mut(&pointer).unwrap() {
            Value::Object(members) => drop(members.shift_remove(&name)),
            Value::Array(list) => drop(list.remove(name.parse().unwrap())),
            other => panic!("{pointer}: {other}"),
        }
        assert!(!compare(&pin, &less).is_empty(), "{pointer} {name}");
        assert!(
            !compare(&less, &pin).is_empty(),
            "{pointer} {name}, the other way"
        );
        taken += 1;
    }
    assert!(taken > 20, "{taken}");
}

/// The members, requirements, values and variants of schemas that answers are made of.
fn parts(pin: &Value) -> Vec<(String, String)> {
    let mut parts = Vec::new();
    for (name, schema) in pin["components"]["schemas"].as_object().unwrap() {
        if schema["x-module"] == "errors" {
            continue;
        }
        let pointer = format!("/components/schemas/{name}");
        for (keyword, members) in schema.as_object().unwrap() {
            let pointer = format!("{pointer}/{keyword}");
            match (keyword.as_str(), members) {
                ("properties", Value::Object(members)) => {
                    parts.extend(members.keys().map(|name| (pointer.clone(), name.clone())));
                }
                ("required" | "enum" | "oneOf", Value::Array(list)) => {
                    let numbers = 0..list.len();
                    parts.extend(numbers.map(|index| (pointer.clone(), index.to_string())));
                }
                _ => {}
            }
        }
    }
    parts
}
