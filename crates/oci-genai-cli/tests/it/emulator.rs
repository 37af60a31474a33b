//! `emulator`: what it says while it runs, and to whom.

use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::Child;

use crate::support::{Home, run};

struct Server {
    child: Child,
    line: String,
}

impl Server {
    async fn start(home: &Home, options: &[&str]) -> Self {
        let mut command = home.program();
        command.arg("emulator").args(options);
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
