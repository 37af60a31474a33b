//! Bytes in equal bytes out, in both directions.

use std::net::SocketAddr;
use std::sync::OnceLock;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use http_body_util::{BodyExt as _, Either, Full, StreamBody};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tokio::net::TcpStream;

use crate::support::{PROJECT, Plan, Received, Running, Upstream, proxy};

/// Headers that end at the proxy, or that it sets itself.
const NOT_SENT_ON: [&str; 20] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "authorization",
    "cookie",
    "host",
    "content-length",
    "expect",
    "date",
    "api-key",
    "x-api-key",
    "x-date",
    "x-content-sha256",
    "opc-obo-token",
];

/// Headers that the proxy adds where the caller has none.
const ADDED: [&str; 5] = [
    "openai-project",
    "opc-request-id",
    "user-agent",
    "accept",
    "content-type",
];

#[derive(Clone, Debug)]
struct Message {
    headers: Vec<(HeaderName, HeaderValue)>,
    pieces: Vec<Bytes>,
    /// Whether the length is said at the start.
    sized: bool,
}

#[derive(Clone, Debug)]
struct Case {
    method: Method,
    target: String,
    request: Message,
    status: u16,
    response: Message,
    http2: bool,
    signed: bool,
}

fn value() -> impl Strategy<Value = HeaderValue> {
    // Blanks at the ends are not part of a value.
    let inner = prop::collection::vec(
        prop_oneof![8 => 0x21_u8..0x7f, 1 => Just(b' '), 1 => 0x80_u8..=0xff],
        0..40,
    );
    inner.prop_map(|bytes| {
        let trimmed = bytes.trim_ascii().to_vec();
        HeaderValue::from_bytes(&trimmed).unwrap()
    })
}

fn header() -> impl Strategy<Value = (HeaderName, HeaderValue)> {
    let common = [
        "accept",
        "accept-encoding",
        "content-encoding",
        "content-language",
        "etag",
        "openai-organization",
        "openai-project",
        "opc-compartment-id",
        "opc-request-id",
        "origin-agent-cluster",
        "range",
        "retry-after",
        "set-cookie",
        "user-agent",
        "x-forwarded-for",
        "x-stainless-lang",
    ];
    let ended = [
        "authorization",
        "cookie",
        "keep-alive",
        "opc-obo-token",
        "x-api-key",
        "x-date",
    ];
    let name = prop_oneof![
        3 => prop::sample::select(common.to_vec()).prop_map(str::to_owned),
        1 => prop::sample::select(ended.to_vec()).prop_map(str::to_owned),
        3 => "x-[a-z0-9_-]{1,12}",
    ];
    (name, value()).prop_map(|(name, value)| (name.parse().unwrap(), value))
}

fn message() -> impl Strategy<Value = Message> {
    let piece = prop_oneof![
        4 => prop::collection::vec(any::<u8>(), 1..200),
        1 => (any::<u8>(), 1_usize..70_000).prop_map(|(byte, count)| vec![byte; count]),
        1 => Just(b"event: x\ndata: {\"a\": 1}\r\n\r\n: beat\n\ndata: [DONE]\n\n".to_vec()),
    ];
    let kind = prop_oneof![
        Just("application/json"),
        Just("text/event-stream"),
        Just("multipart/form-data; boundary=x"),
    ];
    (
        prop::collection::vec(header(), 0..8),
        kind,
        prop::collection::vec(piece.prop_map(Bytes::from), 0..8),
        any::<bool>(),
    )
        .prop_map(|(mut headers, kind, pieces, sized)| {
            headers.push((http::header::CONTENT_TYPE, HeaderValue::from_static(kind)));
            Message {
                headers,
                pieces,
                sized,
            }
        })
}

