//! Initial inputs: keys in all formats, files and headers with secrets in them.

use std::sync::OnceLock;

/// Decrypts every encrypted key of the corpus.
pub const PASS_PHRASE: &str = "correct horse battery staple";

const TENANCY: &str = "ocid1.tenancy.oc1..exampletenancy";
const USER: &str = "ocid1.user.oc1..exampleuser";
const FINGERPRINT: &str = "60:a2:ae:ea:ef:18:ea:18:d4:7f:1c:38:74:53:54:73";

/// Returns the name and PEM of each key.
fn all_keys() -> &'static [(String, String)] {
    static KEYS: OnceLock<Vec<(String, String)>> = OnceLock::new();
    KEYS.get_or_init(|| {
        let text = include_str!("../../../crates/oci-genai-auth/tests/data/keys.json");
        let file: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
        let keys = file["keys"].as_array().into_iter().flatten();
        let text =
            |key: &serde_json::Value, name: &str| key[name].as_str().unwrap_or_default().to_owned();
        keys.map(|key| (text(key, "name"), text(key, "pem")))
            .collect()
    })
}

pub(super) fn key(name: &str) -> String {
    let found = all_keys().iter().find(|(known, _)| known == name);
    found.map(|(_, pem)| pem.clone()).unwrap_or_default()
}

/// Returns a made-up token.
pub(super) fn token() -> String {
    // {"alg":"RS256"} . {"sub":"somebody","exp":1790003600,"iat":1790000000,"jti":"a1b2c3d4e5f6"}
    "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzb21lYm9keSIsImV4cCI6MTc5MDAwMzYwMCwiaWF0IjoxNzkwMDAwMDAwLCJqdGkiOiJhMWIyYzNkNGU1ZjYifQ.c2lnbmF0dXJlLW9mLW5vYm9keQ"
        .to_owned()
}

/// Returns the texts that must not be shown.
pub(super) fn secrets() -> &'static [String] {
    static SECRETS: OnceLock<Vec<String>> = OnceLock::new();
    SECRETS.get_or_init(|| vec![body("pkcs8"), body("legacy-aes256"), token()])
}

/// Returns the base64 of a key in one line.
fn body(name: &str) -> String {
    let pem = key(name);
    let lines = pem.lines().filter(|line| !line.contains([':', '-']));
    lines.collect()
}

fn bytes(texts: impl IntoIterator<Item = String>) -> Vec<Vec<u8>> {
    texts.into_iter().map(String::into_bytes).collect()
}

/// Returns keys as OpenSSL writes them, and some with the changes that users' tools make.
pub fn keys() -> Vec<Vec<u8>> {
    let plain = key("pkcs8");
    let forms = [
        plain.replace('\n', "\\n"),
        plain.replace('\n', " "),
        plain.replace('\n', "\r"),
        format!("\"{plain}\""),
        format!("{}OCI_API_KEY", plain.trim()),
        format!("{}{plain}", key("certificate")),
    ];
    bytes(all_keys().iter().map(|(_, pem)| pem.clone()).chain(forms))
}

/// Returns parts of PEM text.
pub fn pem_pieces() -> Vec<Vec<u8>> {
    let pieces = [
        "-----BEGIN ",
        "-----END ",
        "-----",
        "PRIVATE KEY",
        "RSA ",
        "ENCRYPTED ",
        "PUBLIC KEY",
        "EC ",
        "CERTIFICATE",
        "-----BEGIN PRIVATE KEY-----",
        "-----END PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\n",
        "Proc-Type: 4,ENCRYPTED\n",
        "DEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF\n\n",
        "DEK-Info: ",
        "DES-EDE3-CBC,",
        "\\n",
        "\\r\\n",
        "\\",
        "\r",
        "\n\n",
        " ",
        "\t",
        "\"",
        "'",
        "=",
        "==",
        ":",
        ",",
        "\u{feff}",
        "\u{200b}",
        "\u{a0}",
        "\0",
        "OCI_API_KEY",
        "MII",
        "AAAA",
        "LS0tLS1CRUdJTi",
        "ssh-rsa ",
        "0\u{fffd}",
    ];
    let lines = secrets()
        .iter()
        .map(|secret| secret.chars().take(64).collect());
    bytes(pieces.map(str::to_owned).into_iter().chain(lines))
}

