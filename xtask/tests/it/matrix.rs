//! A document with every kind of schema in every place.

use serde_json::{Map, Value, json};

/// Kinds of schemas, by names that fit an operation's id.
fn kinds() -> Vec<(&'static str, Value)> {
    vec![
        ("string", json!({"type": "string"})),
        ("integer", json!({"type": "integer"})),
        ("number", json!({"type": "number"})),
        ("boolean", json!({"type": "boolean"})),
        ("null", json!({"type": "null"})),
        (
            "date_time",
            json!({"type": "string", "format": "date-time"}),
        ),
        ("date", json!({"type": "string", "format": "date"})),
        ("uuid", json!({"type": "string", "format": "uuid"})),
        ("uri", json!({"type": "string", "format": "uri"})),
        ("binary", json!({"type": "string", "format": "binary"})),
        ("byte", json!({"type": "string", "format": "byte"})),
        ("password", json!({"type": "string", "format": "password"})),
        ("int32", json!({"type": "integer", "format": "int32"})),
        (
            "uint64",
            json!({"type": "integer", "format": "uint64", "minimum": 0}),
        ),
        ("float", json!({"type": "number", "format": "float"})),
        (
            "enumeration",
            json!({"type": "string", "enum": ["a", "b c", "", "self"]}),
        ),
        ("enum_of_one", json!({"type": "string", "enum": ["only"]})),
        ("constant", json!({"const": "fixed"})),
        ("constant_number", json!({"const": 4})),
        (
            "enum_of_integers",
            json!({"type": "integer", "enum": [1, 2]}),
        ),
        (
            "enum_of_numbers",
            json!({"type": "number", "enum": [0.5, 2]}),
        ),
        (
            "enum_of_booleans",
            json!({"type": "boolean", "enum": [true]}),
        ),
        ("enum_mixed", json!({"enum": ["auto", 1, true]})),
        (
            "enum_nullable",
            json!({"type": ["string", "null"], "enum": ["a", "b", null]}),
        ),
        ("enum_untyped", json!({"enum": ["x", "y"]})),
        ("string_nullable", json!({"type": ["string", "null"]})),
        (
            "integer_nullable",
            json!({"type": "integer", "nullable": true}),
        ),
        ("types", json!({"type": ["string", "integer"]})),
        (
            "types_all",
            json!({"type": ["string", "number", "boolean", "array", "object", "null"]}),
        ),
        (
            "union_scalars",
            json!({"anyOf": [{"type": "integer"}, {"type": "string"}]}),
        ),
        (
            "union_numbers",
            json!({"oneOf": [{"type": "integer"}, {"type": "number"}]}),
        ),
        (
            "union_switch",
            json!({"oneOf": [{"type": "boolean"}, {"type": "string", "enum": ["auto"]}]}),
        ),
        (
            "union_enums",
            json!({"anyOf": [{"type": "string", "enum": ["a", "b"]}, {"type": "string", "enum": ["c", "d"]}]}),
        ),
        (
            "union_open",
            json!({"anyOf": [{"type": "string", "enum": ["a", "b"]}, {"type": "string"}]}),
        ),
        (
            "union_null",
            json!({"anyOf": [{"type": "string", "enum": ["a", "b"]}, {"type": "null"}]}),
        ),
        (
            "union_scalars_null",
            json!({"anyOf": [{"type": "integer"}, {"type": "string"}, {"type": "null"}]}),
        ),
        (
            "union_list",
            json!({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
        ),
        (
            "union_objects",
            json!({"oneOf": [flat(), {"type": "object", "properties": {"c": {"type": "string"}}}]}),
        ),
        (
            "union_nested",
            json!({"anyOf": [{"anyOf": [{"type": "integer"}, {"type": "boolean"}]}, {"type": "string"}]}),
        ),
        (
            "union_refs",
            json!({"anyOf": [{"$ref": "#/components/schemas/Name"}, {"$ref": "#/components/schemas/Level"}]}),
        ),
        (
            "union_secret",
            json!({"anyOf": [{"type": "integer"}, {"type": "string", "format": "password"}]}),
        ),
        (
            "all_of_one",
            json!({"allOf": [{"$ref": "#/components/schemas/Level"}], "description": "One."}),
        ),
        (
            "all_of",
            json!({"allOf": [{"type": "string"}, {"maxLength": 3}]}),
        ),
        ("unsigned", json!({"type": "integer", "format": "uint64"})),
        (
            "union_unsigned",
            json!({"anyOf": [{"type": "integer", "format": "uint64"}, {"type": "string"}]}),
        ),
        (
            "unsigneds",
            json!({"type": "array", "items": {"type": "integer", "format": "uint64"}}),
        ),
        (
            "union_lists",
            json!({"anyOf": [
                {"type": "array", "items": {"type": "number"}},
                {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
                {"type": "array", "items": flat()},
            ]}),
        ),
        ("file", json!({"type": "string", "format": "binary"})),
        (
            "files",
            json!({"type": "array", "items": {"type": "string", "format": "binary"}}),
        ),
        (
            "strings",
            json!({"type": "array", "items": {"type": "string"}}),
        ),
        (
            "integers",
            json!({"type": "array", "items": {"type": "integer"}}),
        ),
        (
            "booleans",
            json!({"type": "array", "items": {"type": "boolean"}}),
        ),
        (
            "enums",
            json!({"type": "array", "items": {"type": "string", "enum": ["a", "b"]}}),
        ),
        (
            "unions",
            json!({"type": "array", "items": {"anyOf": [{"type": "integer"}, {"type": "string"}]}}),
        ),
        (
            "strings_nullable",
            json!({"type": "array", "items": {"type": ["string", "null"]}}),
        ),
        (
            "lists",
            json!({"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}),
        ),
        ("objects", json!({"type": "array", "items": flat()})),
        ("list_untyped", json!({"type": "array"})),
        ("object", flat()),
        (
            "object_nested",
            json!({"type": "object", "properties": {"inner": flat(), "list": {"type": "array", "items": flat()}}}),
        ),
        ("object_empty", json!({"type": "object"})),
        (
            "object_closed",
            json!({"type": "object", "additionalProperties": false}),
        ),
        (
            "map",
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
        ),
        (
            "map_of_objects",
            json!({"type": "object", "additionalProperties": flat()}),
        ),
        ("any", json!({})),
        ("anything", json!(true)),
        ("reference", json!({"$ref": "#/components/schemas/Level"})),
        (
            "reference_union",
            json!({"$ref": "#/components/schemas/Id"}),
        ),
        (
            "reference_alias",
            json!({"$ref": "#/components/schemas/AliasOfId"}),
        ),
        (
            "reference_object",
            json!({"$ref": "#/components/schemas/Flat"}),
        ),
        (
            "reference_list",
            json!({"$ref": "#/components/schemas/Ids"}),
        ),
        (
            "reference_null",
            json!({"oneOf": [{"$ref": "#/components/schemas/Id"}, {"type": "null"}]}),
        ),
    ]
}

fn flat() -> Value {
    json!({"type": "object", "required": ["a"], "properties": {
        "a": {"type": "string"}, "b": {"type": "integer"},
    }})
}

/// The document.
pub(crate) fn document() -> Value {
    let mut paths = Map::new();
    let ok = json!({"200": {"description": "ok"}});
    for (name, schema) in kinds() {
        let parameter = |place: &str, required: bool, more: Value| {
            let mut parameter = json!({
                "name": "p", "in": place, "required": required, "schema": schema,
            });
            for (name, value) in more.as_object().into_iter().flatten() {
                parameter[name] = value.clone();
            }
            parameter
        };
        let mut places = vec![("path", parameter("path", true, json!({})))];
        for required in [true, false] {
            let name = |yes, no| if required { yes } else { no };
            let query = |more| parameter("query", required, more);
            places.push((name("query", "query_optional"), query(json!({}))));
            let header = parameter("header", required, json!({}));
            places.push((name("header", "header_optional"), header));
        }
        let styles = ["spaceDelimited", "pipeDelimited"];
        for style in styles {
            let query = parameter("query", true, json!({"style": style, "explode": false}));
            places.push((style, query));
        }
        let deep = parameter("query", false, json!({"style": "deepObject"}));
        places.push(("deepObject", deep));
        for (place, parameter) in places {
            let path = match place {
                "path" => format!("/{name}/{place}/{{p}}/end"),
                _ => format!("/{name}/{place}"),
            };
            let operation = json!({
                "operationId": format!("{name}_{place}"),
                "parameters": [parameter], "responses": ok,
            });
            paths.insert(path, json!({"get": operation}));
        }
        for media in [
            "application/json",
            "application/x-www-form-urlencoded",
            "text/plain",
            "application/octet-stream",
            "application/xml",
            "multipart/form-data",
        ] {
            for required in [true, false] {
                let body = match media {
                    "multipart/form-data" => json!({
                        "type": "object", "properties": {"p": schema, "q": schema},
                        "required": ["p"],
                    }),
                    _ => schema.clone(),
                };
                let short = media.rsplit(['/', '-']).next().unwrap_or_default();
                let suffix = if required { "required" } else { "optional" };
                let operation = json!({
                    "operationId": format!("{name}_{short}_{suffix}"),
                    "requestBody": {"required": required, "content": {media: {"schema": body}}},
                    "responses": {"200": {"description": "ok", "content": {
                        media: {"schema": schema},
                    }}},
                });
                paths.insert(
                    format!("/{name}/{short}/{suffix}"),
                    json!({"put": operation}),
                );
            }
        }
    }
    let problem = json!({"description": "no", "content": {"application/json": {
        "schema": {"$ref": "#/components/schemas/Flat"},
    }}});
    let done = json!({"description": "ok", "content": {"application/json": {"schema": flat()}}});
    for (index, codes) in [
        vec!["200", "4XX", "429"],
        vec!["200", "429", "4XX", "5XX"],
        vec!["2XX", "200", "400"],
        vec!["200", "2XX", "404", "4XX", "default"],
        vec!["default"],
        vec!["default", "500", "5XX", "400"],
        vec!["204", "200", "202", "304"],
        vec!["4XX"],
        vec!["101", "302", "200"],
    ]
    .into_iter()
    .enumerate()
    {
        let mut responses = Map::new();
        for code in codes {
            let response = match code.as_bytes()[0] {
                b'2' => done.clone(),
                _ => problem.clone(),
            };
            responses.insert(code.to_owned(), response);
        }
        let operation = json!({"operationId": format!("codes_{index}"), "responses": responses});
        paths.insert(format!("/codes/{index}"), json!({"get": operation}));
    }
    let json_of = |schema: Value| json!({"description": "ok", "content": {"application/json": {"schema": schema}}});
    let raw = json!({"description": "ok", "content": {"text/csv": {}, "image/*": {}}});
    for (index, responses) in [
        json!({"200": json_of(flat()), "201": json_of(json!({"type": "string"})), "2XX": raw}),
        json!({"200": json_of(json!({})), "202": {"description": "later"}, "304": {"description": "as before"}}),
        json!({"200": raw, "206": raw, "204": {"description": "none"}, "226": json_of(json!({"type": ["integer", "null"]}))}),
        json!({"302": {"description": "elsewhere"}, "default": problem}),
        json!({"303": {"description": "elsewhere"}}),
        json!({}),
    ]
    .into_iter()
    .enumerate()
    {
        for method in ["get", "head", "options", "trace", "delete"] {
            let operation = json!({
                "operationId": format!("several_{index}_{method}"), "responses": responses,
            });
            paths.insert(format!("/several/{index}/{method}"), json!({method: operation}));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Every kind of schema in every place", "version": "1"},
        "paths": paths,
        "components": {"schemas": {
            "Id": {"anyOf": [{"type": "integer"}, {"type": "string"}]},
            "AliasOfId": {"$ref": "#/components/schemas/Id"},
            "Ids": {"type": "array", "items": {"$ref": "#/components/schemas/Id"}},
            "Name": {"type": "string"},
            "Level": {"type": "string", "enum": ["low", "high"]},
            "Flat": flat(),
        }},
    })
}
