//! Plain calls: errors, retries, limits and options.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use oci_genai::time::ManualClock;
use oci_genai::{Client, Endpoint, Error, ErrorKind, RequestOptions, RetryConfig, RetrySafety};
use serde_json::Value;

use crate::scripted::{End, Reply, Scripted, events, json};
use crate::streams::CREATED;

pub(crate) const RESPONSE: &str = r#"{"id":"resp_1","object":"response","created_at":1,"model":"m","status":"completed","output":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Hello","annotations":[]}]}]}"#;
pub(crate) const CONVERSATION: &str =
    r#"{"id":"conv_1","object":"conversation","created_at":1,"metadata":{}}"#;

pub(crate) async fn ask(client: &Client) -> Result<String, Error> {
    let response = client.responses().create("Hi").send().await?;
    Ok(response.output_text())
}

#[tokio::test]
async fn strict_servers_accept_the_request() {
    let server = Scripted::start(vec![json(200, RESPONSE), json(200, RESPONSE)]).await;
    let client = server.client();
    client
        .responses()
        .create(vec![oci_genai::ItemExt::user("Hi")])
        .conversation("conv_1")
        .send()
        .await
        .unwrap();
    ask(&client).await.unwrap();
    let received = server.received();
    let body: Value = serde_json::from_str(&received[0].body).unwrap();
    assert_eq!(body["conversation"], "conv_1");
    assert_eq!(body["input"][0]["type"], "message");
    assert_eq!(body["input"][0]["content"][0]["type"], "input_text");
    assert_eq!(body.as_object().unwrap().len(), 3, "{body}");
    assert_eq!(received[1].body, r#"{"model":"m","input":"Hi"}"#);
    let request = &received[0];
    assert_eq!(request.line(), "POST /openai/v1/responses HTTP/1.1");
    assert_eq!(request.header("openai-project"), Some("ocid1.project"));
    assert_eq!(request.header("authorization"), Some("Bearer sk-test"));
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("opc-request-id").unwrap().len(), 32);
    assert_eq!(request.header("opc-retry-token").unwrap().len(), 30);
    assert!(
        request
            .header("user-agent")
            .unwrap()
            .starts_with("oci-genai-rust/")
    );
    let encodings = request.header("accept-encoding").unwrap_or_default();
    assert!(!encodings.contains("zstd"), "{encodings}");
    assert_eq!(request.header("api-version"), None);
}

