//! Bodies of several parts: what is sent, that it is streamed, and how a layer reads it twice.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use calls::types::{UploadExpires, UploadPurpose};
use calls::{Body, BoxError, Client, File, HttpClient, Replay, ResponseFuture, Transport};
use futures_util::stream;
use http_body_util::BodyExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Semaphore;
use tower::Service;

use crate::server::{Request, Server, seen};

fn parts(request: &Request) -> Vec<String> {
    let start = "content-type: multipart/form-data; boundary=";
    let mut lines = request.headers.lines();
    let boundary = lines.find_map(|line| line.strip_prefix(start)).unwrap();
    let text = String::from_utf8(request.body.clone()).unwrap();
    let mut parts: Vec<String> = text
        .split(&format!("--{boundary}"))
        .map(str::to_owned)
        .collect();
    assert_eq!(parts.remove(0), "");
    assert_eq!(parts.pop().unwrap(), "--\r\n");
    parts
}

fn part(name: &str, more: &str, content: &str) -> String {
    format!("\r\ncontent-disposition: form-data; name=\"{name}\"{more}\r\n\r\n{content}\r\n")
}

fn file(file: &str, media: &str) -> String {
    format!("; filename=\"{file}\"\r\ncontent-type: {media}")
}

#[tokio::test]
async fn parts_are_files_texts_and_json() {
    let server = Server::start(&seen()).await;
    let expires: UploadExpires = serde_json::from_str(r#"{"seconds":60}"#).unwrap();
    let tags = ["a".to_owned(), "b".to_owned()];
    let (purpose, client) = (UploadPurpose::Train, server.client());
    client
        .send_files("x y", File::new("a \"b\"\r\n.txt", "content"), &purpose)
        .images(vec![
            File::new("1.png", "1").media_type("image/png"),
            File::stream("2.png", "22"),
        ])
        .expires(&expires)
        .tags(&tags)
        .count(3)
        .note("**n**")
        .part("more[0]", File::text("t"))
        .send()
        .await
        .unwrap();
    let request = server.only();
    assert_eq!(request.line, "POST /v1/uploads/x%20y HTTP/1.1");
    let length = format!("content-length: {}", request.body.len());
    assert!(request.headers.contains(&length), "{request:?}");
    let bytes = "application/octet-stream";
    assert_eq!(
        parts(&request),
        [
            part("more[0]", "", "t"),
            part("file", &file("a %22b%22%0D%0A.txt", bytes), "content"),
            part("purpose", "", "train"),
            part("images", &file("1.png", "image/png"), "1"),
            part("images", &file("2.png", bytes), "22"),
            part(
                "expires",
                "\r\ncontent-type: application/json",
                "{\"seconds\":60}"
            ),
            part("tags", "", "a"),
            part("tags", "", "b"),
            part("count", "", "3"),
            part("note", "\r\ncontent-type: text/markdown", "**n**"),
        ]
    );
}

/// The content comes in pieces, of which each is made only when the server has received the one before. A client that
/// gathered the body first would wait for ever.
#[tokio::test]
async fn files_are_streamed() {
    const PIECES: usize = 40;
    const SIZE: usize = 1 << 20;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let received = Arc::new(Semaphore::new(2));
    let permits = received.clone();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (mut buffer, mut count) = (vec![0; 1 << 16], 0);
        while count < PIECES * SIZE {
            let some = stream.read(&mut buffer).await.unwrap();
            assert!(some > 0, "the request ended early");
            permits.add_permits((count + some) / SIZE - count / SIZE);
            count += some;
        }
        stream.write_all(seen().as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
    });
    let content = stream::unfold(0, move |made| {
        let received = received.clone();
        async move {
            if made == PIECES {
                return None;
            }
            received.acquire().await.unwrap().forget();
            let piece = Bytes::from(vec![b'x'; SIZE]);
            Some((Ok::<_, BoxError>(piece), made + 1))
        }
    });
    let content = File::stream("big", Body::wrap_stream(content)).length((PIECES * SIZE) as u64);
    let (client, purpose) = (Client::new(&address), UploadPurpose::Test);
    let sent = client.send_files("x", content, &purpose).send();
    let sent = tokio::time::timeout(Duration::from_secs(60), sent).await;
    sent.expect("nothing was sent before all was there")
        .unwrap();
    server.await.unwrap();
}

