//! Runs the `oci-genai` binary against its emulator over real sockets.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use oci_genai_tests::{API_KEY_PROFILE, OciConfigFile, SESSION_PROFILE, encrypted_key, program};

const PROJECT: &str = "ocid1.generativeaiproject.oc1.us-chicago-1.emulator";
const FIRST_INPUT: &str = "Give me three ideas for a team offsite.";

/// A process that runs `oci-genai emulator`.
struct Server {
    child: Child,
    base_url: String,
}

impl Server {
    fn start(options: &[&str]) -> Self {
        let mut child = program()
            .arg("emulator")
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the emulator starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe"))
            .read_line(&mut line)
            .expect("the emulator prints its ready line");
        let ready: serde_json::Value = serde_json::from_str(&line).expect("the ready line is JSON");
        assert_eq!(ready["event"], "ready");
        let base_url = ready["base_url"].as_str().expect("a base URL").to_owned();
        Self { child, base_url }
    }

    /// Stops the emulator and returns what it logged.
    fn log(mut self) -> String {
        self.child.kill().expect("the emulator can be stopped");
        let mut text = String::new();
        self.child
            .stderr
            .take()
            .expect("a pipe")
            .read_to_string(&mut text)
            .expect("a log");
        text
    }

    /// Returns a command that uses this emulator with its default key and project.
    fn client(&self, command: &str) -> Command {
        let mut client = program();
        client
            .args([command, "--base-url", &self.base_url, "--project", PROJECT])
            .env("OCI_GENAI_API_KEY", "sk-emulator");
        client
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails if it was stopped before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(command: &mut Command) -> Output {
    command.output().expect("the program runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[track_caller]
fn assert_quickstart(output: &Output) {
    assert!(output.status.success(), "{}", stderr(output));
    let text = stdout(output);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("Conversation ID: conv_"), "{text}");
    assert!(lines[1].starts_with("Response 1: "), "{text}");
    let second = lines[2]
        .strip_prefix("Response 2: ")
        .expect("a second response");
    assert!(
        second.contains(FIRST_INPUT),
        "the second response repeats the first input: {text}"
    );
}

#[track_caller]
fn assert_rejected(output: &Output, words: &[&str]) {
    let text = stderr(output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert_eq!(stdout(output), "", "only errors are printed: {text}");
    for word in words {
        assert!(text.contains(word), "{word:?} is missing in: {text}");
    }
    assert!(!text.contains("panicked"), "{text}");
}

#[test]
fn quickstart_needs_no_settings() {
    let output = run(program().arg("quickstart"));
    assert_quickstart(&output);
    assert!(
        stderr(&output).contains("emulator"),
        "it names the emulator"
    );
}

#[test]
fn quickstart_with_an_api_key() {
    let server = Server::start(&[]);
    assert_quickstart(&run(&mut server.client("quickstart")));
    let log = server.log();
    assert!(
        log.contains("api_key"),
        "the log names the credential: {log}"
    );
    assert!(
        !log.contains("sk-emulator"),
        "the log does not show the key: {log}"
    );
}

#[test]
fn quickstart_with_each_kind_of_profile() {
    let config = OciConfigFile::new();
    let file = config.path();
    let file = file.to_str().expect("a plain path");
    let server = Server::start(&["--oci-config", file]);
    for profile in [API_KEY_PROFILE, SESSION_PROFILE] {
        let output = run(program().args([
            "quickstart",
            "--base-url",
            &server.base_url,
            "--project",
            PROJECT,
            "--auth",
            "config",
            "--oci-config",
            file,
            "--profile",
            profile,
        ]));
        assert_quickstart(&output);
    }
    let log = server.log();
    assert!(log.contains("api_signing_key"), "{log}");
    assert!(log.contains("session_token"), "{log}");
}

#[test]
fn a_wrong_key_exits_with_1() {
    let server = Server::start(&["--api-key", "sk-other"]);
    let output = run(&mut server.client("quickstart"));
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("401"), "{}", stderr(&output));
    assert!(
        !stderr(&output).contains("sk-emulator"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn an_unreachable_service_exits_with_3() {
    let output = run(program()
        .args([
            "quickstart",
            "--base-url",
            "http://127.0.0.1:9/openai/v1",
            "--project",
            PROJECT,
        ])
        .env("OCI_GENAI_API_KEY", "sk-emulator"));
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
}

#[test]
fn a_turn_id_that_is_used_again_does_not_run_the_turn_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("sessions.sqlite");
    let server = Server::start(&[]);
    let ask = |text: &str, id: &str| {
        let mut command = server.client("ask");
        run(command
            .args(["--session", "once", "--turn-id", id, "--store"])
            .arg(&store)
            .arg(text))
    };
    let first = ask(FIRST_INPUT, "turn-1");
    assert!(first.status.success(), "{}", stderr(&first));
    assert_eq!(stdout(&ask(FIRST_INPUT, "turn-1")), stdout(&first));
    let second = ask("And then?", "turn-2");
    assert!(
        stdout(&second).contains("2 earlier messages"),
        "{}",
        stdout(&second)
    );
}

#[test]
fn the_data_file_survives_a_killed_emulator() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("emulator.data");
    let (data, store) = (
        data.to_str().expect("a plain path"),
        folder.path().join("s.sqlite"),
    );
    let ask = |server: &Server, text: &str| {
        let mut command = server.client("ask");
        run(command
            .args(["--session", "kept", "--store"])
            .arg(&store)
            .arg(text))
    };
    let server = Server::start(&["--data", data]);
    assert!(ask(&server, FIRST_INPUT).status.success());
    drop(server); // kills the process
    let server = Server::start(&["--data", data]);
    let answer = ask(&server, "recall:");
    assert!(
        stdout(&answer).contains(FIRST_INPUT),
        "{}{}",
        stdout(&answer),
        stderr(&answer)
    );
}

#[test]
fn ask_prints_only_the_output_on_stdout() {
    let server = Server::start(&[]);
    let output = run(server.client("ask").arg("Hello there."));
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(
        stdout(&output),
        "I can see no earlier messages. You just said: \"Hello there.\".\n"
    );
}

#[test]
fn a_session_survives_a_killed_process() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("sessions.sqlite");
    let server = Server::start(&[]);
    let ask = |text: &str| {
        let mut command = server.client("ask");
        command
            .args(["--session", "offsite", "--store"])
            .arg(&store)
            .arg(text);
        command
    };
    let first = run(&mut ask(FIRST_INPUT));
    assert!(first.status.success(), "{}", stderr(&first));

    // Kills the process during a turn, after its output has begun.
    let mut child = ask("slow:200 count:50")
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut some = [0_u8; 1];
    child
        .stdout
        .take()
        .expect("a pipe")
        .read_exact(&mut some)
        .expect("the output begins");
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");

    // The service may still run the abandoned response; the client waits for it.
    let last = run(&mut ask("recall:"));
    assert!(last.status.success(), "{}", stderr(&last));
    assert!(stdout(&last).contains(FIRST_INPUT), "{}", stdout(&last));

    let list = run(program()
        .args(["sessions", "list", "--json", "--store"])
        .arg(&store));
    assert!(list.status.success(), "{}", stderr(&list));
    let sessions: serde_json::Value = serde_json::from_slice(&list.stdout).expect("JSON");
    assert_eq!(sessions[0]["name"], "offsite");
}

#[test]
fn errors_name_the_bad_setting() {
    let ask = |arguments: &[&str]| {
        run(program()
            .arg("ask")
            .args(arguments)
            .env("OCI_GENAI_API_KEY", "sk-emulator"))
    };
    let url = "http://127.0.0.1:9/openai/v1";
    assert_rejected(
        &ask(&["--base-url", url, "hello"]),
        &["project", "--project"],
    );
    assert_rejected(
        &ask(&["--project", PROJECT, "hello"]),
        &["region", "--region"],
    );
    assert_rejected(
        &ask(&["--project", PROJECT, "--region", "us-chicgo-1", "hello"]),
        &["us-chicgo-1", "region"],
    );
    assert_rejected(
        &ask(&["--base-url", url, "--project", PROJECT, "  "]),
        &["empty"],
    );
    assert_rejected(
        &ask(&["--base-url", "not a url", "--project", PROJECT, "hello"]),
        &["not a url"],
    );
    assert_rejected(
        &ask(&[
            "--base-url",
            "http://example.com/openai/v1",
            "--project",
            PROJECT,
            "hello",
        ]),
        &["example.com"],
    );
    let keyless = run(program().args([
        "ask",
        "--auth",
        "api-key",
        "--region",
        "ord",
        "--project",
        PROJECT,
        "hello",
    ]));
    assert_rejected(&keyless, &["OCI_GENAI_API_KEY"]);
}

#[test]
fn errors_name_the_bad_profile() {
    let config = OciConfigFile::new();
    let missing = config.folder().join("missing.pem");
    let encrypted = config.folder().join("encrypted.pem");
    std::fs::write(&encrypted, encrypted_key()).expect("a key file");
    let base = "user=ocid1.user.oc1..u\ntenancy=ocid1.tenancy.oc1..t\nregion=us-chicago-1\n\
                fingerprint=60:a2:ae:ea:ef:18:ea:18:d4:7f:1c:38:74:53:54:73";
    let with_key = |key: &Path| format!("{base}\nkey_file={}", key.display());
    config.add_profile("MISSING", &with_key(&missing));
    config.add_profile("ENCRYPTED", &with_key(&encrypted));
    let ask = |profile: &str| {
        run(program()
            .args([
                "ask",
                "--auth",
                "config",
                "--project",
                PROJECT,
                "--profile",
                profile,
                "--oci-config",
            ])
            .arg(config.path())
            .arg("hello"))
    };
    assert_rejected(&ask("MISSING"), &["missing.pem"]);
    assert_rejected(&ask("ENCRYPTED"), &["encrypted.pem", "pass_phrase"]);
    assert_rejected(&ask("ABSENT"), &["ABSENT"]);
}

#[test]
fn an_error_names_the_missing_key_of_a_profile() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("config");
    std::fs::write(
        &file,
        "[DEFAULT]\nregion=us-chicago-1\nuser=ocid1.user.oc1..u\ntenancy=ocid1.tenancy.oc1..t\n\
         fingerprint=60:a2:ae:ea:ef:18:ea:18:d4:7f:1c:38:74:53:54:73\n",
    )
    .expect("a file");
    let output = run(program()
        .args([
            "ask",
            "--auth",
            "config",
            "--project",
            PROJECT,
            "hello",
            "--oci-config",
        ])
        .arg(&file));
    assert_rejected(&output, &["DEFAULT", "key_file"]);
}

#[test]
fn a_file_that_is_not_a_database_is_not_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("notes.txt");
    let text = "Dear diary, this is not a database.\n".repeat(200);
    std::fs::write(&store, &text).expect("a file");
    let server = Server::start(&[]);
    let output = run(server
        .client("ask")
        .args(["--session", "a", "--store"])
        .arg(&store)
        .arg("hello"));
    assert_rejected(&output, &["notes.txt", "--store"]);
    assert_eq!(
        std::fs::read_to_string(&store).expect("still there"),
        text,
        "nothing was changed"
    );
}

#[test]
fn the_emulator_rejects_bad_options() {
    let absent = run(program().args(["emulator", "--oci-config", "no-such-file"]));
    assert_rejected(&absent, &["no-such-file"]);
    let folder = tempfile::tempdir().expect("a folder");
    let broken = folder.path().join("broken.json");
    std::fs::write(&broken, "{").expect("a file");
    for option in ["--script", "--faults"] {
        let output = run(program().args(["emulator", option]).arg(&broken));
        assert_rejected(&output, &["broken.json"]);
        let output = run(program().args(["emulator", option, "no-such-file"]));
        assert_rejected(&output, &["no-such-file"]);
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let output = run(program().args(["emulator", "--listen", &address]));
    assert_rejected(&output, &[&address]);
}

#[test]
fn one_sigterm_stops_the_emulator() {
    let mut server = Server::start(&[]);
    let pid = server.child.id().to_string();
    let sent = Command::new("kill")
        .args(["-TERM", &pid])
        .status()
        .expect("kill runs");
    assert!(sent.success());
    // Long enough for a slow machine: 10 s.
    for _ in 0..200 {
        if let Some(status) = server.child.try_wait().expect("a child") {
            assert!(status.success(), "it exits with {status}");
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the emulator ignores SIGTERM");
}
