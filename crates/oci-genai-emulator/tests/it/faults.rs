//! The fault menu, in process and through the control API.

use oci_genai_emulator::{
    CredentialKind, DEFAULT_PROJECT, Effect, Emulator, ErrorShape, Fault, Scenario,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Desk, Event, answer, events_of, parse_events, text};

fn ask() -> Value {
    json!({"model": "m", "input": "x"})
}

fn streamed(input: &str) -> Value {
    json!({"model": "m", "input": input, "stream": true})
}

fn status(status: u16) -> Effect {
    Effect::Status {
        status,
        code: None,
        message: None,
        retry_after: None,
        after: false,
    }
}

async fn struck(fault: Fault) -> Desk {
    Desk::over(Emulator::builder().fault(fault).start().await.unwrap())
}

/// The stream's text up to where it ends or breaks, and whether it broke.
async fn read_stream(desk: &Desk, body: &Value) -> (String, bool) {
    let mut response = desk
        .request(Method::POST, "/responses")
        .json(body)
        .send()
        .await
        .unwrap();
    let mut text = String::new();
    loop {
        match response.chunk().await {
            Ok(Some(piece)) => text.push_str(std::str::from_utf8(&piece).unwrap()),
            Ok(None) => return (text, false),
            Err(_) => return (text, true),
        }
    }
}

#[tokio::test]
async fn statuses_come_with_and_without_retry_after() {
    let desk = struck(Fault::new(status(503)).route("POST /responses").times(1)).await;
    assert_eq!(desk.post("/responses", ask()).await.0, 503);
    assert_eq!(desk.post("/responses", ask()).await.0, 200);
    let slow_down = Effect::Status {
        status: 429,
        code: Some("TooManyRequests".into()),
        message: Some("slow down".into()),
        retry_after: Some("3".into()),
        after: false,
    };
    desk.emulator
        .faults()
        .add(Fault::new(slow_down).times(1))
        .unwrap();
    let response = desk
        .request(Method::GET, "/responses/r")
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["retry-after"], "3");
    let (found, error) = answer(response).await;
    assert_eq!(
        (found, &error["error"]["code"]),
        (429, &json!("TooManyRequests"))
    );
    assert_eq!(error["error"]["message"], "slow down");
    desk.emulator
        .faults()
        .add(Fault::new(status(429)).times(1))
        .unwrap();
    let response = desk
        .request(Method::GET, "/responses/r")
        .send()
        .await
        .unwrap();
    assert!(!response.headers().contains_key("retry-after"));
}

#[tokio::test]
async fn every_status_can_be_had() {
    let desk = Desk::new().await;
    for wanted in [
        400, 401, 402, 403, 404, 405, 408, 409, 412, 413, 422, 429, 500, 501, 502, 503, 504,
    ] {
        let fault = Fault::new(status(wanted)).times(1);
        desk.emulator.faults().add(fault).unwrap();
        let (found, error) = desk.post("/responses", ask()).await;
        assert_eq!(found, wanted);
        assert!(error["error"]["message"].is_string(), "{error}");
    }
    assert_eq!(desk.post("/responses", ask()).await.0, 200);
}

#[tokio::test]
async fn every_shape_can_be_had() {
    for (shape, pointer) in [
        (ErrorShape::OpenAi, "/error/message"),
        (ErrorShape::Oci, "/message"),
        (ErrorShape::OciNested, "/message"),
        (ErrorShape::Provider, "/error"),
        (ErrorShape::Text, ""),
        (ErrorShape::Html, ""),
    ] {
        let desk = struck(Fault::new(Effect::Shape { shape })).await;
        let (found, error) = desk.get("/responses/resp_none").await;
        assert_eq!(found, 404);
        let said = error.pointer(pointer).and_then(Value::as_str).unwrap();
        assert!(
            said.contains("resp_none") || shape == ErrorShape::Html,
            "{shape:?}: {said}"
        );
    }
}

#[tokio::test]
async fn a_reset_happens_before_or_after_the_turn() {
    for after in [false, true] {
        let desk = struck(
            Fault::new(Effect::Reset { after })
                .route("POST /responses")
                .times(1),
        )
        .await;
        let id = desk.conversation().await;
        let body = json!({"model": "m", "input": "x", "conversation": id});
        let lost = desk
            .request(Method::POST, "/responses")
            .json(&body)
            .send()
            .await;
        assert!(lost.unwrap_err().status().is_none());
        desk.emulator.wait_until_idle().await;
        let project = desk.emulator.project(DEFAULT_PROJECT);
        let items = project.conversation(&id).unwrap().items.len();
        assert_eq!(items, if after { 2 } else { 0 });
        assert_eq!(desk.emulator.requests().last().unwrap().status, None);
    }
}

