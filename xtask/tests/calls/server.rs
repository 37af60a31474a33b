//! A server that gives one response and keeps the requests it received.

use std::sync::{Arc, Mutex};

use calls::{Client, HttpClient, Transport};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request as it came: the first line, the headers in lower case, the body.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) line: String,
    pub(crate) headers: String,
    /// The headers in the case they came in.
    pub(crate) raw: String,
    pub(crate) body: Vec<u8>,
}

pub(crate) struct Server {
    pub(crate) address: String,
    pub(crate) requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Starts a server that gives every request the same response.
    pub(crate) async fn start(response: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let (kept, response) = (requests.clone(), response.to_owned());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let request = read(&mut stream).await;
                kept.lock().unwrap().push(request);
                stream.write_all(response.as_bytes()).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        });
        Self { address, requests }
    }

    pub(crate) fn client(&self) -> Client {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let transport = Transport::new(HttpClient::new(http.clone()));
        Client::new_with_client(&self.address, http, transport)
    }

    pub(crate) fn only(&self) -> Request {
        let requests = self.requests.lock().unwrap();
        assert_eq!(requests.len(), 1, "{requests:?}");
        requests[0].clone()
    }
}

async fn read(stream: &mut TcpStream) -> Request {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        let mut some = [0; 1024];
        let count = stream.read(&mut some).await.unwrap();
        assert!(count > 0, "the request ended early");
        bytes.extend_from_slice(&some[..count]);
    };
    let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
    let (line, raw) = text.split_once("\r\n").unwrap();
    let headers = raw.to_lowercase();
    let length = headers
        .lines()
        .find_map(|header| header.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse().unwrap());
    let chunked = headers.contains("transfer-encoding: chunked");
    let mut body = bytes[head + 4..].to_vec();
    while body.len() < length || (chunked && !body.ends_with(b"0\r\n\r\n")) {
        let mut some = [0; 1024];
        let count = stream.read(&mut some).await.unwrap();
        assert!(count > 0, "the body ended early");
        body.extend_from_slice(&some[..count]);
    }
    Request {
        line: line.to_owned(),
        raw: raw.to_owned(),
        headers,
        body: if chunked { joined(&body) } else { body },
    }
}

/// The content of chunks.
fn joined(mut chunks: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    loop {
        let end = chunks.windows(2).position(|it| it == b"\r\n").unwrap();
        let size = std::str::from_utf8(&chunks[..end]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            return all;
        }
        all.extend_from_slice(&chunks[end + 2..end + 2 + size]);
        chunks = &chunks[end + 2 + size + 2..];
    }
}

pub(crate) fn response(status: &str, kind: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\nx-request-id: r_1\r\nconnection: close\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
}

pub(crate) fn seen() -> String {
    response("200 OK", "application/json", r#"{"ok":true}"#)
}
