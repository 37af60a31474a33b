//! An OCI config file with one profile of each kind, in the form that Oracle's CLI writes.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// The profile with an API signing key.
pub const API_KEY_PROFILE: &str = "DEFAULT";
/// The profile with a session token.
pub const SESSION_PROFILE: &str = "SESSION";

/// A config file, key and token in a temporary folder, which is deleted when this value is dropped.
pub struct OciConfigFile {
    folder: tempfile::TempDir,
}

impl OciConfigFile {
    /// Writes the files. The key is one of the test keys of the signing vectors.
    ///
    /// # Panics
    ///
    /// Panics if the temporary folder cannot be written.
    #[expect(clippy::new_without_default, reason = "writes files")]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let key = vector_key("rsa2048_pkcs8");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).expect("the file can be written");
            path
        };
        let key_file = write("key.pem", key["private_key_pem"].as_str().expect("a key"));
        let token_file = write("token", &session_token());
        let config = format!(
            "[{API_KEY_PROFILE}]\nuser=ocid1.user.oc1..aaaaaaaaexampleuser\nfingerprint={fingerprint}\n\
             tenancy=ocid1.tenancy.oc1..aaaaaaaaexampletenancy\nregion=us-chicago-1\nkey_file={key}\n\n\
             [{SESSION_PROFILE}]\nfingerprint={fingerprint}\nregion=us-chicago-1\nkey_file={key}\n\
             tenancy=ocid1.tenancy.oc1..aaaaaaaaexampletenancy\nsecurity_token_file={token}\n",
            fingerprint = key["fingerprint_md5"].as_str().expect("a fingerprint"),
            key = key_file.display(),
            token = token_file.display(),
        );
        write("config", &config);
        Self { folder }
    }

    /// Returns the path of the config file.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("config")
    }

    /// Returns the folder of the config file, the key and the token.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Adds a profile with these lines.
    ///
    /// # Panics
    ///
    /// Panics if the file cannot be written.
    pub fn add_profile(&self, name: &str, lines: &str) {
        let text = fs::read_to_string(self.path()).expect("the config file is there");
        fs::write(self.path(), format!("{text}\n[{name}]\n{lines}\n")).expect("it can be written");
    }
}

/// Returns an encrypted private key in PEM.
///
/// # Panics
///
/// Panics if the signing vectors do not have it.
pub fn encrypted_key() -> String {
    let key = vector_key("rsa2048_pkcs8_encrypted");
    key["private_key_pem"].as_str().expect("a key").to_owned()
}

fn vector_key(name: &str) -> Value {
    let vectors = include_str!("../../crates/oci-genai-auth/tests/data/signing-vectors.json");
    let mut vectors: Value = serde_json::from_str(vectors).expect("the vectors are JSON");
    vectors["keys"][name].take()
}

/// Returns a security token in the service's form that expires in 2100. Its own signature is
/// invalid, because only the identity service checks it. The tests need only the key that signs the
/// request.
fn session_token() -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!(
        "{}.{}.{}",
        part(json!({"kid": "asw", "alg": "RS256"})),
        part(json!({
            "sub": "ocid1.user.oc1..aaaaaaaaexampleuser",
            "tenant": "ocid1.tenancy.oc1..aaaaaaaaexampletenancy",
            "iat": 1_767_225_600_u64,
            "exp": 4_102_444_800_u64,
        })),
        URL_SAFE_NO_PAD.encode("not checked"),
    )
}
