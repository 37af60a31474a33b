//! `cargo xtask fuzz`: runs the entry points of the crate `oci-genai-fuzz`.

use std::path::Path;
use std::process::Command;

/// The options of `cargo xtask fuzz`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How long each target runs, in seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// The seed of the mutator: the same seed makes the same inputs.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Run this input only, one that failed before.
    #[arg(long)]
    input: Option<std::path::PathBuf>,
    /// The targets to run; all, if none is named.
    targets: Vec<String>,
}

/// Builds and runs the program.
///
/// # Errors
/// When it does not start, or a target does not hold.
pub(crate) fn run(arguments: &Arguments, root: &Path) -> Result<(), String> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args([
            "run",
            "--quiet",
            "--profile",
            "fuzz",
            "--package",
            "oci-genai-fuzz",
            "--",
        ])
        .arg("--seconds")
        .arg(arguments.seconds.to_string())
        .arg("--seed")
        .arg(arguments.seed.to_string())
        .arg("--folder")
        .arg(root.join("target/fuzz-inputs"));
    if let Some(input) = &arguments.input {
        command.arg("--input").arg(input);
    }
    let status = command
        .args(&arguments.targets)
        .status()
        .map_err(|error| format!("cargo does not start: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err("a target does not hold, see above".to_owned())
    }
}
