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
