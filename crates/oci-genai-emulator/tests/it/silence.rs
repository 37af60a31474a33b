//! Clients that send nothing, or too slowly.

use std::time::Duration;

use futures_util::StreamExt as _;
use oci_genai_emulator::{Emulator, EmulatorConfig};
use reqwest::{Body, Client, Method};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Desk, answer, text};

async fn impatient() -> Desk {
    let mut config = EmulatorConfig::default();
    config.read_timeout = Duration::from_millis(50);
    Desk::over(Emulator::builder().config(config).start().await.unwrap())
}

/// Writes this, then nothing more, and reads until the connection ends.
async fn write_and_wait(desk: &Desk, bytes: &[u8]) -> Vec<u8> {
    let mut socket = TcpStream::connect(desk.emulator.address()).await.unwrap();
    socket.write_all(bytes).await.unwrap();
    let mut rest = Vec::new();
    // The end may be a reset.
    let _ = socket.read_to_end(&mut rest).await;
    rest
}

#[tokio::test]
async fn a_connection_that_sends_nothing_is_ended() {
    let desk = impatient().await;
    assert_eq!(write_and_wait(&desk, b"").await, b"");
    // The first bytes of HTTP/2, of which either version may be meant so far.
    assert_eq!(write_and_wait(&desk, b"PRI * HT").await, b"");
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    let settings = b"\0\0\0\x04\0\0\0\0\0";
    write_and_wait(&desk, preface).await;
    write_and_wait(&desk, &[&preface[..], settings].concat()).await;
    // Once answered, too.
    let ask = b"GET /nowhere HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let said = write_and_wait(&desk, ask).await;
    assert!(said.starts_with(b"HTTP/1.1 404"));
    desk.conversation().await;
}

#[tokio::test]
async fn a_connection_that_pings_but_asks_nothing_is_ended() {
    let desk = impatient().await;
    let socket = TcpStream::connect(desk.emulator.address()).await.unwrap();
    let (mut from, mut to) = socket.into_split();
    to.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
        .await
        .unwrap();
    let reader = tokio::spawn(async move {
        let mut all = Vec::new();
        let _ = from.read_to_end(&mut all).await;
    });
    let ping = b"\0\0\x08\x06\0\0\0\0\0emulator";
    while to.write_all(ping).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    reader.await.unwrap();
}

#[tokio::test]
async fn a_body_that_drips_into_any_route_is_not_waited_for() {
    let desk = impatient().await;
    let origin = format!("http://{}", desk.emulator.address());
    for (method, path) in [
        (Method::POST, "/_emulator/faults"),
        (Method::PUT, "/_emulator/faults"),
        (Method::POST, "/_emulator/projects"),
        (Method::POST, "/_emulator/clock"),
        (Method::PATCH, "/_emulator/faults/1"),
        (Method::DELETE, "/_emulator/requests"),
        (Method::POST, "/v1/x509"),
        (Method::POST, "/openai/v1/responses"),
    ] {
        let drops = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>("{"));
        let drops = drops.then(|drop| async {
            tokio::time::sleep(Duration::from_millis(5)).await;
            drop
        });
        let request = Client::new().request(method.clone(), format!("{origin}{path}"));
        let request = request
            .header("content-type", "application/json")
            .body(Body::wrap_stream(drops));
        let answered = request.send().await.unwrap();
        assert_eq!(answered.status(), 408, "{method} {path}");
    }
}

#[tokio::test]
async fn bodies_are_bounded_by_the_setting_alone_on_any_route() {
    let mut config = EmulatorConfig::default();
    config.max_body_bytes = 4 * 1024 * 1024;
    let desk = Desk::over(Emulator::builder().config(config).start().await.unwrap());
    let words = "x".repeat(3 * 1024 * 1024);
    let body = json!({"model": "m", "input": [{"role": "user", "content": words}]});
    desk.ok("/responses", body).await;
    let url = format!("{}/faults", desk.emulator.control_url());
    for (size, status) in [(3, 200), (5, 413)] {
        let padded = format!(
            r#"{{"effect": "locked"}}{}"#,
            " ".repeat(size * 1024 * 1024)
        );
        let order = Client::new().post(&url).body(padded);
        assert_eq!(order.send().await.unwrap().status(), status, "{size} MiB");
    }
}

#[tokio::test]
async fn who_waits_for_an_answer_may_be_silent() {
    let desk = impatient().await;
    let slow = json!({"model": "m", "input": "slow:300 hi"});
    assert!(text(&desk.ok("/responses", slow).await).contains("hi"));
    let body = json!({"model": "m", "input": "slow:30 count:20", "stream": true});
    let events = desk.stream(body).await;
    assert_eq!(events.last().unwrap().name, "response.completed");
    // The connection serves again.
    let asked = desk.request(Method::GET, "/responses/r");
    assert_eq!(answer(asked.send().await.unwrap()).await.0, 404);
}
