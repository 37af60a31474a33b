//! The emulator and the proxy under test, as the program that people run.

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
    _process: Process,
    pub(super) base_url: String,
}

impl Emulator {
    /// Starts one and waits for its ready line; what it logs goes to a file.
    pub(super) fn start(
        program: &Path,
        oci_config: &Path,
        log: &Path,
        token_seconds: u64,
    ) -> Result<Self, String> {
        let mut command = Command::new(program);
        command
            .args(["emulator", "--api-key", API_KEY, "--project", PROJECT])
            .args(["--token-lifetime", &format!("{token_seconds}s")])
            .arg("--oci-config")
            .arg(oci_config);
        let (process, ready) = Process::start(command, log)?;
        Ok(Self {
            _process: process,
            base_url: text(&ready, "base_url"),
        })
    }
}

/// A running proxy; it ends with this value.
pub(super) struct Proxy {
    _process: Process,
    pub(super) base_url: String,
    /// What clients send as their API key.
    pub(super) token: String,
}

impl Proxy {
    /// Starts one before an emulator, with a profile of an OCI config file.
    pub(super) fn start(
        program: &Path,
        emulator: &Emulator,
        oci_config: &Path,
        profile: &str,
        home: &Path,
        log: &Path,
    ) -> Result<Self, String> {
        let mut command = Command::new(program);
        command
            .args(["proxy", "--base-url", &emulator.base_url])
            .args(["--project", PROJECT, "--auth", "config"])
            .args(["--profile", profile])
            .arg("--oci-config")
            .arg(oci_config)
            .env("HOME", home)
            .env_remove("XDG_CONFIG_HOME");
        // Where tokens are refreshed.
        let identity = emulator.base_url.trim_end_matches("/openai/v1");
        let refresh = [("OCI_CLI_FEDERATION_ENDPOINT", identity)];
        let (process, ready) = Process::start_with(command, log, &refresh)?;
        Ok(Self {
            _process: process,
            base_url: text(&ready, "base_url"),
            token: text(&ready, "token"),
        })
    }
}

fn text(ready: &Value, name: &str) -> String {
    ready[name].as_str().unwrap_or_default().to_owned()
}

/// A server that says in a line of JSON when it is ready.
struct Process(Child);

impl Process {
    fn start(command: Command, log: &Path) -> Result<(Self, Value), String> {
        Self::start_with(command, log, &[])
    }

    /// Starts one without OCI's variables but these; what it logs goes to a file.
    fn start_with(
        mut command: Command,
        log: &Path,
        variables: &[(&str, &str)],
    ) -> Result<(Self, Value), String> {
        let file = File::create(log).map_err(|error| format!("{}: {error}", log.display()))?;
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("OCI_") {
                command.env_remove(name);
            }
        }
        let name = command.get_program().to_string_lossy().into_owned();
        let process = command
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(file)
            .spawn()
            .map_err(|error| format!("{name}: {error}"))?;
        let mut process = Self(process);
        let mut line = String::new();
        if let Some(output) = process.0.stdout.take() {
            // An error reads as an empty line, which is no ready record either.
            let _ = BufReader::new(output).read_line(&mut line);
        }
        let ready: Value = serde_json::from_str(&line).unwrap_or_default();
        match ready["base_url"].as_str() {
            Some(_) => Ok((process, ready)),
            None => Err(format!("{name} did not start; see {}", log.display())),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