fn case() -> impl Strategy<Value = Case> {
    let methods = [
        Method::GET,
        Method::POST,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
    ];
    let statuses = [
        200, 200, 201, 202, 301, 307, 400, 404, 408, 409, 429, 500, 502, 503, 529,
    ];
    (
        prop::sample::select(methods.to_vec()),
        "(/openai)?/v1/[a-z]{1,9}(/[A-Za-z0-9_.~%!$&()*+,;=:@-]{0,9}[a-z])?(\\?[a-z0-9=&%._~+]{0,12})?",
        message(),
        prop::sample::select(statuses.to_vec()),
        message(),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(
            |(method, target, request, status, response, http2, signed)| Case {
                method,
                // An escape is two digits.
                target: target.replace('%', "%2f").replace("/models", "/modals"),
                request,
                status,
                response,
                http2,
                signed,
            },
        )
}

fn frames(pieces: &[Bytes]) -> impl http_body::Body<Data = Bytes, Error = std::io::Error> + use<> {
    let pieces: Vec<Bytes> = pieces.to_vec();
    StreamBody::new(stream::iter(pieces).map(|piece| Ok(http_body::Frame::data(piece))))
}

fn headers(message: &Message) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in &message.headers {
        map.append(name.clone(), value.clone());
    }
    map
}

async fn send(address: SocketAddr, case: &Case) -> (http::response::Parts, Bytes) {
    let whole = Bytes::from(case.request.pieces.concat());
    let body = match case.request.sized {
        true => Either::Left(Full::new(whole).map_err(|never| match never {})),
        false => Either::Right(frames(&case.request.pieces)),
    };
    let body = body.boxed_unsync();
    let mut request = Request::new(body);
    *request.method_mut() = case.method.clone();
    *request.headers_mut() = headers(&case.request);
    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let response: Response<Incoming> = if case.http2 {
        let uri = format!("http://localhost{}", case.target);
        *request.uri_mut() = uri.parse().unwrap();
        // Headers about one connection are not allowed in HTTP/2.
        request.headers_mut().remove("keep-alive");
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), stream)
                .await
                .unwrap();
        tokio::spawn(connection);
        sender.send_request(request).await.unwrap()
    } else {
        *request.uri_mut() = case.target.parse().unwrap();
        let host = HeaderValue::from_static("localhost");
        request.headers_mut().insert("host", host);
        if !case.request.sized {
            let chunked = HeaderValue::from_static("chunked");
            request.headers_mut().insert("transfer-encoding", chunked);
        }
        let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        sender.send_request(request).await.unwrap()
    };
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (parts, body)
}

/// The values of each header, in order, but for some.
fn values(map: &HeaderMap, without: &[&str]) -> Vec<(String, Vec<Vec<u8>>)> {
    let mut all: Vec<_> = map
        .keys()
        .filter(|name| !without.contains(&name.as_str()))
        .map(|name| {
            let values = map.get_all(name).iter();
            let values = values.map(|value| value.as_bytes().to_vec()).collect();
            (name.to_string(), values)
        })
        .collect();
    all.sort();
    all
}

fn assert_request(case: &Case, received: &Received) {
    assert_eq!(received.method, case.method);
    let below = case.target.trim_start_matches("/openai");
    assert_eq!(
        received.uri.path_and_query().unwrap().as_str(),
        format!("/openai{below}")
    );
    assert_eq!(received.body, case.request.pieces.concat());
    let sent = headers(&case.request);
    let mut expected = values(&sent, &NOT_SENT_ON);
    let mut got = values(&received.headers, &NOT_SENT_ON);
    for name in ADDED {
        if !sent.contains_key(name) {
            got.retain(|(found, _)| found != name);
        }
    }
    expected.sort();
    assert_eq!(got, expected);
    if !sent.contains_key("openai-project") {
        assert_eq!(received.headers["openai-project"], PROJECT);
    }
    let authorization = received.headers["authorization"].to_str().unwrap();
    let scheme = if case.signed {
        "Signature "
    } else {
        "Bearer sk-of"
    };
    assert!(authorization.starts_with(scheme), "{authorization}");
    assert_eq!(received.headers.get_all("authorization").iter().count(), 1);
    for name in [
        "cookie",
        "api-key",
        "x-api-key",
        "x-date",
        "opc-obo-token",
        "keep-alive",
    ] {
        assert!(!received.headers.contains_key(name), "{name}");
    }
}

