//! The layer after a 401, with skewed clocks, and at redirects.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use http::{HeaderValue, Request, Response};
use oci_genai_auth::layer::{ClockSkew, RefreshError};
use oci_genai_auth::{
    ApiKey, ApiKeyCredentialsProvider, AuthLayer, BoxError, Credentials, Error, KeyId, PrivateKey,
    RequestSigner, SecurityToken, StaticCredentialsProvider,
};
use reqwest::Body;
use tower::{Layer as _, ServiceExt as _, service_fn};

use crate::identity::{Identity, LIFE};
use crate::support::{Sender, noon};

fn long_lived(identity: &Identity) -> Credentials {
    let key = PrivateKey::generate().unwrap();
    let token = identity.issue(key.public_key(), LIFE * 100);
    let token = SecurityToken::parse(&token).unwrap();
    Credentials::signing(RequestSigner::new(KeyId::token(&token), key))
}

fn sender(identity: &Identity, correct: bool) -> Sender {
    let layer = AuthLayer::new(StaticCredentialsProvider::new(long_lived(identity)))
        .with_time_source(identity.clock.clone())
        .with_clock_correction(correct);
    Sender::new(layer, format!("{}/service", identity.url))
}

#[tokio::test]
async fn a_wrong_clock_is_reported() {
    let identity = Identity::start(noon()).await;
    let sender = sender(&identity, false);
    identity.data().service_clock_ahead = -1000;
    let response = sender.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let skew = response.extensions().get::<ClockSkew>().unwrap();
    assert_eq!(skew.seconds(), -1000);
    assert!(skew.is_fatal());
    assert_eq!(
        identity.calls("/service"),
        1,
        "the same again would be refused again"
    );
}

#[tokio::test]
async fn a_wrong_clock_is_corrected_if_configured() {
    let identity = Identity::start(noon()).await;
    let sender = sender(&identity, true);
    identity.data().service_clock_ahead = 1000;
    sender.accepted().await;
    assert_eq!(
        identity.calls("/service"),
        2,
        "refused, then sent with the right date"
    );
    sender.accepted().await;
    assert_eq!(identity.calls("/service"), 3, "learned for good");
    identity.data().service_clock_ahead = 0;
    sender.accepted().await;
}

#[tokio::test]
async fn the_retry_after_a_401_has_a_new_date() {
    let identity = Identity::start(noon()).await;
    let (clock, dates) = (
        identity.clock.clone(),
        Arc::new(std::sync::Mutex::new(Vec::new())),
    );
    let service = service_fn({
        let (clock, dates) = (clock.clone(), Arc::clone(&dates));
        move |request: Request<Body>| {
            // A slow service: the rejection takes two minutes.
            clock.advance(Duration::from_secs(120));
            let mut dates = dates.lock().unwrap();
            dates.push(request.headers()["date"].clone());
            let status = if dates.len() == 1 {
                StatusCode::UNAUTHORIZED
            } else {
                StatusCode::OK
            };
            let mut response = Response::new(Body::default());
            *response.status_mut() = status;
            async move { Ok::<_, BoxError>(response) }
        }
    });
    let layer = AuthLayer::new(StaticCredentialsProvider::new(long_lived(&identity)))
        .with_time_source(clock);
    let request = Request::get("https://example.com/")
        .body(Body::default())
        .unwrap();
    let response = layer.layer(service).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let dates = dates.lock().unwrap();
    let date = |at: Duration| HeaderValue::from_str(&httpdate::fmt_http_date(noon() + at)).unwrap();
    assert_eq!(
        *dates,
        [date(Duration::ZERO), date(Duration::from_secs(120))]
    );
}

