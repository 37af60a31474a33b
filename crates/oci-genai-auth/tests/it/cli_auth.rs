//! `OCI_CLI_AUTH` and the other variables of Oracle's command line, and the source of the region.

use oci_genai_auth::{
    ConfigFileCredentialsProvider, DefaultCredentialsChain, Environment,
    InstancePrincipalCredentialsProvider, KeyId, OkeWorkloadIdentityCredentialsProvider,
    ProvideCredentials as _, ResourcePrincipalCredentialsProvider,
};
use serde_json::json;

use crate::identity::Identity;
use crate::support::{TENANCY, USER, fingerprint, key_pem, noon, tell, unix, unsigned_token};

/// Creates a chain on a machine with only these variables, files and services.
fn chain(
    identity: &Identity,
    vars: &[(&str, &str)],
    files: &[(&str, String)],
) -> DefaultCredentialsChain {
    let mut all = vec![("HOME", "/h")];
    all.extend(vars);
    let none = ("/none".to_owned(), String::new());
    let files = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), text.clone()))
        .chain([none]);
    DefaultCredentialsChain::builder()
        .environment(Environment::from_vars(all).with_files(files))
        .time_source(identity.clock.clone())
        .auth_endpoint(&identity.url)
        .build()
}

fn token() -> String {
    unsigned_token(&json!({ "exp": unix(noon()) + 3600, "iat": unix(noon()) }))
}

async fn key_id(chain: &DefaultCredentialsChain) -> KeyId {
    let credentials = chain.provide_credentials().await;
    let credentials = credentials.unwrap_or_else(|error| panic!("{}", tell(&error)));
    credentials.signer().unwrap().key_id().clone()
}

fn profile() -> String {
    format!(
        "[DEFAULT]\nuser={USER}\ntenancy={TENANCY}\nfingerprint={}\nkey_file=/key\nregion=us-ashburn-1\n",
        fingerprint()
    )
}

#[tokio::test]
async fn a_token_in_variables_is_a_security_token() {
    let identity = Identity::start(noon()).await;
    let files = [("/token", token()), ("/key", key_pem())];
    let vars = [
        ("OCI_CLI_AUTH", "security_token"),
        ("OCI_CLI_SECURITY_TOKEN_FILE", "/token"),
        ("OCI_CLI_KEY_FILE", "/key"),
        ("OCI_CLI_REGION", "us-phoenix-1"),
    ];
    let expected = format!("ST${}", token());
    let named = chain(&identity, &vars, &files);
    assert_eq!(key_id(&named).await.as_str(), expected);
    assert_eq!(named.source(), Some("security token"));
    assert_eq!(
        named.region().await.unwrap().as_deref(),
        Some("us-phoenix-1")
    );
    // The variables are unambiguous without OCI_CLI_AUTH.
    assert_eq!(
        key_id(&chain(&identity, &vars[1..], &files)).await.as_str(),
        expected
    );
    // Key and region may come from the profile.
    let with_profile = [files.as_slice(), &[("/h/.oci/config", profile())]].concat();
    let named = chain(&identity, &vars[..2], &with_profile);
    assert_eq!(key_id(&named).await.as_str(), expected);
    assert_eq!(
        named.region().await.unwrap().as_deref(),
        Some("us-ashburn-1")
    );
}

