//! Clients that are slow, wrong, many or hostile.

use std::time::Duration;

use oci_genai_proxy::Outcome;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Plan, Upstream, post, proxy, raw, read_until, refusal, rest};

/// Requests that two servers might take for different ones: each reaches the service as one request or as none.
#[tokio::test]
async fn nothing_is_smuggled() {
    let hidden = "GET /v1/hidden HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let head = "POST /v1/files HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n";
    let attacks = [
        format!("{head}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{head}transfer-encoding: chunked\r\ncontent-length: 60\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{head}content-length: 0\r\ncontent-length: 60\r\n\r\n{hidden}"),
        format!("{head}content-length: 0, 60\r\n\r\n{hidden}"),
        format!("{head}content-length: +0\r\n\r\n{hidden}"),
        format!("{head}content-length: 0x0\r\n\r\n{hidden}"),
        format!("{head}content-length : 0\r\n\r\n{hidden}"),
        format!("{head}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{head}transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n{hidden}"),
        format!(
            "{head}transfer-encoding: identity\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"
        ),
        format!("{head}transfer-encoding:\u{b}chunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{head}x: y\rz\r\n\r\n{hidden}"),
        format!("{head} folded: 1\r\ncontent-length: 0\r\n\r\n{hidden}"),
        format!("{head}transfer-encoding: chunked\r\n\r\n0;x=\n\r\n\r\n{hidden}"),
        format!("{head}transfer-encoding: chunked\r\n\r\n-1\r\n\r\n{hidden}"),
        format!("{head}transfer-encoding: chunked\r\n\r\n10000000000000000\r\n{hidden}"),
        format!(
            "POST /v1/files HTTP/1.0\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"
        ),
        format!(
            "POST /v1/a%20HTTP/1.1%0d%0ahost:%20x HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 0\r\n\r\n{hidden}"
        ),
    ];
    for streams in [true, false] {
        for attack in &attacks {
            let upstream = Upstream::start().await;
            let client = if streams {
                upstream.with_key()
            } else {
                upstream.with_signer()
            };
            let running = proxy(client, |_, _| {}).await;
            raw(running.address(), attack.as_bytes()).await;
            let received = upstream.received();
            assert!(received.len() <= 1, "{attack:?}: {received:?}");
            for request in received {
                assert!(
                    !request.uri.path().contains("hidden"),
                    "{attack:?}: {request:?}"
                );
                assert!(!request.headers.contains_key("folded"));
            }
        }
    }
}

#[tokio::test]
async fn large_headers_and_bodies_are_refused() {
    let upstream = Upstream::start().await;
    let mut running = proxy(upstream.with_signer(), |config, _| {
        config.max_body_bytes = 1000
    })
    .await;
    let text = raw(
        running.address(),
        &post("/v1/files", "connection: close\r\n", &"x".repeat(1001)),
    )
    .await;
    let (status, error) = refusal(&text);
    assert_eq!(status, 413);
    assert_eq!(error["code"], "request_too_large");
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("1000 bytes") && message.contains("--max-body-bytes"),
        "{message}"
    );
    running.ended(Outcome::ByProxy).await;
    // One that does not say its length is cut off where it is too long.
    let mut chunked =
        b"POST /v1/files HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n"
            .to_vec();
    for _ in 0..3 {
        chunked.extend_from_slice(b"190\r\n");
        chunked.extend_from_slice(&[b'x'; 400]);
        chunked.extend_from_slice(b"\r\n");
    }
    let text = raw(running.address(), &chunked).await;
    assert_eq!(refusal(&text).0, 413, "{text}");
    let huge = format!(
        "x-huge: {}\r\nconnection: close\r\n",
        "x".repeat(100 * 1024)
    );
    let text = raw(running.address(), &post("/v1/files", &huge, "{}")).await;
    assert!(text.starts_with("HTTP/1.1 431"), "{text}");
    let many: String = (0..200)
        .map(|number| format!("x-{number}: 1\r\n"))
        .collect();
    let text = raw(running.address(), &post("/v1/files", &many, "{}")).await;
    assert!(text.starts_with("HTTP/1.1 431"), "{text}");
    assert!(upstream.received().is_empty());
    // The bound is on what is signed.
    assert_eq!(
        refusal(
            &raw(
                running.address(),
                &post("/v1/files", "connection: close\r\n", &"x".repeat(1000))
            )
            .await
        )
        .0,
        200
    );
    let streams = proxy(upstream.with_key(), |config, _| {
        config.max_body_bytes = 1000
    })
    .await;
    let text = raw(
        streams.address(),
        &post("/v1/files", "connection: close\r\n", &"x".repeat(100_000)),
    )
    .await;
    assert_eq!(refusal(&text).0, 200);
    assert_eq!(upstream.take_last().body.len(), 100_000);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let upstream = Upstream::start().await;
    for client in [upstream.with_signer(), upstream.with_key()] {
        let running = proxy(client, |config, _| {
            config.read_timeout = Duration::from_millis(50)
        })
        .await;
        let head = "POST /v1/files HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 10\r\n\r\n{";
        let text = raw(running.address(), head.as_bytes()).await;
        let (status, error) = refusal(&text);
        assert_eq!(
            (status, error["code"].as_str()),
            (408, Some("request_timeout")),
            "{text}"
        );
    }
    assert!(upstream.received().is_empty());
}

