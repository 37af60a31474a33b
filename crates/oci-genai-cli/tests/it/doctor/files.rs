//! What can be wrong in files and variables: found before anything is sent.

use oci_genai_auth::PrivateKey;
use oci_genai_emulator::{DEFAULT_PROJECT, Emulator};

use super::{doctor, doctor_with};
use crate::support::{Home, run, vector};

/// A profile that differs from a good one by `lines`, and what has to be said of it.
struct Case {
    what: &'static str,
    lines: &'static str,
    change: &'static [&'static str],
}

const PROFILES: &[Case] = &[
    Case {
        what: "the key file is missing",
        lines: "key_file=~/gone.pem",
        change: &["`key_file`", "gone.pem", "DEFAULT"],
    },
    Case {
        what: "the key file is the public key",
        lines: "key_file=~/key_public.pem",
        change: &["key_public.pem", "public key"],
    },
    Case {
        what: "the key file is no key",
        lines: "key_file=~/.oci/config",
        change: &["key_file", "config"],
    },
    Case {
        what: "the pass phrase is missing",
        lines: "key_file=~/encrypted.pem",
        change: &["encrypted.pem", "pass_phrase"],
    },
    Case {
        what: "the pass phrase is wrong",
        lines: "key_file=~/encrypted.pem\npass_phrase=guess",
        change: &["encrypted.pem", "pass_phrase"],
    },
    Case {
        what: "the fingerprint is another key's",
        lines: "fingerprint=aa:e6:31:2f:da:81:59:f1:3d:cb:cf:59:66:f2:61:2a",
        change: &["`fingerprint`", "aa:e6:31", "key_file"],
    },
    Case {
        what: "the fingerprint is malformed",
        lines: "fingerprint=60a2aeeaef18",
        change: &["malformed `fingerprint`", "16 hex pairs"],
    },
    Case {
        what: "there is neither user nor session",
        lines: "user=",
        change: &["`user`", "API signing key"],
    },
    Case {
        what: "a session is named, and its token file is gone",
        lines: "user=\nsecurity_token_file=~/gone",
        change: &["security_token_file", "gone"],
    },
    Case {
        what: "the user is no OCID",
        lines: "user=jane",
        change: &["`user`", "OCID"],
    },
    Case {
        what: "the tenancy is missing",
        lines: "tenancy=",
        change: &["`tenancy`"],
    },
    Case {
        what: "the key stands in the file itself",
        lines: "key_content=-----BEGIN",
        change: &["key_content", "key_file"],
    },
    Case {
        what: "the kind of authentication is none that a profile can have",
        lines: "authentication_type=security_token",
        change: &["authentication_type", "instance_principal"],
    },
    Case {
        what: "a comment stands behind the key file",
        lines: "key_file=~/key.pem # mine",
        change: &["comment", "`key_file`", "DEFAULT"],
    },
    Case {
        what: "a comment stands behind the user",
        lines: "user=ocid1.user.oc1..x ; me",
        change: &["comment", "`user`"],
    },
    Case {
        what: "a line is neither key nor section",
        lines: "what is this",
        change: &["config, line "],
    },
];

#[tokio::test]
async fn each_fault_of_a_profile_is_named() {
    let home = Home::new();
    let (key, file) = home.key("key.pem");
    home.write("key_public.pem", &key.public_key().to_pem());
    let encrypted = vector("rsa2048_pkcs8_encrypted");
    home.write(
        "encrypted.pem",
        encrypted["private_key_pem"].as_str().unwrap(),
    );
    let emulator = Emulator::start().await.unwrap();
    for Case {
        what,
        lines,
        change,
    } in PROFILES
    {
        home.oci_profile(&key, &file, lines);
        let mut command = home.client(&emulator);
        let diagnosis = doctor(command.env_remove("OCI_GENAI_API_KEY")).await;
        println!("{what}: {}", diagnosis.change());
        diagnosis.blames("credential", 2, change);
        // Who cannot sign can still see whether somebody is there.
        assert_eq!(diagnosis.status("network"), "ok", "{what}");
        assert_eq!(diagnosis.status("clock"), "ok", "{what}");
        assert_eq!(diagnosis.status("model"), "skipped", "{what}");
    }
}

#[tokio::test]
async fn keys_in_every_form_are_taken() {
    let home = Home::new();
    let emulator = Emulator::start().await.unwrap();
    for (name, lines) in [
        (
            "rsa2048_pkcs8_encrypted",
            "pass_phrase=correct horse battery staple",
        ),
        (
            "rsa2048_pkcs1_encrypted_aes256",
            "pass_phrase=correct horse battery staple",
        ),
        ("rsa2048_pkcs8_crlf", ""),
        ("rsa2048_pkcs8_label", "pass_phrase=not needed"),
    ] {
        let key = vector(name);
        let file = home.write("key.pem", key["private_key_pem"].as_str().unwrap());
        let phrase = key["pass_phrase"].as_str().map(secrecy::SecretString::from);
        let text = std::fs::read_to_string(&file).unwrap();
        let key = PrivateKey::from_pem(&text, phrase.as_ref()).unwrap();
        home.oci_profile(&key, &file, lines);
        let mut command = home.client(&emulator);
        let diagnosis = doctor(command.env_remove("OCI_GENAI_API_KEY")).await;
        // The emulator does not know the key: it is read, and refused.
        let words = diagnosis.step("credential")["found"].as_str().unwrap();
        assert!(words.contains("401"), "{name}: {words}");
        diagnosis.blames("credential", 1, &["fingerprint", "console"]);
    }
}

