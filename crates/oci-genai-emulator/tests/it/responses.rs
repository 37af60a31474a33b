//! Responses that are not streamed.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Desk, answer, ids, text};

fn ask(input: &str) -> Value {
    json!({"model": "any", "input": input})
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

#[tokio::test]
async fn the_second_turn_of_a_conversation_knows_the_first() {
    let desk = Desk::new().await;
    let id = desk.conversation().await;
    let first = desk
        .ok("/responses", with(ask("one"), "conversation", json!(id)))
        .await;
    assert_eq!(
        text(&first),
        "I can see no earlier messages. You just said: \"one\"."
    );
    assert_eq!(first["conversation"], json!({"id": id}));
    assert_eq!(first["status"], "completed");
    assert!(first["id"].as_str().unwrap().starts_with("resp_ord_"));
    let second = desk
        .ok(
            "/responses",
            with(ask("two"), "conversation", json!({"id": id})),
        )
        .await;
    assert_eq!(
        text(&second),
        "I can see 2 earlier messages. The first was: \"one\". You just said: \"two\"."
    );
    let usage = &second["usage"];
    assert_eq!(
        usage["total_tokens"].as_u64().unwrap(),
        usage["input_tokens"].as_u64().unwrap() + usage["output_tokens"].as_u64().unwrap()
    );
    assert_eq!(
        usage["output_tokens"],
        text(&second).split_whitespace().count()
    );

    let (_, items) = desk
        .get(&format!("/conversations/{id}/items?order=asc"))
        .await;
    assert_eq!(items["data"].as_array().unwrap().len(), 4);
    assert_eq!(ids(&items)[1], first["output"][0]["id"].as_str().unwrap());
    assert_eq!(ids(&items)[3], second["output"][0]["id"].as_str().unwrap());
    assert_eq!(items["data"][2]["content"][0]["text"], "two");
}

#[tokio::test]
async fn a_chain_of_responses_remembers_and_survives_deletion() {
    let desk = Desk::new().await;
    let first = desk.ok("/responses", ask("one")).await;
    let second = desk
        .ok(
            "/responses",
            with(ask("two"), "previous_response_id", first["id"].clone()),
        )
        .await;
    assert_eq!(second["previous_response_id"], first["id"]);
    let path = format!("/responses/{}", first["id"].as_str().unwrap());
    assert_eq!(desk.get(&path).await, (200, first.clone()));
    let (status, deleted) = desk.delete(&path).await;
    assert_eq!((status, &deleted["deleted"]), (200, &json!(true)));
    assert_eq!(desk.get(&path).await.0, 404);
    let third = desk
        .ok(
            "/responses",
            with(ask("recall:"), "previous_response_id", second["id"].clone()),
        )
        .await;
    assert_eq!(text(&third), "one\ntwo");
    let (status, error) = desk
        .post(
            "/responses",
            with(ask("x"), "previous_response_id", first["id"].clone()),
        )
        .await;
    assert_eq!(status, 400);
    assert_eq!(error["error"]["code"], "previous_response_not_found");
    let (_, input) = desk
        .get(&format!(
            "/responses/{}/input_items",
            third["id"].as_str().unwrap()
        ))
        .await;
    assert_eq!(input["data"][0]["content"][0]["text"], "recall:");
    assert!(input["data"][0]["id"].as_str().unwrap().starts_with("msg_"));
}

#[tokio::test]
async fn what_is_not_stored_cannot_be_retrieved() {
    let desk = Desk::new().await;
    let response = desk
        .ok("/responses", with(ask("x"), "store", json!(false)))
        .await;
    let path = format!("/responses/{}", response["id"].as_str().unwrap());
    assert_eq!(desk.get(&path).await.0, 404);
    assert_eq!(desk.get(&format!("{path}/input_items")).await.0, 404);
}

#[tokio::test]
async fn items_changed_by_hand_change_what_the_model_sees() {
    let desk = Desk::new().await;
    let id = desk.conversation().await;
    let items = format!("/conversations/{id}/items");
    let added = desk
        .ok(
            &items,
            json!({"items": [
                {"role": "user", "content": "a"},
                {"role": "assistant", "content": "b"},
                {"role": "user", "content": "c"},
            ]}),
        )
        .await;
    let answer = desk
        .ok(
            "/responses",
            with(ask("recall:"), "conversation", json!(id)),
        )
        .await;
    assert_eq!(text(&answer), "a\nc");
    desk.delete(&format!("{items}/{}", ids(&added)[0])).await;
    let answer = desk
        .ok(
            "/responses",
            with(ask("recall:"), "conversation", json!(id)),
        )
        .await;
    assert_eq!(text(&answer), "c\nrecall:");
}

#[tokio::test]
async fn functions_are_called_and_their_outputs_read() {
    let desk = Desk::new().await;
    let id = desk.conversation().await;
    let tools = json!([{"type": "function", "name": "add", "parameters": {}}]);
    let body = with(
        with(ask("call:add {\"a\": 1}"), "tools", tools),
        "conversation",
        json!(id),
    );
    let response = desk.ok("/responses", body).await;
    let call = &response["output"][0];
    assert_eq!(
        (&call["type"], &call["name"]),
        (&json!("function_call"), &json!("add"))
    );
    assert_eq!(call["arguments"], "{\"a\": 1}");

    let (status, error) = desk
        .post("/responses", with(ask("next"), "conversation", json!(id)))
        .await;
    assert_eq!(status, 400);
    let call_id = call["call_id"].as_str().unwrap();
    assert_eq!(
        error["error"]["message"],
        format!("No tool output found for function call {call_id}.")
    );
    let output = |call_id: &str| {
        json!({"model": "m", "conversation": id, "input": [
            {"type": "function_call_output", "call_id": call_id, "output": "2"},
        ]})
    };
    let (status, error) = desk.post("/responses", output("call_other")).await;
    assert_eq!(status, 400);
    assert!(
        error["error"]["message"]
            .as_str()
            .unwrap()
            .starts_with("No tool call found")
    );
    assert_eq!(
        text(&desk.ok("/responses", output(call_id)).await),
        "add returned: 2"
    );
}

#[tokio::test]
async fn structured_output_follows_the_schema() {
    let desk = Desk::new().await;
    let format = json!({"format": {"type": "json_schema", "name": "n", "schema": {
        "type": "object", "required": ["ok"], "properties": {"ok": {"type": "boolean"}},
    }}});
    let response = desk
        .ok("/responses", with(ask("x"), "text", format.clone()))
        .await;
    assert_eq!(text(&response), "{\"ok\":false}");
    // Echoed with the members that were left to their defaults.
    let mut echoed = format;
    echoed["format"]["description"] = json!(null);
    echoed["format"]["strict"] = json!(false);
    assert_eq!(response["text"], echoed);
}

#[tokio::test]
async fn reasoning_is_given_and_stored_when_asked_for() {
    let desk = Desk::new().await;
    let id = desk.conversation().await;
    let mut body = with(ask("x"), "conversation", json!(id));
    body["reasoning"] = json!({"effort": "medium"});
    body["include"] = json!(["reasoning.encrypted_content"]);
    let response = desk.ok("/responses", body).await;
    assert_eq!(response["output"][0]["type"], "reasoning");
    assert!(response["output"][0]["encrypted_content"].is_string());
    assert!(
        response["usage"]["output_tokens_details"]["reasoning_tokens"]
            .as_u64()
            .unwrap()
            > 0
    );
    let (_, items) = desk
        .get(&format!("/conversations/{id}/items?order=asc"))
        .await;
    let kinds: Vec<&Value> = items["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["type"])
        .collect();
    assert_eq!(kinds, ["message", "reasoning", "message"]);
}

#[tokio::test]
async fn a_token_limit_makes_it_incomplete() {
    let desk = Desk::new().await;
    let body = with(ask("count:20"), "max_output_tokens", json!(16));
    let response = desk.ok("/responses", body).await;
    assert_eq!(response["status"], "incomplete");
    assert_eq!(
        response["incomplete_details"]["reason"],
        "max_output_tokens"
    );
    assert!(text(&response).ends_with(" 15 16"));
    assert_eq!(response["usage"]["output_tokens"], 16);
    let (status, error) = desk
        .post("/responses", with(ask("x"), "max_output_tokens", json!(15)))
        .await;
    assert_eq!(
        (status, &error["error"]["param"]),
        (400, &json!("max_output_tokens"))
    );
}

#[tokio::test]
async fn refused_fields_and_ignored_ones() {
    let desk = Desk::new().await;
    let (status, error) = desk
        .post("/responses", with(ask("x"), "user", json!("me")))
        .await;
    assert_eq!(
        (status, &error["error"]["message"]),
        (400, &json!("Field 'user' is not supported"))
    );
    desk.ok(
        "/responses",
        with(ask("x"), "no_such_field", json!({"a": 1})),
    )
    .await;
    let (status, error) = desk
        .post(
            "/responses",
            with(ask("x"), "conversation", json!("conv_nowhere")),
        )
        .await;
    assert_eq!(status, 404);
    assert!(
        error["error"]["message"]
            .as_str()
            .unwrap()
            .contains("conv_nowhere")
    );
}

#[tokio::test]
async fn input_is_optional_where_a_prompt_template_is_named() {
    let desk = Desk::new().await;
    let body = json!({"model": "any", "prompt": {"id": "pmpt_1"}, "input": null});
    assert_eq!(desk.ok("/responses", body).await["status"], "completed");
    let (status, error) = desk
        .post("/responses", json!({"model": "any", "prompt": null}))
        .await;
    assert_eq!(status, 400, "{error}");
    assert_eq!(error["error"]["param"], "input");
}

#[tokio::test]
async fn input_ids_must_be_new() {
    let desk = Desk::new().await;
    let id = desk.conversation().await;
    let body = json!({"model": "m", "conversation": id, "input": [
        {"type": "message", "id": "msg_mine", "role": "user", "content": "x"},
    ]});
    desk.ok("/responses", body.clone()).await;
    let (status, error) = desk.post("/responses", body).await;
    assert_eq!(status, 400);
    assert!(
        error["error"]["message"]
            .as_str()
            .unwrap()
            .contains("msg_mine")
    );
    let reference = json!({"model": "m", "input": [{"type": "item_reference", "id": "msg_mine"}]});
    assert!(text(&desk.ok("/responses", reference).await).contains("You just said: \"x\""));
    let reference = json!({"model": "m", "input": [{"type": "item_reference", "id": "msg_none"}]});
    assert_eq!(desk.post("/responses", reference).await.0, 400);
}

#[tokio::test]
async fn request_ids_are_extended() {
    let desk = Desk::new().await;
    let send = |id: &'static str| {
        desk.request(Method::GET, "/responses/r")
            .header("opc-request-id", id)
            .send()
    };
    let response = send("ABC/def").await.unwrap();
    let id = response.headers()["opc-request-id"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(id.starts_with("ABC/def/") && id.len() == 40, "{id}");
    let response = send("no spaces allowed").await.unwrap();
    assert_eq!(response.headers()["opc-request-id"].len(), 32);
    assert_eq!(answer(response).await.0, 404);
}

#[tokio::test]
async fn a_wrong_key_is_refused_in_the_gateways_words() {
    let desk = Desk::new().await;
    let url = format!("{}/responses", desk.emulator.base_url());
    for authorization in [None, Some("Bearer wrong"), Some("Basic x"), Some("Bearer")] {
        let mut request = reqwest::Client::new().post(&url).json(&ask("x"));
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        let (status, error) = answer(request.send().await.unwrap()).await;
        assert_eq!((status, &error["code"]), (401, &json!("401")));
    }
}

#[tokio::test]
async fn background_responses_run_and_are_cancelled() {
    let desk = Desk::new().await;
    let body = with(ask("slow:600000 x"), "background", json!(true));
    let queued = desk.ok("/responses", body).await;
    assert_eq!(queued["status"], "queued");
    let path = format!("/responses/{}", queued["id"].as_str().unwrap());
    for _ in 0..2 {
        let cancelled = desk.ok(&format!("{path}/cancel"), json!({})).await;
        assert_eq!(cancelled["status"], "cancelled");
    }
    assert_eq!(desk.get(&path).await.1["status"], "cancelled");
    let direct = desk.ok("/responses", ask("x")).await;
    let path = format!("/responses/{}/cancel", direct["id"].as_str().unwrap());
    assert_eq!(desk.post(&path, json!({})).await.0, 400);
    assert_eq!(
        desk.post("/responses/resp_none/cancel", json!({})).await.0,
        404
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_background_response_can_be_found_as_soon_as_it_is_known() {
    let desk = Desk::new().await;
    for _ in 0..200 {
        let body = with(ask("slow:600000 x"), "background", json!(true));
        let queued = desk.ok("/responses", body).await;
        let path = format!("/responses/{}", queued["id"].as_str().unwrap());
        assert_eq!(
            desk.ok(&format!("{path}/cancel"), json!({})).await["status"],
            "cancelled"
        );
        assert_eq!(desk.delete(&path).await.0, 200);
    }
}

#[tokio::test]
async fn the_assistants_past_words_are_taken_in_three_forms() {
    let desk = Desk::new().await;
    for content in [
        json!("past words"),
        json!([{"type": "output_text", "text": "past words"}]),
        json!([{"type": "input_text", "text": "past words"}]),
    ] {
        let response = desk
            .ok(
                "/responses",
                json!({"model": "m", "input": [
                    {"role": "user", "content": "a"},
                    {"role": "assistant", "content": content},
                    {"role": "user", "content": "b"},
                ]}),
            )
            .await;
        assert!(
            text(&response).starts_with("I can see 2 earlier messages."),
            "{content}"
        );
        assert_eq!(response["usage"]["input_tokens"], 4);
    }
}

#[tokio::test]
async fn input_items_are_paged_like_any_list() {
    let desk = Desk::new().await;
    let input: Vec<Value> = (0..25)
        .map(|n| json!({"role": "user", "content": format!("m{n}")}))
        .collect();
    let response = desk
        .ok("/responses", json!({"model": "m", "input": input}))
        .await;
    let path = format!(
        "/responses/{}/input_items",
        response["id"].as_str().unwrap()
    );
    let (_, newest) = desk.get(&path).await;
    assert_eq!(newest["data"].as_array().unwrap().len(), 20);
    assert_eq!(newest["data"][0]["content"][0]["text"], "m24");
    assert_eq!(newest["has_more"], true);
    let after = newest["last_id"].as_str().unwrap();
    let name = "reasoning.encrypted_content";
    let query = format!("after={after}&include={name}&include[]={name}&include%5B%5D={name}");
    let (_, rest) = desk.get(&format!("{path}?{query}")).await;
    assert_eq!((ids(&rest).len(), &rest["has_more"]), (5, &json!(false)));
    for query in ["limit=0", "limit=101", "order=up", "after=msg_none"] {
        assert_eq!(desk.get(&format!("{path}?{query}")).await.0, 400, "{query}");
    }
}
