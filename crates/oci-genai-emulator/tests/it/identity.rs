//! The identity side: each kind of principal comes by its token here and is accepted with it.

use std::time::Duration;

use oci_genai_auth::{
    Credentials, DelegationCredentialsProvider, Environment, InstancePrincipalCredentialsProvider,
    KeyId, OciConfig, OkeWorkloadIdentityCredentialsProvider, PrivateKey, ProvideCredentials,
    RequestSigner, ResourcePrincipalCredentialsProvider, SecurityToken,
    SessionTokenCredentialsProvider,
};
use oci_genai_emulator::{
    Clock, CredentialKind, DEFAULT_PROJECT, Effect, Emulator, EmulatorConfig, Fault, TENANCY,
};
use reqwest::Method;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::support::{Desk, answer};

/// Makes a conversation with these credentials and says how they were seen.
async fn used(desk: &Desk, credentials: &Credentials) -> Result<CredentialKind, u16> {
    signed(desk, credentials.signer().unwrap()).await
}

async fn signed(desk: &Desk, signer: &RequestSigner) -> Result<CredentialKind, u16> {
    let (status, _) = post(
        &format!("{}/conversations", desk.emulator.base_url()),
        signer,
        json!({}),
    )
    .await;
    let seen = desk.emulator.requests().pop().unwrap();
    seen.credential
        .map(|credential| credential.kind)
        .ok_or(status)
}

async fn post(url: &str, signer: &RequestSigner, body: Value) -> (u16, Value) {
    let body = body.to_string();
    let request = http::Request::builder()
        .method(Method::POST)
        .uri(url)
        .header("openai-project", DEFAULT_PROJECT);
    let (mut parts, ()) = request.body(()).unwrap().into_parts();
    signer
        .sign(&mut parts, body.as_bytes(), Clock::new().now())
        .unwrap();
    let request = reqwest::Client::new()
        .post(url)
        .headers(parts.headers)
        .body(body);
    answer(request.send().await.unwrap()).await
}

#[tokio::test]
async fn an_instance_becomes_itself() {
    let desk = Desk::new().await;
    let base = desk.emulator.identity_url();
    let environment = Environment::from_vars([("OCI_METADATA_BASE_URL", format!("{base}/opc/v2"))]);
    let provider = InstancePrincipalCredentialsProvider::builder()
        .environment(environment)
        .endpoint(&base)
        .build()
        .unwrap();
    let credentials = provider.provide_credentials().await.unwrap();
    assert_eq!(
        used(&desk, &credentials).await,
        Ok(CredentialKind::InstancePrincipal)
    );
    assert!(credentials.expires_at().unwrap() > Clock::new().now() + Duration::from_secs(600));
    desk.emulator.clock().advance(Duration::from_secs(21 * 60));
    assert_eq!(used(&desk, &credentials).await, Err(401));
}

#[tokio::test]
async fn the_metadata_service_wants_its_header() {
    let desk = Desk::new().await;
    let url = format!(
        "{}/opc/v2/instance/regionInfo",
        desk.emulator.identity_url()
    );
    let plain = answer(reqwest::get(&url).await.unwrap()).await;
    assert_eq!(
        (plain.0, &plain.1["code"]),
        (401, &json!("NotAuthenticated"))
    );
    let asked = reqwest::Client::new()
        .get(&url)
        .bearer_auth("Oracle")
        .send()
        .await
        .unwrap();
    let info: Value = asked.json().await.unwrap();
    assert_eq!(info["regionKey"], "ORD");
    assert_eq!(info["realmDomainComponent"], "oraclecloud.com");
    let unknown = url.replace("regionInfo", "nonsense");
    let asked = reqwest::Client::new()
        .get(&unknown)
        .bearer_auth("Oracle")
        .send()
        .await
        .unwrap();
    assert_eq!(asked.status(), 404);
}

