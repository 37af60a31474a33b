//! Accepts keys in every form that users have; errors explain the others.

use std::path::Path;

use oci_genai_auth::{Environment, OciConfig, PrivateKey, Result};

use crate::forms::{self, KeyCase};
use crate::support::tell;

/// Rejected keys, with their error messages.
const REFUSED: &[(&str, &str)] = &[
    (
        "pbes2-camellia-128-cbc",
        "encrypted with Camellia-128-CBC, which is not supported; hint: rewrite it with `openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD.pem -out NEW.pem`",
    ),
    ("pbes2-camellia-256-cbc", "encrypted with Camellia-256-CBC"),
    ("pbes2-aria-256-cbc", "encrypted with ARIA-256-CBC"),
    ("pbes2-des-cbc", "encrypted with DES-CBC"),
    ("pbes2-rc2-cbc", "encrypted with RC2-CBC"),
    ("pbes2-seed-cbc", "encrypted with SEED-CBC"),
    ("pbes2-bf-cbc", "encrypted with Blowfish"),
    ("pbes2-aes-256-cfb", "encrypted with AES-256-CFB"),
    (
        "pbes2-hmac-md5",
        "encrypted with PBES2 of unknown parameters",
    ),
    (
        "pbes1-md5-des",
        "encrypted with PBE-MD5-DES (PBES1), which is not supported; hint: rewrite it with `openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD.pem -out NEW.pem -provider default -provider legacy`",
    ),
    ("pbes1-md5-rc2-64", "PBE-MD5-RC2-64 (PBES1)"),
    ("pbes1-sha1-des", "PBE-SHA1-DES (PBES1)"),
    ("pbes1-sha1-rc2-64", "PBE-SHA1-RC2-64 (PBES1)"),
    ("pbe-sha1-rc4-128", "PBE-SHA1-RC4-128 (PKCS#12)"),
    ("pbe-sha1-rc4-40", "PBE-SHA1-RC4-40 (PKCS#12)"),
    (
        "pbe-sha1-3des",
        "encrypted with PBE-SHA1-3DES (PKCS#12), which is not supported; hint: rewrite it with `openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD.pem -out NEW.pem`",
    ),
    ("pbe-sha1-2des", "PBE-SHA1-2DES (PKCS#12)"),
    ("pbe-sha1-rc2-128", "PBE-SHA1-RC2-128 (PKCS#12)"),
    ("pbe-sha1-rc2-40", "PBE-SHA1-RC2-40 (PKCS#12)"),
    ("legacy-des", "encrypted with DES-CBC"),
    ("legacy-camellia128", "encrypted with CAMELLIA-128-CBC"),
    ("legacy-camellia256", "encrypted with CAMELLIA-256-CBC"),
    ("legacy-aria256", "encrypted with ARIA-256-CBC"),
    ("legacy-seed", "encrypted with SEED-CBC"),
    ("rsa512", "the private key has 512 bits"),
    (
        "rsa1024",
        "the private key has 1024 bits; OCI accepts keys of 2048 to 8192 bits",
    ),
    ("rsa1536", "has 1536 bits"),
    ("rsa2047", "has 2047 bits"),
    ("three-primes", "not a usable RSA key"),
    ("ec-pkcs8", "is an EC key, but only RSA keys can sign"),
    ("ec-sec1", "is an EC key"),
    ("ed25519", "is an Ed25519 key"),
    ("openssh", "ssh-keygen -p -m PEM"),
    ("public", "the text is a public key"),
    ("certificate", "the text is a certificate"),
    ("ec-key-then-key", "is an EC key"),
    ("pkcs1-labelled-dsa", "is a DSA key"),
    ("pkcs8-labelled-openssh", "format of OpenSSH"),
    ("begin-in-small-letters", "the BEGIN line is damaged"),
    ("label-in-small-letters", "the BEGIN line is damaged"),
    ("four-hyphens", "the BEGIN line is damaged"),
    ("blank-after-hyphens", "the BEGIN line is damaged"),
    ("dashes", "the BEGIN line is damaged"),
    (
        "two-blanks-in-label",
        "a block with the label `PRIVATE  KEY`",
    ),
    (
        "other-end",
        "`BEGIN PRIVATE KEY` is closed by `END RSA PRIVATE KEY`",
    ),
    ("no-end", "has no END line"),
    ("no-begin", "are missing around the key"),
    ("body-alone", "are missing around the key"),
    ("cut", "has no END line"),
    ("character-missing", "are damaged"),
    ("character-altered", "not base64"),
    ("padding-inside", "not base64"),
    ("url-alphabet", "not base64"),
    ("percent-encoded", "not base64"),
    ("plus-lost", "not"),
    ("quoted-mail", "not base64"),
    ("commented-out", "not base64"),
    ("base64-twice", "base64 twice"),
    ("path", "the text is a path"),
    ("empty", "the key is empty"),
    ("line-end-alone", "the key is empty"),
    ("legacy-no-dek-info", "no `DEK-Info` line"),
    ("legacy-no-comma", "`DEK-Info` line is malformed"),
    ("der", "the key is binary (DER)"),
    ("utf-16", "UTF-16"),
];

