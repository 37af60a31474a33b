//! `emulator`: what it says while it runs, and to whom.

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::support::{Home, run};

struct Server {
    child: Child,
    line: String,
}

impl Server {
    async fn start(home: &Home, options: &[&str]) -> Self {
        let mut command = home.program();
        command.arg("emulator").args(options);
        Self::run(command).await
    }

    async fn run(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).await.unwrap();
        Self { child, line }
    }

    fn ready(&self) -> Value {
        serde_json::from_str(&self.line).unwrap()
    }

    async fn log(mut self) -> String {
        self.child.start_kill().unwrap();
        let mut text = String::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut text)
            .await
            .unwrap();
        text
    }

    async fn ask(&self, home: &Home, key: &str) -> i32 {
        let ready = self.ready();
        let mut command = home.program();
        command
            .args([
                "ask",
                "Hello?",
                "--base-url",
                ready["base_url"].as_str().unwrap(),
            ])
            .args(["--project", ready["projects"][0].as_str().unwrap()])
            .env("OCI_GENAI_API_KEY", key);
        run(&mut command).await.code
    }
}

#[tokio::test]
async fn the_log_is_a_line_for_a_request_and_one_for_a_refusal() {
    let home = Home::new();
    let server = Server::start(&home, &[]).await;
    assert_eq!(server.ready()["event"], "ready");
    assert_eq!(server.ask(&home, "sk-emulator").await, 0);
    assert_eq!(server.ask(&home, "sk-wrong").await, 1);
    let log = server.log().await;
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines.len(), 3, "{log}");
    let words: Vec<&str> = lines[0].split_whitespace().collect();
    assert_eq!(words[0].len(), "12:00:00".len());
    assert_eq!(words[1..4], ["200", "POST", "/responses"]);
    assert!(words[4].parse::<u64>().is_ok() && words[5] == "ms", "{log}");
    assert_eq!(words[6], "api_key");
    assert!(lines[1].contains("401 POST"), "{log}");
    assert_eq!(lines[2].trim(), "the API key is not one of this emulator's");
    assert!(
        !log.contains("sk-emulator") && !log.contains("sk-wrong"),
        "{log}"
    );
    assert!(!log.contains('\u{1b}'), "no colours in a pipe: {log}");
}

#[tokio::test]
async fn quiet_says_nothing() {
    let home = Home::new();
    let server = Server::start(&home, &["-q"]).await;
    assert_eq!(
        server.ready()["event"],
        "ready",
        "but for the line that programs wait for"
    );
    assert_eq!(server.ask(&home, "sk-emulator").await, 0);
    assert_eq!(server.ask(&home, "sk-wrong").await, 1);
    assert_eq!(server.log().await, "");
}

#[tokio::test]
async fn faults_are_ordered_by_flags_and_by_file() {
    let home = Home::new();
    let file = home.write(
        "faults.json",
        r#"{"faults": [{"effect": "status", "status": 403, "route": "POST /responses", "credential": "sk-two"}]}"#,
    );
    let file = file.to_str().unwrap();
    let fault = "status,status=401,route=POST /responses,credential=sk-three,times=1";
    let options = [
        "--faults",
        file,
        "--fault",
        fault,
        "--fault-seed",
        "7",
        "--fault",
        r#"{"effect": "status", "status": 404, "message": "no, no", "credential": "sk-four"}"#,
        "--api-key",
        "sk-one",
        "--api-key",
        "sk-two",
        "--api-key",
        "sk-three",
        "--api-key",
        "sk-four",
    ];
    let server = Server::start(&home, &options).await;
    for (key, code) in [
        ("sk-one", 0),
        ("sk-two", 1),
        ("sk-three", 1),
        ("sk-three", 0),
        ("sk-four", 1),
    ] {
        assert_eq!(server.ask(&home, key).await, code, "{key}");
    }
    let log = server.log().await;
    for words in ["403 POST", "401 POST", "404 POST", "no, no"] {
        assert!(log.contains(words), "{words}: {log}");
    }
}

