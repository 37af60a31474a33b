//! Help: every command has examples, they fit a terminal, and they work.

use std::process::Stdio;

use oci_genai_emulator::{DEFAULT_API_KEY, DEFAULT_PROJECT, Emulator};
use tokio::process::Command;

use crate::support::{Home, Ran, found, run};

/// Every command there is; what they list themselves is held against it.
pub(crate) const COMMANDS: &[&[&str]] = &[
    &[],
    &["quickstart"],
    &["ask"],
    &["chat"],
    &["sessions"],
    &["sessions", "list"],
    &["sessions", "show"],
    &["sessions", "search"],
    &["sessions", "fork"],
    &["sessions", "rewind"],
    &["sessions", "export"],
    &["sessions", "import"],
    &["sessions", "delete"],
    &["sessions", "purge"],
    &["doctor"],
    &["emulator"],
    &["proxy"],
    &["proxy", "run"],
    &["usage"],
    &["completions"],
    &["man"],
];

#[tokio::test]
async fn help_fits_eighty_columns_and_begins_with_one_line() {
    let home = Home::new();
    for command in COMMANDS {
        let text = |option| {
            let mut program = home.program();
            program.args(*command).arg(option).env("COLUMNS", "80");
            async move { run(&mut program).await }
        };
        let (short, long) = (text("-h").await, text("--help").await);
        for ran in [&short, &long] {
            assert_eq!(ran.code, 0, "{ran:?}");
            let first = ran.stdout.lines().next().unwrap();
            assert!(first.len() <= 72 && !first.ends_with('.'), "{first}");
            assert_eq!(ran.stdout.lines().nth(1), Some(""), "{first}");
            for line in ran.stdout.lines() {
                assert!(line.chars().count() <= 80, "{command:?}: {line}");
                assert!(!line.ends_with("[env:"), "{command:?}: {line}");
            }
            assert!(!ran.stdout.contains('\u{1b}'), "no colours in a pipe");
        }
        // The short form lists the options, the long one explains them.
        assert!(!short.stdout.contains("[env:"), "{command:?}");
        assert!(
            long.stdout.contains("[env: OCI_GENAI_CONFIG]"),
            "{command:?}"
        );
        assert!(
            short.stdout.lines().count() < long.stdout.lines().count(),
            "{command:?}"
        );
    }
}

#[tokio::test]
async fn every_command_is_looked_at() {
    let home = Home::new();
    for command in COMMANDS {
        let help = help(&home, &command.join(" ")).await;
        let listed = help
            .split_once("Commands:\n")
            .map_or("", |(_, rest)| rest.split("\n\n").next().unwrap());
        for line in listed.lines() {
            let name = line.split_whitespace().next().unwrap();
            let whole = [*command, &[name]].concat();
            let known = COMMANDS.iter().any(|known| **known == whole[..]);
            assert!(name == "help" || known, "{whole:?}");
        }
    }
}

/// The commands below `Examples:`, each with its further lines, as a terminal of 80 columns shows them.
fn examples(help: &str) -> Vec<String> {
    let Some((_, examples)) = help.split_once("Examples:\n") else {
        return Vec::new();
    };
    let mut commands: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in examples.lines() {
        if let Some(command) = line.strip_prefix("  $ ") {
            commands.push(command.to_owned());
        } else if goes_on {
            let last = commands.last_mut().unwrap();
            last.push('\n');
            last.push_str(line);
        }
        goes_on = line.ends_with('\\');
    }
    commands
}

async fn help(home: &Home, command: &str) -> String {
    let mut program = home.program();
    let words = command.split_whitespace();
    run(program.args(words).arg("--help").env("COLUMNS", "80"))
        .await
        .stdout
}

/// A shell with the program on its path.
fn shell(home: &Home, script: &str) -> Command {
    let program = assert_cmd::cargo::cargo_bin!("oci-genai").to_owned();
    let path = std::env::var("PATH").unwrap();
    let mut command = Command::new("sh");
    command
        .args(["-ec", script])
        .env_clear()
        .env("HOME", home.path())
        .env(
            "PATH",
            format!("{}:{path}", program.parent().unwrap().display()),
        )
        .env("OCI_METADATA_BASE_URL", "http://127.0.0.1:9/opc/v2")
        .env("LC_ALL", "C.UTF-8")
        .env("MANPAGER", "cat")
        .current_dir(home.path());
    command
}

