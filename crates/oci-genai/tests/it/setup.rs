//! Client setup: environment, regions, failover.

use std::error::Error as _;

use oci_genai::middleware::FailoverTarget;
use oci_genai::{
    Client, ClientBuilder, Endpoint, Error, ErrorKind, Region, RegionResolver, RequestOptions,
    RetryConfig,
};
use oci_genai_auth::Environment;

use crate::scripted::{Reply, Scripted, json};

const RESPONSE: &str = r#"{"id":"resp_1","object":"response","created_at":1,"model":"m","status":"completed","output":[{"type":"message","role":"assistant","content":"Hello"}]}"#;

fn build(vars: &[(&str, &str)]) -> Result<oci_genai::Client, Error> {
    ClientBuilder::from_environment(Environment::from_vars(vars.iter().copied()))?.build()
}

fn with_home<'a>(
    home: &'a tempfile::TempDir,
    vars: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let mut all = vec![("HOME", home.path().to_str().unwrap())];
    all.extend_from_slice(vars);
    all
}

#[tokio::test]
async fn a_custom_certificate_authority_is_trusted_through_reqwest() {
    let service = oci_genai_emulator::Emulator::builder()
        .tls()
        .start()
        .await
        .unwrap();
    let client = |authority: Option<&str>| {
        let mut http = reqwest::Client::builder();
        if let Some(pem) = authority {
            http = http.tls_certs_merge([reqwest::Certificate::from_pem(pem.as_bytes()).unwrap()]);
        }
        ClientBuilder::new()
            .base_url(service.base_url())
            .project(oci_genai_emulator::DEFAULT_PROJECT)
            .api_key(oci_genai_emulator::DEFAULT_API_KEY)
            .model("m")
            .retry(RetryConfig::never())
            .reqwest(http.build().unwrap())
            .build()
            .unwrap()
    };
    let trusting = client(service.ca_pem());
    let response = trusting.responses().create("count:2").await.unwrap();
    assert_eq!(response.output_text(), "1 2");
    let error = client(None)
        .responses()
        .create("count:2")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
}

#[test]
fn variables_apply_as_documented() {
    let key = ("OCI_GENAI_API_KEY", "sk-test");
    for (vars, endpoint) in [
        (
            vec![("OCI_GENAI_REGION", "ord"), ("OCI_REGION", "fra")],
            "https://inference.generativeai.us-chicago-1.oci.oraclecloud.com/openai/v1",
        ),
        (
            vec![("OCI_REGION", "fra"), ("OCI_CLI_REGION", "ord")],
            "https://inference.generativeai.eu-frankfurt-1.oci.oraclecloud.com/openai/v1",
        ),
        (
            vec![
                ("OCI_CLI_REGION", "ord"),
                ("OCI_DUAL_STACK_ENDPOINT_ENABLED", "True"),
            ],
            "https://inference.generativeai.us-chicago-1.ds.oci.oraclecloud.com/openai/v1",
        ),
        (
            vec![
                ("OCI_REGION", "xx-new-1"),
                ("OCI_DEFAULT_REALM", "oraclecloud7.com"),
            ],
            "https://inference.generativeai.xx-new-1.oci.oraclecloud7.com/openai/v1",
        ),
        (
            vec![
                ("OCI_REGION", "ord"),
                ("OCI_GENAI_BASE_URL", "http://127.0.0.1:1/v1"),
            ],
            "http://127.0.0.1:1/v1",
        ),
    ] {
        let client = build(&[vars.as_slice(), &[key, ("OCI_GENAI_MODEL", "m")]].concat()).unwrap();
        assert_eq!(client.endpoint().as_str(), endpoint);
        assert_eq!(client.model(), Some("m"));
    }
}

#[tokio::test]
async fn project_compartment_and_user_agent_are_sent() {
    let server = Scripted::start(vec![json(200, RESPONSE)]).await;
    let client = build(&[
        ("OCI_GENAI_API_KEY", " sk-test\n"),
        ("OCI_GENAI_BASE_URL", &server.url),
        ("OCI_GENAI_PROJECT", "ocid1.p"),
        ("OCI_GENAI_COMPARTMENT", "ocid1.c"),
        ("OCI_SDK_APPEND_USER_AGENT", "mine/1"),
    ])
    .unwrap();
    let response = client.responses().create("Hi").model("m").await.unwrap();
    assert_eq!(response.output_text(), "Hello");
    let request = &server.received()[0];
    assert_eq!(request.header("authorization"), Some("Bearer sk-test"));
    assert_eq!(request.header("openai-project"), Some("ocid1.p"));
    assert_eq!(request.header("opc-compartment-id"), Some("ocid1.c"));
    assert!(request.header("user-agent").unwrap().ends_with(" mine/1"));
}

