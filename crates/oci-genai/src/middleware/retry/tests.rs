use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use http::StatusCode;
use tower::{ServiceExt, service_fn};

use super::*;
use crate::error::{self, ErrorKind, Repeat, RetrySafety, ServiceError};
use crate::time::ManualClock;

/// The scripted service's reaction to each attempt.
#[derive(Clone)]
enum Step {
    Answer(u16, &'static [(&'static str, &'static str)]),
    Words(u16, ServiceError),
    Fail(ErrorKind, RetrySafety),
}

use Step::{Answer, Fail};

struct Outcome {
    result: Result<StatusCode, ErrorKind>,
    attempts: u32,
    pauses: Vec<u128>,
    tokens: Vec<Option<String>>,
}

async fn run(method: Method, resend: Option<Idempotency>, steps: &[Step]) -> Outcome {
    run_with(
        RetryConfig::new(),
        RetryBudget::default(),
        method,
        resend,
        steps,
    )
    .await
}

async fn run_with(
    config: RetryConfig,
    budget: RetryBudget,
    method: Method,
    resend: Option<Idempotency>,
    steps: &[Step],
) -> Outcome {
    let clock = ManualClock::auto_advance();
    let attempts = Arc::new(AtomicU32::new(0));
    let tokens = Arc::new(Mutex::new(Vec::new()));
    let (steps, count, seen) = (steps.to_vec(), Arc::clone(&attempts), Arc::clone(&tokens));
    let inner = service_fn(move |request: Request<Body>| {
        let step = count.fetch_add(1, Ordering::Relaxed) as usize;
        let token = request.headers().get(OPC_RETRY_TOKEN);
        seen.lock()
            .unwrap()
            .push(token.map(|value| value.to_str().unwrap().to_owned()));
        let step = steps[step.min(steps.len() - 1)].clone();
        async move {
            match step {
                Answer(status, headers) => {
                    let mut response = Response::builder().status(status);
                    for (name, value) in headers {
                        response = response.header(*name, *value);
                    }
                    Ok(response.body(()).unwrap())
                }
                Step::Words(status, words) => {
                    let mut response = Response::builder().status(status).body(()).unwrap();
                    response.extensions_mut().insert(Arc::new(words));
                    Ok(response)
                }
                Fail(kind, retry_safety) => {
                    Err(BoxError::from(Error::new(kind, retry_safety, "broken")))
                }
            }
        }
    });
    let layer =
        RetryLayer::new(config.jitter(|| 1.0), SharedClock::new(clock.clone())).budget(budget);
    let mut request = Request::new(Body::from("{}"));
    *request.method_mut() = method;
    request
        .extensions_mut()
        .extend(resend.map_or_else(Default::default, |resend| {
            let mut extensions = http::Extensions::new();
            extensions.insert(resend);
            extensions
        }));
    let result = match layer.layer(inner).oneshot(request).await {
        Ok(response) => Ok(response.status()),
        Err(error) => Err(error.downcast::<Error>().unwrap().kind()),
    };
    Outcome {
        result,
        attempts: attempts.load(Ordering::Relaxed),
        pauses: clock.slept().iter().map(Duration::as_millis).collect(),
        tokens: tokens.lock().unwrap().clone(),
    }
}

#[tokio::test]
async fn transient_errors_are_retried_with_growing_pauses() {
    let steps = [Answer(429, &[]), Answer(503, &[]), Answer(200, &[])];
    let outcome = run(Method::POST, Some(Idempotency::RetryIfAnswered), &steps).await;
    assert_eq!(outcome.result, Ok(StatusCode::OK));
    assert_eq!(outcome.pauses, [500, 1000]);
}

#[tokio::test]
async fn attempts_are_limited() {
    let outcome = run(Method::GET, None, &[Answer(500, &[])]).await;
    assert_eq!(
        (outcome.attempts, outcome.result),
        (4, Ok(StatusCode::INTERNAL_SERVER_ERROR))
    );
}

#[tokio::test]
async fn permanent_errors_are_not_retried() {
    for status in [400, 401, 403, 404, 409, 422, 501] {
        let outcome = run(Method::GET, None, &[Answer(status, &[])]).await;
        assert_eq!(outcome.attempts, 1, "{status}");
    }
}

#[tokio::test]
async fn requests_with_unknown_outcome_are_retried_only_if_harmless() {
    let reset = Fail(ErrorKind::Transport, RetrySafety::Unknown);
    for (method, resend, step, expected) in [
        (Method::POST, None, reset.clone(), 1),
        (Method::POST, None, Answer(500, &[]), 1),
        (Method::POST, None, Answer(503, &[]), 1),
        (Method::POST, None, Answer(408, &[]), 1),
        (Method::POST, None, Answer(429, &[]), 4),
        (
            Method::POST,
            Some(Idempotency::RetryIfAnswered),
            Answer(503, &[]),
            4,
        ),
        (
            Method::POST,
            Some(Idempotency::RetryIfAnswered),
            reset.clone(),
            1,
        ),
        (
            Method::POST,
            Some(Idempotency::RetryIfAnswered),
            Answer(500, &[]),
            4,
        ),
        (
            Method::POST,
            Some(Idempotency::Idempotent),
            reset.clone(),
            4,
        ),
        (Method::GET, None, reset, 4),
        (
            Method::POST,
            None,
            Fail(ErrorKind::Connect, RetrySafety::NotSent),
            4,
        ),
        (
            Method::GET,
            None,
            Fail(ErrorKind::Transport, RetrySafety::Completed),
            1,
        ),
        (
            Method::GET,
            None,
            Fail(ErrorKind::Config, RetrySafety::NotSent),
            1,
        ),
    ] {
        let outcome = run(method, resend, &[step]).await;
        assert_eq!(outcome.attempts, expected, "{resend:?}");
    }
}

/// Attempts at a POST, by the rule that covers the response.
#[tokio::test]
async fn posts_are_retried_according_to_the_table() {
    let body = |code| format!(r#"{{"code":"{code}","message":"x"}}"#);
    let answers = [
        (429, String::new()),
        (429, body("insufficient_quota")),
        (307, String::new()),
        (404, String::new()),
        (501, String::new()),
        (503, body("ServiceUnavailable")),
        (503, String::new()),
        (408, String::new()),
        (500, String::new()),
        (499, String::new()),
        (302, String::new()),
    ];
    let mut seen = std::collections::BTreeSet::new();
    for (status, body) in answers {
        let words = ServiceError::from_body(body.as_bytes());
        let code = StatusCode::from_u16(status).unwrap();
        let rule = error::rule(error::Outcome::Status(code, &words));
        seen.insert(rule.what);
        for (resend, repeat) in [
            (Idempotency::RetryIfNotExecuted, rule.in_conversation),
            (Idempotency::RetryIfAnswered, rule.elsewhere),
        ] {
            let expected = match repeat {
                Repeat::Yes => 4,
                Repeat::IfTransient if status == 429 => 4,
                Repeat::IfTransient | Repeat::No => 1,
            };
            let answer = Step::Words(status, words.clone());
            let outcome = run(Method::POST, Some(resend), &[answer]).await;
            assert_eq!(outcome.attempts, expected, "{status} {body} {resend:?}");
        }
    }
    assert_eq!(seen.len(), 7, "every rule about a status: {seen:?}");
}

#[tokio::test]
async fn resend_unknown_retries_requests_with_unknown_outcome() {
    let config = RetryConfig::new().resend_unknown(true);
    let step = [Fail(ErrorKind::Timeout, RetrySafety::Unknown)];
    let outcome = run_with(config, RetryBudget::default(), Method::POST, None, &step).await;
    assert_eq!(outcome.attempts, 4);
}

#[tokio::test]
async fn retry_after_is_honored_up_to_its_limit() {
    let steps = [Answer(429, &[("retry-after", "7")]), Answer(200, &[])];
    assert_eq!(run(Method::POST, None, &steps).await.pauses, [7000]);
    let steps = [Answer(429, &[("retry-after", "61")]), Answer(200, &[])];
    let outcome = run(Method::POST, None, &steps).await;
    assert_eq!(outcome.result, Ok(StatusCode::TOO_MANY_REQUESTS));
}

#[tokio::test]
async fn x_should_retry_overrides_the_status() {
    let no = [Answer(503, &[("x-should-retry", "false")])];
    assert_eq!(run(Method::GET, None, &no).await.attempts, 1);
    let yes = [Answer(409, &[("x-should-retry", "true")]), Answer(200, &[])];
    assert_eq!(run(Method::POST, None, &yes).await.attempts, 2);
}

#[tokio::test]
async fn the_token_stays_the_same_over_all_attempts() {
    let outcome = run(Method::POST, None, &[Answer(429, &[])]).await;
    assert_eq!(outcome.tokens.len(), 4);
    assert_eq!(outcome.tokens[0].as_ref().unwrap().len(), 30);
    assert!(
        outcome
            .tokens
            .iter()
            .all(|token| *token == outcome.tokens[0])
    );
    assert_eq!(
        run(Method::GET, None, &[Answer(200, &[])]).await.tokens,
        [None]
    );
}

#[tokio::test]
async fn an_empty_budget_ends_retries() {
    let budget = RetryBudget::new(5);
    let outcome = run_with(
        RetryConfig::new(),
        budget,
        Method::GET,
        None,
        &[Answer(500, &[])],
    )
    .await;
    assert_eq!(outcome.attempts, 2);
}

#[tokio::test]
async fn no_pause_lasts_longer_than_the_deadline() {
    let clock = ManualClock::auto_advance();
    let inner = service_fn(|_: Request<Body>| async {
        Ok::<_, BoxError>(Response::builder().status(429).body(())?)
    });
    let shared = SharedClock::new(clock.clone());
    let mut request = Request::new(Body::from(""));
    request
        .extensions_mut()
        .insert(CallDeadline(shared.now() + Duration::from_millis(1200)));
    let layer = RetryLayer::new(RetryConfig::new().jitter(|| 1.0), shared);
    let response = layer.layer(inner).oneshot(request).await.unwrap();
    assert_eq!(response.status(), 429);
    assert_eq!(clock.slept(), [Duration::from_millis(500)]);
}

#[tokio::test]
async fn a_body_that_can_be_read_only_once_is_not_retried() {
    let sent = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&sent);
    let inner = service_fn(move |_: Request<Body>| {
        count.fetch_add(1, Ordering::Relaxed);
        async { Ok::<_, BoxError>(Response::builder().status(429).body(())?) }
    });
    let stream = futures_util::stream::iter([Ok::<_, BoxError>("{}")]);
    let request = Request::new(Body::wrap_stream(stream));
    let layer = RetryLayer::new(
        RetryConfig::new(),
        SharedClock::new(ManualClock::auto_advance()),
    );
    assert_eq!(
        layer.layer(inner).oneshot(request).await.unwrap().status(),
        429
    );
    assert_eq!(sent.load(Ordering::Relaxed), 1);
}
