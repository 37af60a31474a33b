//! Settings from flags, variables and files, and errors for invalid ones.

use oci_genai_emulator::{DEFAULT_PROJECT, Emulator};

use crate::support::{Home, run};

fn file(emulator: &Emulator) -> String {
    format!(
        "profile = \"work\"\n\n[profiles.work]\nbase_url = \"{}\"\nproject = \"{DEFAULT_PROJECT}\"\n\
         store = \"~/kept.sqlite\"\n\n[profiles.nowhere]\nbase_url = \"http://127.0.0.1:9/openai/v1\"\n\
         project = \"ocid1.x\"\n",
        emulator.base_url()
    )
}

#[tokio::test]
async fn a_profile_of_the_configuration_file_is_all_a_command_needs() {
    let home = Home::new();
    let emulator = Emulator::start().await.unwrap();
    home.write(".config/oci-genai/config.toml", &file(&emulator));
    let mut command = home.program();
    command.env("OCI_GENAI_API_KEY", "sk-emulator");
    let ran = run(command.args(["ask", "--session", "a", "Hello."])).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        home.path().join("kept.sqlite").is_file(),
        "the file's `store` is used"
    );
    let ran = run(home.program().args(["sessions", "list", "--json"])).await;
    assert_eq!(ran.json()[0]["name"], "a");
    let ran = run(home
        .program()
        .args(["sessions", "list", "--store", "other.sqlite", "--json"]))
    .await;
    assert_eq!(
        ran.json().as_array().unwrap().len(),
        0,
        "a flag wins over the file"
    );

    // Another profile, by flag (before or after the command) and by variable.
    for options in [
        ["--context", "nowhere", "ask", "Hello."],
        ["ask", "Hello.", "--context", "nowhere"],
    ] {
        let mut command = home.program();
        let ran = run(command
            .env("OCI_GENAI_API_KEY", "sk-emulator")
            .args(options))
        .await;
        ran.assert_error(3, &["could not connect to the service"]);
    }
    let mut command = home.program();
    command
        .env("OCI_GENAI_API_KEY", "sk-emulator")
        .env("OCI_GENAI_PROFILE", "nowhere");
    run(command.args(["ask", "Hello."]))
        .await
        .assert_error(3, &["could not connect to the service"]);
    // A variable wins over the file.
    let mut command = home.program();
    command
        .env("OCI_GENAI_API_KEY", "sk-emulator")
        .env("OCI_GENAI_PROFILE", "nowhere")
        .env("OCI_GENAI_BASE_URL", emulator.base_url())
        .env("OCI_GENAI_PROJECT", DEFAULT_PROJECT);
    assert_eq!(run(command.args(["ask", "Hello."])).await.code, 0);
}

#[tokio::test]
async fn another_file_may_be_named() {
    let home = Home::new();
    let emulator = Emulator::start().await.unwrap();
    home.write("mine.toml", &file(&emulator));
    let mut command = home.program();
    command.env("OCI_GENAI_API_KEY", "sk-emulator");
    let ran = run(command.args(["ask", "Hello.", "--config", "mine.toml"])).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let mut command = home.program();
    command
        .env("OCI_GENAI_API_KEY", "sk-emulator")
        .env("OCI_GENAI_CONFIG", "~/mine.toml");
    assert_eq!(run(command.args(["ask", "Hello."])).await.code, 0);
    let ran = run(home
        .program()
        .args(["ask", "Hello.", "--config", "gone.toml"]))
    .await;
    ran.assert_error(2, &["gone.toml", "--config"]);
    let ran = run(home.program().args(["ask", "Hello.", "--context", "work"])).await;
    ran.assert_error(
        2,
        &["--context", "\"work\"", "~/.config/oci-genai/config.toml"],
    );
    // One that is there, but not in use.
    home.write(
        ".config/oci-genai/config.toml",
        "[profiles.work]\nproject = \"ocid1.x\"\n",
    );
    let ran = run(home.program().args(["ask", "Hello."])).await;
    ran.assert_error(
        2,
        &["--project", "config.toml is in use", "--context (work)"],
    );
    let ran = run(home.program().args(["ask", "Hello.", "--context", "home"])).await;
    ran.assert_error(2, &["--context", "\"home\"", "its profiles: work"]);
    // The two kinds of profile are easily mixed up.
    let ran = run(home.program().args(["ask", "Hello.", "--profile", "work"])).await;
    ran.assert_error(2, &["did you mean `--context work`?"]);
    let ran = run(home.program().args(["ask", "Hello.", "--profile", "home"])).await;
    assert!(!ran.stderr.contains("--context"), "{}", ran.stderr);
}

