//! `cargo xtask drift`: how the pin and another document differ.

mod compare;
mod exclusions;
mod operations;
mod pair;
mod view;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use self::compare::Difference;
use self::exclusions::Exclusions;
use self::pair::Pairs;
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
    let read = |path: &Path| read_file(path).map_err(|error| error.to_string());
    let pin = read(&root.join("openapi/oci-genai.yaml"))?;
    let other = read(&arguments.against)?;
    let path = root.join("openapi/exclusions.toml");
    let explain = |error: String| format!("{}: {error}", path.display());
    let source = fs::read_to_string(&path).map_err(|error| explain(error.to_string()))?;
    let exclusions = Exclusions::parse(&source).map_err(explain)?;

    let all = differences(&pin, &other);
    let (excluded, listed): (Vec<&Difference>, Vec<&Difference>) = all
        .iter()
        .partition(|difference| exclusions.cover(&difference.location));
    let text = if arguments.json {
        as_json(&listed)
    } else {
        let locations: Vec<&str> = excluded
            .iter()
            .map(|difference| difference.location.as_str())
            .collect();
        as_text(&listed, excluded.len(), &exclusions.idle(&locations))
    };
    Ok(Report {
        text,
        differences: listed.len(),
    })
}

/// All differences, by location.
fn differences(pin: &Value, other: &Value) -> BTreeSet<Difference> {
    let mut pairs = Pairs::new(pin, other);
    let mut found = BTreeSet::new();
    operations::compare(&mut pairs, &mut found);
    pairs.walk();
    found.extend(compare::compare(&pairs));
    found
}

fn as_json(listed: &[&Difference]) -> String {
    let list: Vec<Value> = listed
        .iter()
        .map(|difference| {
            json!({
                "location": difference.location,
                "effect": difference.effect.name(),
                "what": difference.what,
            })
        })
        .collect();
    Value::Array(list).to_string()
}

fn as_text(listed: &[&Difference], excluded: usize, idle: &[&str]) -> String {
    let mut lines: Vec<String> = listed
        .iter()
        .map(|difference| {
            let effect = difference.effect.name();
            format!("{effect:7} {}: {}", difference.location, difference.what)
        })
        .collect();
    lines.extend(
        idle.iter()
            .map(|pattern| format!("note: no difference is excluded by {pattern}")),
    );
    lines.push(format!(
        "{} differences, {excluded} more are excluded",
        listed.len()
    ));
    lines.join("\n")
}

#[cfg(test)]
mod tests;