#[tokio::test]
async fn a_body_that_drips_ends_some_time() {
    let upstream = Upstream::start().await;
    let running = proxy(upstream.with_signer(), |config, _| {
        config.upload_timeout = Duration::from_millis(200);
    })
    .await;
    let mut socket = TcpStream::connect(running.address()).await.unwrap();
    let head = "POST /v1/files HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100000\r\n\r\n";
    socket.write_all(head.as_bytes()).await.unwrap();
    let (mut reader, mut writer) = socket.split();
    let drip = async {
        // Ends with the connection.
        while writer.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let mut text = [0; 12];
    tokio::select! {
        () = drip => panic!("the connection ended without a response"),
        read = reader.read_exact(&mut text) => { read.unwrap(); }
    }
    assert_eq!(&text, b"HTTP/1.1 408");
}

#[tokio::test]
async fn headers_that_do_not_come_and_silence_end_the_connection() {
    let upstream = Upstream::start().await;
    let running = proxy(upstream.with_key(), |_, server| {
        server.header_timeout = Duration::from_millis(50);
        server.idle_timeout = Duration::from_millis(50);
    })
    .await;
    for bytes in [
        &b""[..],
        b"GET /v1",
        b"PRI * HTTP/2.0\r\n\r\nSM",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01",
        b"GET /v1/files HTTP/1.1\r\nhost: localhost\r\n\r\n",
    ] {
        // `raw` returns when the proxy has closed.
        raw(running.address(), bytes).await;
    }
}

#[tokio::test]
async fn a_client_that_takes_nothing_loses_its_connection() {
    let upstream = Upstream::start().await;
    let mut running = proxy(upstream.with_key(), |_, server| {
        server.write_timeout = Duration::from_millis(50);
    })
    .await;
    let (sender, plan) = Plan::channel();
    upstream.plan(plan);
    let mut socket = TcpStream::connect(running.address()).await.unwrap();
    socket
        .write_all(&post("/v1/responses", "", "{}"))
        .await
        .unwrap();
    let piece = bytes::Bytes::from(vec![b'x'; 64 * 1024]);
    // The service is cut off when the client has been given up.
    while sender.send(Ok(piece.clone())).await.is_ok() {}
    running.ended(Outcome::Canceled).await;
    upstream.open(0).await;
}

#[tokio::test]
async fn back_pressure_reaches_the_service() {
    let upstream = Upstream::start().await;
    let mut running = proxy(upstream.with_key(), |_, _| {}).await;
    let (sender, plan) = Plan::channel();
    upstream.plan(plan);
    let mut socket = TcpStream::connect(running.address()).await.unwrap();
    socket
        .write_all(&post("/v1/responses", "connection: close\r\n", "{}"))
        .await
        .unwrap();
    read_until(&mut socket, "\r\n\r\n").await;
    let piece = bytes::Bytes::from(vec![b'x'; 64 * 1024]);
    // Sockets hold a few megabytes; 256 MiB fit nowhere.
    let mut sent = 0;
    let full = loop {
        let send = sender.send(Ok(piece.clone()));
        match tokio::time::timeout(Duration::from_secs(2), send).await {
            Ok(sent_on) => sent_on.unwrap(),
            Err(_) => break true,
        }
        sent += piece.len();
        if sent > 256 * 1024 * 1024 {
            break false;
        }
    };
    assert!(full, "{sent} bytes went somewhere though nobody reads");
    // It goes on where it stopped.
    drop(sender);
    let text = rest(&mut socket).await;
    assert!(text.len() >= sent, "{} of {sent}", text.len());
    running.ended(Outcome::Complete).await;
}

#[tokio::test]
async fn many_connections_are_bounded_and_block_nobody_for_long() {
    let upstream = Upstream::start().await;
    let running = proxy(upstream.with_key(), |_, server| {
        server.max_connections = 50;
        server.idle_timeout = Duration::from_millis(100);
        server.header_timeout = Duration::from_millis(100);
    })
    .await;
    let mut idle = Vec::new();
    for number in 0..400 {
        let mut socket = TcpStream::connect(running.address()).await.unwrap();
        if number % 2 == 0 {
            // Half of them begin a request.
            let _ = socket.write_all(b"GET /v1/files HT").await;
        }
        idle.push(socket);
    }
    let text = raw(
        running.address(),
        b"GET /v1/files HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
    )
    .await;
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
}

#[tokio::test]
async fn no_more_are_under_way_than_allowed_and_the_others_wait() {
    let upstream = Upstream::start().await;
    let running = proxy(upstream.with_key(), |config, _| config.max_in_flight = 2).await;
    let mut open = Vec::new();
    for _ in 0..5 {
        let (sender, plan) = Plan::channel();
        upstream.plan(plan);
        let mut socket = TcpStream::connect(running.address()).await.unwrap();
        socket
            .write_all(&post("/v1/responses", "connection: close\r\n", "{}"))
            .await
            .unwrap();
        open.push((sender, socket));
    }
    upstream.begun(2).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(upstream.received().len(), 2, "the others wait");
    // A list of models is not kept waiting.
    let models = b"GET /v1/models HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    assert!(
        raw(running.address(), models)
            .await
            .starts_with("HTTP/1.1 200")
    );
    for (sender, mut socket) in open {
        drop(sender);
        assert!(rest(&mut socket).await.starts_with("HTTP/1.1 200"));
    }
    assert_eq!(upstream.received().len(), 5);
}
