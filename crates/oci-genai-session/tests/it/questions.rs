//! What the model asked and nobody answered: calls and requests for approval, of every kind that the contract has. A
//! session is never left with one, because the service refuses every turn after it.

use oci_genai_session::tool::{Tools, tool};
use oci_genai_session::{HistoryMode, RecoveryAction, SessionOptions};
use serde_json::{Value, json};

use crate::double::Fault;
use crate::world::{KINDS, World, decisions, history};

fn custom(name: &str) -> Value {
    json!([{ "type": "custom", "name": name }])
}

#[tokio::test]
async fn calls_that_the_caller_never_answered_do_no_harm_to_the_next_turn() {
    for history_mode in KINDS {
        for tools in [
            custom("f"),
            json!([{ "type": "function", "name": "f", "parameters": {} }]),
        ] {
            let world = World::new();
            let session = world.session(history_mode).await;
            let turn = session
                .turn("call:f {} call:f {}")
                .extra_body("tools", tools);
            assert_eq!(turn.send().await.unwrap().output_text(), "");
            let next = session.send("two").await.unwrap();
            assert_eq!(
                next.output_text(),
                "1 questions before; you said: two",
                "{history_mode}"
            );
            assert_eq!(decisions(&next), [RecoveryAction::Repaired]);
            let third = session.send("three").await.unwrap();
            assert!(third.recoveries().is_empty());
            if history_mode == HistoryMode::Conversation {
                assert_eq!(world.transcript(&session), history(&session).await);
            }
        }
    }
}

#[tokio::test]
async fn of_two_calls_the_one_that_the_caller_answered_is_left_alone() {
    for history_mode in KINDS {
        let world = World::new();
        let session = world.session(history_mode).await;
        let turn = session
            .turn("call:f {} call:f {}")
            .extra_body("tools", custom("f"));
        let turn = turn.send().await.unwrap();
        let call = turn.output()[1]["call_id"].clone();
        let output =
            json!({ "type": "custom_tool_call_output", "call_id": call, "output": "mine" });
        // From another process, too.
        let session = world.process().open("s").await.unwrap();
        let turn = session.send_items(vec![output]).await.unwrap();
        assert_eq!(turn.output_text(), "the tool said: mine");
        let sent = history(&session).await;
        assert_eq!(
            &sent[3..5],
            ["output: error: the call was not answered", "output: mine"]
        );
    }
}

#[tokio::test]
async fn what_a_rewind_or_a_fork_leaves_open_is_closed_too() {
    for history_mode in KINDS {
        let world = World::new();
        let session = world.session(history_mode).await;
        let turn = session.turn("call:f {}").extra_body("tools", custom("f"));
        turn.send().await.unwrap();
        session.send("two").await.unwrap();
        let options = SessionOptions::new()
            .name("fork")
            .history_mode(history_mode);
        let fork = world.process().fork(&session, Some(1), options).await;
        for session in [&fork.unwrap(), &session] {
            session.rewind(1).await.unwrap();
            let turn = session.send("other").await.unwrap();
            assert_eq!(turn.output_text(), "1 questions before; you said: other");
            assert_eq!(
                decisions(&turn),
                [RecoveryAction::Repaired],
                "{history_mode}"
            );
        }
    }
}

#[tokio::test]
async fn questions_of_somebody_else_are_closed_whatever_their_kind() {
    let world = World::new();
    let options = SessionOptions::new().extra_body("tools", custom("f"));
    let session = world.process().create(options).await.unwrap();
    session.send("one").await.unwrap();
    let conversation = session.conversation_id().unwrap();
    for item in [
        json!({ "type": "custom_tool_call", "call_id": "c", "name": "f", "input": "x" }),
        json!({
            "type": "mcp_approval_request", "id": "mcpr_9", "server_label": "shop", "name": "pay",
            "arguments": "{}",
        }),
    ] {
        world.service.intrude(&conversation, &item);
    }
    world.service.fail(Fault::RequestLost);
    let turn = session.send("two").await.unwrap();
    assert_eq!(
        decisions(&turn),
        [
            RecoveryAction::Repaired,
            RecoveryAction::ForeignItems,
            RecoveryAction::Resent
        ]
    );
    let there = world.transcript(&session);
    assert_eq!(
        there[4..6],
        [
            "output: error: the call was interrupted and its outcome is unknown; it was not repeated",
            "approved: false",
        ]
    );
}

