//! Tests the document that `cargo xtask drift --against-sdk` derives from OpenAI's Python package.

use std::process::{Command, Output};

use oci_genai_tests::python_with;
use serde_json::{Value, json};

fn document(prefixes: &[&str]) -> Option<Output> {
    let python = python_with(&["openai"])?;
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../xtask/src/drift/sdk_document.py"
    );
    let mut command = Command::new(python);
    Some(command.arg(script).args(prefixes).output().unwrap())
}

#[test]
fn types_of_the_python_package_become_a_document() {
    let Some(output) = document(&["/responses", "/conversations"]) else {
        return;
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let operation = |path: &str, method: &str| &document["paths"][path][method];
    let named = |schema: &Value| {
        let name = schema["$ref"].as_str().unwrap();
        let name = name.strip_prefix("#/components/schemas/").unwrap();
        &document["components"]["schemas"][name]
    };

    // Every operation of the API, and those of the beta.
    let paths = document["paths"].as_object().unwrap();
    let ours = paths.iter().filter(|(path, _)| !path.contains('?'));
    let methods: usize = ours.map(|(_, item)| item.as_object().unwrap().len()).sum();
    assert_eq!(methods, 15);
    assert!(paths.contains_key("/responses?beta=true"));

    // Requests: the annotations that mark required members are strings until they are evaluated.
    let create = operation("/conversations/{conversation_id}/items", "post");
    let body = &create["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(body["required"], json!(["items"]));
    assert_eq!(create["parameters"][0]["in"], "path");
    assert_eq!(create["parameters"][1]["name"], "include");
    let create = &operation("/responses", "post")["requestBody"]["content"]["application/json"];
    assert_eq!(
        create["schema"]["properties"]["temperature"],
        json!({"anyOf": [{"type": "number"}, {"type": "null"}]})
    );

    // Responses, and the members whose nullability is unknown.
    let responses = &operation("/responses", "post")["responses"]["2XX"]["content"];
    let response = named(&responses["application/json"]["schema"]);
    let required = response["required"].as_array().unwrap();
    assert!(required.contains(&json!("output")));
    let unknown = response["x-nullability-unknown"].as_array().unwrap();
    assert!(unknown.contains(&json!("usage")) && !unknown.contains(&json!("output")));
    let events = &responses["text/event-stream"]["schema"]["anyOf"];
    assert!(events.as_array().unwrap().len() > 40);
    let list = operation("/responses/{response_id}/input_items", "get");
    let page = named(&list["responses"]["2XX"]["content"]["application/json"]["schema"]);
    assert_eq!(page["properties"]["data"]["type"], "array");
    assert_eq!(
        operation("/responses/{response_id}", "delete")["responses"]["2XX"],
        json!({"description": "A success."})
    );
    // A tag is a constant. An alias is the name in JSON.
    let call = &document["components"]["schemas"]["ResponseFunctionToolCall"];
    assert_eq!(call["properties"]["type"]["enum"], json!(["function_call"]));
    assert!(call["properties"].get("async").is_some());
}

#[test]
fn a_package_without_the_paths_is_an_error() {
    let Some(output) = document(&["/no_such_path"]) else {
        return;
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(
        errors.contains("has no operation below /no_such_path"),
        "{errors}"
    );
}
