//! No secret reaches an error, a hint or the log, whatever its source.

use std::error::Error as _;

use oci_genai::{Client, ClientBuilder, Endpoint, Error, RegionResolver, RequestOptions};
use oci_genai_auth::Environment;
use tracing::instrument::WithSubscriber;

use crate::scripted::{End, Reply, Scripted};
use crate::tracing::{Log, listen_everywhere};

const KEY: &str = "sk-live-0123456789abcdefXYZ";
/// A part of the key that is long enough to be useful.
const PIECE: &str = "0123456789abcdefXYZ";

/// Returns everything that is shown of an error.
fn shown(error: &Error) -> String {
    let mut shown = format!("{error} {error:#} {error:?} {:?}", error.hint());
    shown.push_str(&format!(
        " {:?} {} {:?}",
        error.service_error(),
        error.message(),
        error.code()
    ));
    let mut cause = error.source();
    while let Some(next) = cause {
        shown.push_str(&format!(" {next} {next:?}"));
        cause = next.source();
    }
    shown
}

#[tokio::test]
async fn a_credential_that_a_service_repeats_is_masked() {
    let echo = format!("Bearer {KEY}");
    listen_everywhere();
    let log = Log::default();
    let in_stream =
        format!("data: {{\"error\":{{\"message\":\"Authorization: {echo}\",\"code\":\"x\"}}}}\n\n");
    let failed = format!(
        "data: {{\"type\":\"response.failed\",\"response\":{{\"id\":\"r\",\"error\":{{\"code\":\"x\",\"message\":\"{echo}\"}}}}}}\n\n"
    );
    for reply in [
        Reply::Body(
            401,
            "",
            format!("{{\"code\":\"401\",\"message\":\"Wrong: {echo}\"}}"),
        ),
        Reply::Body(
            400,
            "",
            format!(
                "{{\"error\":{{\"code\":\"{KEY}\",\"message\":\"no\",\"type\":\"{KEY}\",\"param\":\"{KEY}\"}}}}"
            ),
        ),
        Reply::Body(
            400,
            "",
            format!("<html><pre>authorization: {echo}</pre></html>"),
        ),
        Reply::Body(
            400,
            "",
            format!("Incorrect API key provided: sk-live-{PIECE}."),
        ),
        Reply::Body(
            200,
            "",
            format!("{{\"error\":{{\"message\":\"Wrong: {echo}\"}}}}"),
        ),
        Reply::Body(200, "", format!("<html>{echo}</html>")),
        Reply::Body(
            307,
            Box::leak(format!("location: /v1/{KEY}\r\n").into_boxed_str()),
            String::new(),
        ),
        Reply::Stream(vec![in_stream.into_bytes()], End::Clean),
        Reply::Stream(vec![failed.into_bytes()], End::Clean),
    ] {
        let is_stream = matches!(reply, Reply::Stream(..));
        let server = Scripted::start(vec![reply]).await;
        let client = server
            .builder()
            .api_key(KEY)
            .log_bodies(4096)
            .build()
            .unwrap();
        let create = client.responses().create("Hi").store(false);
        let error = async {
            match create.stream().await {
                Ok(stream) => stream.final_response().await.unwrap_err(),
                Err(error) => error,
            }
        }
        .with_subscriber(log.subscriber())
        .await;
        let shown = shown(&error);
        assert!(!shown.contains(PIECE), "{shown}");
        assert!(
            shown.contains("[masked]") || shown.contains("characters]"),
            "{shown}"
        );
        // The raw body is unchanged for callers who read it.
        let body = error.service_error().unwrap().body();
        assert!(is_stream || body.is_empty() || body.contains(KEY), "{body}");
    }
    let log = log.text();
    assert!(
        log.contains("Wrong: Bearer"),
        "bodies are in the log: {log}"
    );
    assert!(!log.contains(PIECE), "{log}");
}

#[tokio::test]
async fn the_models_output_stays_unchanged() {
    let body = format!(
        "{{\"object\":\"response\",\"status\":\"completed\",\"output\":[{{\"type\":\"message\",\"role\":\"assistant\",\"content\":\"Your key is {KEY}.\"}}]}}"
    );
    let server = Scripted::start(vec![Reply::Body(200, "", body)]).await;
    let client = server.builder().api_key(KEY).build().unwrap();
    let response = client.responses().create("Hi").await.unwrap();
    assert_eq!(response.output_text(), format!("Your key is {KEY}."));
}

#[tokio::test]
async fn a_secret_in_the_wrong_setting_is_not_shown() {
    let pem = "-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\\n-----END PRIVATE KEY-----";
    let token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJlc2lnbmF0dXJl";
    for secret in [
        KEY,
        pem,
        token,
        "hunter2hunter2hunter2hunter2hunter2hunter2",
    ] {
        let mut errors = Vec::new();
        let url = format!("https://me:{secret}@host/v1?key={secret}#{secret}");
        for url in [
            secret,
            &url,
            &url.replace("https", "ftp"),
            &format!("host/{secret}"),
        ] {
            errors.extend(Endpoint::from_url(url).err());
        }
        errors.extend(RegionResolver::new().resolve(secret).err());
        errors.extend(
            RegionResolver::new()
                .with_metadata(&format!("{secret:?}"))
                .err(),
        );
        errors.extend(RegionResolver::new().with_default_domain(secret).err());
        errors.extend(oci_genai::Region::custom(secret, secret).err());
        let builder = || {
            Client::builder()
                .base_url("http://127.0.0.1:1/v1")
                .api_key("k")
        };
        for builder in [
            builder().project(format!("{secret}\n x")),
            builder().compartment(format!("{secret}\u{7f}")),
            builder().user_agent(format!("{secret}\u{7f}")),
            builder().model(format!("{secret} x")),
            builder().api_key(format!("{secret} x")),
            Client::builder().region(secret).api_key("k"),
        ] {
            let debug = format!("{builder:?}");
            assert!(!debug.contains(secret), "{debug}");
            errors.extend(builder.build().err());
        }
        let variables = [
            ("OCI_GENAI_API_KEY", "k"),
            ("OCI_REGION", secret),
            ("OCI_REGION_METADATA", secret),
        ];
        for names in [&variables[..2], &[variables[0], variables[2]]] {
            let environment = Environment::from_vars(names.iter().copied());
            let built = ClientBuilder::from_environment(environment).and_then(ClientBuilder::build);
            errors.extend(built.err());
        }
        let client = builder().model("m").build().unwrap();
        let responses = client.responses();
        let options = RequestOptions::new().header(&format!("{secret} x"), "y");
        errors.extend(responses.create("Hi").options(options).await.err());
        let options = RequestOptions::new().header("x", &format!("{secret}\u{7f}"));
        errors.extend(responses.create("Hi").options(options).await.err());
        errors.extend(
            responses
                .create("Hi")
                .conversation(format!("{secret}/"))
                .await
                .err(),
        );
        errors.extend(
            responses
                .create("Hi")
                .model(format!("{secret} "))
                .await
                .err(),
        );
        let metadata = [(secret, "x".repeat(600))];
        errors.extend(responses.create("Hi").metadata(metadata).await.err());
        assert!(errors.len() >= 18, "{}: {errors:?}", errors.len());
        for error in errors {
            let shown = shown(&error);
            assert!(!shown.contains(secret), "{shown}");
            assert!(!shown.contains(&secret[8..24]), "{shown}");
        }
    }
}
