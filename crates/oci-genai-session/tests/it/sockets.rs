//! Sessions over the client and real sockets, against the emulator and its faults.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use oci_genai_emulator::{Effect, Fault};
use oci_genai_session::store::TurnState;
use oci_genai_session::tool::{Tools, tool};
use oci_genai_session::{
    ErrorKind, HistoryMode, RecoveryAction, SessionOptions, Sessions, SqliteStore, TurnEvent,
};
use serde_json::{Value, json};

use crate::net::{Net, PROJECT, assert_same, stored};
use crate::world::{KINDS, decisions};

#[tokio::test]
async fn a_session_in_a_file_goes_on_in_the_next_process() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sessions.db");
    let net = Net::new().await;
    let (id, conversation) = {
        let sessions = Sessions::new(net.client(), SqliteStore::open(&path).await.unwrap());
        let session = sessions.open_or_create("offsite").await.unwrap();
        let first = session.send("Give me three ideas.").await.unwrap();
        assert_eq!(
            first.output_text(),
            r#"I can see no earlier messages. You just said: "Give me three ideas."."#
        );
        assert!(first.response_id().is_some() && first.usage().total() > 0);
        (session.id().clone(), session.conversation_id())
    };
    let sessions = Sessions::new(net.client(), SqliteStore::open(&path).await.unwrap());
    let session = sessions.resume(id).await.unwrap();
    assert_eq!(session.conversation_id(), conversation);
    let second = session.stream("Cheaper.").finish().await.unwrap();
    assert!(
        second
            .output_text()
            .contains(r#"The first was: "Give me three ideas.""#)
    );
    assert_same(&net, &session).await;
    assert!(sessions.delete("offsite").await.unwrap());
    assert!(net.emulator.project(PROJECT).conversations.is_empty());
}

#[tokio::test]
async fn every_memory_remembers_over_the_wire() {
    for history_mode in KINDS {
        let net = Net::new().await;
        let session = net.session(history_mode).await;
        session.send("one").await.unwrap();
        let second = session.stream("two").finish().await.unwrap();
        assert_eq!(
            second.output_text(),
            r#"I can see 2 earlier messages. The first was: "one". You just said: "two"."#,
            "{history_mode}"
        );
        if history_mode == HistoryMode::Client {
            assert!(net.emulator.project(PROJECT).responses.is_empty());
        }
    }
}

#[tokio::test]
async fn a_reset_after_the_turn_landed_asks_nothing_twice() {
    for streaming in [false, true] {
        let net = Net::new().await;
        let session = net.session(HistoryMode::Conversation).await;
        session.send("one").await.unwrap();
        net.fail(match streaming {
            true => Effect::Cut {
                events: 4,
                reset: true,
            },
            false => Effect::Reset { after: true },
        });
        let turn = match streaming {
            true => session.stream("two").finish().await.unwrap(),
            false => session.send("two").await.unwrap(),
        };
        assert!(
            turn.output_text().contains("2 earlier messages"),
            "{}",
            turn.output_text()
        );
        assert_eq!(decisions(&turn), [RecoveryAction::Adopted]);
        assert_same(&net, &session).await;
        assert_eq!(net.items(&session).len(), 4);
    }
}

#[tokio::test]
async fn a_reset_before_the_turn_landed_sends_it_again() {
    for history_mode in KINDS {
        let net = Net::new().await;
        let session = net.session(history_mode).await;
        session.send("one").await.unwrap();
        net.emulator
            .faults()
            .add(
                Fault::new(Effect::Reset { after: false })
                    .route("POST /responses")
                    // Where nothing can be looked at it is sent again once.
                    .times(if history_mode == HistoryMode::Conversation {
                        2
                    } else {
                        1
                    }),
            )
            .unwrap();
        let turn = session.send("two").await.unwrap();
        assert!(
            turn.output_text().contains("2 earlier messages"),
            "{}",
            turn.output_text()
        );
        if history_mode == HistoryMode::Conversation {
            assert!(decisions(&turn).contains(&RecoveryAction::Resent));
            assert_same(&net, &session).await;
        }
    }
}

#[tokio::test]
async fn input_stored_without_output_is_sent_again_and_stored_once() {
    let net = Net::new().await;
    let session = net.session(HistoryMode::Conversation).await;
    session.send("one").await.unwrap();
    net.fail(Effect::Orphan);
    let turn = session.send("two").await.unwrap();
    assert_eq!(decisions(&turn), [RecoveryAction::Repaired]);
    assert!(turn.output_text().contains("2 earlier messages"));
    assert_same(&net, &session).await;
}

