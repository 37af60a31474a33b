//! Runs every example against the emulator.

use std::path::PathBuf;

use oci_genai_emulator::{DEFAULT_API_KEY, DEFAULT_PROJECT, Emulator};
use tokio::process::Command;

use crate::scripted::{Scripted, json};

/// The examples are built next to the tests.
pub(crate) fn program(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let built = tests
        .parent()
        .unwrap()
        .parent()
        .unwrap()
        .join("examples")
        .join(name);
    let built = built.with_extension(std::env::consts::EXE_EXTENSION);
    assert!(
        built.exists(),
        "{} is not built: run `cargo build --examples -p oci-genai`",
        built.display()
    );
    built
}

async fn run(name: &str, base_url: &str, more: &[(&str, &str)]) -> String {
    let output = Command::new(program(name))
        .env_clear()
        .env("OCI_GENAI_BASE_URL", base_url)
        .env("OCI_GENAI_API_KEY", DEFAULT_API_KEY)
        .env("OCI_GENAI_PROJECT", DEFAULT_PROJECT)
        .env("OCI_GENAI_MODEL", "emulated")
        .envs(more.iter().copied())
        .output()
        .await
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{name}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn each_example_prints_the_expected_output() {
    let emulator = Emulator::start().await.unwrap();
    for (name, expected) in [
        (
            "quickstart",
            "The first was: \"Give me three ideas for a team offsite.\"",
        ),
        ("streaming", "1 2 3 4 5 6 7\n13 characters"),
        ("structured_output", "Idea \""),
        ("function_tool", "weather returned: Sunny in Lisbon."),
        (
            "own_auth_layer",
            "You just said: \"Hello?\".\n1 key handed out",
        ),
        (
            "own_tower_layer",
            "calling create_response\nI can see no earlier messages.",
        ),
        ("raw_low_level", "200 OK I can see no earlier messages."),
    ] {
        let printed = run(name, &emulator.base_url(), &[]).await;
        assert!(printed.contains(expected), "{name}: {printed}");
    }
}

#[tokio::test]
async fn the_failover_example_uses_the_other_region() {
    let emulator = Emulator::start().await.unwrap();
    let down = Scripted::start(vec![json(503, "{}"), json(503, "{}")]).await;
    let other = emulator.base_url();
    let printed = run(
        "region_failover",
        &down.url,
        &[("OCI_GENAI_FAILOVER_URL", &other)],
    )
    .await;
    assert!(printed.contains("You just said: \"Hello?\"."), "{printed}");
    assert_eq!(down.received().len(), 2);
}
