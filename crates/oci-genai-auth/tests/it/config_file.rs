//! Profiles of OCI configuration files.

use oci_genai_auth::{
    AuthKind, ConfigFileCredentialsProvider, Environment, KeyId, ManualTimeSource, OciConfig,
    ProvideCredentials as _,
};
use serde_json::json;

use crate::support::{TENANCY, USER, fingerprint, key_pem, noon, unsigned_token};

fn environment(config: &str) -> Environment {
    let token = unsigned_token(&json!({"exp": 1_790_003_600_u64, "sub": USER}));
    Environment::from_vars([("HOME", "/home/me")]).with_files([
        ("/home/me/.oci/config".to_owned(), config.to_owned()),
        ("/home/me/.oci/key.pem".to_owned(), key_pem()),
        (
            "/home/me/.oci/sessions/S/token".to_owned(),
            format!("{token}\n"),
        ),
    ])
}

fn api_key_profile() -> String {
    format!(
        "[DEFAULT]\nuser={USER}\ntenancy={TENANCY}\nregion=us-chicago-1\nfingerprint={}\nkey_file=~/.oci/key.pem\n",
        fingerprint()
    )
}

fn session_profile() -> String {
    format!(
        "[S]\ntenancy={TENANCY}\nregion=us-chicago-1\nfingerprint={}\nkey_file=~/.oci/key.pem\n\
         security_token_file=~/.oci/sessions/S/token\n",
        fingerprint()
    )
}

fn build(config: &str, profile: &str) -> oci_genai_auth::Result<ConfigFileCredentialsProvider> {
    ConfigFileCredentialsProvider::builder()
        .environment(environment(config))
        .time_source(ManualTimeSource::new(noon()))
        .profile(profile)
        .build()
}

#[tokio::test]
async fn an_api_signing_key_profile_signs_with_its_key_id() {
    let provider = build(&api_key_profile(), "DEFAULT").unwrap();
    assert_eq!(provider.auth_kind(), AuthKind::ApiSigningKey);
    assert_eq!(provider.profile().region().as_deref(), Some("us-chicago-1"));
    let credentials = provider.provide_credentials().await.unwrap();
    let expected = KeyId::api_key(TENANCY, USER, &fingerprint());
    assert_eq!(credentials.signer().unwrap().key_id(), &expected);
    let trusted = provider.profile().trusted_key().unwrap().unwrap();
    assert_eq!(trusted.key_id, expected);
    assert_eq!(
        &trusted.public_key,
        credentials.signer().unwrap().public_key()
    );
}

#[tokio::test]
async fn a_session_profile_without_user_signs_with_its_token() {
    let provider = build(&session_profile(), "S").unwrap();
    assert_eq!(provider.auth_kind(), AuthKind::SessionToken);
    let credentials = provider.provide_credentials().await.unwrap();
    let key_id = credentials.signer().unwrap().key_id();
    assert!(key_id.as_str().starts_with("ST$ey"));
    assert!(credentials.expires_at().is_some());
    assert_eq!(
        &provider.profile().trusted_key().unwrap().unwrap().key_id,
        key_id
    );
}

#[test]
fn a_session_profile_ignores_the_user_of_default() {
    let both = api_key_profile() + &session_profile();
    assert_eq!(
        build(&both, "S").unwrap().auth_kind(),
        AuthKind::SessionToken
    );
    assert_eq!(
        build(&both, "DEFAULT").unwrap().auth_kind(),
        AuthKind::ApiSigningKey
    );
}

#[test]
fn the_dialect_matches_the_official_reader() {
    let text = "; a comment\n[DEFAULT]\nTenancy : t ; not a comment\npass_phrase=100%s#x\n\n\
                [ONE]\nUSER=u=v:w\n# full line\nlong=first\n  second\n[EMPTY]\ntenancy=\n";
    let config = OciConfig::parse(text, &Environment::from_vars([("A", "b")])).unwrap();
    let one = config.profile("ONE").unwrap();
    assert_eq!(one.get("tenancy"), Some("t ; not a comment"));
    assert_eq!(one.get("Pass_Phrase"), Some("100%s#x"));
    assert_eq!(one.get("user"), Some("u=v:w"));
    assert_eq!(one.get("long"), Some("first\nsecond"));
    assert_eq!(config.profile("EMPTY").unwrap().get("tenancy"), None);
    assert_eq!(config.profile_names(), ["DEFAULT", "ONE", "EMPTY"]);
}

