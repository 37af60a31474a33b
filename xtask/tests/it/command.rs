//! `cargo xtask codegen` as a program, for a document of somebody else's.

use std::fs;
use std::path::Path;
use std::process::Command;

const DOCUMENT: &str = r#"
openapi: 3.1.0
info: {title: "A \"b\" \u007F c", version: "1"}
paths:
  /files: {get: {operationId: files, responses: {"200": {description: ok}}}}
  /related: {post: {operationId: related, requestBody: {content: {multipart/related: {}}}, responses: {}}}
  /elsewhere:
    servers: [{url: "https://b.example.com"}]
    get: {responses: {"204": {description: ok}}}
"#;

/// Whether it succeeded, and what was printed.
fn codegen(directory: &Path, more: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .current_dir(directory)
        .args(["codegen", "--spec", "api.yaml", "--out", "made/client"])
        .args(more)
        .output()
        .unwrap();
    let printed = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(printed).unwrap())
}

#[test]
fn a_crate_is_made_checked_and_made_again() {
    let directory = tempfile::tempdir().unwrap();
    let base = directory.path();
    fs::write(base.join("api.yaml"), DOCUMENT).unwrap();
    let (made, printed) = codegen(base, &[]);
    assert!(!made && printed.contains("multipart/related"), "{printed}");
    assert!(printed.contains("hint: `--skip-unsupported`"), "{printed}");
    assert!(!base.join("made").exists());

    let flags = [
        "--skip-unsupported",
        "--name",
        "b-client",
        "--crate-version",
        "2.0.0-rc.1",
        "--license",
        "MIT OR Apache-2.0",
    ];
    let (made, printed) = codegen(base, &flags);
    assert!(made, "{printed}");
    assert!(
        printed.contains("operations left out: 1\n  POST /related: "),
        "{printed}"
    );
    assert!(
        printed.contains("servers: this operation is at https://b.example.com"),
        "{printed}"
    );
    let manifest = fs::read_to_string(base.join("made/client/Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    for (member, value) in [
        ("name", "b-client"),
        ("version", "2.0.0-rc.1"),
        ("license", "MIT OR Apache-2.0"),
        ("description", "Low-level client of A \"b\" \u{7f} c"),
    ] {
        assert_eq!(
            manifest["package"][member].as_str(),
            Some(value),
            "{member}"
        );
    }
    let (same, printed) = codegen(base, &[&flags[..], &["--check"]].concat());
    assert!(same && printed.contains("up to date"), "{printed}");

    let library = base.join("made/client/src/lib.rs");
    let text = fs::read_to_string(&library).unwrap();
    fs::write(&library, text.replace("pub use generated::*;\n", "")).unwrap();
    let (same, printed) = codegen(base, &[&flags[..], &["--check"]].concat());
    assert!(!same && printed.contains("src/lib.rs differs"), "{printed}");
    assert!(codegen(base, &flags).0);
    assert_eq!(fs::read_to_string(&library).unwrap(), text);
}

#[test]
fn flags_that_no_package_can_have_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("api.yaml"), DOCUMENT).unwrap();
    for (flags, words) in [
        (["--name", "std"], "--name: no package can be called `std`"),
        (
            ["--crate-version", "1"],
            "--crate-version: `1` is no version",
        ),
    ] {
        let (made, printed) = codegen(directory.path(), &flags);
        assert!(!made && printed.contains(words), "{printed}");
    }
}

#[test]
fn a_reader_that_closes_the_pipe_is_no_failure() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("api.yaml"), DOCUMENT).unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .current_dir(directory.path())
        .args([
            "codegen",
            "--skip-unsupported",
            "--spec",
            "api.yaml",
            "--out",
            "client",
        ])
        .stdout(writer)
        .status()
        .unwrap();
    assert!(status.success(), "{status}");
}
