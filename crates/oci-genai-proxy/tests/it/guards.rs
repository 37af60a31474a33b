//! Who is let in.

use http::StatusCode;
use oci_genai_proxy::{Outcome, Proxy, ProxyConfig, Token};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

use crate::support::{KEY, Upstream, post, proxy, raw, refusal};

const PATHS: [(Method, &str); 5] = [
    (Method::POST, "/v1/responses"),
    (Method::GET, "/openai/v1/conversations/c"),
    (Method::GET, "/v1/models"),
    (Method::GET, "/v1/models/m"),
    (Method::GET, "/nowhere"),
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

async fn status(request: RequestBuilder) -> StatusCode {
    request.send().await.unwrap().status()
}

#[tokio::test]
async fn the_token_is_wanted_everywhere_and_taken_in_three_headers() {
    let upstream = Upstream::start().await;
    let token = Token::random().unwrap();
    let running = proxy(upstream.with_key(), |config, _| {
        config.token = Some(token.clone());
    })
    .await;
    let http = Client::new();
    for (method, path) in &PATHS {
        let url = format!("http://{}{path}", running.address());
        let request = || http.request(method.clone(), &url);
        for refused in [
            request(),
            request().bearer_auth(KEY),
            request().bearer_auth("sk-local-guess"),
            request().header("authorization", token.expose()),
            request().header("cookie", token.expose()),
            request().query(&[("api-key", token.expose())]),
        ] {
            let response = refused.send().await.unwrap();
            assert_eq!(response.status(), 401, "{path}");
            let body: Value = response.json().await.unwrap();
            assert_eq!(body["error"]["code"], "invalid_api_key");
            assert!(!body.to_string().contains(token.expose()));
        }
        for taken in [
            request().bearer_auth(token.expose()),
            request().header("api-key", token.expose()),
            request().header("x-api-key", token.expose()),
        ] {
            assert_ne!(status(taken).await, 401, "{path}");
        }
    }
    // What was let in went on with the service's credential in place of the token.
    let received = upstream.received();
    assert!(!received.is_empty());
    for request in &received {
        assert_eq!(request.headers["authorization"], format!("Bearer {KEY}"));
        assert!(!format!("{:?}", request.headers).contains(token.expose()));
    }
}

#[tokio::test]
async fn on_loopback_a_request_names_a_loopback_host() {
    let upstream = Upstream::start().await;
    let running = proxy(upstream.with_key(), |config, _| {
        config.allow_hosts = vec!["DevBox.example".into(), "fd00::7".into()];
    })
    .await;
    let http = Client::new();
    for (method, path) in &PATHS {
        let url = format!("http://{}{path}", running.address());
        for host in OTHERS {
            let request = http.request(method.clone(), &url).header("host", host);
            assert_eq!(status(request).await, 403, "{path} as {host}");
        }
    }
    assert!(upstream.received().is_empty());
    for (method, path) in &PATHS {
        let url = format!("http://{}{path}", running.address());
        for host in LOOPBACK
            .into_iter()
            .chain(["devbox.example:80", "[fd00::7]:80"])
        {
            let request = http.request(method.clone(), &url).header("host", host);
            assert_ne!(status(request).await, 403, "{path} as {host}");
        }
    }
}

#[tokio::test]
async fn the_error_for_a_host_names_the_flag_that_allows_it() {
    let upstream = Upstream::start().await;
    let mut running = proxy(upstream.with_key(), |_, _| {}).await;
    let url = format!("http://{}/v1/models", running.address());
    let request = Client::new().get(&url).header("host", "devbox:8080");
    let text = request.send().await.unwrap().text().await.unwrap();
    assert!(text.contains("--allow-host devbox"), "{text}");
    let record = running.ended(Outcome::ByProxy).await;
    assert!(record.reason.unwrap().contains("devbox"));
    let long = "x".repeat(5000);
    let request = Client::new().get(&url).header("host", &long);
    let text = request.send().await.unwrap().text().await.unwrap();
    assert!(text.contains("the host") && !text.contains(&long), "{text}");
}

#[tokio::test]
async fn every_name_in_a_request_counts() {
    let upstream = Upstream::start().await;
    let running = proxy(upstream.with_key(), |_, _| {}).await;
    for head in [
        "GET http://evil.example/v1/files HTTP/1.1\r\nhost: localhost\r\n",
        "GET http://localhost/v1/files HTTP/1.1\r\nhost: evil.example\r\n",
        "GET /v1/files HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\n",
        "GET /v1/files HTTP/1.1\r\nhost:\r\n",
        "GET /v1/files HTTP/1.0\r\n",
    ] {
        let head = format!("{head}connection: close\r\n\r\n");
        let text = raw(running.address(), head.as_bytes()).await;
        assert!(text.contains(" 403 "), "{head}: {text}");
    }
    assert!(upstream.received().is_empty());
}

#[tokio::test]
async fn a_rebound_name_gets_nothing_by_either_version_of_http() {
    let upstream = Upstream::start().await;
    let running = proxy(upstream.with_key(), |_, _| {}).await;
    let port = running.address().port();
    let rebound = || Client::builder().resolve("evil.example", running.address());
    for client in [rebound().http1_only(), rebound().http2_prior_knowledge()] {
        let client = client.build().unwrap();
        for (method, path) in &PATHS {
            let url = format!("http://evil.example:{port}{path}");
            assert_eq!(
                status(client.request(method.clone(), &url)).await,
                403,
                "{url}"
            );
        }
    }
    assert!(upstream.received().is_empty());
}

#[tokio::test]
async fn pages_of_other_sites_are_refused_before_anything_happens() {
    let upstream = Upstream::start().await;
    let running = proxy(upstream.with_key(), |_, _| {}).await;
    let url = format!("http://{}/v1/responses", running.address());
    for (name, value) in [
        ("origin", "http://evil.example"),
        ("origin", "null"),
        ("origin", "http://localhost:1"),
        ("sec-fetch-site", "cross-site"),
    ] {
        // What a page can send without asking first.
        let request = Client::new().post(&url).header(name, value);
        let request = request.header("content-type", "text/plain").body("{}");
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 403, "{value}");
        assert!(
            !response
                .headers()
                .contains_key("access-control-allow-origin")
        );
        let request = Client::new().request(Method::OPTIONS, &url);
        let request = request
            .header(name, value)
            .header("access-control-request-method", "POST");
        assert_eq!(status(request).await, 403, "{value}");
    }
    assert!(upstream.received().is_empty());
    let own = format!("http://{}", running.address());
    let request = Client::new().post(&url).header("origin", own);
    assert_eq!(status(request).await, 200);
}

