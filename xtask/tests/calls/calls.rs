//! A crate made from `calls.yaml` talks to a server that says what it is told to and keeps what it was sent.

mod multipart;

use std::sync::{Arc, Mutex};

use calls::operations::TaskResponse;
use calls::types::{
    Counter, CounterLimit, Embeddings, EmbeddingsVector, Id, Order, OrdersCreated, OrdersFilter,
    OrdersSort, Seen,
};
use calls::{Auth, Client, Error, HttpClient, Transport};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request as it came: the first line, the headers in lower case, the body.
#[derive(Clone, Debug)]
struct Request {
    line: String,
    headers: String,
    /// The headers in the case they came in.
    raw: String,
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
        .beta_files()
        .limit(3)
        .send()
        .await
        .unwrap()
        .into_inner();
    assert_eq!(seen.ok, Some(true));
    assert_eq!(
        server.only().line,
        "GET /v1/files?beta=true&kind=a+b&limit=3 HTTP/1.1"
    );
    let server = Server::start(&self::seen()).await;
    server.client().files().send().await.unwrap();
    assert_eq!(server.only().line, "GET /v1/files HTTP/1.1");
}

#[tokio::test]
async fn unions_of_scalars_are_texts_in_paths_headers_and_queries() {
    let server = Server::start(&response("204 No Content", "text/plain", "")).await;
    let id = Id::from(7);
    server.client().move_(&id, "a&b").send().await.unwrap();
    assert_eq!(server.only().line, "POST /v1/jobs/7?to=a%26b HTTP/1.1");

    let server = Server::start(&seen()).await;
    let ids = vec![Id::from(1), Id::from("a/b")];
    let point = Id::from("north");
    let client = server.client();
    client
        .points(&point)
        .ids(&ids)
        .near_lat(0.5)
        .near_name("here & there")
        .send()
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
    server
        .client()
        .upload("a b", bytes.clone())
        .send()
        .await
        .unwrap();
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
        .send()
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
    match server.client().download("x").send().await {
        Err(Error::UnexpectedResponse(response)) => {
            assert_eq!(response.status(), 502);
            assert_eq!(response.headers()["x-request-id"], "r_1");
            assert_eq!(response.text().await.unwrap(), page);
        }
        _ => panic!("another outcome"),
    }
    let json = response("404 Not Found", "application/json", r#"{"message":"none"}"#);
    let server = Server::start(&json).await;
    match server.client().download("x").send().await {
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
    server.client().order(&order).send().await.unwrap();
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
        .orders(&filter)
        .created(&created)
        .sort(&sort)
        .op_kind("k")
        .send()
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
        .orders(&filter)
        .created(&created)
        .send()
        .await
        .unwrap();
    assert_eq!(server.only().line, "GET /v1/orders?created=7 HTTP/1.1");
}

#[tokio::test]
async fn bodies_of_any_type_are_bytes_with_their_type() {
    let done = response("204 No Content", "text/plain", "");
    let bytes = vec![0xff, 0xd8, 0];
    let server = Server::start(&response("200 OK", "application/octet-stream", "x")).await;
    server.client().page("<a/>").send().await.unwrap();
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
    server.client().picture(bytes.clone()).send().await.unwrap();
    let request = server.only();
    assert!(
        request.headers.contains("content-type: image/jpeg\r\n"),
        "{request:?}"
    );
    assert_eq!(request.body, bytes);
    let server = Server::start(&done).await;
    server.client().anything(bytes.clone()).send().await.unwrap();
    let request = server.only();
    let kind = "content-type: application/octet-stream\r\n";
    assert!(request.headers.contains(kind), "{request:?}");
}

#[tokio::test]
async fn each_success_has_its_own_variant() {
    for (status, kind, body, expected) in [
        ("200 OK", "application/json", r#"{"ok":true}"#, "Ok(Seen"),
        ("202 Accepted", "application/json", r#"{"id":"t"}"#, "Accepted(Task"),
        ("204 No Content", "text/plain", "", "NoContent"),
        ("304 Not Modified", "text/plain", "", "NotModified"),
        ("206 Partial Content", "text/csv", "a,b", "Success(..)"),
    ] {
        let server = Server::start(&response(status, kind, body)).await;
        let response = server.client().task().send().await.unwrap();
        assert_eq!(response.status().as_str(), &status[..3]);
        let shown = format!("{:?}", response.into_inner());
        assert!(shown.starts_with(expected), "{shown}");
    }
    let server = Server::start(&response("202 Accepted", "application/json", r#"{"id":"t"}"#)).await;
    let answer = server.client().task().send().await.unwrap().into_inner();
    let TaskResponse::Accepted(task) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(task.id, "t");
    let refused = response("404 Not Found", "application/json", r#"{"message":"none"}"#);
    let server = Server::start(&refused).await;
    assert!(matches!(
        server.client().task().send().await,
        Err(Error::ErrorResponse(problem)) if problem.message.as_deref() == Some("none")
    ));
}

#[tokio::test]
async fn what_may_be_left_out_is_left_out() {
    let server = Server::start(&response("204 No Content", "text/plain", "")).await;
    server.client().task().send().await.unwrap();
    let request = server.only();
    assert_eq!(request.line, "POST /v1/tasks HTTP/1.1");
    assert!(!request.headers.contains("content-type"), "{request:?}");
    assert!(
        request.headers.contains("accept: application/json, text/csv\r\n"),
        "{request:?}"
    );
    assert!(request.body.is_empty());

    let server = Server::start(&response("204 No Content", "text/plain", "")).await;
    let order = Order::new("a");
    let tags = ["x".to_owned(), "y".to_owned()];
    let client = server.client();
    client.task().tag(&tags).body(&order).send().await.unwrap();
    let request = server.only();
    assert_eq!(request.line, "POST /v1/tasks?tag=x&tag=y HTTP/1.1");
    assert_eq!(request.body, b"name=a");
}

#[tokio::test]
async fn a_response_without_a_body_is_read_whatever_the_document_says_of_it() {
    let server = Server::start("HTTP/1.1 200 OK\r\ncontent-length: 11\r\nconnection: close\r\n\r\n").await;
    server.client().task_there().send().await.unwrap();
    assert_eq!(server.only().line, "HEAD /v1/tasks HTTP/1.1");
    // What a redirect leads to is any bytes.
    let server = Server::start(&response("200 OK", "application/zip", "PK")).await;
    let stream = server.client().archive().send().await.unwrap();
    assert_eq!(bytes_of(stream.into_inner_stream()).await, b"PK");
}

async fn bytes_of<E: std::fmt::Debug>(
    mut stream: impl futures_util::Stream<Item = Result<bytes::Bytes, E>> + Unpin,
) -> Vec<u8> {
    let mut all = Vec::new();
    while let Some(chunk) = futures_util::StreamExt::next(&mut stream).await {
        all.extend_from_slice(&chunk.unwrap());
    }
    all
}

#[tokio::test]
async fn whole_numbers_have_64_bits_without_a_sign() {
    let json = r#"{"value":18446744073709551615,"limit":18446744073709551614,"all":[0,9223372036854775808]}"#;
    let server = Server::start(&response("200 OK", "application/json", json)).await;
    let counter = Counter::new(u64::MAX).limit(u64::MAX - 1).all([0_u64, 1 << 63]);
    let client = server.client();
    let came = client.count(u64::MAX, &counter).step(7).send().await.unwrap();
    assert_eq!(came.into_inner(), counter);
    let request = server.only();
    assert_eq!(request.line, "PUT /v1/counters/18446744073709551615?step=7 HTTP/1.1");
    assert_eq!(request.body, json.as_bytes());
    assert_eq!(counter.limit, Some(CounterLimit::Integer(u64::MAX - 1)));
}

#[tokio::test]
async fn lists_of_different_types_are_told_apart() {
    for (json, expected) in [
        ("[0.5,1]", EmbeddingsVector::Numbers(vec![0.5, 1.0])),
        ("[[0.5],[1]]", EmbeddingsVector::Lists(vec![vec![0.5], vec![1.0]])),
        (r#"["AAA="]"#, EmbeddingsVector::Texts(vec!["AAA=".into()])),
        ("[]", EmbeddingsVector::Numbers(vec![])),
    ] {
        let text = format!(r#"{{"vector":{json}}}"#);
        let embeddings: Embeddings = serde_json::from_str(&text).unwrap();
        assert_eq!(embeddings.vector, expected, "{json}");
    }
    let odd = r#"{"vector":[0.5,"x"]}"#;
    let embeddings: Embeddings = serde_json::from_str(odd).unwrap();
    assert_eq!(serde_json::to_string(&embeddings).unwrap(), odd);
}

#[tokio::test]
async fn credentials_are_where_the_document_wants_them() {
    for (auth, expected) in [
        (Auth::bearer_auth("t0p"), "authorization: Bearer t0p"),
        (Auth::login("ann", "päss"), "authorization: Basic YW5uOnDDpHNz"),
        (Auth::login("a", "b"), "authorization: Basic YTpi"),
        (Auth::login("a", ""), "authorization: Basic YTo="),
        (Auth::login("", ""), "authorization: Basic Og=="),
        (Auth::api_key("k1"), "x-api-key: k1"),
        (Auth::session("s1"), "cookie: sid=s1"),
    ] {
        let shown = format!("{auth:?}");
        assert!(!shown.contains("t0p") && !shown.contains("k1"), "{shown}");
        let server = Server::start(&seen()).await;
        server.client().with_auth(auth).files().send().await.unwrap();
        let headers = server.only().raw;
        assert!(
            headers.lines().any(|line| line == expected),
            "{expected} is not in {headers}"
        );
    }
    let server = Server::start(&seen()).await;
    let client = server.client().with_auth(Auth::key_in_query("a&b"));
    client.beta_files().send().await.unwrap();
    assert_eq!(
        server.only().line,
        "GET /v1/files?beta=true&kind=a+b&key=a%26b HTTP/1.1"
    );
}

#[tokio::test]
async fn credentials_go_together_the_last_one_counts_and_open_operations_get_none() {
    let server = Server::start(&seen()).await;
    let client = server
        .client()
        .with_auth(Auth::bearer("old"))
        .with_auth(Auth::api_key("k"))
        .with_auth(Auth::bearer("new"));
    client.files().send().await.unwrap();
    let headers = server.only().headers;
    assert!(headers.contains("authorization: bearer new"), "{headers}");
    assert!(headers.contains("x-api-key: k"), "{headers}");
    assert!(!headers.contains("old"), "{headers}");

    let server = Server::start(&seen()).await;
    let client = Client::new(&server.address).with_auth(Auth::bearer("secret"));
    client.login().send().await.unwrap();
    let headers = server.only().headers;
    assert!(!headers.contains("authorization"), "{headers}");

    let server = Server::start(&seen()).await;
    let client = server.client().with_auth(Auth::bearer("a\nb"));
    let Err(error) = client.files().send().await else {
        panic!("a header was split");
    };
    let error = calls::into_transport_error(error).unwrap().to_string();
    assert_eq!(error, "a credential has a character that cannot be in a header");
    assert_eq!(Client::BASE_URL, "https://eu.example.com/base");
}

#[tokio::test]
async fn json_of_another_type_is_named_and_asked_for() {
    let server = Server::start(&response("200 OK", "application/vnd.api+json", r#"{"ok":true}"#)).await;
    let seen = Seen::new().ok(true);
    let came = server.client().patch(&seen).send().await.unwrap();
    assert_eq!(came.into_inner(), seen);
    let request = server.only();
    for header in [
        "content-type: application/merge-patch+json\r\n",
        "accept: application/vnd.api+json\r\n",
    ] {
        let headers = format!("{}\r\n", request.headers);
        assert!(headers.contains(header), "{header} is not in {headers}");
    }
    assert_eq!(request.body, br#"{"ok":true}"#);
}

/// A key in the query is in the URL, which errors of the connection show.
#[tokio::test]
async fn a_key_in_the_query_is_in_no_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = Client::new(&address).with_auth(Auth::key_in_query("s3cret"));
    let Err(error) = client.files().send().await else {
        panic!("nobody listens");
    };
    assert!(!format!("{error:?} {error}").contains("s3cret"));
    let error = calls::into_transport_error(error).unwrap();
    let mut next: Option<&dyn std::error::Error> = Some(error.as_ref());
    let mut count = 0;
    while let Some(error) = next {
        assert!(!format!("{error:?} {error}").contains("s3cret"), "{error}");
        (next, count) = (error.source(), count + 1);
    }
    assert!(count > 1, "the reason is lost");
}
