//! Token services on this machine (metadata, federation, token refresh, resource principals,
//! workload identity), and a service that accepts the tokens.
//!
//! Requests are checked as strictly as the real services are known to. Tokens are JWTs with real
//! signatures and expiries, by a clock that the test moves.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get, post};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use oci_genai_auth::{
    BodyDigest, KeyId, ManualTimeSource, PrivateKey, PublicKey, ReceivedRequest, SecurityToken,
    SignedHeaders, TimeSource as _, Verified, Verifier, VerifyError,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{unix, vectors};

/// Default lifetime of tokens.
pub(crate) const LIFE: Duration = Duration::from_secs(1200);

#[derive(Clone)]
pub(crate) struct Identity {
    shared: Arc<Shared>,
    pub(crate) url: String,
    pub(crate) clock: ManualTimeSource,
}

struct Shared {
    clock: ManualTimeSource,
    issuer: aws_lc_rs::rsa::KeyPair,
    state: Mutex<Data>,
}

pub(crate) struct Data {
    /// Tokens that were issued, or registered by a test, with their keys.
    pub(crate) known: HashMap<String, PublicKey>,
    pub(crate) revoked: HashSet<String>,
    /// Keys of resources, by key id.
    pub(crate) resource_keys: HashMap<String, PublicKey>,
    /// Number of calls per path.
    pub(crate) calls: HashMap<String, usize>,
    pub(crate) life: Duration,
    /// Answers this many metadata requests with 503 first.
    pub(crate) metadata_busy: usize,
    /// Refreshes return tokens with the old expiry.
    pub(crate) refresh_stands_still: bool,
    /// Token services return this status.
    pub(crate) refuse: Option<StatusCode>,
    /// The certificate and key of the instance.
    pub(crate) leaf: (String, String),
    pub(crate) parents: HashMap<String, String>,
    pub(crate) service_clock_ahead: i64,
    pub(crate) service_refuses_once: bool,
    pub(crate) service_refuses_all: bool,
    pub(crate) last_delegation: Option<String>,
    serial: u64,
}

