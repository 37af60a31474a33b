//! `cargo xtask drift`: how the pin and another document differ.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::codegen::document::for_each_operation;
use crate::codegen::read_file;

/// What `cargo xtask drift` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The document to compare the pin with, OpenAPI 3.0 or 3.1, YAML or JSON.
    #[arg(long, value_name = "FILE")]
    against: PathBuf,
    /// Print the differences as JSON.
    #[arg(long)]
    json: bool,
}

/// What the command found: the text to print, and how many differences it lists.
pub(crate) struct Report {
    pub(crate) text: String,
    pub(crate) differences: usize,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, root: &Path) -> Result<Report, String> {
    let pin = operations(&root.join("openapi/oci-genai.yaml"))?;
    let other = operations(&arguments.against)?;
    let mut found: Vec<(&String, &str)> = Vec::new();
    found.extend(
        other
            .difference(&pin)
            .map(|name| (name, "missing in the pin")),
    );
    found.extend(pin.difference(&other).map(|name| (name, "only in the pin")));
    found.sort();
    let text = if arguments.json {
        let list: Vec<Value> = found
            .iter()
            .map(|(location, what)| json!({"location": location, "what": what}))
            .collect();
        Value::Array(list).to_string()
    } else {
        let mut lines: Vec<String> = found
            .iter()
            .map(|(location, what)| format!("{location}: {what}"))
            .collect();
        lines.push(format!("{} differences", found.len()));
        lines.join("\n")
    };
    Ok(Report {
        text,
        differences: found.len(),
    })
}

fn operations(path: &Path) -> Result<BTreeSet<String>, String> {
    let mut document = read_file(path).map_err(|error| error.to_string())?;
    let mut names = BTreeSet::new();
    for_each_operation(&mut document, &mut |_, path, method, _| {
        names.insert(format!("{} {path}", method.to_uppercase()));
        Ok(())
    })
    .map_err(|error| error.to_string())?;
    Ok(names)
}
