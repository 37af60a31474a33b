//! Checks that a caller runs before each attempt.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use oci_genai::middleware::{AttemptCheck, Idempotency};
use oci_genai::{ErrorKind, RequestOptions, RetrySafety};

use crate::scripted::{Scripted, json};

const RESPONSE: &str = r#"{"id":"resp_1","object":"response","created_at":1,"model":"m","status":"completed","output":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Hello","annotations":[]}]}]}"#;
const BUSY: &str = r#"{"code":"TooManyRequests","message":"slow down"}"#;

#[tokio::test]
async fn a_check_runs_before_each_attempt_and_can_end_the_call() {
    for allowed in 0..4 {
        let server =
            Scripted::start(vec![json(429, BUSY), json(429, BUSY), json(200, RESPONSE)]).await;
        let client = server.client();
        let checks = Arc::new(AtomicU32::new(0));
        let check = {
            let checks = checks.clone();
            AttemptCheck::new(move || {
                let made = checks.fetch_add(1, Ordering::SeqCst);
                async move {
                    match made < allowed {
                        true => Ok(()),
                        false => Err("not yours any more".into()),
                    }
                }
            })
        };
        let options = RequestOptions::new().before_attempt(check);
        let call = client.responses().create("Hi").options(options);
        let result = call.send().await;
        assert_eq!(server.received().len() as u32, allowed.min(3));
        if allowed == 3 {
            result.unwrap();
            assert_eq!(checks.load(Ordering::SeqCst), 3);
            continue;
        }
        let error = result.unwrap_err();
        assert_eq!(
            checks.load(Ordering::SeqCst),
            allowed + 1,
            "it is asked no more"
        );
        assert_eq!(
            (error.kind(), error.retry_safety()),
            (ErrorKind::Middleware, RetrySafety::NotSent)
        );
        assert_eq!(error.source().unwrap().to_string(), "not yours any more");
    }
}

#[tokio::test]
async fn a_call_can_set_its_idempotency() {
    for (resend, expected) in [(None, 4), (Some(Idempotency::RetryIfNotExecuted), 1)] {
        let server = Scripted::start((0..4).map(|_| json(500, "{}")).collect()).await;
        let mut options = RequestOptions::new();
        if let Some(resend) = resend {
            options = options.resend(resend);
        }
        let call = server.client().responses().create("Hi").options(options);
        call.send().await.unwrap_err();
        assert_eq!(server.received().len(), expected);
    }
}