#[test]
fn errors_for_malformed_files_name_the_line() {
    let environment = Environment::from_vars([("A", "b")]);
    for (text, part) in [
        ("user=x", "line 1: there is a line before"),
        ("[A]\nnonsense secret", "line 2: the line is neither"),
        ("[A]\nx=1\nX=2", "line 3: the key `X` appears twice"),
        ("[A]\n[A]", "line 2: the section [A] appears twice"),
        ("[A]\n=x", "line 2: there is no key"),
    ] {
        let error = OciConfig::parse(text, &environment).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
        assert!(!error.to_string().contains("secret"));
    }
}

#[test]
fn the_default_file_overrides_the_variable_and_an_argument_overrides_both() {
    let environment = Environment::from_vars([("HOME", "/h"), ("OCI_CONFIG_FILE", "~/other")]);
    let here = environment
        .clone()
        .with_files([("/h/.oci/config", "[DEFAULT]\na=1")]);
    let find = |path, environment: &Environment| {
        OciConfig::find(path, environment).map(|path| path.display().to_string())
    };
    assert_eq!(find(None, &here).unwrap(), "/h/.oci/config");
    assert_eq!(find(Some("~/mine"), &here).unwrap(), "/h/mine");
    let elsewhere = environment.with_files([("/h/other", "")]);
    assert_eq!(find(None, &elsewhere).unwrap(), "/h/other");
    let old = Environment::from_vars([("HOME", "/h")]).with_files([("/h/.oraclebmc/config", "")]);
    assert_eq!(find(None, &old).unwrap(), "/h/.oraclebmc/config");
    let nowhere = Environment::from_vars([("HOME", "/h")]).with_files([("/x", "")]);
    let error = find(None, &nowhere).unwrap_err();
    assert!(error.to_string().contains("/h/.oci/config"), "{error}");
}

#[test]
fn errors_name_the_file_the_profile_the_key_and_the_remedy() {
    let without = |key: &str| {
        let lines: Vec<String> = api_key_profile()
            .lines()
            .filter(|line| !line.starts_with(key))
            .map(str::to_owned)
            .collect();
        build(&lines.join("\n"), "DEFAULT").unwrap_err().to_string()
    };
    for key in ["tenancy", "fingerprint", "key_file"] {
        let message = without(key);
        for part in [
            "/home/me/.oci/config",
            "`DEFAULT`",
            &format!("`{key}`"),
            "oci setup config",
        ] {
            assert!(message.contains(part), "{message}");
        }
    }
    let message = build(&api_key_profile(), "NOPE").unwrap_err().to_string();
    assert!(
        message.contains("`NOPE`") && message.contains("`DEFAULT`"),
        "{message}"
    );
    let missing = api_key_profile().replace("key.pem", "gone.pem");
    let message = build(&missing, "DEFAULT").unwrap_err().to_string();
    assert!(message.contains("/home/me/.oci/gone.pem"), "{message}");
    let other = api_key_profile().replace(&fingerprint(), &["00"; 16].join(":"));
    let message = build(&other, "DEFAULT").unwrap_err().to_string();
    assert!(
        message.contains("00:00") && message.contains(&fingerprint()),
        "{message}"
    );
}

#[test]
fn an_upper_case_fingerprint_is_accepted() {
    let upper = api_key_profile().replace(&fingerprint(), &fingerprint().to_uppercase());
    let provider = build(&upper, "DEFAULT").unwrap();
    assert_eq!(provider.profile().fingerprint().unwrap(), fingerprint());
}

#[test]
fn using_a_profile_as_the_wrong_kind_names_the_right_kind() {
    let build = |config: &str, profile: &str, kind| {
        ConfigFileCredentialsProvider::builder()
            .environment(environment(config))
            .profile(profile)
            .auth_kind(kind)
            .build()
            .unwrap_err()
            .to_string()
    };
    let message = build(&api_key_profile(), "DEFAULT", AuthKind::SessionToken);
    assert!(
        message.contains("`security_token_file`") && message.contains("API signing key"),
        "{message}"
    );
    let message = build(&session_profile(), "S", AuthKind::ApiSigningKey);
    assert!(
        message.contains("`user`") && message.contains("as a session"),
        "{message}"
    );
}
