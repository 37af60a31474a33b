//! Who hangs up, and what the other side sees of it.

use bytes::Bytes;
use oci_genai_proxy::Outcome;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Plan, Upstream, post, proxy, read_until, rest};

fn event(text: &str) -> std::io::Result<Bytes> {
    Ok(Bytes::from(format!("data: {text}\n\n")))
}

async fn stream(address: std::net::SocketAddr) -> TcpStream {
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket
        .write_all(&post("/v1/responses", "", r#"{"stream":true}"#))
        .await
        .unwrap();
    socket
}

#[tokio::test]
async fn events_are_handed_on_one_by_one() {
    let upstream = Upstream::start().await;
    for client in [upstream.with_key(), upstream.with_signer()] {
        let mut running = proxy(client, |_, _| {}).await;
        let (sender, plan) = Plan::channel();
        upstream.plan(plan);
        let mut socket = stream(running.address()).await;
        for number in 0..20 {
            let text = format!("event-{number}-");
            sender.send(event(&text)).await.unwrap();
            // The next one is sent only when this one has come.
            read_until(&mut socket, &text).await;
        }
        drop(sender);
        read_until(&mut socket, "0\r\n\r\n").await;
        let record = running.ended(Outcome::Complete).await;
        assert_eq!(record.status.unwrap(), 200);
        assert!(record.response_bytes > 200);
    }
}

#[tokio::test]
async fn a_client_that_hangs_up_cancels_its_request() {
    let upstream = Upstream::start().await;
    let mut running = proxy(upstream.with_key(), |_, _| {}).await;
    // In a stream.
    let (sender, plan) = Plan::channel();
    upstream.plan(plan);
    let mut socket = stream(running.address()).await;
    sender.send(event("one")).await.unwrap();
    read_until(&mut socket, "one").await;
    drop(socket);
    running.ended(Outcome::Canceled).await;
    upstream.open(0).await;
    // With half a stream closed: it looks like a client that has left.
    let (sender, plan) = Plan::channel();
    upstream.plan(plan);
    let mut socket = stream(running.address()).await;
    sender.send(event("one")).await.unwrap();
    read_until(&mut socket, "one").await;
    socket.shutdown().await.unwrap();
    running.ended(Outcome::Canceled).await;
    upstream.open(0).await;
    assert_eq!(upstream.received().len(), 2);
}

#[tokio::test]
async fn a_client_that_hangs_up_before_the_response_cancels_its_request() {
    // A service that never answers: what it sees is what counts.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/openai/v1", listener.local_addr().unwrap());
    let client = oci_genai::Client::builder().base_url(url).api_key("sk-x");
    let mut running = proxy(client, |_, _| {}).await;
    let socket = stream(running.address()).await;
    let (mut service, _) = listener.accept().await.unwrap();
    read_until(&mut service, "stream").await;
    drop(socket);
    assert_eq!(rest(&mut service).await, "", "the proxy hangs up too");
    let record = running.ended(Outcome::Canceled).await;
    assert_eq!(record.status, None);
}

#[tokio::test]
async fn an_upload_that_breaks_off_is_no_request() {
    let upstream = Upstream::start().await;
    for client in [upstream.with_key(), upstream.with_signer()] {
        let running = proxy(client, |_, _| {}).await;
        for framing in ["content-length: 100", "transfer-encoding: chunked"] {
            let head =
                format!("POST /v1/files HTTP/1.1\r\nhost: localhost\r\n{framing}\r\n\r\n5\r\n123");
            let mut socket = TcpStream::connect(running.address()).await.unwrap();
            socket.write_all(head.as_bytes()).await.unwrap();
            socket.shutdown().await.unwrap();
            rest(&mut socket).await;
        }
    }
    upstream.open(0).await;
    assert!(upstream.received().is_empty());
}

#[tokio::test]
async fn a_service_that_breaks_off_breaks_the_response_off() {
    let upstream = Upstream::start().await;
    let mut running = proxy(upstream.with_key(), |_, _| {}).await;
    let (sender, plan) = Plan::channel();
    upstream.plan(plan);
    let mut socket = stream(running.address()).await;
    sender.send(event("one")).await.unwrap();
    read_until(&mut socket, "one").await;
    sender
        .send(Err(std::io::Error::other("gone")))
        .await
        .unwrap();
    let text = rest(&mut socket).await;
    assert!(
        !text.ends_with("0\r\n\r\n"),
        "the end must not look orderly: {text:?}"
    );
    let record = running.ended(Outcome::Broken).await;
    assert!(record.reason.unwrap().contains("ended early"));
    // A length that is not reached is no end either.
    let (sender, mut plan) = Plan::channel();
    plan.headers
        .insert("content-length", "100".parse().unwrap());
    upstream.plan(plan);
    let mut socket = stream(running.address()).await;
    sender.send(event("one")).await.unwrap();
    read_until(&mut socket, "one").await;
    sender
        .send(Err(std::io::Error::other("gone")))
        .await
        .unwrap();
    rest(&mut socket).await;
    running.ended(Outcome::Broken).await;
    assert_eq!(upstream.received().len(), 2, "nothing is sent again");
}

#[tokio::test]
async fn connections_are_kept_for_the_next_request() {
    let upstream = Upstream::start().await;
    let running = proxy(upstream.with_key(), |_, _| {}).await;
    let mut socket = TcpStream::connect(running.address()).await.unwrap();
    for _ in 0..3 {
        socket
            .write_all(&post("/v1/responses", "", "{}"))
            .await
            .unwrap();
        read_until(&mut socket, "\r\n\r\n{}").await;
    }
    // Two at once: responses come in order.
    upstream.plan(Plan::text(200, "first"));
    upstream.plan(Plan::text(200, "second"));
    let two = [
        post("/v1/a", "", "{}"),
        post("/v1/b", "connection: close\r\n", "{}"),
    ]
    .concat();
    socket.write_all(&two).await.unwrap();
    let mut text = String::new();
    socket.read_to_string(&mut text).await.unwrap();
    assert!(
        text.find("first").unwrap() < text.find("second").unwrap(),
        "{text}"
    );
    assert_eq!(upstream.received().len(), 5);
}
