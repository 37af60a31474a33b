//! `cargo xtask drift` as a program: its answers and exit codes.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::here;

const PIN: &str = r##"
openapi: 3.1.0
paths:
  /a:
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Body"}}}}
      responses: {"200": {description: Done.}}
components:
  schemas:
    Body: {type: object, properties: {kept: {type: string}, gone: {type: string}}}
"##;

/// A directory with a pin, another document that lacks a member, and perhaps exclusions.
fn directory(exclusions: Option<&str>) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
    write("pin.yaml", PIN);
    write("other.yaml", &PIN.replace(", gone: {type: string}", ""));
    write(
        "broken.yaml",
        &PIN.replace("/schemas/Body\"", "/schemas/Nobody\""),
    );
    if let Some(exclusions) = exclusions {
        write("exclusions.toml", exclusions);
    }
    directory
}

fn drift(directory: &Path, against: &str, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .current_dir(directory)
        .args(["drift", "--pin", "pin.yaml", "--against", against])
        .args(more)
        .output()
        .unwrap()
}

fn outcome(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[test]
fn no_differences() {
    let directory = directory(None);
    let (code, answer, complaint) = outcome(&drift(directory.path(), "pin.yaml", &[]));
    assert_eq!(code, Some(0), "{complaint}");
    assert_eq!(answer, "No differences; 0 more are excluded.\n");
    let (code, answer, _) = outcome(&drift(directory.path(), "pin.yaml", &["--json"]));
    assert_eq!((code, answer.as_str()), (Some(0), "[]\n"));
}

#[test]
fn differences() {
    let directory = directory(None);
    let (code, answer, _) = outcome(&drift(directory.path(), "other.yaml", &[]));
    assert_eq!(code, Some(1));
    assert_eq!(
        answer,
        "POST /a\n  Body.gone  property  only in the pin  breaks     request.gone\n\n\
         1 difference (adopting it: 1 would break the Rust interface, 0 extend it); \
         0 more are excluded.\n"
    );
    let (code, answer, _) = outcome(&drift(directory.path(), "other.yaml", &["--json"]));
    assert_eq!(code, Some(1));
    let list: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(
        list,
        serde_json::json!([{
            "location": "Body.gone",
            "kind": "property",
            "side": "extra",
            "effect": "breaks",
            "at": "POST /a request.gone",
            "operations": ["POST /a"],
        }])
    );
}

#[test]
fn exclusions() {
    let used = "[[exclude]]\nmatch = 'Body.gone'\nreason = 'It is gone.'\n";
    let (code, answer, _) = outcome(&drift(directory(Some(used)).path(), "other.yaml", &[]));
    assert_eq!(code, Some(0));
    assert_eq!(answer, "No differences; 1 more is excluded.\n");

    let unused = used.replace("gone'", "new'");
    let (code, answer, _) = outcome(&drift(directory(Some(&unused)).path(), "pin.yaml", &[]));
    assert_eq!(code, Some(1));
    assert!(
        answer.starts_with("exclusions.toml\n  Body.new  exclusion  "),
        "{answer}"
    );
}

#[test]
fn only_what_both_have() {
    let directory = directory(None);
    let twin = PIN.replace("  /a:\n", "  /z?beta=true: {get: {responses: {}}}\n  /a:\n");
    std::fs::write(directory.path().join("twin.yaml"), twin).unwrap();
    let (code, answer, _) = outcome(&drift(directory.path(), "twin.yaml", &[]));
    assert_eq!(code, Some(1), "{answer}");
    assert!(answer.contains("GET /z?beta=true  operation"), "{answer}");
    let (code, answer, _) = outcome(&drift(directory.path(), "twin.yaml", &["--only-shared"]));
    assert_eq!(code, Some(0), "{answer}");
}

#[test]
fn a_document_may_hold_integers_of_more_than_64_bits() {
    let directory = directory(None);
    let wide = PIN.replace(
        "kept: {type: string}",
        "kept: {type: string, x-seed: -9223372036854776000}",
    );
    std::fs::write(directory.path().join("wide.yaml"), wide).unwrap();
    let (code, answer, complaint) = outcome(&drift(directory.path(), "wide.yaml", &[]));
    assert_eq!(code, Some(0), "{answer}{complaint}");
}

#[test]
fn one_other_document_is_named() {
    for (arguments, part) in [
        (&["drift"][..], "--against"),
        (
            &["drift", "--against", "a.yaml", "--against-sdk", "3.57.0"],
            "cannot be used with",
        ),
        (
            &["drift", "--against-sdk", "3.57.0 --evil"],
            "is no version",
        ),
        (
            &["drift", "--against", "a.yaml", "--document", "mine"],
            "open-responses",
        ),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(arguments)
            .output()
            .unwrap();
        let (code, _, complaint) = outcome(&output);
        assert_eq!(code, Some(2), "{complaint}");
        assert!(complaint.contains(part), "{complaint}");
    }
}

#[test]
fn unusable_input() {
    let bad = "[[exclude]]\nmatch = 'Body.gone'\n";
    for (exclusions, against, part) in [
        (None, "absent.yaml", "absent.yaml: cannot be read"),
        (
            None,
            "broken.yaml",
            "broken.yaml: #/paths/~1a/post/requestBody/content/application~1json/schema: ",
        ),
        (Some(bad), "pin.yaml", "exclusions.toml: "),
        (Some("[[exclude]"), "pin.yaml", "exclusions.toml: "),
    ] {
        let (code, answer, complaint) = outcome(&drift(directory(exclusions).path(), against, &[]));
        assert_eq!(code, Some(2), "{against}: {answer}");
        assert!(complaint.starts_with("error: "), "{complaint}");
        assert!(complaint.contains(part), "{complaint}");
        assert_eq!(answer, "");
    }
}

#[test]
fn the_pin_does_not_differ_from_itself_and_its_exclusions_are_well_formed() {
    let pin = here().join("../openapi/oci-genai.yaml");
    let directory = tempfile::tempdir().unwrap();
    let copy = directory.path().join("pin.yaml");
    std::fs::copy(&pin, &copy).unwrap();
    let (code, answer, complaint) = outcome(&drift(directory.path(), "pin.yaml", &[]));
    assert_eq!(code, Some(0), "{answer}{complaint}");
    // Against itself none of its exclusions is needed: each is listed, and nothing else.
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["drift", "--json", "--against"])
        .arg(&copy)
        .output()
        .unwrap();
    let (code, answer, complaint) = outcome(&output);
    assert_eq!(code, Some(1), "{complaint}");
    let list: Vec<Value> = serde_json::from_str(&answer).unwrap();
    assert!(
        list.iter().all(|entry| entry["kind"] == "exclusion"),
        "{answer}"
    );
}
