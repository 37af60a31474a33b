//! `cargo xtask codegen`: from an OpenAPI document to a crate.
//!
//! `read` → `lower` → `shape` → `emit` for the types and `operations` for the client. Everything but
//! the last step of writing files is a function of the document.

mod command;
pub(crate) mod document;
mod emit;
mod error;
mod files;
mod lower;
pub(crate) mod names;
mod operations;
mod output;
mod progenitor;
mod read;
mod refusals;
mod shape;
mod standalone;
mod yaml;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

pub(crate) use self::command::{Arguments, check, run};
pub use self::error::{Error, Result};
pub(crate) use self::lower::normalise;
pub use self::lower::{PASSES, Pass};
pub use self::read::{parse, read_file};
pub use self::standalone::Package;

/// Files by their paths below some directory.
pub type Files = BTreeMap<PathBuf, String>;

/// A crate made from a document.
#[derive(Debug, PartialEq, Eq)]
pub struct Library {
    /// Its files by their paths below its directory.
    pub files: Files,
    /// What was read in another way than it is written, with the places.
    pub notes: Vec<String>,
    /// Operations that are left out, and why.
    pub left_out: Vec<String>,
}

impl Library {
    /// The notes and what is left out, for people.
    fn report(&self) -> String {
        let mut report = String::new();
        if !self.left_out.is_empty() {
            report.push_str(&format!("\noperations left out: {}", self.left_out.len()));
        }
        for line in &self.left_out {
            report.push_str(&format!("\n  {line}"));
        }
        if !self.notes.is_empty() {
            report.push_str("\nnotes:");
        }
        for line in &self.notes {
            report.push_str(&format!("\n  {line}"));
        }
        report
    }
}

/// The command that makes the committed sources.
const COMMAND: &str = "cargo xtask codegen";

/// Makes a crate of its own. Operations that no code can be made for are refused, or left out if they are to be skipped.
///
/// # Errors
///
/// Names the places in the document that no code can be made for.
pub fn library(
    document: Value,
    package: impl Into<Package>,
    skip_unsupported: bool,
) -> Result<Library> {
    let mut understood = understand(document, skip_unsupported)?;
    Ok(Library {
        files: standalone::files(&understood.shape, &package.into(), COMMAND)?,
        notes: std::mem::take(&mut understood.notes),
        left_out: std::mem::take(&mut understood.left_out),
    })
}

/// All files this workspace keeps generated, by their paths below its root.
fn committed(root: &Path) -> Result<Files> {
    let document = read_file(&root.join("openapi/oci-genai.yaml"))?;
    let mut files = BTreeMap::new();
    let mut shape = understand(document, false)?.shape;
    // The committed client always sends a body where there can be one.
    for operation in &mut shape.operations {
        if let Some(body) = &mut operation.body {
            body.required = true;
        }
    }
    for (name, content) in sources(&shape, COMMAND)? {
        files.insert(
            Path::new("crates/oci-genai-api/src/generated").join(name),
            content,
        );
    }
    files.insert(
        "crates/oci-genai-api/tests/it/every_type.rs".into(),
        emit::every_type(&shape, COMMAND),
    );
    files.extend(crate::regions::generate(root, COMMAND)?);
    files.extend(crate::emulator_schemas::generate(root)?);
    Ok(files)
}

/// The picture of a document, and what was found on the way.
struct Understood {
    shape: shape::Shape,
    notes: Vec<String>,
    left_out: Vec<String>,
}

/// Lowers a document and builds the picture of it.
fn understand(document: Value, skip_unsupported: bool) -> Result<Understood> {
    let mut refusals = refusals::Refusals::default();
    let mut lowered = lower::lower(document, &mut refusals)?;
    let notes = document::take_notes(&mut lowered);
    let shape = refusals.make(&mut lowered, shape::build)?;
    let left_out = refusals.settle(skip_unsupported)?;
    Ok(Understood {
        shape,
        notes,
        left_out,
    })
}

/// The generated module of the committed client: its files by their paths below it.
pub(crate) fn sources(shape: &shape::Shape, command: &str) -> Result<Files> {
    let mut files = BTreeMap::new();
    for (name, content) in emit::types(shape, command) {
        files.insert(Path::new("types").join(name), content);
    }
    let header = emit::header(command);
    files.insert(
        "operations.rs".into(),
        format!(
            "{header}//! The operations, as functions of a client.\n\n{}",
            progenitor::operations(shape)?
        ),
    );
    files.insert(
        "mod.rs".into(),
        format!(
            "{header}//! What is made from the OpenAPI document.\n\n\
             mod operations;\npub mod types;\n\npub use self::operations::Client;\n"
        ),
    );
    Ok(files)
}