#[tokio::test]
async fn every_error_shape_keeps_status_code_text_and_request_id() {
    for (status, body, code, text) in [
        (401, r#"{"code":"401","message":"Wrong."}"#, None, "Wrong."),
        (
            400,
            r#"{"code":"InvalidParameter","message":"Wrong."}"#,
            Some("InvalidParameter"),
            "Wrong.",
        ),
        (
            404,
            r#"{"code":"404","message":"{\"error\":{\"message\":\"Wrong.\",\"code\":\"gone\"}}"}"#,
            Some("gone"),
            "Wrong.",
        ),
        (
            400,
            r#"{"error":{"code":"bad","message":"Wrong.","type":"t"}}"#,
            Some("bad"),
            "Wrong.",
        ),
        (
            400,
            r#"{"code":"invalid-argument","error":"Wrong."}"#,
            Some("invalid-argument"),
            "Wrong.",
        ),
        (404, "Wrong.", None, "Wrong."),
        (404, "<html><body>Wrong.</body></html>", None, "Wrong."),
        (405, "", None, "Method Not Allowed"),
    ] {
        let headers = "opc-request-id: ID/1\r\n";
        let server = Scripted::start(vec![Reply::Body(status, headers, body.to_owned())]).await;
        let error = ask(&server.client()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Service);
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert_eq!(error.code(), code, "{body}");
        assert_eq!(error.message(), text, "{body}");
        assert_eq!(error.request_id(), Some("ID/1"));
        assert_eq!(error.retry_safety(), RetrySafety::Rejected);
        assert_eq!(error.service_error().unwrap().body(), body);
        let shown = error.to_string();
        assert!(shown.contains(text) && shown.contains("ID/1"), "{shown}");
        assert!(!format!("{error:?}").contains("sk-test"));
    }
}

#[tokio::test]
async fn misleading_errors_have_hints() {
    let server = Scripted::start(vec![json(400, r#"{"message":"Invalid OpenAI project."}"#)]).await;
    let error = ask(&server.client()).await.unwrap_err();
    assert!(error.hint().unwrap().contains("minutes"));
    assert!(format!("{error:#}").contains("hint: "));
    assert!(!error.to_string().contains("hint: "));
}

#[tokio::test]
async fn limits_on_attempts_and_calls() {
    for (attempt, call, text) in [
        (Some(Duration::from_secs(10)), None, "10s"),
        (None, Some(Duration::from_secs(20)), "20s"),
    ] {
        let server = Scripted::start(vec![Reply::Silence]).await;
        let clock = ManualClock::new();
        let client = server
            .builder()
            .clock(clock.clone())
            .attempt_timeout(attempt)
            .timeout(call)
            .build()
            .unwrap();
        let waiting = tokio::spawn(async move { ask(&client).await });
        while server.received().is_empty() {
            tokio::task::yield_now().await;
        }
        clock.advance(Duration::from_secs(20));
        let error = waiting.await.unwrap().unwrap_err();
        assert!(
            error.is_timeout() && error.to_string().contains(text),
            "{error}"
        );
        assert_eq!(error.retry_safety(), RetrySafety::Unknown);
        server.closed.notified().await;
    }
}

#[tokio::test]
async fn options_of_one_call() {
    let server = Scripted::start(vec![json(200, CONVERSATION), json(503, "{}")]).await;
    let other = Scripted::start(vec![json(200, CONVERSATION)]).await;
    let client = server.client();
    let options = RequestOptions::new()
        .project("ocid1.other")
        .compartment("ocid1.compartment")
        .idempotency_token("token-1")
        .header("x-mine", "yes");
    client
        .conversations()
        .update("conv_1")
        .options(options)
        .await
        .unwrap();
    let received = server.received();
    let headers = [
        "openai-project",
        "opc-compartment-id",
        "opc-retry-token",
        "x-mine",
    ];
    let values = headers.map(|name| received[0].header(name).unwrap());
    assert_eq!(
        values,
        ["ocid1.other", "ocid1.compartment", "token-1", "yes"]
    );

    let options = RequestOptions::new().endpoint(Endpoint::from_url(&other.url).unwrap());
    client
        .conversations()
        .retrieve("conv_1")
        .options(options)
        .await
        .unwrap();
    assert_eq!(other.received().len(), 1);

    let options = RequestOptions::new().retry(RetryConfig::never());
    let error = client
        .conversations()
        .retrieve("conv_1")
        .options(options)
        .await
        .unwrap_err();
    assert_eq!((error.attempts(), server.received().len()), (1, 2));
}

#[tokio::test]
async fn invalid_requests_are_not_sent() {
    let server = Scripted::start(vec![]).await;
    let client = server.client();
    let unnamed = Client::builder()
        .base_url(&server.url)
        .api_key("k")
        .build()
        .unwrap();
    let responses = client.responses();
    let bad_header = responses.create("Hi").header("x", "a\nb");
    let bad_name = responses.create("Hi").header("x y", "a");
    let large = "x".repeat(100 * 1024 * 1024);
    let outcomes = [
        ("model", unnamed.responses().create("Hi").send().await.err()),
        (
            "model",
            responses.create("Hi").model(" ").send().await.err(),
        ),
        ("empty", responses.create(" ").send().await.err()),
        (
            "conversation id",
            responses
                .create("Hi")
                .conversation("a/b")
                .send()
                .await
                .err(),
        ),
        (
            "conversation id",
            responses
                .create("Hi")
                .conversation("a\nb")
                .send()
                .await
                .err(),
        ),
        (
            "response id",
            responses
                .create("Hi")
                .previous_response_id("")
                .send()
                .await
                .err(),
        ),
        (
            "temperature",
            responses
                .create("Hi")
                .temperature(f64::NAN)
                .send()
                .await
                .err(),
        ),
        ("header", bad_header.send().await.err()),
        ("header", bad_name.send().await.err()),
        ("bytes", responses.create(large).send().await.err()),
        (
            "metadata",
            responses
                .create("Hi")
                .metadata([("k".repeat(65), "v")])
                .send()
                .await
                .err(),
        ),
        (
            "metadata",
            client
                .conversations()
                .create()
                .metadata([("k", "v".repeat(513))])
                .await
                .err(),
        ),
        (
            "conversation id",
            client.conversations().retrieve("../x").await.err(),
        ),
        (
            "items",
            client.conversations().items("c").create([]).await.err(),
        ),
        (
            "limit",
            client
                .conversations()
                .items("c")
                .list()
                .limit(0)
                .await
                .err(),
        ),
    ];
    for (word, error) in outcomes {
        let error = error.unwrap();
        assert!(error.is_invalid_request(), "{word}: {error:?}");
        assert!(error.to_string().contains(word), "{word}: {error}");
        assert_eq!(error.retry_safety(), RetrySafety::NotSent);
        assert!(error.to_string().len() < 300);
    }
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn invalid_responses_are_decode_errors_of_completed_requests() {
    for (body, shown) in [
        ("<html>Welcome</html>", "Welcome"),
        ("", "empty"),
        ("{\"id\":5}", "JSON"),
    ] {
        let server = Scripted::start(vec![json(200, body)]).await;
        let error = ask(&server.client()).await.unwrap_err();
        assert!(error.is_decode(), "{error:?}");
        assert_eq!(error.retry_safety(), RetrySafety::Completed);
        assert!(error.to_string().contains(shown), "{error}");
    }
}

#[tokio::test]
async fn unknown_values_are_kept() {
    let body = RESPONSE.replace("\"completed\"", "\"pondered\"").replace(
        "\"output\":[",
        "\"news\":1,\"service_tier\":\"gold\",\"output\":[{\"type\":\"dance\",\"steps\":[1]},",
    );
    let server = Scripted::start(vec![json(200, &body)]).await;
    let response = server
        .client()
        .responses()
        .create("Hi")
        .send()
        .await
        .unwrap();
    assert_eq!(response.output_text(), "Hello");
    assert_eq!(
        serde_json::to_value(&response).unwrap(),
        serde_json::from_str::<Value>(&body).unwrap()
    );
}

#[tokio::test]
async fn raw_responses() {
    let reply = Reply::Body(
        200,
        "opc-request-id: RAW\r\nx-more: 1\r\n",
        RESPONSE.to_owned(),
    );
    let server = Scripted::start(vec![reply, json(404, "gone")]).await;
    let client = server.client();
    let raw = client.responses().create("Hi").send_raw().await.unwrap();
    assert_eq!(raw.status().as_u16(), 200);
    assert_eq!(raw.headers()["x-more"], "1");
    assert_eq!(raw.request_id().as_deref(), Some("RAW"));
    assert_eq!(raw.body(), RESPONSE.as_bytes());
    assert_eq!(raw.json::<Value>().unwrap()["id"], "resp_1");
    let error = client
        .responses()
        .create("Hi")
        .send_raw()
        .await
        .unwrap_err();
    assert_eq!((error.is_not_found(), error.message()), (true, "gone"));
}

#[tokio::test]
async fn the_low_level_client_shares_the_stack_and_its_errors() {
    let server = Scripted::start(vec![
        json(429, "{}"),
        json(200, CONVERSATION),
        json(404, "no"),
    ])
    .await;
    let client = server.client();
    let found = client.api().retrieve_conversation("conv_1").await.unwrap();
    assert_eq!(found.id, "conv_1");
    assert_eq!(
        server.received()[1].header("authorization"),
        Some("Bearer sk-test")
    );
    let error = Error::from(
        client
            .api()
            .retrieve_conversation("conv_1")
            .await
            .unwrap_err(),
    );
    assert_eq!((error.is_not_found(), error.message()), (true, "no"));
}

#[tokio::test]
async fn the_breaker_opens_and_the_budget_empties() {
    let replies = (0..2).map(|_| json(503, "{}")).collect();
    let server = Scripted::start(replies).await;
    let client = server
        .builder()
        .retry(RetryConfig::never())
        .circuit_breaker(2, Duration::from_secs(30))
        .build()
        .unwrap();
    for _ in 0..2 {
        assert!(ask(&client).await.unwrap_err().is_server_error());
    }
    let error = ask(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    assert_eq!(error.retry_safety(), RetrySafety::NotSent);
}

#[tokio::test]
async fn calls_beyond_the_concurrency_limit_wait() {
    let server = Scripted::start(vec![Reply::Silence, json(200, RESPONSE)]).await;
    let client = server.builder().concurrency_limit(1).build().unwrap();
    let second = client.clone();
    let first = tokio::spawn(async move { ask(&client).await });
    while server.received().is_empty() {
        tokio::task::yield_now().await;
    }
    let waiting = tokio::spawn(async move { ask(&second).await });
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.received().len(), 1);
    first.abort();
    assert_eq!(waiting.await.unwrap().unwrap(), "Hello");
}

#[tokio::test]
async fn layers_see_calls_or_attempts_as_documented() {
    use http::Request;
    use oci_genai_api::Body;
    use tower::ServiceBuilder;

    #[derive(Clone, Default)]
    struct Seen(Arc<AtomicU32>);
    let seen = |seen: &Seen, signed: bool| {
        let seen = seen.clone();
        ServiceBuilder::new()
            .map_request(move |request: Request<Body>| {
                seen.0.fetch_add(1, Ordering::Relaxed);
                assert_eq!(request.headers().contains_key("openai-project"), signed);
                assert!(!request.headers().contains_key("authorization"));
                request
            })
            .into_inner()
    };
    let (outer, inner) = (Seen::default(), Seen::default());
    let server = Scripted::start(vec![json(429, "{}"), json(200, RESPONSE)]).await;
    let client = server
        .builder()
        .layer(seen(&outer, false))
        .layer(tower_http::set_header::SetRequestHeaderLayer::overriding(
            http::HeaderName::from_static("x-layer"),
            http::HeaderValue::from_static("tower-http"),
        ))
        .attempt_layer(seen(&inner, true))
        .build()
        .unwrap();
    assert_eq!(ask(&client).await.unwrap(), "Hello");
    assert_eq!(outer.0.load(Ordering::Relaxed), 1, "once per call");
    assert_eq!(inner.0.load(Ordering::Relaxed), 2, "once per attempt");
    assert!(
        server
            .received()
            .iter()
            .all(|r| r.header("x-layer") == Some("tower-http"))
    );
}

#[tokio::test]
async fn a_layers_own_error_is_the_source() {
    #[derive(Debug, thiserror::Error)]
    #[error("out of coins")]
    struct OutOfCoins;
    let server = Scripted::start(vec![]).await;
    let client = server
        .builder()
        .layer(tower::filter::FilterLayer::new(
            |_: http::Request<oci_genai_api::Body>| {
                Err::<http::Request<oci_genai_api::Body>, _>(
                    Box::new(OutOfCoins) as oci_genai_api::BoxError
                )
            },
        ))
        .build()
        .unwrap();
    let error = ask(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Middleware);
    assert!(error.source().unwrap().is::<OutOfCoins>());
}

#[tokio::test]
async fn a_layer_can_replace_authentication() {
    let server = Scripted::start(vec![json(200, RESPONSE)]).await;
    let client = server
        .builder()
        .auth_layer(tower_http::set_header::SetRequestHeaderLayer::overriding(
            http::header::AUTHORIZATION,
            http::HeaderValue::from_static("Custom 1"),
        ))
        .build()
        .unwrap();
    ask(&client).await.unwrap();
    assert_eq!(
        server.received()[0].header("authorization"),
        Some("Custom 1")
    );
}

#[tokio::test]
async fn any_service_can_replace_reqwest() {
    use tower::service_fn;
    let service = service_fn(|request: http::Request<oci_genai_api::Body>| async move {
        assert_eq!(request.headers()["authorization"], "Bearer sk-test");
        Ok::<_, oci_genai_api::BoxError>(http::Response::new(oci_genai_api::Body::from(RESPONSE)))
    });
    let client = Client::builder()
        .region("us-chicago-1")
        .api_key("sk-test")
        .model("m")
        .http_service(service)
        .build()
        .unwrap();
    assert_eq!(ask(&client).await.unwrap(), "Hello");
}

#[tokio::test]
async fn credentials_are_not_sent_to_other_hosts_over_plain_http() {
    let client = Client::builder()
        .base_url("http://inference.example.com/openai/v1")
        .api_key("sk-test")
        .model("m")
        .build()
        .unwrap();
    let error = ask(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert_eq!(error.retry_safety(), RetrySafety::NotSent);
    assert!(error.source().is_some());
}

#[tokio::test]
async fn debug_shows_no_secrets() {
    let builder = Client::builder()
        .base_url("http://127.0.0.1:1/")
        .api_key("sk-secret")
        .model("m");
    let text = format!("{builder:?}");
    let client = builder.build().unwrap();
    let call = client.responses().create("Hi");
    let text = format!(
        "{text} {client:?} {call:?} {:?} {:?}",
        client.api(),
        client.transport()
    );
    assert!(!text.contains("sk-secret"), "{text}");
}

#[tokio::test]
async fn streams_do_not_block_other_calls_of_the_client() {
    let server = Scripted::start(vec![events(&[CREATED], End::Open), json(200, RESPONSE)]).await;
    let client = server.client();
    let stream = client
        .responses()
        .create("Hi")
        .store(false)
        .stream()
        .await
        .unwrap();
    assert_eq!(ask(&client).await.unwrap(), "Hello");
    drop(stream);
}
