//! Checks that the baseline sends the same request as the client. A baseline that does less work
//! would prove nothing.

use std::path::Path;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::canned;
use crate::contender::{floor, ours};

/// Panics if the two requests differ in more than their random ids and the order of headers.
pub(crate) async fn assert_same_request(folder: &Path) {
    let response = std::fs::read_to_string(folder.join(canned::SMALL)).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/openai/v1", listener.local_addr().unwrap());
    let (floor, ours) = (floor::Floor::new(&url), ours::Ours::new(&url));
    let ((), of_floor) = tokio::join!(floor.calls(1, "small"), received(&listener, &response));
    let ((), of_ours) = tokio::join!(ours.calls(1, "small"), received(&listener, &response));
    assert_eq!(of_floor, of_ours);
}

/// Reads one request and returns its lines, sorted, with zeros for random ids.
async fn received(listener: &TcpListener, response: &str) -> Vec<String> {
    let (mut socket, _) = listener.accept().await.unwrap();
    let (mut read, mut buffer) = (Vec::new(), [0; 4096]);
    while !read.ends_with(b"}") {
        let count = socket.read(&mut buffer).await.unwrap();
        assert!(count > 0, "a request with a body");
        read.extend_from_slice(&buffer[..count]);
    }
    let length = response.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    socket
        .write_all((head + response).as_bytes())
        .await
        .unwrap();
    let mut lines: Vec<String> = String::from_utf8(read)
        .unwrap()
        .lines()
        .map(|line| match line.split_once(": ") {
            Some((name @ ("opc-request-id" | "opc-retry-token"), id)) => {
                format!("{name}: {}", "0".repeat(id.len()))
            }
            _ => line.to_owned(),
        })
        .collect();
    lines.sort();
    lines
}
