//! Which host names a request may call the emulator by.

use std::net::SocketAddr;

use oci_genai_emulator::{DEFAULT_API_KEY, DEFAULT_PROJECT, Effect, Emulator, Fault, StartError};
use reqwest::{Client, Method, StatusCode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Every kind of route: the API, what no service owns, identity, control, inspector.
const ROUTES: [(Method, &str); 9] = [
    (Method::POST, "/openai/v1/conversations"),
    (Method::GET, "/openai/v1/conversations/conv_1"),
    (Method::GET, "/openai/v1/responses"),
    (Method::GET, "/nowhere"),
    (Method::GET, "/opc/v2/instance/region"),
    (Method::GET, "/opc/v2/identity/key.pem"),
    (Method::POST, "/v1/x509"),
    (Method::GET, "/_emulator/requests"),
    (Method::GET, "/inspector"),
];

const LOOPBACK: [&str; 10] = [
    "127.0.0.1",
    "127.0.0.1:9",
    "127.8.9.1:80",
    "localhost",
    "LocalHost:8080",
    "localhost.",
    "app.localhost",
    "a.b.LOCALHOST:8080",
    "[::1]:8080",
    "[::ffff:127.0.0.1]",
];

const OTHERS: [&str; 11] = [
    "evil.example",
    "evil.example:8080",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "notlocalhost",
    "localhost@evil.example",
    "evil.example@localhost",
    "192.168.1.1",
    "0.0.0.0",
    "[::2]:8080",
    "a.localhost..",
];

async fn status(
    client: &Client,
    address: SocketAddr,
    route: &(Method, &str),
    host: &str,
) -> StatusCode {
    let (method, path) = route;
    let credential = match path.starts_with("/opc/") {
        true => "Oracle",
        false => DEFAULT_API_KEY,
    };
    let request = client
        .request(method.clone(), format!("http://{address}{path}"))
        .bearer_auth(credential)
        .header("openai-project", DEFAULT_PROJECT)
        .header("host", host);
    request.send().await.unwrap().status()
}

#[tokio::test]
async fn on_loopback_every_route_wants_a_loopback_host() {
    let (emulator, client) = (Emulator::start().await.unwrap(), Client::new());
    for route in &ROUTES {
        for host in OTHERS {
            let status = status(&client, emulator.address(), route, host).await;
            assert_eq!(status, 403, "{route:?} as {host}");
        }
    }
    let there = emulator.project(DEFAULT_PROJECT);
    assert!(there.conversations.is_empty(), "another host used the key");
    for route in &ROUTES {
        for host in LOOPBACK {
            let status = status(&client, emulator.address(), route, host).await;
            assert_ne!(status, 403, "{route:?} as {host}");
        }
    }
    let there = emulator.project(DEFAULT_PROJECT);
    assert_eq!(there.conversations.len(), LOOPBACK.len());
}

#[tokio::test]
async fn the_error_for_a_host_names_the_flag_that_allows_it() {
    let emulator = Emulator::start().await.unwrap();
    let url = format!("http://{}/inspector", emulator.address());
    let request = Client::new().get(url).header("host", "devbox:8080");
    let text = request.send().await.unwrap().text().await.unwrap();
    assert!(text.contains("--allow-host devbox"), "{text}");
    let request = Client::new().get(emulator.base_url());
    let request = request.header("host", "devbox:8080");
    let text = request.send().await.unwrap().text().await.unwrap();
    assert!(text.contains("--allow-host devbox"), "{text}");
    let seen = emulator.requests();
    assert!(seen[0].error.as_ref().unwrap().contains("devbox"));
    let long = "x".repeat(5000);
    let request = Client::new().get(emulator.base_url()).header("host", &long);
    let text = request.send().await.unwrap().text().await.unwrap();
    assert!(text.contains("loopback") && !text.contains(&long));
}

#[tokio::test]
async fn a_refused_host_uses_no_fault_up() {
    let fault = Fault::new(Effect::Orphan).times(1);
    let emulator = Emulator::builder().fault(fault).start().await.unwrap();
    let request = Client::new().get(emulator.base_url());
    let refused = request.header("host", "evil.example").send().await;
    assert_eq!(refused.unwrap().status(), 403);
    assert_eq!(emulator.faults().list()[0].matched, 0);
}

#[tokio::test]
async fn a_rebound_name_gets_nothing_by_either_version_of_http() {
    let emulator = Emulator::start().await.unwrap();
    let port = emulator.address().port();
    let rebound = || Client::builder().resolve("evil.example", emulator.address());
    for client in [rebound().http1_only(), rebound().http2_prior_knowledge()] {
        let client = client.build().unwrap();
        for (method, path) in &ROUTES {
            let url = format!("http://evil.example:{port}{path}");
            let request = client
                .request(method.clone(), &url)
                .bearer_auth(DEFAULT_API_KEY)
                .header("openai-project", DEFAULT_PROJECT);
            assert_eq!(request.send().await.unwrap().status(), 403, "{url}");
        }
    }
    assert!(emulator.project(DEFAULT_PROJECT).conversations.is_empty());
}

#[tokio::test]
async fn every_name_in_a_request_counts() {
    let emulator = Emulator::start().await.unwrap();
    for head in [
        // The target names another host than the header.
        "GET http://evil.example/inspector HTTP/1.1\r\nhost: localhost\r\n",
        "GET http://localhost/inspector HTTP/1.1\r\nhost: evil.example\r\n",
        "GET /inspector HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\n",
        "GET /inspector HTTP/1.1\r\nhost:\r\n",
        "GET /inspector HTTP/1.0\r\n",
    ] {
        let mut socket = TcpStream::connect(emulator.address()).await.unwrap();
        let head = format!("{head}connection: close\r\n\r\n");
        socket.write_all(head.as_bytes()).await.unwrap();
        let mut text = String::new();
        socket.read_to_string(&mut text).await.unwrap();
        assert!(text.contains(" 403 "), "{head}: {text}");
    }
}

#[tokio::test]
async fn a_host_that_is_named_is_allowed() {
    let emulator = Emulator::builder()
        .allow_host("DevBox.example")
        .allow_host("192.168.1.7")
        .allow_host("fd00::7")
        .start()
        .await
        .unwrap();
    let client = Client::new();
    for route in &ROUTES {
        for host in [
            "devbox.example",
            "DEVBOX.EXAMPLE:8080",
            "192.168.1.7:80",
            "[fd00::7]:80",
            "localhost",
        ] {
            let status = status(&client, emulator.address(), route, host).await;
            assert_ne!(status, 403, "{route:?} as {host}");
        }
        for host in ["evil.example", "a.devbox.example", "192.168.1.8"] {
            let status = status(&client, emulator.address(), route, host).await;
            assert_eq!(status, 403, "{route:?} as {host}");
        }
    }
}

#[tokio::test]
async fn elsewhere_any_host_reaches_the_api_and_none_the_orders() {
    let anywhere = "0.0.0.0:0".parse().unwrap();
    let emulator = Emulator::builder().listen(anywhere).start().await.unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], emulator.address().port()));
    let client = Client::new();
    for host in OTHERS.into_iter().chain(LOOPBACK) {
        let create = (Method::POST, "/openai/v1/conversations");
        assert_eq!(status(&client, address, &create, host).await, 200, "{host}");
        let identity = (Method::GET, "/opc/v2/instance/region");
        assert_eq!(
            status(&client, address, &identity, host).await,
            200,
            "{host}"
        );
        let orders = (Method::GET, "/_emulator/requests");
        assert_eq!(status(&client, address, &orders, host).await, 404, "{host}");
    }
}

#[tokio::test]
async fn what_is_no_host_name_cannot_be_allowed() {
    for name in ["", "http://devbox", "devbox:8080", "dev box", "*", "a/b"] {
        let started = Emulator::builder().allow_host(name).start().await;
        let Err(StartError::Setting(text)) = started else {
            panic!("{name:?} was taken")
        };
        assert!(text.contains("without a port"), "{text}");
    }
}
