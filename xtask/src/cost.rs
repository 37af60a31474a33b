//! `cargo xtask cost`: what `oci-genai-api` costs those who build it, beside the client most would
//! take otherwise.
//!
//! Both are built from nothing, dependencies included, then once more alone. Seconds of processor
//! time are what to compare: they hardly depend on what else the machine does.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What `cargo xtask cost` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Where to build; everything below `cost/` there is removed first. About 2 GB are needed.
    #[arg(long, value_name = "DIR", default_value = "target")]
    dir: PathBuf,
}

struct Candidate {
    package: &'static str,
    dependency: String,
    sources: PathBuf,
}

/// Builds both and gives the table.
pub(crate) fn run(arguments: &Arguments, root: &Path) -> Result<String, String> {
    let base = arguments.dir.join("cost");
    if base.exists() {
        fs::remove_dir_all(&base).map_err(|error| format!("{}: {error}", base.display()))?;
    }
    let api = root.join("crates/oci-genai-api");
    let mut candidates = [
        Candidate {
            package: "oci-genai-api",
            dependency: format!("oci-genai-api = {{ path = {:?} }}", api.display()),
            sources: api.join("src"),
        },
        Candidate {
            package: "async-openai",
            dependency: "async-openai = { version = \"=0.43.0\", features = [\"responses\"] }"
                .into(),
            sources: PathBuf::new(),
        },
    ];
    let mut table = String::from(
        "| crate | lines of its source | profile | from nothing, CPU s | wall s | alone, CPU s | wall s |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for candidate in &mut candidates {
        let directory = base.join(candidate.package);
        write_package(&directory, &candidate.dependency)?;
        if candidate.sources.as_os_str().is_empty() {
            candidate.sources = locate(&directory, candidate.package)?;
        }
        let lines = count_lines(&candidate.sources)?;
        for profile in ["debug", "release"] {
            let build = format!(
                "cargo build --package {}{}",
                candidate.package,
                if profile == "release" {
                    " --release"
                } else {
                    ""
                }
            );
            let all = measure(&directory, &build)?;
            let clean = build.replace("cargo build", "cargo clean");
            measure(&directory, &clean)?;
            let alone = measure(&directory, &build)?;
            let _ = writeln!(
                table,
                "| {} | {lines} | {profile} | {:.1} | {} | {:.1} | {} |",
                candidate.package, all.processor, all.wall, alone.processor, alone.wall
            );
        }
    }
    Ok(table)
}

fn write_package(directory: &Path, dependency: &str) -> Result<(), String> {
    let manifest = format!(
        "[package]\nname = \"cost\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\n{dependency}\n\n[workspace]\n"
    );
    let failed = |error: std::io::Error| format!("{}: {error}", directory.display());
    fs::create_dir_all(directory.join("src")).map_err(failed)?;
    fs::write(directory.join("Cargo.toml"), manifest).map_err(failed)?;
    fs::write(directory.join("src/lib.rs"), "").map_err(failed)
}

/// Where cargo keeps the source of a dependency.
fn locate(directory: &Path, package: &str) -> Result<PathBuf, String> {
    let output = Command::new("cargo")
        .args(["metadata", "--format-version", "1"])
        .current_dir(directory)
        .output()
        .map_err(|error| format!("cargo metadata: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("cargo metadata: {error}"))?;
    metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|found| found["name"] == package)
        .and_then(|found| Path::new(found["manifest_path"].as_str()?).parent())
        .map(|parent| parent.join("src"))
        .ok_or_else(|| format!("cargo metadata does not list {package}"))
}

fn count_lines(directory: &Path) -> Result<usize, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", directory.display());
    let mut lines = 0;
    for entry in fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            lines += count_lines(&path)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            lines += fs::read_to_string(&path).map_err(failed)?.lines().count();
        }
    }
    Ok(lines)
}

struct Spent {
    processor: f64,
    /// As cargo says it.
    wall: String,
}

/// Runs a command in a shell, whose `times` tells what its children took.
fn measure(directory: &Path, command: &str) -> Result<Spent, String> {
    let output = Command::new("sh")
        .args(["-c", &format!("{command} && times")])
        .current_dir(directory)
        .env("CARGO_TARGET_DIR", "target")
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_INCREMENTAL")
        .output()
        .map_err(|error| format!("{command}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("{command}:\n{said}"));
    }
    let times = String::from_utf8_lossy(&output.stdout);
    let processor = times
        .lines()
        .last()
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(seconds)
        .sum();
    let wall = said
        .lines()
        .rev()
        .find_map(|line| line.rsplit_once(" target(s) in "))
        .map_or_else(|| "-".to_owned(), |(_, wall)| wall.trim().to_owned());
    Ok(Spent { processor, wall })
}

/// `1m2.5s` in seconds.
fn seconds(text: &str) -> Option<f64> {
    let (minutes, seconds) = text.strip_suffix('s')?.split_once('m')?;
    Some(minutes.parse::<f64>().ok()? * 60.0 + seconds.parse::<f64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn a_shells_times_are_read() {
        assert_eq!(seconds("1m2.5s"), Some(62.5));
        assert_eq!(seconds("0m0.000000s"), Some(0.0));
        assert_eq!(seconds("2.5"), None);
    }
}
