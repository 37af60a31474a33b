//! OpenAI's Python package as a document to compare with.
//!
//! The package is installed from the package registry into a virtual environment of its own below
//! `target/drift`; [`SCRIPT`] reads its types.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The script, below the workspace's root.
const SCRIPT: &str = "xtask/src/drift/sdk_document.py";

/// The version that means the newest one.
const LATEST: &str = "latest";

/// Installs a version of the package, and returns the file that holds what it says about the pin's paths.
pub(super) fn document(version: &str, pin: &Value, root: &Path) -> Result<PathBuf, String> {
    if version != LATEST && !is_version(version) {
        return Err(format!(
            "`{version}` is no version of the Python package openai; write one like 3.57.0, or `{LATEST}`"
        ));
    }
    let folder = root.join("target/drift").join(version);
    let python = interpreter(&folder);
    if !python.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder)).map_err(|error| {
            format!("{error}; install Python 3.11 or later with its venv module")
        })?;
    }
    let package = if version == LATEST {
        "openai".to_owned()
    } else {
        format!("openai=={version}")
    };
    run(Command::new(&python)
        .args(["-m", "pip", "install", "--quiet", "--upgrade"])
        .args(["--disable-pip-version-check", &package]))
    .map_err(|error| format!("could not install {package}: {error}"))?;
    let text = run(Command::new(&python)
        .arg(root.join(SCRIPT))
        .args(prefixes(pin)))
    .map_err(|error| format!("could not read the types of {package}: {error}"))?;
    let file = folder.join("document.json");
    std::fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(file)
}

/// Versions are numbers, dots and letters; anything else could be an option of the installer.
fn is_version(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit())
        && text
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '.')
}

/// The first steps of the pin's paths: `/responses`.
fn prefixes(pin: &Value) -> Vec<String> {
    let paths = pin.get("paths").and_then(Value::as_object);
    let mut found: Vec<String> = paths
        .into_iter()
        .flatten()
        .filter_map(|(path, _)| path.split(['/', '{']).nth(1))
        .map(|step| format!("/{step}"))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn interpreter(folder: &Path) -> PathBuf {
    folder.join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    })
}

/// Runs a command and returns what it prints.
fn run(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| format!("{name}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "{name} ended with {}: {}",
        output.status,
        complaint.trim()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_versions_reach_the_installer() {
        for good in ["3.57.0", "3.0.0rc1"] {
            assert!(is_version(good), "{good}");
        }
        for bad in ["", "--index-url", "3.0 evil", "v3", "3.0;x", "../3"] {
            assert!(!is_version(bad), "{bad}");
        }
    }

    #[test]
    fn paths_are_asked_for_by_their_first_steps() {
        let pin = serde_json::json!({"paths": {"/a": {}, "/a/{id}": {}, "/b/c": {}, "/{id}": {}}});
        assert_eq!(prefixes(&pin), ["/", "/a", "/b"]);
    }
}
