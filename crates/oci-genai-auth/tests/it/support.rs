//! What several test modules use.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The known answers, made by running Oracle's own SDK.
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
    pub(crate) authorization: String,
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

/// A private key in PEM that opens nothing.
pub(crate) fn key_pem() -> String {
    vectors().keys["rsa2048_pkcs8"].private_key_pem.clone()
}

pub(crate) fn fingerprint() -> String {
    vectors().keys["rsa2048_pkcs8"].fingerprint_md5.clone()
}

pub(crate) const TENANCY: &str = "ocid1.tenancy.oc1..exampletenancy";
pub(crate) const USER: &str = "ocid1.user.oc1..exampleuser";

/// A moment to start from.
pub(crate) fn noon() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000)
}

pub(crate) fn unix(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

/// A token with these claims, whose signature is worth nothing.
pub(crate) fn unsigned_token(claims: &serde_json::Value) -> String {
    let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!(
        "{}.{}.c2lnbmF0dXJl",
        part(&serde_json::json!({"alg": "RS256"})),
        part(claims)
    )
}
