//! Compares this crate's reading of keys and profiles with Oracle's Python package.

use std::collections::BTreeMap;
use std::path::Path;

use oci_genai_auth::{ConfigFileCredentialsProvider, Environment, ProvideCredentials as _};
use serde_json::{Value, json};

use crate::python::{python, run};
use crate::support::{tell, unsigned_token};
use crate::{forms, profiles};

/// The reader that accepts a key or profile which the other rejects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Only {
    /// Oracle's package.
    There,
    /// This crate.
    Here,
}

const WEAK: &str =
    "PBES1, PBE and RC2 are weak: refused by name, with the command that rewrites the key";
const SMALL: &str = "the service takes no key below 2048 bits";
const FORM: &str = "a form that keys get on their way; nothing else can be meant";
const LABEL: &str = "the contents are clear, whatever the label says";
const CIPHER: &str = "a cipher that is not weak and that is supported anyway";
const SWAPPED: &str = "the service could only refuse it; the error says what to swap";
const FILE: &str = "nothing that the credentials depend on";

/// All known differences. Each must occur.
const DIFFERENCES: &[(&str, Only, &str)] = &[
    ("key pbes1-md5-des", Only::There, WEAK),
    ("key pbe-sha1-rc4-128", Only::There, WEAK),
    ("key pbe-sha1-3des", Only::There, WEAK),
    ("key pbe-sha1-rc2-40", Only::There, WEAK),
    ("key pbes2-rc2-cbc", Only::There, WEAK),
    ("key rsa512", Only::There, SMALL),
    ("key rsa1024", Only::There, SMALL),
    ("key rsa1536", Only::There, SMALL),
    ("key rsa2047", Only::There, SMALL),
    ("profile user-and-tenancy-swapped", Only::There, SWAPPED),
    ("key legacy-aes192", Only::Here, CIPHER),
    ("key written-lf", Only::Here, FORM),
    ("key written-crlf", Only::Here, FORM),
    ("key written-lf-twice", Only::Here, FORM),
    ("key written-lf-quoted", Only::Here, FORM),
    ("key written-lf-and-lf", Only::Here, FORM),
    ("key encrypted-written-lf", Only::Here, FORM),
    ("key legacy-written-lf", Only::Here, FORM),
    ("key json", Only::Here, FORM),
    ("key json-slashes", Only::Here, FORM),
    ("key shell-dollar-quotes", Only::Here, FORM),
    ("key continued-lines", Only::Here, FORM),
    ("key each-line-quoted", Only::Here, FORM),
    ("key body-quoted", Only::Here, FORM),
    ("key six-hyphens", Only::Here, FORM),
    ("key zero-width-spaces", Only::Here, FORM),
    ("key blank-line-last", Only::Here, FORM),
    ("key blank-lines-between", Only::Here, FORM),
    ("key header-without-blank-line", Only::Here, FORM),
    ("key padding-missing", Only::Here, FORM),
    ("key padding-too-long", Only::Here, FORM),
    ("key bytes-behind-the-der", Only::Here, FORM),
    ("key legacy-blanks", Only::Here, FORM),
    ("key legacy-blanks-in-blank-line", Only::Here, FORM),
    ("key legacy-cr", Only::Here, FORM),
    ("key legacy-indented", Only::Here, FORM),
    ("key legacy-no-proc-type", Only::Here, FORM),
    ("key legacy-small-letters", Only::Here, FORM),
    ("key legacy-without-blank-line", Only::Here, FORM),
    ("key legacy-blank-after-comma", Only::Here, FORM),
    ("key pkcs1-labelled-pkcs8", Only::Here, LABEL),
    ("key pkcs8-labelled-pkcs1", Only::Here, LABEL),
    ("key pkcs8-labelled-any", Only::Here, LABEL),
    ("key pkcs8-labelled-encrypted", Only::Here, LABEL),
    ("key encrypted-labelled-pkcs1", Only::Here, LABEL),
    ("key encrypted-labelled-plain", Only::Here, LABEL),
    ("profile byte-order-mark", Only::Here, FILE),
    ("profile fingerprint-in-capitals", Only::Here, FILE),
    ("profile locked-go-spelling", Only::Here, FILE),
    ("profile needless-phrase-beyond-ascii", Only::Here, FILE),
    ("profile odd-log-requests", Only::Here, FILE),
];

/// The result of each case: the key's fingerprint or id, or the error.
type Verdicts = BTreeMap<String, Result<String, String>>;

