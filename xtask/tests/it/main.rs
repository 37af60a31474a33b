//! Tests of the compiler as a whole.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod calls;
mod command;
mod documents;
mod drift;
mod matrix;
mod mutations;
mod passes;
mod refusals;
mod reserved;

use std::path::{Path, PathBuf};

use serde_json::Value;

/// The directory of this crate.
fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The hard little documents, by name.
fn hard_documents() -> Vec<(String, Value)> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(here().join("tests/documents"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert!(paths.len() >= 5, "the documents are gone: {paths:?}");
    paths
        .into_iter()
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, xtask::codegen::read_file(&path).unwrap())
        })
        .collect()
}

/// The document of this workspace.
fn pin() -> Value {
    xtask::codegen::read_file(&here().join("../openapi/oci-genai.yaml")).unwrap()
}