#[tokio::test]
async fn an_api_signing_key_combines_profile_and_variables() {
    let identity = Identity::start(noon()).await;
    let files = [("/key", key_pem()), ("/h/.oci/config", profile())];
    let other = "ocid1.user.oc1..other";
    let vars = [
        ("OCI_CLI_AUTH", "API_KEY"),
        ("OCI_CLI_USER", other),
        ("OCI_RESOURCE_PRINCIPAL_VERSION", "2.2"),
    ];
    let expected = KeyId::api_key(TENANCY, other, &fingerprint());
    assert_eq!(key_id(&chain(&identity, &vars, &files)).await, expected);

    // Docker's `--env-file` leaves quotes in.
    let quoted = format!("\"{other}\"");
    let vars = [("OCI_CLI_AUTH", "'api_key'"), ("OCI_CLI_USER", &quoted)];
    assert_eq!(key_id(&chain(&identity, &vars, &files)).await, expected);

    // A key from a variable brings its own fingerprint.
    let key = crate::forms::key("rsa3072");
    let vars = [("OCI_CLI_AUTH", "api_key"), ("OCI_CLI_KEY_CONTENT", &key)];
    let id = key_id(&chain(&identity, &vars, &files)).await;
    assert!(!id.as_str().ends_with(&fingerprint()), "{id}");

    // Without a file, only the variables are used.
    let vars = [
        ("OCI_CLI_AUTH", "api_key"),
        ("OCI_CLI_TENANCY", TENANCY),
        ("OCI_CLI_USER", USER),
        ("OCI_CLI_KEY_FILE", "/key"),
    ];
    let expected = KeyId::api_key(TENANCY, USER, &fingerprint());
    assert_eq!(
        key_id(&chain(&identity, &vars, &files[..1])).await,
        expected
    );
    let error = chain(&identity, &vars[..3], &files[..1])
        .provide_credentials()
        .await
        .unwrap_err();
    let text = tell(&error);
    assert!(
        text.contains("OCI_CLI_AUTH selects") && text.contains("no `key_file`"),
        "{text}"
    );
}

#[tokio::test]
async fn principals_are_selected_by_name() {
    let identity = Identity::start(noon()).await;
    let metadata = identity.metadata_url();
    let files = [("/h/.oci/config", profile()), ("/key", key_pem())];
    let vars = [
        ("OCI_CLI_AUTH", "instance_principal"),
        ("OCI_METADATA_BASE_URL", metadata.as_str()),
    ];
    let instance = chain(&identity, &vars, &files);
    assert!(key_id(&instance).await.as_str().starts_with("ST$"));
    assert_eq!(instance.source(), Some("instance principal"));
    assert_eq!(identity.calls("/v1/x509"), 1);
    assert_eq!(
        instance.region().await.unwrap().as_deref(),
        Some("us-phoenix-1")
    );

    let delegation = [
        ("OCI_CLI_AUTH", "instance_obo_user"),
        ("OCI_METADATA_BASE_URL", &metadata),
        ("OCI_DELEGATION_TOKEN_FILE", "/delegation"),
    ];
    let files = [("/delegation", token())];
    let chosen = chain(&identity, &delegation, &files);
    assert!(key_id(&chosen).await.as_str().starts_with("ST$"));
    assert_eq!(chosen.source(), Some("delegation token"));

    let (pem, token) = (key_pem(), token());
    let resource = [
        ("OCI_CLI_AUTH", "resource_principal"),
        ("OCI_RESOURCE_PRINCIPAL_VERSION", "2.2"),
        ("OCI_RESOURCE_PRINCIPAL_RPST", &token),
        ("OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM", &pem),
        ("OCI_RESOURCE_PRINCIPAL_REGION", "iad"),
    ];
    let chosen = chain(&identity, &resource, &[]);
    assert_eq!(key_id(&chosen).await.as_str(), format!("ST${token}"));
    assert_eq!(
        chosen.region().await.unwrap().as_deref(),
        Some("us-ashburn-1")
    );
}

/// No other source is tried: a user who selects one credential does not want another.
#[tokio::test]
async fn a_selected_but_missing_source_ends_the_chain() {
    let identity = Identity::start(noon()).await;
    let metadata = identity.metadata_url();
    let files = [("/h/.oci/config", profile()), ("/key", key_pem())];
    for (value, part) in [
        (
            "oke_workload_identity",
            "KUBERNETES_SERVICE_HOST is not set",
        ),
        (
            "resource_principal",
            "OCI_RESOURCE_PRINCIPAL_VERSION is not set",
        ),
        ("security_token", "has no `security_token_file`"),
        ("instance_obo_user", "has no `delegation_token_file`"),
        (
            "magic",
            "OCI_CLI_AUTH is `magic`, which is not supported; hint: set it to api_key, security_token",
        ),
    ] {
        let vars = [
            ("OCI_CLI_AUTH", value),
            ("OCI_METADATA_BASE_URL", &metadata),
        ];
        let chain = chain(&identity, &vars, &files);
        let error = chain.provide_credentials().await.unwrap_err();
        let text = tell(&error);
        assert!(
            text.contains(part) && !error.is_no_credentials(),
            "{value}: {text}"
        );
        assert_eq!(chain.source(), None);
        assert!(chain.region().await.is_err());
    }
    assert_eq!(identity.calls("/v1/x509"), 0);
    // The key of this service's own variable overrides settings for another program.
    let vars = [("OCI_CLI_AUTH", "magic"), ("OCI_GENAI_API_KEY", "sk-1")];
    let chain = chain(&identity, &vars, &[]);
    assert!(
        chain
            .provide_credentials()
            .await
            .unwrap()
            .api_key()
            .is_some()
    );
}