/// Returns configuration files, with secrets in right and wrong positions.
pub fn config_files() -> Vec<Vec<u8>> {
    let plain = format!(
        "[DEFAULT]\nuser={USER}\nfingerprint={FINGERPRINT}\ntenancy={TENANCY}\nregion=us-chicago-1\nkey_file=~/key.pem\n"
    );
    let session = "[SESSION]\nkey_file=/h/key.pem\nsecurity_token_file=/h/token\n";
    let mut files = vec![
        plain.clone(),
        format!("{plain}{session}"),
        session.to_owned(),
        plain.replace('\n', "\r"),
        plain.replace("tenancy", "  tenancy"),
        format!(
            "{plain}pass_phrase={PASS_PHRASE}\n# a remark\n; another\n\n[OTHER]\nregion: eu-frankfurt-1\n"
        ),
        "[DEFAULT]\nauthentication_type=instance_principal\ndelegation_token_file=/h/token\n"
            .to_owned(),
        format!("[DEFAULT]\nuser={USER}\nkey_file=/h/config\n"),
        key("pkcs8"),
    ];
    for secret in secrets() {
        for key in [
            "user",
            "key_file",
            "security_token_file",
            "fingerprint",
            "auth",
            "authentication_type",
            "region",
        ] {
            files.push(format!("[DEFAULT]\n{key}={secret}\n"));
        }
        files.push(format!("[{secret}]\nuser={USER}\n[{secret}]"));
        files.push(format!("[DEFAULT]\n{secret}=1\n{secret}=2\n"));
    }
    bytes(files)
}

/// Returns parts of configuration files.
pub fn config_pieces() -> Vec<Vec<u8>> {
    let pieces = [
        "[",
        "]",
        "[DEFAULT]\n",
        "\n[A]\n",
        "=",
        ":",
        "\n",
        "\r",
        "\r\n",
        "\n  ",
        "\n\t",
        "#",
        ";",
        "%",
        "\"",
        "'",
        "~",
        "~root/",
        "$HOME",
        "user=",
        "tenancy=",
        "fingerprint=",
        "region=",
        "key_file=",
        "pass_phrase=",
        "passphrase=",
        "security_token_file=",
        "delegation_token_file=",
        "authentication_type=",
        "key_content=",
        "auth=",
        "instance_principal",
        "/h/key.pem",
        "/h/token",
        "/h/config",
        "not used",
        "ocid1.",
        "..",
        "\u{feff}",
        "\u{0}",
        "\u{202e}",
        "https://a:b@c/?d",
        FINGERPRINT,
        TENANCY,
        USER,
    ];
    let secrets = secrets().iter().cloned();
    bytes(pieces.map(str::to_owned).into_iter().chain(secrets))
}

/// Returns headers with both kinds of key ids.
pub fn authorizations() -> Vec<Vec<u8>> {
    let header = |key_id: &str, signature: &str| {
        format!(
            "Signature algorithm=\"rsa-sha256\",headers=\"date (request-target) host\",keyId=\"{key_id}\",signature=\"{signature}\",version=\"1\""
        )
    };
    let mut headers = vec![
        header(&format!("{TENANCY}/{USER}/{FINGERPRINT}"), "c2ln"),
        header(&format!("ST${}", token()), "c2ln"),
        token(),
    ];
    headers.extend(secrets().iter().map(|secret| header(secret, secret)));
    bytes(headers)
}

/// Returns parts of headers.
pub fn authorization_pieces() -> Vec<Vec<u8>> {
    let pieces = [
        "Signature ",
        "Bearer ",
        "version=\"1\"",
        ",",
        "\"",
        "=",
        " ",
        "keyId=\"",
        "algorithm=\"",
        "headers=\"",
        "signature=\"",
        "ST$",
        "resource/v2.1/",
        "/fed-x509/",
        ".",
        "eyJ",
        "e30",
        "date",
        "x-date",
        "(request-target)",
        "eyJleHAiOjFlMzAwfQ",
    ];
    let secrets = secrets().iter().cloned();
    bytes(pieces.map(str::to_owned).into_iter().chain(secrets))
}
