//! Models other than the built-in one.

use axum::Router;
use axum::body::Body;
use axum::routing::post;
use oci_genai_emulator::{
    DEFAULT_API_KEY, DEFAULT_PROJECT, Effect, Emulator, Fault, Script, StartError, Upstream,
};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::support::{Desk, text};

fn script() -> Script {
    serde_json::from_value(json!({"rules": [
        {"when": {"contains": "WEATHER"}, "times": 1, "answer": [
            {"reasoning": "Look."},
            {"call": {"name": "look", "arguments": {"window": 2}}},
        ]},
        {"when": {"after": "look"}, "pace_ms": 1, "answer": [{"text": "It "}, {"text": "rains."}]},
        {"when": {"equals": "fail"}, "answer": [{"fail": {"code": "server_error", "message": "no"}}]},
        {"when": {"model": "grumpy"}, "answer": [{"refusal": "No way."}]},
    ]}))
    .unwrap()
}

#[tokio::test]
async fn a_script_is_followed() {
    let desk = Desk::over(Emulator::builder().script(script()).start().await.unwrap());
    let id = desk.conversation().await;
    let turn = |input: Value| json!({"model": "m", "input": input, "conversation": id});
    let asked = desk
        .ok("/responses", turn(json!("How is the weather?")))
        .await;
    assert_eq!(asked["output"][0]["summary"][0]["text"], "Look.");
    assert_eq!(asked["output"][1]["arguments"], "{\"window\":2}");
    let output = json!([{
        "type": "function_call_output", "call_id": asked["output"][1]["call_id"], "output": "wet",
    }]);
    let mut last = turn(output);
    last["stream"] = true.into();
    let events = desk.stream(last).await;
    let deltas: Vec<&str> = events
        .iter()
        .filter_map(|event| event.data["delta"].as_str())
        .collect();
    assert_eq!(deltas, ["It", " rains."]);
    // Used up: the built-in model answers.
    let again = desk.ok("/responses", turn(json!("weather"))).await;
    assert!(text(&again).starts_with("I can see"));
    let failed = desk
        .ok("/responses", json!({"model": "m", "input": "fail"}))
        .await;
    assert_eq!(failed["status"], "failed");
    let refused = desk
        .ok("/responses", json!({"model": "grumpy", "input": "x"}))
        .await;
    assert_eq!(refused["output"][0]["content"][0]["refusal"], "No way.");
}

#[tokio::test]
async fn a_malformed_script_is_named() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("script.json");
    assert!(Script::load(&path).is_err());
    std::fs::write(&path, r#"{"rules": [{"answer": [{"sing": "la"}]}]}"#).unwrap();
    let error = Script::load(&path).unwrap_err();
    assert!(
        std::error::Error::source(&error)
            .unwrap()
            .to_string()
            .contains("sing")
    );
}

/// A server that streams these chunks and reports what it was asked.
async fn chat_server(chunks: Vec<Value>, done: bool) -> (String, mpsc::UnboundedReceiver<Value>) {
    let (asked, receiver) = mpsc::unbounded_channel();
    let app = Router::new().route(
        "/v1/chat/completions",
        post(move |body: axum::Json<Value>| async move {
            asked.send(body.0).unwrap();
            let mut text: String = chunks
                .iter()
                .map(|chunk| format!("data: {chunk}\n\n"))
                .collect();
            if done {
                text.push_str("data: [DONE]\n\n");
            }
            Body::from(text)
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, app).await.unwrap() });
    (url, receiver)
}

fn delta(delta: Value) -> Value {
    json!({"choices": [{"index": 0, "delta": delta, "finish_reason": null}]})
}