#[tokio::test]
async fn resources_become_themselves_in_each_version() {
    let desk = Desk::new().await;
    let base = desk.emulator.identity_url();
    let key = PrivateKey::generate().unwrap();
    let pem = key.to_pem().unwrap().expose_secret().to_owned();
    let resource = "ocid1.fnfunc.oc1.us-chicago-1.f";
    desk.emulator.add_trusted_key(
        KeyId::parse(&format!("resource/v2.1/{resource}")).unwrap(),
        key.public_key().clone(),
    );
    for version in ["v2.1.1", "v2.1.2"] {
        desk.emulator.add_trusted_key(
            KeyId::parse(&format!("resource/{version}/{TENANCY}/{resource}")).unwrap(),
            key.public_key().clone(),
        );
    }
    let rpst = desk
        .emulator
        .issue_resource_token(resource, key.public_key().clone())
        .await
        .unwrap();
    let exchange = |version: &'static str| {
        vec![
            ("OCI_RESOURCE_PRINCIPAL_VERSION", version.to_owned()),
            ("OCI_RESOURCE_PRINCIPAL_RPT_ENDPOINT", base.clone()),
            ("OCI_RESOURCE_PRINCIPAL_RPST_ENDPOINT", base.clone()),
            ("OCI_RESOURCE_PRINCIPAL_RESOURCE_ID", resource.to_owned()),
            ("OCI_RESOURCE_PRINCIPAL_TENANCY_ID", TENANCY.to_owned()),
            ("OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM", pem.clone()),
            ("OCI_RESOURCE_PRINCIPAL_REGION", "us-chicago-1".to_owned()),
            ("OCI_RESOURCE_PRINCIPAL_RPST", rpst.clone()),
            ("OCI_RESOURCE_PRINCIPAL_RPT_ID", resource.to_owned()),
            ("OCI_METADATA_BASE_URL", format!("{base}/opc/v2")),
        ]
    };
    for version in ["2.2", "2.1", "2.1.1", "2.1.2", "1.1"] {
        let mut variables = exchange(version);
        if version == "2.1.2" {
            // Version 1.1 and 2.1.2 name their own paths.
            let path = "/20180711/resourcePrincipalTokenV212/{}".to_owned();
            variables.push(("OCI_RESOURCE_PRINCIPAL_RPT_PATH", path));
        }
        let provider = ResourcePrincipalCredentialsProvider::builder()
            .environment(Environment::from_vars(variables))
            .federation_endpoint(&base)
            .build()
            .unwrap();
        let credentials = match provider.provide_credentials().await {
            Ok(credentials) => credentials,
            Err(error) => panic!("{version}: {error:?}"),
        };
        let kind = used(&desk, &credentials).await;
        assert_eq!(kind, Ok(CredentialKind::ResourcePrincipal), "{version}");
    }
}

#[tokio::test]
async fn a_resource_becomes_its_parents() {
    let desk = Desk::new().await;
    let base = desk.emulator.identity_url();
    let key = PrivateKey::generate().unwrap();
    let leaf = desk
        .emulator
        .issue_resource_token("ocid1.leaf.oc1..l", key.public_key().clone())
        .await
        .unwrap();
    desk.emulator
        .add_parent("ocid1.parent.oc1..p", "ocid1.grandparent.oc1..g");
    let pem = key.to_pem().unwrap().expose_secret().to_owned();
    let environment = Environment::from_vars([
        ("OCI_RESOURCE_PRINCIPAL_VERSION", "3.0".to_owned()),
        (
            "OCI_RESOURCE_PRINCIPAL_VERSION_FOR_LEAF_RESOURCE",
            "2.2".to_owned(),
        ),
        ("OCI_RESOURCE_PRINCIPAL_RPST_FOR_LEAF_RESOURCE", leaf),
        ("OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM_FOR_LEAF_RESOURCE", pem),
        (
            "OCI_RESOURCE_PRINCIPAL_REGION_FOR_LEAF_RESOURCE",
            "us-chicago-1".to_owned(),
        ),
        (
            "OCI_RESOURCE_PRINCIPAL_RPT_URL_FOR_PARENT_RESOURCE",
            format!("{base}/20180711/resourcePrincipalToken/ocid1.parent.oc1..p"),
        ),
        (
            "OCI_RESOURCE_PRINCIPAL_RPST_ENDPOINT_FOR_PARENT_RESOURCE",
            base.clone(),
        ),
    ]);
    let provider = ResourcePrincipalCredentialsProvider::builder()
        .environment(environment)
        .build()
        .unwrap();
    let credentials = provider.provide_credentials().await.unwrap();
    let kind = used(&desk, &credentials).await;
    assert_eq!(kind, Ok(CredentialKind::ResourcePrincipal));
    let seen = desk.emulator.requests().pop().unwrap().credential.unwrap();
    assert_eq!(seen.id, "ST$… of ocid1.grandparent.oc1..g");
}

