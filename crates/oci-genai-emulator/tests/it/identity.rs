//! The identity side: each kind of principal comes by its token here and is accepted with it.

use std::time::Duration;

use oci_genai_auth::{
    Credentials, Environment, InstancePrincipalCredentialsProvider, KeyId,
    OkeWorkloadIdentityCredentialsProvider, PrivateKey, ProvideCredentials, RequestSigner,
    ResourcePrincipalCredentialsProvider, SecurityToken,
};
use oci_genai_emulator::{
    Clock, CredentialKind, DEFAULT_PROJECT, Emulator, EmulatorConfig, TENANCY,
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
    let environment = Environment::fixed([("OCI_METADATA_BASE_URL", format!("{base}/opc/v2"))]);
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
    desk.emulator.trust(
        KeyId::parse(&format!("resource/v2.1/{resource}")).unwrap(),
        key.public_key().clone(),
    );
    desk.emulator.trust(
        KeyId::parse(&format!("resource/v2.1.2/{TENANCY}/{resource}")).unwrap(),
        key.public_key().clone(),
    );
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
    for version in ["2.2", "2.1", "2.1.2", "1.1"] {
        let mut variables = exchange(version);
        if version == "2.1.2" {
            // Version 1.1 and 2.1.2 name their own paths.
            let path = "/20180711/resourcePrincipalTokenV212/{}".to_owned();
            variables.push(("OCI_RESOURCE_PRINCIPAL_RPT_PATH", path));
        }
        let provider = ResourcePrincipalCredentialsProvider::builder()
            .environment(Environment::fixed(variables))
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
async fn a_pod_becomes_its_workload() {
    let desk = Desk::new().await;
    let account = desk
        .emulator
        .issue_service_account_token("system:pod")
        .await
        .unwrap();
    let provide = |token: String| {
        let environment =
            Environment::fixed([("OCI_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH", "/token")])
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