#[test]
fn keys_and_profiles_are_read_like_oracles_package() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (keys, profiles) = write(folder.path());
    let here = read_here(folder.path(), &keys, &profiles);
    assert!(here.len() >= 200, "{} cases", here.len());

    let tasks = json!({ "do": "batch", "tasks": [
        { "do": "load_keys", "keys": keys },
        { "do": "load_profiles", "profiles": profiles },
    ]});
    let home = folder.path().to_str().unwrap().to_owned();
    let vars = [("HOME", home), ("OCI_REGION", "us-chicago-1".to_owned())];
    let answers = run(&python, &tasks, &vars);
    let there: Verdicts = answers
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|answer| answer.as_object().unwrap())
        .map(|(name, verdict)| {
            let text = |key: &str| verdict[key].as_str().map(str::to_owned);
            let verdict = text("taken").ok_or_else(|| text("refused").unwrap());
            (name.clone(), verdict)
        })
        .collect();

    let mut wrong = Vec::new();
    let mut seen = Vec::new();
    for (name, mine) in &here {
        let theirs = &there[name];
        let only = match (mine, theirs) {
            (Ok(one), Ok(other)) if one == other => continue,
            (Err(_), Err(_)) => continue,
            (Ok(_), Ok(_)) => None,
            (Ok(_), Err(_)) => Some(Only::Here),
            (Err(_), Ok(_)) => Some(Only::There),
        };
        let listed = DIFFERENCES
            .iter()
            .any(|(case, who, _)| case == name && Some(*who) == only);
        if listed {
            seen.push(name.as_str());
        } else {
            wrong.push(format!("{name}: here {mine:?}, there {theirs:?}"));
        }
    }
    let stale = DIFFERENCES.iter().filter(|(name, ..)| !seen.contains(name));
    wrong.extend(stale.map(|(name, ..)| format!("{name}: listed, but there is no difference")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Writes every case into a folder. Returns the tasks.
fn write(folder: &Path) -> (Vec<Value>, Vec<Value>) {
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let mut keys = Vec::new();
    for case in forms::all() {
        let path = write(&format!("{}.key", case.name), &case.bytes);
        keys.push(json!({
            "name": format!("key {}", case.name),
            "path": path,
            "pass_phrase": case.pass_phrase,
        }));
    }
    let key = write("key.pem", forms::key("pkcs8").as_bytes());
    let locked = write("locked.pem", forms::key("pbes2-aes-256-cbc").as_bytes());
    let token = write(
        "token",
        unsigned_token(&json!({ "exp": 4_000_000_000_u64 })).as_bytes(),
    );
    let phrase = forms::fixture()
        .into_iter()
        .find_map(|key| key.pass_phrase)
        .unwrap();
    let public = oci_genai_auth::PrivateKey::from_pem(&forms::key("pkcs8"), None).unwrap();
    let fingerprint = public.public_key().fingerprint();
    let mut profiles = Vec::new();
    for case in profiles::all() {
        // Text that is not UTF-8 is unchanged; it has no placeholders.
        let config = match String::from_utf8(case.config) {
            Ok(text) => text
                .replace("LOCKED", &locked)
                .replace("KEY", &key)
                .replace("TOKEN", &token)
                .replace("PHRASE", &phrase)
                .replace("UPPER", &fingerprint.to_uppercase())
                .replace("FP", &fingerprint)
                .into_bytes(),
            Err(error) => error.into_bytes(),
        };
        let path = write(&format!("{}.config", case.name), &config);
        profiles.push(json!({
            "name": format!("profile {}", case.name),
            "path": path,
            "profile": case.profile,
        }));
    }
    (keys, profiles)
}

fn read_here(home: &Path, keys: &[Value], profiles: &[Value]) -> Verdicts {
    let environment = || {
        Environment::from_vars([
            ("HOME", home.to_str().unwrap()),
            ("OCI_REGION", "us-chicago-1"),
        ])
    };
    let text = |case: &Value, key: &str| case[key].as_str().map(str::to_owned);
    let name = |case: &Value| text(case, "name").unwrap();
    let keys = keys.iter().map(|case| {
        let phrase = text(case, "pass_phrase").map(|phrase| format!("pass_phrase={phrase}\n"));
        let config = format!(
            "[A]\nuser=u\nkey_file={}\n{}",
            text(case, "path").unwrap(),
            phrase.unwrap_or_default()
        );
        let config = oci_genai_auth::OciConfig::parse(&config, &environment()).unwrap();
        let key = config.profile("A").unwrap().private_key();
        let verdict = key.map(|key| key.public_key().fingerprint());
        (name(case), verdict.map_err(|error| tell(&error)))
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let profiles = profiles.iter().map(|case| {
        let provider = ConfigFileCredentialsProvider::builder()
            .environment(environment())
            .path(text(case, "path").unwrap())
            .profile(text(case, "profile").unwrap())
            .build();
        let id = provider.and_then(|provider| {
            let credentials = runtime.block_on(provider.provide_credentials())?;
            Ok(credentials.signer().unwrap().key_id().as_str().to_owned())
        });
        (name(case), id.map_err(|error| tell(&error)))
    });
    keys.chain(profiles).collect()
}

#[cfg(unix)]
#[test]
fn home_folders_are_found_like_python() {
    let Some(python) = python() else { return };
    let paths = [
        "~",
        "~/a/b",
        "~root/key.pem",
        "~root",
        "~nobody-of-that-name/x",
        "a~/b",
        "/~/x",
        "~//x",
    ];
    let there = run(
        &python,
        &json!({ "do": "expand", "paths": paths }),
        &[("HOME", "/home/me".to_owned())],
    );
    let environment = Environment::from_vars([("HOME", "/home/me")]);
    for (path, there) in paths.iter().zip(there.as_array().unwrap()) {
        let here = environment.expand(path);
        assert_eq!(here, Path::new(there.as_str().unwrap()), "{path}");
    }
}
