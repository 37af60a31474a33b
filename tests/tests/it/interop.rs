//! Clients that others wrote, against the emulator.

use std::process::Command;

use oci_genai_emulator::Emulator;
use oci_genai_tests::{API_KEY_PROFILE, OciConfigFile, SESSION_PROFILE, python_with};

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python");
const PROJECT: &str = "ocid1.generativeaiproject.oc1.us-chicago-1.emulator";

/// Runs a script and passes on what it printed, so that a failure names the check.
async fn run(command: &mut Command) {
    let mut command = tokio::process::Command::from(std::mem::replace(command, Command::new("")));
    let output = command.output().await.expect("the interpreter runs");
    let printed = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{printed}");
    assert!(printed.contains("all checks passed"), "{printed}");
}

#[tokio::test]
async fn openai_python_client() {
    let Some(python) = python_with(&["openai"]) else {
        return;
    };
    let emulator = Emulator::start().await.expect("the emulator starts");
    run(Command::new(python)
        .arg(format!("{SCRIPTS}/openai_client.py"))
        .args([&emulator.base_url(), "sk-emulator", PROJECT]))
    .await;
}

#[tokio::test]
async fn oracle_python_signers() {
    let Some(python) = python_with(&["oci", "oci_genai_auth", "httpx", "requests"]) else {
        return;
    };
    let config = OciConfigFile::new();
    let emulator = Emulator::builder()
        .oci_config(config.path())
        .start()
        .await
        .expect("the emulator starts");
    run(Command::new(python)
        .arg(format!("{SCRIPTS}/oracle_signers.py"))
        .arg(emulator.base_url())
        .arg(config.path())
        .args([API_KEY_PROFILE, SESSION_PROFILE, PROJECT]))
    .await;
}
