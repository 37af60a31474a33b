use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::*;

#[test]
fn ordinary_values_are_shown() {
    for value in [
        "",
        "DEFAULT",
        "us-chicago-1",
        "instance_principal",
        "~/.oci/key.pem",
        "/home/someone/.oci/oci_api_key.pem",
        "/home/SomeUser/Projects/Development2024/keys/oci_api_key_public.pem",
        "/home/jDoe/GitHub/OciGenAiDemo/K8sSetup/oci.pem",
        "/mnt/SRV01/DataVol2/K8s/OKE/v1/Cfg/oci_api_key.pem",
        "/opt/ACME/PRD01/APP03/oci/KEY_2024Q3.pem",
        r"C:\Program Files (x86)\ACME\OCIKeys\V2\key.pem",
        "PRD01AppServerOCIKey2",
        "MyOCIProfile2024Prod",
        "/var/run/secrets/kubernetes.io/serviceaccount/token",
        "/var/lib/kubelet/pods/3f2504e0-4f89-11d3-9a0c-0305e82c3301/volumes/token",
        r"C:\Users\nina\.oci\reader\oci_api_key.pem",
        r"C:\Users\Somebody With A Name\Documents\keys\readable.pem",
        "/tmp/.tmpAb3dE9/sessions/DEFAULT/token",
        "/private/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T/.tmpQ3x9aB/key.pem",
        "someone-2024-11-28T12-33-07.114Z-oci-api-key.pem",
        "ocid1.user.oc1..aaaaaaaafriendlyuserfriendlyuserfriendlyuserfriendlyuserabcd",
        "20:3b:97:13:55:1c:5b:0d:d3:37:d8:50:4e:c5:3a:34",
        "inference.generativeai.us-chicago-1.oci.oraclecloud.com",
        "https://inference.generativeai.us-chicago-1.oci.oraclecloud.com/openai/v1",
        "http://127.0.0.1:8080",
        "http://[::1]:8080/v1",
        "/home/me/no-begin/week-end trip/key.pem",
        "/home/me/Private Keys/key.pem",
        "/tmp/.tmpJbKp6p/empty",
        "ocid1.tenancy.oc1..aaaaaaaainterop/ocid1.user.oc1..aaaaaaaainterop/20:3b:97:13:55:1c:5b:0d:d3:37:d8:50:4e:c5:3a:34",
    ] {
        assert_eq!(shown(value).to_string(), value);
        assert!(!is_secret(value), "{value}");
    }
}

#[test]
fn secrets_are_named_with_their_kind_and_length() {
    for (value, name) in [
        (
            "-----BEGIN PRIVATE KEY-----",
            "[private key, 27 characters]",
        ),
        (
            "-----begin rsa private key-----MII",
            "[private key, 34 characters]",
        ),
        ("-----BEGIN CERTIFICATE-----", "[PEM text, 27 characters]"),
        ("eyJhbGciOiJSUzI1NiJ9.e30.c2ln", "[token, 29 characters]"),
        ("\"eyJh", "[token, 5 characters]"),
        ("ST$eyJhbGciOi", "[token, 13 characters]"),
        (
            "/home/me/eyJhbGciOiJSUzI1NiJ9.e30.c2ln",
            "[token, 38 characters]",
        ),
        ("sk-abc", "[API key, 6 characters]"),
        ("/home/me/sk-abcdefghijklmnop", "[API key, 28 characters]"),
        ("Bearer sk-abcdefghijklmnop", "[API key, 26 characters]"),
        ("one\ntwo", "[value of 7 characters]"),
        (r"one\ntwo", "[value of 8 characters]"),
        ("one\rtwo", "[value of 7 characters]"),
        (
            "0123456789abcdef0123456789abcdef01234567",
            "[value of 40 characters]",
        ),
        (
            "ocid1.user.oc1..exampleuserDAwMDAwLCJqdGkiOiJhMWIyYzNkNGU1ZjYifQ.c2lnbmF0dXJlLW9m",
            "[value of 81 characters]",
        ),
        (
            "correct horse battery staple correct horse",
            "[value of 42 characters]",
        ),
        ("someone:password@proxy.example", "[value of 30 characters]"),
        (
            "https://someone:pass/word@example.com",
            "[value of 37 characters]",
        ),
    ] {
        assert_eq!(shown(value).to_string(), name);
        assert_eq!(format!("{:?}", shown(value)), name);
        assert!(is_secret(value), "{value}");
    }
}

/// Returns the body of a key: base64 of bytes as random as a key's, the same in each run.
fn key_body() -> String {
    let mut state = 2_463_534_242_u32;
    let bytes: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_be_bytes()[0]
    })
    .take(3_000)
    .collect();
    STANDARD.encode(bytes)
}

