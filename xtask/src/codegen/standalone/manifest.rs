//! The manifest of a generated crate.

use super::Package;
use super::runtime::has_forms;
use crate::codegen::shape::Shape;

/// The versions are those this workspace builds with.
const DEPENDENCIES: [(&str, &str); 11] = [
    ("bytes", "\"1.12\""),
    (
        "futures-core",
        "{ version = \"0.3.34\", default-features = false }",
    ),
    ("http", "\"1.5\""),
    ("http-body", "\"1.1\""),
    ("http-body-util", "\"0.1.5\""),
    ("progenitor-client", "\"0.15.1\""),
    (
        "reqwest",
        "{ version = \"0.13.5\", default-features = false, features = [\"rustls\", \"http2\", \
         \"gzip\", \"json\", \"query\", \"stream\"] }",
    ),
    (
        "serde",
        "{ version = \"1.0.229\", features = [\"derive\"] }",
    ),
    ("serde_json", "\"1.0.154\""),
    ("tower", "{ version = \"0.5.3\", features = [\"util\"] }"),
    ("tower-service", "\"0.3.3\""),
];

/// What only crates with forms need.
const FORMS: (&str, &str) = ("serde_urlencoded", "\"0.7.1\"");

fn dependencies(shape: &Shape) -> Vec<(&'static str, &'static str)> {
    let mut all = DEPENDENCIES.to_vec();
    if has_forms(shape) {
        all.push(FORMS);
    }
    all.sort_unstable();
    all
}

/// A new manifest. The empty `[workspace]` lets the crate stand anywhere.
pub(super) fn manifest(shape: &Shape, package: &Package) -> String {
    let quoted = |text: String| toml::Value::String(text);
    let title = shape.title.split_whitespace().collect::<Vec<_>>().join(" ");
    let description = quoted(format!("Low-level client of {title}"));
    let license = match &package.license {
        Some(license) => format!("license = {}\n", quoted(license.clone())),
        None => String::new(),
    };
    let dependencies: String = dependencies(shape)
        .into_iter()
        .map(|(name, version)| format!("{name} = {version}\n"))
        .collect();
    format!(
        "[package]\nname = {}\nversion = {}\nedition = \"2024\"\n\
         description = {description}\n{license}readme = \"README.md\"\n\n\
         [dependencies]\n{dependencies}\n\
         [dev-dependencies]\n\
         tokio = {{ version = \"1.54\", features = [\"macros\", \"rt-multi-thread\"] }}\n\n\
         [workspace]\n",
        quoted(package.name.clone()),
        quoted(package.version.clone()),
    )
}

/// What a manifest that is there lacks, as lines for it.
pub(super) fn missing(there: &str, new: &str) -> Vec<String> {
    let dependencies = |text: &str| {
        let table: toml::Table = text.parse().unwrap_or_default();
        table
            .get("dependencies")
            .and_then(toml::Value::as_table)
            .cloned()
            .unwrap_or_default()
    };
    let known = dependencies(there);
    let wanted = dependencies(new);
    let lines = new.lines().filter(|line| {
        let name = line.split(" = ").next().unwrap_or_default();
        wanted.contains_key(name) && !known.contains_key(name)
    });
    lines.map(str::to_owned).collect()
}
