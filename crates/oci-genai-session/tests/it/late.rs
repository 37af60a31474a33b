//! Responses that land after the caller lost the connection.

use std::time::Duration;

use oci_genai::Client;
use oci_genai::middleware::RetryConfig;
use oci_genai_emulator::Effect;
use oci_genai_session::{HistoryMode, RecoveryAction, SessionConfig, SessionOptions, Sessions};

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use oci_genai_session::tool::{Tools, tool};
use serde_json::{Value, json};

use crate::double::Fault;
use crate::net::{Net, PROJECT, assert_same};
use crate::world::{World, decisions, history};

/// A tool that counts how often it ran.
fn counting() -> (Tools, Arc<AtomicU32>) {
    let runs = Arc::new(AtomicU32::new(0));
    let counted = runs.clone();
    let note = tool("note", "Writes a line", move |_: Value| {
        counted.fetch_add(1, Ordering::SeqCst);
        async { Ok::<_, String>("noted") }
    });
    (Tools::new().with(note), runs)
}

#[tokio::test]
async fn a_lock_whose_refusal_was_cut_off_is_waited_for() {
    for memory in [HistoryMode::Conversation, HistoryMode::PreviousResponse] {
        let net = Net::new().await;
        let session = net.session(memory).await;
        session.send("one").await.unwrap();
        net.fail(Effect::Locked);
        net.fail(Effect::MalformedJson);
        let turn = session.send("two").await.unwrap();
        assert!(turn.output_text().contains("2 earlier messages"));
        let refused = net.emulator.requests();
        let refused = refused.iter().find_map(|request| request.error.clone());
        assert!(refused.unwrap().contains("Another process"));
    }
}

#[tokio::test]
async fn a_request_that_lands_between_the_look_and_the_one_sent_again_makes_no_second_turn() {
    for (is_streamed, fault) in [(false, None), (true, None), (true, Some(Fault::AnswerLost))] {
        let world = World::new();
        let session = world.session(HistoryMode::Conversation).await;
        session.send("one").await.unwrap();
        world.service.then([Some(Fault::Late), fault]);
        let turn = match is_streamed {
            true => session.stream("two").finish().await.unwrap(),
            false => session.send("two").await.unwrap(),
        };
        // The answer that knew one turn before it is the one that stays.
        assert_eq!(turn.output_text(), "1 questions before; you said: two");
        let decisions = decisions(&turn);
        assert_eq!(decisions[..1], [RecoveryAction::Resent]);
        assert!(
            decisions.contains(&RecoveryAction::Repaired),
            "{decisions:?}"
        );
        assert_eq!(world.transcript(&session).len(), 4);
        assert_eq!(world.transcript(&session), history(&session).await);
        let turn = session.send("three").await.unwrap();
        assert_eq!(turn.output_text(), "2 questions before; you said: three");
        assert!(turn.recoveries().is_empty());
        assert_eq!(world.transcript(&session), history(&session).await);
    }
}

#[tokio::test]
async fn a_call_that_lands_late_is_made_once() {
    for (faults, first) in [
        // The call's request is late: the service refuses the one sent again, because of the open call.
        (vec![Some(Fault::Late)], RecoveryAction::Resent),
        // The output's request is late.
        (vec![None, Some(Fault::Late)], RecoveryAction::Resent),
    ] {
        let mut world = World::new();
        let (tools, runs) = counting();
        world.tools = tools;
        let session = world.session(HistoryMode::Conversation).await;
        world.service.then(faults);
        let turn = session.send("call:note {}").await.unwrap();
        assert_eq!(turn.output_text(), "the tool said: noted");
        assert_eq!(decisions(&turn)[0], first);
        assert_eq!(runs.load(Ordering::SeqCst), 1);
        assert_eq!(world.transcript(&session).len(), 4);
        assert_eq!(world.transcript(&session), history(&session).await);
        session.send("two").await.unwrap();
    }
}

