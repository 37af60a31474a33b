//! Problems that users reported about other libraries, and the behavior of this crate.
//!
//! Problems that a test of another module covers are not repeated here.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::{Request, Response, StatusCode};
use oci_genai_auth::provider::BoxFuture;
use oci_genai_auth::{
    ApiKey, AuthLayer, BoxError, ConfigFileCredentialsProvider, Credentials, CredentialsCache,
    Environment, KeyId, ManualTimeSource, PrivateKey, ProvideCredentials, RequestSigner, Result,
    SharedCredentialsProvider, StaticCredentialsProvider,
};
use reqwest::Body;
use serde_json::json;
use tokio::sync::Semaphore;
use tower::{Layer as _, ServiceExt as _, service_fn};

use crate::support::{TENANCY, USER, fingerprint, key_pem, noon, unix, unsigned_token, vectors};

/// Provides `sk-1`; its replacement, `sk-2`, only when the gate opens.
#[derive(Debug)]
struct Slow {
    gate: Semaphore,
    replacements: AtomicUsize,
}

impl ProvideCredentials for Slow {
    fn provide_credentials(&self) -> BoxFuture<'_, Result<Credentials>> {
        let end = noon() + Duration::from_secs(86_400);
        Box::pin(async move { Ok(Credentials::bearer(ApiKey::new("sk-1")?).with_expiry(end)) })
    }

    fn replace_credentials<'a>(
        &'a self,
        _: &'a Credentials,
    ) -> BoxFuture<'a, Result<Option<Credentials>>> {
        Box::pin(async {
            self.replacements.fetch_add(1, Ordering::SeqCst);
            self.gate.acquire().await.unwrap().forget();
            let end = noon() + Duration::from_secs(86_400);
            Ok(Some(
                Credentials::bearer(ApiKey::new("sk-2")?).with_expiry(end),
            ))
        })
    }
}

/// Other library: a lock held across the request froze the event loop at the second 401.
#[tokio::test(flavor = "current_thread")]
async fn a_second_401_during_a_refresh_does_not_block() {
    let provider = Arc::new(Slow {
        gate: Semaphore::new(0),
        replacements: AtomicUsize::new(0),
    });
    let layer =
        AuthLayer::new(Arc::clone(&provider)).with_time_source(ManualTimeSource::new(noon()));
    let refused = Arc::new(AtomicUsize::new(0));
    let service = {
        let refused = Arc::clone(&refused);
        service_fn(move |request: Request<Body>| {
            let refused = Arc::clone(&refused);
            async move {
                let mut response = Response::new(Body::default());
                let old = request.headers()["authorization"] == "Bearer sk-1";
                if old && request.uri().path() != "/open" {
                    refused.fetch_add(1, Ordering::SeqCst);
                    *response.status_mut() = StatusCode::UNAUTHORIZED;
                }
                Ok::<_, BoxError>(response)
            }
        })
    };
    let service = layer.layer(service);
    let ask = |path: &str| {
        let uri = format!("https://example.com{path}");
        let request = Request::get(uri).body(Body::default()).unwrap();
        tokio::spawn(service.clone().oneshot(request))
    };
    let waiting: Vec<_> = (0..100).map(|_| ask("/guarded")).collect();
    while refused.load(Ordering::SeqCst) < 100 {
        tokio::task::yield_now().await;
    }
    // The refresh still hangs, but another request succeeds.
    assert_eq!(
        ask("/open").await.unwrap().unwrap().status(),
        StatusCode::OK
    );
    provider.gate.add_permits(1);
    for response in waiting {
        assert_eq!(response.await.unwrap().unwrap().status(), StatusCode::OK);
    }
    assert_eq!(
        provider.replacements.load(Ordering::SeqCst),
        1,
        "one refresh served them all"
    );
}