impl Identity {
    pub(crate) async fn start(now: SystemTime) -> Self {
        let clock = ManualTimeSource::new(now);
        let vectors = vectors().vectors;
        let leaf = vectors
            .iter()
            .find(|vector| vector.name == "federation-x509")
            .unwrap();
        let leaf = (
            leaf.leaf_certificate_pem.clone().unwrap(),
            leaf.private_key_pem.clone(),
        );
        let shared = Arc::new(Shared {
            clock: clock.clone(),
            issuer: aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap(),
            state: Mutex::new(Data {
                known: HashMap::new(),
                revoked: HashSet::new(),
                resource_keys: HashMap::new(),
                calls: HashMap::new(),
                life: LIFE,
                metadata_busy: 0,
                refresh_stands_still: false,
                refuse: None,
                leaf,
                parents: HashMap::new(),
                service_clock_ahead: 0,
                service_refuses_once: false,
                service_refuses_all: false,
                last_delegation: None,
                serial: 0,
            }),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = router(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { shared, url, clock }
    }

    /// Returns the application, to be served in another form.
    pub(crate) fn router(&self) -> Router {
        router(Arc::clone(&self.shared))
    }

    pub(crate) fn data(&self) -> MutexGuard<'_, Data> {
        self.shared.state.lock().unwrap()
    }

    pub(crate) fn calls(&self, path: &str) -> usize {
        self.data().calls.get(path).copied().unwrap_or_default()
    }

    /// Issues a token that expires after `life` and that the service accepts.
    pub(crate) fn issue(&self, key: &PublicKey, life: Duration) -> String {
        self.shared.issue(key, self.clock.now() + life)
    }

    pub(crate) fn metadata_url(&self) -> String {
        format!("{}/opc/v2", self.url)
    }
}

impl Shared {
    fn data(&self) -> MutexGuard<'_, Data> {
        self.state.lock().unwrap()
    }

    fn issue(&self, key: &PublicKey, end: SystemTime) -> String {
        let mut data = self.data();
        data.serial += 1;
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","kid":"asw"}"#);
        let claims = json!({
            "sub": "ocid1.user.oc1..example",
            "iat": unix(self.clock.now()),
            "exp": unix(end),
            "jti": data.serial,
            "jwk": STANDARD.encode(key.as_der()),
        });
        let text = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let mut signature = vec![0; self.issuer.public_modulus_len()];
        let random = aws_lc_rs::rand::SystemRandom::new();
        let padding = &aws_lc_rs::signature::RSA_PKCS1_SHA256;
        self.issuer
            .sign(padding, &random, text.as_bytes(), &mut signature)
            .unwrap();
        let token = format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature));
        data.known.insert(token.clone(), key.clone());
        token
    }

    /// Returns the key of a token, if this service issued it with a valid signature.
    fn key_of_token(&self, token: &SecurityToken) -> Option<PublicKey> {
        use aws_lc_rs::signature::KeyPair as _;
        let (text, signature) = token.expose().rsplit_once('.')?;
        let issuer = PublicKey::from_der(self.issuer.public_key().as_ref()).ok()?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        if !issuer.verifies(text.as_bytes(), &signature) {
            return None;
        }
        let data = self.data();
        if data.revoked.contains(token.expose()) {
            return None;
        }
        data.known.get(token.expose()).cloned()
    }

    fn count(&self, path: &str) {
        *self.data().calls.entry(path.to_owned()).or_default() += 1;
    }

    fn verify(
        &self,
        parts: &Parts,
        body: &[u8],
        covers: SignedHeaders,
        key_of: impl FnOnce(&KeyId) -> Option<PublicKey>,
    ) -> Result<Verified, VerifyError> {
        let received = ReceivedRequest {
            method: &parts.method,
            target: parts
                .uri
                .path_and_query()
                .map_or("/", |target| target.as_str()),
            headers: &parts.headers,
            authority: None,
            body: &BodyDigest::of(body),
        };
        let now = self.service_now();
        Verifier::new()
            .with_signed_headers(covers)
            .verify(&received, now, key_of)
    }

    fn service_now(&self) -> SystemTime {
        let ahead = self.data().service_clock_ahead;
        let by = Duration::from_secs(ahead.unsigned_abs());
        if ahead < 0 {
            self.clock.now() - by
        } else {
            self.clock.now() + by
        }
    }

    fn by_token(&self, parts: &Parts, body: &[u8]) -> Result<Verified, VerifyError> {
        self.verify(parts, body, SignedHeaders::Standard, |key_id| {
            self.key_of_token(&key_id.security_token()?)
        })
    }

    fn refusal(&self) -> Option<Response> {
        let status = self.data().refuse?;
        Some(refused(status, "the test says so"))
    }
}

fn refused(status: StatusCode, why: impl ToString) -> Response {
    let body = json!({ "code": "NotAuthenticated", "message": why.to_string() });
    (status, [("opc-request-id", "REQUEST1")], body.to_string()).into_response()
}

fn unauthorised(why: VerifyError) -> Response {
    refused(StatusCode::UNAUTHORIZED, why)
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/opc/v2/{*path}", get(metadata))
        .route("/v1/x509", post(federation))
        .route("/v1/authentication/refresh", post(refresh))
        .route("/20180711/{kind}/{id}", get(resource_tokens))
        .route("/parent/{id}", get(parent_tokens))
        .route("/v1/resourcePrincipalSessionToken", post(resource_session))
        .route("/resourcePrincipalSessionTokens", post(workload_identity))
        .route("/service", any(service))
        .with_state(shared)
}

