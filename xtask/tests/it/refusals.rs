//! Errors for rejected documents name the place and the fix.

use xtask::codegen::{library, parse};

fn refuse(document: &str) -> String {
    let document = parse(&format!(
        "openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\n{document}"
    ));
    library(document.unwrap(), "refused", false)
        .unwrap_err()
        .to_string()
}

const SEVERAL: &str = "
paths:
  /good: {get: {operationId: good, responses: {'200': {description: ok}}}}
  /upload:
    post: {requestBody: {content: {multipart/related: {}}}}
    get: {operationId: also_good, responses: {'200': {description: ok}}}
  /nowhere: {get: {parameters: [{name: x, in: nowhere}]}}
  /bad: {get: {responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Outer'}}}}}}}
  /shared: {parameters: [{$ref: '#/components/parameters/P'}], delete: {}}
components:
  parameters: {P: {name: p, in: query, schema: {$ref: '#/components/schemas/Bad'}}}
  schemas:
    Bad: {type: text}
    Outer: {type: object, properties: {bad: {$ref: '#/components/schemas/Bad'}}}
    Good: {type: object, properties: {a: {type: string}}}
";

#[test]
fn all_refusals_come_in_one_run() {
    let error = refuse(SEVERAL);
    let lines: Vec<&str> = error.lines().collect();
    assert_eq!(lines.len(), 3, "{error}");
    for place in [
        "#/components/schemas/Bad/type: ",
        "#/paths/~1upload/post/requestBody/content: ",
        "#/paths/~1nowhere/get/parameters/0/in: ",
    ] {
        let found = lines.iter().filter(|line| line.starts_with(place)).count();
        assert_eq!(found, 1, "{place} in {error}");
    }
}

#[test]
fn operations_are_left_out_and_listed_when_asked() {
    let source = format!("openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\n{SEVERAL}");
    let library = library(parse(&source).unwrap(), "skipped", true).unwrap();
    let mut left_out: Vec<String> = library.left_out;
    left_out.sort();
    assert_eq!(left_out.len(), 4, "{left_out:?}");
    for (line, (operation, reason)) in left_out.iter().zip([
        ("DELETE /shared: ", "\"text\" is not a type"),
        ("GET /bad: ", "\"text\" is not a type"),
        ("GET /nowhere: ", "`nowhere` is no place"),
        ("POST /upload: ", "bodies of multipart/related"),
    ]) {
        assert!(
            line.starts_with(operation) && line.contains(reason),
            "{line}"
        );
    }
    let files = library.files.iter();
    let operations: String = files
        .filter(|(path, _)| path.starts_with("src/generated/operations"))
        .map(|(_, content)| content.as_str())
        .collect();
    for (name, there) in [
        ("fn good<", true),
        ("fn also_good<", true),
        ("/nowhere", false),
        ("/bad", false),
        ("/shared", false),
    ] {
        let words = if there {
            "is missing in"
        } else {
            "is still in"
        };
        assert_eq!(
            operations.contains(name),
            there,
            "{name} {words}\n{operations}"
        );
    }
    let types = &library.files[std::path::Path::new("src/generated/types/common.rs")];
    assert!(
        types.contains("struct Good") && !types.contains("Outer"),
        "{types}"
    );
}

#[test]
fn what_concerns_the_whole_document_is_refused_in_any_case() {
    for (document, expected) in [
        ("paths: []", "#/paths: the paths is not an object"),
        ("components: {schemas: []}", "#/components/schemas: "),
    ] {
        let source = format!("openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\n{document}");
        let error = library(parse(&source).unwrap(), "refused", true).unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
    }
}

#[test]
fn oddities_are_tolerated_and_noted() {
    for (document, place, words) in [
        (
            "paths: {/a: {get: {parameters: [{name: s, in: query, schema: {type: array, items: {type: string, enum: []}}}]}}}",
            "#/paths/~1a/get/parameters/0/schema/items/enum: ",
            "empty",
        ),
        (
            "components: {schemas: {A: {oneOf: []}}}",
            "#/components/schemas/A/oneOf: ",
            "empty",
        ),
        (
            "paths: {/a: {put: {requestBody: {content: {application/json: {schema: {type: string, required: true}}}}}}}",
            "#/paths/~1a/put/requestBody/content/application~1json/schema/required: ",
            "optional",
        ),
        (
            "paths: {/a: {get: {responses: {'200': {description: ok, content: {application/json: {schema: \
             {$defs: {Kind: {type: string, enum: [a, b]}}, type: object, properties: {kind: {$ref: '#/$defs/Kind'}}}}}}}}}}",
            "#/paths/~1a/get/responses/200/content/application~1json/schema: ",
            "components",
        ),
        (
            "components: {schemas: {A: {type: array, items: [{type: string}, {type: integer}]}}}",
            "#/components/schemas/A/items: ",
            "each place",
        ),
        (
            "paths: {/a: {get: {parameters: [{name: c, in: cookie, schema: {type: string}}]}}}",
            "#/paths/~1a/get/parameters/0: ",
            "cookie `c` is no argument",
        ),
        (
            "paths: {/a: {get: {parameters: [{name: c, in: cookie, required: true}]}}}",
            "#/paths/~1a/get/parameters/0: ",
            "required",
        ),
    ] {
        let source = format!("openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\n{document}");
        let library = library(parse(&source).unwrap(), "odd", false);
        let library = library.unwrap_or_else(|error| panic!("{document}: {error}"));
        let [note] = library.notes.as_slice() else {
            panic!("{document}: {:?}", library.notes);
        };
        assert!(note.starts_with(place) && note.contains(words), "{note}");
    }
    let document = parse("openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {}").unwrap();
    assert_eq!(
        library(document, "even", false).unwrap().notes,
        Vec::<String>::new()
    );
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
            "paths: {/a: {post: {requestBody: {content: {multipart/related: {}}}}}}",
            "#/paths/~1a/post/requestBody/content: no code can be made for bodies of \
             multipart/related; offer multipart/form-data or a type of one part",
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
