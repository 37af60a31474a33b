//! `cargo xtask cost`: what `oci-genai-api` costs those who build it, beside the client most would
//! take otherwise.
//!
//! Both are built from nothing, dependencies included, then once more alone. Seconds of processor
//! time are what to compare: they hardly depend on what else the machine does.

pub(crate) mod measure;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Options of `cargo xtask cost`.
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
    measure::clear(&base)?;
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
        measure::write_package(&directory, &candidate.dependency, None)?;
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
            let all = measure::measure(&directory, &build)?;
            let clean = build.replace("cargo build", "cargo clean");
            measure::measure(&directory, &clean)?;
            let alone = measure::measure(&directory, &build)?;
            let _ = writeln!(
                table,
                "| {} | {lines} | {profile} | {:.1} | {} | {:.1} | {} |",
                candidate.package, all.processor, all.wall, alone.processor, alone.wall
            );
        }
    }
    Ok(table)
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
