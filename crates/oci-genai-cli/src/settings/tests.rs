use std::path::PathBuf;

use super::*;
use crate::args::Choice;

const FILE: &str = "[profiles.work]\nregion = \"us-phoenix-1\"\nproject = \"file-project\"\n\
                    model = \"file-model\"\noci_profile = \"FILE\"\nauth = \"config\"\n";

/// A configuration file in a folder that goes with the first of the two.
fn file(text: &str) -> (tempfile::TempDir, Choice) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, text).unwrap();
    let choice = Choice {
        config: Some(path),
        use_profile: Some("work".to_owned()),
    };
    (folder, choice)
}

fn resolve(connection: &Connection, variables: &[(&str, &str)]) -> Settings {
    let env = Environment::fixed(variables.iter().copied());
    Settings::resolve_in(connection, None, env).unwrap()
}

fn seen(value: &Option<Sourced<String>>) -> (String, String) {
    let value = value.as_ref().unwrap();
    (value.value.clone(), value.source.to_string())
}

#[test]
fn the_nearest_source_wins_and_is_named() {
    let (_folder, choice) = file(FILE);
    let path = shown(choice.config.as_deref().unwrap());
    let from_file = Connection {
        choice: choice.clone(),
        ..Connection::default()
    };
    let settings = resolve(&from_file, &[]);
    assert_eq!(
        seen(&settings.region),
        ("us-phoenix-1".into(), format!("{path}:2"))
    );
    assert_eq!(settings.auth.value, Auth::Config);
    assert_eq!(settings.oci_profile.value, "FILE");

    let variables = [
        ("OCI_CLI_REGION", "ap-osaka-1"),
        ("OCI_REGION", "uk-london-1"),
        ("OCI_GENAI_MODEL", "  "),
        ("OCI_GENAI_AUTH", "API-KEY"),
    ];
    let settings = resolve(&from_file, &variables);
    assert_eq!(
        seen(&settings.region),
        ("uk-london-1".into(), "OCI_REGION".into())
    );
    assert_eq!(
        settings.model.value, "file-model",
        "a blank variable is none"
    );
    assert_eq!(settings.auth.value, Auth::ApiKey);

    let flags = Connection {
        region: Some("ord".into()),
        project: Some(" ".into()),
        ..from_file
    };
    let settings = resolve(&flags, &variables);
    assert_eq!(seen(&settings.region), ("ord".into(), "--region".into()));
    assert_eq!(
        settings.project.unwrap().value,
        "file-project",
        "a blank flag is none"
    );

    let nothing = Connection {
        choice: Choice {
            config: Some(PathBuf::from("/dev/null")),
            use_profile: None,
        },
        ..Connection::default()
    };
    let settings = resolve(&nothing, &[]);
    assert_eq!(settings.model.value, DEFAULT_MODEL);
    assert_eq!(settings.model.source, Source::Default);
    assert!(settings.region.is_none());
}

#[test]
fn a_kind_of_credential_that_is_none_is_named_with_its_place() {
    let (_folder, choice) = file("[profiles.work]\nauth = \"apikey\"\n");
    let connection = Connection {
        choice,
        ..Connection::default()
    };
    let env = Environment::fixed([("HOME", "/nowhere")]);
    let error = Settings::resolve_in(&connection, None, env).unwrap_err();
    let error = error.to_string();
    for word in ["config.toml:2", "\"apikey\"", "api-key", "oke"] {
        assert!(error.contains(word), "{error}");
    }
}

#[test]
fn a_key_in_the_environment_gives_way_to_a_profile_named_by_flag_only() {
    let kind = |connection: &Connection, variables: &[(&str, &str)]| {
        let mut settings = resolve(connection, variables);
        settings.env = Environment::fixed(variables.iter().copied()).with_files([
            (
                "/home/me/.oci/config",
                "[DEFAULT]\nuser=ocid1.user.oc1..u\ntenancy=ocid1.tenancy.oc1..t\nfingerprint=x\nkey_file=/none\n",
            ),
        ]);
        match settings.credential() {
            Ok(credential) => credential.kind().to_owned(),
            Err(error) => error.to_string(),
        }
    };
    let none = Connection {
        choice: Choice {
            config: Some(PathBuf::from("/dev/null")),
            use_profile: None,
        },
        ..Connection::default()
    };
    let by_flag = Connection {
        profile: Some("DEFAULT".into()),
        ..none.clone()
    };
    let home = ("HOME", "/home/me");
    let key = ("OCI_GENAI_API_KEY", "sk-x");
    assert_eq!(
        kind(&none, &[home, key, ("OCI_CLI_PROFILE", "DEFAULT")]),
        "API key"
    );
    assert!(kind(&by_flag, &[home, key]).contains("fingerprint"));
    assert!(kind(&none, &[home]).contains("fingerprint"));
    assert_eq!(
        kind(&none, &[("HOME", "/home/you")]),
        "what the machine offers"
    );
}
