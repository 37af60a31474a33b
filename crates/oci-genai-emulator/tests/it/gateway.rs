//! What a public gateway does otherwise, if it is asked for.

use oci_genai_emulator::{Emulator, EmulatorConfig};
use serde_json::{Value, json};

use crate::support::Desk;

async fn desk(gateway: bool) -> Desk {
    let mut config = EmulatorConfig::default();
    config.gateway = gateway;
    Desk::over(Emulator::builder().config(config).start().await.unwrap())
}

async fn conversation(desk: &Desk, body: Value) -> String {
    let made = desk.ok("/conversations", body).await;
    made["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn metadata_is_merged_and_null_removes() {
    let desk = desk(true).await;
    let id = conversation(&desk, json!({"metadata": {"a": "1", "b": "2", "c": "3"}})).await;
    let path = format!("/conversations/{id}");
    let change = json!({"metadata": {"b": "two", "c": null, "d": "4", "e": null}});
    let updated = desk.ok(&path, change).await;
    let mut metadata = updated["metadata"].as_object().unwrap().clone();
    metadata.remove("short_term_memory_optimization");
    assert_eq!(
        Value::Object(metadata),
        json!({"a": "1", "b": "two", "d": "4"})
    );
    assert_eq!(desk.get(&path).await.1, updated);
    let many: serde_json::Map<String, Value> =
        (0..16).map(|n| (n.to_string(), json!("v"))).collect();
    let (status, error) = desk.post(&path, json!({"metadata": many})).await;
    assert_eq!(status, 400, "too many together: {error}");
    let (status, _) = desk.post(&path, json!({"metadata": {"a": 7}})).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn metadata_is_replaced_as_documented_unless_asked_otherwise() {
    let desk = desk(false).await;
    let id = conversation(&desk, json!({"metadata": {"a": "1"}})).await;
    let path = format!("/conversations/{id}");
    let updated = desk.ok(&path, json!({"metadata": {"b": "2"}})).await;
    assert_eq!(updated["metadata"].get("a"), None);
    let (status, _) = desk.post(&path, json!({"metadata": {"b": null}})).await;
    assert_eq!(status, 400, "null is no string");
}

#[tokio::test]
async fn an_item_that_is_there_already_has_a_code_of_its_own() {
    let item = json!({"id": "msg_mine", "type": "message", "role": "user", "content": "x"});
    for (gateway, code) in [
        (true, json!("item_already_in_conversation")),
        (false, Value::Null),
    ] {
        let desk = desk(gateway).await;
        let id = conversation(&desk, json!({"items": [item]})).await;
        let path = format!("/conversations/{id}/items");
        let turn = json!({"model": "m", "conversation": id, "input": [item]});
        for (path, body) in [
            (path.as_str(), json!({"items": [item]})),
            ("/responses", turn),
        ] {
            let (status, error) = desk.post(path, body).await;
            assert_eq!(status, 400, "{error}");
            assert_eq!(error["error"]["code"], code, "{path}: {error}");
        }
        let twice = json!({"model": "m", "conversation": id, "input": [
            {"id": "msg_a", "role": "user", "content": "a"}, {"id": "msg_a", "role": "user", "content": "a"},
        ]});
        let (status, error) = desk.post("/responses", twice).await;
        assert_eq!(
            (status, &error["error"]["code"]),
            (400, &Value::Null),
            "{error}"
        );
    }
}

#[tokio::test]
async fn an_unknown_previous_response_has_a_code() {
    for gateway in [true, false] {
        let desk = desk(gateway).await;
        let turn = json!({"model": "m", "input": "x", "previous_response_id": "resp_none"});
        let (status, error) = desk.post("/responses", turn).await;
        assert_eq!(status, 400);
        assert_eq!(error["error"]["code"], "previous_response_not_found");
    }
}

#[tokio::test]
async fn only_the_first_hundred_items_are_shown() {
    for (gateway, seen) in [(true, 100), (false, 105)] {
        let desk = desk(gateway).await;
        let id = conversation(&desk, json!({})).await;
        let items = format!("/conversations/{id}/items");
        for part in 0..7 {
            let messages: Vec<Value> = (0..15)
                .map(|n| json!({"role": "user", "content": format!("m{}", part * 15 + n)}))
                .collect();
            desk.ok(&items, json!({"items": messages})).await;
        }
        let turn = json!({"model": "m", "conversation": id, "input": "recall:"});
        let answer = desk.ok("/responses", turn).await;
        let text = answer["output"][0]["content"][0]["text"].as_str().unwrap();
        assert_eq!(text.lines().count(), seen);
        assert_eq!(text.lines().next(), Some("m0"));
    }
}

#[tokio::test]
async fn a_turn_needs_a_message() {
    let pair = json!([
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": "x"},
    ]);
    for (gateway, wanted) in [(true, 400), (false, 200)] {
        let desk = desk(gateway).await;
        let id = conversation(&desk, json!({})).await;
        let turn = json!({"model": "m", "conversation": id, "input": pair});
        let (status, answer) = desk.post("/responses", turn).await;
        assert_eq!(status, wanted, "{answer}");
    }
}
