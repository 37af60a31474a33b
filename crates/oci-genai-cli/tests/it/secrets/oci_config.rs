//! Secrets in the OCI config file, and in key and token files.

use oci_genai_emulator::{DEFAULT_PROJECT, Emulator};

use super::{COMMANDS, Runs, Secret, few, forms_of_key, key_lines, token};
use crate::support::{Home, USER, vector};

#[tokio::test(flavor = "multi_thread")]
async fn in_the_oci_config_file() {
    let emulator = Emulator::start().await.unwrap();
    let homes: Vec<(String, Secret, Home)> = places_of_the_oci_config();
    let mut runs = Runs::default();
    for (place, secret, home) in &homes {
        for command in COMMANDS {
            let mut program = home.client(&emulator);
            program.env_remove("OCI_GENAI_API_KEY").args(command);
            runs.add(format!("{place}, {}", command[0]), secret, program);
        }
        let mut region = home.program();
        region
            .env("OCI_GENAI_PROJECT", DEFAULT_PROJECT)
            .args(["doctor", "--free"]);
        // Nothing is to leave this machine.
        region.env("HTTPS_PROXY", "http://127.0.0.1:9");
        runs.add(format!("{place}, region"), secret, region);
    }
    runs.check().await;
}

fn places_of_the_oci_config() -> Vec<(String, Secret, Home)> {
    let mut homes = Vec::new();
    for secret in few() {
        // A value is one line: the next one is a line of its own.
        for key in [
            "user",
            "tenancy",
            "fingerprint",
            "key_file",
            "region",
            "pass_phrase",
            "passphrase",
            "security_token_file",
            "delegation_token_file",
            "authentication_type",
            "auth",
            "key_content",
            "secret",
        ] {
            let home = Home::new();
            let (key_pair, file) = home.key("key.pem");
            home.oci_profile(
                &key_pair,
                &file,
                &format!("{key}={}", secret.text.replace('\n', "\\n")),
            );
            homes.push((format!("[DEFAULT] {key}"), secret.clone(), home));
            let home = Home::new();
            let (key_pair, file) = home.key("key.pem");
            home.oci_profile(&key_pair, &file, &format!("{key}={}", secret.text));
            homes.push((format!("[DEFAULT] {key} as it is"), secret.clone(), home));
        }
        for (name, text) in [
            (
                "a session's token file",
                format!("user=\nsecurity_token_file={}", secret.text),
            ),
            (
                "a delegation",
                format!(
                    "authentication_type=instance_principal\ndelegation_token_file={}",
                    secret.text
                ),
            ),
            (
                "an encrypted key",
                format!("key_file=~/encrypted.pem\npass_phrase={}", secret.text),
            ),
        ] {
            let home = Home::new();
            let (key_pair, file) = home.key("key.pem");
            let encrypted = vector("rsa2048_pkcs8_encrypted");
            home.write(
                "encrypted.pem",
                encrypted["private_key_pem"].as_str().unwrap(),
            );
            home.oci_profile(&key_pair, &file, &text);
            homes.push((name.to_owned(), secret.clone(), home));
        }
        for (name, text) in [
            ("a line of its own", format!("[DEFAULT]\n{}\n", secret.text)),
            ("a line before any section", format!("{}\n", secret.text)),
            ("a section", format!("[{}]\nuser=x\n", secret.text)),
            (
                "a section without its end",
                format!("[DEFAULT\n{}", secret.text),
            ),
            ("a key", format!("[DEFAULT]\n{}=x\n{0}=y\n", secret.text)),
            (
                "an indented line",
                format!("[DEFAULT]\nuser={USER}\n  {}\n", secret.text),
            ),
        ] {
            let home = Home::new();
            home.write(".oci/config", &text);
            homes.push((name.to_owned(), secret.clone(), home));
        }
    }
    homes
}

#[tokio::test(flavor = "multi_thread")]
async fn in_key_files() {
    let emulator = Emulator::start().await.unwrap();
    let mut homes = Vec::new();
    for secret in secrets() {
        for lines in [
            "",
            "pass_phrase=wrong",
            "user=\nsecurity_token_file=~/key.pem",
            "key_file=~/token",
        ] {
            let home = Home::new();
            let (key_pair, file) = home.key("key.pem");
            home.oci_profile(&key_pair, &file, lines);
            home.write("key.pem", &secret.text);
            home.write("token", &token());
            homes.push((format!("key.pem with {lines:?}"), secret.clone(), home));
        }
    }
    let mut runs = Runs::default();
    for (place, secret, home) in &homes {
        for command in COMMANDS {
            let mut program = home.client(&emulator);
            program.env_remove("OCI_GENAI_API_KEY").args(command);
            runs.add(format!("{place}, {}", command[0]), secret, program);
        }
        let mut emulator = home.program();
        emulator.args([
            "emulator",
            "--oci-config",
            ".oci/config",
            "--listen",
            "nowhere",
        ]);
        runs.add(format!("{place}, emulator"), secret, emulator);
    }
    runs.check().await;
}

/// Every secret in every form.
fn secrets() -> Vec<Secret> {
    let of_key = |(name, text)| Secret {
        name,
        text,
        hidden: key_lines(),
    };
    let mut all: Vec<Secret> = forms_of_key().into_iter().map(of_key).collect();
    all.extend(few().into_iter().skip(2));
    all
}