#[test]
fn no_line_of_a_key_is_shown() {
    let body = key_body();
    for start in 0..body.len() - 64 {
        let line = &body[start..start + 64];
        for value in [
            line.to_owned(),
            format!("/{line}"),
            format!("~/{line}"),
            format!("{line}.pem"),
            format!("/home/me/{line}"),
            format!("https://example.com/{line}"),
        ] {
            let shown = shown(&value).to_string();
            assert!(!shown.contains(&line[8..32]), "{value}: {shown}");
        }
    }
}

#[test]
fn no_piece_of_a_key_is_shown() {
    let body = key_body();
    for length in [40, 48, 128, 256, 1_000] {
        for start in 0..body.len() - length {
            let piece = &body[start..start + length];
            // A few characters that happen to begin like a path are not sufficient evidence.
            let is_clear = length >= 64 || !piece.starts_with('/');
            assert!(is_secret(piece) || !is_clear, "{piece}");
        }
    }
}

#[test]
fn urls_lose_user_and_query() {
    for (value, bare) in [
        ("https://me:pw@example.com/v1", "https://example.com/v1"),
        (
            "https://me@example.com:8443/v1?key=x#y",
            "https://example.com:8443/v1",
        ),
        ("https://a:b@c:d@example.com", "https://example.com"),
        ("http://example.com?api-key=abc", "http://example.com"),
        (
            "https://example.com/sk-abcdefghijklm@x/",
            "https://example.com/…",
        ),
    ] {
        assert_eq!(shown(value).to_string(), bare);
    }
}

#[test]
fn hidden_characters_are_escaped() {
    assert_eq!(shown("a\u{202e}b").to_string(), r"a\u{202e}b");
    assert_eq!(shown("a\u{1b}[2Jb").to_string(), r"a\u{1b}[2Jb");
    assert_eq!(shown("Größe 日本").to_string(), "Größe 日本");
}

#[test]
fn sent_credentials_are_masked() {
    for (text, secret, masked) in [
        (
            "bad key sk-0123456789abcdef!",
            "sk-0123456789abcdef",
            "bad key [masked]!",
        ),
        (
            "bad key SK-0123456789ABCDEF!",
            "Bearer sk-0123456789abcdef",
            "bad key [masked]!",
        ),
        (
            "bad key sk-0123456789…",
            "sk-0123456789abcdef",
            "bad key [masked]…",
        ),
        ("bad key sk-x", "sk-x", "bad key [masked]"),
        ("bad phrase swordfish", "swordfish", "bad phrase [masked]"),
        ("all is well", "sk-0123456789abcdef", "all is well"),
        ("all is well", "is", "all is well"),
        (
            "is (request-target) signed? c2lnbmF0dXJlc2lnbmF0dXJl",
            r#"Signature algorithm="rsa-sha256",headers="date (request-target) host",keyId="ST$tokentokentoken",signature="c2lnbmF0dXJlc2lnbmF0dXJl",version="1""#,
            "is (request-target) signed? [masked]",
        ),
        (
            "who is tokentokentoken",
            r#"Signature headers="date",keyId="ST$tokentokentoken",signature="c2ln""#,
            "who is [masked]",
        ),
        (
            "said: -----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\nbye",
            "unrelated",
            "said: [masked]\nbye",
        ),
        (
            "the lines `-----BEGIN PRIVATE KEY-----` and `-----END PRIVATE KEY-----` are missing",
            "unrelated",
            "the lines `-----BEGIN PRIVATE KEY-----` and `-----END PRIVATE KEY-----` are missing",
        ),
        (
            "host: a\nx-content-sha256: FvfgSSU9stoinQ+k2+GtyMGwkLdHRM+10De2OBDkK80=",
            "unrelated",
            "host: a\nx-content-sha256: FvfgSSU9stoinQ+k2+GtyMGwkLdHRM+10De2OBDkK80=",
        ),
        (
            "said: FvfgSSU9stoinQ+k2+GtyMGwkLdHRM+10De2OBDkK80=",
            "unrelated",
            "said: [masked]",
        ),
        (
            "said: eyJhbGciOiJSUzI1NiJ9.e30.c2ln, bye",
            "unrelated",
            "said: [masked], bye",
        ),
    ] {
        assert_eq!(mask(text, &[secret]), masked);
    }
}

proptest! {
    #[test]
    fn nothing_of_a_secret_is_left(before in ".{0,20}", after in ".{0,20}", secret in "[!-~]{12,80}") {
        let text = format!("{before}{secret}{after}");
        let masked = mask(&text, &[&secret]);
        prop_assert!(!masked.contains(&secret[..12]), "{}", masked);
    }

    #[test]
    fn any_text_can_be_shown(text in "\\PC{0,300}") {
        let shown = shown(&text).to_string();
        prop_assert!(shown.chars().count() <= text.chars().count().max(40) + 8 * text.len());
        mask(&text, &["sk-secret"]);
    }
}
