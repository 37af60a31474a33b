//! Error messages that name the cause and the remedy of common mistakes.

use oci_genai_auth::{
    ApiKey, ConfigFileCredentialsProvider, EnvCredentialsProvider, Environment, ManualTimeSource,
    OciConfig, ProvideCredentials as _, SessionTokenCredentialsProvider,
};
use serde_json::json;

use crate::support::{TENANCY, USER, fingerprint, key_pem, noon, tell, unix, unsigned_token};

fn profile() -> String {
    format!(
        "[DEFAULT]\nuser={USER}\nfingerprint={}\ntenancy={TENANCY}\nregion=us-chicago-1\nkey_file=/key\n",
        fingerprint()
    )
}

/// Returns the error message for a profile of this file.
fn message(config: &str) -> String {
    let files = [("/config", config.to_owned()), ("/key", key_pem())];
    let built = ConfigFileCredentialsProvider::builder()
        .environment(Environment::from_vars([("HOME", "/h")]).with_files(files))
        .path("/config")
        .build();
    tell(&built.unwrap_err())
}

#[test]
fn mistakes_in_a_configuration_file_are_explained() {
    let p = profile();
    for (config, parts) in [
        // An indented line is joined to the line before it.
        (
            p.replace("tenancy=", "  tenancy="),
            [
                "`fingerprint` of several lines",
                "line 4 is indented",
                "remove the blanks",
            ]
            .as_slice(),
        ),
        (
            p.replace("key_file=", "pass_phrase=x\n  key_file="),
            &[
                "has no `key_file`",
                "continues the value of `pass_phrase` (from line 7 on)",
            ],
        ),
        (
            p.replace("region=", " region="),
            &["`tenancy` of several lines", "line 5 is indented"],
        ),
        // Quotes and comments are part of a value.
        (
            p.replace(USER, &format!("\"{USER}\"")),
            &["`user` that is not an OCID", "its quotes"],
        ),
        (
            p.replace(USER, &format!("{USER} # me")),
            &["`user` that is not an OCID", "a comment after a value"],
        ),
        (
            p.replace(&fingerprint(), &format!("'{}'", fingerprint())),
            &["malformed `fingerprint`", "its quotes"],
        ),
        (
            p.replace("/key", "\"/key\""),
            &["`key_file` that cannot be read", "its quotes"],
        ),
        (
            p.replace("/key", "/key ; mine"),
            &["a comment after a value"],
        ),
        // Paths that only a shell would expand.
        (
            p.replace("/key", "$HOME/key"),
            &["variables in the path are not replaced", "write `~`"],
        ),
        (
            p.replace("/key", "%USERPROFILE%\\key"),
            &["variables in the path are not replaced"],
        ),
        (
            p.replace("/key", "key.pem"),
            &["the path is relative", "was looked for in /"],
        ),
        (
            p.replace("/key", "~nobody-of-that-name/key"),
            &["the home folder in the path is unknown"],
        ),
        // Secrets instead of paths.
        (
            p.replace("/key", "-----BEGIN PRIVATE KEY-----MII"),
            &[
                "`key_file`",
                "[private key, 30 characters]",
                "the value is the key itself",
            ],
        ),
        // Keys for other programs.
        (
            "[DEFAULT]\nauth=instance_principal\nregion=us-chicago-1\n".into(),
            &["its key `auth`", "OCI_CLI_AUTH=instance_principal"],
        ),
        (
            "[DEFAULT]\nauthentication_type=instance_principal\n".into(),
            &[
                "without a `delegation_token_file`",
                "OCI_CLI_AUTH=instance_principal",
            ],
        ),
        // The two OCIDs that look alike.
        (
            p.replace(USER, "x")
                .replace(TENANCY, USER)
                .replace("user=x", &format!("user={TENANCY}")),
            &["swap the two"],
        ),
    ] {
        let text = message(&config);
        for part in parts {
            assert!(text.contains(part), "`{part}` is not in: {text}\n{config}");
        }
    }
}

#[test]
fn the_cause_of_an_unreadable_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("latin1"), b"[DEFAULT]\n# cl\xe9\n").unwrap();
    std::fs::write(path("utf16"), b"\xff\xfe[\0D\0").unwrap();
    for (name, part) in [
        (
            "latin1",
            "line 2 is not UTF-8 text; hint: save the file as UTF-8",
        ),
        ("utf16", "it is UTF-16 text"),
        ("", "it is a folder"),
        ("gone", "No such file"),
    ] {
        let path = path(name);
        let error = OciConfig::load(path.to_str(), &Environment::from_vars([("HOME", "/h")]));
        let text = tell(&error.unwrap_err());
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn mistakes_in_variables_are_explained() {
    let environment = |more: &[(&str, &str)]| {
        let base = [("OCI_CLI_TENANCY", TENANCY), ("OCI_CLI_USER", USER)];
        Environment::from_vars(base.iter().chain(more).copied()).with_files([("/none", "")])
    };
    for (vars, part) in [
        (
            [("OCI_CLI_KEY_FILE", "\"/key\"")],
            "could not read OCI_CLI_KEY_FILE /key: ",
        ),
        (
            [("OCI_CLI_KEY_FILE", "-----BEGIN PRIVATE KEY-----\\nMII")],
            "set OCI_CLI_KEY_CONTENT to it",
        ),
        (
            [("OCI_CLI_KEY_CONTENT", "/home/me/key.pem")],
            "the text is a path, not a key",
        ),
    ] {
        let error = EnvCredentialsProvider::new(&environment(&vars)).unwrap_err();
        let text = tell(&error);
        assert!(text.contains(part), "{text}");
    }
    // Files with variables often keep the quotes.
    for key in ["\"sk-x\"", "'sk-x'", " \"sk-x\"\n"] {
        assert_eq!(ApiKey::new(key).unwrap().expose(), "sk-x");
    }
    let text = ApiKey::new("Bearer sk-x").unwrap_err().to_string();
    assert!(text.contains("give the key alone"), "{text}");
}

/// A security token without a browser login, and a host instead of a region.
#[tokio::test]
async fn session_errors_suggest_a_remedy() {
    let over = unsigned_token(&json!({ "exp": unix(noon()) - 60 }));
    let nearly = unsigned_token(&json!({ "exp": unix(noon()) + 30 }));
    let error = async |more: &str, token: &str| {
        let config = format!("[S]\nkey_file=/key\nsecurity_token_file=/token\n{more}");
        let environment = Environment::from_vars([("HOME", "/h")])
            .with_files([("/key", key_pem()), ("/token", token.to_owned())]);
        let config = OciConfig::parse(&config, &environment).unwrap();
        let provider = SessionTokenCredentialsProvider::builder(config.profile("S").unwrap())
            .time_source(ManualTimeSource::new(noon()))
            .build()
            .unwrap();
        tell(&provider.provide_credentials().await.unwrap_err())
    };
    let text = error("", &over).await;
    assert!(
        text.contains("oci session authenticate --profile-name S"),
        "{text}"
    );
    let text = error("user=not used\n", &over).await;
    assert!(
        text.contains("identity provider") && !text.contains("session authenticate"),
        "{text}"
    );
    let host = "region=inference.generativeai.us-chicago-1.oci.oraclecloud.com\n";
    let text = error(host, &nearly).await;
    assert!(
        text.contains("is a host; hint: the region is `us-chicago-1`"),
        "{text}"
    );
}
