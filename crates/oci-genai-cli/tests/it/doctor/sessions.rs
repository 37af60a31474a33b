//! Session tokens: good, ended, refused, and seemingly ended.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oci_genai_auth::{SystemTimeSource, TimeSource as _};
use oci_genai_emulator::{DEFAULT_PROJECT, Effect, Emulator, EmulatorConfig, Fault};
use tokio::process::Command;

use super::doctor;
use crate::support::{Home, USER};

/// A session as `oci session authenticate` leaves it: a profile without `user`.
struct Session {
    home: Home,
    emulator: Emulator,
}

impl Session {
    async fn new() -> Self {
        let mut config = EmulatorConfig::default();
        config.token_lifetime = Duration::from_secs(3600);
        let emulator = Emulator::builder().config(config).start().await.unwrap();
        let home = Home::new();
        let (key, file) = home.key("key.pem");
        let token = emulator
            .issue_session_token(USER, key.public_key().clone())
            .await
            .unwrap();
        let token_file = home.write("token", &token);
        let lines = format!("user=\nsecurity_token_file={}", token_file.display());
        home.oci_profile(&key, &file, &lines);
        Self { home, emulator }
    }

    /// Replaces the token by one with these times, which nobody issued.
    fn set_token(&self, from: i64, until: i64) {
        let now = SystemTimeSource
            .now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap();
        let now = i64::try_from(now.as_secs()).unwrap();
        let claims = serde_json::json!({"iat": now + from, "exp": now + until, "sub": USER});
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let token = format!("{}.{}.{}", part("{}"), part(&claims.to_string()), part("x"));
        self.home.write("token", &token);
    }

    fn program(&self) -> Command {
        let mut command = self.home.program();
        command
            .env("OCI_GENAI_BASE_URL", self.emulator.base_url())
            .env("OCI_GENAI_PROJECT", DEFAULT_PROJECT)
            .env("OCI_CLI_FEDERATION_ENDPOINT", self.emulator.identity_url());
        command
    }
}

#[tokio::test]
async fn a_session_without_a_user_is_recognised() {
    let session = Session::new().await;
    let diagnosis = doctor(&mut session.program()).await;
    diagnosis.is_well();
    let step = diagnosis.step("credential");
    assert_eq!(step["found"], "session token from ~/.oci/config [DEFAULT]");
    assert!(step["details"].to_string().contains("good until"), "{step}");
    // The token is half of a credential.
    let token = std::fs::read_to_string(session.home.path().join("token")).unwrap();
    let claims = token.split('.').nth(1).unwrap();
    assert!(
        !diagnosis.ran.stdout.contains(claims),
        "{}",
        diagnosis.ran.stdout
    );
}

#[tokio::test]
async fn a_session_that_has_ended() {
    let session = Session::new().await;
    session.set_token(-7200, -3600);
    let diagnosis = doctor(&mut session.program()).await;
    diagnosis.blames(
        "credential",
        2,
        &["expired", "oci session authenticate --profile-name DEFAULT"],
    );
}

#[tokio::test]
async fn a_session_that_only_seems_to_have_ended_by_a_clock_that_is_ahead() {
    let session = Session::new().await;
    session.set_token(-7200, -3600);
    // By the service's clock it is two hours earlier.
    session.emulator.clock().set_offset_ms(-7_200_000);
    let diagnosis = doctor(&mut session.program()).await;
    assert_eq!(diagnosis.status("clock"), "failed", "{diagnosis:#?}");
    assert!(
        diagnosis.change().contains("set this machine's clock"),
        "{}",
        diagnosis.change()
    );
    assert!(
        diagnosis.change().contains("ahead of"),
        "{}",
        diagnosis.change()
    );
}

#[tokio::test]
async fn a_token_file_without_a_token() {
    let session = Session::new().await;
    for text in ["", "not.a.token"] {
        session.home.write("token", text);
        let diagnosis = doctor(&mut session.program()).await;
        diagnosis.blames(
            "credential",
            2,
            &["security_token_file", "oci session authenticate"],
        );
    }
}

