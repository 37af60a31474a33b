//! `doctor --probe`: what is found, what it costs, and that nothing is left behind.

use oci_genai_emulator::{DEFAULT_PROJECT, Effect, Emulator, EmulatorConfig, Fault};
use serde_json::{Value, json};

use super::{Diagnosis, doctor, doctor_with};
use crate::support::{Home, run};

const ONLY_100: &str = "only the first 100 items of a conversation are loaded as history";
const NEEDS_MESSAGE: &str = "a turn without a message is refused";

async fn emulator(gateway: bool) -> Emulator {
    let mut config = EmulatorConfig::default();
    config.gateway = gateway;
    Emulator::builder().config(config).start().await.unwrap()
}

fn refuse(status: u16) -> Fault {
    Fault::new(Effect::Status {
        status,
        code: None,
        message: Some("out of order".to_owned()),
        retry_after: None,
        after: false,
    })
}

impl Diagnosis {
    fn result(&self, lead: &str) -> &str {
        let findings = self.report["probe"]["findings"].as_array().unwrap();
        let found = findings.iter().find(|finding| finding["lead"] == lead);
        found.unwrap()["result"].as_str().unwrap()
    }
}

/// Requests as `DELETE /conversations`, without ids.
fn calls(emulator: &Emulator) -> Vec<String> {
    let requests = emulator.requests();
    let name = |path: &str| {
        let parts = path.split('/').filter(|part| !part.starts_with("conv_"));
        parts.collect::<Vec<_>>().join("/")
    };
    requests
        .iter()
        .map(|request| format!("{} {}", request.method, name(&request.path)))
        .collect()
}

/// The conversation that was made is gone.
fn nothing_is_left(diagnosis: &Diagnosis, emulator: &Emulator) {
    let id = diagnosis.report["probe"]["conversation"].as_str().unwrap();
    assert!(id.starts_with("conv_"), "{id}");
    assert!(emulator.conversation(DEFAULT_PROJECT, id).is_none());
}

#[tokio::test]
async fn what_is_documented_is_not_observed() {
    let (home, emulator) = (Home::new(), emulator(false).await);
    let diagnosis = doctor_with(&mut home.client(&emulator), &["--probe"]).await;
    diagnosis.is_well();
    assert_eq!(diagnosis.result(ONLY_100), "not observed", "{diagnosis:#?}");
    assert_eq!(diagnosis.result(NEEDS_MESSAGE), "not observed");
    nothing_is_left(&diagnosis, &emulator);
    let said = &diagnosis.ran.stderr;
    assert!(
        said.contains("makes 9 calls") && said.contains("deletes"),
        "{said}"
    );
    let items = "POST /conversations/items";
    let mut expected = vec!["POST /conversations", "POST /responses"];
    expected.extend([items; 5]);
    expected.extend(["POST /responses", "DELETE /conversations"]);
    assert_eq!(calls(&emulator)[2..], expected, "as many as it said");
}

#[tokio::test]
async fn what_the_gateway_does_is_observed() {
    let (home, emulator) = (Home::new(), emulator(true).await);
    let diagnosis = doctor_with(&mut home.client(&emulator), &["--probe"]).await;
    diagnosis.is_well();
    assert_eq!(diagnosis.result(ONLY_100), "observed", "{diagnosis:#?}");
    assert_eq!(diagnosis.result(NEEDS_MESSAGE), "observed");
    nothing_is_left(&diagnosis, &emulator);
    let ran = run(home.client(&emulator).args(["doctor", "--probe"])).await;
    for lead in [ONLY_100, NEEDS_MESSAGE] {
        assert!(
            ran.stdout.contains(&format!("  {lead}: observed (")),
            "{ran:?}"
        );
    }
}

#[tokio::test]
async fn nothing_is_probed_unless_it_is_asked_for() {
    let (home, emulator) = (Home::new(), emulator(false).await);
    let diagnosis = doctor(&mut home.client(&emulator)).await;
    diagnosis.is_well();
    assert_eq!(diagnosis.report.get("probe"), None);
    assert_eq!(calls(&emulator).len(), 2);
    let both = run(home.client(&emulator).args(["doctor", "--probe", "--free"])).await;
    assert_eq!(both.code, 2, "{both:?}");
    assert!(
        both.stderr
            .contains("'--probe' cannot be used with '--free'")
    );
}

#[tokio::test]
async fn a_failure_in_between_is_unclear_and_leaves_nothing_behind() {
    let (home, emulator) = (Home::new(), emulator(false).await);
    // The turn without a message, behind doctor's own two requests, and the third batch of items.
    let turn = refuse(500).route("POST /responses").after(2).times(1);
    let batch = refuse(503).route("POST /conversations/").after(2);
    for fault in [turn, batch] {
        emulator.faults().add(fault).unwrap();
    }
    let diagnosis = doctor_with(&mut home.client(&emulator), &["--probe"]).await;
    diagnosis.is_well();
    assert_eq!(diagnosis.result(ONLY_100), "unclear", "{diagnosis:#?}");
    assert_eq!(diagnosis.result(NEEDS_MESSAGE), "unclear");
    let findings = diagnosis.report["probe"]["findings"].to_string();
    assert!(findings.contains("out of order"), "{findings}");
    nothing_is_left(&diagnosis, &emulator);
}

#[tokio::test]
async fn a_conversation_that_stays_is_named() {
    let (home, emulator) = (Home::new(), emulator(false).await);
    let fault = refuse(500).route("DELETE /conversations");
    emulator.faults().add(fault).unwrap();
    let diagnosis = doctor_with(&mut home.client(&emulator), &["--probe"]).await;
    assert_eq!(diagnosis.ran.code, 1, "{diagnosis:#?}");
    assert_eq!(diagnosis.report["ok"], false);
    let id = diagnosis.report["probe"]["conversation"].as_str().unwrap();
    assert!(diagnosis.change().contains(id), "{}", diagnosis.change());
    assert!(emulator.conversation(DEFAULT_PROJECT, id).is_some());
}

#[tokio::test]
async fn what_fails_is_put_right_first() {
    let (home, emulator) = (Home::new(), emulator(false).await);
    let mut command = home.client(&emulator);
    command.env("OCI_GENAI_API_KEY", "sk-mistyped");
    let diagnosis = doctor_with(&mut command, &["--probe"]).await;
    assert_eq!(diagnosis.ran.code, 1);
    assert_eq!(diagnosis.report.get("probe"), None);
    assert!(
        diagnosis.ran.stderr.contains("Not probed"),
        "{diagnosis:#?}"
    );
    assert!(
        calls(&emulator)
            .iter()
            .all(|call| !call.contains("conversations"))
    );
    assert_ne!(json!(diagnosis.change()), Value::Null);
}
