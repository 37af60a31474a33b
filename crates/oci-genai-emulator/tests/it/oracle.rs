//! What Oracle's service does beyond OpenAI's.

use std::io::Read as _;
use std::time::Duration;

use oci_genai_emulator::{DEFAULT_API_KEY, DEFAULT_PROJECT, Emulator, EmulatorConfig};
use reqwest::Method;
use ruzstd::decoding::StreamingDecoder;
use serde_json::{Value, json};

use crate::support::{Desk, answer, parse_events, text};

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

#[tokio::test]
async fn a_response_is_compacted_with_all_before_it() {
    let desk = Desk::new().await;
    let first = desk
        .ok("/responses", json!({"model": "m", "input": "one"}))
        .await;
    let body = json!({"model": "m", "input": "two", "previous_response_id": first["id"]});
    let second = desk.ok("/responses", body).await;
    let body = json!({"model": "m", "previous_response_id": second["id"]});
    let compacted = desk.ok("/responses/compact", body).await;
    let mut input = compacted["output"].as_array().unwrap().clone();
    input.push(json!({"role": "user", "content": "recall:"}));
    let response = desk
        .ok("/responses", json!({"model": "m", "input": input}))
        .await;
    assert_eq!(text(&response), "one\ntwo");
    let unknown = json!({"model": "m", "previous_response_id": "resp_none"});
    assert_eq!(desk.post("/responses/compact", unknown).await.0, 400);
}

#[tokio::test]
async fn earlier_turns_are_condensed_where_the_metadata_say_so() {
    let desk = configured(|config| config.condense_from = 100).await;
    let sentence = "word ".repeat(30);
    let mut spent = Vec::new();
    for wish in ["False", "True"] {
        let id = conversation(&desk, json!({"short_term_memory_optimization": wish})).await;
        let mut inputs = Vec::new();
        for _ in 0..6 {
            let body = json!({"model": "m", "input": sentence, "conversation": id});
            let counted = desk.ok("/responses/input_tokens", body.clone()).await;
            let response = desk.ok("/responses", body).await;
            let tokens = response["usage"]["input_tokens"].as_u64().unwrap();
            assert_eq!(counted["input_tokens"], tokens);
            inputs.push(tokens);
        }
        // What was said first is still known, and the items are all still there.
        assert!(say(&desk, &id, "recall:").await.starts_with(&sentence));
        let (_, items) = desk.get(&format!("/conversations/{id}/items")).await;
        assert_eq!(items["data"].as_array().unwrap().len(), 14);
        spent.push(inputs);
    }
    assert_eq!(
        spent[0][..2],
        spent[1][..2],
        "nothing is condensed before it is due"
    );
    assert!(spent[0][5] > 300, "{spent:?}");
    assert!(
        spent[1][2..].iter().all(|tokens| *tokens <= 50 + 10 + 30),
        "{spent:?}"
    );
}

#[tokio::test]
async fn a_project_with_a_condenser_says_so_in_the_metadata() {
    let desk = configured(|config| config.condenser = true).await;
    for (metadata, wanted) in [
        (json!({}), "true"),
        (json!({"short_term_memory_optimization": "False"}), "False"),
    ] {
        let created = desk
            .ok("/conversations", json!({"metadata": metadata}))
            .await;
        assert_eq!(
            created["metadata"]["short_term_memory_optimization"],
            wanted
        );
    }
}

#[tokio::test]
async fn a_key_of_another_region_is_refused() {
    let builder = Emulator::builder()
        .api_key(DEFAULT_API_KEY)
        .api_key_in_region("eu-frankfurt-1", "sk-frankfurt");
    let desk = Desk::over(builder.start().await.unwrap());
    let url = format!("{}/responses/r", desk.emulator.base_url());
    let asked = reqwest::Client::new().get(url).bearer_auth("sk-frankfurt");
    let (status, error) = answer(asked.send().await.unwrap()).await;
    assert_eq!((status, &error["code"]), (401, &json!("401")));
    assert!(
        !error.to_string().contains("frankfurt"),
        "the client learns nothing"
    );
    let seen = desk.emulator.requests().pop().unwrap();
    assert!(seen.refusal.unwrap().contains("eu-frankfurt-1"));
    assert!(!format!("{:?}", desk.emulator).contains("sk-frankfurt"));
}