#[tokio::test]
async fn an_upstream_answers_and_is_recorded() {
    let call = |part: Value| delta(json!({"tool_calls": [part]}));
    let (url, mut asked) = chat_server(
        vec![
            delta(json!({"role": "assistant", "reasoning_content": "Hm."})),
            delta(json!({"content": "Hel"})),
            delta(json!({"content": "lo there"})),
            call(json!({"index": 0, "id": "call_7", "function": {"name": "add", "arguments": "{\"a\""}})),
            call(json!({"index": 0, "function": {"arguments": ":1}"}})),
            json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}),
        ],
        true,
    )
    .await;
    let folder = tempfile::TempDir::new().unwrap();
    let tape = folder.path().join("tape.json");
    let upstream = Upstream::new(url).with_model("local").with_api_key("sk-up");
    assert!(!format!("{upstream:?}").contains("sk-up"));
    let emulator = Emulator::builder()
        .upstream(upstream)
        .record(&tape)
        .start()
        .await
        .unwrap();
    let desk = Desk::over(emulator);
    let body = json!({
        "model": "m", "instructions": "Be brief.", "stream": true,
        "input": [
            {"role": "user", "content": "a"},
            {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c1", "output": "o"},
            {"role": "user", "content": [
                {"type": "input_text", "text": "hi"},
                {"type": "input_image", "image_url": "data:x"},
            ]},
        ],
        "tools": [{"type": "function", "name": "add", "parameters": {"type": "object"}}],
    });
    let events = desk.stream(body).await;
    let response = &events.last().unwrap().data["response"];
    assert_eq!(response["status"], "completed");
    assert_eq!(text(response), "Hello there");
    assert_eq!(response["output"][2]["call_id"], "call_7");
    assert_eq!(response["output"][2]["arguments"], "{\"a\":1}");
    let words: Vec<&str> = events
        .iter()
        .filter(|event| event.name == "response.output_text.delta")
        .map(|event| event.data["delta"].as_str().unwrap())
        .collect();
    assert_eq!(words, ["Hello", " there"]);

    let asked = asked.recv().await.unwrap();
    assert_eq!(asked["model"], "local");
    let roles: Vec<&Value> = asked["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| &message["role"])
        .collect();
    assert_eq!(roles, ["system", "user", "assistant", "tool", "user"]);
    assert_eq!(
        asked["messages"][4]["content"][1]["image_url"]["url"],
        "data:x"
    );
    assert_eq!(asked["tools"][0]["function"]["name"], "add");

    // What was recorded can be played.
    let script = Script::load(&tape).unwrap();
    let desk = Desk::over(Emulator::builder().script(script).start().await.unwrap());
    let again = desk
        .ok("/responses", json!({"model": "m", "input": "hi"}))
        .await;
    assert_eq!(text(&again), "Hello there");
    assert_eq!(again["output"][2]["name"], "add");
}

#[tokio::test]
async fn an_upstream_that_fails_makes_the_response_fail() {
    let (url, _asked) = chat_server(vec![delta(json!({"content": "Half an"}))], false).await;
    for url in [url, "http://127.0.0.1:9/v1".to_owned()] {
        let emulator = Emulator::builder()
            .upstream(Upstream::new(url))
            .start()
            .await
            .unwrap();
        let desk = Desk::over(emulator);
        let response = desk
            .ok("/responses", json!({"model": "m", "input": "x"}))
            .await;
        assert_eq!(response["status"], "failed");
        assert!(
            response["error"]["message"]
                .as_str()
                .unwrap()
                .contains("upstream")
        );
    }
}

#[tokio::test]
async fn a_key_does_not_travel_unprotected() {
    let upstream = Upstream::new("http://models.example/v1").with_api_key("sk-up");
    let error = Emulator::builder()
        .upstream(upstream)
        .start()
        .await
        .unwrap_err();
    assert!(matches!(error, StartError::Upstream(_)));
    let error = Emulator::builder()
        .upstream(Upstream::new("nonsense"))
        .start()
        .await
        .unwrap_err();
    assert!(matches!(error, StartError::Upstream(_)));
}

/// An emulator whose model is another emulator, asked through its Responses API.
async fn behind(upstream: &Desk) -> oci_genai_emulator::EmulatorBuilder {
    let upstream = Upstream::new(format!("{}/responses", upstream.emulator.base_url()))
        .with_api_key(DEFAULT_API_KEY)
        .with_project(DEFAULT_PROJECT);
    Emulator::builder().upstream(upstream)
}

#[tokio::test]
async fn an_upstream_is_asked_through_responses_and_recorded() {
    let folder = tempfile::TempDir::new().unwrap();
    let tape = folder.path().join("tape.json");
    let upstream = Desk::new().await;
    let desk = Desk::over(behind(&upstream).await.record(&tape).start().await.unwrap());
    let id = desk.conversation().await;
    let turn = |input: Value| {
        json!({
            "model": "m", "conversation": id, "input": input, "temperature": 0.5,
            "reasoning": {"effort": "low"}, "tools": [{"type": "function", "name": "add"}],
        })
    };
    desk.ok("/responses", turn(json!("one"))).await;
    let second = desk.ok("/responses", turn(json!("two"))).await;
    assert!(text(&second).starts_with("I can see 2 earlier messages. The first was: \"one\"."));
    assert_eq!(second["output"][0]["type"], "reasoning");
    let asked = desk
        .ok("/responses", turn(json!("call:add {\"a\": 1}")))
        .await;
    let call = asked["output"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&call["name"], &call["arguments"]),
        (&json!("add"), &json!("{\"a\": 1}"))
    );
    let output = json!([{
        "type": "function_call_output", "call_id": call["call_id"], "output": "2",
    }]);
    let mut last = turn(output);
    last["stream"] = true.into();
    let events = desk.stream(last).await;
    assert_eq!(
        text(&events.last().unwrap().data["response"]),
        "add returned: 2"
    );

    let seen = upstream
        .emulator
        .expect_requests("POST /responses", 4)
        .unwrap();
    assert_eq!(seen[1].body["temperature"], 0.5);
    assert_eq!(seen[1].body["reasoning"], json!({"effort": "low"}));
    // The one above keeps everything; ids and states of its items are its own.
    assert_eq!(seen[3].body["store"], false);
    let input = seen[3].body["input"].as_array().unwrap();
    assert!(
        input
            .iter()
            .all(|item| item.get("id").is_none() && item["type"] != "reasoning")
    );
    assert!(
        upstream
            .emulator
            .project(DEFAULT_PROJECT)
            .responses
            .is_empty()
    );

    let script = Script::load(&tape).unwrap();
    let replayed = Desk::over(Emulator::builder().script(script).start().await.unwrap());
    let again = replayed
        .ok("/responses", json!({"model": "m", "input": "two"}))
        .await;
    assert_eq!(text(&again), text(&second));
}

