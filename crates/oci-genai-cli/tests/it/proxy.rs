//! `proxy`: other people's requests, signed on their way.

use std::process::Stdio;
use std::time::Duration;

use oci_genai_emulator::{DEFAULT_API_KEY, DEFAULT_PROJECT, Emulator, EmulatorConfig};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::support::{Home, USER, run};

/// `oci-genai proxy` as a process of its own.
pub(crate) struct Proxy {
    child: Child,
    line: String,
    pub(crate) base_url: String,
    pub(crate) token: String,
    http: Client,
}

impl Proxy {
    pub(crate) async fn start(command: &mut Command, options: &[&str]) -> Self {
        let mut child = command
            .arg("proxy")
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).await.unwrap();
        if line.is_empty() {
            let mut text = String::new();
            let mut errors = child.stderr.take().unwrap();
            errors.read_to_string(&mut text).await.unwrap();
            panic!("the proxy did not start: {text}");
        }
        let ready: Value = serde_json::from_str(&line).unwrap();
        Self {
            child,
            base_url: ready["base_url"].as_str().unwrap().to_owned(),
            token: ready["token"].as_str().unwrap_or_default().to_owned(),
            line,
            http: Client::new(),
        }
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Response {
        self.http
            .post(format!("{}{path}", self.base_url))
            .bearer_auth(&self.token)
            .json(&body)
            .send()
            .await
            .unwrap()
    }

    /// Posts and expects success.
    pub(crate) async fn ok(&self, path: &str, body: Value) -> Value {
        let response = self.post(path, body).await;
        let status = response.status();
        let value: Value = response.json().await.unwrap();
        assert_eq!(status, 200, "{value}");
        value
    }

    pub(crate) fn kill(&self, signal: &str) {
        let pid = self.child.id().unwrap().to_string();
        let sent = std::process::Command::new("kill")
            .args([signal, &pid])
            .status();
        assert!(sent.unwrap().success());
    }

    /// What it logged, once it has ended.
    pub(crate) async fn ended(mut self) -> (Option<i32>, String) {
        let mut text = String::new();
        let mut errors = self.child.stderr.take().unwrap();
        errors.read_to_string(&mut text).await.unwrap();
        (self.child.wait().await.unwrap().code(), text)
    }
}

fn said(response: &Value) -> String {
    let output = response["output"].as_array().unwrap();
    let last = output.last().unwrap();
    last["content"][0]["text"].as_str().unwrap().to_owned()
}

