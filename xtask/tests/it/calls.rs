//! A generated crate talks to a server: what is sent, and what is made of the answers.

use std::fs;
use std::process::Command;

use xtask::codegen::{library, read_file};

use crate::here;

/// The tests themselves are those in `tests/calls`, which are compiled together with the crate.
#[test]
fn a_generated_crate_talks_to_a_server() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let document = read_file(&here().join("tests/calls/calls.yaml")).unwrap();
    let library = library(document, "calls", false).unwrap();
    for (path, content) in library.files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
    }
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let needed = "[dev-dependencies]\n\
         futures-util = { version = \"0.3.34\", default-features = false }\n";
    let manifest = manifest.replace("[dev-dependencies]\n", needed).replace(
        "\"macros\",",
        "\"io-util\", \"macros\", \"net\", \"sync\", \"time\",",
    );
    assert!(manifest.contains(needed), "{manifest}");
    fs::write(root.join("Cargo.toml"), manifest).unwrap();
    fs::create_dir_all(root.join("tests/calls")).unwrap();
    let mut count = 0;
    for entry in fs::read_dir(here().join("tests/calls")).unwrap() {
        let source = entry.unwrap().path();
        let name = source.file_name().unwrap().to_str().unwrap();
        if !name.ends_with(".rs") {
            continue;
        }
        let place = if name == "calls.rs" { "main.rs" } else { name };
        let text = fs::read_to_string(&source).unwrap();
        count += text.matches("#[tokio::test]").count();
        fs::write(root.join("tests/calls").join(place), text).unwrap();
    }
    fs::copy(here().join("../Cargo.lock"), root.join("Cargo.lock")).unwrap();
    let output = Command::new(env!("CARGO"))
        .args([
            "test",
            "--offline",
            "--quiet",
            "--test",
            "calls",
            "--example",
            "first_call",
        ])
        .current_dir(root)
        .env(
            "CARGO_TARGET_DIR",
            here().join("../target/generated-crates"),
        )
        .env("RUSTFLAGS", "-D warnings")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complaint}");
    assert!(
        said.contains(&format!("test result: ok. {count} passed")),
        "{said}"
    );
}
