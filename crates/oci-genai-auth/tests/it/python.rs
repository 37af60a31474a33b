//! Interoperability tests with Oracle's own Python package.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use oci_genai_auth::{
    BodyDigest, KeyId, PrivateKey, PublicKey, ReceivedRequest, RequestSigner, SecurityToken,
    SystemTimeSource, TimeSource as _, Verifier,
};
use serde_json::{Value, json};

use crate::identity::Identity;
use crate::support::{TENANCY, USER, fingerprint, key_pem, unsigned_token, vectors};

/// Returns an interpreter with the `oci` package. Without one, prints a warning, and fails in CI.
pub(crate) fn python() -> Option<PathBuf> {
    let interpreter = std::env::var_os("OCI_GENAI_TEST_PYTHON")
        .map_or_else(|| PathBuf::from("python3"), PathBuf::from);
    let found = Command::new(&interpreter)
        .args(["-c", "import oci"])
        .output();
    if found.is_ok_and(|output| output.status.success()) {
        return Some(interpreter);
    }
    let message = format!(
        "{} cannot import oci; install it and set OCI_GENAI_TEST_PYTHON",
        interpreter.display()
    );
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{message}");
    #[allow(clippy::print_stderr)] // A skipped test must be visible.
    {
        eprintln!("SKIPPED: {message}");
    }
    None
}