#[tokio::test]
async fn a_request_sent_again_that_fails_for_good_does_not_end_a_turn_that_landed() {
    for fault in [Fault::Permanent, Fault::Refused, Fault::Empty] {
        let world = World::new();
        let session = world.session(HistoryMode::Conversation).await;
        session.send("one").await.unwrap();
        world.service.then([Some(Fault::Late), Some(fault)]);
        let turn = session.send("two").await.unwrap();
        assert_eq!(turn.output_text(), "1 questions before; you said: two");
        assert_eq!(decisions(&turn)[0], RecoveryAction::Resent);
        assert_eq!(world.transcript(&session).len(), 4, "{fault:?}");
        assert_eq!(world.transcript(&session), history(&session).await);
    }
}

#[tokio::test]
async fn an_open_call_that_lands_after_its_turn_refuses_no_later_one() {
    let world = World::new();
    let session = world.session(HistoryMode::Conversation).await;
    session.send("one").await.unwrap();
    // A writer that was stopped for longer than its lease, and goes on.
    let conversation = session.conversation_id().unwrap();
    let question = json!({ "type": "message", "role": "user",
        "content": [{ "type": "input_text", "text": "call:note {}" }] });
    let call =
        json!({ "type": "function_call", "call_id": "c", "name": "note", "arguments": "{}" });
    world.service.intrude(&conversation, &question);
    world.service.intrude(&conversation, &call);
    let turn = session.send("two").await.unwrap();
    assert_eq!(turn.output_text(), "2 questions before; you said: two");
    let expected = [RecoveryAction::Repaired, RecoveryAction::ForeignItems];
    assert_eq!(decisions(&turn), expected);
    assert_eq!(world.service.requests().len(), 3);
}

#[tokio::test]
async fn a_response_still_being_made_is_waited_for_and_adopted() {
    for history_mode in [HistoryMode::Conversation, HistoryMode::PreviousResponse] {
        let world = World::new();
        let session = world.session(history_mode).await;
        session.send("one").await.unwrap();
        world.service.fail(Fault::Cut);
        world.service.work_for(3);
        let turn = session.stream("two").finish().await.unwrap();
        assert_eq!(turn.output_text(), "1 questions before; you said: two");
        assert_eq!(
            decisions(&turn),
            [RecoveryAction::Waited, RecoveryAction::Adopted]
        );
        assert_eq!(world.service.requests().len(), 2);
        assert_eq!(history(&session).await.len(), 4);
    }
}

#[tokio::test]
async fn a_request_under_way_is_not_sent_again_while_its_conversation_is_locked() {
    let net = Net::new().await;
    // A client that would wait for a lock by itself, and then send.
    let client = Client::builder()
        .base_url(net.emulator.base_url())
        .api_key("sk-emulator")
        .project(PROJECT)
        .model("m")
        .attempt_timeout(Duration::from_millis(150))
        .retry(
            RetryConfig::new()
                .base_delay(Duration::from_millis(400))
                .jitter(|| 1.0),
        )
        .build()
        .unwrap();
    let mut policy = SessionConfig::default();
    policy.resend_delay = Duration::from_millis(20);
    policy.initial_backoff = Duration::from_millis(10);
    policy.max_backoff = Duration::from_millis(50);
    let sessions = Sessions::builder(client, net.store.clone())
        .config(policy)
        .build();
    let options = SessionOptions::new().history_mode(HistoryMode::Conversation);
    let session = sessions.create(options).await.unwrap();
    session.send("one").await.unwrap();
    // The answer takes longer than the client waits: the session looks, finds nothing yet, and has to be careful.
    let turn = session.send("two slow:1500").await.unwrap();
    assert!(
        turn.output_text().contains("2 earlier messages"),
        "{}",
        turn.output_text()
    );
    assert_eq!(decisions(&turn).last(), Some(&RecoveryAction::Adopted));
    // Nor does anything land later.
    net.emulator.wait_until_idle().await;
    assert_eq!(net.items(&session).len(), 4);
    assert_same(&net, &session).await;
}
