//! Calls that wait for a person.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use oci_genai_session::tool::{Tools, tool};
use oci_genai_session::{ErrorKind, HistoryMode};
use serde_json::{Value, json};

use crate::double::Fault;
use crate::world::{KINDS, World, history};

#[tokio::test]
async fn a_call_waits_for_approval_across_processes() {
    for approve in [true, false] {
        let world = World::new();
        let count = Arc::new(AtomicU32::new(0));
        let counter = count.clone();
        let tools = Tools::new().with(
            tool("pay", "Pays", move |_: Value| {
                counter.fetch_add(1, Ordering::SeqCst);
                async { Ok::<_, String>("paid") }
            })
            .with_approval(),
        );
        let session = world
            .session(HistoryMode::Conversation)
            .await
            .with_tools(tools.clone());
        let error = session.send(r#"call:pay {"sum":5}"#).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AwaitingApproval);
        let session = world.process().open("s").await.unwrap().with_tools(tools);
        assert_eq!(
            session.recover().await.unwrap_err().kind(),
            ErrorKind::AwaitingApproval
        );
        let pending = session.pending_approvals().await.unwrap();
        assert_eq!(
            (pending[0].name.as_str(), pending[0].arguments.as_str()),
            ("pay", r#"{"sum":5}"#)
        );
        assert_eq!(count.load(Ordering::SeqCst), 0);
        let call = pending[0].call_id.clone();
        match approve {
            true => session.approve(&call).await.unwrap(),
            false => session.deny(&call, "too much").await.unwrap(),
        }
        assert!(session.approve(&call).await.unwrap_err().is_not_found());
        let turn = session.recover().await.unwrap().unwrap();
        assert_eq!(count.load(Ordering::SeqCst), u32::from(approve));
        let expected = match approve {
            true => "the tool said: paid",
            false => "the tool said: error: a person refused the call: too much",
        };
        assert_eq!(turn.output_text(), expected);
        assert_eq!(world.transcript(&session), history(&session).await);
    }
}

fn shop() -> Value {
    json!([{ "type": "mcp", "server_label": "shop", "server_url": "https://shop.example/mcp" }])
}

#[tokio::test]
async fn a_remote_call_waits_for_approval_across_processes() {
    for history_mode in KINDS {
        for approve in [true, false] {
            let world = World::new();
            let session = world.session(history_mode).await;
            session.send("one").await.unwrap();
            let turn = session
                .turn(r#"remote:pay {"sum":5}"#)
                .extra_body("tools", shop());
            let error = turn.turn_id("a").send().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::AwaitingApproval);
            let session = world.process().open("s").await.unwrap();
            assert_eq!(
                session.send("two").await.unwrap_err().kind(),
                ErrorKind::AwaitingApproval
            );
            let pending = session.pending_approvals().await.unwrap();
            assert_eq!(pending.len(), 1);
            let waiting = (
                pending[0].server.as_deref(),
                pending[0].name.as_str(),
                pending[0].arguments.as_str(),
            );
            assert_eq!(waiting, (Some("shop"), "pay", r#"{"sum":5}"#));
            let id = &pending[0].call_id;
            match approve {
                true => session.approve(id).await.unwrap(),
                false => session.deny(id, "too much").await.unwrap(),
            }
            assert!(session.approve(id).await.unwrap_err().is_not_found());
            let session = world.process().open("s").await.unwrap();
            let turn = session.recover().await.unwrap().unwrap();
            assert_eq!(turn.id(), "a");
            let expected = match approve {
                true => "1 approved",
                false => "refused: too much",
            };
            assert_eq!(turn.output_text(), expected, "{history_mode}");
            // The answer went out alone, or with the request that it answers.
            let request = world.service.requests().pop().unwrap();
            assert_eq!(request["tools"], shop());
            let answer = request["input"].as_array().unwrap().last().unwrap();
            assert_eq!(answer["approval_request_id"], json!(id));
            assert_eq!(answer["approve"], json!(approve));
            session.send("three").await.unwrap();
            if history_mode == HistoryMode::Conversation {
                assert_eq!(world.transcript(&session), history(&session).await);
            }
        }
    }
}

#[tokio::test]
async fn an_approval_is_given_once_whatever_the_network_does() {
    for fault in [
        Fault::RequestLost,
        Fault::AnswerLost,
        Fault::InputStored,
        Fault::TurnedAway,
    ] {
        let world = World::new();
        let session = world.session(HistoryMode::Conversation).await;
        session.send("remote:pay {}").await.unwrap_err();
        let pending = session.pending_approvals().await.unwrap();
        session.approve(&pending[0].call_id).await.unwrap();
        world.service.fail(fault);
        let turn = session.recover().await.unwrap().unwrap();
        assert_eq!(turn.output_text(), "1 approved", "{fault:?}");
        assert_eq!(world.transcript(&session), history(&session).await);
    }
}

#[tokio::test]
async fn remote_calls_and_own_tools_are_worked_off_in_one_round() {
    let world = World::new();
    let tools = Tools::new()
        .with(tool("add", "Adds", |_: Value| async {
            Ok::<_, String>("3")
        }))
        .remote_approval(|call| call.name != "look");
    let session = world
        .session(HistoryMode::Conversation)
        .await
        .with_tools(tools);
    // What needs nobody's approval is approved at once.
    let turn = session.send("call:add {} remote:look {}").await.unwrap();
    assert_eq!(turn.output_text(), "1 approved");
    assert_eq!(world.transcript(&session), history(&session).await);
    // What does, waits; the session's own tool has run by then, and does not run again.
    let error = session.send("call:add {} remote:pay {}").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AwaitingApproval);
    world.heard.take();
    let pending = session.pending_approvals().await.unwrap();
    session.approve(&pending[0].call_id).await.unwrap();
    let turn = session.recover().await.unwrap().unwrap();
    assert_eq!(turn.output_text(), "2 approved");
    assert_eq!(world.heard.take(), ["committed 2"]);
    assert_eq!(world.transcript(&session), history(&session).await);
}
