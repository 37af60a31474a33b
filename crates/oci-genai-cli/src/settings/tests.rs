use std::path::PathBuf;

use secrecy::ExposeSecret as _;

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
        context: Some("work".to_owned()),
    };
    (folder, choice)
}

fn resolve(connection: &Connection, variables: &[(&str, &str)]) -> Settings {
    let env = Environment::from_vars(variables.iter().copied());
    Settings::resolve_in(connection, None, env).unwrap()
}

fn seen(value: &Option<Sourced<String>>) -> (String, String) {
    let value = value.as_ref().unwrap();
    (value.value.clone(), value.source.to_string())
}

#[test]
fn the_nearest_source_wins_and_is_named() {
    let (_folder, choice) = file(FILE);
    let path = short_path(choice.config.as_deref().unwrap());
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

    let settings = resolve(&nothing(), &[]);
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
    let env = Environment::from_vars([("HOME", "/nowhere")]);
    let error = Settings::resolve_in(&connection, None, env).unwrap_err();
    let error = error.to_string();
    for word in ["config.toml:2", "\"apikey\"", "api-key", "oke"] {
        assert!(error.contains(word), "{error}");
    }
}

#[test]
fn words_of_oracles_tools_are_answered_with_ours() {
    for (word, meant) in [
        ("security_token", "did you mean `config` (a profile"),
        ("instance_principal", "did you mean `instance-principal`"),
        ("api_key", "did you mean `api-key` (a Generative AI API key"),
        ("api_key", " or `config` (a profile"),
    ] {
        let env = Environment::from_vars([("OCI_GENAI_AUTH", word)]);
        let error = Settings::resolve_in(&nothing(), None, env).unwrap_err();
        assert!(error.to_string().contains(meant), "{error}");
    }
}

#[test]
fn quotes_around_a_variable_are_not_part_of_it() {
    for value in ["\"sk-x\"", "'sk-x'", " \" sk-x \" "] {
        let settings = resolve(&nothing(), &[(API_KEY, value)]);
        let key = settings.api_key.as_ref().unwrap();
        assert_eq!(key.value.expose_secret(), "sk-x");
        assert!(settings.environment().is_quoted(API_KEY));
    }
    for value in ["sk-x", "\"sk-x", "sk-x'", "\""] {
        let settings = resolve(&nothing(), &[(API_KEY, value)]);
        let key = settings.api_key.as_ref().unwrap();
        assert_eq!(key.value.expose_secret(), value);
        assert!(!settings.environment().is_quoted(API_KEY));
    }
    let empty = resolve(&nothing(), &[(API_KEY, "\"\"")]);
    assert!(empty.api_key.is_none());
}

/// The region and its source, in a home with a profile of Frankfurt.
async fn region(connection: &Connection, variables: &[(&str, &str)]) -> (String, String) {
    let vector = include_str!("../../../oci-genai-auth/tests/data/signing-vectors.json");
    let vector: serde_json::Value = serde_json::from_str(vector).unwrap();
    let key = &vector["keys"]["rsa2048_pkcs8"];
    let profile = format!(
        "[DEFAULT]\nuser=ocid1.user.oc1..u\ntenancy=ocid1.tenancy.oc1..t\nfingerprint={}\n\
         key_file=/key.pem\nregion=eu-frankfurt-1\n",
        key["fingerprint_md5"].as_str().unwrap()
    );
    let variables = [&[("HOME", "/home/me")], variables].concat();
    let mut settings = resolve(connection, &variables);
    settings.env = Environment::from_vars(variables).with_files([
        ("/home/me/.oci/config", profile.as_str()),
        ("/key.pem", key["private_key_pem"].as_str().unwrap()),
    ]);
    let credential = settings.credential().unwrap();
    let region = settings.region_for(&credential).await.unwrap().unwrap();
    (region.name, region.source.to_string())
}