#[tokio::test]
async fn each_principal_knows_its_region() {
    let identity = Identity::start(noon()).await;
    let metadata = identity.metadata_url();
    let environment = |more: &[(&str, &str)]| {
        let base = [("HOME", "/h"), ("OCI_METADATA_BASE_URL", metadata.as_str())];
        let vars = base.iter().chain(more).copied();
        Environment::from_vars(vars).with_files([("/none", "")])
    };
    let instance = InstancePrincipalCredentialsProvider::builder()
        .environment(environment(&[]))
        .build()
        .unwrap();
    assert_eq!(
        instance.region().await.unwrap().as_deref(),
        Some("us-phoenix-1")
    );

    let region = ("OCI_RESOURCE_PRINCIPAL_REGION", "uk-london-1");
    let pod = ("KUBERNETES_SERVICE_HOST", "10.0.0.1");
    let oke = |vars: &[(&str, &str)]| {
        let builder = OkeWorkloadIdentityCredentialsProvider::builder();
        builder.environment(environment(vars)).build().unwrap()
    };
    assert_eq!(
        oke(&[pod, region]).region().await.unwrap().as_deref(),
        Some("uk-london-1")
    );
    assert_eq!(oke(&[pod]).region().await.unwrap(), None);

    // Without the variable, a resource that acts through its instance has the instance's region.
    let resource = |vars: &[(&str, &str)]| {
        let base = [
            ("OCI_RESOURCE_PRINCIPAL_VERSION", "1.1"),
            ("OCI_RESOURCE_PRINCIPAL_RPT_ENDPOINT", "https://example.com"),
        ];
        let vars: Vec<_> = base.iter().chain(vars).copied().collect();
        let builder = ResourcePrincipalCredentialsProvider::builder();
        builder.environment(environment(&vars)).build().unwrap()
    };
    assert_eq!(
        resource(&[region]).region().await.unwrap().as_deref(),
        Some("uk-london-1")
    );
    assert_eq!(
        resource(&[]).region().await.unwrap().as_deref(),
        Some("us-phoenix-1")
    );

    let config = [("/h/.oci/config", profile()), ("/key", key_pem())];
    let file = ConfigFileCredentialsProvider::builder()
        .environment(
            Environment::from_vars([("HOME", "/h"), ("OCI_REGION", "x")]).with_files(config),
        )
        .build()
        .unwrap();
    assert_eq!(
        file.region().await.unwrap().as_deref(),
        Some("us-ashburn-1")
    );
}

/// The clock is paused and jumps ahead when all tasks wait, so the test does not wait.
#[tokio::test(start_paused = true)]
async fn a_silent_metadata_service_times_out() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/opc/v2", silent.local_addr().unwrap());
    let instance = InstancePrincipalCredentialsProvider::builder()
        .environment(Environment::from_vars([(
            "OCI_METADATA_BASE_URL",
            url.as_str(),
        )]))
        .build()
        .unwrap();
    let started = tokio::time::Instant::now();
    let error = instance.provide_credentials().await.unwrap_err();
    let text = tell(&error);
    assert!(error.is_unavailable(), "{text}");
    assert!(text.contains("no instance metadata service"), "{text}");
    assert!(text.contains(&url), "{text}");
    assert!(
        started.elapsed() <= std::time::Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
}