#[tokio::test]
async fn quickstart_takes_its_own_emulator_only_if_nothing_is_set() {
    let home = Home::new();
    let ran = run(home.program().arg("quickstart")).await;
    assert!(
        ran.code == 0 && ran.stderr.contains("built-in emulator"),
        "{ran:?}"
    );
    let ran = run(home.program().args(["quickstart", "-q"])).await;
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let emulator = Emulator::start().await.unwrap();
    home.write(".config/oci-genai/config.toml", &file(&emulator));
    let mut command = home.program();
    let ran = run(command
        .env("OCI_GENAI_API_KEY", "sk-emulator")
        .arg("quickstart"))
    .await;
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    emulator.expect_requests("POST /responses", 2).unwrap();
}

#[tokio::test]
async fn bad_input_for_every_option_of_a_connection() {
    let home = Home::new();
    let emulator = Emulator::start().await.unwrap();
    for (options, words) in [
        (["--auth", "password"], ["--auth", "api-key"]),
        (["--region", "us-chicgo-1"], ["us-chicgo-1", "us-chicago-1"]),
        (["--project", "two\nlines"], ["project", "header"]),
        (["--compartment", "two\nlines"], ["compartment", "header"]),
        (["--model", "two words"], ["two words", "blanks"]),
        (["--base-url", "here"], ["here", "absolute URL"]),
        (["--oci-config", "gone"], ["gone", "cannot be read"]),
        (["--profile", "GONE"], ["configuration", "oci setup config"]),
        (["--config", "gone"], ["gone", "--config"]),
        (
            ["--max-event-bytes", "many"],
            ["--max-event-bytes: \"many\"", "16777216"],
        ),
        (
            ["--max-response-bytes", "0"],
            ["--max-response-bytes: \"0\"", "16777216"],
        ),
        (["--context", "gone"], ["--context", "gone"]),
    ] {
        let mut command = home.program();
        command
            .env("OCI_GENAI_API_KEY", "sk-emulator")
            .env("OCI_GENAI_PROJECT", DEFAULT_PROJECT);
        if options[0] != "--region" {
            command.env("OCI_GENAI_BASE_URL", emulator.base_url());
        }
        let ran = run(command.args(["ask", "Hello."]).args(options)).await;
        assert_eq!(ran.code, 2, "{options:?}: {ran:?}");
        assert_eq!(ran.stdout, "", "{options:?}");
        for word in words {
            assert!(
                ran.stderr.contains(word),
                "{options:?}: {word:?} is missing in {}",
                ran.stderr
            );
        }
    }
    assert!(emulator.requests().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn an_error_is_one_paragraph_with_its_cure_and_code() {
    let home = Home::new();
    let emulator = Emulator::start().await.unwrap();
    let mut command = home.client(&emulator);
    let ran = run(command
        .env("OCI_GENAI_API_KEY", "sk-wrong")
        .args(["ask", "Hello."]))
    .await;
    ran.assert_error(1, &["401", "region", "oci-genai doctor"]);
    let ran = run(home
        .client(&emulator)
        .args(["ask", "Hello.", "--project", "x"]))
    .await;
    ran.assert_error(
        1,
        &["Invalid OpenAI project.", "minutes", "oci-genai doctor"],
    );
    let mut command = home.client(&emulator);
    let url = "http://127.0.0.1:9/openai/v1";
    let ran = run(command.args(["ask", "Hello.", "--base-url", url])).await;
    ran.assert_error(3, &["could not connect to the service", "oci-genai doctor"]);
    let ran = run(home.program().args(["ask", "Hello."])).await;
    ran.assert_error(2, &["--project", "OCI_GENAI_PROJECT", "config.toml"]);
}

#[tokio::test]
async fn verbose_tells_of_each_request() {
    let home = Home::new();
    let emulator = Emulator::start().await.unwrap();
    let ran = run(home.client(&emulator).args(["ask", "Hello."])).await;
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    for option in ["-v", "-vv"] {
        let ran = run(home.client(&emulator).args(["ask", "Hello.", option])).await;
        assert!(ran.stdout.contains("You just said: \"Hello.\"."), "{ran:?}");
        for word in ["method=\"POST\"", "status_code=200", "oci.request_id"] {
            assert!(
                ran.stderr.contains(word),
                "{option}: {word}: {}",
                ran.stderr
            );
        }
        assert!(!ran.stderr.contains("sk-emulator"), "{}", ran.stderr);
    }
}