/// Reads a key like a profile: from a file.
fn read(folder: &Path, case: &KeyCase) -> Result<PrivateKey> {
    let path = folder.join("key");
    std::fs::write(&path, &case.bytes).unwrap();
    let phrase = case.pass_phrase.as_ref();
    let phrase = phrase.map(|phrase| format!("pass_phrase={phrase}\n"));
    let config = format!(
        "[A]\nuser=u\nkey_file={}\n{}",
        path.display(),
        phrase.unwrap_or_default()
    );
    let config = OciConfig::parse(&config, &Environment::from_vars([("HOME", "/h")])).unwrap();
    config.profile("A").unwrap().private_key()
}

#[test]
fn keys_are_accepted_in_every_form_and_rejected_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let one = PrivateKey::from_pem(&forms::key("pkcs8"), None).unwrap();
    let others = ["rsa3072", "exponent3", "pss"];
    let mut refused = Vec::new();
    for case in forms::all() {
        let name = case.name.as_str();
        match (
            read(folder.path(), &case),
            REFUSED.iter().find(|(refused, _)| *refused == name),
        ) {
            (Ok(key), None) => {
                let is_same = key.public_key() == one.public_key();
                assert_eq!(is_same, !others.contains(&name), "{name} is another key");
            }
            (Err(error), Some((_, part))) => {
                assert!(error.is_key(), "{name}: {error:?}");
                let text = tell(&error);
                assert!(text.contains(part), "{name}: {text}");
                refused.push(name.to_owned());
            }
            (Ok(_), Some(_)) => panic!("{name} is taken"),
            (Err(error), None) => panic!("{name} is refused: {}", tell(&error)),
        }
    }
    for (name, _) in REFUSED {
        assert!(
            refused.iter().any(|seen| seen == name),
            "there is no {name}"
        );
    }
}

#[test]
fn wrong_missing_and_quoted_pass_phrases_have_different_errors() {
    let phrase = forms::fixture()
        .into_iter()
        .find_map(|key| key.pass_phrase)
        .unwrap();
    let quoted = format!("\"{phrase}\"");
    for key in ["pbes2-aes-256-cbc", "legacy-aes256"] {
        let text = |phrase: Option<&str>| {
            let phrase = phrase.map(secrecy::SecretString::from);
            let error = PrivateKey::from_pem(&forms::key(key), phrase.as_ref()).unwrap_err();
            error.to_string()
        };
        assert!(text(None).contains("OCI_CLI_PASSPHRASE"), "{}", text(None));
        assert!(text(Some("")).contains("no pass phrase"));
        assert_eq!(
            text(Some("wrong")),
            "the pass phrase does not open the private key"
        );
        assert!(
            text(Some(&quoted)).contains("its quotes"),
            "{}",
            text(Some(&quoted))
        );
    }
}

/// The order of the profile's pass phrases: its own spelling, Go's, the variable. A wrong one does
/// not prevent trying the next.
#[test]
fn a_pass_phrase_may_be_in_the_profile_or_in_a_variable() {
    let phrase = forms::fixture()
        .into_iter()
        .find_map(|key| key.pass_phrase)
        .unwrap();
    let read = |lines: &str, variable: &str| {
        let environment =
            Environment::from_vars([("HOME", "/h"), ("OCI_CLI_PASSPHRASE", variable)])
                .with_files([("/h/key", forms::key("legacy-aes256"))]);
        let config = format!("[DEFAULT]\nuser=u\nkey_file=~/key\n{lines}");
        let config = OciConfig::parse(&config, &environment).unwrap();
        config.profile("DEFAULT").unwrap().private_key()
    };
    assert!(read(&format!("pass_phrase={phrase}\n"), "").is_ok());
    assert!(read(&format!("passphrase={phrase}\n"), "").is_ok());
    assert!(read("", &phrase).is_ok());
    assert!(read("pass_phrase=another\n", &phrase).is_ok());
    assert!(read(&format!("pass_phrase={phrase}\n"), "another").is_ok());
    let error = read("pass_phrase=another\n", "wrong").unwrap_err();
    assert!(tell(&error).contains("does not open"), "{error:?}");
}
