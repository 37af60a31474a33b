//! Retries, and the retry safety of errors.

use std::error::Error as _;

use oci_genai::time::ManualClock;
use oci_genai::{Client, RetryConfig, RetrySafety};

use crate::calls::{CONVERSATION, RESPONSE, ask};
use crate::scripted::{Reply, Scripted, json};

#[tokio::test]
async fn transient_errors_are_retried_with_one_token_and_counted() {
    let server = Scripted::start(vec![json(429, "{}"), json(503, "{}"), json(200, RESPONSE)]).await;
    assert_eq!(ask(&server.client()).await.unwrap(), "Hello");
    let received = server.received();
    assert_eq!(received.len(), 3);
    for name in ["opc-retry-token", "authorization"] {
        assert!(
            received
                .iter()
                .all(|r| r.header(name) == received[0].header(name))
        );
    }
    assert!(received.iter().all(|r| r.body == received[0].body));

    let replies = (0..4)
        .map(|_| json(429, r#"{"message":"Slow down."}"#))
        .collect();
    let server = Scripted::start(replies).await;
    let error = ask(&server.client()).await.unwrap_err();
    assert!(error.is_rate_limited());
    assert_eq!(error.attempts(), 4);
}

#[tokio::test]
async fn a_turn_with_unknown_outcome_is_not_sent_twice() {
    let gateway = |status, body: &str| Reply::Body(status, "retry-after: 0\r\n", body.to_owned());
    for reply in [
        Reply::Reset,
        json(500, "{}"),
        json(504, "{}"),
        json(408, "{}"),
        gateway(503, ""),
        gateway(
            503,
            "upstream connect error or disconnect/reset before headers",
        ),
        gateway(503, r#"{"code":503,"message":"no healthy upstream"}"#),
        gateway(502, r#"{"code":"ServiceUnavailable","message":"Later."}"#),
    ] {
        let server = Scripted::start(vec![reply]).await;
        let error = server
            .client()
            .responses()
            .create("Hi")
            .conversation("conv_1")
            .send()
            .await
            .unwrap_err();
        assert_eq!(error.retry_safety(), RetrySafety::Unknown, "{error}");
        assert!(error.is_transient());
        assert_eq!(server.received().len(), 1);
    }
}

#[tokio::test]
async fn a_turn_that_the_service_rejected_is_retried() {
    let later = r#"{"code":"ServiceUnavailable","message":"Later."}"#;
    let overloaded = r#"{"error":{"code":"server_is_overloaded","message":"Later."}}"#;
    let server = Scripted::start(vec![
        json(503, later),
        json(503, overloaded),
        json(429, "{}"),
        json(200, RESPONSE),
    ])
    .await;
    let create = server.client().responses().create("Hi");
    create.conversation("conv_1").send().await.unwrap();
    assert_eq!(server.received().len(), 4);
}

#[tokio::test]
async fn an_exhausted_quota_is_final_whatever_the_status() {
    let quota = r#"{"error":{"message":"You exceeded your current quota.","type":"insufficient_quota","code":"insufficient_quota"}}"#;
    for status in [429, 503, 500, 403] {
        let reply = Reply::Body(
            status,
            "retry-after: 0\r\nx-should-retry: true\r\n",
            quota.to_owned(),
        );
        let server = Scripted::start(vec![reply]).await;
        let error = ask(&server.client()).await.unwrap_err();
        assert!(
            error.is_quota_exhausted() && error.is_permanent(),
            "{error:?}"
        );
        assert!(!error.is_transient() && !error.is_rate_limited());
        assert_eq!(error.retry_safety(), RetrySafety::Rejected);
        assert!(error.to_string().contains("exceeded your current quota"));
        let hint = error.hint().unwrap();
        assert!(
            hint.contains("quota") && !hint.contains("send fewer"),
            "{hint}"
        );
        assert_eq!(server.received().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn permanent_and_temporary_errors_are_distinguished() {
    let long = r#"{"error":{"code":"context_length_exceeded","message":"Too long.","type":"invalid_request_error"}}"#;
    let locked = r#"{"error":{"code":"conversation_locked","message":"Busy.","type":"invalid_request_error"}}"#;
    for (status, body, permanent) in [
        (400, long, true),
        (500, long, true),
        (404, "{}", true),
        (501, "{}", true),
        (400, locked, false),
        (429, "{}", false),
        (499, "{}", false),
        (503, "{}", false),
    ] {
        let server = Scripted::start(vec![json(status, body)]).await;
        let once = server
            .builder()
            .retry(RetryConfig::never())
            .build()
            .unwrap();
        let error = ask(&once).await.unwrap_err();
        assert_eq!(error.is_permanent(), permanent, "{status} {body}");
    }
}

#[tokio::test]
async fn a_failed_read_is_retried() {
    let server =
        Scripted::start(vec![Reply::Reset, json(500, "{}"), json(200, CONVERSATION)]).await;
    server
        .client()
        .conversations()
        .retrieve("conv_1")
        .await
        .unwrap();
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn a_locked_conversation_is_waited_for() {
    let locked = r#"{"error":{"code":"conversation_locked","message":"Busy."}}"#;
    let script = || vec![json(400, locked), json(409, locked), json(200, RESPONSE)];
    let server = Scripted::start(script()).await;
    let create = |client: &Client| client.responses().create("Hi").conversation("conv_1");
    create(&server.client()).await.unwrap();
    assert_eq!(server.received().len(), 3);

    let server = Scripted::start(script()).await;
    let client = server
        .builder()
        .retry(RetryConfig::never())
        .build()
        .unwrap();
    let error = create(&client).await.unwrap_err();
    assert!(error.is_conversation_locked() && error.is_conflict() && error.is_transient());
    assert_eq!(error.retry_safety(), RetrySafety::Rejected);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    for (status, retry_safety) in [
        (301, RetrySafety::Unknown),
        (302, RetrySafety::Unknown),
        (303, RetrySafety::Unknown),
        (307, RetrySafety::Rejected),
        (308, RetrySafety::Rejected),
    ] {
        let reply = Reply::Body(
            status,
            "location: http://me:hunter2@127.0.0.1:1/new/responses?key=hunter2\r\n",
            String::new(),
        );
        let server = Scripted::start(vec![reply]).await;
        let error = ask(&server.client()).await.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert_eq!(error.retry_safety(), retry_safety, "{status}");
        let shown = format!("{error:#} {error:?}");
        assert!(
            shown.contains("http://127.0.0.1:1/new/responses"),
            "{shown}"
        );
        assert!(shown.contains("OCI_GENAI_BASE_URL"), "{shown}");
        assert!(!shown.contains("hunter2"), "{shown}");
        assert_eq!(server.received().len(), 1);
    }
}

#[tokio::test]
async fn no_connection_means_not_sent() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/openai/v1", listener.local_addr().unwrap());
    drop(listener);
    let client = Client::builder()
        .base_url(url)
        .api_key("sk-test")
        .model("m")
        .clock(ManualClock::auto_advance())
        .attempt_timeout(None)
        .timeout(None)
        .build()
        .unwrap();
    let error = ask(&client).await.unwrap_err();
    assert!(error.is_connect());
    assert_eq!(error.retry_safety(), RetrySafety::NotSent);
    assert_eq!(error.attempts(), 4);
    assert!(error.source().is_some());
}
