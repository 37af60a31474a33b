//! Hard documents give crates that compile without a warning, the same each time.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use xtask::codegen::library;

use crate::{hard_documents, here, pin};

/// One workspace with a crate for each document, so that their dependencies are built once. It has a
/// target directory of its own, which is kept.
#[test]
fn all_crates_compile_without_warnings() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let mut members = String::new();
    let mut documents = hard_documents();
    documents.push(("the-pin".into(), pin()));
    documents.push(("matrix".into(), crate::matrix::document()));
    for (name, schema) in [
        (
            "object",
            serde_json::json!({"type": "object", "properties": {"a": {"type": "string"}}}),
        ),
        (
            "union",
            serde_json::json!({"oneOf": [{"$ref": "#/components/schemas/AllOfThem"}, {"type": "string"}]}),
        ),
        (
            "enum",
            serde_json::json!({"type": "string", "enum": ["a", "Key", "Other", "Self"]}),
        ),
    ] {
        documents.push((format!("names-{name}"), crate::reserved::document(&schema)));
    }
    for (name, document) in documents {
        let package = format!("hard-{name}");
        for (path, content) in library(document, package.as_str(), false).unwrap().files {
            let path = root.join(&package).join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            // A crate of its own is the root of a workspace; here it is a member of one.
            fs::write(&path, content.replace("\n[workspace]\n", "\n")).unwrap();
        }
        write!(members, "{package:?}, ").unwrap();
    }
    fs::write(
        root.join("Cargo.toml"),
        format!("[workspace]\nresolver = \"3\"\nmembers = [{members}]\n"),
    )
    .unwrap();
    fs::copy(here().join("../Cargo.lock"), root.join("Cargo.lock")).unwrap();
    let output = Command::new(env!("CARGO"))
        .args([
            "check",
            "--workspace",
            "--examples",
            "--lib",
            "--offline",
            "--quiet",
            "--keep-going",
        ])
        .current_dir(root)
        .env(
            "CARGO_TARGET_DIR",
            here().join("../target/generated-crates"),
        )
        .env("RUSTFLAGS", "-D warnings")
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
}

#[test]
fn the_same_document_gives_the_same_crate() {
    for (name, document) in hard_documents() {
        let once = library(document.clone(), "same", false).unwrap();
        let again = library(document, "same", false).unwrap();
        assert_eq!(once, again, "{name}");
    }
}

#[test]
fn members_with_one_value_and_tags_need_no_field() {
    let (_, document) = hard_documents()
        .into_iter()
        .find(|(name, _)| name == "unions")
        .unwrap();
    let crate_files = library(document, "unions", false).unwrap().files;
    let types = &crate_files[std::path::Path::new("src/generated/types/common.rs")];
    for expected in [
        // Nested unions are one, with the tags of all.
        "\"ellipse\" | \"oval\" => whole Ellipse [Ellipse: Ellipse];",
        "\"circle\" => direct Circle [Circle: Circle];",
        // Of two variants with one tag, the one that requires more is tried first.
        "\"message\" => whole UserMessageEtc [UserMessage: UserMessage, EasyMessage: EasyMessage];",
        // A discriminator's mapping, and the names of schemas without one.
        "\"cat\" | \"kitten\" => whole Cat [Cat: Cat];",
        "\"Cat\" => whole Cat [Cat: Cat];",
        // What is large is boxed.
        "\"huge\" => direct Huge [Huge: Box<Huge>];",
        // A first word that all tags share is left out of the names.
        "\"word.said\" => direct Said [Said: WordEvent];",
    ] {
        assert!(types.contains(expected), "{expected}\n{types}");
    }
}

/// Names in other alphabets stay, but not in the names of files, where Rust does not find them.
#[test]
fn names_in_other_alphabets_stay() {
    let (_, document) = hard_documents()
        .into_iter()
        .find(|(name, _)| name == "alphabets")
        .unwrap();
    let files = library(document, "alphabets", false).unwrap().files;
    assert!(files.keys().all(|path| path.to_str().unwrap().is_ascii()));
    let all: String = files.values().map(String::as_str).collect();
    for expected in [
        "pub fn получить_кота<'a>(",
        "pub struct ПолучитьКотаRequest<'a>",
        "pub struct 猫 {",
        "pub 名前: Option<String>",
        "pub straße: Option<String>",
        "mixed_script_confusables,",
    ] {
        assert!(all.contains(expected), "{expected} is missing");
    }
}

#[test]
fn no_file_is_longer_than_3000_lines() {
    let mut paths = serde_json::Map::new();
    let mut schemas = serde_json::Map::new();
    for index in 0..120 {
        let reference = format!("#/components/schemas/Thing{index}");
        let members: serde_json::Map<String, serde_json::Value> = (0..12)
            .map(|member| (format!("m{member}"), serde_json::json!({"type": "string"})))
            .collect();
        schemas.insert(
            format!("Thing{index}"),
            serde_json::json!({"type": "object", "properties": members}),
        );
        paths.insert(
            format!("/api/v1/things/{{id}}/{index}"),
            serde_json::json!({"put": {
                "operationId": format!("put{index}"),
                "requestBody": {"content": {"application/json": {"schema": {"$ref": reference}}}},
                "responses": {"200": {"description": "ok"}, "202": {"description": "ok", "content": {
                    "application/json": {"schema": {"$ref": reference}},
                }}},
            }}),
        );
    }
    let document = serde_json::json!({
        "openapi": "3.1.0", "info": {"title": "t", "version": "1"},
        "paths": paths, "components": {"schemas": schemas},
    });
    let files = library(document, "long", false).unwrap().files;
    let longest = files
        .values()
        .map(|file| file.lines().count())
        .max()
        .unwrap();
    assert!(longest <= 3_000, "{longest}");
    for expected in [
        "src/generated/operations/things.rs",
        "src/generated/operations/things_2.rs",
        "src/generated/types/things.rs",
        "src/generated/types/things_2.rs",
    ] {
        assert!(
            files.contains_key(std::path::Path::new(expected)),
            "{expected}"
        );
    }
}