pub(crate) fn run(interpreter: &PathBuf, task: &Value, vars: &[(&str, String)]) -> Value {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/interop.py");
    let mut child = Command::new(interpreter)
        .arg(script)
        .envs(vars.iter().cloned())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(task.to_string().as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "the script failed; its words are above"
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

const URLS: [(&str, &str, Option<&str>); 6] = [
    (
        "GET",
        "https://example.com/openai/v1/conversations/c?limit=20&include%5B%5D=a",
        None,
    ),
    (
        "DELETE",
        "https://example.com:8443/openai/v1/conversations/c",
        None,
    ),
    (
        "POST",
        "https://example.com/openai/v1/responses",
        Some(r#"{"input":"Grüße 世界"}"#),
    ),
    (
        "POST",
        "http://127.0.0.1:8080/openai/v1/responses/r/cancel",
        None,
    ),
    ("PUT", "https://example.com/x/a%20b", Some("{}")),
    ("PATCH", "https://example.com/x", Some("{}")),
];

#[test]
fn oracles_verifier_accepts_our_signatures() {
    let Some(python) = python() else { return };
    let key = PrivateKey::from_pem(&key_pem(), None).unwrap();
    let token =
        SecurityToken::parse(&unsigned_token(&json!({ "exp": 4_000_000_000_u64 }))).unwrap();
    let key_ids = [
        KeyId::api_key(TENANCY, USER, &fingerprint()),
        KeyId::token(&token),
    ];
    let mut requests = Vec::new();
    for (kind, key_id) in key_ids.into_iter().enumerate() {
        let signer = RequestSigner::new(key_id, key.clone());
        for (case, (method, url, body)) in URLS.into_iter().enumerate() {
            let request = Request::builder().method(method).uri(url).body(()).unwrap();
            let (mut parts, ()) = request.into_parts();
            let body = body.unwrap_or_default().as_bytes();
            signer
                .sign(&mut parts, body, SystemTimeSource.now())
                .unwrap();
            let headers: serde_json::Map<String, Value> = parts
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_str().unwrap().into()))
                .collect();
            let mut required = vec!["date", "(request-target)", "host"];
            if !matches!(method, "GET" | "DELETE") {
                required.extend(["content-length", "content-type", "x-content-sha256"]);
            }
            let mut altered = headers.clone();
            altered.insert("date".to_owned(), "Mon, 02 Mar 2026 10:15:00 GMT".into());
            for (name, headers) in [("good", headers), ("altered", altered)] {
                requests.push(json!({
                    "name": format!("{name} {kind} {case}"),
                    "method": method,
                    "target": parts.uri.path_and_query().unwrap().as_str(),
                    "headers": headers,
                    "required": required,
                    "public_key": key.public_key().to_pem(),
                }));
            }
        }
    }
    let results = run(
        &python,
        &json!({ "do": "verify", "requests": requests }),
        &[],
    );
    let results = results.as_object().unwrap();
    assert_eq!(results.len(), 2 * 2 * URLS.len());
    for (name, accepted) in results {
        assert_eq!(accepted, name.starts_with("good"), "{name}");
    }
}

fn verify(sent: &Value, key: &PublicKey) -> KeyId {
    let mut headers = HeaderMap::new();
    for (name, value) in sent["headers"].as_object().unwrap() {
        let name: HeaderName = name.parse().unwrap();
        headers.insert(
            name,
            HeaderValue::from_str(value.as_str().unwrap()).unwrap(),
        );
    }
    let body = STANDARD.decode(sent["body"].as_str().unwrap()).unwrap();
    let received = ReceivedRequest {
        method: &sent["method"].as_str().unwrap().parse().unwrap(),
        target: sent["target"].as_str().unwrap(),
        headers: &headers,
        authority: None,
        body: &BodyDigest::of(&body),
    };
    let verified = Verifier::new().verify(&received, SystemTimeSource.now(), |_| Some(key.clone()));
    verified
        .unwrap_or_else(|why| panic!("{why}: {sent}"))
        .key_id
}

#[test]
fn our_verifier_accepts_oracles_signatures() {
    let Some(python) = python() else { return };
    let requests: Vec<Value> = URLS
        .iter()
        .map(|(method, url, body)| {
            json!({ "method": method, "url": url, "body": body,
                    "headers": { "content-type": "application/json" } })
        })
        .collect();
    let keys = vectors().keys;
    let mut tasks: Vec<Value> = keys
        .values()
        .map(|key| {
            json!({
                "do": "sign",
                "requests": requests,
                "private_key": key.private_key_pem,
                "pass_phrase": key.pass_phrase,
                "tenancy": TENANCY,
                "user": USER,
                "fingerprint": key.fingerprint_md5,
            })
        })
        .collect();
    let plain = &keys["rsa2048_pkcs8"];
    let token = unsigned_token(&json!({ "exp": 4_000_000_000_u64 }));
    tasks.push(json!({
        "do": "sign",
        "requests": requests,
        "private_key": plain.private_key_pem,
        "token": token,
    }));
    let mut sent = run(&python, &json!({ "do": "batch", "tasks": tasks }), &[]);
    let mut sent: Vec<Value> = std::mem::take(sent.as_array_mut().unwrap());
    let with_token = sent.pop().unwrap();
    assert_eq!(sent.len(), keys.len());
    for ((name, key), sent) in keys.iter().zip(&sent) {
        let public = PublicKey::from_pem(&key.public_key_pem).unwrap();
        assert_eq!(sent.as_array().unwrap().len(), URLS.len());
        for sent in sent.as_array().unwrap() {
            let expected = KeyId::api_key(TENANCY, USER, &key.fingerprint_md5);
            assert_eq!(verify(sent, &public), expected, "{name}");
        }
    }
    let public = PublicKey::from_pem(&plain.public_key_pem).unwrap();
    for sent in with_token.as_array().unwrap() {
        assert_eq!(verify(sent, &public).as_str(), format!("ST${token}"));
    }
}

/// The test services of this crate are sufficient for Oracle's own client.
#[tokio::test(flavor = "multi_thread")]
async fn oracles_instance_principal_works_with_the_test_services() {
    let Some(python) = python() else { return };
    let identity = Identity::start(SystemTimeSource.now()).await;
    let task = json!({ "do": "instance", "url": identity.url });
    let vars = [("OCI_METADATA_BASE_URL", identity.metadata_url())];
    let answer = tokio::task::spawn_blocking(move || run(&python, &task, &vars))
        .await
        .unwrap();
    assert_eq!(answer["status"], 200, "{answer}");
    assert!(answer["body"].as_str().unwrap().starts_with("ST$ey"));
    assert!(identity.calls("/v1/x509") >= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn oracles_resource_principal_works_with_the_test_services() {
    let Some(python) = python() else { return };
    let identity = Identity::start(SystemTimeSource.now()).await;
    let key = PrivateKey::from_pem(&key_pem(), None).unwrap();
    let known = (
        "resource/v2.1/resource".to_owned(),
        key.public_key().clone(),
    );
    identity.data().resource_keys.insert(known.0, known.1);
    let task = json!({ "do": "resource", "url": identity.url });
    let vars = [
        ("OCI_RESOURCE_PRINCIPAL_VERSION", "2.1".to_owned()),
        ("OCI_RESOURCE_PRINCIPAL_RPT_ENDPOINT", identity.url.clone()),
        ("OCI_RESOURCE_PRINCIPAL_RPST_ENDPOINT", identity.url.clone()),
        ("OCI_RESOURCE_PRINCIPAL_RESOURCE_ID", "resource".to_owned()),
        ("OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM", key_pem()),
        ("OCI_RESOURCE_PRINCIPAL_REGION", "us-phoenix-1".to_owned()),
    ];
    let answer = tokio::task::spawn_blocking(move || run(&python, &task, &vars))
        .await
        .unwrap();
    assert_eq!(answer["status"], 200, "{answer}");
    assert_eq!(identity.calls("resourcePrincipalTokenV2"), 1);
}