#[test]
fn missing_and_invalid_settings_are_named() {
    let home = tempfile::tempdir().unwrap();
    let key = ("OCI_GENAI_API_KEY", "sk-test");
    let region = ("OCI_REGION", "ord");
    for (vars, word, kind) in [
        (vec![key], "region", ErrorKind::Config),
        (
            vec![key, ("OCI_REGION", "us-chicgo-1")],
            "us-chicago-1",
            ErrorKind::Config,
        ),
        (
            vec![key, ("OCI_GENAI_BASE_URL", "nonsense")],
            "base URL",
            ErrorKind::Config,
        ),
        (
            vec![key, region, ("OCI_GENAI_PROJECT", "a\u{7f}b")],
            "project",
            ErrorKind::Config,
        ),
        (
            vec![("OCI_GENAI_API_KEY", "a b"), region],
            "API key",
            ErrorKind::Authentication,
        ),
        (
            vec![region, ("OCI_CLI_PROFILE", "NONE")],
            "configuration file",
            ErrorKind::Authentication,
        ),
    ] {
        let error = build(&with_home(&home, &vars)).unwrap_err();
        assert_eq!(error.kind(), kind, "{error:?}");
        assert!(error.to_string().contains(word), "{error}");
        assert!(error.retry_safety().is_safe());
    }
    let unset = oci_genai::Client::builder()
        .region("ord")
        .build()
        .unwrap_err();
    assert!(unset.hint().unwrap().contains(".api_key("), "{unset:?}");
}

#[tokio::test]
async fn without_key_and_file_credentials_are_resolved_at_the_first_call() {
    let home = tempfile::tempdir().unwrap();
    let vars = [
        ("OCI_REGION", "ord"),
        // Nothing listens there, because this machine is not an OCI instance.
        ("OCI_METADATA_BASE_URL", "http://127.0.0.1:1/opc/v2"),
    ];
    let client = build(&with_home(&home, &vars)).unwrap();
    let error = client
        .responses()
        .create("Hi")
        .model("m")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert!(
        error
            .source()
            .unwrap()
            .to_string()
            .contains("OCI_GENAI_API_KEY"),
        "{error:?}"
    );
}

#[test]
fn the_region_matches_the_source_of_the_credentials() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".oci")).unwrap();
    let config = "[DEFAULT]\nregion=us-chicago-1\n[OTHER]\nregion=eu-frankfurt-1\n";
    std::fs::write(home.path().join(".oci/config"), config).unwrap();
    let principal = ("OCI_RESOURCE_PRINCIPAL_REGION", "uk-london-1");
    for (vars, region) in [
        (vec![("OCI_CLI_AUTH", "resource_principal")], "uk-london-1"),
        (
            vec![("OCI_CLI_AUTH", "oke_workload_identity")],
            "uk-london-1",
        ),
        (vec![("OCI_CLI_AUTH", "security_token")], "us-chicago-1"),
        (
            vec![("OCI_CLI_AUTH", "api_key"), ("OCI_CLI_PROFILE", "OTHER")],
            "eu-frankfurt-1",
        ),
        (
            vec![
                ("OCI_CLI_AUTH", "api_key"),
                ("OCI_CLI_REGION", "ap-osaka-1"),
            ],
            "ap-osaka-1",
        ),
        (
            vec![
                ("OCI_CLI_AUTH", "instance_principal"),
                ("OCI_REGION", "ap-osaka-1"),
            ],
            "ap-osaka-1",
        ),
    ] {
        let vars = [with_home(&home, &vars), vec![principal]].concat();
        let client = build(&vars).unwrap();
        assert!(
            client.endpoint().as_str().contains(region),
            "{vars:?}: {client:?}"
        );
    }
    let unknown = [
        with_home(&home, &[("OCI_CLI_AUTH", "instance_principal")]),
        vec![principal],
    ];
    let error = build(&unknown.concat()).unwrap_err();
    assert!(
        error.is_config() && error.to_string().contains("region"),
        "{error}"
    );
}

#[tokio::test]
async fn the_metadata_service_returns_the_region() {
    let info = r#"{"realmKey":"oc99","realmDomainComponent":"oraclecloud99.com","regionKey":"ZZM","regionIdentifier":"sol-mars-1"}"#;
    let server = Scripted::start(vec![json(200, info), Reply::Reset, json(200, "[]")]).await;
    let mut resolver = RegionResolver::new();
    let region = resolver.instance_region_at(&server.url).await.unwrap();
    assert_eq!(
        (region.id(), region.domain()),
        ("sol-mars-1", "oraclecloud99.com")
    );
    assert_eq!(resolver.resolve("zzm").unwrap(), region);
    assert_eq!(
        server.received()[0].header("authorization"),
        Some("Bearer Oracle")
    );
    for _ in 0..2 {
        let error = resolver.instance_region_at(&server.url).await.unwrap_err();
        assert!(error.is_config() && error.source().is_some());
    }
}

