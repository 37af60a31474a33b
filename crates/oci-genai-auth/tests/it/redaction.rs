//! Checks that debug output, errors and logs contain no secret.

use std::sync::{Arc, Mutex};

use oci_genai_auth::{
    ApiKey, ApiKeyCredentialsProvider, AuthLayer, AuthorizationHeader,
    ConfigFileCredentialsProvider, Credentials, CredentialsCache, Environment, KeyId, OciConfig,
    PrivateKey, ProvideCredentials as _, RequestSigner, SecurityToken, StaticCredentialsProvider,
};
use secrecy::SecretString;
use serde_json::json;

use crate::identity::{Identity, LIFE};
use crate::support::{Sender, TENANCY, USER, fingerprint, noon, unsigned_token, vectors};

const API_KEY: &str = "sk-this-must-not-show";
const PASS_PHRASE: &str = "pass-phrase-must-not-show";
const DELEGATION: &str = "delegation-must-not-show";

/// Fails if any line of a secret is in `text`.
fn assert_clean(text: &str, secrets: &[&str]) {
    for secret in secrets {
        for line in secret
            .lines()
            .filter(|line| line.len() > 12 && !line.starts_with("---"))
        {
            assert!(!text.contains(line), "a secret shows in: {text}");
        }
    }
}

#[tokio::test]
async fn debug_output_contains_no_secret() {
    let vectors = vectors();
    let pem = &vectors.keys["rsa2048_pkcs8"].private_key_pem;
    let token = unsigned_token(&json!({"exp": 1_790_003_600_u64}));
    let key = PrivateKey::from_pem(pem, None).unwrap();
    let token_id = KeyId::token(&SecurityToken::parse(&token).unwrap());
    let signer = RequestSigner::new(token_id.clone(), key.clone())
        .with_delegation_token(DELEGATION)
        .unwrap();
    let config = format!(
        "[DEFAULT]\nuser={USER}\ntenancy={TENANCY}\nfingerprint={}\nkey_file=/key\npass_phrase={PASS_PHRASE}\n",
        fingerprint()
    );
    let environment = Environment::from_vars([("OCI_GENAI_API_KEY", API_KEY), ("HOME", "/h")])
        .with_files([
            ("/h/.oci/config".to_owned(), config),
            ("/key".to_owned(), pem.clone()),
        ]);
    let config = OciConfig::load(None, &environment).unwrap();
    let provider = ConfigFileCredentialsProvider::builder().environment(environment.clone());
    let api_key = ApiKey::new(API_KEY).unwrap();
    let cache = CredentialsCache::new(StaticCredentialsProvider::new(api_key.clone()));
    cache.credentials().await.unwrap();
    let layer = AuthLayer::new(StaticCredentialsProvider::new(signer.clone()));
    let (mut parts, ()) = http::Request::get("https://example.com/")
        .body(())
        .unwrap()
        .into_parts();
    signer.sign(&mut parts, b"", noon()).unwrap();
    let header = parts.headers["authorization"].to_str().unwrap();
    let header = AuthorizationHeader::parse(header).unwrap();
    let signature = vectors.vectors[0].authorization.clone();
    let from_env = ApiKeyCredentialsProvider::from_env(&environment).unwrap();
    let shown = format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {} {:?} {:?}",
        api_key,
        Credentials::bearer(api_key.clone()),
        key,
        key.public_key(),
        signer,
        Credentials::signing(signer.clone()),
        SecurityToken::parse(&token).unwrap(),
        environment,
        config,
        config.profile("DEFAULT").unwrap(),
        provider.clone().build().unwrap(),
        provider,
        cache,
        layer,
        token_id,
        header,
        (from_env, parts.headers, SecretString::from(PASS_PHRASE)),
    );
    assert_clean(
        &shown,
        &[API_KEY, PASS_PHRASE, DELEGATION, pem, &token, &signature],
    );
}

#[tokio::test]
async fn errors_contain_no_secret() {
    let pem = &vectors().keys["rsa2048_pkcs8_encrypted"].private_key_pem;
    let token = unsigned_token(&json!({"exp": 1}));
    let wrong = SecretString::from(PASS_PHRASE);
    let mut shown = String::new();
    let mut note = |error: oci_genai_auth::Error| {
        shown.push_str(&format!("{error:?} {}", crate::support::tell(&error)));
    };
    note(PrivateKey::from_pem(pem, Some(&wrong)).unwrap_err());
    note(PrivateKey::from_pem(&pem[..400], None).unwrap_err());
    note(ApiKey::new(format!("{API_KEY}\n{API_KEY}")).unwrap_err());
    note(SecurityToken::parse(&format!("{token}.x")).unwrap_err());
    note(OciConfig::parse(&format!("[A]\n{PASS_PHRASE}"), &Environment::default()).unwrap_err());
    let identity = Identity::start(noon()).await;
    let expired = oci_genai_auth::ResourcePrincipalCredentialsProvider::builder()
        .environment(Environment::from_vars([
            ("OCI_RESOURCE_PRINCIPAL_VERSION", "2.2"),
            ("OCI_RESOURCE_PRINCIPAL_RPST", token.as_str()),
            (
                "OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM",
                &identity.data().leaf.1.clone(),
            ),
        ]))
        .build()
        .unwrap();
    note(expired.provide_credentials().await.unwrap_err());
    assert_clean(&shown, &[API_KEY, PASS_PHRASE, pem, &token]);
    assert!(!shown.is_empty());
}

/// Collects log lines.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn logs_contain_no_secret() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let identity = Identity::start(noon()).await;
    let provider = oci_genai_auth::InstancePrincipalCredentialsProvider::builder()
        .environment(Environment::from_vars([(
            "OCI_METADATA_BASE_URL",
            identity.metadata_url(),
        )]))
        .endpoint(&identity.url)
        .time_source(identity.clock.clone())
        .build()
        .unwrap();
    let layer = AuthLayer::new(provider).with_time_source(identity.clock.clone());
    let sender = Sender::new(layer, format!("{}/service", identity.url));
    let first = sender.accepted().await;
    identity.clock.advance(LIFE);
    identity.data().refuse = Some(axum::http::StatusCode::UNAUTHORIZED);
    sender.send().await.unwrap_err();
    identity.data().refuse = None;
    let second = sender.accepted().await;

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        text.contains("credentials could not be refreshed"),
        "something was logged: {text}"
    );
    let pem = identity.data().leaf.1.clone();
    let tokens: Vec<&str> = [&first, &second]
        .map(|id| id.strip_prefix("ST$").unwrap())
        .to_vec();
    assert_clean(&text, &[tokens[0], tokens[1], &pem]);
}
