//! What the service refuses, and why it probably does.

use std::time::Duration;

use oci_genai_emulator::{Effect, Emulator, EmulatorConfig, ErrorShape, Fault};

use super::{Signing, doctor};
use crate::support::Home;

fn status(status: u16, code: Option<&str>, message: &str) -> Effect {
    Effect::Status {
        status,
        code: code.map(str::to_owned),
        message: Some(message.to_owned()),
        retry_after: None,
        after: false,
    }
}

/// What the service says to the question, and what is made of it.
struct Case {
    status: u16,
    code: Option<&'static str>,
    message: &'static str,
    step: &'static str,
    change: &'static [&'static str],
}

const ANSWERS: &[Case] = &[
    Case {
        status: 400,
        code: None,
        message: "Invalid OpenAI project.",
        step: "project",
        change: &["OCI_GENAI_PROJECT", "two or three minutes"],
    },
    Case {
        status: 400,
        code: None,
        message: "Compartment ID must be provided",
        step: "project",
        change: &["--compartment", "OCI_GENAI_COMPARTMENT"],
    },
    Case {
        status: 400,
        code: None,
        message: "Unsupported OpenAI operation",
        step: "model",
        change: &["--model"],
    },
    Case {
        status: 400,
        code: None,
        message: "Incorrect apiIdentifier GenerativeAiService.responses",
        step: "model",
        change: &["--model"],
    },
    Case {
        status: 400,
        code: None,
        message: "Field 'store' is not supported",
        step: "model",
        change: &["--model"],
    },
    Case {
        status: 404,
        code: None,
        message: "Entity with key openai.gpt-oss-120b not found",
        step: "model",
        change: &["--model"],
    },
    Case {
        status: 404,
        code: Some("NotAuthorizedOrNotFound"),
        message: "Authorization failed or requested resource not found.",
        step: "model",
        change: &["policy", "generative-ai-response", "generativeaiapikey"],
    },
    Case {
        status: 404,
        code: None,
        message: "Authorization failed or requested resource not found",
        step: "model",
        change: &["policy", "any-user"],
    },
    Case {
        status: 403,
        code: Some("NotAuthorized"),
        message: "Forbidden",
        step: "model",
        change: &["policy"],
    },
    Case {
        status: 404,
        code: None,
        message: "Not Found",
        step: "model",
        change: &["--model"],
    },
    Case {
        status: 404,
        code: None,
        message: "Path doesn't map to a registered service!",
        step: "region",
        change: &["OCI_GENAI_BASE_URL", "/openai/v1"],
    },
    Case {
        status: 405,
        code: None,
        message: "Method Not Allowed",
        step: "region",
        change: &["OCI_GENAI_BASE_URL", "/openai/v1"],
    },
    Case {
        status: 400,
        code: Some("LimitExceeded"),
        message: "Fulfilling this request exceeds the Oracle-defined limit.",
        step: "model",
        change: &["limit"],
    },
    Case {
        status: 400,
        code: Some("QuotaExceeded"),
        message: "The quota is used up.",
        step: "model",
        change: &["limit"],
    },
    Case {
        status: 400,
        code: Some("RelatedResourceNotAuthorizedOrNotFound"),
        message: "A related resource was not found.",
        step: "model",
        change: &["policy"],
    },
    Case {
        status: 402,
        code: Some("SignUpRequired"),
        message: "Sign up first.",
        step: "region",
        change: &["subscribe", "us-chicago-1"],
    },
    Case {
        status: 409,
        code: Some("IncorrectState"),
        message: "Not now.",
        step: "model",
        change: &["try again"],
    },
    Case {
        status: 429,
        code: Some("TooManyRequests"),
        message: "Too many requests.",
        step: "model",
        change: &["wait", "limit"],
    },
    Case {
        status: 429,
        code: Some("insufficient_quota"),
        message: "You exceeded your current quota.",
        step: "model",
        change: &["limit or budget", "waiting changes nothing"],
    },
    Case {
        status: 500,
        code: Some("InternalServerError"),
        message: "Internal error.",
        step: "model",
        change: &["try again later", "request id"],
    },
    Case {
        status: 503,
        code: None,
        message: "Service Unavailable",
        step: "model",
        change: &["try again later"],
    },
];

#[tokio::test]
async fn each_answer_has_its_cause() {
    let emulator = Emulator::start().await.unwrap();
    let home = Home::new();
    for case in ANSWERS {
        emulator.faults().clear();
        let effect = status(case.status, case.code, case.message);
        emulator
            .faults()
            .add(Fault::new(effect).route("POST /responses"))
            .unwrap();
        let mut command = home.client(&emulator);
        let diagnosis = doctor(command.env("OCI_GENAI_REGION", "us-chicago-1")).await;
        println!("{} {}: {}", case.status, case.message, diagnosis.change());
        diagnosis.blames(case.step, 1, case.change);
        let found = diagnosis.step(case.step)["found"].as_str().unwrap();
        assert!(
            found.contains(case.message),
            "the service's message is shown: {found}"
        );
        assert_eq!(diagnosis.report["requests"][0]["status"], case.status);
    }
}

