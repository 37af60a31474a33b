//! A document that no code can be made for gets an error that names the place and the cure.

use xtask::codegen::{library, parse};

fn refuse(document: &str) -> String {
    let document = parse(&format!(
        "openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\n{document}"
    ));
    library(document.unwrap(), "refused")
        .unwrap_err()
        .to_string()
}

#[test]
fn errors_name_the_place_and_the_cure() {
    for (document, expected) in [
        (
            "components: {schemas: {A: {properties: {b: {$ref: '#/components/schemas/Missing'}}}}}",
            "#/components/schemas/A/properties/b: `#/components/schemas/Missing` leads nowhere; \
             add the schema, or correct the reference",
        ),
        (
            "components: {schemas: {A: {$ref: 'other.yaml#/B'}}}",
            "#/components/schemas/A: `other.yaml#/B` leads to another document; \
             bundle both into one document first",
        ),
        (
            "components: {schemas: {A: {type: text}}}",
            "#/components/schemas/A/type: \"text\" is not a type; use one of string",
        ),
        (
            "components: {schemas: {A: {type: object, properties: [a]}}}",
            "#/components/schemas/A/properties: the properties is not an object",
        ),
        (
            "components: {schemas: {A: {allOf: [{$ref: '#/components/schemas/B'}, {type: object}]}, \
             B: {allOf: [{$ref: '#/components/schemas/A'}, {type: object}]}}}",
            "back to itself; take the reference out",
        ),
        (
            "paths: {/a: {post: {requestBody: {content: {multipart/form-data: {}}}}}}",
            "#/paths/~1a/post/requestBody/content: no code can be made for bodies of \
             multipart/form-data; offer application/json",
        ),
        (
            "paths: {/a: {get: {parameters: [{name: x, in: nowhere}]}}}",
            "#/paths/~1a/get/parameters/0/in: `nowhere` is no place for a parameter; use path",
        ),
        ("paths: {/a/{b: {get: {}}}", "correct the YAML"),
        (
            "paths: {'/a/{b': {get: {}}}",
            "#/paths/~1a~1{b/get: the braces in the path do not match; write each parameter as {name}",
        ),
        (
            "paths: {a: {get: {}}}",
            "#/paths/a: a path has to start with a slash",
        ),
        (
            "components: {schemas: {A: {x-rust-name: not_pascal, type: object}}}",
            "#/components/schemas/A/x-rust-name: `not_pascal` cannot be the name of a type",
        ),
    ] {
        let source = format!("openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\n{document}");
        let error = match parse(&source) {
            Ok(_) => refuse(document),
            Err(error) => error.to_string(),
        };
        assert!(error.contains(expected), "{document}\n{error}");
    }
}
