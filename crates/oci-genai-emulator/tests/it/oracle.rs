//! What Oracle's service does beyond OpenAI's.

use std::time::Duration;

use oci_genai_emulator::{Emulator, EmulatorConfig};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Desk, answer, text};

async fn configured(change: impl FnOnce(&mut EmulatorConfig)) -> Desk {
    let mut config = EmulatorConfig::default();
    change(&mut config);
    Desk::over(Emulator::builder().config(config).start().await.unwrap())
}

async fn conversation(desk: &Desk, metadata: Value) -> String {
    let created = desk
        .ok("/conversations", json!({"metadata": metadata}))
        .await;
    created["id"].as_str().unwrap().to_owned()
}

async fn say(desk: &Desk, conversation: &str, input: &str) -> String {
    let body = json!({"model": "m", "input": input, "conversation": conversation});
    text(&desk.ok("/responses", body).await)
}

#[tokio::test]
async fn a_new_project_is_not_known_at_once() {
    let desk = configured(|config| config.propagation = Duration::from_secs(150)).await;
    let (status, error) = desk.post("/conversations", json!({})).await;
    assert_eq!(
        (status, &error["error"]["message"]),
        (400, &json!("Invalid OpenAI project."))
    );
    desk.emulator.clock().advance(Duration::from_secs(151));
    desk.conversation().await;
    desk.emulator.add_project("p2");
    let later = || desk.request(Method::POST, "/conversations");
    let of_p2 = || async {
        let mut request = later().build().unwrap();
        request
            .headers_mut()
            .insert("openai-project", "p2".parse().unwrap());
        answer(reqwest::Client::new().execute(request).await.unwrap())
            .await
            .0
    };
    assert_eq!(of_p2().await, 400);
    desk.emulator.clock().advance(Duration::from_secs(151));
    assert_eq!(of_p2().await, 200);
}

#[tokio::test]
async fn memories_are_shared_by_subject_after_a_while() {
    let desk = configured(|config| config.long_term_memory = Some(Duration::from_secs(10))).await;
    let subject = || json!({"memory_subject_id": "user_1"});
    let first = conversation(&desk, subject()).await;
    say(&desk, &first, "my tea is green").await;
    let second = conversation(&desk, subject()).await;
    assert_eq!(say(&desk, &second, "memories:").await, "");
    desk.emulator.clock().advance(Duration::from_secs(11));
    assert_eq!(say(&desk, &second, "memories:").await, "my tea is green");
    let stranger = conversation(&desk, json!({"memory_subject_id": "user_2"})).await;
    assert_eq!(say(&desk, &stranger, "memories:").await, "");
    let writer = conversation(
        &desk,
        json!({"memory_subject_id": "user_1", "memory_access_policy": "store_only"}),
    )
    .await;
    assert_eq!(say(&desk, &writer, "memories:").await, "");
    desk.delete(&format!("/conversations/{first}")).await;
    let reader = conversation(
        &desk,
        json!({"memory_subject_id": "user_1", "memory_access_policy": "recall_only"}),
    )
    .await;
    assert!(!say(&desk, &reader, "memories:").await.contains("tea"));
    desk.emulator.clock().advance(Duration::from_secs(11));
    let last = conversation(&desk, subject()).await;
    // What was said in the recall-only conversation is in nobody's memory.
    assert_eq!(
        say(&desk, &last, "memories:").await,
        ["memories:"; 3].join("\n")
    );
}

#[tokio::test]
async fn retention_ends_what_nobody_touches() {
    let desk = configured(|config| {
        config.conversation_retention = Some(Duration::from_secs(3600));
        config.response_retention = Some(Duration::from_secs(7200));
    })
    .await;
    let id = desk.conversation().await;
    let response = desk
        .ok(
            "/responses",
            json!({"model": "m", "input": "x", "conversation": id}),
        )
        .await;
    desk.emulator.clock().advance(Duration::from_secs(3500));
    say(&desk, &id, "again").await;
    desk.emulator.clock().advance(Duration::from_secs(3500));
    assert_eq!(desk.get(&format!("/conversations/{id}")).await.0, 200);
    desk.emulator.clock().advance(Duration::from_secs(300));
    assert_eq!(desk.get(&format!("/conversations/{id}")).await.0, 404);
    let path = format!("/responses/{}", response["id"].as_str().unwrap());
    assert_eq!(desk.get(&path).await.0, 404);
}

#[tokio::test]
async fn tokens_are_counted_ahead_as_they_are_billed() {
    let desk = Desk::new().await;
    let id = desk.conversation().await;
    say(&desk, &id, "one two").await;
    let body = json!({"model": "m", "input": "three four five", "conversation": id, "instructions": "be kind"});
    let counted = desk.ok("/responses/input_tokens", body.clone()).await;
    assert_eq!(counted["object"], "response.input_tokens");
    let response = desk.ok("/responses", body).await;
    assert_eq!(counted["input_tokens"], response["usage"]["input_tokens"]);
    assert_eq!(
        desk.post("/responses/input_tokens", json!({"model": "m"}))
            .await
            .0,
        400
    );
}

#[tokio::test]
async fn a_compaction_stands_for_what_went_in() {
    let desk = Desk::new().await;
    let history = json!([
        {"role": "user", "content": "first words"},
        {"role": "assistant", "content": "an answer"},
        {"role": "user", "content": "second words"},
    ]);
    let compacted = desk
        .ok(
            "/responses/compact",
            json!({"model": "m", "input": history}),
        )
        .await;
    assert_eq!(compacted["object"], "response.compaction");
    assert_eq!(compacted["output"][0]["type"], "compaction");
    let mut input = compacted["output"].as_array().unwrap().clone();
    input.push(json!({"role": "user", "content": "recall:"}));
    let response = desk
        .ok("/responses", json!({"model": "m", "input": input}))
        .await;
    assert_eq!(text(&response), "first words\nsecond words");
    assert!(
        response["usage"]["input_tokens"].as_u64() < compacted["usage"]["input_tokens"].as_u64()
    );
    assert_eq!(
        desk.post("/responses/compact", json!({"input": "x"}))
            .await
            .0,
        400
    );
}
