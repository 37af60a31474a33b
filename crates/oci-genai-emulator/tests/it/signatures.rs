//! Requests signed with the keys of an OCI configuration file.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use oci_genai_auth::{KeyId, PrivateKey, RequestSigner, SecurityToken};
use oci_genai_emulator::{Clock, DEFAULT_API_KEY, DEFAULT_PROJECT, Emulator};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Desk, answer};

struct Profiles {
    folder: TempDir,
    key: PrivateKey,
    session_key: PrivateKey,
}

const TENANCY: &str = "ocid1.tenancy.oc1..aaaa";
const USER: &str = "ocid1.user.oc1..bbbb";

impl Profiles {
    fn new(token: &str) -> Self {
        use secrecy::ExposeSecret as _;
        let folder = TempDir::new().unwrap();
        let key = PrivateKey::generate().unwrap();
        let session_key = PrivateKey::generate().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("key.pem"), key.to_pem().unwrap().expose_secret()).unwrap();
        std::fs::write(
            at("session.pem"),
            session_key.to_pem().unwrap().expose_secret(),
        )
        .unwrap();
        std::fs::write(at("token"), token).unwrap();
        let config = format!(
            "[DEFAULT]\ntenancy={TENANCY}\nregion=us-chicago-1\n\
             [signing]\nuser={USER}\nfingerprint={}\nkey_file={}\n\
             [session]\nfingerprint={}\nkey_file={}\nsecurity_token_file={}\n",
            key.public_key().fingerprint(),
            at("key.pem").display(),
            session_key.public_key().fingerprint(),
            at("session.pem").display(),
            at("token").display(),
        );
        std::fs::write(at("config"), config).unwrap();
        Self {
            folder,
            key,
            session_key,
        }
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("config")
    }

    async fn desk(&self) -> Desk {
        let emulator = Emulator::builder()
            .api_key(DEFAULT_API_KEY)
            .oci_config(self.config())
            .start()
            .await;
        Desk::over(emulator.unwrap())
    }

    fn key_id(&self) -> KeyId {
        KeyId::api_key(TENANCY, USER, &self.key.public_key().fingerprint())
    }
}

fn token(expires_in: i64) -> String {
    let now = Clock::new()
        .now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let claims = json!({"sub": USER, "exp": now.checked_add_signed(expires_in).unwrap()});
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.c2ln", part(&json!({"alg": "RS256"})), part(&claims))
}

/// Headers that sign a request to the emulator.
fn sign(
    desk: &Desk,
    signer: &RequestSigner,
    method: &Method,
    path: &str,
    body: &[u8],
    now: SystemTime,
) -> HeaderMap {
    let url = format!("{}{path}", desk.emulator.base_url());
    let request = http::Request::builder()
        .method(method.clone())
        .uri(url)
        .body(())
        .unwrap();
    let (mut parts, ()) = request.into_parts();
    signer.sign(&mut parts, body, now).unwrap();
    parts.headers
}

async fn send(desk: &Desk, method: Method, path: &str, headers: HeaderMap, body: &[u8]) -> u16 {
    let mut request = reqwest::Client::new()
        .request(
            method.clone(),
            format!("{}{path}", desk.emulator.base_url()),
        )
        .headers(headers)
        .header("openai-project", DEFAULT_PROJECT);
    if method == Method::POST {
        request = request.body(body.to_vec());
    }
    let (status, answer) = answer(request.send().await.unwrap()).await;
    if status == 401 {
        assert_eq!(answer["code"], "401");
    }
    status
}

const BODY: &[u8] = br#"{"metadata":{"a":"b"}}"#;
const ALTERED: &[u8] = br#"{"metadata":{"a":"c"}}"#;
const PATH: &str = "/conversations";

#[tokio::test]
async fn signing_keys_and_session_tokens_are_accepted() {
    let profiles = Profiles::new(&token(600));
    let desk = profiles.desk().await;
    let now = Clock::new().now();
    let session = SecurityToken::parse(&token(600)).unwrap();
    std::fs::write(profiles.folder.path().join("token"), session.expose()).unwrap();
    for signer in [
        RequestSigner::new(profiles.key_id(), profiles.key.clone()),
        RequestSigner::new(KeyId::token(&session), profiles.session_key.clone()),
    ] {
        let headers = sign(&desk, &signer, &Method::POST, PATH, BODY, now);
        assert_eq!(send(&desk, Method::POST, PATH, headers, BODY).await, 200);
        let path = "/responses/resp_none?include[]=file_search_call.results&include[]=reasoning.encrypted_content";
        let headers = sign(&desk, &signer, &Method::GET, path, b"", now);
        assert_eq!(send(&desk, Method::GET, path, headers, b"").await, 404);
    }
}