/// Two turns with memory, a stream, a tool call and an error.
async fn converse(proxy: &Proxy) {
    let conversation = proxy.ok("/conversations", json!({})).await;
    let id = conversation["id"].as_str().unwrap();
    let turn = |input: &str| json!({"model": "m", "conversation": id, "input": input});
    proxy
        .ok("/responses", turn("Remember the number seven."))
        .await;
    let second = proxy.ok("/responses", turn("recall:")).await;
    assert!(said(&second).contains("the number seven"), "{second}");
    let mut streamed = turn("recall:");
    streamed["stream"] = json!(true);
    let stream = proxy.post("/responses", streamed).await;
    let kind = stream.headers()["content-type"].to_str().unwrap();
    assert!(kind.starts_with("text/event-stream"), "{kind}");
    let text = stream.text().await.unwrap();
    assert!(text.contains("response.completed"), "{text}");
    let tools = json!([{"type": "function", "name": "weather", "parameters": {"type": "object"}, "strict": false}]);
    let call = json!({"model": "m", "input": r#"call:weather {"city":"Oslo"}"#, "tools": tools});
    let called = proxy.ok("/responses", call).await;
    assert_eq!(called["output"][0]["type"], "function_call", "{called}");
    let absent = json!({"model": "m", "input": "x", "conversation": "conv_none"});
    let error = proxy.post("/responses", absent).await;
    assert_eq!(error.status(), 404);
    assert!(error.headers().contains_key("opc-request-id"));
}

#[tokio::test]
async fn the_ready_line_a_line_for_each_request_and_no_secrets() {
    let (home, emulator) = (Home::new(), Emulator::start().await.unwrap());
    let proxy = Proxy::start(&mut home.client(&emulator), &[]).await;
    let (url, token) = (&proxy.base_url, &proxy.token);
    assert_eq!(
        proxy.line,
        format!("{{\"event\":\"ready\",\"base_url\":\"{url}\",\"token\":\"{token}\"}}\n")
    );
    assert!(
        url.starts_with("http://127.0.0.1:") && url.ends_with("/openai/v1"),
        "{url}"
    );
    assert!(token.len() > 40, "{token}");
    converse(&proxy).await;
    let refused = Client::new()
        .get(format!("{url}/models"))
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 401);
    proxy.kill("-TERM");
    let token = token.clone();
    let (code, log) = proxy.ended().await;
    assert_eq!(code, Some(0), "{log}");
    assert_eq!(log.lines().count(), 7, "{log}");
    let first: Vec<&str> = log.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(first[..3], ["200", "POST", "/openai/v1/conversations"]);
    let refused = log.lines().last().unwrap();
    assert!(
        refused.starts_with("401  GET /openai/v1/models"),
        "{refused}"
    );
    assert!(refused.contains("token is missing or wrong"), "{refused}");
    for secret in [token.as_str(), DEFAULT_API_KEY, "seven", "Oslo"] {
        assert!(!log.contains(secret), "{secret:?} is in {log}");
    }
}

#[tokio::test]
async fn without_a_token_every_program_is_let_in() {
    let (home, emulator) = (Home::new(), Emulator::start().await.unwrap());
    let proxy = Proxy::start(&mut home.client(&emulator), &["--no-token", "-q"]).await;
    assert!(proxy.line.ends_with("\"token\":null}\n"), "{}", proxy.line);
    let created = Client::new()
        .post(format!("{}/conversations", proxy.base_url))
        .send()
        .await;
    assert_eq!(created.unwrap().status(), 200);
    proxy.kill("-INT");
    assert_eq!(proxy.ended().await, (Some(0), String::new()));
}

/// Settings for an emulator that trusts the key and, if there is one, the token of this home.
async fn signing(home: &Home, lifetime: Option<Duration>) -> (Emulator, Command) {
    let (key, file) = home.key("key.pem");
    let mut config = EmulatorConfig::default();
    config.token_lifetime = lifetime.unwrap_or(config.token_lifetime);
    config.oci_configs = vec![home.oci_profile(&key, &file, "")];
    let emulator = Emulator::builder().config(config).start().await.unwrap();
    if lifetime.is_some() {
        let token = emulator
            .issue_session_token(USER, key.public_key().clone())
            .await;
        let token_file = home.write("token", &token.unwrap());
        let lines = format!("user=\nsecurity_token_file={}", token_file.display());
        home.oci_profile(&key, &file, &lines);
    }
    let mut command = home.program();
    command
        .env("OCI_GENAI_BASE_URL", emulator.base_url())
        .env("OCI_GENAI_PROJECT", DEFAULT_PROJECT)
        .env("OCI_CLI_FEDERATION_ENDPOINT", emulator.identity_url());
    (emulator, command)
}

/// The kinds of credentials that conversations and responses were asked for with.
fn credentials(emulator: &Emulator) -> Vec<String> {
    let mut kinds: Vec<_> = emulator
        .requests()
        .iter()
        .filter(|request| {
            request.path.starts_with("/conversations") || request.path.starts_with("/responses")
        })
        .map(|request| serde_json::to_value(request).unwrap()["credential"].to_string())
        .collect();
    kinds.dedup();
    kinds
}

#[tokio::test]
async fn requests_are_signed_with_an_api_signing_key() {
    let home = Home::new();
    let (emulator, mut command) = signing(&home, None).await;
    let proxy = Proxy::start(&mut command, &["--auth", "config"]).await;
    converse(&proxy).await;
    let kinds = credentials(&emulator);
    assert!(
        !kinds.is_empty() && kinds.iter().all(|kind| kind.contains("api_signing_key")),
        "{kinds:?}"
    );
}

#[tokio::test]
async fn a_session_token_that_ends_during_the_run_is_refreshed() {
    let home = Home::new();
    let (emulator, mut command) = signing(&home, Some(Duration::from_secs(10))).await;
    let first = std::fs::read_to_string(home.path().join("token")).unwrap();
    let proxy = Proxy::start(&mut command, &["--auth", "config"]).await;
    let start = emulator.clock().now();
    let conversation = proxy.ok("/conversations", json!({})).await;
    let turn = json!({"model": "m", "conversation": conversation["id"], "input": "recall:"});
    while emulator.clock().now().duration_since(start).unwrap() < Duration::from_secs(12) {
        proxy.ok("/responses", turn.clone()).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    converse(&proxy).await;
    let last = std::fs::read_to_string(home.path().join("token")).unwrap();
    assert_ne!(first, last, "it was refreshed");
    let kinds = credentials(&emulator);
    assert!(
        kinds.iter().all(|kind| kind.contains("session_token")),
        "{kinds:?}"
    );
}

#[tokio::test]
async fn a_stop_waits_for_a_stream_and_a_second_one_does_not() {
    let (home, emulator) = (Home::new(), Emulator::start().await.unwrap());
    let body = json!({"model": "m", "input": "slow:2000 x", "stream": true});
    let proxy = Proxy::start(&mut home.client(&emulator), &[]).await;
    let stream = proxy.post("/responses", body.clone()).await;
    proxy.kill("-TERM");
    let text = stream.text().await.unwrap();
    assert!(text.contains("response.completed"), "{text}");
    assert_eq!(proxy.ended().await.0, Some(0));

    let endless = json!({"model": "m", "input": "slow:600000 x", "stream": true});
    let proxy = Proxy::start(&mut home.client(&emulator), &[]).await;
    let stream = proxy.post("/responses", endless).await;
    proxy.kill("-TERM");
    // It says that it waits before it is asked to stop at once.
    let mut proxy = proxy;
    let mut errors = BufReader::new(proxy.child.stderr.take().unwrap());
    let mut line = String::new();
    errors.read_line(&mut line).await.unwrap();
    assert!(line.contains("Ctrl-C again"), "{line}");
    proxy.kill("-TERM");
    assert_eq!(proxy.child.wait().await.unwrap().code(), Some(0));
    assert!(
        stream.text().await.is_err(),
        "the stream must not look whole"
    );
}

#[tokio::test]
async fn a_proxy_that_is_killed_in_a_stream_leaves_nothing_behind() {
    let (home, emulator) = (Home::new(), Emulator::start().await.unwrap());
    let mut proxy = Proxy::start(&mut home.client(&emulator), &[]).await;
    let body = json!({"model": "m", "input": "slow:600000 x", "stream": true});
    let stream = proxy.post("/responses", body).await;
    assert_eq!(stream.status(), 200);
    proxy.child.kill().await.unwrap();
    assert!(
        stream.text().await.is_err(),
        "the client sees that it broke off"
    );
    let asked = emulator.requests();
    let turns = asked
        .iter()
        .filter(|request| request.path.ends_with("/responses"));
    assert_eq!(turns.count(), 1, "nothing is sent twice");
}

#[tokio::test]
async fn what_is_open_to_others_does_not_start() {
    let (home, emulator) = (Home::new(), Emulator::start().await.unwrap());
    for (options, words) in [
        (&["--listen", "0.0.0.0:0"][..], &["0.0.0.0:0", "--tls"][..]),
        (
            &["--listen", "0.0.0.0:0", "--tls", "--no-token"],
            &["token"],
        ),
        (&["--allow-host", "http://x"], &["http://x"]),
        (&["--allow-origin", "*"], &["\"*\""]),
        (&["--models", "absent.txt"], &["absent.txt"]),
    ] {
        let ran = run(home.client(&emulator).arg("proxy").args(options)).await;
        ran.assert_error(2, words);
    }
    let nowhere = run(home.program().env("OCI_GENAI_API_KEY", "sk-x").arg("proxy")).await;
    nowhere.assert_error(2, &["region", "--base-url"]);
}

#[tokio::test]
async fn models_are_listed_from_flags_and_a_file() {
    let (home, emulator) = (Home::new(), Emulator::start().await.unwrap());
    let file = home.write("models.txt", "from.file\n");
    let ids = async |options: &[&str]| {
        let proxy = Proxy::start(&mut home.client(&emulator), options).await;
        let request = proxy.http.get(format!("{}/models", proxy.base_url));
        let list: Value = request
            .bearer_auth(&proxy.token)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let data = list["data"].as_array().unwrap();
        data.iter()
            .map(|model| model["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&[]).await, ["openai.gpt-oss-120b"]);
    assert_eq!(ids(&["--model", "a", "--model", "b"]).await, ["a", "b"]);
    let file = file.to_str().unwrap();
    assert_eq!(
        ids(&["--models", file, "--model", "a", "--map", "gpt-4o=a"]).await,
        ["from.file", "a", "gpt-4o"]
    );
}

#[tokio::test]
async fn a_name_is_replaced_in_requests() {
    let (home, emulator) = (Home::new(), Emulator::start().await.unwrap());
    let proxy = Proxy::start(&mut home.client(&emulator), &["--map", "gpt-4o=xai.grok-4"]).await;
    let response = proxy
        .ok("/responses", json!({"model": "gpt-4o", "input": "x"}))
        .await;
    assert_eq!(response["model"], "xai.grok-4");
}

#[tokio::test]
async fn run_gives_a_program_the_proxy_and_ends_as_it_ends() {
    let (home, emulator) = (Home::new(), Emulator::start().await.unwrap());
    let script = async |script: &str| {
        let mut command = home.client(&emulator);
        command
            .args(["proxy", "run", "--", "sh", "-c", script])
            .env("OPENAI_PROJECT_ID", "someone-elses")
            .env("HTTP_PROXY", "http://127.0.0.1:9")
            .env("no_proxy", "intranet");
        run(&mut command).await
    };
    let ran = script(
        "echo $OPENAI_BASE_URL $OPENAI_API_BASE $OPENAI_PROJECT_ID.; echo $no_proxy; exit 7",
    )
    .await;
    assert_eq!(ran.code, 7, "{ran:?}");
    let lines: Vec<&str> = ran.stdout.lines().collect();
    let words: Vec<&str> = lines[0].split(' ').collect();
    assert!(words[0].starts_with("http://127.0.0.1:") && words[0].ends_with("/openai/v1"));
    assert_eq!((words[0], words[2]), (words[1], "."));
    assert_eq!(lines[1], "intranet,127.0.0.1,localhost");
    assert_eq!(ran.stderr, "", "the terminal is the program's");
    assert_eq!(script("kill -9 $$").await.code, 137);
    assert_eq!(script("true").await.code, 0);
    let absent = run(home
        .client(&emulator)
        .args(["proxy", "run", "--", "no-such-program"]))
    .await;
    assert_eq!(absent.code, 127);
    assert!(absent.stderr.contains("no-such-program"), "{absent:?}");
    // The program's requests arrive.
    let ask = format!(
        "exec {} ask Hello.",
        assert_cmd::cargo::cargo_bin!("oci-genai").display()
    );
    let ran = script(&format!(
        "export OCI_GENAI_BASE_URL=$OPENAI_BASE_URL OCI_GENAI_API_KEY=$OPENAI_API_KEY; {ask}"
    ))
    .await;
    assert!(
        ran.code == 0 && ran.stdout.contains("You just said: \"Hello.\""),
        "{ran:?}"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn run_hands_signals_on() {
    let (home, emulator) = (Home::new(), Emulator::start().await.unwrap());
    for (signal, code) in [("-TERM", 3), ("-INT", 4)] {
        let mut command = home.client(&emulator);
        let script =
            "trap 'exit 3' TERM; trap 'exit 4' INT; echo ready; while :; do sleep 0.05; done";
        let mut child = command
            .args(["proxy", "run", "--", "sh", "-c", script])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).await.unwrap();
        assert_eq!(line, "ready\n");
        let pid = child.id().unwrap().to_string();
        let sent = std::process::Command::new("kill")
            .args([signal, &pid])
            .status();
        assert!(sent.unwrap().success());
        assert_eq!(child.wait().await.unwrap().code(), Some(code), "{signal}");
    }
}