#[tokio::test]
async fn a_remote_call_given_up_while_it_waited_is_refused_and_the_session_lives_on() {
    // The turn fails after the approval was asked for: its next request is refused for good.
    for history_mode in KINDS {
        let world = World::new();
        let session = world.session(history_mode).await;
        session.send("remote:pay {}").await.unwrap_err();
        let pending = session.pending_approvals().await.unwrap();
        session.approve(&pending[0].call_id).await.unwrap();
        world.service.fail(Fault::Refused);
        session.recover().await.unwrap_err();
        let next = session.send("two").await.unwrap();
        assert!(
            next.output_text().contains("you said: two"),
            "{history_mode}"
        );
        if history_mode == HistoryMode::Conversation {
            assert_eq!(world.transcript(&session), history(&session).await);
            assert_eq!(world.transcript(&session)[2], "approved: false");
        }
    }
}

#[tokio::test]
async fn a_search_whose_answer_was_cut_off_is_made_again() {
    let world = World::new();
    let session = world.session(HistoryMode::Conversation).await;
    world.service.fail(Fault::SearchStored);
    let turn = session.send("one").await.unwrap();
    assert_eq!(decisions(&turn), [RecoveryAction::Repaired]);
    assert_eq!(world.transcript(&session), history(&session).await);
    assert_eq!(world.transcript(&session).len(), 2);
}

#[tokio::test]
async fn a_hosted_call_that_the_service_had_only_begun_is_removed_before_the_turn_is_asked_again() {
    let world = World::new();
    let session = world.session(HistoryMode::Conversation).await;
    session.send("one").await.unwrap();
    world.service.fail(Fault::RemoteStored);
    let turn = session.send("two").await.unwrap();
    assert_eq!(turn.output_text(), "1 questions before; you said: two");
    assert_eq!(decisions(&turn), [RecoveryAction::Repaired]);
    assert_eq!(world.transcript(&session), history(&session).await);
}

#[tokio::test]
async fn a_hosted_call_left_without_a_result_does_no_harm_to_the_next_turn() {
    for history_mode in KINDS {
        let world = World::new();
        let session = world.session(history_mode).await;
        session.send("one").await.unwrap();
        world.service.fail(Fault::EndsEarly);
        let turn = session.send("two").await.unwrap();
        assert_eq!(turn.incomplete(), Some("max_output_tokens"));
        assert_eq!(turn.output()[0]["type"], "mcp_call");
        // In the next process, too, and for every turn after.
        let session = world.process().open("s").await.unwrap();
        let turn = session.send("three").await.unwrap();
        assert_eq!(
            turn.output_text(),
            "2 questions before; you said: three",
            "{history_mode}"
        );
        assert_eq!(decisions(&turn), [RecoveryAction::Repaired]);
        let turn = session.send("four").await.unwrap();
        assert_eq!(turn.output_text(), "3 questions before; you said: four");
        assert!(turn.recoveries().is_empty());
        assert_eq!(history(&session).await.len(), 7);
        if history_mode == HistoryMode::Conversation {
            assert_eq!(world.transcript(&session), history(&session).await);
        }
        // Nor does it come back when the session returns to that turn, or goes on elsewhere.
        session.rewind(2).await.unwrap();
        let turn = session.send("other").await.unwrap();
        assert_eq!(turn.output_text(), "2 questions before; you said: other");
    }
}

#[tokio::test]
async fn a_fork_leaves_a_hosted_call_without_a_result_behind() {
    for from in KINDS {
        for to in KINDS {
            let world = World::new();
            let session = world.session(from).await;
            world.service.fail(Fault::EndsEarly);
            session.send("one").await.unwrap();
            let options = SessionOptions::new().name("fork").history_mode(to);
            let fork = world.process().fork(&session, None, options).await;
            let turn = fork.unwrap().send("two").await.unwrap();
            assert_eq!(
                turn.output_text(),
                "1 questions before; you said: two",
                "{from} {to}"
            );
            session.send("two").await.unwrap();
        }
    }
}

#[tokio::test]
async fn what_the_service_had_begun_when_a_turn_with_tools_was_given_up_is_removed() {
    let world = World::new();
    let tools = Tools::new().with(tool("add", "Adds", |_: Value| async {
        Ok::<_, String>("3")
    }));
    let session = world
        .session(HistoryMode::Conversation)
        .await
        .with_tools(tools);
    // The second round leaves a call behind and its connection breaks; so does each attempt after it.
    world.service.then([None, Some(Fault::RemoteStored)]);
    world.service.then([Some(Fault::Hang)]);
    let stream = session.stream("call:add {}");
    world.service.hanging.notified().await;
    world.service.intrude(
        &session.conversation_id().unwrap(),
        &json!({ "type": "mcp_call", "status": "calling", "name": "look", "arguments": "{}" }),
    );
    drop(stream);
    let turn = session.send("two").await.unwrap();
    assert_eq!(turn.output_text(), "1 questions before; you said: two");
    assert_eq!(world.transcript(&session), history(&session).await);
    assert!(
        world
            .transcript(&session)
            .iter()
            .all(|line| line != "mcp_call")
    );
}
