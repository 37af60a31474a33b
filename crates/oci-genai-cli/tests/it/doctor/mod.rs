//! `doctor` names the right cause: everything that Oracle's users are known to trip over and that a client
//! can see, each played by the emulator or by files, and the diagnosis read from `--json`.

mod files;
mod healthy;
mod network;
mod principals;
mod probe;
mod refused;
mod sessions;

use oci_genai_auth::KeyId;
use oci_genai_emulator::{DEFAULT_PROJECT, Emulator};
use serde_json::Value;
use tokio::process::Command;

use crate::support::{Home, Ran, TENANCY, USER, run};

/// What doctor said.
#[derive(Debug)]
struct Diagnosis {
    ran: Ran,
    report: Value,
}

async fn doctor(command: &mut Command) -> Diagnosis {
    doctor_with(command, &[]).await
}

async fn doctor_with(command: &mut Command, options: &[&str]) -> Diagnosis {
    let ran = run(command.args(["doctor", "--json"]).args(options)).await;
    let report = ran.json();
    Diagnosis { ran, report }
}

impl Diagnosis {
    fn step(&self, name: &str) -> &Value {
        let steps = self.report["steps"].as_array().unwrap();
        steps.iter().find(|step| step["step"] == name).unwrap()
    }

    fn status(&self, name: &str) -> &str {
        self.step(name)["status"].as_str().unwrap()
    }

    fn change(&self) -> &str {
        self.report["change"].as_str().unwrap_or("nothing")
    }

    /// One step failed, with this exit code, and the change has these words.
    #[track_caller]
    fn blames(&self, step: &str, code: i32, words: &[&str]) {
        assert_eq!(self.status(step), "failed", "{self:#?}");
        let failed: Vec<_> = self.report["steps"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|step| step["status"] == "failed")
            .map(|step| step["step"].clone())
            .collect();
        assert_eq!(failed, [step], "one thing is wrong: {self:#?}");
        assert_eq!(self.ran.code, code, "{self:#?}");
        assert_eq!(self.report["ok"], false);
        for word in words {
            assert!(
                self.change().contains(word),
                "{word:?} is missing in: {}",
                self.change()
            );
        }
        assert_eq!(self.ran.stderr, "", "all is in the report");
    }

    #[track_caller]
    fn is_well(&self) {
        assert_eq!(self.ran.code, 0, "{self:#?}");
        assert_eq!(self.report["ok"], true);
        assert_eq!(self.report["change"], Value::Null);
        for step in self.report["steps"].as_array().unwrap() {
            assert!(
                ["ok", "note"].contains(&step["status"].as_str().unwrap()),
                "{step}"
            );
        }
    }
}

/// A home with an API signing key that an emulator trusts; its settings name that emulator.
struct Signing {
    home: Home,
    emulator: Emulator,
}

impl Signing {
    async fn new() -> Self {
        let emulator = Emulator::start().await.unwrap();
        let home = Home::new();
        let (key, file) = home.key("key.pem");
        home.oci_profile(&key, &file, "");
        let fingerprint = key.public_key().fingerprint();
        emulator.add_trusted_key(
            KeyId::api_key(TENANCY, USER, &fingerprint),
            key.public_key().clone(),
        );
        Self { home, emulator }
    }

    fn program(&self) -> Command {
        let mut command = self.home.program();
        command
            .env("OCI_GENAI_BASE_URL", self.emulator.base_url())
            .env("OCI_GENAI_PROJECT", DEFAULT_PROJECT);
        command
    }
}
