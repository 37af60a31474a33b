//! Small documents compared with one another, and the pin with what is taken out of it.

use std::path::Path;

use serde_json::{Value, json};

use super::difference::Difference;
use super::exclusions::{Document, Exclusions, Scope};
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
    let listed: Vec<_> = found
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
    assert_eq!(listed.len(), expected.len(), "{listed:?}");
    for ((location, words, at), expected) in listed.into_iter().zip(expected) {
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
        body["description"] = "One of two without a distinguishing member.".into();
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
    assert_eq!(exclusions.apply(&mut found, Scope::default()), 2);
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

/// The differences between two documents that are alike but for their paths.
fn of_paths(pin: Value, other: Value) -> Vec<String> {
    let whole = |paths| {
        let mut document = document(json!({}));
        document["paths"] = paths;
        document
    };
    lines(&whole(pin), &whole(other))
}

#[test]
fn operations_are_told_apart_by_their_whole_paths() {
    let done = || json!({"responses": {"200": {"description": "Done."}}});
    let found = of_paths(
        json!({
            "/jobs/{id}:start": {"post": done()}, "/jobs/{id}:stop": {"post": done()},
            "/a/{x}/b/{y}": {"get": done()}, "/c/{x}-{y}.json": {"get": done()},
        }),
        json!({
            "/jobs/{name}:stop": {"post": done()},
            "/a/{x}/b/{y}": {"get": done()}, "/a/{x}/b/{y}?beta=true": {"get": done()},
            "/c/{a}-{b}.json": {"get": done()}, "/c/{a}-{b}.yaml": {"get": done()},
        }),
    );
    assert_eq!(
        found,
        [
            "GET /a/{x}/b/{y}?beta=true | operation | missing in the pin | extends",
            "GET /c/{a}-{b}.yaml | operation | missing in the pin | extends",
            "POST /jobs/{id}:start | operation | only in the pin | breaks",
        ]
    );
}

#[test]
fn names_statuses_and_deprecation_of_operations() {
    let found = of_paths(
        json!({
            "/a": {"post": {"operationId": "create_a", "responses": {"200": {"description": "d"}}}},
            "/b": {"post": {"operationId": "createB", "responses": {"200": {"description": "d"}}}},
            "/c": {"post": {"responses": {"200": {"description": "d"}, "404": {"description": "d"}}}},
            "/d": {"get": {"responses": {"200": {"description": "d"}}}},
        }),
        json!({
            "/a": {"post": {"operationId": "make_a", "responses": {"201": {"description": "d"}}}},
            "/b": {"post": {"operationId": "create-b", "responses": {"2XX": {"description": "d"}}}},
            "/c": {"post": {"responses": {"200": {"description": "d"}, "202": {"description": "d"}}}},
            "/d": {"get": {"deprecated": true, "parameters": [], "responses": {"default": {"description": "d"}}}},
        }),
    );
    assert_eq!(
        found,
        [
            "POST /a name | name | pin: create_a, other: make_a | breaks",
            "POST /a status | status | pin: 200, other: 201 | none",
            "POST /c status | status | pin: 200, other: 200 or 202 | none",
            "GET /d deprecated | deprecated | pin: in use, other: deprecated | none",
        ]
    );
}

#[test]
fn security_is_compared_by_what_has_to_be_sent() {
    let with = |name: &str, scheme: Value, own: Value| {
        let mut made = document(json!({}));
        made["security"] = json!([{ name: [] }]);
        made["components"]["securitySchemes"] = json!({
            name: scheme, "signed": {"type": "http", "scheme": "Signature"},
        });
        if own != Value::Null {
            made["paths"]["/a/{id}"]["post"]["security"] = own;
        }
        made
    };
    let bearer = || json!({"type": "http", "scheme": "bearer"});
    let query = json!({"type": "apiKey", "in": "query", "name": "key"});
    let of = |pin: &Value, other: &Value| lines(pin, other);
    let pin = with("key", bearer(), Value::Null);
    let (renamed, own) = (Value::Null, json!([{"signed": [], "key": []}, {}]));
    assert_eq!(
        of(&pin, &with("token", bearer(), renamed)),
        Vec::<String>::new()
    );
    assert_eq!(
        of(&pin, &with("key", query, json!([{"key": []}]))),
        [
            "security | security | pin: bearer, other: query key | none",
            "POST /a/{id} security | security | pin: bearer, other: query key | none",
        ]
    );
    assert_eq!(
        of(&pin, &with("key", bearer(), own)),
        [
            "POST /a/{id} security | security | pin: bearer, other: bearer with signature or nothing | none"
        ]
    );
}

#[test]
fn formats_that_change_a_rust_type_and_members_that_are_deprecated() {
    let text = |format: &str| json!({"type": "string", "format": format});
    let secret = || json!({"type": ["string", "null"], "format": "password"});
    let pin = document(json!({
        "Body": object(json!({
            "a": secret(), "b": text("uri"), "c": {"type": "integer", "format": "int32"},
            "d": text("uri"), "e": refs("anyOf", &["Old"]),
        }), &[]),
        "Old": {"enum": ["x"]},
    }));
    let other = document(json!({
        "Body": object(json!({
            "a": {"type": ["string", "null"]}, "b": text("password"), "c": {"type": "integer"},
            "d": {"type": "string", "format": "uri", "deprecated": true}, "e": refs("anyOf", &["Old"]),
        }), &[]),
        "Old": {"enum": ["x"], "deprecated": true},
    }));
    let expected = [
        "Body.a | type | pin: secret text, other: text | breaks",
        "Body.b | type | pin: text, other: secret text | breaks",
        "Body.d | deprecated | pin: in use, other: deprecated | none",
        "Body.e | deprecated | pin: in use, other: deprecated | none",
    ];
    assert_eq!(lines(&pin, &other), expected);
    // What a document says that it cannot tell is no difference.
    let mut silent = other;
    silent["x-not-comparable"] = json!(["format", "deprecated"]);
    assert_eq!(lines(&pin, &silent), Vec::<String>::new());
}

#[test]
fn a_document_may_not_know_whether_a_member_can_be_null() {
    let pin = object(
        json!({"a": {"type": ["string", "null"]}, "b": {"type": "string"}}),
        &[],
    );
    let mut other = object(
        json!({"a": {"type": "string"}, "b": {"type": ["string", "null"]}}),
        &[],
    );
    let found = |other: &Value| {
        lines(
            &document(json!({"Body": pin})),
            &document(json!({"Body": other})),
        )
    };
    assert_eq!(found(&other).len(), 2);
    other["x-nullability-unknown"] = json!(["a", "b"]);
    assert_eq!(found(&other), Vec::<String>::new());
}

#[test]
fn a_schema_of_several_tags_is_one_thing_once_its_union_has_sorted_it() {
    let pin = items(
        "Item",
        "Item",
        &json!({
            "Item": refs("oneOf", &["A", "B"]),
            "A": tagged("a", "id", &["type"]),
            "B": tagged("b", "id", &["type"]),
        }),
    );
    let mut several = tagged("a", "more", &["type"]);
    several["properties"]["type"] = json!({"enum": ["a", "b", "c"]});
    several["properties"]["id"] = json!({"type": "string"});
    let other = items(
        "Item",
        "Item",
        &json!({
            "Item": refs("oneOf", &["Hosted", "D"]),
            "Hosted": several, "D": tagged("d", "id", &["type"]),
        }),
    );
    let found = lines(&pin, &other);
    assert_eq!(
        found,
        [
            "A.more | property | missing in the pin | extends",
            "B.more | property | missing in the pin | extends",
            "Item(c) | variant | missing in the pin | extends",
            "Item(d) | variant | missing in the pin | extends",
        ]
    );
}

#[test]
fn exclusions_are_about_documents() {
    let found = || {
        differences(
            &document(json!({"Body": object(json!({"a": {"type": "string"}, "b": {}}), &[])})),
            &document(json!({"Body": object(json!({"a": {"type": ["string", "null"]}}), &["a"])})),
        )
    };
    let exclusions = Exclusions::parse(
        r#"
        [[document]]
        name = "open-responses"
        pin_takes_more = true
        reason = "It is a part of what servers offer."

        [[exclude]]
        match = "Body.a"
        kind = "nullable"
        reason = "Of OpenAI's document, and perhaps of others."

        [[exclude]]
        match = "Body.b"
        documents = ["openai-sdk"]
        reason = "Of the package alone."

        [[exclude]]
        match = "POST /a/{id}"
        kind = "operation"
        side = "missing"
        reason = "Left out with --only-shared."
        "#,
        "exclusions.toml".into(),
    )
    .unwrap();
    let left = |document, only_shared| {
        let mut found = found();
        let scope = Scope {
            document,
            only_shared,
        };
        exclusions.apply(&mut found, scope);
        found
            .iter()
            .map(|found| format!("{} {}", found.location, found.kind))
            .collect::<Vec<_>>()
    };
    let unused = "POST /a/{id} exclusion";
    assert_eq!(
        left(Document::Openai, false),
        ["Body.a required", "Body.b property", unused]
    );
    assert_eq!(
        left(Document::Openai, true),
        ["Body.a required", "Body.b property"]
    );
    assert_eq!(left(Document::OpenaiSdk, false), ["Body.a required"]);
    // The pin takes more: it leaves optional what is required there.
    assert_eq!(left(Document::OpenResponses, false), Vec::<String>::new());
}
