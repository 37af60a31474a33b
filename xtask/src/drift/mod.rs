//! `cargo xtask drift`: how the pin and another document differ.
//!
//! Both are read and normalised like what code is made from, then [`operations`] matches the
//! operations and [`walk`] the schemas. [`exclusions`] removes intended differences, [`report`] prints the
//! rest. Words, bounds, defaults, values that are no texts, and formats that no Rust type follows from are
//! not compared. [`sdk`] makes a document of OpenAI's Python package.

mod alternatives;
mod difference;
mod exclusions;
mod facts;
mod merge;
mod operations;
mod report;
mod sdk;
#[cfg(test)]
mod tests;
mod walk;

use std::path::{Path, PathBuf};

use serde_json::Value;

use self::difference::{Difference, Kind, Side};
use self::exclusions::{Document, Exclusions, Scope};
use crate::codegen::{normalise, read_file};

/// Options of `cargo xtask drift`.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(crate) struct Arguments {
    #[command(flatten)]
    other: Other,
    /// Which document FILE is: the exclusions that are about it are applied.
    #[arg(
        long,
        value_name = "DOCUMENT",
        default_value = "openai",
        conflicts_with = "against_sdk"
    )]
    document: Document,
    /// Leave out operations that only the other document has.
    #[arg(long)]
    only_shared: bool,
    /// Another pin than this workspace's; its exclusions are read from `exclusions.toml` beside it.
    #[arg(long, value_name = "FILE")]
    pin: Option<PathBuf>,
    /// Print the differences as JSON.
    #[arg(long)]
    json: bool,
}

/// What the pin is compared with.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Other {
    /// The document to compare the pin with, OpenAPI 3.0 or 3.1, YAML or JSON.
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// The version of OpenAI's Python package to compare the pin with, or `latest`.
    #[arg(long, value_name = "VERSION")]
    against_sdk: Option<String>,
}

/// What the command found: the text to print, and how many differences it lists.
pub(crate) struct Report {
    pub(crate) text: String,
    pub(crate) differences: usize,
}

/// Runs the command. An error says which input is unusable and what to do.
pub(crate) fn run(arguments: &Arguments, root: &Path) -> Result<Report, String> {
    let ours = match &arguments.pin {
        Some(file) => file.clone(),
        None => root.join("openapi/oci-genai.yaml"),
    };
    let exclusions = Exclusions::read(&ours.with_file_name(exclusions::FILE))?;
    let pin = read(&ours)?;
    let (other, document) = match (&arguments.other.against, &arguments.other.against_sdk) {
        (Some(file), _) => (read(file)?, arguments.document),
        (None, version) => {
            let version = version.as_deref().unwrap_or_default();
            (
                read(&sdk::document(version, &pin, root)?)?,
                Document::OpenaiSdk,
            )
        }
    };
    let scope = Scope {
        document,
        only_shared: arguments.only_shared,
    };
    let mut differences = operations::compare(&pin, &other);
    if scope.only_shared {
        let only_there = |difference: &Difference| {
            difference.kind == Kind::Operation && difference.side == Side::Missing
        };
        differences.retain(|difference| !only_there(difference));
    }
    differences.sort_by(Difference::order);
    let excluded = exclusions.apply(&mut differences, scope);
    let text = if arguments.json {
        report::json(&differences)?
    } else {
        report::text(&differences, excluded)
    };
    Ok(Report {
        text,
        differences: differences.len(),
    })
}

fn read(path: &Path) -> Result<Value, String> {
    let document = read_file(path).map_err(|error| error.to_string())?;
    normalise(document).map_err(|error| format!("{}: {error}", path.display()))
}