#[tokio::test]
async fn wrong_options_are_named() {
    let home = Home::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let file = |name: &str, text: &str| home.write(name, text).to_str().unwrap().to_owned();
    let wrong = file("wrong.json", r#"{"faults": [{"effect": "explode"}]}"#);
    let senseless = file(
        "senseless.json",
        r#"{"faults": [{"effect": "trickle", "bytes": 0, "ms": 1}]}"#,
    );
    let empty = file("empty", "");
    let folder = home.path().to_str().unwrap();
    let nowhere = format!("{folder}/no/such/file");
    for (options, words) in [
        (
            &["--listen", "localhost"][..],
            &["--listen", "localhost"][..],
        ),
        (&["--listen", "127.0.0.1:70000"], &["--listen", "70000"]),
        (&["--listen", &taken], &[&taken, "in use"]),
        (&["--allow-host", "box:80"], &["box:80", "without a port"]),
        (&["--tls-cert-out", "ca.pem"], &["--tls"]),
        (
            &["--tls", "--tls-cert-out", &nowhere],
            &["cannot write", &nowhere],
        ),
        (&["--api-key", ""], &["API key", "empty"]),
        (&["--api-key", "sk\nx"], &["API key"]),
        (
            &["--foreign-api-key", "sk-other"],
            &["--foreign-api-key", "eu-frankfurt-1=sk-other"],
        ),
        (&["--project", ""], &["project", "empty"]),
        (
            &["--project", "a\nb"],
            &["project", "[value of 3 characters]"],
        ),
        (&["--region", "the moon"], &["the moon", "us-chicago-1"]),
        (&["--propagation", "soon"], &["--propagation", "soon"]),
        (&["--long-term-memory", "5"], &["--long-term-memory", "5"]),
        (&["--conversation-retention", "soon"], &["soon"]),
        (&["--response-retention", "x"], &["--response-retention"]),
        (
            &["--background-retention", "x"],
            &["--background-retention"],
        ),
        (&["--default-project", "a b"], &["project", "a b"]),
        (&["--token-lifetime", "x"], &["--token-lifetime"]),
        (
            &["--error-shape", "round"],
            &["--error-shape", "round", "oci-nested"],
        ),
        (&["--condense-from", "few"], &["--condense-from", "few"]),
        (&["--max-body-bytes", "1k"], &["--max-body-bytes", "1k"]),
        (
            &["--max-header-bytes", "10"],
            &["--max-header-bytes", "8192"],
        ),
        (&["--read-timeout", "x"], &["--read-timeout"]),
        (&["--write-timeout", "x"], &["--write-timeout"]),
        (&["--data-slack", "1"], &["--data"]),
        (&["--oci-config", &nowhere], &[&nowhere, "No such file"]),
        (&["--oci-config", &empty], &[&empty, "profile"]),
        (&["--data", &nowhere], &[&nowhere]),
        (&["--data", folder], &[folder]),
        (&["--data", &wrong], &[&wrong]),
        (&["--fault", "explode"], &["--fault", "explode", "locked"]),
        (&["--fault", "latency,ms=soon"], &["--fault", "soon"]),
        (
            &["--fault", "status,status=200"],
            &["--fault", "400 to 599"],
        ),
        (&["--fault", "locked,tims=2"], &["--fault", "tims"]),
        (&["--fault-seed", "luck"], &["--fault-seed", "luck"]),
        (&["--faults", &nowhere], &[&nowhere, "No such file"]),
        (&["--faults", &wrong], &[&wrong, "explode"]),
        (&["--faults", &senseless], &[&senseless, "at least 1"]),
        (&["--script", &nowhere], &[&nowhere, "No such file"]),
        (&["--script", &wrong], &[&wrong]),
        (&["--upstream", "nowhere"], &["nowhere", "http"]),
        (&["--upstream", "ftp://127.0.0.1/v1"], &["ftp"]),
        (&["--record", "said.json"], &["--upstream"]),
        (
            &["--script", &wrong, "--upstream", "http://127.0.0.1:1/v1"],
            &["--script", "--upstream"],
        ),
        (
            &["--upstream", "http://127.0.0.1:1/v1", "--record", &nowhere],
            &[&nowhere],
        ),
        (&["surprise"], &["surprise"]),
    ] {
        let mut command = home.program();
        command.arg("emulator").args(options).kill_on_drop(true);
        let ran = tokio::time::timeout(Duration::from_secs(60), run(&mut command)).await;
        let ran = ran.unwrap_or_else(|_| panic!("{options:?}: taken"));
        assert_eq!(ran.code, 2, "{options:?}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "{options:?}");
        for word in words {
            assert!(
                ran.stderr.contains(word),
                "{options:?}: {word}: {}",
                ran.stderr
            );
        }
    }
}

#[tokio::test]
async fn service_options_change_the_behavior() {
    let home = Home::new();
    let options = [
        "--region",
        "eu-frankfurt-1",
        "--error-shape",
        "oci",
        "--lenient",
        "--queue-turns",
        "--condenser",
        "--condense-from",
        "10",
        "--long-term-memory",
        "1s",
        "--conversation-retention",
        "30days",
        "--response-retention",
        "1day",
        "--token-lifetime",
        "1h",
        "--foreign-api-key",
        "us-chicago-1=sk-other",
        "--propagation",
        "1h",
        "--max-body-bytes",
        "100000",
        "--max-header-bytes",
        "9000",
        "--read-timeout",
        "5s",
        "--write-timeout",
        "5s",
        "--no-open-responses",
        "--background-retention",
        "1h",
        "--no-zstd",
        "--data",
        "kept",
        "--data-slack",
        "10",
    ];
    let server = Server::start(&home, &options).await;
    assert_eq!(server.ready()["region"], "eu-frankfurt-1");
    // The project is not known yet, as the service says of a new one.
    assert_eq!(server.ask(&home, "sk-emulator").await, 1);
    assert_eq!(server.ask(&home, "sk-other").await, 1);
    let log = server.log().await;
    assert!(log.contains("Invalid OpenAI project."), "{log}");
    assert!(log.contains("us-chicago-1, and keys are regional"), "{log}");
}

/// A secret that may be put anywhere, and the part of it that is nowhere to be seen.
const SECRET: &str = "sk-live-Xq7Lw3Ty9Rk1Vb5Nc8Mx";
const PART: &str = "Xq7Lw3Ty9Rk1";

#[tokio::test]
async fn no_option_is_repeated_that_holds_a_secret() {
    let home = Home::new();
    let script = home.write("script.json", &format!(r#"{{"rules": "{SECRET}"}}"#));
    let faults = home.write(
        "faults.json",
        &format!(r#"{{"faults": [{{"effect": "{SECRET}"}}]}}"#),
    );
    let of = |flag: &str, value: &str| vec![flag.to_owned(), value.replace("SECRET", SECRET)];
    let mut all = vec![
        of("--foreign-api-key", "SECRET"),
        of("--foreign-api-key", "=SECRET"),
        of("--api-key", "SECRET\n"),
        of("--project", "SECRET\n"),
        of("--region", "SECRET!"),
        of("--allow-host", "SECRET/"),
        of("--oci-config", "/nowhere/SECRET"),
        of("--data", "/nowhere/SECRET/x"),
        of("--script", "/nowhere/SECRET"),
        of("--faults", "/nowhere/SECRET"),
        of("--script", script.to_str().unwrap()),
        of("--faults", faults.to_str().unwrap()),
        of("--fault", "SECRET"),
        of("--fault", "locked,SECRET"),
        of("--fault", "locked,tims=2,credential=SECRET"),
        of(
            "--fault",
            "{\"effect\": \"locked\", \"credential\": \"SECRET\", \"times\": -1}",
        ),
        of("--upstream", "SECRET"),
        of("--upstream", "ftp://me:SECRET@example.com/v1?key=SECRET"),
        of("--upstream", "http://me:SECRET@example.com/v1?key=SECRET"),
    ];
    let mut recording = of("--upstream", "http://127.0.0.1:1/v1");
    recording.extend(of("--record", "/nowhere/SECRET/x"));
    all.push(recording);
    let mut certificate = vec!["--tls".to_owned()];
    certificate.extend(of("--tls-cert-out", "/nowhere/SECRET/x"));
    all.push(certificate);
    for options in all {
        let mut command = home.program();
        command
            .args(["-vv", "emulator"])
            .args(&options)
            .kill_on_drop(true);
        let ran = tokio::time::timeout(Duration::from_secs(60), run(&mut command)).await;
        let ran = ran.unwrap_or_else(|_| panic!("{options:?}: taken"));
        assert_eq!(ran.code, 2, "{options:?}: {}", ran.stderr);
        assert!(
            !ran.stderr.contains(PART) && !ran.stdout.contains(PART),
            "{options:?}: {}",
            ran.stderr
        );
    }
}

/// Answers nobody, and keeps what it hears.
async fn listener() -> (String, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let (heard, receiver) = tokio::sync::mpsc::unbounded_channel();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut bytes = vec![0; 4096];
            let count = socket.read(&mut bytes).await.unwrap_or(0);
            let _ = heard.send(String::from_utf8_lossy(&bytes[..count]).into_owned());
        }
    });
    (address, receiver)
}

#[tokio::test]
async fn the_key_of_an_upstream_here_goes_to_no_proxy_and_into_no_log() {
    let home = Home::new();
    let (proxy, mut through_proxy) = listener().await;
    let (upstream, mut direct) = listener().await;
    let port = upstream.rsplit_once(':').unwrap().1;
    for host in ["127.0.0.1", "localhost", "models.localhost"] {
        let url = format!("http://{host}:{port}/v1?key={SECRET}");
        let mut command = home.program();
        command
            .args(["-vv", "emulator", "--upstream", &url])
            .env("OPENAI_API_KEY", SECRET);
        for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
            command.env(name, format!("http://{proxy}"));
        }
        command.env_remove("NO_PROXY").env_remove("no_proxy");
        let server = Server::run(command).await;
        // The upstream says nothing, so the response fails.
        assert_ne!(server.ask(&home, "sk-emulator").await, 0);
        assert!(direct.recv().await.unwrap().contains(SECRET), "{host}");
        let log = server.log().await;
        assert!(!log.contains(PART), "{log}");
    }
    assert!(through_proxy.try_recv().is_err());
}

#[tokio::test]
async fn certificates_that_cannot_be_read_are_named_where_they_matter() {
    let home = Home::new();
    let upstream = |url: &str| {
        let mut command = home.program();
        command
            .args(["emulator", "--upstream", url])
            .kill_on_drop(true);
        command
            .env("SSL_CERT_FILE", "/nowhere/ca.pem")
            .env_remove("SSL_CERT_DIR");
        command
    };
    let ran = run(&mut upstream("https://models.example/v1")).await;
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    for word in ["SSL_CERT_FILE", "/nowhere/ca.pem", "No such file"] {
        assert!(ran.stderr.contains(word), "{word}: {}", ran.stderr);
    }
    // No certificate is needed here.
    let server = Server::run(upstream("http://127.0.0.1:1/v1")).await;
    assert_eq!(server.ready()["event"], "ready");
}

#[tokio::test]
async fn the_default_key_is_said_to_be_off() {
    let home = Home::new();
    let (key, file) = home.key("key.pem");
    let config = home.oci_profile(&key, &file, "");
    let server = Server::start(&home, &["--oci-config", config.to_str().unwrap()]).await;
    assert_eq!(server.ask(&home, "sk-emulator").await, 1);
    let log = server.log().await;
    let (first, rest) = log.split_once('\n').unwrap();
    assert!(
        first.contains("sk-emulator is off") && first.contains("--api-key"),
        "{log}"
    );
    assert!(rest.contains("the default API key is off"), "{log}");
}

#[tokio::test]
async fn a_default_project_serves_who_sends_none() {
    let home = Home::new();
    for (options, projects) in [
        (
            &["--default-project"][..],
            &[oci_genai_emulator::DEFAULT_PROJECT][..],
        ),
        (
            &["--project", "one", "--project", "two", "--default-project"],
            &["one", "two"],
        ),
        (
            &["--project", "one", "--default-project", "two"],
            &["one", "two"],
        ),
        (&["--default-project=two", "--queue-turns"], &["two"]),
    ] {
        let server = Server::start(&home, options).await;
        let ready = server.ready();
        assert_eq!(
            ready["projects"],
            serde_json::json!(projects),
            "{options:?}"
        );
        let address = ready["base_url"].as_str().unwrap();
        let address = address
            .trim_start_matches("http://")
            .split('/')
            .next()
            .unwrap();
        let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = "POST /openai/v1/conversations HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
                       authorization: Bearer sk-emulator\r\ncontent-length: 0\r\n\r\n";
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut said = String::new();
        socket.read_to_string(&mut said).await.unwrap();
        assert!(said.starts_with("HTTP/1.1 200"), "{options:?}: {said}");
    }
}