#[tokio::test]
async fn examples_work() {
    let emulator = Emulator::start().await.unwrap();
    let mut count = 0;
    for name in ["quickstart", "doctor", "completions", "man"] {
        let home = Home::new();
        for folder in [
            ".local/share/bash-completion/completions",
            ".zfunc",
            ".config/fish/completions",
        ] {
            std::fs::create_dir_all(home.path().join(folder)).unwrap();
        }
        for example in examples(&help(&home, name).await) {
            // The service's region leads to the test's emulator, its OCID is not written out.
            let region = format!("--base-url {}", emulator.base_url());
            let example = example
                .replace("--region us-chicago-1", &region)
                .replace("ocid1.generativeaiproject.…", DEFAULT_PROJECT);
            let mut command = shell(&home, &example);
            if name != "quickstart" || example.contains("--project") {
                command
                    .env("OCI_GENAI_BASE_URL", emulator.base_url())
                    .env("OCI_GENAI_API_KEY", DEFAULT_API_KEY)
                    .env("OCI_GENAI_PROJECT", DEFAULT_PROJECT);
            }
            if example.starts_with("man ") && !found("man") {
                continue;
            }
            let ran = Ran::of(command.stdin(Stdio::null()).output().await.unwrap());
            assert_eq!(ran.code, 0, "{example}: {ran:?}");
            count += 1;
        }
    }
    assert!(count >= 9, "{count}");
}

/// Those of what is about sessions need some to be there, and files.
#[tokio::test]
async fn examples_of_talking_and_sessions_work() {
    let emulator = Emulator::start().await.unwrap();
    let home = Home::new();
    home.write("report.pdf", "%PDF-1.7\n");
    home.write("chart.png", "GIF89a;");
    let schema = r#"{"type":"object","properties":{"title":{"type":"string"}},"required":["title"],"additionalProperties":false}"#;
    home.write("idea.json", schema);
    for question in ["One.", "Two.", "Three."] {
        let mut ask = home.client(&emulator);
        let ran = run(ask.args(["ask", "--session", "offsite", question])).await;
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    let mut count = 0;
    for name in [
        "",
        "ask",
        "chat",
        "sessions",
        "sessions list",
        "sessions show",
        "sessions search",
        "sessions fork",
        "sessions rewind",
        "sessions export",
        "sessions delete",
        "sessions import",
        "sessions purge",
    ] {
        for example in examples(&help(&home, name).await) {
            // Not every machine has these, or is another one.
            let mut example = example
                .replace("git diff |", "echo A change. |")
                .replace("ssh other ", "");
            if let Some((before, _)) = example.split_once(" | jq ") {
                example.truncate(before.len());
            }
            if example.ends_with("| oci-genai sessions import") {
                example.push_str(" --store other.sqlite");
            }
            let mut command = shell(&home, &example);
            command
                .env("OCI_GENAI_BASE_URL", emulator.base_url())
                .env("OCI_GENAI_API_KEY", DEFAULT_API_KEY)
                .env("OCI_GENAI_PROJECT", DEFAULT_PROJECT);
            let ran = Ran::of(command.stdin(Stdio::null()).output().await.unwrap());
            assert_eq!(ran.code, 0, "{example}: {ran:?}");
            if name == "sessions export" {
                let _ = std::fs::rename(
                    home.path().join("offsite.jsonl"),
                    home.path().join("kept.jsonl"),
                );
            }
            if name == "sessions delete" {
                std::fs::rename(
                    home.path().join("kept.jsonl"),
                    home.path().join("offsite.jsonl"),
                )
                .unwrap();
            }
            count += 1;
        }
    }
    assert!(count >= 26, "{count}");
}

/// The emulator's examples start it: those that end are run, and each start gets as far as the ready line.
#[tokio::test]
async fn examples_of_the_emulator_work() {
    use tokio::io::{AsyncBufReadExt as _, BufReader};
    let home = Home::new();
    let (key, file) = home.key("key.pem");
    home.oci_profile(&key, &file, "");
    let upstream = Emulator::start().await.unwrap();
    let examples = examples(&help(&home, "emulator").await);
    let mut started = 0;
    for example in &examples {
        let example = example
            .replace("127.0.0.1:8080", "127.0.0.1:0")
            .replace("http://127.0.0.1:11434/v1", &upstream.base_url());
        if !example.starts_with("oci-genai emulator") {
            if example.starts_with("echo") {
                let ran = Ran::of(shell(&home, &example).output().await.unwrap());
                assert_eq!(ran.code, 0, "{example}: {ran:?}");
            }
            continue;
        }
        let mut command = shell(&home, &format!("exec {example}"));
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).await.unwrap();
        assert!(line.contains("\"event\":\"ready\""), "{example}: {line}");
        started += 1;
    }
    assert_eq!(started, 4);
    assert!(home.path().join("ca.pem").is_file());
    // The question of the first example, to an emulator on a port of its own.
    let mut command = shell(&home, "oci-genai ask \"Hello there.\"");
    command
        .env("OCI_GENAI_BASE_URL", upstream.base_url())
        .env("OCI_GENAI_API_KEY", DEFAULT_API_KEY)
        .env("OCI_GENAI_PROJECT", DEFAULT_PROJECT);
    assert!(
        examples
            .iter()
            .any(|example| example == "oci-genai ask \"Hello there.\"")
    );
    let ran = Ran::of(command.output().await.unwrap());
    assert!(
        ran.code == 0 && ran.stdout.contains("Hello there."),
        "{ran:?}"
    );
}
