//! What frameworks for agents ask for, and what Open Responses requires.

use std::time::Duration;

use oci_genai_emulator::{DEFAULT_API_KEY, DEFAULT_PROJECT, Emulator, EmulatorConfig};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Desk, answer, log, text};

async fn configured(change: impl FnOnce(&mut EmulatorConfig)) -> Desk {
    let mut config = EmulatorConfig::default();
    change(&mut config);
    Desk::over(Emulator::builder().config(config).start().await.unwrap())
}

fn tools() -> Value {
    json!([
        {"type": "function", "name": "look", "parameters": {"type": "object", "properties": {}}},
        {"type": "function", "name": "finish", "parameters": {
            "type": "object", "required": ["city", "score"], "additionalProperties": false,
            "properties": {
                "city": {"$ref": "#/$defs/city"},
                "score": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]},
            },
            "$defs": {"city": {"type": "string", "enum": ["Berlin", "Bonn"]}},
        }},
    ])
}

#[tokio::test]
async fn a_forced_function_is_called_with_arguments_that_it_takes() {
    let desk = Desk::new().await;
    for (choice, wanted) in [
        (
            json!({"type": "function", "name": "finish"}),
            vec!["finish"],
        ),
        (json!("required"), vec!["look", "finish"]),
        (
            json!({"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "finish"}]}),
            vec!["finish"],
        ),
    ] {
        for stream in [false, true] {
            let format = json!({"format": {"type": "json_schema", "name": "o", "schema": {
                "type": "object", "required": ["done"], "properties": {"done": {"const": true}}}}});
            let mut body = json!({"model": "m", "input": "Rate it.", "tools": tools(),
                "tool_choice": choice, "stream": stream, "text": format});
            // As a loop does that leaves the choice as it is: until nothing is left to call.
            let mut called = Vec::new();
            loop {
                let response = match stream {
                    true => {
                        desk.stream(body.clone()).await.last().unwrap().data["response"].clone()
                    }
                    false => desk.ok("/responses", body.clone()).await,
                };
                let item = &response["output"][0];
                if item["type"] != "function_call" {
                    assert_eq!(text(&response), r#"{"done":true}"#);
                    break;
                }
                let name = item["name"].as_str().unwrap().to_owned();
                let arguments: Value =
                    serde_json::from_str(item["arguments"].as_str().unwrap()).unwrap();
                match name.as_str() {
                    "finish" => assert_eq!(arguments, json!({"city": "Berlin", "score": 1})),
                    _ => assert_eq!(arguments, json!({})),
                }
                called.push(name);
                body["input"] = json!([{"type": "function_call_output", "call_id": item["call_id"], "output": "ok"}]);
                body["previous_response_id"] = response["id"].clone();
            }
            assert_eq!(called, wanted, "{choice}");
        }
    }
}

#[tokio::test]
async fn responses_have_what_open_responses_requires() {
    let desk = Desk::new().await;
    let body = json!({"model": "m", "input": "x", "tools": tools(), "stream": true, "frequency_penalty": 0.25});
    for event in desk.stream(body.clone()).await {
        let response = &event.data["response"];
        if response.is_null() {
            continue;
        }
        assert_eq!(response["presence_penalty"], 0.0);
        assert_eq!(response["frequency_penalty"], 0.25);
        assert_eq!(response["tools"][0]["strict"], true);
        assert_eq!(response["tools"][0]["description"], Value::Null);
    }
    let plain = configured(|config| config.open_responses = false).await;
    let events = plain.stream(body).await;
    let response = events.last().unwrap().data["response"].as_object().unwrap();
    assert!(
        !response.contains_key("presence_penalty") && !response.contains_key("frequency_penalty")
    );
}

#[tokio::test]
async fn clients_without_a_project_are_served_by_default_where_that_is_set() {
    let create = async |desk: &Desk, project: Option<&str>| {
        let mut request = Client::new()
            .post(format!("{}/conversations", desk.emulator.base_url()))
            .bearer_auth(DEFAULT_API_KEY);
        if let Some(project) = project {
            request = request.header("openai-project", project);
        }
        answer(request.send().await.unwrap()).await.0
    };
    let desk = Desk::new().await;
    assert_eq!(create(&desk, None).await, 400);
    let emulator = Emulator::builder().project("one").default_project("two");
    let desk = Desk::over(emulator.start().await.unwrap());
    for (project, status) in [
        (None, 200),
        (Some(""), 200),
        (Some("two"), 200),
        (Some("one"), 200),
        (Some("three"), 400),
    ] {
        assert_eq!(create(&desk, project).await, status, "{project:?}");
    }
    assert_eq!(desk.emulator.project("two").conversations.len(), 3);
    assert_eq!(desk.emulator.ready_record().projects, ["one", "two"]);
    let alone = Emulator::builder().default_project(DEFAULT_PROJECT);
    let desk = Desk::over(alone.start().await.unwrap());
    assert_eq!(create(&desk, None).await, 200);
    assert_eq!(desk.emulator.ready_record().projects, [DEFAULT_PROJECT]);
}

#[tokio::test]
async fn what_was_made_in_the_background_is_kept_for_a_while_though_not_stored() {
    let folder = tempfile::TempDir::new().unwrap();
    let data = folder.path().join("data.jsonl");
    let desk = configured(|config| {
        config.background_retention = Duration::from_secs(60);
        config.data = Some(data.clone());
    })
    .await;
    let id = desk.conversation().await;
    let body = json!({"model": "m", "input": "hi", "background": true, "store": false, "conversation": id});
    let queued = desk.ok("/responses", body).await;
    assert_eq!(
        (&queued["status"], &queued["store"]),
        (&json!("queued"), &json!(false))
    );
    let path = format!("/responses/{}", queued["id"].as_str().unwrap());
    desk.emulator.wait_until_idle().await;
    let (status, response) = desk.get(&path).await;
    assert_eq!((status, &response["status"]), (200, &json!("completed")));
    let streamed = desk
        .get(&format!("{path}?stream=true&starting_after=1"))
        .await;
    assert!(streamed.1.to_string().contains("response.completed"));
    assert_eq!(desk.get(&format!("{path}/input_items")).await.0, 200);
    assert_eq!(
        desk.emulator
            .conversation(DEFAULT_PROJECT, &id)
            .unwrap()
            .items
            .len(),
        2
    );
    // One that is still running does not pass.
    let body = json!({"model": "m", "input": "slow:600000 x", "background": true, "store": false});
    let running = desk.ok("/responses", body).await;
    let running = format!("/responses/{}", running["id"].as_str().unwrap());
    let stored = desk
        .ok("/responses", json!({"model": "m", "input": "x"}))
        .await;
    desk.emulator.clock().advance(Duration::from_secs(59));
    assert_eq!(desk.get(&path).await.0, 200);
    desk.emulator.clock().advance(Duration::from_secs(2));
    assert_eq!(desk.get(&path).await.0, 404);
    assert_eq!(desk.get(&running).await.0, 200);
    let cancelled = desk.ok(&format!("{running}/cancel"), json!({})).await;
    assert_eq!(cancelled["status"], "cancelled");
    desk.emulator.clock().advance(Duration::from_secs(59));
    assert_eq!(desk.get(&running).await.0, 200);
    desk.emulator.clock().advance(Duration::from_secs(2));
    assert_eq!(desk.get(&running).await.0, 404);
    let stored = format!("/responses/{}", stored["id"].as_str().unwrap());
    assert_eq!(desk.get(&stored).await.0, 200);
    // What is stored in no other way is still not there.
    let body = json!({"model": "m", "input": "hi", "store": false});
    let direct = desk.ok("/responses", body).await;
    let path = format!("/responses/{}", direct["id"].as_str().unwrap());
    assert_eq!(desk.get(&path).await.0, 404);
}

#[tokio::test]
async fn a_websocket_that_is_tried_first_is_refused_cleanly() {
    let desk = Desk::new().await;
    let mut socket = TcpStream::connect(desk.emulator.address()).await.unwrap();
    for _ in 0..2 {
        let ask = format!(
            "GET /openai/v1/responses HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             authorization: Bearer {DEFAULT_API_KEY}\r\nopenai-project: {DEFAULT_PROJECT}\r\n\r\n"
        );
        socket.write_all(ask.as_bytes()).await.unwrap();
        let mut said = Vec::new();
        while !said.ends_with(b"}}") {
            let mut byte = [0];
            socket.read_exact(&mut byte).await.unwrap();
            said.push(byte[0]);
        }
        let said = String::from_utf8(said).unwrap().to_lowercase();
        assert!(said.starts_with("http/1.1 405"), "{said}");
        assert!(
            said.contains("\r\nallow: post\r\n") && !said.contains("\r\nupgrade:"),
            "{said}"
        );
        assert!(said.contains("not allowed for this path"), "{said}");
    }
    // The same verb without an upgrade, and the turn that follows.
    assert_eq!(
        answer(
            desk.request(Method::GET, "/responses")
                .send()
                .await
                .unwrap()
        )
        .await
        .0,
        405
    );
    desk.ok("/responses", json!({"model": "m", "input": "x"}))
        .await;
}

#[tokio::test]
async fn members_that_are_null_are_absent_and_marked() {
    let log = log();
    let desk = Desk::new().await;
    let id = desk.conversation().await;
    let first = desk
        .ok(
            "/responses",
            json!({"model": "m", "input": "one", "conversation": id}),
        )
        .await;
    let said = &first["output"][0]["id"];
    // What a client sends that writes all it knows of a reasoning item, and refers to what it has.
    let body = json!({"model": "m", "input": [
        {"type": "reasoning", "id": "rs_mine", "summary": [], "content": null, "status": null},
        {"id": said, "type": null},
        {"role": "user", "content": "two", "type": null, "phase": null},
    ]});
    let second = desk.ok("/responses", body).await;
    assert!(text(&second).contains("You just said: \"two\""), "{second}");
    let path = format!(
        "/responses/{}/input_items?order=asc",
        second["id"].as_str().unwrap()
    );
    let items = desk.get(&path).await.1;
    assert_eq!(
        items["data"][0],
        json!({"type": "reasoning", "id": "rs_mine", "summary": []})
    );
    assert_eq!(items["data"][1]["id"], *said);
    let seen = desk.emulator.requests();
    let marked = &seen[2].null_members;
    for member in ["input[0].content", "input[1].type", "input[2].type"] {
        assert!(marked.iter().any(|named| named == member), "{marked:?}");
    }
    assert!(seen[0].null_members.is_empty() && seen[1].null_members.is_empty());
    // Its body is shown as it came.
    assert_eq!(seen[2].body["input"][0]["content"], Value::Null);
    let said = log.text();
    let line = said
        .lines()
        .find(|line| line.contains(&seen[2].opc_request_id));
    assert!(line.unwrap().contains("input[0].content"), "{said}");
    let items = json!({"items": [{"type": "reasoning", "summary": [], "content": null}]});
    let added = desk.ok(&format!("/conversations/{id}/items"), items).await;
    assert!(
        !added["data"][0]
            .as_object()
            .unwrap()
            .contains_key("content")
    );
    // A member that must be there is missing when it is null.
    let (status, error) = desk
        .post(
            "/responses",
            json!({"model": "m", "input": [{"type": "function_call", "call_id": null, "name": "f", "arguments": "{}"}]}),
        )
        .await;
    assert_eq!(
        (status, &error["error"]["param"]),
        (400, &json!("input[0].call_id"))
    );
}
