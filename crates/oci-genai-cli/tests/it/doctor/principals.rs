//! What a machine is: instance, resource, pod.

use oci_genai_emulator::{DEFAULT_PROJECT, Effect, Emulator, Fault};
use secrecy::ExposeSecret as _;
use tokio::process::Command;

use super::doctor;
use crate::support::{Home, run};

fn program(home: &Home, emulator: &Emulator, auth: &str) -> Command {
    let mut command = home.program();
    command
        .env("OCI_GENAI_BASE_URL", emulator.base_url())
        .env("OCI_GENAI_PROJECT", DEFAULT_PROJECT)
        .env("OCI_GENAI_AUTH", auth)
        .env("OCI_CLI_FEDERATION_ENDPOINT", emulator.identity_url())
        .env(
            "OCI_METADATA_BASE_URL",
            format!("{}/opc/v2", emulator.identity_url()),
        );
    command
}

#[tokio::test]
async fn an_instance() {
    let emulator = Emulator::start().await.unwrap();
    let home = Home::new();
    let diagnosis = doctor(&mut program(&home, &emulator, "instance-principal")).await;
    diagnosis.is_well();
    assert_eq!(diagnosis.step("credential")["found"], "instance principal");
    let seen = emulator.requests().pop().unwrap();
    assert_eq!(seen.credential.unwrap().kind.as_str(), "instance_principal");
    // Found by itself as well, where there is nothing else.
    let diagnosis = doctor(&mut program(&home, &emulator, "auto")).await;
    diagnosis.is_well();
    assert_eq!(diagnosis.step("credential")["found"], "instance principal");
}

#[tokio::test]
async fn an_instance_knows_its_region() {
    let emulator = Emulator::start().await.unwrap();
    let home = Home::new();
    for auth in ["instance-principal", "auto"] {
        let mut command = program(&home, &emulator, auth);
        command
            .env_remove("OCI_GENAI_BASE_URL")
            // Nothing is to leave this machine.
            .env("HTTPS_PROXY", "http://127.0.0.1:9");
        let diagnosis = doctor(&mut command).await;
        let found = diagnosis.step("region")["found"].as_str().unwrap();
        assert_eq!(
            found, "us-chicago-1 (the metadata service), realm oc1",
            "{auth}"
        );
        let mut command = program(&home, &emulator, auth);
        command
            .env_remove("OCI_GENAI_BASE_URL")
            .env("HTTPS_PROXY", "http://127.0.0.1:9")
            .args(["ask", "Hello."]);
        let ran = run(&mut command).await;
        assert_eq!(ran.code, 3, "the region is known, and not reached: {ran:?}");
    }
}

#[tokio::test]
async fn an_instance_without_a_policy() {
    let emulator = Emulator::start().await.unwrap();
    let effect = Effect::Status {
        status: 404,
        code: Some("NotAuthorizedOrNotFound".to_owned()),
        message: None,
        retry_after: None,
        after: false,
    };
    emulator
        .faults()
        .add(Fault::new(effect).route("POST /responses"))
        .unwrap();
    let home = Home::new();
    let diagnosis = doctor(&mut program(&home, &emulator, "instance-principal")).await;
    diagnosis.blames(
        "model",
        1,
        &["allow dynamic-group NAME to manage generative-ai-response"],
    );
}

#[tokio::test]
async fn a_resource() {
    let emulator = Emulator::start().await.unwrap();
    let home = Home::new();
    let (key, file) = home.key("key.pem");
    let token = emulator
        .issue_resource_token("ocid1.fnfunc.oc1..x", key.public_key().clone())
        .await;
    let token = home.write("rpst", &token.unwrap());
    let resource = || {
        let mut command = program(&home, &emulator, "resource-principal");
        command
            .env("OCI_RESOURCE_PRINCIPAL_VERSION", "2.2")
            .env("OCI_RESOURCE_PRINCIPAL_REGION", "us-chicago-1")
            .env("OCI_RESOURCE_PRINCIPAL_RPST", &token)
            .env("OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM", &file);
        command
    };
    let diagnosis = doctor(&mut resource()).await;
    diagnosis.is_well();
    assert_eq!(diagnosis.step("credential")["found"], "resource principal");
    let secret = key.to_pem().unwrap();
    assert!(
        !diagnosis
            .ran
            .stdout
            .contains(&secret.expose_secret()[100..150])
    );
    let diagnosis = doctor(resource().env_remove("OCI_RESOURCE_PRINCIPAL_RPST")).await;
    diagnosis.blames("credential", 2, &["OCI_RESOURCE_PRINCIPAL_RPST"]);
}

#[tokio::test]
async fn a_machine_that_is_none_of_it() {
    let emulator = Emulator::start().await.unwrap();
    let home = Home::new();
    let diagnosis = doctor(&mut program(&home, &emulator, "oke")).await;
    diagnosis.blames("credential", 2, &["KUBERNETES_SERVICE_HOST", "pod"]);
    let diagnosis = doctor(&mut program(&home, &emulator, "resource-principal")).await;
    diagnosis.blames("credential", 2, &["OCI_RESOURCE_PRINCIPAL_VERSION"]);
    let mut command = program(&home, &emulator, "instance-principal");
    let diagnosis = doctor(command.env("OCI_METADATA_BASE_URL", "http://127.0.0.1:9/opc/v2")).await;
    diagnosis.blames("credential", 3, &["metadata"]);
}