#[tokio::test]
async fn an_instance_acts_for_a_user() {
    let desk = Desk::new().await;
    let base = desk.emulator.identity_url();
    let environment = Environment::from_vars([("OCI_METADATA_BASE_URL", format!("{base}/opc/v2"))]);
    let instance = InstancePrincipalCredentialsProvider::builder()
        .environment(environment)
        .endpoint(&base)
        .build()
        .unwrap();
    let user = PrivateKey::generate().unwrap();
    let token = desk
        .emulator
        .issue_session_token("ocid1.user.oc1..u", user.public_key().clone())
        .await
        .unwrap();
    let sent = token.clone();
    let delegated = DelegationCredentialsProvider::new(instance, move || Ok(sent.clone().into()));
    let credentials = delegated.provide_credentials().await.unwrap();
    assert_eq!(
        used(&desk, &credentials).await,
        Ok(CredentialKind::InstancePrincipal)
    );
    let seen = desk.emulator.requests().pop().unwrap();
    let signed = seen.signing_string.clone().unwrap();
    assert!(signed.contains("opc-obo-token: "), "{signed}");
    assert_eq!(seen.header("opc-obo-token"), None);
    assert!(
        !format!("{seen:?}").contains(&token),
        "the token is not shown"
    );
}

#[tokio::test]
async fn a_session_profile_renews_itself() {
    let desk = Desk::new().await;
    let key = PrivateKey::generate().unwrap();
    let token = desk
        .emulator
        .issue_session_token("ocid1.user.oc1..u", key.public_key().clone())
        .await
        .unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("key.pem"), key.to_pem().unwrap().expose_secret()).unwrap();
    std::fs::write(at("token"), &token).unwrap();
    let profile = format!(
        "[DEFAULT]\nfingerprint={}\ntenancy={TENANCY}\nregion=us-chicago-1\nkey_file={}\nsecurity_token_file={}\n",
        key.public_key().fingerprint(),
        at("key.pem").display(),
        at("token").display(),
    );
    std::fs::write(at("config"), profile).unwrap();
    let path = at("config").to_string_lossy().into_owned();
    let config = OciConfig::load(Some(&path), &Environment::from_process()).unwrap();
    let provider = SessionTokenCredentialsProvider::builder(config.profile("DEFAULT").unwrap())
        .endpoint(desk.emulator.identity_url())
        .build()
        .unwrap();
    let first = provider.provide_credentials().await.unwrap();
    let second = provider.replace_credentials(&first).await.unwrap();
    for credentials in [&first, &second.unwrap()] {
        assert_eq!(
            used(&desk, credentials).await,
            Ok(CredentialKind::SessionToken)
        );
    }
    desk.emulator
        .expect_requests("POST /v1/authentication/refresh", 1)
        .unwrap();
    assert_ne!(std::fs::read_to_string(at("token")).unwrap(), token);
}

#[tokio::test]
async fn faults_tell_the_kinds_of_principals_apart() {
    let desk = Desk::new().await;
    let base = desk.emulator.identity_url();
    let environment = Environment::from_vars([("OCI_METADATA_BASE_URL", format!("{base}/opc/v2"))]);
    let instance = InstancePrincipalCredentialsProvider::builder()
        .environment(environment)
        .endpoint(&base)
        .build()
        .unwrap();
    let instance = instance.provide_credentials().await.unwrap();
    let key = PrivateKey::generate().unwrap();
    let public = key.public_key().clone();
    let session = desk.emulator.issue_session_token("u", public.clone()).await;
    let resource = desk.emulator.issue_resource_token("r", public).await;
    let signer = |token: String| {
        RequestSigner::new(
            KeyId::token(&SecurityToken::parse(&token).unwrap()),
            key.clone(),
        )
    };
    let signers = [
        (
            CredentialKind::InstancePrincipal,
            instance.signer().unwrap().clone(),
        ),
        (CredentialKind::SessionToken, signer(session.unwrap())),
        (CredentialKind::ResourcePrincipal, signer(resource.unwrap())),
    ];
    let url = format!("{}/conversations", desk.emulator.base_url());
    for (kind, _) in &signers {
        desk.emulator.faults().clear();
        let fault = Fault::new(Effect::Locked).with_credential(*kind);
        desk.emulator.faults().add(fault).unwrap();
        for (other, signer) in &signers {
            let (status, _) = post(&url, signer, json!({})).await;
            assert_eq!(status == 400, kind == other, "{kind} and {other}: {status}");
        }
    }
}

