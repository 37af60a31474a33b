//! Responses as streams of events.

use futures_util::StreamExt as _;
use oci_genai_emulator::{DEFAULT_PROJECT, Emulator};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Desk, Event, events_of, parse_events, text};

fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.name.as_str()).collect()
}

fn check_numbers(events: &[Event]) {
    for (number, event) in events.iter().enumerate() {
        assert_eq!(event.data["sequence_number"], number, "{}", event.name);
    }
}

fn deltas(events: &[Event], name: &str) -> Vec<String> {
    let deltas = events.iter().filter(|event| event.name == name);
    deltas
        .map(|event| event.data["delta"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_stream_adds_up_to_its_response() {
    let desk = Desk::new().await;
    let id = desk.conversation().await;
    let body = json!({"model": "m", "input": "count:3", "stream": true, "conversation": id});
    let events = desk.stream(body).await;
    check_numbers(&events);
    assert_eq!(
        names(&events),
        [
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.delta",
            "response.output_text.delta",
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed",
        ]
    );
    assert_eq!(
        deltas(&events, "response.output_text.delta"),
        ["1", " 2", " 3"]
    );
    let last = &events[10].data["response"];
    assert_eq!(events[7].data["text"], "1 2 3");
    assert_eq!(events[9].data["item"], last["output"][0]);
    assert_eq!(text(last), "1 2 3");
    assert_eq!(events[0].data["response"]["status"], "in_progress");
    assert_eq!(last["conversation"]["id"], id.as_str());
    let path = format!("/responses/{}", last["id"].as_str().unwrap());
    assert_eq!(desk.get(&path).await.1, *last);
}

#[tokio::test]
async fn reasoning_and_calls_have_their_own_events() {
    let desk = Desk::new().await;
    let body = json!({
        "model": "m", "input": "call:add {\"a\": 1, \"b\": 2}", "stream": true,
        "reasoning": {"effort": "low"}, "tools": [{"type": "function", "name": "add"}],
    });
    let events = desk.stream(body).await;
    check_numbers(&events);
    let response = &events.last().unwrap().data["response"];
    assert_eq!(
        deltas(&events, "response.reasoning_summary_text.delta").concat(),
        response["output"][0]["summary"][0]["text"]
            .as_str()
            .unwrap()
    );
    assert_eq!(
        deltas(&events, "response.function_call_arguments.delta").concat(),
        response["output"][1]["arguments"].as_str().unwrap()
    );
    assert!(names(&events).contains(&"response.function_call_arguments.done"));
}

#[tokio::test]
async fn errors_come_before_a_stream_opens() {
    let desk = Desk::new().await;
    for (body, status) in [
        (
            json!({"model": "m", "input": "x", "stream": true, "conversation": "conv_none"}),
            404,
        ),
        (
            json!({"model": "m", "input": "x", "stream": true, "temperature": 9}),
            400,
        ),
        (json!({"model": "m", "stream": true}), 400),
    ] {
        let (found, error) = desk.post("/responses", body).await;
        assert_eq!(found, status);
        assert!(error["error"]["message"].is_string());
    }
}

#[tokio::test]
async fn a_finished_stream_can_be_read_again_from_any_point() {
    let desk = Desk::new().await;
    for background in [false, true] {
        let body = json!({
            "model": "m", "input": "count:4", "stream": true, "background": background,
            "reasoning": {},
        });
        let events = desk.stream(body).await;
        check_numbers(&events);
        let id = events.last().unwrap().data["response"]["id"]
            .as_str()
            .unwrap();
        for after in [0, 5, events.len() - 2] {
            let path = format!("/responses/{id}?stream=true&starting_after={after}");
            let again = events_of(desk.request(Method::GET, &path).send().await.unwrap()).await;
            let wanted: Vec<&Value> = events[after + 1..]
                .iter()
                .map(|event| &event.data)
                .collect();
            assert_eq!(
                again.iter().map(|event| &event.data).collect::<Vec<_>>(),
                wanted
            );
        }
    }
}

#[tokio::test]
async fn a_background_stream_is_followed_while_it_runs() {
    let desk = Desk::new().await;
    let body = json!({"model": "m", "input": "slow:5 count:20", "background": true});
    let queued = desk.ok("/responses", body).await;
    let path = format!("/responses/{}?stream=true", queued["id"].as_str().unwrap());
    let events = events_of(desk.request(Method::GET, &path).send().await.unwrap()).await;
    check_numbers(&events);
    assert_eq!(
        names(&events)[..3],
        [
            "response.created",
            "response.queued",
            "response.in_progress"
        ]
    );
    assert_eq!(
        text(&events.last().unwrap().data["response"])
            .split(' ')
            .count(),
        20
    );
}

#[tokio::test]
async fn a_second_turn_finds_the_conversation_locked() {
    let desk = Desk::new().await;
    let id = desk.conversation().await;
    let slow = json!({"model": "m", "input": "slow:600000 x", "stream": true, "conversation": id});
    let first = desk
        .request(Method::POST, "/responses")
        .json(&slow)
        .send()
        .await
        .unwrap();
    let mut first = first.bytes_stream();
    first.next().await.unwrap().unwrap();
    let quick = json!({"model": "m", "input": "y", "conversation": id});
    let (status, error) = desk.post("/responses", quick).await;
    assert_eq!(
        (status, &error["error"]["code"]),
        (400, &json!("conversation_locked"))
    );
}

#[tokio::test]
async fn concurrent_turns_never_interleave() {
    let desk = Desk::new().await;
    let id = desk.conversation().await;
    let turns = (0..16).map(|n| {
        let turn = json!({"model": "m", "input": format!("slow:1 t{n}"), "conversation": id});
        desk.post("/responses", turn)
    });
    let outcomes = futures_util::future::join_all(turns).await;
    let answered: Vec<&Value> = outcomes
        .iter()
        .filter(|(status, _)| *status == 200)
        .map(|(_, response)| response)
        .collect();
    assert!(!answered.is_empty());
    for (status, error) in outcomes.iter().filter(|(status, _)| *status != 200) {
        assert_eq!(
            (*status, &error["error"]["code"]),
            (400, &json!("conversation_locked"))
        );
    }
    let path = format!("/conversations/{id}/items?order=asc&limit=100");
    let items = desk.get(&path).await.1["data"].as_array().unwrap().clone();
    assert_eq!(
        items.len(),
        2 * answered.len(),
        "who was refused left nothing behind"
    );
    for turn in items.chunks(2) {
        let said = turn[0]["content"][0]["text"].as_str().unwrap();
        assert!(
            turn[1]["content"][0]["text"]
                .as_str()
                .unwrap()
                .contains(said)
        );
        assert!(
            answered
                .iter()
                .any(|response| response["output"][0]["id"] == turn[1]["id"])
        );
    }
}

#[tokio::test]
async fn turns_wait_for_each_other_when_configured() {
    let desk = Desk::over(Emulator::builder().queue_turns(true).start().await.unwrap());
    let id = desk.conversation().await;
    let turns = (0..16).map(|n| {
        desk.ok(
            "/responses",
            json!({"model": "m", "input": format!("slow:1 t{n}"), "conversation": id}),
        )
    });
    futures_util::future::join_all(turns).await;
    let (_, items) = desk
        .get(&format!("/conversations/{id}/items?order=asc&limit=100"))
        .await;
    let roles: Vec<&str> = items["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["role"].as_str().unwrap())
        .collect();
    assert_eq!(roles, ["user", "assistant"].repeat(16));
}

#[tokio::test]
async fn a_client_that_leaves_does_not_stop_the_turn() {
    let desk = Desk::over(Emulator::builder().queue_turns(true).start().await.unwrap());
    let id = desk.conversation().await;
    let body =
        json!({"model": "m", "input": "slow:20 count:5", "stream": true, "conversation": id});
    let response = desk
        .request(Method::POST, "/responses")
        .json(&body)
        .send()
        .await
        .unwrap();
    let mut pieces = response.bytes_stream();
    let begun = String::from_utf8(pieces.next().await.unwrap().unwrap().to_vec()).unwrap();
    assert_eq!(parse_events(&begun)[0].name, "response.created");
    drop(pieces);
    // The next turn queues behind the abandoned one, and sees it.
    let next = json!({"model": "m", "input": "and now?", "conversation": id});
    let answer = desk.ok("/responses", next).await;
    assert!(text(&answer).starts_with("I can see 2 earlier messages."));
}

/// Begins a streamed turn, reads its first piece and leaves.
async fn leave_early(desk: &Desk, input: &str, conversation: &str) {
    let body = json!({"model": "m", "input": input, "stream": true, "conversation": conversation});
    let request = desk.request(Method::POST, "/responses").json(&body);
    let response = request.send().await.unwrap();
    let mut pieces = response.bytes_stream();
    pieces.next().await.unwrap().unwrap();
}

#[tokio::test]
async fn a_turn_keeps_its_pace_when_its_client_leaves() {
    let desk = Desk::new().await;
    let id = desk.conversation().await;
    leave_early(&desk, "slow:30 count:5000", &id).await;
    // Another turn of the same pace, which has to write a thousandth of it.
    let shorter = desk
        .stream(json!({"model": "m", "input": "slow:30 count:5", "stream": true}))
        .await;
    assert_eq!(shorter.last().unwrap().name, "response.completed");
    let (status, error) = desk
        .post(
            "/responses",
            json!({"model": "m", "input": "x", "conversation": id}),
        )
        .await;
    assert_eq!(
        (status, &error["error"]["code"]),
        (400, &json!("conversation_locked"))
    );
    let there = desk.emulator.project(DEFAULT_PROJECT);
    let left = there
        .responses
        .iter()
        .find(|response| response["conversation"]["id"] == id.as_str());
    assert_eq!(left.unwrap()["status"], "in_progress");
}

#[tokio::test]
async fn what_became_of_an_abandoned_turn_can_be_seen() {
    let desk = Desk::new().await;
    let id = desk.conversation().await;
    leave_early(&desk, "slow:5 count:20", &id).await;
    desk.emulator.wait_until_idle().await;
    let there = desk.emulator.project(DEFAULT_PROJECT);
    assert_eq!(there.responses[0]["status"], "completed");
    let counted: Vec<String> = (1..=20).map(|n| n.to_string()).collect();
    assert_eq!(text(&there.responses[0]), counted.join(" "));
    let items = &there.conversation(&id).unwrap().items;
    assert_eq!(items.len(), 2);
}

#[tokio::test]
async fn dropping_the_emulator_ends_its_streams() {
    let desk = Desk::new().await;
    let body = json!({"model": "m", "input": "slow:600000 x", "stream": true});
    let response = desk
        .request(Method::POST, "/responses")
        .json(&body)
        .send()
        .await
        .unwrap();
    let mut pieces = response.bytes_stream();
    pieces.next().await.unwrap().unwrap();
    let url = desk.emulator.base_url();
    drop(desk);
    while let Some(Ok(_)) = pieces.next().await {}
    assert!(reqwest::get(url).await.is_err());
}