#[tokio::test]
async fn each_shape_of_an_error_is_read() {
    let emulator = Emulator::start().await.unwrap();
    let home = Home::new();
    for shape in [
        ErrorShape::Service,
        ErrorShape::OpenAi,
        ErrorShape::Oci,
        ErrorShape::OciNested,
        ErrorShape::Provider,
        ErrorShape::Text,
        ErrorShape::Html,
    ] {
        emulator.faults().clear();
        emulator
            .faults()
            .add(Fault::new(Effect::Shape { shape }))
            .unwrap();
        let mut command = home.client(&emulator);
        let diagnosis = doctor(command.env("OCI_GENAI_PROJECT", "ocid1.tenancy.oc1..x")).await;
        if shape == ErrorShape::Html {
            // The page has the status and nothing else; what is doubtful about the project still shows.
            assert_eq!(diagnosis.ran.code, 1, "{diagnosis:#?}");
            assert_eq!(diagnosis.status("project"), "note");
        } else {
            let words = ["OCID of a tenancy", "ocid1.generativeaiproject"];
            diagnosis.blames("project", 1, &words);
        }
        let mut command = home.client(&emulator);
        let diagnosis = doctor(command.env("OCI_GENAI_API_KEY", "sk-wrong")).await;
        diagnosis.blames("credential", 1, &["OCI_GENAI_API_KEY", "region"]);
    }
}

#[tokio::test]
async fn an_api_key_of_another_region() {
    let emulator = Emulator::builder()
        .api_key_in_region("us-ashburn-1", "sk-ashburn")
        .start()
        .await
        .unwrap();
    let home = Home::new();
    let mut command = home.client(&emulator);
    command
        .env("OCI_GENAI_API_KEY", "sk-ashburn")
        .env("OCI_GENAI_REGION", "us-chicago-1");
    let diagnosis = doctor(&mut command).await;
    diagnosis.blames(
        "credential",
        1,
        &["us-chicago-1", "keys are good in their own region only"],
    );
    let seen = emulator.requests().pop().unwrap();
    assert!(
        seen.refusal.unwrap().contains("us-ashburn-1"),
        "the emulator plays that refusal"
    );
}

#[tokio::test]
async fn a_project_of_another_region_or_too_young() {
    let home = Home::new();
    let emulator = Emulator::start().await.unwrap();
    let mut command = home.client(&emulator);
    command
        .env(
            "OCI_GENAI_PROJECT",
            "ocid1.generativeaiproject.oc1.us-ashburn-1.x",
        )
        .env("OCI_GENAI_REGION", "ord");
    doctor(&mut command)
        .await
        .blames("project", 1, &["a project of us-ashburn-1", "us-chicago-1"]);

    let mut config = EmulatorConfig::default();
    config.propagation = Duration::from_secs(150);
    let emulator = Emulator::builder().config(config).start().await.unwrap();
    let diagnosis = doctor(&mut home.client(&emulator)).await;
    diagnosis.blames(
        "project",
        1,
        &["OCI_GENAI_PROJECT", "wait", "two or three minutes"],
    );
    emulator.clock().advance(Duration::from_secs(151));
    doctor(&mut home.client(&emulator)).await.is_well();
}

#[tokio::test]
async fn a_base_url_without_its_path() {
    let emulator = Emulator::start().await.unwrap();
    let home = Home::new();
    for path in ["", "/v1", "/openai"] {
        let mut command = home.client(&emulator);
        let url = format!("http://{}{path}", emulator.address());
        let diagnosis = doctor(command.env("OCI_GENAI_BASE_URL", url)).await;
        diagnosis.blames("region", 1, &["OCI_GENAI_BASE_URL", "/openai/v1"]);
    }
}

#[tokio::test]
async fn a_compartment_is_not_asked_for_twice() {
    let emulator = Emulator::start().await.unwrap();
    let effect = status(400, None, "Compartment ID must be provided");
    emulator.faults().add(Fault::new(effect)).unwrap();
    let home = Home::new();
    let mut command = home.client(&emulator);
    let diagnosis = doctor(command.env("OCI_GENAI_COMPARTMENT", "ocid1.compartment.oc1..x")).await;
    diagnosis.blames("project", 1, &["correct the project", "OCI_GENAI_PROJECT"]);
}

