//! Starting, stopping, TLS, and the proxy within another server.

use std::net::SocketAddr;

use bytes::Bytes;
use oci_genai_proxy::{Proxy, ProxyConfig, Server, ServerConfig, Tls, Token};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::support::{Plan, Upstream, post, proxy, read_until};

async fn start(
    upstream: &Upstream,
    token: bool,
    change: impl FnOnce(&mut ServerConfig),
) -> Result<Server, String> {
    let mut config = ProxyConfig::default();
    config.token = token.then(|| Token::random().unwrap());
    config.any_host = true;
    let proxy = Proxy::new(upstream.with_key().build_passthrough().unwrap(), config).unwrap();
    let mut server = ServerConfig::default();
    change(&mut server);
    Server::start(proxy, server)
        .await
        .map_err(|error| error.to_string())
}

#[tokio::test]
async fn other_machines_need_a_token_and_tls() {
    let upstream = Upstream::start().await;
    for address in ["0.0.0.0:0", "[::]:0"] {
        let anywhere: SocketAddr = address.parse().unwrap();
        let tls = Tls::generate(&[], &[]).unwrap();
        let open = |token, change: fn(&mut ServerConfig, Tls)| {
            let tls = tls.clone();
            start(&upstream, token, move |server| {
                server.listen = anywhere;
                change(server, tls);
            })
        };
        let error = open(false, |server, tls| server.tls = Some(tls))
            .await
            .unwrap_err();
        assert!(error.contains("a token"), "{error}");
        let error = open(true, |_, _| {}).await.unwrap_err();
        assert!(
            error.contains("TLS") && error.contains("--behind-tls"),
            "{error}"
        );
        open(true, |server, tls| server.tls = Some(tls))
            .await
            .unwrap();
        let server = open(true, |server, _| server.behind_tls = true)
            .await
            .unwrap();
        assert!(
            server.base_url().starts_with("http://127.0.0.1:"),
            "{}",
            server.base_url()
        );
    }
    let error = start(&upstream, true, |server| {
        server.listen = "192.0.2.1:80".parse().unwrap();
        server.behind_tls = true;
    });
    assert!(error.await.unwrap_err().contains("192.0.2.1:80"));
}

#[tokio::test]
async fn tls_by_a_certificate_made_or_given() {
    let upstream = Upstream::start().await;
    let made = Tls::generate(&[], &["devbox.example".to_owned()]).unwrap();
    let server = start(&upstream, false, |server| server.tls = Some(made.clone()))
        .await
        .unwrap();
    let ca = reqwest::Certificate::from_pem(made.ca_pem().unwrap().as_bytes()).unwrap();
    let client = reqwest::Client::builder()
        .tls_certs_only([ca])
        .resolve("devbox.example", server.address())
        .build()
        .unwrap();
    let port = server.address().port();
    for host in ["127.0.0.1", "localhost", "devbox.example"] {
        let url = format!("https://{host}:{port}/v1/files");
        let response = client.get(url).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.version(), http::Version::HTTP_2);
    }
    assert!(server.base_url().starts_with("https://"));
    assert!(Tls::from_pem(b"", b"").is_err());
    assert!(Tls::from_pem(made.ca_pem().unwrap().as_bytes(), b"no key").is_err());
}

#[tokio::test]
async fn a_stop_lets_streams_end_and_takes_nothing_new() {
    let upstream = Upstream::start().await;
    let running = proxy(upstream.with_key(), |_, _| {}).await;
    let address = running.address();
    let (sender, plan) = Plan::channel();
    upstream.plan(plan);
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket
        .write_all(&post("/v1/responses", "", "{}"))
        .await
        .unwrap();
    sender.send(Ok(Bytes::from_static(b"one"))).await.unwrap();
    read_until(&mut socket, "one").await;
    let stopped = tokio::spawn(running.server.shut_down());
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    sender.send(Ok(Bytes::from_static(b"two"))).await.unwrap();
    read_until(&mut socket, "two").await;
    assert!(!stopped.is_finished());
    drop(sender);
    read_until(&mut socket, "0\r\n\r\n").await;
    stopped.await.unwrap();
}

#[tokio::test]
async fn dropping_the_server_ends_everything() {
    let upstream = Upstream::start().await;
    let running = proxy(upstream.with_key(), |_, _| {}).await;
    let (sender, plan) = Plan::channel();
    upstream.plan(plan);
    let mut socket = TcpStream::connect(running.address()).await.unwrap();
    socket
        .write_all(&post("/v1/responses", "", "{}"))
        .await
        .unwrap();
    sender.send(Ok(Bytes::from_static(b"one"))).await.unwrap();
    read_until(&mut socket, "one").await;
    drop(running);
    crate::support::rest(&mut socket).await;
    upstream.open(0).await;
}

#[tokio::test]
async fn it_serves_within_another_server() {
    let upstream = Upstream::start().await;
    let service = upstream.with_key().build_passthrough().unwrap();
    let proxy = Proxy::new(service, ProxyConfig::default()).unwrap();
    let app = axum::Router::new()
        .route("/health", axum::routing::get(|| async { "well" }))
        .fallback_service(proxy);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    let health = reqwest::get(format!("http://{address}/health"))
        .await
        .unwrap();
    assert_eq!(health.text().await.unwrap(), "well");
    upstream.plan(Plan::text(200, "answer"));
    let response = reqwest::get(format!("http://{address}/v1/files"))
        .await
        .unwrap();
    assert_eq!(response.text().await.unwrap(), "answer");
}