fn assert_response(case: &Case, parts: &http::response::Parts, body: &Bytes) {
    assert_eq!(parts.status, case.status);
    assert_eq!(*body, case.response.pieces.concat());
    const ENDED: [&str; 5] = [
        "keep-alive",
        "connection",
        "transfer-encoding",
        "content-length",
        "date",
    ];
    let expected = values(&headers(&case.response), &ENDED);
    assert_eq!(values(&parts.headers, &ENDED), expected);
}

struct World {
    upstream: Upstream,
    with_key: Running,
    with_signer: Running,
    runtime: tokio::runtime::Runtime,
}

fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let (upstream, with_key, with_signer) = runtime.block_on(async {
            let upstream = Upstream::start().await;
            // What is read of bodies must not change them.
            let with_key = proxy(upstream.with_key(), |config, _| config.read_usage = true).await;
            let with_signer =
                proxy(upstream.with_signer(), |config, _| config.read_usage = true).await;
            (upstream, with_key, with_signer)
        });
        World {
            upstream,
            with_key,
            with_signer,
            runtime,
        }
    })
}

#[test]
fn whatever_is_sent_arrives_as_it_is_and_so_does_the_response() {
    let world = world();
    let mut runner = TestRunner::new(Config::with_cases(200));
    runner
        .run(&case(), |case| {
            world.runtime.block_on(async {
                let planned = headers(&case.response);
                let whole = case.response.pieces.concat();
                let mut plan = match case.response.sized {
                    true => {
                        let mut plan = Plan::text(200, "");
                        plan.body = Full::new(Bytes::from(whole))
                            .map_err(|never| match never {})
                            .boxed_unsync();
                        plan
                    }
                    false => Plan::chunks(case.response.pieces.clone()),
                };
                plan.status = case.status;
                plan.headers = planned;
                world.upstream.plan(plan);
                let running = if case.signed {
                    &world.with_signer
                } else {
                    &world.with_key
                };
                let (parts, body) = send(running.address(), &case).await;
                assert_request(&case, &world.upstream.take_last());
                assert_response(&case, &parts, &body);
            });
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn only_the_models_name_differs_under_a_map() {
    let upstream = Upstream::start().await;
    let mapped = proxy(upstream.with_key(), |config, _| {
        config.models_map.insert("gpt-4o", "openai.gpt-oss-120b");
    })
    .await;
    let http = reqwest::Client::new();
    let url = format!("http://{}/v1/responses", mapped.address());
    for (kind, body, sent) in [
        (
            "application/json",
            r#"{"input": "gpt-4o",  "model":"gpt-4o", "x": 1.0}"#,
            r#"{"input": "gpt-4o",  "model":"openai.gpt-oss-120b", "x": 1.0}"#,
        ),
        (
            "text/plain",
            r#"{"model":"gpt-4o"}"#,
            r#"{"model":"gpt-4o"}"#,
        ),
        (
            "application/json",
            r#"{"model":"other"} "#,
            r#"{"model":"other"} "#,
        ),
    ] {
        let response = http
            .post(&url)
            .header("content-type", kind)
            .body(body)
            .send()
            .await;
        assert_eq!(response.unwrap().status(), 200);
        assert_eq!(upstream.take_last().body, sent);
    }
}

#[tokio::test]
async fn head_and_empty_responses_stay_what_they_are() {
    let upstream = Upstream::start().await;
    let running = proxy(upstream.with_key(), |_, _| {}).await;
    let http = reqwest::Client::new();
    let url = format!("http://{}/v1/files/f", running.address());
    upstream.plan(Plan::text(200, "123456"));
    let head = http.head(&url).send().await.unwrap();
    assert_eq!(head.headers()["content-length"], "6");
    for status in [204, 304] {
        upstream.plan(Plan::text(status, ""));
        let response = http.get(&url).send().await.unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(response.bytes().await.unwrap(), "");
    }
}