#[tokio::test]
async fn an_answer_is_lost_after_the_turn() {
    let lost = Effect::Status {
        status: 504,
        code: None,
        message: None,
        retry_after: None,
        after: true,
    };
    let desk = struck(Fault::new(lost).times(1)).await;
    assert_eq!(desk.post("/responses", ask()).await.0, 504);
    assert_eq!(desk.emulator.project(DEFAULT_PROJECT).responses.len(), 1);
}

#[tokio::test]
async fn calls_get_one_id_or_none() {
    for id in ["call_0", ""] {
        let desk = struck(Fault::new(Effect::CallId { id: id.to_owned() })).await;
        let body = json!({
            "model": "m", "input": "call:f {} call:f {}",
            "tools": [{"type": "function", "name": "f", "parameters": {}, "strict": false}],
        });
        let (status, response) = desk.post("/responses", body).await;
        assert_eq!(status, 200, "{response}");
        let calls = response["output"].as_array().unwrap();
        assert!(calls.iter().all(|call| call["call_id"] == id), "{calls:?}");
        assert_ne!(calls[0]["id"], calls[1]["id"]);
    }
}

#[tokio::test]
async fn a_turn_is_stored_without_answer() {
    let desk = struck(Fault::new(Effect::Orphan).times(1)).await;
    let id = desk.conversation().await;
    desk.emulator
        .faults()
        .add(Fault::new(Effect::Orphan).times(1))
        .unwrap();
    let body = json!({"model": "m", "input": "x", "conversation": id});
    assert_eq!(desk.post("/responses", body).await.0, 500);
    let (_, items) = desk.get(&format!("/conversations/{id}/items")).await;
    assert_eq!(items["data"].as_array().unwrap().len(), 1);
    assert_eq!(items["data"][0]["role"], "user");
}

#[tokio::test]
async fn streams_are_cut_cleanly_and_not() {
    for reset in [false, true] {
        let desk = struck(Fault::new(Effect::Cut { events: 5, reset })).await;
        let (text, broken) = read_stream(&desk, &streamed("count:10")).await;
        assert_eq!(parse_events(&text).len(), 5);
        assert_eq!(broken, reset);
    }
}

#[tokio::test]
async fn events_are_doubled_inserted_and_turned_into_errors() {
    let desk = struck(Fault::new(Effect::Duplicate { event: 4 })).await;
    let events = desk.stream(streamed("count:2")).await;
    assert_eq!(events[4].data, events[5].data);

    let unknown = Effect::Insert {
        before: 2,
        event: Some("response.sparkle".into()),
        data: Some(json!({"type": "response.sparkle", "n": 1})),
    };
    desk.emulator.faults().clear();
    desk.emulator.faults().add(Fault::new(unknown)).unwrap();
    let events = desk.stream(streamed("count:2")).await;
    assert_eq!(events[2].name, "response.sparkle");

    desk.emulator.faults().clear();
    desk.emulator
        .faults()
        .add(Fault::new(Effect::heartbeat(1)))
        .unwrap();
    let (text, _) = read_stream(&desk, &streamed("count:2")).await;
    assert!(text.contains("\n\n: heartbeat\n\n"));

    desk.emulator.faults().clear();
    let error = Effect::ErrorEvent {
        events: 3,
        code: "server_error".into(),
        message: "m".into(),
    };
    desk.emulator.faults().add(Fault::new(error)).unwrap();
    let events: Vec<Event> = desk.stream(streamed("count:2")).await;
    assert_eq!(events.len(), 4);
    assert_eq!(events[3].data["code"], "server_error");
}

#[tokio::test]
async fn a_model_can_fail() {
    let fail = Effect::Fail {
        code: "server_error".into(),
        message: "tired".into(),
    };
    let desk = struck(Fault::new(fail)).await;
    let id = desk.conversation().await;
    let body = json!({"model": "m", "input": "x", "conversation": id});
    let response = desk.ok("/responses", body).await;
    assert_eq!(response["status"], "failed");
    assert_eq!(
        response["error"],
        json!({"code": "server_error", "message": "tired"})
    );
    let events = desk.stream(streamed("x")).await;
    assert_eq!(events.last().unwrap().name, "response.failed");
    assert_eq!(
        desk.emulator
            .project(DEFAULT_PROJECT)
            .conversation(&id)
            .unwrap()
            .items
            .len(),
        0
    );
}