#[tokio::test]
async fn a_profile_that_is_not_there_or_has_no_file() {
    let home = Home::new();
    let emulator = Emulator::start().await.unwrap();
    let diagnosis = doctor_with(&mut home.client(&emulator), &["--profile", "WORK"]).await;
    diagnosis.blames(
        "credential",
        2,
        &["there is no OCI configuration file", "oci setup config"],
    );
    let elsewhere = ["--oci-config", "elsewhere"];
    let diagnosis = doctor_with(&mut home.client(&emulator), &elsewhere).await;
    diagnosis.blames("credential", 2, &["elsewhere", "cannot be read"]);
    let (key, file) = home.key("key.pem");
    home.oci_profile(&key, &file, "");
    let diagnosis = doctor_with(&mut home.client(&emulator), &["--profile", "WORK"]).await;
    diagnosis.blames("credential", 2, &["`WORK`", "there are `DEFAULT`"]);
}

#[tokio::test]
async fn the_region() {
    let home = Home::new();
    let (key, file) = home.key("key.pem");
    for (lines, code, change) in [
        ("region=", 2, &["--region", "OCI_GENAI_REGION"][..]),
        (
            "region=us-chicgo-1",
            2,
            &[
                "us-chicgo-1",
                "did you mean us-chicago-1",
                "~/.oci/config [DEFAULT]",
            ],
        ),
        (
            "region=us-chicago-1 ; the office",
            2,
            &["comment", "~/.oci/config [DEFAULT]", "the office"],
        ),
    ] {
        home.oci_profile(&key, &file, lines);
        let mut command = home.program();
        let diagnosis = doctor(command.env("OCI_GENAI_PROJECT", DEFAULT_PROJECT)).await;
        diagnosis.blames("region", code, change);
    }
    for (url, words) in [
        ("example.com/openai/v1", "not an absolute URL"),
        ("ftp://example.com/openai/v1", "http"),
        (
            "https://jane:secret@example.com/openai/v1",
            "user name or password",
        ),
        ("https://example.com/openai/v1?a=b", "query"),
    ] {
        let mut command = home.program();
        command
            .env("OCI_GENAI_API_KEY", "sk-emulator")
            .env("OCI_GENAI_PROJECT", DEFAULT_PROJECT)
            .env("OCI_GENAI_BASE_URL", url);
        let diagnosis = doctor(&mut command).await;
        diagnosis.blames("region", 2, &["OCI_GENAI_BASE_URL", words]);
        let shown = diagnosis.step("region").to_string();
        assert!(!shown.contains("jane:secret"), "{shown}");
    }
}

#[tokio::test]
async fn a_file_named_by_a_variable_that_is_not_looked_at() {
    let home = Home::new();
    let (key, file) = home.key("key.pem");
    home.oci_profile(&key, &file, "");
    let emulator = Emulator::start().await.unwrap();
    let mut command = home.client(&emulator);
    command
        .env_remove("OCI_GENAI_API_KEY")
        .env("OCI_CONFIG_FILE", "/etc/oci/config");
    let diagnosis = doctor(&mut command).await;
    let notes = diagnosis.step("credential")["notes"].to_string();
    assert!(
        notes.contains("OCI_CONFIG_FILE") && notes.contains("OCI_CLI_CONFIG_FILE"),
        "{notes}"
    );
}

#[tokio::test]
async fn variables_that_do_something_else_than_they_seem_to() {
    let home = Home::new();
    let emulator = Emulator::start().await.unwrap();
    let mut command = home.client(&emulator);
    command
        .env("OCI_GENAI_API_KEY", "\"sk-emulator\"")
        .env("OCI_GENAI_PROJECT", format!("'{DEFAULT_PROJECT}'"));
    let diagnosis = doctor(&mut command).await;
    diagnosis.is_well();
    let notes = diagnosis.step("configuration")["notes"].to_string();
    for name in [
        "OCI_GENAI_API_KEY has quotes",
        "OCI_GENAI_PROJECT has quotes",
    ] {
        assert!(notes.contains(name), "{notes}");
    }

    for (word, is_noted) in [("instance_principal", true), ("security_token", false)] {
        let (key, file) = home.key("key.pem");
        home.oci_profile(&key, &file, "");
        let mut command = home.client(&emulator);
        command.env("OCI_CLI_AUTH", word);
        let diagnosis = doctor_with(&mut command, &["--auth", "config"]).await;
        let notes = diagnosis.step("configuration")["notes"].to_string();
        let words = format!("OCI_CLI_AUTH asks for {word}, and --auth for config");
        assert_eq!(notes.contains(&words), is_noted, "{notes}");
    }
}

