//! What the front page says in other languages, tried as it stands there.

use std::path::PathBuf;
use std::process::Command;

use oci_genai_emulator::{DEFAULT_PROJECT, Emulator};

use crate::support::parse_events;

const PAGE: &str = include_str!("../../README.md");

/// The page's example in this language.
fn example(language: &str) -> String {
    let (_, rest) = PAGE.split_once(&format!("```{language}\n")).unwrap();
    let (example, _) = rest.split_once("```\n").unwrap();
    let lines: Vec<&str> = example.lines().collect();
    assert!(lines.len() <= 5, "{lines:?}");
    lines.join("\n")
}

/// Runs a command if it is there. Where it is not, continuous integration fails and others see a line.
fn output(mut command: Command, probe: &mut Command, hint: &str) -> Option<String> {
    if !probe.output().is_ok_and(|tried| tried.status.success()) {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{hint}");
        #[allow(clippy::print_stderr)] // A skipped test must be heard of.
        {
            eprintln!("SKIPPED: {hint}");
        }
        return None;
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_python_example_works() {
    let emulator = Emulator::start().await.unwrap();
    let python = std::env::var_os("OCI_GENAI_TEST_PYTHON")
        .map_or_else(|| PathBuf::from("python3"), PathBuf::from);
    let program = format!(
        "BASE_URL = {:?}\n{}",
        emulator.base_url(),
        example("python")
    );
    let mut command = Command::new(&python);
    command.args(["-c", &program]);
    let hint = "Python cannot import openai; install it and set OCI_GENAI_TEST_PYTHON";
    let Some(printed) = output(
        command,
        Command::new(python).args(["-c", "import openai"]),
        hint,
    ) else {
        return;
    };
    assert_eq!(
        printed,
        "I can see no earlier messages. You just said: \"Hello\".\n"
    );
    let project = emulator.project(DEFAULT_PROJECT);
    assert_eq!(project.conversations[0].items.len(), 2);
    assert_eq!(
        project.conversations[0].conversation["metadata"]["topic"],
        "offsite"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_curl_example_works() {
    let emulator = Emulator::start().await.unwrap();
    let mut command = Command::new("sh");
    command
        .args(["-c", &example("sh")])
        .env("BASE_URL", emulator.base_url());
    let hint = "there is no curl; install it";
    let Some(printed) = output(command, Command::new("curl").arg("--version"), hint) else {
        return;
    };
    let events = parse_events(&printed);
    assert_eq!(
        events.last().unwrap().data["response"]["output"][0]["content"][0]["text"],
        "1 2 3"
    );
}
