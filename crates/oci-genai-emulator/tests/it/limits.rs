//! What protects the emulator from its clients, and its owner from others.

use std::time::Duration;

use oci_genai_emulator::{DEFAULT_API_KEY, DEFAULT_PROJECT, Emulator, EmulatorConfig};
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Desk, answer, log};

async fn configured(change: impl FnOnce(&mut EmulatorConfig)) -> Desk {
    let mut config = EmulatorConfig::default();
    change(&mut config);
    Desk::over(Emulator::builder().config(config).start().await.unwrap())
}

#[tokio::test]
async fn large_bodies_and_headers_are_refused() {
    let desk = configured(|config| config.max_body_bytes = 1000).await;
    let (status, error) = desk
        .post(
            "/responses",
            json!({"model": "m", "input": "x".repeat(1000)}),
        )
        .await;
    assert_eq!(status, 413);
    assert!(error["error"]["message"].as_str().unwrap().contains("1000"));
    let huge = "x".repeat(100 * 1024);
    let response = desk
        .request(Method::GET, "/responses/r")
        .header("x-huge", huge)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 431);
    let token = "t".repeat(65);
    let request = desk
        .request(Method::GET, "/responses/r")
        .header("opc-retry-token", token);
    assert_eq!(answer(request.send().await.unwrap()).await.0, 400);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let desk = configured(|config| config.read_timeout = Duration::from_millis(50)).await;
    let mut socket = TcpStream::connect(desk.emulator.address()).await.unwrap();
    let head =
        "POST /openai/v1/conversations HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\n{";
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut text = [0; 12];
    socket.read_exact(&mut text).await.unwrap();
    assert_eq!(&text, b"HTTP/1.1 408");
    // Headers that do not come end the connection.
    let mut socket = TcpStream::connect(desk.emulator.address()).await.unwrap();
    socket.write_all(b"GET /openai/v1").await.unwrap();
    let mut rest = Vec::new();
    socket.read_to_end(&mut rest).await.unwrap();
    assert!(!rest.starts_with(b"HTTP/1.1 200"));
}

#[tokio::test]
async fn a_client_that_does_not_read_holds_nobody_up() {
    let desk = configured(|config| {
        config.write_timeout = Duration::from_millis(50);
        config.queue_turns = true;
    })
    .await;
    let id = desk.conversation().await;
    let body = json!({"model": "m", "input": "count:200000", "stream": true, "conversation": id});
    let unread = desk
        .request(Method::POST, "/responses")
        .json(&body)
        .send()
        .await
        .unwrap();
    let next = json!({"model": "m", "input": "x", "conversation": id});
    assert_eq!(desk.post("/responses", next).await.0, 200);
    drop(unread);
}

#[tokio::test]
async fn a_client_that_takes_nothing_loses_its_connection() {
    let desk = configured(|config| config.write_timeout = Duration::from_millis(50)).await;
    let body = json!({"model": "m", "input": "count:200000"}).to_string();
    let ask = format!(
        "POST /openai/v1/responses HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {DEFAULT_API_KEY}\r\n\
         openai-project: {DEFAULT_PROJECT}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len(),
    );
    // It asks on and on: at some point nothing more fits between the two, and one has to give up.
    let mut socket = TcpStream::connect(desk.emulator.address()).await.unwrap();
    while socket.write_all(ask.as_bytes()).await.is_ok() {}
    desk.conversation().await;
}

#[tokio::test]
async fn many_live_side_by_side() {
    let first = Desk::new().await;
    let second = Desk::new().await;
    assert_ne!(first.emulator.base_url(), second.emulator.base_url());
    let id = first.conversation().await;
    assert_eq!(second.get(&format!("/conversations/{id}")).await.0, 404);
}

#[tokio::test]
async fn secrets_are_not_shown() {
    let emulator = Emulator::builder()
        .api_key("sk-very-secret")
        .start()
        .await
        .unwrap();
    assert!(!format!("{emulator:?}").contains("very-secret"));
    let ready = serde_json::to_value(emulator.ready_record()).unwrap();
    assert_eq!(ready["event"], "ready");
    assert!(ready["base_url"].as_str().unwrap().ends_with("/openai/v1"));
    assert!(!ready.to_string().contains("very-secret"));
}

#[tokio::test]
async fn the_log_warns_of_open_doors_and_shows_no_secrets() {
    let log = log();
    let emulator = Emulator::builder()
        .api_key(DEFAULT_API_KEY)
        .listen("0.0.0.0:0".parse().unwrap())
        .start()
        .await
        .unwrap();
    let port = emulator.address().port();
    let url = format!("http://127.0.0.1:{port}");
    for key in [DEFAULT_API_KEY, "sk-mistyped-secret"] {
        let asked = reqwest::Client::new()
            .post(format!("{url}/openai/v1/conversations"))
            .bearer_auth(key)
            .header("opc-request-id", "LOGGED")
            .header("openai-project", DEFAULT_PROJECT);
        answer(asked.send().await.unwrap()).await;
    }
    for closed in ["/_emulator/requests", "/inspector"] {
        assert_eq!(
            reqwest::get(format!("{url}{closed}"))
                .await
                .unwrap()
                .status(),
            404
        );
    }
    let said = log.text();
    let line = |words: [&str; 2]| {
        let mut lines = said.lines();
        lines.any(|line| words.iter().all(|word| line.contains(word)))
    };
    let port = format!(":{port}");
    assert!(
        line(["other machines can reach the emulator", &port]),
        "{said}"
    );
    assert!(
        line(["LOGGED", "status=200"]) && line(["LOGGED", "status=401"]),
        "{said}"
    );
    assert!(!said.contains("mistyped"), "{said}");
    let of_this = said.lines().filter(|line| line.contains("LOGGED"));
    for line in of_this {
        assert!(!line.contains(DEFAULT_API_KEY), "{line}");
    }
}

#[tokio::test]
async fn the_inspector_is_a_page_without_outside_help() {
    let desk = Desk::new().await;
    let url = desk
        .emulator
        .control_url()
        .replace("/_emulator", "/inspector");
    let page = reqwest::get(&url).await.unwrap();
    assert!(
        page.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .contains("'none'")
    );
    let text = page.text().await.unwrap();
    for id in [
        "conversations",
        "items",
        "requests",
        "faults",
        "signing-string",
    ] {
        assert!(text.contains(&format!("id=\"{id}\"")), "{id}");
    }
    assert!(text.contains("Requests") && !text.contains("://") && !text.contains(DEFAULT_API_KEY));
    let foreign = reqwest::Client::new()
        .get(&url)
        .header("host", "evil.example");
    assert_eq!(foreign.send().await.unwrap().status(), 403);
}
