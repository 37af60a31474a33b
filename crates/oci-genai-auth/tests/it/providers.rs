//! Tests of each kind of principal over real sockets: first token, expiry, refresh, rejection,
//! recovery.

use std::time::Duration;

use axum::http::StatusCode;
use oci_genai_auth::{
    AuthLayer, BoxError, Credentials, DelegationCredentialsProvider, Environment, Error,
    InstancePrincipalCredentialsProvider, OkeWorkloadIdentityCredentialsProvider, PrivateKey,
    ProvideCredentials, ResourcePrincipalCredentialsProvider, TimeSource as _,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use crate::identity::{Identity, LIFE};
use crate::support::{Sender, TENANCY, key_pem, noon, tell, unix, unsigned_token};

fn instance(identity: &Identity) -> InstancePrincipalCredentialsProvider {
    InstancePrincipalCredentialsProvider::builder()
        .environment(Environment::from_vars([(
            "OCI_METADATA_BASE_URL",
            identity.metadata_url(),
        )]))
        .endpoint(&identity.url)
        .time_source(identity.clock.clone())
        .retry_pause(Duration::ZERO)
        .build()
        .unwrap()
}

fn sender(identity: &Identity, provider: impl ProvideCredentials + 'static) -> Sender {
    Sender::new(
        AuthLayer::new(provider).with_time_source(identity.clock.clone()),
        format!("{}/service", identity.url),
    )
}

/// The common requirements for providers of short-lived tokens.
async fn survives_expiry(identity: &Identity, sender: &Sender, issuing: &str) {
    let first = sender.accepted().await;
    assert_eq!(sender.accepted().await, first, "a token is used again");
    let issued = identity.calls(issuing);

    identity.clock.advance(LIFE + Duration::from_secs(1));
    let second = sender.accepted().await;
    assert_ne!(
        second, first,
        "an ended token is replaced before it is used"
    );
    assert_eq!(identity.calls(issuing), issued + 1);

    let token = second.strip_prefix("ST$").unwrap().to_owned();
    identity.data().revoked.insert(token);
    let before = identity.calls("/service");
    let third = sender.accepted().await;
    assert_ne!(third, second, "a refused token is replaced");
    assert_eq!(
        identity.calls("/service"),
        before + 2,
        "and the request sent once more"
    );

    identity.data().refuse = Some(StatusCode::UNAUTHORIZED);
    identity.clock.advance(LIFE + Duration::from_secs(1));
    let error = sender
        .send()
        .await
        .unwrap_err()
        .downcast::<Error>()
        .unwrap();
    assert!(error.is_refused(), "{}", tell(&*error));
    identity.data().refuse = Some(StatusCode::SERVICE_UNAVAILABLE);
    let error = sender
        .send()
        .await
        .unwrap_err()
        .downcast::<Error>()
        .unwrap();
    assert!(error.is_unavailable(), "{}", tell(&*error));

    identity.data().refuse = None;
    sender.accepted().await;
}

#[tokio::test]
async fn an_instance_principal_survives_expiry_rejection_and_recovery() {
    let identity = Identity::start(noon()).await;
    let sender = sender(&identity, instance(&identity));
    survives_expiry(&identity, &sender, "/v1/x509").await;
}

#[tokio::test]
async fn each_refresh_of_an_instance_principal_has_a_new_key_and_rereads_the_certificates() {
    let identity = Identity::start(noon()).await;
    let provider = instance(&identity);
    let key = |credentials: Credentials| credentials.signer().unwrap().public_key().clone();
    let first = key(provider.provide_credentials().await.unwrap());
    let second = key(provider.provide_credentials().await.unwrap());
    assert_ne!(first, second);
    assert_eq!(identity.calls("/identity/cert.pem"), 2);
    assert_eq!(identity.calls("/identity/key.pem"), 2);
}

#[tokio::test]
async fn a_busy_metadata_service_is_retried_up_to_eight_times() {
    let identity = Identity::start(noon()).await;
    identity.data().metadata_busy = 5;
    instance(&identity).provide_credentials().await.unwrap();
    identity.data().metadata_busy = usize::MAX;
    let before = identity.calls("/identity/cert.pem");
    let error = instance(&identity).provide_credentials().await.unwrap_err();
    assert!(error.is_unavailable(), "{error}");
    assert!(identity.calls("/identity/cert.pem") - before <= 8);
}

#[tokio::test]
async fn an_instance_that_changes_tenancy_is_rejected() {
    let identity = Identity::start(noon()).await;
    let provider = instance(&identity);
    provider.provide_credentials().await.unwrap();
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
    let mut certificate = rcgen::CertificateParams::default();
    let name = rcgen::DnType::OrganizationalUnitName;
    certificate
        .distinguished_name
        .push(name, "opc-tenant:ocid1.tenancy.oc1..another");
    let certificate = certificate.self_signed(&key).unwrap();
    identity.data().leaf = (certificate.pem(), key.serialize_pem());
    let error = provider.provide_credentials().await.unwrap_err();
    assert!(error.to_string().contains("another tenancy"), "{error}");
}

fn account_token(identity: &Identity, life: Duration) -> String {
    unsigned_token(&json!({ "exp": unix(identity.clock.now() + life), "iss": "kubernetes" }))
}

fn workload(identity: &Identity, account: String) -> OkeWorkloadIdentityCredentialsProvider {
    let file = "/var/run/secrets/kubernetes.io/serviceaccount/token";
    OkeWorkloadIdentityCredentialsProvider::builder()
        .environment(Environment::from_vars([("A", "b")]).with_files([(file, account)]))
        .endpoint(&identity.url)
        .time_source(identity.clock.clone())
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_workload_identity_survives_expiry_rejection_and_recovery() {
    let identity = Identity::start(noon()).await;
    let account = account_token(&identity, Duration::from_secs(86_400));
    let sender = sender(&identity, workload(&identity, account));
    survives_expiry(&identity, &sender, "/resourcePrincipalSessionTokens").await;
}

#[tokio::test]
async fn workload_identity_tokens_are_refreshed_after_half_of_their_lifetime() {
    let identity = Identity::start(noon()).await;
    let account = account_token(&identity, Duration::from_secs(86_400));
    let credentials = workload(&identity, account)
        .provide_credentials()
        .await
        .unwrap();
    assert_eq!(credentials.refresh_at(), Some(noon() + LIFE / 2));
    assert_eq!(credentials.expires_at(), Some(noon() + LIFE));
}

#[tokio::test]
async fn workload_identity_explains_a_rejection() {
    let identity = Identity::start(noon()).await;
    let expired = workload(&identity, account_token(&identity, Duration::ZERO));
    let error = expired.provide_credentials().await.unwrap_err();
    assert!(
        error.is_token() && error.to_string().contains("has expired"),
        "{error}"
    );
    assert_eq!(identity.calls("/resourcePrincipalSessionTokens"), 0);
    identity.data().refuse = Some(StatusCode::FORBIDDEN);
    let account = account_token(&identity, Duration::from_secs(60));
    let error = workload(&identity, account)
        .provide_credentials()
        .await
        .unwrap_err();
    assert!(
        error.is_refused() && error.to_string().contains("enhanced"),
        "{error}"
    );
}

#[tokio::test]
async fn workload_identity_trusts_only_the_clusters_certificate() {
    let identity = Identity::start(noon()).await;
    let (address, certificate) = crate::support::serve_tls(identity.router()).await;
    let other = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let account = account_token(&identity, Duration::from_secs(60));
    let provide = |ca: String| {
        let files = [
            ("/ca.crt".to_owned(), ca),
            ("/token".to_owned(), account.clone()),
        ];
        OkeWorkloadIdentityCredentialsProvider::builder()
            .environment(
                Environment::from_vars([
                    ("OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH", "/ca.crt"),
                    ("OCI_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH", "/token"),
                ])
                .with_files(files),
            )
            .endpoint(format!("https://{address}"))
            .time_source(identity.clock.clone())
            .build()
            .unwrap()
    };
    provide(certificate).provide_credentials().await.unwrap();
    let error = provide(other.cert.pem())
        .provide_credentials()
        .await
        .unwrap_err();
    assert!(error.is_unavailable(), "{}", tell(&error));
    assert_eq!(identity.calls("/resourcePrincipalSessionTokens"), 1);
}

#[tokio::test]
async fn a_delegation_token_is_sent_and_signed() {
    let identity = Identity::start(noon()).await;
    let provider = DelegationCredentialsProvider::new(instance(&identity), || {
        Ok(SecretString::from("delegation-token\n"))
    });
    let sender = sender(&identity, provider);
    sender.accepted().await;
    assert_eq!(
        identity.data().last_delegation.as_deref(),
        Some("delegation-token")
    );
}

#[tokio::test]
async fn a_cloud_shell_profile_delegates() {
    let identity = Identity::start(noon()).await;
    let config = "[DEFAULT]\nauthentication_type=instance_principal\n\
                  delegation_token_file=~/token\nregion=us-phoenix-1\n";
    let environment = Environment::from_vars([
        ("HOME", "/h".into()),
        ("OCI_METADATA_BASE_URL", identity.metadata_url()),
    ])
    .with_files([("/h/.oci/config", config), ("/h/token", "of-a-user")]);
    let provider = oci_genai_auth::ConfigFileCredentialsProvider::builder()
        .environment(environment)
        .auth_endpoint(&identity.url)
        .time_source(identity.clock.clone())
        .build()
        .unwrap();
    sender(&identity, provider).accepted().await;
    assert_eq!(
        identity.data().last_delegation.as_deref(),
        Some("of-a-user")
    );
}

const RESOURCE: &str = "ocid1.computecontainerinstance.oc1.phx.example";

fn resource(
    identity: &Identity,
    version: &str,
    more: &[(&str, &str)],
) -> Result<ResourcePrincipalCredentialsProvider, Error> {
    let name = |part: &str| format!("OCI_RESOURCE_PRINCIPAL_{part}");
    let mut vars = vec![
        (name("VERSION"), version.to_owned()),
        (name("RPT_ENDPOINT"), identity.url.clone()),
        (name("RPST_ENDPOINT"), format!("{}/", identity.url)),
        ("OCI_METADATA_BASE_URL".to_owned(), identity.metadata_url()),
    ];
    vars.extend(
        more.iter()
            .map(|(part, value)| (name(part), (*value).to_owned())),
    );
    ResourcePrincipalCredentialsProvider::builder()
        .environment(Environment::from_vars(vars))
        .federation_endpoint(&identity.url)
        .retry_pause(Duration::ZERO)
        .time_source(identity.clock.clone())
        .build()
}

fn trust_resource(identity: &Identity, key_id: &str) {
    let key = PrivateKey::from_pem(&key_pem(), None).unwrap();
    identity
        .data()
        .resource_keys
        .insert(key_id.to_owned(), key.public_key().clone());
}

#[tokio::test]
async fn a_resource_principal_2_1_survives_expiry_rejection_and_recovery() {
    let identity = Identity::start(noon()).await;
    trust_resource(&identity, &format!("resource/v2.1/{RESOURCE}"));
    let key = key_pem();
    let more = [("RESOURCE_ID", RESOURCE), ("PRIVATE_PEM", &key)];
    let sender = sender(&identity, resource(&identity, "2.1", &more).unwrap());
    survives_expiry(&identity, &sender, "resourcePrincipalTokenV2").await;
}

#[tokio::test]
async fn a_resource_principal_2_1_1_names_its_tenancy() {
    let identity = Identity::start(noon()).await;
    trust_resource(&identity, &format!("resource/v2.1.1/{TENANCY}/{RESOURCE}"));
    let key = key_pem();
    let more = [
        ("RESOURCE_ID", RESOURCE),
        ("PRIVATE_PEM", &key),
        ("TENANCY_ID", TENANCY),
    ];
    sender(&identity, resource(&identity, "2.1.1", &more).unwrap())
        .accepted()
        .await;
    assert_eq!(identity.calls("resourcePrincipalTokenV2"), 1);
    let error = resource(&identity, "2.1.1", &more[..2]).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("OCI_RESOURCE_PRINCIPAL_TENANCY_ID"),
        "{error}"
    );
}

#[tokio::test]
async fn a_resource_principal_2_1_2_sends_its_security_context() {
    let identity = Identity::start(noon()).await;
    trust_resource(&identity, &format!("resource/v2.1.2/{TENANCY}/{RESOURCE}"));
    let key = key_pem();
    let more = [
        ("RESOURCE_ID", RESOURCE),
        ("PRIVATE_PEM", key.as_str()),
        ("TENANCY_ID", TENANCY),
        ("SECURITY_CONTEXT", "blue"),
    ];
    sender(&identity, resource(&identity, "2.1.2", &more).unwrap())
        .accepted()
        .await;
    assert_eq!(
        identity.calls(&format!("rpt-resourcePrincipalTokenV212-{RESOURCE}-blue")),
        1
    );
    let with_path = [more.as_slice(), &[("RPT_PATH", "/20180711/elsewhere/{}")]].concat();
    sender(&identity, resource(&identity, "2.1.2", &with_path).unwrap())
        .accepted()
        .await;
    assert_eq!(identity.calls("elsewhere"), 1);
}

#[tokio::test]
async fn a_resource_principal_1_1_uses_the_instance() {
    let identity = Identity::start(noon()).await;
    let sender = sender(&identity, resource(&identity, "1.1", &[]).unwrap());
    sender.accepted().await;
    let id = "ocid1.instance.oc1.phx.exampleinstance";
    assert_eq!(
        identity.calls(&format!("rpt-resourcePrincipalToken-{id}-none")),
        1
    );
    identity.clock.advance(LIFE);
    sender.accepted().await;
    assert_eq!(identity.calls("/v1/x509"), 2);
}

#[tokio::test]
async fn a_resource_principal_2_2_accepts_values_or_files_and_a_pass_phrase_file() {
    let identity = Identity::start(noon()).await;
    let vectors = crate::support::vectors();
    let key = &vectors.keys["rsa2048_pkcs8_encrypted"];
    let pass_phrase = key.pass_phrase.clone().unwrap();
    let opened = PrivateKey::from_pem(
        &key.private_key_pem,
        Some(&SecretString::from(pass_phrase.as_str())),
    );
    let token = identity.issue(opened.unwrap().public_key(), LIFE);
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (pem, phrase) = (key.private_key_pem.as_str(), format!("{pass_phrase}\n"));
    let in_files = [
        ("RPST", file("rpst", &token)),
        ("PRIVATE_PEM", file("key", pem)),
        ("PRIVATE_PEM_PASSPHRASE", file("phrase", &phrase)),
    ];
    let in_files: Vec<_> = in_files
        .iter()
        .map(|(name, path)| (*name, path.as_str()))
        .collect();
    let values = [
        ("RPST", token.as_str()),
        ("PRIVATE_PEM", pem),
        ("PRIVATE_PEM_PASSPHRASE", &pass_phrase),
    ];
    for more in [in_files.as_slice(), values.as_slice()] {
        let provider = resource(&identity, "2.2", more).unwrap();
        assert_eq!(
            sender(&identity, provider).accepted().await,
            format!("ST${token}")
        );
    }
}

#[tokio::test]
async fn a_resource_principal_2_2_rereads_changed_files_and_checks_the_expiry() {
    let identity = Identity::start(noon()).await;
    let key = PrivateKey::generate().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = directory.path().join(name);
        crate::support::replace_file(&path, text);
        path.to_str().unwrap().to_owned()
    };
    let first = identity.issue(key.public_key(), LIFE);
    let rpst = write("rpst", &first);
    let pem = write("key", key.to_pem().unwrap().expose_secret());
    let more = [("RPST", rpst.as_str()), ("PRIVATE_PEM", pem.as_str())];
    let sender = sender(&identity, resource(&identity, "2.2", &more).unwrap());
    assert_eq!(sender.accepted().await, format!("ST${first}"));

    // Replaced by another program: used at once.
    let second = identity.issue(key.public_key(), LIFE * 2);
    write("rpst", &format!("{second}\n"));
    assert_eq!(sender.accepted().await, format!("ST${second}"));

    // Not replaced in time: the request is not sent.
    identity.clock.advance(LIFE * 3);
    let sent = identity.calls("/service");
    let error = sender
        .send()
        .await
        .unwrap_err()
        .downcast::<Error>()
        .unwrap();
    assert!(error.is_token(), "{error}");
    assert_eq!(identity.calls("/service"), sent);
    let third = identity.issue(key.public_key(), LIFE);
    write("rpst", &third);
    assert_eq!(sender.accepted().await, format!("ST${third}"));
}