#[tokio::test]
async fn answers_are_damaged() {
    let desk = struck(Fault::new(Effect::MalformedJson).times(1)).await;
    let (found, broken) = desk.post("/responses", ask()).await;
    assert_eq!(found, 200);
    assert!(broken.is_string(), "not JSON any more");
    let html = Effect::ContentType {
        value: "text/html".into(),
    };
    desk.emulator
        .faults()
        .add(Fault::new(html).times(1))
        .unwrap();
    let response = desk
        .request(Method::GET, "/responses/r")
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["content-type"], "text/html");
    desk.emulator
        .faults()
        .add(Fault::new(Effect::Trickle { bytes: 50, ms: 1 }).times(1))
        .unwrap();
    assert_eq!(text(&desk.ok("/responses", ask()).await).len(), 50);
}

#[tokio::test]
async fn slow_things_are_only_slow() {
    let desk = Desk::new().await;
    for (effect, at_least) in [
        (Effect::Latency { ms: 40 }, 40),
        (Effect::FirstEvent { ms: 40 }, 40),
        (Effect::TokensPerSecond { rate: 50 }, 60),
        (Effect::SlowReader { ms: 40 }, 40),
        // 1,500 bytes and more in pieces of 500.
        (Effect::Trickle { bytes: 500, ms: 20 }, 60),
    ] {
        desk.emulator.faults().clear();
        let name = format!("{effect:?}");
        desk.emulator.faults().add(Fault::new(effect)).unwrap();
        let begun = tokio::time::Instant::now();
        let events = desk.stream(streamed("count:3")).await;
        assert!(begun.elapsed().as_millis() >= at_least, "{name}");
        assert_eq!(text(&events.last().unwrap().data["response"]), "1 2 3");
    }
}

#[tokio::test]
async fn a_locked_conversation_and_a_skewed_clock() {
    let desk = struck(Fault::new(Effect::Locked).route("POST /responses").times(1)).await;
    let (found, error) = desk.post("/responses", ask()).await;
    assert_eq!(
        (found, &error["error"]["code"]),
        (400, &json!("conversation_locked"))
    );
    desk.emulator
        .faults()
        .add(Fault::new(Effect::ClockSkew { ms: -86_400_000 }))
        .unwrap();
    let response = desk
        .request(Method::GET, "/responses/r")
        .send()
        .await
        .unwrap();
    let date = httpdate::parse_http_date(response.headers()["date"].to_str().unwrap()).unwrap();
    let behind = desk
        .emulator
        .clock()
        .now()
        .duration_since(date)
        .unwrap()
        .as_secs();
    assert!((86_399..86_500).contains(&behind), "{behind}");
}

#[tokio::test]
async fn faults_are_for_one_kind_of_credential() {
    let fault = Fault::new(status(500)).with_credential(CredentialKind::SessionToken);
    let desk = struck(fault).await;
    assert_eq!(desk.post("/responses", ask()).await.0, 200);
    assert_eq!(desk.emulator.faults().list()[0].matched, 0);
}

#[tokio::test]
async fn faults_are_for_one_credential() {
    let builder = Emulator::builder().api_key("sk-one").api_key("sk-two");
    let emulator = builder.start().await.unwrap();
    let asked_by = async |key: &str| {
        let url = format!("{}/responses", emulator.base_url());
        let request = reqwest::Client::new().post(url).bearer_auth(key);
        let request = request.header("openai-project", DEFAULT_PROJECT);
        request.json(&ask()).send().await.unwrap().status().as_u16()
    };
    let fault = Fault::new(status(500)).with_credential("sk-two");
    emulator.faults().add(fault).unwrap();
    assert_eq!(asked_by("sk-one").await, 200);
    assert_eq!(asked_by("sk-two").await, 500);
    // It is known by the id that the log shows, not by the key, and can be ordered by that as well.
    let shown = serde_json::to_value(&emulator.faults().list()[0].fault).unwrap();
    assert!(!shown.to_string().contains("sk-two"), "{shown}");
    let id = emulator.requests()[0].credential.clone().unwrap().id;
    assert_ne!(shown["credential"], id);
    emulator.faults().clear();
    let fault = Fault::new(status(500)).with_credential(id.as_str());
    emulator.faults().add(fault).unwrap();
    assert_eq!(asked_by("sk-one").await, 500);
    assert_eq!(asked_by("sk-two").await, 200);
}

