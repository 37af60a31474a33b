//! Turns: what goes to the service and what comes back.

use oci_genai_session::{ErrorKind, HistoryMode, TurnEvent};
use serde_json::json;

use crate::world::{KINDS, World, history};

#[tokio::test]
async fn the_second_turn_knows_the_first_in_every_history_mode() {
    for history_mode in KINDS {
        let world = World::new();
        let session = world.session(history_mode).await;
        let first = session.send("one").await.unwrap();
        assert_eq!(
            first.output_text(),
            "0 questions before; you said: one",
            "{history_mode}"
        );
        let second = session.send("two").await.unwrap();
        assert_eq!(
            second.output_text(),
            "1 questions before; you said: two",
            "{history_mode}"
        );
        assert_eq!((first.number(), second.number()), (1, 2));
        assert_eq!(session.usage().total(), 30);
        assert_eq!(history(&session).await.len(), 4);
    }
}

#[tokio::test]
async fn each_memory_sends_only_what_it_has_to() {
    for history_mode in KINDS {
        let world = World::new();
        let session = world.session(history_mode).await;
        for text in ["one", "two", "three"] {
            session.send(text).await.unwrap();
        }
        let last = world.service.requests().pop().unwrap();
        let items = last["input"].as_array().unwrap().len();
        assert_eq!(last["model"], "m");
        match history_mode {
            HistoryMode::Conversation => {
                assert_eq!(items, 1);
                assert_eq!(last["conversation"], json!(session.conversation_id()));
                assert!(!last.contains_key("previous_response_id") && !last.contains_key("store"));
            }
            HistoryMode::PreviousResponse => {
                assert_eq!(items, 1);
                assert!(last["previous_response_id"].is_string());
                assert!(!last.contains_key("conversation"));
            }
            HistoryMode::Client => {
                assert_eq!(items, 5);
                assert_eq!(last["store"], json!(false));
                assert!(
                    last["input"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .all(|item| item.get("id").is_none())
                );
            }
        }
    }
}

#[tokio::test]
async fn input_goes_out_in_its_long_form() {
    let world = World::new();
    world
        .session(HistoryMode::Conversation)
        .await
        .send("hello")
        .await
        .unwrap();
    let request = &world.service.requests()[0];
    let expected = json!([{
        "type": "message", "role": "user",
        "content": [{ "type": "input_text", "text": "hello" }],
    }]);
    assert_eq!(request["input"], expected);
    assert!(request["conversation"].is_string());
}

#[tokio::test]
async fn a_stream_ends_with_the_committed_turn() {
    let world = World::new();
    let session = world.session(HistoryMode::Conversation).await;
    let mut stream = session.stream("hello");
    let mut text = String::new();
    let mut committed = None;
    while let Some(event) = stream.next().await {
        match event.unwrap() {
            TurnEvent::Delta(delta) => text.push_str(&delta),
            TurnEvent::Committed(turn) => committed = Some(turn),
            _ => {}
        }
    }
    let turn = committed.unwrap();
    assert_eq!(text, "assistant: 0 questions before; you said: hello");
    assert_eq!(turn.output_text(), "0 questions before; you said: hello");
    assert_eq!(session.turn_count(), 1);
}

#[tokio::test]
async fn the_same_turn_id_gives_the_same_turn() {
    for history_mode in KINDS {
        let world = World::new();
        let session = world.session(history_mode).await;
        let first = session.turn("one").turn_id("a").send().await.unwrap();
        let again = world
            .process()
            .open("s")
            .await
            .unwrap()
            .turn("one")
            .turn_id("a")
            .send()
            .await
            .unwrap();
        assert_eq!(again.output(), first.output());
        assert!(again.is_replay() && !first.is_replay());
        assert_eq!(world.service.requests().len(), 1);
    }
}

#[tokio::test]
async fn fifty_callers_are_served_one_after_the_other() {
    let world = World::new();
    let session = world.session(HistoryMode::Conversation).await;
    let tasks: Vec<_> = (0..50)
        .map(|number| {
            let session = session.clone();
            tokio::spawn(async move { session.send(format!("n{number}")).await.unwrap() })
        })
        .collect();
    let mut texts = Vec::new();
    for task in tasks {
        texts.push(task.await.unwrap().output_text());
    }
    // Served in the order in which they came.
    for (number, text) in texts.iter().enumerate() {
        assert_eq!(
            *text,
            format!("{number} questions before; you said: n{number}")
        );
    }
}

#[tokio::test]
async fn bad_input_is_refused_before_anything_is_sent_or_written() {
    let world = World::new();
    let session = world.session(HistoryMode::Conversation).await;
    let mut errors = vec![
        session.send(" \n").await.unwrap_err(),
        session.turn("a").turn_id("").send().await.unwrap_err(),
        session
            .turn("a")
            .turn_id("x".repeat(257))
            .send()
            .await
            .unwrap_err(),
        session
            .turn("a")
            .extra_body("store", false)
            .send()
            .await
            .unwrap_err(),
        session.turn(vec![]).send().await.unwrap_err(),
        session.turn(vec![json!("text")]).send().await.unwrap_err(),
        session.send("x".repeat(9 << 20)).await.unwrap_err(),
    ];
    errors.push(session.stream("").next().await.unwrap().unwrap_err());
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error:?}");
    }
    assert!(world.service.requests().is_empty());
    assert!(session.turns(0, 1).await.unwrap().is_empty());
}