#[tokio::test]
async fn a_locked_conversation_is_a_wait() {
    let net = Net::new().await;
    let session = net.session(HistoryMode::Conversation).await;
    let faults = net.emulator.faults();
    faults
        .add(
            Fault::new(Effect::Locked)
                .route("POST /responses")
                .times(12),
        )
        .unwrap();
    let turn = session.send("one").await.unwrap();
    assert_eq!(
        turn.output_text(),
        r#"I can see no earlier messages. You just said: "one"."#
    );
    assert_eq!(net.items(&session).len(), 2);
}

#[tokio::test]
async fn a_model_that_fails_leaves_the_session_usable() {
    let net = Net::new().await;
    let session = net.session(HistoryMode::Conversation).await;
    session.send("one").await.unwrap();
    let fail = Effect::Fail {
        code: "server_error".to_owned(),
        message: "out of order".to_owned(),
    };
    let id = net
        .emulator
        .faults()
        .add(Fault::new(fail).route("POST /responses"))
        .unwrap();
    for streaming in [false, true] {
        let error = match streaming {
            true => session.stream("two").finish().await.unwrap_err(),
            false => session.send("two").await.unwrap_err(),
        };
        assert_eq!(error.kind(), ErrorKind::Rejected);
        assert!(error.to_string().contains("out of order"), "{error}");
    }
    net.emulator.faults().remove(id);
    let turn = session.send("three").await.unwrap();
    assert!(
        turn.output_text().contains("2 earlier messages"),
        "{}",
        turn.output_text()
    );
    assert_same(&net, &session).await;
}

#[tokio::test]
async fn a_stream_dropped_midway_leaves_the_session_usable() {
    for history_mode in KINDS {
        let net = Net::new().await;
        let session = net.session(history_mode).await;
        session.send("one").await.unwrap();
        let mut stream = session.stream("slow:20 two");
        while let Some(step) = stream.next().await {
            if matches!(step.unwrap(), TurnEvent::Delta(_)) {
                break;
            }
        }
        drop(stream);
        let third = session.send("three").await.unwrap();
        let states: Vec<_> = session
            .turns(0, 9)
            .await
            .unwrap()
            .iter()
            .map(|t| t.state)
            .collect();
        // Whether the service went on with it is the service's business; both sides agree about it.
        let seen = if states[1] == TurnState::Committed {
            4
        } else {
            2
        };
        assert!(
            third
                .output_text()
                .contains(&format!("{seen} earlier messages")),
            "{history_mode}"
        );
        if history_mode == HistoryMode::Conversation {
            assert_same(&net, &session).await;
        }
    }
}

fn adding() -> (Tools, Arc<AtomicU32>) {
    let runs = Arc::new(AtomicU32::new(0));
    let counter = runs.clone();
    let tools = Tools::new().with(tool("add", "Adds", move |value: Value| {
        counter.fetch_add(1, Ordering::SeqCst);
        async move {
            Ok::<_, String>(value["a"].as_i64().unwrap_or(0) + value["b"].as_i64().unwrap_or(0))
        }
    }));
    (tools, runs)
}