#[tokio::test]
async fn a_token_that_the_service_does_not_accept() {
    let session = Session::new().await;
    session.set_token(-60, 3600);
    let diagnosis = doctor(&mut session.program()).await;
    diagnosis.blames(
        "credential",
        1,
        &[
            "log in again",
            "oci session authenticate --profile-name DEFAULT",
        ],
    );
    let found = diagnosis.step("credential")["found"].as_str().unwrap();
    assert!(
        found.contains("not renewed"),
        "the refresh was tried, and its failure is reported: {found}"
    );

    // The same where OCI_CLI_AUTH chooses it.
    let mut command = session.program();
    let diagnosis = doctor(command.env("OCI_CLI_AUTH", "security_token")).await;
    diagnosis.blames("credential", 1, &["log in again", "--profile-name DEFAULT"]);
}

#[tokio::test]
async fn a_token_that_an_identity_providers_was_exchanged_for() {
    let session = Session::new().await;
    session.set_token(-60, 3600);
    let config = session.home.path().join(".oci/config");
    let text = std::fs::read_to_string(&config).unwrap();
    session
        .home
        .write(".oci/config", &format!("{text}user=not used\n"));
    let diagnosis = doctor(&mut session.program()).await;
    diagnosis.blames("credential", 1, &["run again what exchanged"]);
    assert!(
        !diagnosis.change().contains("authenticate"),
        "nobody logs in by browser: {}",
        diagnosis.change()
    );
}

#[tokio::test]
async fn a_session_at_its_longest() {
    // The token is about to end, and what a refresh yields ends no later.
    let session = Session::new().await;
    session.set_token(-3590, 30);
    let refuse = Effect::Status {
        status: 401,
        code: Some("NotAuthenticated".to_owned()),
        message: Some("The session is over.".to_owned()),
        retry_after: None,
        after: false,
    };
    session
        .emulator
        .faults()
        .add(Fault::new(refuse).route("POST /v1/authentication/refresh"))
        .unwrap();
    let diagnosis = doctor(&mut session.program()).await;
    diagnosis.blames(
        "credential",
        1,
        &["session", "oci session authenticate --profile-name DEFAULT"],
    );
}

/// Answers every request with this JSON.
async fn identity_service(json: String) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut some = [0_u8; 16 * 1024];
            let _ = stream.read(&mut some).await;
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
            let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{json}", json.len());
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    url
}

#[tokio::test]
async fn a_refresh_that_does_not_move_the_end() {
    let session = Session::new().await;
    session.set_token(-3590, 30);
    let token = std::fs::read_to_string(session.home.path().join("token")).unwrap();
    let url = identity_service(serde_json::json!({ "token": token }).to_string()).await;
    let mut command = session.program();
    let diagnosis = doctor(command.env("OCI_CLI_FEDERATION_ENDPOINT", url)).await;
    diagnosis.blames(
        "credential",
        1,
        &[
            "maximum lifetime",
            "oci session authenticate --profile-name DEFAULT",
        ],
    );
}

#[tokio::test]
async fn an_identity_service_that_cannot_be_reached() {
    let session = Session::new().await;
    session.set_token(-3590, 30);
    let mut command = session.program();
    command.env("OCI_CLI_FEDERATION_ENDPOINT", "http://127.0.0.1:9");
    doctor(&mut command)
        .await
        .blames("credential", 3, &["try again later", "identity service"]);
}

#[tokio::test]
async fn a_key_that_is_not_the_tokens() {
    let session = Session::new().await;
    session.home.other_key("key.pem");
    let diagnosis = doctor(&mut session.program()).await;
    diagnosis.blames(
        "credential",
        1,
        &["log in again", "oci session authenticate"],
    );
}

#[tokio::test]
async fn a_session_profile_asked_for_as_something_else() {
    let session = Session::new().await;
    let mut command = session.program();
    let diagnosis = doctor(command.env("OCI_GENAI_AUTH", "resource-principal")).await;
    diagnosis.blames("credential", 2, &["OCI_RESOURCE_PRINCIPAL_VERSION"]);
}
