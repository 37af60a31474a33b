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
mod names;
mod output;
mod read;
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
}

/// The command that makes the committed sources.
const COMMAND: &str = "cargo xtask codegen";

/// Runs the command. The answer is what to print, or what went wrong.
pub(crate) fn run(arguments: &Arguments, root: &Path) -> std::result::Result<String, String> {
    let (files, base, command) = match (&arguments.spec, &arguments.out) {
        (Some(spec), Some(out)) => {
            let command = format!(
                "{COMMAND} --spec {} --out {}",
                spec.display(),
                out.display()
            );
            let document = read_file(spec).map_err(|error| error.to_string())?;
            let name = standalone::package_name(out);
            let files =
                standalone::files(document, &name, COMMAND).map_err(|error| error.to_string())?;
            (files, out.clone(), command)
        }
        _ => {
            let files = committed(root).map_err(|error| error.to_string())?;
            (files, root.to_owned(), COMMAND.to_owned())
        }
    };
    if arguments.check {
        output::check(&files, &base, &command)
    } else {
        output::write(&files, &base)
    }
}

/// Compares what is committed with what would be written.
pub(crate) fn check(root: &Path) -> std::result::Result<String, String> {
    let arguments = Arguments {
        check: true,
        spec: None,
        out: None,
    };
    run(&arguments, root)
}

/// A crate of its own: its files by their paths below its directory.
///
/// # Errors
///
/// Names the place in the document that no code can be made for.
pub fn library(document: Value, package: &str) -> Result<Files> {
    standalone::files(document, package, COMMAND)
}

/// All files this workspace keeps generated, by their paths below its root.
fn committed(root: &Path) -> Result<Files> {
    let document = read_file(&root.join("openapi/oci-genai.yaml"))?;
    let mut files = BTreeMap::new();
    let shape = understand(document)?;
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
    files.extend(crate::contract::generate(root)?);
    Ok(files)
}

/// Lowers a document and builds the picture of it.
pub(crate) fn understand(document: Value) -> Result<shape::Shape> {
    shape::build(&lower::lower(document)?)
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