async fn metadata(
    State(shared): State<Arc<Shared>>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Response {
    shared.count(&format!("/{path}"));
    if headers
        .get("authorization")
        .is_none_or(|value| value != "Bearer Oracle")
    {
        return StatusCode::NOT_FOUND.into_response();
    }
    let mut data = shared.data();
    if data.metadata_busy > 0 {
        data.metadata_busy -= 1;
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    match path.as_str() {
        "instance/region" => "phx".into_response(),
        "instance/id" => "ocid1.instance.oc1.phx.exampleinstance".into_response(),
        "instance/regionInfo" => json!({
            "realmKey": "oc1",
            "realmDomainComponent": "oraclecloud.com",
            "regionKey": "PHX",
            "regionIdentifier": "us-phoenix-1",
        })
        .to_string()
        .into_response(),
        "identity/cert.pem" | "identity/intermediate.pem" => data.leaf.0.clone().into_response(),
        "identity/key.pem" => data.leaf.1.clone().into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn federation(State(shared): State<Arc<Shared>>, parts: Parts, body: Bytes) -> Response {
    shared.count("/v1/x509");
    if let Some(refusal) = shared.refusal() {
        return refusal;
    }
    let (certificate, key) = shared.data().leaf.clone();
    let key = PrivateKey::from_pem(&key, None).unwrap();
    let verified = shared.verify(&parts, &body, SignedHeaders::WithoutHost, |key_id| {
        key_id
            .as_str()
            .contains("/fed-x509/")
            .then(|| key.public_key().clone())
    });
    let verified = match verified {
        Ok(verified) => verified,
        Err(why) => return unauthorised(why),
    };
    let signed = [
        "date",
        "(request-target)",
        "content-length",
        "content-type",
        "x-content-sha256",
    ];
    assert_eq!(verified.signed_headers, signed);
    let body: Value = serde_json::from_slice(&body).unwrap();
    let bare: String = certificate
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    assert_eq!(body["certificate"], bare);
    assert_eq!(body["intermediateCertificates"], json!([bare]));
    let Some(key) = public_key(&body["publicKey"]) else {
        return refused(StatusCode::BAD_REQUEST, "no public key");
    };
    answer_token(&shared, &key)
}

async fn refresh(State(shared): State<Arc<Shared>>, parts: Parts, body: Bytes) -> Response {
    shared.count("/v1/authentication/refresh");
    if let Some(refusal) = shared.refusal() {
        return refusal;
    }
    let verified = match shared.by_token(&parts, &body) {
        Ok(verified) => verified,
        Err(why) => return unauthorised(why),
    };
    let body: Value = serde_json::from_slice(&body).unwrap();
    let token = verified.key_id.security_token().unwrap();
    assert_eq!(
        body["currentToken"],
        token.expose(),
        "the token signs its own refresh"
    );
    let key = shared.key_of_token(&token).unwrap();
    if shared.data().refresh_stands_still {
        let token = shared.issue(&key, token.expires_at().unwrap());
        return json!({ "token": token }).to_string().into_response();
    }
    answer_token(&shared, &key)
}

async fn resource_tokens(
    State(shared): State<Arc<Shared>>,
    Path((kind, id)): Path<(String, String)>,
    parts: Parts,
) -> Response {
    shared.count(&kind);
    if let Some(refusal) = shared.refusal() {
        return refusal;
    }
    let result = if kind == "resourcePrincipalToken" {
        shared.by_token(&parts, b"")
    } else {
        shared.verify(&parts, b"", SignedHeaders::Standard, |key_id| {
            shared.data().resource_keys.get(key_id.as_str()).cloned()
        })
    };
    let context = parts
        .headers
        .get("security-context")
        .map(|value| value.to_str().unwrap());
    match result {
        Ok(_) => json!({
            "resourcePrincipalToken": format!("rpt-{kind}-{id}-{}", context.unwrap_or("none")),
            "servicePrincipalSessionToken": "spst",
        })
        .to_string()
        .into_response(),
        Err(why) => unauthorised(why),
    }
}

async fn parent_tokens(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    parts: Parts,
) -> Response {
    shared.count("/parent");
    if let Err(why) = shared.by_token(&parts, b"") {
        return unauthorised(why);
    }
    let body = json!({
        "resourcePrincipalToken": format!("rpt-parent-{id}"),
        "servicePrincipalSessionToken": "spst",
    })
    .to_string();
    match shared.data().parents.get(&id) {
        Some(next) => ([("opc-parent-rpt-url", next.as_str())], body).into_response(),
        None => body.into_response(),
    }
}

async fn resource_session(
    State(shared): State<Arc<Shared>>,
    parts: Parts,
    body: Bytes,
) -> Response {
    shared.count("/v1/resourcePrincipalSessionToken");
    let result = shared.verify(&parts, &body, SignedHeaders::Standard, |key_id| {
        let resource = shared.data().resource_keys.get(key_id.as_str()).cloned();
        resource.or_else(|| shared.key_of_token(&key_id.security_token()?))
    });
    if let Err(why) = result {
        return unauthorised(why);
    }
    let body: Value = serde_json::from_slice(&body).unwrap();
    let token = body["resourcePrincipalToken"].as_str().unwrap();
    assert!(token.starts_with("rpt-"));
    assert_eq!(body["servicePrincipalSessionToken"], "spst");
    shared.count(token);
    match public_key(&body["sessionPublicKey"]) {
        Some(key) => answer_token(&shared, &key),
        None => refused(StatusCode::BAD_REQUEST, "no public key"),
    }
}

async fn workload_identity(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    shared.count("/resourcePrincipalSessionTokens");
    if let Some(refusal) = shared.refusal() {
        return refusal;
    }
    let bearer = headers["authorization"]
        .to_str()
        .unwrap()
        .strip_prefix("Bearer ")
        .unwrap();
    let account = SecurityToken::parse(bearer).unwrap();
    assert!(!account.is_expired_at(shared.clock.now()));
    let id = headers["opc-request-id"].to_str().unwrap();
    assert!(
        id.split('/').all(|part| part.len() == 32) && id.split('/').count() == 3,
        "{id}"
    );
    assert_eq!(headers["content-type"], "application/json");
    let body: Value = serde_json::from_slice(&body).unwrap();
    let Some(key) = public_key(&body["podKey"]) else {
        return refused(StatusCode::BAD_REQUEST, "no public key");
    };
    let life = shared.data().life;
    let token = shared.issue(&key, shared.clock.now() + life);
    STANDARD
        .encode(json!({ "token": format!("ST${token}") }).to_string())
        .into_response()
}

/// The service that accepts the tokens.
async fn service(State(shared): State<Arc<Shared>>, parts: Parts, body: Bytes) -> Response {
    shared.count("/service");
    let result = shared.by_token(&parts, &body);
    let delegation = parts
        .headers
        .get("opc-obo-token")
        .map(|value| value.to_str().unwrap());
    shared.data().last_delegation = delegation.map(str::to_owned);
    let refuses = {
        let mut data = shared.data();
        std::mem::take(&mut data.service_refuses_once) || data.service_refuses_all
    };
    let mut response = match result {
        Ok(_) if refuses => refused(StatusCode::UNAUTHORIZED, "not this one"),
        Ok(verified) => verified.key_id.as_str().to_owned().into_response(),
        Err(why) => unauthorised(why),
    };
    let date = httpdate::fmt_http_date(shared.service_now());
    response.headers_mut().insert("date", date.parse().unwrap());
    response
}

fn public_key(bare: &Value) -> Option<PublicKey> {
    PublicKey::from_der(&STANDARD.decode(bare.as_str()?).ok()?).ok()
}

fn answer_token(shared: &Shared, key: &PublicKey) -> Response {
    let life = shared.data().life;
    let token = shared.issue(key, shared.clock.now() + life);
    json!({ "token": token }).to_string().into_response()
}