#[tokio::test]
async fn a_tool_runs_once_whatever_the_network_does() {
    for history_mode in KINDS {
        for effect in [
            Effect::Reset { after: true },
            Effect::Reset { after: false },
            Effect::Status {
                status: 500,
                code: None,
                message: None,
                retry_after: None,
                after: true,
            },
            Effect::Orphan,
        ] {
            if effect == Effect::Orphan && history_mode != HistoryMode::Conversation {
                continue;
            }
            let net = Net::new().await;
            let (tools, runs) = adding();
            let session = net.session(history_mode).await.with_tools(tools);
            let fault = Fault::new(effect.clone())
                .route("POST /responses")
                .after(1)
                .times(1);
            net.emulator.faults().add(fault).unwrap();
            let turn = session.send(r#"call:add {"a":2,"b":3}"#).await.unwrap();
            assert_eq!(
                turn.output_text(),
                "add returned: 5",
                "{history_mode} {effect:?}"
            );
            assert_eq!(runs.load(Ordering::SeqCst), 1);
            session.send("and on").await.unwrap();
            if history_mode == HistoryMode::Conversation {
                assert_same(&net, &session).await;
            }
        }
    }
}

#[tokio::test]
async fn a_history_of_more_than_twenty_items_is_copied_in_batches() {
    let net = Net::new().await;
    let session = net.session(HistoryMode::PreviousResponse).await;
    for number in 0..12 {
        session.send(format!("n{number}")).await.unwrap();
    }
    let fork = net.sessions().fork(&session, None, "fork").await.unwrap();
    assert_eq!(net.items(&fork).len(), 24);
    let turn = fork.send("next").await.unwrap();
    assert!(
        turn.output_text()
            .contains(r#"24 earlier messages. The first was: "n0""#)
    );
    fork.rewind(11).await.unwrap();
    let turn = fork.send("again").await.unwrap();
    assert!(
        turn.output_text().contains("22 earlier messages"),
        "{}",
        turn.output_text()
    );
    assert_same(&net, &fork).await;
}

#[derive(Debug, PartialEq, serde::Deserialize, schemars::JsonSchema)]
struct Idea {
    title: String,
    cost: i64,
}

#[tokio::test]
async fn an_answer_is_read_as_the_type_it_was_asked_for() {
    let net = Net::new().await;
    let session = net.session(HistoryMode::Conversation).await;
    let turn = session
        .turn("an idea")
        .response_format::<Idea>()
        .send()
        .await
        .unwrap();
    let _: Idea = turn.parse().unwrap();
    let text = session.send("in words").await.unwrap();
    assert!(text.parse::<Idea>().unwrap_err().is_invalid());
}

#[tokio::test]
async fn items_of_any_kind_go_out_and_come_back() {
    for history_mode in KINDS {
        let net = Net::new().await;
        let session = net.session(history_mode).await;
        let image = json!({ "type": "message", "role": "user", "content": [
            { "type": "input_text", "text": "what is this?" },
            { "type": "input_image", "image_url": "https://example.com/a.png", "detail": "low" },
        ]});
        let turn = session
            .turn(vec![image.clone()])
            .extra_body("reasoning", json!({"effort": "low"}));
        let turn = turn.send().await.unwrap();
        assert!(
            turn.output().iter().any(|item| item["type"] == "reasoning"),
            "{:?}",
            turn.output()
        );
        let second = session.send("and now?").await.unwrap();
        assert!(
            second.output_text().contains("2 earlier messages"),
            "{history_mode}: {}",
            second.output_text()
        );
        assert_eq!(stored(&session).await[0], image);
    }
}

#[tokio::test]
async fn a_conversation_that_exists_is_taken_up() {
    let net = Net::new().await;
    let old = net.session(HistoryMode::Conversation).await;
    old.send("one").await.unwrap();
    let options = SessionOptions::new()
        .name("new")
        .conversation(old.conversation_id().unwrap());
    let session = net.sessions().create(options).await.unwrap();
    assert!(
        session
            .send("two")
            .await
            .unwrap()
            .output_text()
            .contains("2 earlier messages")
    );
    let missing = SessionOptions::new().conversation("conv_ord_missing");
    assert!(
        net.sessions()
            .create(missing)
            .await
            .unwrap_err()
            .is_not_found()
    );
}

#[tokio::test]
async fn a_deleted_conversation_is_an_error_and_nothing_hangs() {
    let net = Net::new().await;
    let session = net.session(HistoryMode::Conversation).await;
    session.send("one").await.unwrap();
    net.client()
        .conversations()
        .delete(session.conversation_id().unwrap())
        .send()
        .await
        .unwrap();
    let error = session.send("two").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(session.recover().await.unwrap().is_none());
    assert!(net.sessions().delete("s").await.unwrap());
}

#[tokio::test]
async fn a_service_that_is_away_is_an_error_that_says_so_and_the_turn_waits() {
    let net = Net::new().await;
    let session = net.session(HistoryMode::Conversation).await;
    let away = Effect::Status {
        status: 503,
        code: None,
        message: None,
        retry_after: None,
        after: false,
    };
    let id = net.emulator.faults().add(Fault::new(away)).unwrap();
    let error = session.turn("one").turn_id("a").send().await.unwrap_err();
    assert!(error.is_outcome_unknown(), "{error:?}");
    net.emulator.faults().remove(id);
    let turn = session.turn("one").turn_id("a").send().await.unwrap();
    assert_eq!(turn.number(), 1);
    assert_eq!(net.items(&session).len(), 2);
}
