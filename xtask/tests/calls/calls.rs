//! A crate made from `calls.yaml` talks to a server that says what it is told to and keeps what it was sent.

use std::sync::{Arc, Mutex};

use calls::types::{Id, Order, OrdersCreated, OrdersFilter, OrdersSort, Seen};
use calls::{Client, Error, HttpClient, Transport};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request as it came: the first line, the headers in lower case, the body.
#[derive(Clone, Debug)]
struct Request {
    line: String,
    headers: String,
    body: Vec<u8>,
}

struct Server {
    address: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Starts a server that gives every request the same response.
    async fn start(response: &str) -> Self {
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

    fn client(&self) -> Client {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let transport = Transport::new(HttpClient::new(http.clone()));
        Client::new_with_client(&self.address, http, transport)
    }

    fn only(&self) -> Request {
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
    let (line, headers) = text.split_once("\r\n").unwrap();
    let headers = headers.to_lowercase();
    let length = headers
        .lines()
        .find_map(|header| header.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse().unwrap());
    let mut body = bytes[head + 4..].to_vec();
    while body.len() < length {
        let mut some = [0; 1024];
        let count = stream.read(&mut some).await.unwrap();
        assert!(count > 0, "the body ended early");
        body.extend_from_slice(&some[..count]);
    }
    Request {
        line: line.to_owned(),
        headers,
        body,
    }
}

fn response(status: &str, kind: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\nx-request-id: r_1\r\nconnection: close\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
}

fn seen() -> String {
    response("200 OK", "application/json", r#"{"ok":true}"#)
}

#[tokio::test]
async fn a_query_behind_a_path_is_sent_as_one() {
    let server = Server::start(&seen()).await;
    let seen: Seen = server
        .client()
        .beta_files(Some(3))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(seen.ok, Some(true));
    assert_eq!(
        server.only().line,
        "GET /v1/files?beta=true&kind=a+b&limit=3 HTTP/1.1"
    );
    let server = Server::start(&self::seen()).await;
    server.client().files().await.unwrap();
    assert_eq!(server.only().line, "GET /v1/files HTTP/1.1");
}

#[tokio::test]
async fn unions_of_scalars_are_texts_in_paths_headers_and_queries() {
    let server = Server::start(&response("204 No Content", "text/plain", "")).await;
    let id = Id::from(7);
    server.client().move_(&id, "a&b").await.unwrap();
    assert_eq!(server.only().line, "POST /v1/jobs/7?to=a%26b HTTP/1.1");

    let server = Server::start(&seen()).await;
    let ids = vec![Id::from(1), Id::from("a/b")];
    let point = Id::from("north");
    let client = server.client();
    client
        .points(Some(&ids), Some(0.5), Some("here & there"), &point)
        .await
        .unwrap();
    let request = server.only();
    assert_eq!(
        request.line,
        "GET /v1/points?ids=1&ids=a%2Fb&near%5Blat%5D=0.5&near%5Bname%5D=here+%26+there HTTP/1.1"
    );
    assert!(request.headers.contains("x-point: north"), "{request:?}");
}

#[tokio::test]
async fn bytes_go_up_and_down() {
    let server = Server::start(&seen()).await;
    let bytes = vec![0, 159, 146, 150, 10];
    server.client().upload("a b", bytes.clone()).await.unwrap();
    let request = server.only();
    assert_eq!(request.line, "PUT /v1/content/a%20b HTTP/1.1");
    assert!(
        request
            .headers
            .contains("content-type: application/octet-stream")
    );
    assert_eq!(request.body, bytes);
    let server = Server::start(&response("200 OK", "application/octet-stream", "\0\u{1}x")).await;
    let mut stream = server
        .client()
        .download("x")
        .await
        .unwrap()
        .into_inner_stream();
    let mut came = Vec::new();
    while let Some(chunk) = futures_util::StreamExt::next(&mut stream).await {
        came.extend_from_slice(&chunk.unwrap());
    }
    assert_eq!(came, b"\0\x01x");
}

#[tokio::test]
async fn an_error_that_is_a_page_keeps_its_status_headers_and_words() {
    let page = "<html>Bad gateway</html>";
    let server = Server::start(&response("502 Bad Gateway", "text/html", page)).await;
    match server.client().download("x").await {
        Err(Error::UnexpectedResponse(response)) => {
            assert_eq!(response.status(), 502);
            assert_eq!(response.headers()["x-request-id"], "r_1");
            assert_eq!(response.text().await.unwrap(), page);
        }
        _ => panic!("another outcome"),
    }
    let json = response("404 Not Found", "application/json", r#"{"message":"none"}"#);
    let server = Server::start(&json).await;
    match server.client().download("x").await {
        Err(Error::ErrorResponse(problem)) => {
            assert_eq!(problem.status(), 404);
            assert_eq!(problem.into_inner().message.as_deref(), Some("none"));
        }
        _ => panic!("another outcome"),
    }
}

#[tokio::test]
async fn forms_have_lists_and_objects() {
    let server = Server::start(&seen()).await;
    let order: Order = serde_json::from_value(serde_json::json!({
        "name": "a & b",
        "amount": 3,
        "express": true,
        "items": [{"id": "x", "count": 1, "tags": ["t", "u"]}, {"id": "y"}],
        "metadata": {"k 1": "v=1"},
        "expand": ["a", "b.c"],
        "codes": [1, 2],
        "words": ["p", "q"],
        "colors": ["red", "green"],
        "address": {"city": "Köln", "zip": "1"},
        "unknown": {"deep": [1]},
    }))
    .unwrap();
    server.client().order(&order).await.unwrap();
    let request = server.only();
    let kind = "content-type: application/x-www-form-urlencoded";
    assert!(request.headers.contains(kind), "{request:?}");
    let body = String::from_utf8(request.body).unwrap();
    let mut pairs: Vec<&str> = body.split('&').collect();
    pairs.sort_unstable();
    let mut expected = [
        "name=a+%26+b",
        "amount=3",
        "express=true",
        "items%5B0%5D%5Bid%5D=x",
        "items%5B0%5D%5Bcount%5D=1",
        "items%5B0%5D%5Btags%5D%5B0%5D=t",
        "items%5B0%5D%5Btags%5D%5B1%5D=u",
        "items%5B1%5D%5Bid%5D=y",
        "metadata%5Bk+1%5D=v%3D1",
        "expand%5B0%5D=a",
        "expand%5B1%5D=b.c",
        "codes=1%2C2",
        "words=p%7Cq",
        "colors=red",
        "colors=green",
        "city=K%C3%B6ln",
        "zip=1",
        "deep%5B0%5D=1",
    ];
    expected.sort_unstable();
    assert_eq!(pairs, expected);
}

#[tokio::test]
async fn objects_in_a_query_are_written_in_their_style() {
    let filter: OrdersFilter = serde_json::from_value(serde_json::json!({
        "op_type": "x y", "inner": {"a": ["1", "2"]},
    }))
    .unwrap();
    let sort: OrdersSort = serde_json::from_value(serde_json::json!({
        "by": "name", "desc": true,
    }))
    .unwrap();
    let created: OrdersCreated = serde_json::from_value(serde_json::json!({"gt": 5})).unwrap();
    let server = Server::start(&seen()).await;
    let client = server.client();
    client
        .orders(Some(&created), &filter, Some(&sort), Some("k"))
        .await
        .unwrap();
    let line = server.only().line;
    for pair in [
        "created%5Bgt%5D=5",
        "filter%5Bop_type%5D=x+y",
        "filter%5Binner%5D%5Ba%5D%5B0%5D=1",
        "filter%5Binner%5D%5Ba%5D%5B1%5D=2",
        "op_kind=k",
        "sort=by%2Cname%2Cdesc%2Ctrue",
    ] {
        assert!(line.contains(pair), "{pair} in {line}");
    }
    // What is left out is not sent; a scalar of the union stands alone.
    let server = Server::start(&seen()).await;
    let created = OrdersCreated::from(7);
    let filter: OrdersFilter = serde_json::from_value(serde_json::json!({})).unwrap();
    let client = server.client();
    client
        .orders(Some(&created), &filter, None, None)
        .await
        .unwrap();
    assert_eq!(server.only().line, "GET /v1/orders?created=7 HTTP/1.1");
}

#[tokio::test]
async fn bodies_of_any_type_are_bytes_with_their_type() {
    let done = response("204 No Content", "text/plain", "");
    let bytes = vec![0xff, 0xd8, 0];
    let server = Server::start(&response("200 OK", "application/octet-stream", "x")).await;
    server.client().page("<a/>").await.unwrap();
    let request = server.only();
    let accepted = "accept: application/octet-stream\r\n";
    assert!(request.headers.contains(accepted), "{request:?}");
    assert!(
        request
            .headers
            .contains("content-type: application/xml\r\n"),
        "{request:?}"
    );
    assert_eq!(request.body, b"<a/>");
    let server = Server::start(&done).await;
    server.client().picture(bytes.clone()).await.unwrap();
    let request = server.only();
    assert!(
        request.headers.contains("content-type: image/jpeg\r\n"),
        "{request:?}"
    );
    assert_eq!(request.body, bytes);
    let server = Server::start(&done).await;
    server.client().anything(bytes.clone()).await.unwrap();
    let request = server.only();
    let kind = "content-type: application/octet-stream\r\n";
    assert!(request.headers.contains(kind), "{request:?}");
}