#[tokio::test]
async fn content_of_unknown_length_is_sent_in_chunks() {
    let server = Server::start(&seen()).await;
    let pieces = ["a", "", "b"].map(|piece| Ok::<_, BoxError>(Bytes::from(piece)));
    let content = File::stream("s", Body::wrap_stream(stream::iter(pieces)));
    let (client, purpose) = (server.client(), UploadPurpose::Test);
    client
        .send_files("x", content, &purpose)
        .send()
        .await
        .unwrap();
    let request = server.only();
    assert!(
        request.headers.contains("transfer-encoding: chunked"),
        "{request:?}"
    );
    let expected = part("file", &file("s", "application/octet-stream"), "ab");
    assert_eq!(parts(&request)[0], expected);
}

/// A layer as signatures need it: it puts the length of the body it has read into a header, and refuses what it cannot
/// read twice.
#[derive(Clone)]
struct Measure(HttpClient);

impl Service<http::Request<Body>> for Measure {
    type Response = http::Response<Body>;
    type Error = BoxError;
    type Future =
        std::pin::Pin<Box<dyn Future<Output = Result<http::Response<Body>, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: http::Request<Body>) -> Self::Future {
        let mut http = self.0.clone();
        Box::pin(async move {
            let replay = request.extensions().get::<Replay>().unwrap();
            let mut copy = replay.body().ok_or("the body can be read only once")?;
            let mut length = 0;
            while let Some(frame) = copy.frame().await {
                length += frame?.data_ref().map_or(0, Bytes::len);
            }
            let headers = request.headers_mut();
            headers.insert("x-measured", length.to_string().parse()?);
            let sent: ResponseFuture = http.call(request);
            sent.await
        })
    }
}

#[tokio::test]
async fn a_layer_reads_a_body_before_it_is_sent() {
    let server = Server::start(&seen()).await;
    let transport = Transport::new(Measure(HttpClient::new(reqwest::Client::new())));
    let client = server.client().with_transport(transport);
    let purpose = UploadPurpose::Test;
    let open = || Body::wrap_stream(stream::iter(["ab", "c"].map(Ok::<_, BoxError>)));
    let content = File::replayable("r", 3, open);
    client
        .send_files("x", content, &purpose)
        .send()
        .await
        .unwrap();
    let request = server.only();
    let measured = format!("x-measured: {}", request.body.len());
    assert!(request.headers.contains(&measured), "{request:?}");
    let expected = part("file", &file("r", "application/octet-stream"), "abc");
    assert_eq!(parts(&request)[0], expected);

    let content = File::stream("s", "once");
    let Err(error) = client.send_files("x", content, &purpose).send().await else {
        panic!("the body was read twice");
    };
    let error = calls::into_transport_error(error).unwrap();
    assert_eq!(error.to_string(), "the body can be read only once");
}

/// A file that was sent is gone: the second request fails before the service takes it for whole.
#[tokio::test]
async fn a_stream_is_sent_once() {
    let server = Server::start(&seen()).await;
    let (client, purpose) = (server.client(), UploadPurpose::Test);
    let content = File::stream("s", "once");
    let again = content.clone();
    client
        .send_files("x", content, &purpose)
        .send()
        .await
        .unwrap();
    let Err(error) = client.send_files("x", again, &purpose).send().await else {
        panic!("the file was sent twice");
    };
    let mut cause: Option<&dyn std::error::Error> = None;
    let error = calls::into_transport_error(error).unwrap();
    let mut words = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        words.push_str(&format!(": {error}"));
        next = error.source();
        cause = Some(error);
    }
    assert!(words.contains("a streamed file was sent before"), "{words}");
    assert!(cause.is_some());
}

#[tokio::test]
async fn a_body_that_may_be_left_out_is_left_out_where_no_part_is_given() {
    let server = Server::start(&seen()).await;
    server.client().send_parts().send().await.unwrap();
    let request = server.only();
    assert!(!request.headers.contains("content-type"), "{request:?}");
    let server = Server::start(&seen()).await;
    let client = server.client();
    client.send_parts().text("t").send().await.unwrap();
    assert_eq!(parts(&server.only()), [part("text", "", "t")]);
    let server = Server::start(&seen()).await;
    let client = server.client();
    client
        .send_more_multipart()
        .file(File::new("f", "t"))
        .send()
        .await
        .unwrap();
    let request = server.only();
    assert_eq!(request.line, "PUT /v1/more HTTP/1.1");
    let expected = part("file", &file("f", "application/octet-stream"), "t");
    assert_eq!(parts(&request), [expected]);
}