#[tokio::test]
async fn the_owner_sees_what_was_signed_and_why_it_was_refused() {
    let profiles = Profiles::new(&token(600));
    let desk = profiles.desk().await;
    let signer = RequestSigner::new(profiles.key_id(), profiles.key.clone());
    let headers = sign(
        &desk,
        &signer,
        &Method::POST,
        PATH,
        BODY,
        Clock::new().now(),
    );
    for (body, refusal) in [(BODY, None), (ALTERED, Some("the body was altered"))] {
        send(&desk, Method::POST, PATH, headers.clone(), body).await;
        let seen = desk.emulator.requests().pop().unwrap();
        let text = |name: &str| headers[name].to_str().unwrap();
        let signed = format!(
            "date: {}\n(request-target): post /openai/v1{PATH}\nhost: {}\ncontent-length: {}\n\
             content-type: application/json\nx-content-sha256: {}",
            text("date"),
            desk.emulator.address(),
            BODY.len(),
            text("x-content-sha256"),
        );
        assert_eq!(seen.signing_string.as_deref(), Some(signed.as_str()));
        assert_eq!(seen.refusal.is_some(), refusal.is_some());
        assert!(
            seen.refusal
                .unwrap_or_default()
                .contains(refusal.unwrap_or_default())
        );
        assert_eq!(seen.error.is_some(), refusal.is_some());
    }
    desk.ok(PATH, json!({})).await;
    assert_eq!(desk.emulator.requests().pop().unwrap().signing_string, None);
}

#[tokio::test]
async fn whatever_is_altered_is_refused() {
    let profiles = Profiles::new(&token(600));
    let desk = profiles.desk().await;
    let now = Clock::new().now();
    let signer = RequestSigner::new(profiles.key_id(), profiles.key.clone());
    let good = sign(&desk, &signer, &Method::POST, PATH, BODY, now);

    assert_eq!(
        send(&desk, Method::POST, PATH, good.clone(), ALTERED).await,
        401
    );
    assert_eq!(
        send(&desk, Method::POST, "/responses", good.clone(), BODY).await,
        401
    );
    for offset in [1_i64, -1] {
        let then = if offset > 0 {
            now + Duration::from_secs(400)
        } else {
            now - Duration::from_secs(400)
        };
        let late = sign(&desk, &signer, &Method::POST, PATH, BODY, then);
        assert_eq!(send(&desk, Method::POST, PATH, late, BODY).await, 401);
    }
    let nearly = sign(
        &desk,
        &signer,
        &Method::POST,
        PATH,
        BODY,
        now - Duration::from_secs(200),
    );
    assert_eq!(send(&desk, Method::POST, PATH, nearly, BODY).await, 200);

    let unsigned = |name: &str| {
        let mut headers = good.clone();
        let value = headers["authorization"].to_str().unwrap();
        let value = value.replace(&format!(" {name}"), "");
        headers.insert("authorization", value.parse().unwrap());
        headers
    };
    for name in ["host", "x-content-sha256", "content-type"] {
        assert_eq!(
            send(&desk, Method::POST, PATH, unsigned(name), BODY).await,
            401,
            "{name}"
        );
    }
    let stranger = RequestSigner::new(profiles.key_id(), profiles.session_key.clone());
    let headers = sign(&desk, &stranger, &Method::POST, PATH, BODY, now);
    assert_eq!(send(&desk, Method::POST, PATH, headers, BODY).await, 401);
    let unknown = RequestSigner::new(KeyId::api_key("t", "u", "aa:bb"), profiles.key.clone());
    let headers = sign(&desk, &unknown, &Method::POST, PATH, BODY, now);
    assert_eq!(send(&desk, Method::POST, PATH, headers, BODY).await, 401);
    assert_eq!(send(&desk, Method::POST, PATH, good, BODY).await, 200);
}

#[tokio::test]
async fn an_expired_session_is_refused_and_a_moved_clock_expires_it() {
    let expired = token(-10);
    let profiles = Profiles::new(&expired);
    let desk = profiles.desk().await;
    let now = Clock::new().now();
    let signer = |token: &str| {
        let token = SecurityToken::parse(token).unwrap();
        RequestSigner::new(KeyId::token(&token), profiles.session_key.clone())
    };
    let headers = sign(&desk, &signer(&expired), &Method::POST, PATH, BODY, now);
    assert_eq!(send(&desk, Method::POST, PATH, headers, BODY).await, 401);

    // Refreshed on disk: the emulator looks again.
    let fresh = token(120);
    std::fs::write(profiles.folder.path().join("token"), &fresh).unwrap();
    let headers = sign(&desk, &signer(&fresh), &Method::POST, PATH, BODY, now);
    assert_eq!(
        send(&desk, Method::POST, PATH, headers.clone(), BODY).await,
        200
    );
    desk.emulator.clock().advance(Duration::from_secs(200));
    assert_eq!(send(&desk, Method::POST, PATH, headers, BODY).await, 401);
}

#[tokio::test]
async fn a_file_without_usable_profile_is_named() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("config");
    let error = Emulator::builder()
        .oci_config(&path)
        .start()
        .await
        .unwrap_err();
    assert!(error.to_string().contains("config"), "{error}");
    std::fs::write(&path, "[p]\nkey_file=/nowhere\nuser=u\n").unwrap();
    let error = Emulator::builder()
        .oci_config(&path)
        .start()
        .await
        .unwrap_err();
    assert!(std::error::Error::source(&error).is_some());
}
