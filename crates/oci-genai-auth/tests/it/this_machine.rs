//! Checks that services on this machine are reached without a proxy and without certificates.

use std::process::Command;

use oci_genai_auth::{
    Environment, InstancePrincipalCredentialsProvider, OciConfig, ProvideCredentials as _,
    SessionTokenCredentialsProvider,
};
use serde_json::json;

use crate::identity::Identity;
use crate::support::{key_pem, noon, tell, unix, unsigned_token};

/// Set for the process that the test below starts.
const CHILD: &str = "OCI_GENAI_TEST_THIS_MACHINE";
const NAME: &str = "this_machine::no_proxy_and_no_certificates_are_needed";

/// Variables belong to a process, so the test runs in its own process.
#[tokio::test]
async fn no_proxy_and_no_certificates_are_needed() {
    if std::env::var_os(CHILD).is_some() {
        return within().await;
    }
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", NAME, "--nocapture"])
        .env(CHILD, "1")
        .env("HTTP_PROXY", "http://127.0.0.1:9")
        .env("http_proxy", "http://127.0.0.1:9")
        .env("ALL_PROXY", "http://127.0.0.1:9")
        .env("SSL_CERT_FILE", "/nonexistent/certificates.pem")
        .env_remove("SSL_CERT_DIR")
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&status.stdout);
    let errors = String::from_utf8_lossy(&status.stderr);
    assert!(status.status.success(), "{output}{errors}");
    assert!(output.contains("1 passed"), "{output}{errors}");
}

async fn within() {
    let identity = Identity::start(noon()).await;
    // A name below localhost, which needs no name server.
    let port = identity.url.rsplit(':').next().unwrap();
    let by_name = format!("http://identity.localhost:{port}");
    let metadata = identity.metadata_url();
    let instance = InstancePrincipalCredentialsProvider::builder()
        .environment(Environment::from_vars([(
            "OCI_METADATA_BASE_URL",
            metadata.as_str(),
        )]))
        .endpoint(&by_name)
        .time_source(identity.clock.clone())
        .build()
        .unwrap();
    let credentials = instance.provide_credentials().await;
    assert!(credentials.is_ok(), "{}", tell(&credentials.unwrap_err()));

    // Other hosts need certificates, and the error names the variable.
    let token = unsigned_token(&json!({ "exp": unix(noon()) + 30 }));
    let environment = Environment::from_vars([("HOME", "/h")])
        .with_files([("/key", key_pem()), ("/token", token)]);
    let config = "[S]\nkey_file=/key\nsecurity_token_file=/token\n";
    let config = OciConfig::parse(config, &environment).unwrap();
    let session = SessionTokenCredentialsProvider::builder(config.profile("S").unwrap())
        .endpoint("https://auth.example")
        .time_source(identity.clock.clone())
        .build()
        .unwrap();
    let error = tell(&session.provide_credentials().await.unwrap_err());
    assert!(error.contains("SSL_CERT_FILE"), "{error}");
}