#[tokio::test]
async fn an_allowed_page_may_call_and_read_and_no_other() {
    let upstream = Upstream::start().await;
    let page = "http://localhost:3000";
    let token = Token::random().unwrap();
    let running = proxy(upstream.with_key(), |config, _| {
        config.allow_origins = vec![page.into()];
        config.token = Some(token.clone());
    })
    .await;
    let url = format!("http://{}/v1/responses", running.address());
    let preflight = Client::new()
        .request(Method::OPTIONS, &url)
        .header("origin", page)
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "authorization,content-type",
        );
    let response = preflight.send().await.unwrap();
    assert_eq!(response.status(), 204);
    let headers = response.headers();
    assert_eq!(headers["access-control-allow-origin"], page);
    assert_eq!(
        headers["access-control-allow-headers"],
        "authorization,content-type"
    );
    assert!(!headers.contains_key("access-control-allow-credentials"));
    let plan = crate::support::Plan::text(429, "{}")
        .header("access-control-allow-origin", "*")
        .header("retry-after", "7");
    upstream.plan(plan);
    let request = Client::new().post(&url).header("origin", page);
    let response = request.bearer_auth(token.expose()).send().await.unwrap();
    assert_eq!(response.status(), 429);
    let allowed: Vec<_> = response
        .headers()
        .get_all("access-control-allow-origin")
        .iter()
        .collect();
    assert_eq!(allowed, [page]);
    assert_eq!(response.headers()["retry-after"], "7");
    // A page still needs the token, and is shown why it was refused.
    let response = Client::new()
        .post(&url)
        .header("origin", page)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(response.headers()["access-control-allow-origin"], page);
    // The service does not decide which pages may read.
    let plan = crate::support::Plan::text(200, "{}").header("access-control-allow-origin", "*");
    upstream.plan(plan);
    let response = Client::new()
        .post(&url)
        .bearer_auth(token.expose())
        .send()
        .await
        .unwrap();
    assert!(
        !response
            .headers()
            .contains_key("access-control-allow-origin")
    );
}

#[tokio::test]
async fn other_paths_and_methods_are_refused() {
    let upstream = Upstream::start().await;
    let running = proxy(upstream.with_key(), |_, _| {}).await;
    for (line, status) in [
        ("GET / HTTP/1.1", 404),
        ("GET /v1 HTTP/1.1", 404),
        ("GET /20231130/x HTTP/1.1", 404),
        ("GET /v1/../x HTTP/1.1", 400),
        ("GET /v1/a/%2e%2E/%2e%2e/x HTTP/1.1", 400),
        ("TRACE /v1/files HTTP/1.1", 405),
        ("OPTIONS /v1/files HTTP/1.1", 405),
        ("CONNECT localhost:443 HTTP/1.1", 404),
        ("BREW /v1/files HTTP/1.1", 405),
    ] {
        let head = format!("{line}\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        let text = raw(running.address(), head.as_bytes()).await;
        assert_eq!(refusal(&text).0, status, "{line}: {text}");
    }
    assert!(upstream.received().is_empty());
}

#[tokio::test]
async fn what_cannot_be_allowed_is_named() {
    let upstream = Upstream::start().await;
    let made = |change: fn(&mut ProxyConfig)| {
        let mut config = ProxyConfig::default();
        change(&mut config);
        Proxy::new(upstream.with_key().build_passthrough().unwrap(), config)
    };
    let error = made(|config| config.allow_hosts = vec!["http://devbox".into()]).unwrap_err();
    assert!(error.to_string().contains("http://devbox"), "{error}");
    let error = made(|config| config.allow_origins = vec!["*".into()]).unwrap_err();
    assert!(error.to_string().contains("\"*\""), "{error}");
}

#[tokio::test]
async fn nothing_shows_secrets() {
    let upstream = Upstream::start().await;
    let token = Token::random().unwrap();
    let mut config = ProxyConfig::default();
    config.token = Some(token.clone());
    let proxy = Proxy::new(
        upstream.with_key().build_passthrough().unwrap(),
        config.clone(),
    )
    .unwrap();
    let shown = format!("{proxy:?} {config:?}");
    assert!(
        !shown.contains(token.expose()) && !shown.contains(KEY),
        "{shown}"
    );
    let bytes = post("/v1/responses", "connection: close\r\n", "{}");
    let mut running = crate::support::proxy(upstream.with_key(), |config, _| {
        config.token = Some(token.clone());
    })
    .await;
    raw(running.address(), &bytes).await;
    let shown = format!("{:?}", running.record().await);
    assert!(!shown.contains(token.expose()), "{shown}");
}
