//! Helpers for several test modules.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{Request, Response};
use oci_genai_auth::{AuthLayer, BoxError};
use serde::Deserialize;
use tower::{Layer as _, Service as _, ServiceExt as _};

/// Known answers, computed with Oracle's own SDK.
pub(crate) const VECTORS: &str = include_str!("../data/signing-vectors.json");

#[derive(Deserialize)]
pub(crate) struct Vectors {
    pub(crate) vectors: Vec<Vector>,
    pub(crate) keys: BTreeMap<String, Key>,
}

#[derive(Deserialize)]
pub(crate) struct Key {
    pub(crate) private_key_pem: String,
    pub(crate) public_key_pem: String,
    pub(crate) pass_phrase: Option<String>,
    pub(crate) fingerprint_md5: String,
}

#[derive(Deserialize)]
pub(crate) struct Vector {
    pub(crate) name: String,
    pub(crate) method: String,
    pub(crate) wire_url: String,
    pub(crate) request_headers: BTreeMap<String, String>,
    pub(crate) added_headers: BTreeMap<String, String>,
    pub(crate) body_base64: Option<String>,
    pub(crate) private_key_pem: String,
    pub(crate) public_key_pem: String,
    pub(crate) pass_phrase: Option<String>,
    pub(crate) key_id: String,
    pub(crate) signed_headers: Vec<String>,
    pub(crate) signing_string: String,
    pub(crate) authorization: String,
    #[serde(default)]
    pub(crate) leaf_certificate_pem: Option<String>,
}

impl Vector {
    pub(crate) fn body(&self) -> Vec<u8> {
        self.body_base64
            .as_ref()
            .map_or_else(Vec::new, |text| STANDARD.decode(text).unwrap())
    }
}

pub(crate) fn vectors() -> Vectors {
    serde_json::from_str(VECTORS).unwrap()
}

/// Returns a PEM private key that is used nowhere.
pub(crate) fn key_pem() -> String {
    vectors().keys["rsa2048_pkcs8"].private_key_pem.clone()
}

pub(crate) fn fingerprint() -> String {
    vectors().keys["rsa2048_pkcs8"].fingerprint_md5.clone()
}

pub(crate) const TENANCY: &str = "ocid1.tenancy.oc1..exampletenancy";
pub(crate) const USER: &str = "ocid1.user.oc1..exampleuser";

/// Returns the start time of tests.
pub(crate) fn noon() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000)
}

pub(crate) fn unix(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

/// Creates a token with these claims and an invalid signature.
pub(crate) fn unsigned_token(claims: &serde_json::Value) -> String {
    let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!(
        "{}.{}.c2lnbmF0dXJl",
        part(&serde_json::json!({"alg": "RS256"})),
        part(claims)
    )
}

/// Formats an error with its causes.
pub(crate) fn tell(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

/// Sends requests over real sockets through an authentication layer.
#[derive(Clone)]
pub(crate) struct Sender {
    layer: AuthLayer,
    client: reqwest::Client,
    url: String,
}

impl Sender {
    pub(crate) fn new(layer: AuthLayer, url: String) -> Self {
        let none = reqwest::redirect::Policy::none();
        let client = reqwest::Client::builder()
            .redirect(none)
            .no_proxy()
            .build()
            .unwrap();
        Self { layer, client, url }
    }

    pub(crate) async fn send(&self) -> Result<Response<reqwest::Body>, BoxError> {
        let client = self.client.clone();
        let transport = tower::service_fn(move |request: Request<reqwest::Body>| {
            let client = client.clone();
            async move {
                let response = client.execute(request.try_into()?).await?;
                Ok::<_, BoxError>(Response::<reqwest::Body>::from(response))
            }
        });
        let request = Request::post(&self.url)
            .body(reqwest::Body::from("{}"))
            .unwrap();
        self.layer
            .layer(transport)
            .ready()
            .await?
            .call(request)
            .await
    }

    /// Sends a request that must succeed. Returns the service's response.
    pub(crate) async fn accepted(&self) -> String {
        use http_body_util::BodyExt as _;
        let response = self
            .send()
            .await
            .unwrap_or_else(|error| panic!("{}", tell(&*error)));
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(status.is_success(), "{status}: {body}");
        body
    }
}

/// Serves `app` over TLS with a new certificate for 127.0.0.1. Returns the certificate in PEM.
pub(crate) async fn serve_tls(app: axum::Router) -> (SocketAddr, String) {
    use rustls_pki_types::pem::PemObject as _;
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let pem = made.cert.pem();
    let key = rustls_pki_types::PrivateKeyDer::from_pem_slice(
        made.signing_key.serialize_pem().as_bytes(),
    );
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = tokio_rustls::rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.unwrap())
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, app) = (acceptor.clone(), app.clone());
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else {
                    return;
                };
                let service = hyper_util::service::TowerToHyperService::new(app);
                let io = hyper_util::rt::TokioIo::new(stream);
                let connection = hyper::server::conn::http1::Builder::new();
                connection.serve_connection(io, service).await.ok();
            });
        }
    });
    (address, pem)
}

/// Replaces a file atomically.
pub(crate) fn replace_file(path: &std::path::Path, text: &str) {
    let beside = path.with_extension("new");
    std::fs::write(&beside, text).unwrap();
    std::fs::rename(&beside, path).unwrap();
}
