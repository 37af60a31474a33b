//! Secrets in the configuration file.

use oci_genai_emulator::{DEFAULT_API_KEY, DEFAULT_PROJECT, Emulator};

use super::{COMMANDS, Runs, few};
use crate::support::Home;

#[tokio::test(flavor = "multi_thread")]
async fn in_the_configuration_file() {
    let emulator = Emulator::start().await.unwrap();
    let mut homes = Vec::new();
    for secret in few() {
        let literal = |text: &str| format!("'''{text}'''");
        let value = literal(&secret.text);
        let mut texts: Vec<(String, String)> = [
            "auth",
            "region",
            "project",
            "compartment",
            "model",
            "base_url",
            "oci_config",
            "oci_profile",
            "store",
            "api_key",
            "key",
            "secret",
            "regoin",
        ]
        .into_iter()
        .map(|key| {
            (
                key.to_owned(),
                format!("[profiles.work]\n{key} = {value}\n"),
            )
        })
        .collect();
        let quoted = format!("\"{}\"", secret.text.escape_default());
        for (name, text) in [
            (
                "profile",
                format!("profile = {value}\n[profiles.work]\nregion = 'ord'\n"),
            ),
            (
                "a profile's name",
                format!("[profiles.{quoted}]\nregion = 'ord'\n"),
            ),
            (
                "a profile that is none",
                format!("[profiles]\n{quoted} = 3\n"),
            ),
            ("a key", format!("[profiles.work]\n{quoted} = 'x'\n")),
            (
                "a key twice",
                format!("[profiles.work]\n{quoted} = 'x'\n{quoted} = 'x'\n"),
            ),
            ("a key at the top", format!("{quoted} = 'x'\n")),
            ("a table", format!("[{quoted}]\nregion = 'ord'\n")),
            (
                "what is no TOML",
                format!("[profiles.work]\nregion = {}\n", secret.text),
            ),
            ("nothing but the secret", secret.text.clone()),
        ] {
            texts.push((name.to_owned(), text));
        }
        for (name, text) in texts {
            let home = Home::new();
            home.write(".config/oci-genai/config.toml", &text);
            homes.push((name, secret.clone(), home));
        }
    }
    let mut runs = Runs::default();
    for (place, secret, home) in &homes {
        for command in COMMANDS {
            // The settings of the file are those that count.
            let mut program = home.program();
            program
                .args(command)
                .env("OCI_GENAI_API_KEY", DEFAULT_API_KEY);
            program.env("HTTPS_PROXY", "http://127.0.0.1:9");
            if place != "profile" {
                program.env("OCI_GENAI_PROFILE", "work");
            }
            if place != "base_url" {
                program.env("OCI_GENAI_BASE_URL", emulator.base_url());
            }
            if place != "project" {
                program.env("OCI_GENAI_PROJECT", DEFAULT_PROJECT);
            }
            runs.add(format!("{place}, {}", command[0]), secret, program);
        }
        let mut list = home.program();
        list.args(["sessions", "list", "--context", "work"]);
        runs.add(format!("{place}, sessions"), secret, list);
    }
    runs.check().await;
}