#[tokio::test]
async fn what_fails_behind_responses_makes_the_response_fail() {
    let upstream = Desk::new().await;
    let desk = Desk::over(behind(&upstream).await.start().await.unwrap());
    let fail = Effect::Fail {
        code: "server_error".into(),
        message: "tired".into(),
    };
    let error = Effect::ErrorEvent {
        events: 3,
        code: "overloaded".into(),
        message: "m".into(),
    };
    let refused = Effect::Status {
        status: 503,
        code: None,
        message: None,
        retry_after: None,
        after: false,
    };
    for (effect, code, words) in [
        (fail, "server_error", "tired"),
        (error, "overloaded", "m"),
        (
            Effect::Cut {
                events: 5,
                reset: false,
            },
            "server_error",
            "ended early",
        ),
        (
            Effect::Cut {
                events: 5,
                reset: true,
            },
            "server_error",
            "could not be reached",
        ),
        (refused, "server_error", "503"),
    ] {
        upstream.emulator.faults().clear();
        upstream.emulator.faults().add(Fault::new(effect)).unwrap();
        let response = desk
            .ok("/responses", json!({"model": "m", "input": "x"}))
            .await;
        assert_eq!(response["status"], "failed");
        assert_eq!(response["error"]["code"], code);
        let message = response["error"]["message"].as_str().unwrap();
        assert!(message.contains(words), "{message}");
    }
}