#[tokio::test]
async fn a_skewed_clock_refuses_good_signatures() {
    let desk = Desk::new().await;
    let key = PrivateKey::generate().unwrap();
    let token = desk
        .emulator
        .issue_session_token("u", key.public_key().clone())
        .await
        .unwrap();
    let id = KeyId::token(&SecurityToken::parse(&token).unwrap());
    let signer = RequestSigner::new(id, key);
    let skew = Effect::ClockSkew { ms: -600_000 };
    desk.emulator
        .faults()
        .add(Fault::new(skew).times(1))
        .unwrap();
    assert_eq!(signed(&desk, &signer).await, Err(401));
    assert_eq!(
        signed(&desk, &signer).await,
        Ok(CredentialKind::SessionToken)
    );
}

#[tokio::test]
async fn a_pod_becomes_its_workload() {
    let desk = Desk::new().await;
    let account = desk
        .emulator
        .issue_service_account_token("system:pod")
        .await
        .unwrap();
    let provide = |token: String| {
        let environment =
            Environment::from_vars([("OCI_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH", "/token")])
                .with_files([("/token", token)]);
        let provider = OkeWorkloadIdentityCredentialsProvider::builder()
            .environment(environment)
            .endpoint(desk.emulator.identity_url())
            .build()
            .unwrap();
        async move { provider.provide_credentials().await }
    };
    let credentials = provide(account.clone()).await.unwrap();
    assert_eq!(
        used(&desk, &credentials).await,
        Ok(CredentialKind::WorkloadIdentity)
    );
    let (claims, _) = account.rsplit_once('.').unwrap();
    assert!(provide(format!("{claims}.c2lnbmF0dXJl")).await.is_err());
}

#[tokio::test]
async fn a_session_is_refreshed_while_it_lasts() {
    let mut config = EmulatorConfig::default();
    config.token_lifetime = Duration::from_secs(600);
    let desk = Desk::over(Emulator::builder().config(config).start().await.unwrap());
    let key = PrivateKey::generate().unwrap();
    let user = "ocid1.user.oc1..u";
    let token = desk
        .emulator
        .issue_session_token(user, key.public_key().clone())
        .await
        .unwrap();
    let signer = |token: &str| {
        RequestSigner::new(
            KeyId::token(&SecurityToken::parse(token).unwrap()),
            key.clone(),
        )
    };
    assert_eq!(
        signed(&desk, &signer(&token)).await,
        Ok(CredentialKind::SessionToken)
    );
    let url = format!("{}/v1/authentication/refresh", desk.emulator.identity_url());
    let body = json!({"currentToken": token});
    desk.emulator.clock().advance(Duration::from_secs(200));
    let (status, answer) = post(&url, &signer(&token), body.clone()).await;
    assert_eq!(status, 200);
    let fresh = answer["token"].as_str().unwrap();
    let end = |token: &str| SecurityToken::parse(token).unwrap().expires_at().unwrap();
    assert!(end(fresh) >= end(&token) + Duration::from_secs(200));
    assert_eq!(
        signed(&desk, &signer(fresh)).await,
        Ok(CredentialKind::SessionToken)
    );
    // Not another's token, and not one that has ended.
    let (status, _) = post(&url, &signer(fresh), body.clone()).await;
    assert_eq!(status, 401);
    desk.emulator.clock().set_offset_ms(601_000);
    let (status, refused) = post(&url, &signer(&token), body).await;
    assert_eq!(
        (status, &refused["code"]),
        (401, &json!("NotAuthenticated"))
    );
}