#[tokio::test]
async fn a_scenario_file_can_be_shared() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("scenario.json");
    let mut scenario: Scenario = serde_json::from_value(json!({
        "description": "two refusals, then a cut",
        "faults": [
            {"route": "POST /responses", "times": 2, "effect": "status", "status": 429},
            {"route": "POST /responses", "skip": 2, "times": 1, "effect": "cut", "events": 3},
        ],
    }))
    .unwrap();
    scenario.seed = 4;
    std::fs::write(&path, serde_json::to_string(&scenario).unwrap()).unwrap();
    let desk = Desk::new().await;
    desk.emulator.faults().load_file(&path).unwrap();
    for _ in 0..2 {
        assert_eq!(desk.post("/responses", streamed("x")).await.0, 429);
    }
    assert_eq!(
        parse_events(&read_stream(&desk, &streamed("x")).await.0).len(),
        3
    );
    assert!(parse_events(&read_stream(&desk, &streamed("x")).await.0).len() > 3);
}

#[tokio::test]
async fn orders_are_taken_apart_from_the_api() {
    let desk = Desk::new().await;
    let http = reqwest::Client::new();
    let url = |path: &str| format!("{}{path}", desk.emulator.control_url());
    let fault = json!({"effect": "status", "status": 500, "route": "GET /conversations"});
    let added: Value = http
        .post(url("/faults"))
        .json(&fault)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(desk.get("/conversations/c").await.0, 500);
    let listed: Value = http
        .get(url("/faults"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(listed[0]["struck"], 1);
    let one = url(&format!("/faults/{}", added["id"]));
    for (on, status) in [(false, 404), (true, 500)] {
        let switched = http.patch(&one).json(&json!({"on": on})).send().await;
        assert_eq!(switched.unwrap().status(), 204);
        assert_eq!(desk.get("/conversations/c").await.0, status);
    }
    assert_eq!(http.delete(&one).send().await.unwrap().status(), 204);
    assert_eq!(http.delete(&one).send().await.unwrap().status(), 404);
    assert_eq!(desk.get("/conversations/c").await.0, 404);

    let scenario = json!({"seed": 3, "faults": [fault, {"effect": "locked"}]});
    let loaded = http.put(url("/faults")).json(&scenario).send().await;
    let loaded: Value = loaded.unwrap().json().await.unwrap();
    assert_eq!(loaded["faults"].as_array().unwrap().len(), 2);
    let ended = http.delete(url("/faults")).send().await.unwrap();
    assert_eq!(ended.status(), 204);
    assert!(desk.emulator.faults().list().is_empty());

    let bad = http
        .post(url("/faults"))
        .json(&json!({"effect": "status", "status": 200}));
    let bad = bad.send().await.unwrap();
    assert_eq!(bad.status(), 400);
    assert!(bad.text().await.unwrap().contains("status 200"));

    let seen: Value = http
        .get(url("/requests"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(seen.as_array().unwrap().len(), 4);
    let last = http.get(url("/requests?last=1")).send().await.unwrap();
    let last: Value = last.json().await.unwrap();
    assert_eq!(last, json!([seen[3]]));
    assert!(!seen.to_string().contains("sk-emulator"));
    desk.conversation().await;
    let projects: Value = http
        .get(url("/projects"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(
        projects[DEFAULT_PROJECT]["conversations"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let moved = http
        .post(url("/clock"))
        .json(&json!({"advance_ms": 3_600_000}));
    assert_eq!(moved.send().await.unwrap().status(), 200);

    let foreign = http.get(url("/requests")).header("host", "evil.example");
    assert_eq!(foreign.send().await.unwrap().status(), 403);
    let form = http
        .post(url("/faults"))
        .header("origin", "http://evil.example")
        .body("{}");
    assert_eq!(form.send().await.unwrap().status(), 415);
}

#[tokio::test]
async fn requests_seen_can_be_asserted() {
    let desk = Desk::new().await;
    desk.ok("/responses", ask()).await;
    let seen = desk.emulator.expect_requests("POST /responses", 1).unwrap();
    assert_eq!(seen[0].body["input"], "x");
    assert_eq!(seen[0].header("openai-project"), Some(DEFAULT_PROJECT));
    assert_eq!(seen[0].header("authorization"), None);
    assert_eq!(
        seen[0].credential.as_ref().unwrap().kind,
        CredentialKind::ApiKey
    );
    let error = desk
        .emulator
        .expect_requests("GET *", 1)
        .unwrap_err()
        .to_string();
    assert!(error.contains("POST /responses -> 200"), "{error}");
    desk.emulator.clear_requests();
    desk.emulator.expect_requests("* *", 0).unwrap();
    let response = events_of(
        desk.request(Method::POST, "/responses")
            .json(&streamed("count:1"))
            .send()
            .await
            .unwrap(),
    );
    response.await;
    desk.emulator.wait_until_idle().await;
}