#[tokio::test]
async fn a_rotated_api_key_is_used_for_the_retry() {
    let (rotate, keys) = tokio::sync::watch::channel(ApiKey::new("sk-old").unwrap());
    let rotate = Arc::new(rotate);
    let layer = AuthLayer::new(ApiKeyCredentialsProvider::watch(keys));
    let service = service_fn(move |request: Request<Body>| {
        let rotate = Arc::clone(&rotate);
        async move {
            let key = request.headers()["authorization"]
                .to_str()
                .unwrap()
                .to_owned();
            let mut response = Response::new(Body::from(key.clone()));
            if key == "Bearer sk-old" {
                // Revoked; the operator provides the second secret in the meantime.
                rotate.send(ApiKey::new("sk-new").unwrap()).unwrap();
                *response.status_mut() = StatusCode::UNAUTHORIZED;
            }
            Ok::<_, BoxError>(response)
        }
    });
    let request = Request::get("https://example.com/")
        .body(Body::default())
        .unwrap();
    let response = layer.layer(service).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_rejected_api_key_without_another_is_not_retried() {
    let identity = Identity::start(noon()).await;
    let key = StaticCredentialsProvider::new(ApiKey::new("sk-wrong").unwrap());
    let sender = Sender::new(AuthLayer::new(key), format!("{}/service", identity.url));
    assert_eq!(
        sender.send().await.unwrap().status(),
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(identity.calls("/service"), 1);
}

#[tokio::test]
async fn the_401_carries_the_error_of_a_failed_refresh() {
    #[derive(Debug)]
    struct Failing;
    impl oci_genai_auth::ProvideCredentials for Failing {
        fn provide_credentials(
            &self,
        ) -> oci_genai_auth::provider::BoxFuture<'_, oci_genai_auth::Result<Credentials>> {
            Box::pin(async { Ok(ApiKey::new("sk-old")?.into()) })
        }
        fn replace_credentials<'a>(
            &'a self,
            _: &'a Credentials,
        ) -> oci_genai_auth::provider::BoxFuture<'a, oci_genai_auth::Result<Option<Credentials>>>
        {
            let error = Error::new(oci_genai_auth::ErrorKind::Refused, "the session is over");
            Box::pin(async { Err(error) })
        }
    }
    let identity = Identity::start(noon()).await;
    let sender = Sender::new(AuthLayer::new(Failing), format!("{}/service", identity.url));
    let response = sender.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let failure = response.extensions().get::<RefreshError>().unwrap();
    assert_eq!(failure.error().to_string(), "the session is over");
}

#[tokio::test]
async fn credentials_do_not_follow_a_redirect_to_another_host() {
    let leaked = Arc::new(AtomicBool::new(false));
    let service = service_fn({
        let leaked = Arc::clone(&leaked);
        move |request: Request<Body>| {
            let leaked = Arc::clone(&leaked);
            async move {
                let mut response = Response::new(Body::default());
                if request.uri().host() == Some("ours.example.com") {
                    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
                    let elsewhere = HeaderValue::from_static("https://evil.example.com/");
                    response.headers_mut().insert("location", elsewhere);
                } else {
                    leaked.store(
                        request.headers().contains_key("authorization"),
                        Ordering::SeqCst,
                    );
                }
                Ok::<_, BoxError>(response)
            }
        }
    });
    let layer = AuthLayer::new(StaticCredentialsProvider::new(ApiKey::new("sk-x").unwrap()))
        .allow_host("ours.example.com");
    let service =
        tower_http::follow_redirect::FollowRedirectLayer::new().layer(layer.layer(service));
    let request = Request::get("https://ours.example.com/")
        .body(Body::default())
        .unwrap();
    let error = service
        .oneshot(request)
        .await
        .unwrap_err()
        .downcast::<Error>()
        .unwrap();
    assert!(
        error.is_insecure() && error.to_string().contains("evil.example.com"),
        "{error}"
    );
    assert!(!leaked.load(Ordering::SeqCst));
}

/// If every request fetched a new token, the service would throttle the program, without any
/// benefit.
#[tokio::test]
async fn rejected_replacements_are_not_replaced_at_once() {
    let identity = Identity::start(noon()).await;
    let provider = oci_genai_auth::InstancePrincipalCredentialsProvider::builder()
        .environment(oci_genai_auth::Environment::from_vars([(
            "OCI_METADATA_BASE_URL",
            identity.metadata_url(),
        )]))
        .endpoint(&identity.url)
        .time_source(identity.clock.clone())
        .build()
        .unwrap();
    let layer = AuthLayer::new(provider).with_time_source(identity.clock.clone());
    let sender = Sender::new(layer, format!("{}/service", identity.url));
    identity.data().service_refuses_all = true;
    for _ in 0..5 {
        assert_eq!(
            sender.send().await.unwrap().status(),
            StatusCode::UNAUTHORIZED
        );
    }
    assert_eq!(
        identity.calls("/v1/x509"),
        2,
        "the first token and one replacement"
    );
    identity.clock.advance(Duration::from_secs(30));
    identity.data().service_refuses_all = false;
    sender.accepted().await;
    assert_eq!(identity.calls("/v1/x509"), 2);
}