#[tokio::test]
async fn a_nested_resource_principal_acts_as_its_last_parent() {
    let identity = Identity::start(noon()).await;
    let key = PrivateKey::generate().unwrap();
    let leaf = identity.issue(key.public_key(), LIFE);
    let parent = |id: &str| format!("{}/parent/{id}", identity.url);
    identity
        .data()
        .parents
        .insert("one".to_owned(), parent("two"));
    identity
        .data()
        .parents
        .insert("two".to_owned(), parent("three"));
    let pem = key.to_pem().unwrap();
    let more = [
        ("VERSION_FOR_LEAF_RESOURCE", "2.2"),
        ("RPST_FOR_LEAF_RESOURCE", leaf.as_str()),
        ("PRIVATE_PEM_FOR_LEAF_RESOURCE", pem.expose_secret()),
        ("RPT_URL_FOR_PARENT_RESOURCE", &parent("one")),
        ("RPST_ENDPOINT_FOR_PARENT_RESOURCE", &identity.url),
    ];
    sender(&identity, resource(&identity, "3.0", &more).unwrap())
        .accepted()
        .await;
    assert_eq!(identity.calls("/parent"), 3);
    assert_eq!(identity.calls("rpt-parent-three"), 1);

    identity
        .data()
        .parents
        .insert("three".to_owned(), parent("one"));
    let provider = resource(&identity, "3.0", &more).unwrap();
    let error = provider.provide_credentials().await.unwrap_err();
    assert!(error.to_string().contains("circle"), "{error}");
}

