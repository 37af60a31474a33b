//! Documents whose names mean something else in generated code.

use serde_json::{Map, Value, json};

/// Names that generated code, or what it is made with, uses for other things.
const NAMES: [&str; 62] = [
    "A",
    "B",
    "D",
    "E",
    "S",
    "T",
    "U",
    "Key",
    "Tag",
    "Known",
    "Name",
    "Value",
    "Extra",
    "Unknown",
    "Other",
    "Object",
    "Union",
    "Tolerant",
    "Defect",
    "Inspection",
    "Odd",
    "Found",
    "Self",
    "Box",
    "Vec",
    "String",
    "Option",
    "Some",
    "None",
    "Result",
    "Ok",
    "Err",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Drop",
    "Eq",
    "PartialEq",
    "Ord",
    "Hash",
    "Display",
    "Send",
    "Sync",
    "Sized",
    "Fn",
    "Iterator",
    "Into",
    "From",
    "ToString",
    "Serialize",
    "Deserialize",
    "Visitor",
    "BTreeMap",
    "Secret",
    "File",
    "Client",
    "Auth",
    "Error",
    "Body",
    "ByteStream",
    "ResponseValue",
];

/// A document whose schemas have such names, and so have its operations, tags and parameters.
pub(crate) fn document(schema: &Value) -> Value {
    let (mut schemas, mut paths) = (Map::new(), Map::new());
    for name in NAMES {
        schemas.insert(name.to_owned(), schema.clone());
        let reference = json!({"$ref": format!("#/components/schemas/{name}")});
        let content = json!({"application/json": {"schema": reference}});
        let operation = json!({
            "operationId": name,
            "tags": [name],
            "parameters": [
                {"name": name, "in": "query", "schema": {"type": "string"}},
                {"name": format!("x-{name}"), "in": "header", "required": true, "schema": {"type": "string"}},
            ],
            "requestBody": {"content": content},
            "responses": {
                "200": {"description": "ok", "content": content},
                "202": {"description": "ok", "content": {"application/json": {
                    "schema": {"type": "array", "items": reference},
                }}},
                "400": {"description": "no", "content": content},
            },
        });
        paths.insert(format!("/{name}"), json!({"post": operation}));
    }
    let members: Map<String, Value> = NAMES
        .iter()
        .map(|name| {
            let reference = json!({"$ref": format!("#/components/schemas/{name}")});
            ((*name).to_owned(), reference)
        })
        .collect();
    let branches: Vec<&Value> = members.values().collect();
    schemas.insert(
        "AllOfThem".into(),
        json!({"type": "object", "properties": members, "required": ["Key", "A"]}),
    );
    schemas.insert("OneOfThem".into(), json!({"oneOf": branches}));
    for tag in [
        "std",
        "core",
        "serde_json",
        "mod",
        "types",
        "crate",
        "self",
        "",
    ] {
        let operation = json!({"tags": [tag], "operationId": tag, "responses": {}});
        paths.insert(format!("/tags/{tag}"), json!({"get": operation}));
    }
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Names that are used for other things", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    })
}