#[tokio::test]
async fn a_host_in_the_place_of_a_region() {
    let home = Home::new();
    for host in [
        "inference.generativeai.us-chicago-1.oci.oraclecloud.com",
        "https://inference.generativeai.us-chicago-1.oci.oraclecloud.com/openai/v1",
    ] {
        let program = || {
            let mut command = home.program();
            command
                .env("OCI_GENAI_API_KEY", "sk-emulator")
                .env("OCI_GENAI_PROJECT", DEFAULT_PROJECT)
                .env("OCI_GENAI_REGION", host);
            command
        };
        let words = ["OCI_GENAI_REGION", "write us-chicago-1", "--base-url"];
        doctor(&mut program()).await.blames("region", 2, &words);
        let ran = run(program().args(["ask", "Hello."])).await;
        ran.assert_error(2, &words);
    }
}

#[tokio::test]
async fn each_realm_has_its_domain() {
    let home = Home::new();
    for (region, host) in [
        (
            "eu-frankfurt-2",
            "https://inference.generativeai.eu-frankfurt-2.oci.oraclecloud.eu/openai/v1",
        ),
        (
            "ord",
            "https://inference.generativeai.us-chicago-1.oci.oraclecloud.com/openai/v1",
        ),
    ] {
        let mut command = home.program();
        command
            .env("OCI_GENAI_API_KEY", "sk-emulator")
            .env("OCI_GENAI_PROJECT", DEFAULT_PROJECT)
            // Nothing is to leave this machine.
            .env("HTTPS_PROXY", "http://127.0.0.1:9");
        let diagnosis = doctor_with(&mut command, &["--region", region]).await;
        diagnosis.blames("network", 3, &["HTTPS_PROXY"]);
        assert_eq!(diagnosis.step("region")["details"][0]["value"], host);
    }
}

#[tokio::test]
async fn nothing_set_at_all() {
    let home = Home::new();
    let diagnosis = doctor(&mut home.program()).await;
    assert_eq!(diagnosis.status("configuration"), "ok");
    let words = ["OCI_GENAI_API_KEY", "oci setup config", "--auth"];
    diagnosis.blames("credential", 2, &words);
    // The report names each file that was checked.
    let tried = diagnosis.step("credential")["found"].to_string();
    for place in [
        "resource principal",
        "workload identity",
        "instance principal",
        ".oci/config",
    ] {
        assert!(tried.contains(place), "{place}: {tried}");
    }
}

#[tokio::test]
async fn a_missing_project() {
    let home = Home::new();
    let mut command = home.program();
    command
        .env("OCI_GENAI_API_KEY", "sk-emulator")
        .env("OCI_GENAI_BASE_URL", "http://127.0.0.1:9/openai/v1");
    let diagnosis = doctor(&mut command).await;
    assert_eq!(diagnosis.status("project"), "failed");
    assert_eq!(diagnosis.ran.code, 2);
    assert!(
        diagnosis.change().contains("OCI_GENAI_PROJECT"),
        "{}",
        diagnosis.change()
    );
}

#[tokio::test]
async fn api_keys_that_are_none() {
    let home = Home::new();
    let emulator = Emulator::start().await.unwrap();
    let diagnosis = doctor(home.client(&emulator).env("OCI_GENAI_API_KEY", "sk-a b")).await;
    diagnosis.blames("credential", 2, &["API key", "blanks"]);
    assert!(!diagnosis.ran.stdout.contains("sk-a b"));
    let mut command = home.client(&emulator);
    command
        .env_remove("OCI_GENAI_API_KEY")
        .env("OCI_GENAI_AUTH", "api-key");
    let diagnosis = doctor(&mut command).await;
    diagnosis.blames("credential", 2, &["OCI_GENAI_AUTH", "OCI_GENAI_API_KEY"]);
}

#[tokio::test]
async fn a_configuration_file_that_cannot_be_used() {
    let home = Home::new();
    let emulator = Emulator::start().await.unwrap();
    for (text, words) in [
        ("[profiles.work]\nregoin = \"ord\"", ["line 2", "`region`"]),
        (
            "[profiles.work]\napi_key = \"sk-verysecret\"",
            ["line 2", "OCI_GENAI_API_KEY"],
        ),
        (
            "profile = \"home\"\n[profiles.work]",
            ["config.toml:1", "work"],
        ),
        (
            "[profiles.work]\nauth = \"key\"\n",
            ["config.toml:2", "api-key"],
        ),
    ] {
        home.write(".config/oci-genai/config.toml", text);
        let mut command = home.client(&emulator);
        if !text.starts_with("profile") {
            command.env("OCI_GENAI_PROFILE", "work");
        }
        let diagnosis = doctor(&mut command).await;
        diagnosis.blames("configuration", 2, &words);
        assert!(!diagnosis.ran.stdout.contains("verysecret"));
        assert_eq!(diagnosis.status("network"), "skipped");
    }
}