/// Other library: a token about to expire passed the check and was rejected on arrival.
#[tokio::test]
async fn a_token_about_to_expire_is_not_used() {
    let clock = ManualTimeSource::new(noon());
    let key = PrivateKey::from_pem(&key_pem(), None).unwrap();
    let made = Arc::new(AtomicUsize::new(0));

    #[derive(Debug)]
    struct Hourly(ManualTimeSource, PrivateKey, Arc<AtomicUsize>);
    impl ProvideCredentials for Hourly {
        fn provide_credentials(&self) -> BoxFuture<'_, Result<Credentials>> {
            use oci_genai_auth::TimeSource as _;
            let count = self.2.fetch_add(1, Ordering::SeqCst);
            let signer = RequestSigner::new(
                KeyId::parse(&format!("key/{count}")).unwrap(),
                self.1.clone(),
            );
            let end = self.0.now() + Duration::from_secs(3600);
            // No early refresh, so that only the margin applies.
            let credentials = Credentials::signing(signer)
                .with_expiry(end)
                .with_refresh_at(end);
            Box::pin(std::future::ready(Ok(credentials)))
        }
    }
    let provider = Hourly(clock.clone(), key, Arc::clone(&made));
    let cache = CredentialsCache::with_time_source(provider, clock.clone());
    cache.credentials().await.unwrap();
    clock.advance(Duration::from_secs(3600 - 61));
    cache.credentials().await.unwrap();
    assert_eq!(made.load(Ordering::SeqCst), 1);
    clock.advance(Duration::from_secs(1));
    cache.credentials().await.unwrap();
    assert_eq!(
        made.load(Ordering::SeqCst),
        2,
        "a minute before its end a token is given up"
    );
}

/// Other library: the pass phrase of a session profile's key was ignored.
#[tokio::test]
async fn a_session_profile_with_an_encrypted_key_works() {
    let vectors = vectors();
    let key = &vectors.keys["rsa2048_pkcs1_encrypted_aes256"];
    let config = format!(
        "[S]\ntenancy={TENANCY}\nkey_file=~/key\nsecurity_token_file=~/token\npass_phrase={}\n",
        key.pass_phrase.as_ref().unwrap()
    );
    let token = unsigned_token(&json!({ "exp": unix(noon()) + 3600 }));
    let environment = Environment::from_vars([("HOME", "/h")]).with_files([
        ("/h/.oci/config", config),
        ("/h/key", key.private_key_pem.clone()),
        ("/h/token", token),
    ]);
    let provider = ConfigFileCredentialsProvider::builder()
        .environment(environment)
        .profile("S")
        .time_source(ManualTimeSource::new(noon()))
        .build()
        .unwrap();
    let credentials = provider.provide_credentials().await.unwrap();
    let public = credentials.signer().unwrap().public_key();
    assert_eq!(public.fingerprint(), key.fingerprint_md5);
}

/// Other library: API keys and IAM signing needed different clients.
#[tokio::test]
async fn api_keys_and_signing_keys_share_one_type() {
    let key = PrivateKey::from_pem(&key_pem(), None).unwrap();
    let signer = RequestSigner::new(KeyId::api_key(TENANCY, USER, &fingerprint()), key);
    let api_key = ApiKey::new("sk-x").unwrap();
    let providers: Vec<SharedCredentialsProvider> = vec![
        SharedCredentialsProvider::new(StaticCredentialsProvider::new(api_key)),
        SharedCredentialsProvider::new(StaticCredentialsProvider::new(signer)),
    ];
    let echo = service_fn(|request: Request<Body>| async move {
        Ok::<_, BoxError>(Response::new(request.headers()["authorization"].clone()))
    });
    let mut schemes = Vec::new();
    for provider in providers {
        let request = Request::post("https://example.com/")
            .body(Body::from("{}"))
            .unwrap();
        let response = AuthLayer::new(provider)
            .layer(echo)
            .oneshot(request)
            .await
            .unwrap();
        let value = response.body().to_str().unwrap().to_owned();
        schemes.push(value.split(' ').next().unwrap().to_owned());
    }
    assert_eq!(schemes, ["Bearer", "Signature"]);
}
