//! `cargo xtask codegen`: from an OpenAPI document to a crate.
//!
//! `read` → `lower` → `shape` → `emit` for the types and `client` for the operations, where
//! progenitor does the work. Everything but the last step of writing files is a function of the
//! document.

mod client;
pub(crate) mod document;
mod emit;
mod error;
mod lower;
pub(crate) mod names;
mod output;
mod read;
mod refusals;
mod shape;
mod standalone;
mod yaml;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

pub use self::error::{Error, Result};
pub(crate) use self::lower::normalise;
pub use self::lower::{PASSES, Pass};
pub use self::read::{parse, read_file};

/// Files by their paths below some directory.
pub type Files = BTreeMap<PathBuf, String>;

/// What `cargo xtask codegen` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Write nothing; fail if what is committed differs from what would be written.
    #[arg(long)]
    check: bool,
    /// Another document to generate from, OpenAPI 3.0 or 3.1, YAML or JSON.
    #[arg(long, value_name = "FILE", requires = "out")]
    spec: Option<PathBuf>,
    /// The directory to write a crate of its own to.
    #[arg(long, value_name = "DIR", requires = "spec")]
    out: Option<PathBuf>,
    /// Leave out operations that no code can be made for, and list them.
    #[arg(long, requires = "spec")]
    skip_unsupported: bool,
}

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

/// Runs the command. The answer is what to print, or what went wrong.
pub(crate) fn run(arguments: &Arguments, root: &Path) -> std::result::Result<String, String> {
    let (files, base, command, report) = match (&arguments.spec, &arguments.out) {
        (Some(spec), Some(out)) => {
            let command = format!(
                "{COMMAND} --spec {} --out {}",
                spec.display(),
                out.display()
            );
            let name = standalone::package_name(out)?;
            let document = read_file(spec).map_err(|error| error.to_string())?;
            let skip = arguments.skip_unsupported;
            let library = library(document, &name, skip).map_err(|error| {
                let hint =
                    "`--skip-unsupported` leaves out the operations that no code can be made for";
                match skip {
                    true => error.to_string(),
                    false => format!("{error}\nhint: {hint}"),
                }
            })?;
            let report = library.report();
            (library.files, out.clone(), command, report)
        }
        _ => {
            let files = committed(root).map_err(|error| error.to_string())?;
            (files, root.to_owned(), COMMAND.to_owned(), String::new())
        }
    };
    let outcome = if arguments.check {
        output::check(&files, &base, &command)
    } else {
        output::write(&files, &base)
    };
    outcome.map(|answer| answer + &report)
}

/// Compares what is committed with what would be written.
pub(crate) fn check(root: &Path) -> std::result::Result<String, String> {
    let arguments = Arguments {
        check: true,
        spec: None,
        out: None,
        skip_unsupported: false,
    };
    run(&arguments, root)
}

/// Makes a crate of its own. Operations that no code can be made for are refused, or left out if they are to be skipped.
///
/// # Errors
///
/// Names the places in the document that no code can be made for.
pub fn library(document: Value, package: &str, skip_unsupported: bool) -> Result<Library> {
    let mut understood = understand(document, skip_unsupported)?;
    Ok(Library {
        files: standalone::files(&understood.shape, package, COMMAND)?,
        notes: std::mem::take(&mut understood.notes),
        left_out: std::mem::take(&mut understood.left_out),
    })
}

/// All files this workspace keeps generated, by their paths below its root.
fn committed(root: &Path) -> Result<Files> {
    let document = read_file(&root.join("openapi/oci-genai.yaml"))?;
    let mut files = BTreeMap::new();
    let shape = understand(document, false)?.shape;
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
    let shape = refusals.step(&mut lowered, |document| shape::build(document))?;
    let left_out = refusals.settle(skip_unsupported)?;
    Ok(Understood {
        shape,
        notes,
        left_out,
    })
}

/// The generated module: its files by their paths below it.
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
            client::operations(shape)?
        ),
    );
    files.insert(
        "mod.rs".into(),
        format!(
            "{header}//! What is made from the OpenAPI document.\n\n\
             mod operations;\npub mod types;\n\npub use self::operations::Client;\n"
        ),
    );
    for (name, content) in &files {
        syn::parse_file(content).map_err(|error| {
            Error::new(
                "#",
                format!("the code made for {} is no Rust: {error}", name.display()),
                "report this with the document",
            )
        })?;
    }
    Ok(files)
}