#[tokio::test]
async fn a_profile_named_by_flag_brings_its_own_region() {
    let profile = ("eu-frankfurt-1", "/home/me/.oci/config [DEFAULT]");
    let oracle = ("OCI_CLI_REGION", "ap-osaka-1");
    let oracle_too = ("OCI_REGION", "uk-london-1");
    let own = ("OCI_GENAI_REGION", "us-chicago-1");
    let by_flag = Connection {
        profile: Some("DEFAULT".into()),
        ..nothing()
    };
    let by_file = Connection {
        oci_config: Some("/home/me/.oci/config".into()),
        ..nothing()
    };
    let with_region = Connection {
        region: Some("ord".into()),
        ..by_flag.clone()
    };
    for (connection, variables, found) in [
        (&by_flag, &[oracle, oracle_too][..], profile),
        (&by_file, &[oracle], profile),
        (
            &by_flag,
            &[oracle, own],
            ("us-chicago-1", "OCI_GENAI_REGION"),
        ),
        (&with_region, &[oracle, own], ("ord", "--region")),
        (&nothing(), &[oracle], ("ap-osaka-1", "OCI_CLI_REGION")),
        (
            &nothing(),
            &[("OCI_CLI_PROFILE", "DEFAULT"), oracle_too],
            ("uk-london-1", "OCI_REGION"),
        ),
        (&nothing(), &[], profile),
    ] {
        let found = (found.0.to_owned(), found.1.to_owned());
        assert_eq!(region(connection, variables).await, found, "{variables:?}");
    }
    let (_folder, choice) = file(FILE);
    let with_file = Connection {
        choice,
        ..by_flag.clone()
    };
    assert_eq!(region(&with_file, &[]).await.0, "eu-frankfurt-1");
}

#[tokio::test]
async fn oci_cli_auth_chooses_among_what_the_machine_offers() {
    let resource = ("OCI_RESOURCE_PRINCIPAL_REGION", "us-ashburn-1");
    let profile = ("eu-frankfurt-1", "/home/me/.oci/config [DEFAULT]");
    let of_resource = ("us-ashburn-1", "OCI_RESOURCE_PRINCIPAL_REGION");
    for (word, found) in [
        ("api_key", profile),
        ("security_token", profile),
        ("resource_principal", of_resource),
        ("oke_workload_identity", of_resource),
    ] {
        let variables = [(CLI_AUTH, word), resource];
        let found = (found.0.to_owned(), found.1.to_owned());
        assert_eq!(region(&nothing(), &variables).await, found, "{word}");
        let settings = resolve(&nothing(), &[("HOME", "/home/me"), (CLI_AUTH, word)]);
        // The file is read for its region only: the chain decides.
        let chosen = match settings.credential() {
            Ok(credential) => credential.kind().to_owned(),
            Err(error) => error.to_string(),
        };
        assert_eq!(chosen, "default chain", "{word}");
    }
    // A key of this program's own and a profile by flag are nearer.
    let key = resolve(
        &nothing(),
        &[(CLI_AUTH, "security_token"), (API_KEY, "sk-x")],
    );
    assert_eq!(key.credential().unwrap().kind(), "API key");
    let by_flag = Connection {
        profile: Some("DEFAULT".into()),
        ..nothing()
    };
    let found = region(&by_flag, &[(CLI_AUTH, "resource_principal"), resource]).await;
    assert_eq!(found.0, "eu-frankfurt-1");
}

#[tokio::test]
async fn a_pod_is_in_the_region_of_its_variable() {
    let settings = resolve(
        &Connection {
            auth: Some(Auth::Oke),
            ..nothing()
        },
        &[
            ("OCI_RESOURCE_PRINCIPAL_REGION", "us-ashburn-1"),
            ("KUBERNETES_SERVICE_HOST", "127.0.0.1"),
        ],
    );
    let Ok(credential) = settings.credential() else {
        panic!("a pod needs no file to be chosen");
    };
    let region = settings.region_for(&credential).await.unwrap().unwrap();
    assert_eq!(region.name, "us-ashburn-1");
}

/// No flags, and no configuration file.
fn nothing() -> Connection {
    Connection {
        choice: Choice {
            config: Some(PathBuf::from("/dev/null")),
            context: None,
        },
        ..Connection::default()
    }
}

#[test]
fn a_key_in_the_environment_gives_way_to_a_profile_named_by_flag_only() {
    let kind = |connection: &Connection, variables: &[(&str, &str)]| {
        let mut settings = resolve(connection, variables);
        settings.env = Environment::from_vars(variables.iter().copied()).with_files([
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
    let none = nothing();
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
    assert_eq!(kind(&none, &[("HOME", "/home/you")]), "default chain");
}