#[tokio::test]
async fn memories_stay_in_their_project() {
    let desk = configured(|config| {
        config.long_term_memory = Some(Duration::ZERO);
        config.projects = vec![DEFAULT_PROJECT.to_owned(), "p2".to_owned()];
    })
    .await;
    let subject = json!({"metadata": {"memory_subject_id": "user_1"}});
    let in_project = |project: &'static str, path: &'static str, body: Value| {
        let mut request = desk
            .request(Method::POST, path)
            .json(&body)
            .build()
            .unwrap();
        let headers = request.headers_mut();
        headers.insert("openai-project", project.parse().unwrap());
        async {
            answer(reqwest::Client::new().execute(request).await.unwrap())
                .await
                .1
        }
    };
    let ask = |input: &str, id: &Value| json!({"model": "m", "input": input, "conversation": id});
    let created = in_project(DEFAULT_PROJECT, "/conversations", subject.clone()).await;
    in_project(
        DEFAULT_PROJECT,
        "/responses",
        ask("my tea is green", &created["id"]),
    )
    .await;
    for (project, wanted) in [(DEFAULT_PROJECT, "my tea is green"), ("p2", "")] {
        let here = in_project(project, "/conversations", subject.clone()).await;
        let response = in_project(project, "/responses", ask("memories:", &here["id"])).await;
        assert_eq!(text(&response), wanted, "{project}");
    }
}

/// The frames of a body, each decoded by itself.
fn frames(mut body: &[u8]) -> Vec<String> {
    let mut frames = Vec::new();
    while !body.is_empty() {
        let mut text = String::new();
        let mut decoder = StreamingDecoder::new(&mut body).unwrap();
        decoder.read_to_string(&mut text).unwrap();
        frames.push(text);
    }
    frames
}

#[tokio::test]
async fn clients_that_offer_zstd_get_a_frame_for_each_chunk() {
    let desk = Desk::new().await;
    let offering = |body: Value| {
        let request = desk.request(Method::POST, "/responses").json(&body);
        let request = request.header("accept-encoding", "gzip, zstd");
        async { request.send().await.unwrap() }
    };
    let streamed = json!({"model": "m", "input": "slow:1 count:5", "stream": true});
    let response = offering(streamed).await;
    assert_eq!(response.headers()["content-encoding"], "zstd");
    let parts = frames(&response.bytes().await.unwrap());
    assert!(
        parts.len() > 5,
        "a frame for each word at least: {}",
        parts.len()
    );
    let events = parse_events(&parts.concat());
    assert_eq!(text(&events.last().unwrap().data["response"]), "1 2 3 4 5");
    let whole = offering(json!({"model": "m", "input": "count:2"})).await;
    let parts = frames(&whole.bytes().await.unwrap());
    assert_eq!(parts.len(), 1);
    assert_eq!(text(&serde_json::from_str(&parts[0]).unwrap()), "1 2");

    let plain = configured(|config| config.zstd = false).await;
    let asked = plain
        .request(Method::GET, "/responses/r")
        .header("accept-encoding", "zstd");
    assert!(
        !asked
            .send()
            .await
            .unwrap()
            .headers()
            .contains_key("content-encoding")
    );
}

#[tokio::test]
async fn encoded_bodies_are_refused_with_a_hint() {
    let desk = Desk::new().await;
    for (encoding, wanted) in [("gzip", 415), ("zstd", 415), ("identity", 200)] {
        let request = desk.request(Method::POST, "/conversations");
        let request = request.header("content-encoding", encoding).body("{}");
        let (status, error) = answer(request.send().await.unwrap()).await;
        assert_eq!(status, wanted, "{encoding}");
        if status == 415 {
            let message = error["error"]["message"].as_str().unwrap();
            assert!(
                message.contains(encoding) && message.contains("as it is"),
                "{message}"
            );
        }
    }
}
