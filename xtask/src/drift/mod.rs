//! `cargo xtask drift`: how the pin and another document differ.
//!
//! Both are read and normalised like what code is made from, then [`operations`] matches the
//! operations and [`walk`] the schemas. [`exclusions`] takes out what is meant, [`report`] tells the
//! rest. Words, bounds, formats, defaults, and values that are no texts are not compared: none of
//! them changes a Rust type.

mod alternatives;
mod difference;
mod exclusions;
mod operations;
mod report;
#[cfg(test)]
mod tests;
mod together;
mod walk;

use std::path::{Path, PathBuf};

use serde_json::Value;

use self::difference::Difference;
use self::exclusions::Exclusions;
use crate::codegen::{normalise, read_file};

/// What `cargo xtask drift` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The document to compare the pin with, OpenAPI 3.0 or 3.1, YAML or JSON.
    #[arg(long, value_name = "FILE")]
    against: PathBuf,
    /// Another pin than this workspace's; its exclusions are read from `exclusions.toml` beside it.
    #[arg(long, value_name = "FILE")]
    pin: Option<PathBuf>,
    /// Print the differences as JSON.
    #[arg(long)]
    json: bool,
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
    let (pin, other) = (read(&ours)?, read(&arguments.against)?);
    let mut differences = operations::compare(&pin, &other);
    differences.sort_by(Difference::order);
    let excluded = exclusions.apply(&mut differences);
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
