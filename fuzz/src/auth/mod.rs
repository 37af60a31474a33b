//! Targets for the inputs of `oci-genai-auth`: keys, configuration files, headers.

pub mod corpus;

use oci_genai_auth::{
    AuthorizationHeader, Environment, OciConfig, PrivateKey, PublicKey, Result, SecurityToken,
};
use secrecy::{ExposeSecret, SecretString};

use crate::secrets::{assert_hidden, shown};

/// An error about a key must not repeat this many characters of it.
const PIECE: usize = 20;
/// Short settings are shown; a line of a key is not.
const LINE: usize = 64;

/// Parses keys in PEM. No input may panic, no error may repeat the input, and a parsed key must
/// survive a round trip.
pub fn pem(data: &[u8]) -> String {
    let text = String::from_utf8_lossy(data);
    let mut outcome = String::new();
    for pass_phrase in [None, Some(SecretString::from(corpus::PASS_PHRASE))] {
        match PrivateKey::from_pem(&text, pass_phrase.as_ref()) {
            Ok(key) => {
                let written = key.to_pem().map_err(|error| shown(&error));
                let written = written.as_ref().map(ExposeSecret::expose_secret);
                let again = written.map(|pem| PrivateKey::from_pem(pem, None));
                assert!(
                    matches!(&again, Ok(Ok(again)) if again.public_key() == key.public_key()),
                    "a written key could not be parsed: {again:?}"
                );
                assert_hidden(&format!("{key:?}"), data, PIECE);
                outcome.push_str("key ");
            }
            Err(error) => outcome.push_str(&about_key(&error, data)),
        }
    }
    match PublicKey::from_pem(&text) {
        Ok(_) => outcome.push_str("public key"),
        Err(error) => outcome.push_str(&about_key(&error, data)),
    }
    outcome
}

fn about_key(error: &oci_genai_auth::Error, data: &[u8]) -> String {
    // The hints contain the boundaries.
    let text = shown(error)
        .replace("-----BEGIN PRIVATE KEY-----", "")
        .replace("-----END PRIVATE KEY-----", "");
    assert_hidden(&text, data, PIECE);
    without_digits(error)
}

/// Parses OCI configuration files. No input may panic, the parsed values must be consistent, and no
/// error or debug text may contain a line of a secret.
pub fn config_file(data: &[u8]) -> String {
    let text = String::from_utf8_lossy(data);
    let files = [
        ("/h/key.pem", corpus::key("pkcs8")),
        ("/h/token", corpus::token()),
        // The wrong kind of file.
        ("/h/config", text.to_string()),
    ];
    let environment = Environment::from_vars([("HOME", "/h")]).with_files(files);
    let config = match OciConfig::parse(&text, &environment) {
        Ok(config) => config,
        Err(error) => {
            check(&shown(&error));
            return without_digits(&error);
        }
    };
    check(&format!("{config:?}"));
    let mut outcome = String::new();
    for name in config.profile_names() {
        let profile = config.profile(name);
        assert!(profile.is_ok(), "a listed profile does not exist");
        let Ok(profile) = profile else { continue };
        check(&format!("{profile:?}"));
        if let Ok(fingerprint) = profile.fingerprint() {
            assert_eq!(fingerprint.len(), 47);
        }
        outcome.push_str(
            &[
                of(profile.auth_kind().map(drop)),
                of(profile.tenancy().map(drop)),
                of(profile.user().map(drop)),
                of(profile.fingerprint().map(drop)),
                of(profile.private_key().map(drop)),
                of(profile.security_token().map(drop)),
                of(profile.delegation_token().map(drop)),
                of(profile.trusted_key().map(drop)),
            ]
            .concat(),
        );
    }
    of(config.profile("\u{0}").map(drop));
    outcome
}

fn of(result: Result<()>) -> String {
    match result {
        Ok(()) => "+".to_owned(),
        Err(error) => {
            check(&shown(&error));
            without_digits(&error)
        }
    }
}

fn check(text: &str) {
    for secret in corpus::secrets() {
        assert_hidden(text, secret.as_bytes(), LINE);
    }
}

/// Parses `Authorization` headers. No input may panic, and no output may contain a secret.
pub fn authorization(data: &[u8]) -> String {
    let text = String::from_utf8_lossy(data);
    let token = SecurityToken::parse(&text);
    match &token {
        Ok(token) => check(&format!("{token:?}")),
        Err(error) => check(&shown(error)),
    }
    let times = |token: &SecurityToken| (token.expires_at().is_some(), token.issued_at().is_some());
    let header = match AuthorizationHeader::parse(&text) {
        Ok(header) => header,
        Err(why) => return format!("{why} {:?}", token.as_ref().map(times).ok()),
    };
    let key_id = header.key_id();
    check(&format!("{header:?} {key_id} {key_id:?}"));
    assert!(header.headers().iter().all(|name| !name.contains(' ')));
    let times = key_id.security_token().as_ref().map(times);
    format!("{:?} {times:?}", key_id.kind())
}

/// Returns an error's message without digits, which differ from input to input.
fn without_digits(error: &oci_genai_auth::Error) -> String {
    let text = error.to_string();
    let words = text.split_whitespace();
    let words = words.filter(|word| !word.contains(|c: char| c.is_ascii_digit() || c == '/'));
    words.take(12).collect::<Vec<_>>().join(" ")
}
