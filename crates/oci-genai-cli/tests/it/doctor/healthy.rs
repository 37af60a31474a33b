//! When all is well, and what is shown of it.

use oci_genai_emulator::{DEFAULT_PROJECT, Effect, Emulator, Fault};

use super::{Signing, doctor, doctor_with};
use crate::support::{Home, run};

#[tokio::test]
async fn an_api_key() {
    let emulator = Emulator::builder()
        .api_key("sk-0123456789abcdef")
        .start()
        .await
        .unwrap();
    let home = Home::new();
    let mut command = home.client(&emulator);
    let diagnosis = doctor(command.env("OCI_GENAI_API_KEY", "sk-0123456789abcdef")).await;
    diagnosis.is_well();
    assert_eq!(
        diagnosis.step("credential")["found"],
        "API key from OCI_GENAI_API_KEY"
    );
    assert_eq!(
        diagnosis.step("credential")["details"][0]["value"],
        "[masked, 19 characters]"
    );
    assert!(
        !diagnosis.ran.stdout.contains("0123456789"),
        "the key is masked"
    );
    // The question is all that cost anything, and it left nothing behind.
    let asked = emulator.expect_requests("POST /responses", 2).unwrap();
    assert_eq!(asked[0].path, "/responses/input_tokens");
    assert_eq!(asked[1].body["store"], false);
    assert_eq!(asked[1].body["max_output_tokens"], 16);
}

#[tokio::test]
async fn free_asks_no_model() {
    let emulator = Emulator::start().await.unwrap();
    let home = Home::new();
    let diagnosis = doctor_with(&mut home.client(&emulator), &["--free"]).await;
    diagnosis.is_well();
    emulator.expect_requests("POST /responses", 1).unwrap();
    assert!(
        diagnosis.step("model")["found"]
            .as_str()
            .unwrap()
            .contains("not asked")
    );
}

#[tokio::test]
async fn a_signature_is_shown_as_the_service_reads_it() {
    let signing = Signing::new().await;
    let diagnosis = doctor(&mut signing.program()).await;
    diagnosis.is_well();
    let seen = signing.emulator.requests().pop().unwrap();
    let shown = &diagnosis.report["requests"][0];
    assert_eq!(
        shown["signing_string"].as_str(),
        seen.signing_string.as_deref()
    );
    let signed = shown["signing_string"].as_str().unwrap();
    assert!(
        !signed.contains("[masked]"),
        "the digest is no secret: {signed}"
    );
    let authorization = shown["headers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|header| header[0] == "authorization")
        .unwrap()[1]
        .as_str()
        .unwrap();
    assert!(
        authorization
            .contains("keyId=\"ocid1.tenancy.oc1..aaaaexample/ocid1.user.oc1..aaaaexample/")
    );
    assert!(
        authorization.contains("signature=\"[masked]\""),
        "{authorization}"
    );
    assert_eq!(shown["opc_request_id"], seen.opc_request_id);

    // The same for people, and the file the profile stands in.
    let text = run(signing.program().arg("doctor")).await;
    assert_eq!(text.code, 0, "{text:?}");
    for words in [
        "API signing key from ~/.oci/config [DEFAULT]",
        "(request-target): post /openai/v1/responses",
        "x-content-sha256: ",
        "All is well.",
    ] {
        assert!(text.stdout.contains(words), "{words}: {}", text.stdout);
    }
    assert!(!text.stdout.contains('\u{1b}'), "no colours in a pipe");
}

#[tokio::test]
async fn where_counting_is_not_offered_the_model_is_asked() {
    for (status, message) in [
        (404, "Path doesn't map to a registered service!"),
        (404, "Authorization failed or requested resource not found."),
        (400, "Unsupported OpenAI operation"),
        (405, "Method Not Allowed"),
        (403, "Forbidden"),
    ] {
        let emulator = Emulator::start().await.unwrap();
        let refuse = Effect::Status {
            status,
            code: None,
            message: Some(message.to_owned()),
            retry_after: None,
            after: false,
        };
        let fault = Fault::new(refuse).route("POST /responses/input_tokens");
        emulator.faults().add(fault).unwrap();
        let home = Home::new();
        doctor(&mut home.client(&emulator)).await.is_well();
        let free = doctor_with(&mut home.client(&emulator), &["--free"]).await;
        let step = if message.starts_with("Path") || status == 405 {
            "region"
        } else {
            "model"
        };
        free.blames(step, 1, &["without --free"]);
    }
}

#[tokio::test]
async fn what_deserves_a_look_is_noted_and_does_not_fail() {
    let signing = Signing::new().await;
    let config = std::fs::read_to_string(signing.home.path().join(".oci/config")).unwrap();
    let line = config
        .lines()
        .find(|line| line.starts_with("fingerprint="))
        .unwrap();
    let (name, value) = line.split_once('=').unwrap();
    let upper = config.replace(line, &format!("{name}={}", value.to_uppercase()));
    signing.home.write(".oci/config", &upper);
    let mut command = signing.program();
    command
        .env("OCI_GENAI_API_KEY", "sk-emulator")
        .args(["--context", "work"]);
    signing.home.write(
        ".config/oci-genai/config.toml",
        &format!("[profiles.work]\nauth = \"config\"\nregion = \"me-dubai-1\"\nproject = \"{DEFAULT_PROJECT}\"\n"),
    );
    let diagnosis = doctor(&mut command).await;
    diagnosis.is_well();
    let notes = diagnosis.step("credential")["notes"].to_string();
    assert!(notes.contains("upper case"), "{notes}");
    assert!(
        notes.contains("OCI_GENAI_API_KEY is set, but not used"),
        "{notes}"
    );
    assert!(notes.contains("chmod 600"), "{notes}");
    let notes = diagnosis.step("region")["notes"].to_string();
    assert!(
        notes.contains("me-dubai-1") && notes.contains("takes its place"),
        "{notes}"
    );
    let project = diagnosis.step("project");
    assert!(
        project["notes"].to_string().contains("us-chicago-1"),
        "{project}"
    );
    let settings = diagnosis.step("configuration");
    assert!(
        settings["found"]
            .as_str()
            .unwrap()
            .contains("profile work (chosen by --context)")
    );
    let region = settings["details"]
        .as_array()
        .unwrap()
        .iter()
        .find(|detail| detail["name"] == "region")
        .unwrap();
    assert_eq!(region["source"], "~/.config/oci-genai/config.toml:3");
}

#[tokio::test]
async fn a_file_whose_profiles_are_not_in_use_is_noted() {
    let emulator = Emulator::start().await.unwrap();
    let home = Home::new();
    home.write(
        ".config/oci-genai/config.toml",
        "[profiles.work]\nregion = \"iad\"\n",
    );
    let diagnosis = doctor(&mut home.client(&emulator)).await;
    diagnosis.is_well();
    let notes = diagnosis.step("configuration")["notes"].to_string();
    assert!(
        notes.contains("--context") && notes.contains("work"),
        "{notes}"
    );
}
