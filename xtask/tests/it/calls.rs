//! A generated crate talks to a server: what is sent, and what is made of the answers.

use std::fs;
use std::process::Command;

use xtask::codegen::{library, read_file};

use crate::here;

/// The tests themselves are `tests/calls/calls.rs`, which is compiled together with the crate.
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
         futures-util = { version = \"0.3.34\", default-features = false }\n\
         tokio = { version = \"1.54\", features = [\"io-util\", \"macros\", \"net\", \"rt\"] }\n";
    fs::write(root.join("Cargo.toml"), format!("{manifest}\n{needed}")).unwrap();
    fs::create_dir(root.join("tests")).unwrap();
    let tests = here().join("tests/calls/calls.rs");
    fs::copy(tests, root.join("tests/calls.rs")).unwrap();
    fs::copy(here().join("../Cargo.lock"), root.join("Cargo.lock")).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["test", "--offline", "--quiet", "--test", "calls"])
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
    assert!(said.contains("test result: ok"), "{said}");
}