#[test]
fn resource_principals_name_a_missing_variable() {
    let build = |vars: &[(&str, &str)]| {
        ResourcePrincipalCredentialsProvider::builder()
            .environment(Environment::from_vars(vars.iter().copied()))
            .build()
            .unwrap_err()
            .to_string()
    };
    assert!(build(&[]).contains("OCI_RESOURCE_PRINCIPAL_VERSION is not set"));
    let version = "OCI_RESOURCE_PRINCIPAL_VERSION";
    assert!(build(&[(version, "9")]).contains("`9`; supported versions: 1.1, 2.1"));
    assert!(build(&[(version, "2.2")]).contains("OCI_RESOURCE_PRINCIPAL_RPST"));
    assert!(build(&[(version, "3.0")]).contains("VERSION_FOR_LEAF_RESOURCE"));
}

#[tokio::test]
async fn token_services_require_protected_connections() {
    let provider = InstancePrincipalCredentialsProvider::builder();
    let identity = Identity::start(noon()).await;
    let provider = provider
        .environment(Environment::from_vars([(
            "OCI_METADATA_BASE_URL",
            identity.metadata_url(),
        )]))
        .endpoint("http://auth.example.com")
        .build()
        .unwrap();
    let error = provider.provide_credentials().await.unwrap_err();
    assert!(error.is_insecure(), "{error}");
    let _: BoxError = error.into();
}
