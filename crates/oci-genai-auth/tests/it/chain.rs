//! Tests of the default chain.

use oci_genai_auth::{
    DefaultCredentialsChain, Environment, ManualTimeSource, ProvideCredentials as _,
};

use crate::identity::{Identity, LIFE};
use crate::support::{TENANCY, USER, fingerprint, key_pem, noon};

/// An address without a service: the discard port of this machine.
const NOWHERE: &str = "http://127.0.0.1:9/opc/v2";

fn vars(more: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut vars = vec![("HOME", "/h"), ("OCI_METADATA_BASE_URL", NOWHERE)];
    vars.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    vars.extend(more);
    vars.into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn chain(more: &[(&str, &str)], files: &[(&str, String)]) -> DefaultCredentialsChain {
    DefaultCredentialsChain::builder()
        .environment(Environment::from_vars(vars(more)).with_files(files.iter().cloned()))
        .time_source(ManualTimeSource::new(noon()))
        .build()
}

async fn source(chain: &DefaultCredentialsChain) -> &'static str {
    chain.provide_credentials().await.unwrap();
    chain.provide_credentials().await.unwrap();
    chain.source().unwrap()
}

#[tokio::test]
async fn if_nothing_applies_the_error_lists_every_step() {
    let chain = chain(&[], &[("/x", String::new())]);
    let error = chain.provide_credentials().await.unwrap_err();
    assert!(error.is_no_credentials());
    let message = error.to_string();
    for reason in [
        "OCI_GENAI_API_KEY is not set",
        "OCI_CLI_TENANCY is not set",
        "/h/.oci/config",
        "OCI_RESOURCE_PRINCIPAL_VERSION is not set",
        "KUBERNETES_SERVICE_HOST is not set",
        "the instance metadata service at http://127.0.0.1:9",
    ] {
        assert!(message.contains(reason), "{reason} in {message}");
    }
    assert_eq!(chain.source(), None);
}

#[tokio::test]
async fn the_first_applicable_step_is_used() {
    let key = key_pem();
    let profile = format!(
        "[DEFAULT]\nuser={USER}\ntenancy={TENANCY}\nfingerprint={}\nkey_file=/key\n",
        fingerprint()
    );
    let files = [("/h/.oci/config", profile), ("/key", key.clone())];
    let cli = [
        ("OCI_CLI_TENANCY", TENANCY),
        ("OCI_CLI_USER", USER),
        ("OCI_CLI_KEY_CONTENT", &key),
    ];
    let api_key = [("OCI_GENAI_API_KEY", "sk-1")];
    let all = [api_key.as_slice(), cli.as_slice()].concat();
    assert_eq!(
        source(&chain(&all, &files)).await,
        "API key in the environment"
    );
    assert_eq!(
        source(&chain(&cli, &files)).await,
        "API signing key in the environment"
    );
    assert_eq!(source(&chain(&[], &files)).await, "configuration file");
}

#[tokio::test]
async fn a_named_profile_is_used() {
    let files = [(
        "/h/.oci/config",
        "[DEFAULT]\nregion=x\n[OTHER]\nuser=u\n".to_owned(),
    )];
    let error = chain(&[("OCI_CLI_PROFILE", "OTHER")], &files)
        .provide_credentials()
        .await;
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("the profile `OTHER` in /h/.oci/config")
    );
}

#[tokio::test]
async fn a_signing_key_in_the_environment_must_match_its_fingerprint() {
    let key = key_pem();
    let vars = [
        ("OCI_CLI_TENANCY", TENANCY),
        ("OCI_CLI_USER", USER),
        ("OCI_CLI_KEY_CONTENT", key.as_str()),
        ("OCI_CLI_FINGERPRINT", "00:11"),
    ];
    let error = chain(&vars, &[("/x", String::new())])
        .provide_credentials()
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("OCI_CLI_FINGERPRINT is 00:11, but the key is 60:a2")
    );
}

#[tokio::test]
async fn an_instance_is_found_and_its_tokens_refreshed() {
    let identity = Identity::start(noon()).await;
    let metadata = identity.metadata_url();
    let vars = vars(&[("OCI_METADATA_BASE_URL", metadata.as_str())]);
    let chain = DefaultCredentialsChain::builder()
        .environment(Environment::from_vars(vars).with_files([("/x", "")]))
        .time_source(identity.clock.clone())
        .auth_endpoint(&identity.url)
        .build();
    let first = chain.provide_credentials().await.unwrap();
    assert_eq!(chain.source(), Some("instance principal"));
    identity.clock.advance(LIFE);
    let second = chain.provide_credentials().await.unwrap();
    assert_ne!(first.expires_at(), second.expires_at());
    assert_eq!(identity.calls("/v1/x509"), 2);
}