#[tokio::test]
async fn only_stateless_calls_fail_over() {
    let away = Scripted::start(vec![json(200, RESPONSE)]).await;
    let home = Scripted::start(
        (0..4)
            .map(|_| json(503, "{}"))
            .chain([json(400, "{}")])
            .collect(),
    )
    .await;
    let target = FailoverTarget::new(Endpoint::from_url(&away.url).unwrap())
        .project("ocid1.away")
        .unwrap();
    let client = home
        .builder()
        .retry(RetryConfig::never())
        .failover(target)
        .build()
        .unwrap();
    let create = || client.responses().create("Hi");

    let response = create().store(false).await.unwrap();
    assert_eq!(response.output_text(), "Hello");
    assert_eq!(
        away.received()[0].header("openai-project"),
        Some("ocid1.away")
    );
    assert_eq!(away.received()[0].body, home.received()[0].body);

    for (call, status) in [
        (create(), 503),
        (create().store(false).conversation("conv_1"), 503),
        (create().store(false).previous_response_id("resp_1"), 503),
        // Any region would reject it.
        (create().store(false), 400),
    ] {
        let error = call.await.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), status);
    }
    assert_eq!(away.received().len(), 1);
}

#[tokio::test]
async fn every_attempt_is_authenticated_separately() {
    use std::sync::atomic::{AtomicU32, Ordering};

    use oci_genai_auth::provider::BoxFuture;
    use oci_genai_auth::{ApiKey, Credentials, ProvideCredentials};

    #[derive(Debug)]
    struct Counting(AtomicU32);

    impl ProvideCredentials for Counting {
        fn provide_credentials(&self) -> BoxFuture<'_, oci_genai_auth::Result<Credentials>> {
            let count = self.0.fetch_add(1, Ordering::Relaxed);
            Box::pin(async move { Ok(ApiKey::new(format!("sk-{count}"))?.into()) })
        }
    }

    let server = Scripted::start(vec![json(429, "{}"), json(503, "{}"), json(200, RESPONSE)]).await;
    let client = server
        .builder()
        .auth(Counting(AtomicU32::new(0)))
        .build()
        .unwrap();
    client.responses().create("Hi").await.unwrap();
    let keys: Vec<String> = server
        .received()
        .iter()
        .map(|request| request.header("authorization").unwrap().to_owned())
        .collect();
    assert_eq!(keys, ["Bearer sk-0", "Bearer sk-1", "Bearer sk-2"]);
}

#[tokio::test]
async fn a_401_reports_why_credentials_could_not_be_refreshed() {
    use oci_genai_auth::provider::BoxFuture;
    use oci_genai_auth::{ApiKey, Credentials, ErrorKind, ProvideCredentials};

    #[derive(Debug)]
    struct Ending;

    impl ProvideCredentials for Ending {
        fn provide_credentials(&self) -> BoxFuture<'_, oci_genai_auth::Result<Credentials>> {
            Box::pin(async { Ok(ApiKey::new("sk-old")?.into()) })
        }

        fn replace_credentials<'a>(
            &'a self,
            _: &'a Credentials,
        ) -> BoxFuture<'a, oci_genai_auth::Result<Option<Credentials>>> {
            let over = oci_genai_auth::Error::new(ErrorKind::Refused, "the session is over");
            Box::pin(async { Err(over) })
        }
    }

    let server = Scripted::start(vec![json(401, r#"{"code":"401","message":"No."}"#)]).await;
    let client = server.builder().auth(Ending).build().unwrap();
    let error = client.responses().create("Hi").await.unwrap_err();
    assert!(error.is_unauthenticated());
    assert!(
        error.hint().unwrap().contains("the session is over"),
        "{error:?}"
    );
    let source = std::error::Error::source(&error).unwrap();
    assert!(source.is::<oci_genai_auth::Error>());
}

#[tokio::test]
async fn one_call_can_use_another_region() {
    let service = tower::service_fn(|request: http::Request<oci_genai_api::Body>| async move {
        let host = request.uri().host().unwrap_or_default();
        let body = RESPONSE.replace("Hello", host);
        Ok::<_, oci_genai_api::BoxError>(http::Response::new(oci_genai_api::Body::from(body)))
    });
    let client = Client::builder()
        .region("us-chicago-1")
        .api_key("sk-test")
        .model("m")
        .http_service(service)
        .build()
        .unwrap();
    let moved = RequestOptions::new().region(Region::known("eu-frankfurt-2").unwrap());
    let there = client
        .responses()
        .create("Hi")
        .options(moved)
        .await
        .unwrap();
    assert_eq!(
        there.output_text(),
        "inference.generativeai.eu-frankfurt-2.oci.oraclecloud.eu"
    );
    let here = client.responses().create("Hi").await.unwrap();
    assert_eq!(
        here.output_text(),
        "inference.generativeai.us-chicago-1.oci.oraclecloud.com"
    );
}