#[tokio::test]
async fn a_model_that_was_named_is_the_one_to_change() {
    let emulator = Emulator::start().await.unwrap();
    let effect = status(404, None, "Entity with key cohere.command-x not found");
    emulator
        .faults()
        .add(Fault::new(effect).route("POST /responses"))
        .unwrap();
    let home = Home::new();
    let mut command = home.client(&emulator);
    let diagnosis = doctor(command.env("OCI_GENAI_MODEL", "cohere.command-x")).await;
    diagnosis.blames("model", 1, &["cohere.command-x", "openai.gpt-oss-120b"]);
    let mut command = home.client(&emulator);
    let diagnosis = doctor(command.env("OCI_GENAI_MODEL", "two words")).await;
    diagnosis.blames("model", 2, &["two words"]);
}

#[tokio::test]
async fn a_model_that_fails() {
    let emulator = Emulator::start().await.unwrap();
    let fail = Effect::Fail {
        code: "server_error".to_owned(),
        message: "The model broke.".to_owned(),
    };
    emulator.faults().add(Fault::new(fail)).unwrap();
    let home = Home::new();
    let diagnosis = doctor(&mut home.client(&emulator)).await;
    diagnosis.blames("model", 1, &["--model"]);
    let found = diagnosis.step("model").to_string();
    assert!(found.contains("The model broke."), "{found}");
}

#[tokio::test]
async fn a_clock_that_is_off_in_either_direction() {
    for ms in [400_000_i64, -400_000] {
        let signing = Signing::new().await;
        signing
            .emulator
            .faults()
            .add(Fault::new(Effect::ClockSkew { ms }))
            .unwrap();
        let diagnosis = doctor(&mut signing.program()).await;
        let side = if ms > 0 { "behind" } else { "ahead of" };
        diagnosis.blames("clock", 1, &["set this machine's clock", side]);
        assert_eq!(
            diagnosis.status("credential"),
            "note",
            "the key is not blamed"
        );

        // A bearer key does not mind.
        let home = Home::new();
        let emulator = Emulator::start().await.unwrap();
        emulator
            .faults()
            .add(Fault::new(Effect::ClockSkew { ms }))
            .unwrap();
        let diagnosis = doctor(&mut home.client(&emulator)).await;
        diagnosis.is_well();
        let notes = diagnosis.step("clock").to_string();
        assert!(notes.contains("API keys do not mind"), "{notes}");
        // And is blamed itself, if it is refused.
        let mut command = home.client(&emulator);
        let diagnosis = doctor(command.env("OCI_GENAI_API_KEY", "sk-wrong")).await;
        diagnosis.blames("credential", 1, &["OCI_GENAI_API_KEY"]);
    }
    let signing = Signing::new().await;
    let skew = Effect::ClockSkew { ms: 120_000 };
    signing.emulator.faults().add(Fault::new(skew)).unwrap();
    let diagnosis = doctor(&mut signing.program()).await;
    diagnosis.is_well();
    assert_eq!(diagnosis.status("clock"), "note");
}

#[tokio::test]
async fn a_signing_key_that_is_not_uploaded() {
    let signing = Signing::new().await;
    let (other, file) = signing.home.other_key("other.pem");
    signing.home.oci_profile(&other, &file, "");
    let diagnosis = doctor(&mut signing.program()).await;
    let fingerprint = other.public_key().fingerprint();
    diagnosis.blames("credential", 1, &[&fingerprint, "console", "user"]);
}

#[tokio::test]
async fn a_policy_is_asked_for_in_the_words_of_the_credential() {
    let signing = Signing::new().await;
    let effect = status(
        404,
        Some("NotAuthorizedOrNotFound"),
        "Authorization failed or requested resource not found.",
    );
    signing.emulator.faults().add(Fault::new(effect)).unwrap();
    let diagnosis = doctor(&mut signing.program()).await;
    diagnosis.blames(
        "model",
        1,
        &[
            "`allow group NAME to use generative-ai-family in compartment NAME`",
            "allow group NAME to manage generative-ai-response",
        ],
    );
    assert!(!diagnosis.change().contains("new API key"), "it has none");
}

#[tokio::test]
async fn the_policy_of_an_api_key_is_the_one_that_oracle_prints_and_comes_first() {
    let (home, emulator) = (Home::new(), Emulator::start().await.unwrap());
    let effect = status(
        404,
        Some("NotAuthorizedOrNotFound"),
        "Authorization failed or requested resource not found.",
    );
    emulator.faults().add(Fault::new(effect)).unwrap();
    let diagnosis = doctor(&mut home.client(&emulator)).await;
    let policy = "`allow any-user to use generative-ai-family in compartment NAME where ALL \
        {request.principal.type='generativeaiapikey'}`";
    diagnosis.blames("model", 1, &[policy]);
    let change = diagnosis.change();
    let policy_at = change.find(policy).unwrap();
    let key_at = change.find("make a new API key").unwrap();
    assert!(policy_at < key_at, "{change}");
}
