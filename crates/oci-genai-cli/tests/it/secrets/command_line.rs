//! Secrets on the command line.

use oci_genai_emulator::Emulator;

use super::{Runs, few};
use crate::support::Home;

/// Options of each command that take a value.
const FLAGS: &[(&str, &[&str])] = &[
    ("doctor", CONNECTION),
    ("ask", CONNECTION),
    ("quickstart", CONNECTION),
    ("chat", CONNECTION),
    (
        "ask",
        &[
            "--file",
            "--image",
            "--schema",
            "--session",
            "--turn-id",
            "--memory",
            "--expires-after",
            "--store",
        ],
    ),
    ("sessions list", &["--store", "--config", "--context"]),
    ("sessions show", &["--last", "--store"]),
    ("sessions export offsite", &["--output", "--store"]),
    (
        "emulator",
        &[
            "--listen",
            "--foreign-api-key",
            "--oci-config",
            "--data",
            "--region",
            "--propagation",
            "--error-shape",
            "--fault",
            "--faults",
            "--fault-seed",
            "--script",
            "--upstream",
            "--max-body-bytes",
        ],
    ),
    ("man", &[]),
    ("completions", &[]),
];

const CONNECTION: &[&str] = &[
    "--auth",
    "--region",
    "--project",
    "--compartment",
    "--model",
    "--base-url",
    "--oci-config",
    "--profile",
    "--config",
    "--context",
    // No flag takes a key, so these are errors.
    "--api-key",
    "--key",
];

#[tokio::test(flavor = "multi_thread")]
async fn on_the_command_line() {
    let emulator = Emulator::start().await.unwrap();
    let home = Home::new();
    let mut runs = Runs::default();
    let program = |command: &str| {
        let mut program = home.client(&emulator);
        program
            .args(command.split(' '))
            .stdin(std::process::Stdio::null());
        program
    };
    for secret in few() {
        for (command, flags) in FLAGS {
            for flag in *flags {
                // The emulator would run for ever.
                let takes = *command == "emulator" && *flag != "--listen";
                let mut separate = program(command);
                separate
                    .args([flag, &*secret.text])
                    .args(takes.then_some("--listen=nowhere"));
                runs.add(format!("{command} {flag}"), &secret, separate);
                let mut joined = program(command);
                joined
                    .arg(format!("{flag}={}", secret.text))
                    .args(takes.then_some("--listen=nowhere"));
                runs.add(format!("{command} {flag}="), &secret, joined);
            }
            let mut positional = program(command);
            positional.args(["one", "two", &*secret.text]);
            runs.add(format!("{command} one two SECRET"), &secret, positional);
            let mut option = program(command);
            option.arg(format!("--{}", secret.text));
            runs.add(format!("{command} --SECRET"), &secret, option);
        }
        for command in [
            "",
            "sessions",
            "sessions show",
            "sessions delete",
            "sessions import",
            "completions",
        ] {
            let mut last = home.client(&emulator);
            last.args(command.split(' ').filter(|word| !word.is_empty()))
                .arg(&secret.text);
            runs.add(format!("{command} SECRET"), &secret, last);
        }
    }
    runs.check().await;
}
