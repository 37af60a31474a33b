//! Structured output and function tools.

use std::error::Error as _;

use oci_genai::types::{Item, ResponseStatus};
use oci_genai::{ErrorKind, ItemExt, ResponseExt, ToolSet, function_tool};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::emulator::start;
use crate::scripted::{self, Scripted};

#[derive(Debug, Deserialize, JsonSchema)]
struct Idea {
    title: String,
    cost: Option<u32>,
    tags: Vec<String>,
}

#[derive(Deserialize, JsonSchema)]
struct Add {
    a: i64,
    b: i64,
}

#[derive(Serialize)]
struct Sum {
    sum: i64,
}

fn tools() -> ToolSet {
    ToolSet::new()
        .function("add", "Adds two numbers.", |add: Add| async move {
            match add.a.checked_add(add.b) {
                Some(sum) => Ok(Sum { sum }),
                None => Err("too large"),
            }
        })
        .unwrap()
}

fn answer(text: &str, status: &str) -> Value {
    json!({"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": status,
        "incomplete_details": {"reason": "max_output_tokens"},
        "output": [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}]})
}

#[tokio::test]
async fn outputs_become_types() {
    let (_emulator, client) = start().await;
    let parsed = client
        .responses()
        .create("An idea?")
        .parse::<Idea>()
        .await
        .unwrap();
    assert!(parsed.response.is_completed());
    // The emulator's output is the smallest instance of the schema.
    assert!(parsed.value.tags.is_empty(), "{:?}", parsed.value);
}

#[tokio::test]
async fn the_request_carries_the_strict_schema() {
    let text = r#"{"title":"Picnic","cost":3,"tags":["out"]}"#;
    let server = Scripted::start(vec![scripted::json(200, answer(text, "completed"))]).await;
    let idea = server
        .client()
        .responses()
        .create("?")
        .parse::<Idea>()
        .await
        .unwrap()
        .value;
    assert_eq!(
        (idea.title.as_str(), idea.cost, idea.tags.len()),
        ("Picnic", Some(3), 1)
    );
    let body: Value = serde_json::from_str(&server.received()[0].body).unwrap();
    let format = &body["text"]["format"];
    assert_eq!(format["type"], "json_schema");
    assert_eq!(format["name"], "Idea");
    assert_eq!(format["strict"], true);
    assert_eq!(format["schema"]["additionalProperties"], false);
}

#[tokio::test]
async fn refusals_incomplete_and_invalid_outputs_are_distinguished() {
    let mut refused = answer("", "completed");
    refused["output"][0]["content"][0] = json!({"type": "refusal", "refusal": "I'd rather not."});
    for (body, kind, text) in [
        (refused, ErrorKind::NoOutput, "I'd rather not."),
        (
            answer("{\"ti", "incomplete"),
            ErrorKind::NoOutput,
            "max_output_tokens",
        ),
        (
            answer("", "completed"),
            ErrorKind::NoOutput,
            "without output",
        ),
        (
            answer("Sure!", "completed"),
            ErrorKind::Decode,
            "not JSON of the expected form",
        ),
    ] {
        let server = Scripted::start(vec![scripted::json(200, body)]).await;
        let error = server
            .client()
            .responses()
            .create("?")
            .parse::<Idea>()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(error.to_string().contains(text), "{error}");
        assert_eq!(error.response().unwrap().id, "resp_1");
    }
}

#[tokio::test]
async fn an_unsupported_type_is_rejected_before_sending() {
    #[derive(Debug, Deserialize, JsonSchema)]
    #[allow(dead_code, reason = "only its schema counts")]
    struct Loose {
        anything: std::collections::HashMap<String, String>,
    }
    let server = Scripted::start(vec![]).await;
    let error = server
        .client()
        .responses()
        .create("?")
        .parse::<Loose>()
        .await
        .unwrap_err();
    assert!(
        error.is_invalid_request() && error.to_string().contains("$.anything"),
        "{error}"
    );
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn tools_run_until_the_model_responds_without_calls() {
    let (_emulator, client) = start().await;
    let conversation = client.conversations().create().await.unwrap();
    let question = "call:add {\"a\":2,\"b\":3}";
    let in_conversation = client
        .responses()
        .create(question)
        .conversation(&conversation)
        .run_tools(&tools(), 3)
        .await
        .unwrap();
    let chained = client
        .responses()
        .create(question)
        .run_tools(&tools(), 3)
        .await
        .unwrap();
    let local = client
        .responses()
        .create(question)
        .store(false)
        .run_tools(&tools(), 3)
        .await
        .unwrap();
    for response in [in_conversation, chained, local] {
        assert_eq!(response.output_text(), "add returned: {\"sum\":5}");
    }
}

#[tokio::test]
async fn failures_of_tools_are_sent_to_the_model() {
    let tools = tools();
    let call = |name: &str, arguments: &str| {
        oci_genai::types::FunctionCall::new("call_1", name, arguments)
    };
    for (name, arguments, part) in [
        ("add", r#"{"a":9223372036854775807,"b":1}"#, "too large"),
        ("add", r#"{"a":1}"#, "missing field `b`"),
        ("add", "", "missing field"),
        ("subtract", "{}", "no tool named"),
    ] {
        let output = Item::from(tools.call(&call(name, arguments)).await);
        let value = serde_json::to_value(&output).unwrap();
        assert_eq!(value["call_id"], "call_1");
        assert!(value["output"].as_str().unwrap().contains(part), "{value}");
    }
}

#[test]
fn tools_have_valid_names_and_schemas() {
    let tool = function_tool::<Add>("add", "Adds.").unwrap();
    assert_eq!(tool.strict, Some(true));
    assert_eq!(tool.parameters.unwrap()["required"], json!(["a", "b"]));
    for name in ["", "a b", "a\n", &"x".repeat(65)] {
        assert!(
            function_tool::<Add>(name, "")
                .unwrap_err()
                .is_invalid_request()
        );
    }
    let again = tools().function("add", "Again.", |_: Add| async { Ok::<_, String>(0) });
    assert!(
        again
            .unwrap_err()
            .to_string()
            .contains("duplicate tool name")
    );
}

#[tokio::test]
async fn output_can_be_sent_as_input() {
    let (_emulator, client) = start().await;
    let first = client
        .responses()
        .create("Hi")
        .store(false)
        .send()
        .await
        .unwrap();
    let mut history = vec![Item::user("Hi")];
    history.extend(first.output);
    history.push(Item::user("And now?"));
    let second = client
        .responses()
        .create(history)
        .store(false)
        .send()
        .await
        .unwrap();
    assert_eq!(second.status, Some(ResponseStatus::Completed));
    assert!(
        second
            .output_text()
            .starts_with("I can see 2 earlier messages.")
    );
    assert!(
        oci_genai::Error::source(&client.responses().create("").send().await.unwrap_err())
            .is_none()
    );
}
