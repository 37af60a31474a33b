//! The emulator under test, as the program that people run.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

pub(super) const API_KEY: &str = "sk-interop";
pub(super) const PROJECT: &str = "ocid1.generativeaiproject.oc1.us-chicago-1.interop";

/// Builds the program and says where it is.
pub(super) fn build(root: &Path) -> Result<PathBuf, String> {
    let output = Command::new("cargo")
        .args(["build", "--package", "oci-genai-cli", "--locked"])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo build: {error}"))?;
    if !output.status.success() {
        return Err("oci-genai could not be built; cargo says why above".into());
    }
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == "oci-genai")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .ok_or_else(|| "cargo build made no oci-genai".into())
}

/// A running emulator; it ends with this value.
pub(super) struct Emulator {
    process: Child,
    pub(super) base_url: String,
}

impl Emulator {
    /// Starts one and waits for its ready line; what it logs goes to a file.
    pub(super) fn start(program: &Path, oci_config: &Path, log: &Path) -> Result<Self, String> {
        let file = File::create(log).map_err(|error| format!("{}: {error}", log.display()))?;
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("OCI_") {
                command.env_remove(name);
            }
        }
        let process = command
            .args(["emulator", "--api-key", API_KEY, "--project", PROJECT])
            .arg("--oci-config")
            .arg(oci_config)
            .stdout(Stdio::piped())
            .stderr(file)
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        let mut emulator = Self {
            process,
            base_url: String::new(),
        };
        let mut line = String::new();
        if let Some(output) = emulator.process.stdout.take() {
            // An error reads as an empty line, which is no ready record either.
            let _ = BufReader::new(output).read_line(&mut line);
        }
        let ready: Value = serde_json::from_str(&line).unwrap_or_default();
        emulator.base_url = ready["base_url"]
            .as_str()
            .ok_or_else(|| format!("the emulator did not start; see {}", log.display()))?
            .to_owned();
        Ok(emulator)
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
