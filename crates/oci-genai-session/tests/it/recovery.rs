//! Turns that something happened to: nothing is lost or done twice.

use std::time::Duration;

use oci_genai_session::store::TurnState;
use oci_genai_session::tool::{Tools, tool};
use oci_genai_session::{CancelOutcome, ErrorKind, HistoryMode, RecoveryAction, TurnEvent};
use serde_json::{Value, json};

use crate::double::Fault;
use crate::world::{KINDS, World, crash, decisions, history};

#[tokio::test]
async fn an_answer_lost_on_its_way_is_adopted_and_not_asked_for_again() {
    for streaming in [false, true] {
        let world = World::new();
        let session = world.session(HistoryMode::Conversation).await;
        session.send("one").await.unwrap();
        world.service.fail(if streaming {
            Fault::Cut
        } else {
            Fault::AnswerLost
        });
        let turn = match streaming {
            true => session.stream("two").finish().await.unwrap(),
            false => session.send("two").await.unwrap(),
        };
        assert_eq!(turn.output_text(), "1 questions before; you said: two");
        assert_eq!(decisions(&turn), [RecoveryAction::Adopted]);
        assert_eq!(world.service.requests().len(), 2);
        assert_eq!(world.transcript(&session), history(&session).await);
        assert_eq!(
            session.send("three").await.unwrap().output_text(),
            "2 questions before; you said: three"
        );
    }
}

#[tokio::test]
async fn a_request_lost_on_its_way_is_sent_again_after_looking() {
    for history_mode in KINDS {
        let world = World::new();
        let session = world.session(history_mode).await;
        session.send("one").await.unwrap();
        world.service.fail(Fault::RequestLost);
        let turn = session.send("two").await.unwrap();
        assert_eq!(
            turn.output_text(),
            "1 questions before; you said: two",
            "{history_mode}"
        );
        let resent = match history_mode {
            HistoryMode::Conversation => RecoveryAction::Resent,
            _ => RecoveryAction::ResentUnverified,
        };
        assert_eq!(decisions(&turn), [resent]);
        assert_eq!(history(&session).await.len(), 4);
    }
}

#[tokio::test]
async fn what_is_half_stored_is_removed_before_the_turn_is_sent_again() {
    for fault in [Fault::InputStored, Fault::ThoughtStored] {
        let world = World::new();
        let session = world.session(HistoryMode::Conversation).await;
        session.send("one").await.unwrap();
        world.service.fail(fault);
        let turn = session.send("two").await.unwrap();
        assert_eq!(decisions(&turn), [RecoveryAction::Repaired]);
        assert_eq!(world.transcript(&session).len(), 4, "{fault:?}");
        assert_eq!(world.transcript(&session), history(&session).await);
    }
}

#[tokio::test]
async fn a_locked_conversation_is_waited_for() {
    let world = World::new();
    let session = world.session(HistoryMode::Conversation).await;
    world.service.then([Some(Fault::Locked); 6]);
    let turn = session.send("one").await.unwrap();
    assert_eq!(turn.output_text(), "0 questions before; you said: one");
    assert!(turn.recoveries().is_empty());
    let waits: Vec<u128> = world
        .clock
        .slept()
        .iter()
        .map(Duration::as_millis)
        .collect();
    assert_eq!(waits, [250, 500, 1_000, 2_000, 4_000, 5_000]);
}

#[tokio::test]
async fn a_lock_that_never_ends_is_an_error_and_the_turn_waits_for_the_next_use() {
    let world = World::new();
    let session = world.session(HistoryMode::Conversation).await;
    world.service.then([Some(Fault::Locked); 40]);
    let error = session.turn("one").turn_id("a").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    assert!(world.clock.slept().iter().sum::<Duration>() >= Duration::from_secs(120));
    while world.service.requests().len() < 40 {
        let _ = session.recover().await;
    }
    let turn = session.turn("one").turn_id("a").send().await.unwrap();
    assert_eq!(
        (turn.number(), turn.output_text().as_str()),
        (1, "0 questions before; you said: one")
    );
    assert_eq!(world.transcript(&session).len(), 2);
}

#[tokio::test]
async fn what_was_turned_away_is_tried_again_without_looking() {
    let world = World::new();
    let session = world.session(HistoryMode::Conversation).await;
    world.service.then([Some(Fault::TurnedAway); 3]);
    let turn = session.send("one").await.unwrap();
    assert!(turn.recoveries().is_empty());
    assert_eq!(world.service.requests().len(), 4);
}

#[tokio::test]
async fn a_refused_turn_fails_alone() {
    for history_mode in KINDS {
        let world = World::new();
        let session = world.session(history_mode).await;
        session.send("one").await.unwrap();
        world.service.fail(Fault::Refused);
        let error = session.send("two").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Rejected);
        assert!(
            error.to_string().contains("Field 'user' is not supported"),
            "{error}"
        );
        assert_eq!(
            session.turns(0, 10).await.unwrap()[1].state,
            TurnState::Failed
        );
        let third = session.send("three").await.unwrap();
        assert_eq!(
            third.output_text(),
            "1 questions before; you said: three",
            "{history_mode}"
        );
        assert_eq!(history(&session).await.len(), 4);
    }
}

#[tokio::test]
async fn a_response_that_failed_is_asked_for_once_more_and_then_given_up() {
    for history_mode in KINDS {
        let world = World::new();
        let session = world.session(history_mode).await;
        world.service.fail(Fault::Failed);
        let turn = session.send("one").await.unwrap();
        assert_eq!(decisions(&turn), [RecoveryAction::Resent], "{history_mode}");
        world.service.then([Some(Fault::Failed); 2]);
        let error = session.send("two").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Rejected);
        assert!(error.to_string().contains("server_error"), "{error}");
        assert_eq!(world.service.requests().len(), 4);
        assert_eq!(
            session.send("three").await.unwrap().output_text(),
            "1 questions before; you said: three"
        );
    }
}

#[tokio::test]
async fn an_outage_leaves_the_turn_open_and_the_next_use_finishes_it_first() {
    let world = World::new();
    let session = world.session(HistoryMode::Conversation).await;
    world.service.then([Some(Fault::RequestLost); 4]);
    let error = session.send("one").await.unwrap_err();
    assert!(error.is_outcome_unknown(), "{error:?}");
    let next = world
        .process()
        .open("s")
        .await
        .unwrap()
        .send("two")
        .await
        .unwrap();
    assert_eq!(next.output_text(), "1 questions before; you said: two");
    let turns = session.turns(0, 10).await.unwrap();
    assert_eq!(
        turns.iter().map(|turn| turn.state).collect::<Vec<_>>(),
        [TurnState::Committed; 2]
    );
    assert_eq!(
        turns[0].recoveries.last().unwrap().action,
        RecoveryAction::Resent
    );
}

#[tokio::test]
async fn the_turn_id_of_a_turn_that_a_crash_interrupted_finishes_it() {
    for (history_mode, fault, decision) in [
        (
            HistoryMode::Conversation,
            Fault::Hang,
            RecoveryAction::Resent,
        ),
        (
            HistoryMode::Conversation,
            Fault::HangAfterStoring,
            RecoveryAction::Adopted,
        ),
        (
            HistoryMode::PreviousResponse,
            Fault::Hang,
            RecoveryAction::ResentUnverified,
        ),
        (
            HistoryMode::PreviousResponse,
            Fault::HangAfterStoring,
            RecoveryAction::ResentUnverified,
        ),
        (
            HistoryMode::Client,
            Fault::HangAfterStoring,
            RecoveryAction::ResentUnverified,
        ),
    ] {
        let world = World::new();
        world.session(history_mode).await.send("one").await.unwrap();
        world.service.fail(fault);
        let sessions = world.process();
        crash(world.service.hanging.clone(), move || async move {
            sessions
                .open("s")
                .await
                .unwrap()
                .turn("two")
                .turn_id("a")
                .send()
                .await
        })
        .await;
        let session = world.process().open("s").await.unwrap();
        assert_eq!(
            session.turns(1, 1).await.unwrap()[0].state,
            TurnState::AwaitingModel
        );
        let turn = session.turn("two").turn_id("a").send().await.unwrap();
        assert_eq!(
            turn.output_text(),
            "1 questions before; you said: two",
            "{history_mode} {fault:?}"
        );
        assert_eq!(decisions(&turn), [decision]);
        assert_eq!(history(&session).await.len(), 4);
        if history_mode == HistoryMode::Conversation {
            assert_eq!(world.transcript(&session), history(&session).await);
        }
        // The lease of the process that crashed was waited for.
        assert!(world.clock.slept().iter().sum::<Duration>() >= Duration::from_secs(9));
    }
}

#[tokio::test]
async fn a_turn_that_failed_may_be_asked_again_with_its_id() {
    let world = World::new();
    let session = world.session(HistoryMode::Conversation).await;
    world.service.fail(Fault::Refused);
    session.turn("one").turn_id("a").send().await.unwrap_err();
    let turn = session.turn("one").turn_id("a").send().await.unwrap();
    assert_eq!((turn.number(), turn.id()), (2, "a"));
    assert_eq!(world.transcript(&session).len(), 2);
}

#[tokio::test]
async fn a_turn_given_up_leaves_no_trace_and_the_session_usable() {
    for (history_mode, fault) in KINDS.map(|history_mode| (history_mode, Fault::Hang)) {
        let world = World::new();
        let session = world.session(history_mode).await;
        session.send("one").await.unwrap();
        world.service.fail(fault);
        let stream = session.stream("two");
        world.service.hanging.notified().await;
        drop(stream);
        let third = session.send("three").await.unwrap();
        assert_eq!(
            third.output_text(),
            "1 questions before; you said: three",
            "{history_mode}"
        );
        let states: Vec<_> = session
            .turns(0, 10)
            .await
            .unwrap()
            .iter()
            .map(|t| t.state)
            .collect();
        assert_eq!(
            states,
            [
                TurnState::Committed,
                TurnState::Cancelled,
                TurnState::Committed
            ]
        );
        assert_eq!(history(&session).await.len(), 4);
    }
}

#[tokio::test]
async fn a_turn_given_up_too_late_counts() {
    let world = World::new();
    let session = world.session(HistoryMode::Conversation).await;
    world.service.fail(Fault::HangAfterStoring);
    let sending = session.send("one");
    tokio::select! {
        _ = sending => panic!("it hangs"),
        () = world.service.hanging.notified() => {}
    }
    let second = session.send("two").await.unwrap();
    assert_eq!(second.output_text(), "1 questions before; you said: two");
    assert_eq!(world.transcript(&session), history(&session).await);
    let first = &session.turns(0, 1).await.unwrap()[0];
    assert_eq!(first.state, TurnState::Committed);
    assert_eq!(first.recoveries[0].action, RecoveryAction::Adopted);
}

#[tokio::test]
async fn items_of_somebody_else_are_passed_over_and_their_open_calls_closed() {
    let world = World::new();
    let session = world.session(HistoryMode::Conversation).await;
    session.send("one").await.unwrap();
    let conversation = session.conversation_id().unwrap();
    let question = json!({ "type": "message", "role": "user", "content": [{ "type": "input_text", "text": "theirs" }] });
    let call =
        json!({ "type": "function_call", "call_id": "call_x", "name": "f", "arguments": "{}" });
    world.service.intrude(&conversation, &question);
    world.service.intrude(&conversation, &call);
    world.service.fail(Fault::RequestLost);
    let turn = session.send("two").await.unwrap();
    assert_eq!(turn.output_text(), "2 questions before; you said: two");
    assert_eq!(
        decisions(&turn),
        [
            RecoveryAction::Repaired,
            RecoveryAction::ForeignItems,
            RecoveryAction::Resent
        ]
    );
}

#[tokio::test]
async fn cancelling_a_turn_says_what_became_of_it() {
    for history_mode in KINDS {
        let world = World::new();
        let session = world.session(history_mode).await;
        session.send("one").await.unwrap();
        world.service.fail(Fault::Hang);
        let stream = session.stream("two");
        world.service.hanging.notified().await;
        assert_eq!(stream.cancel().await.unwrap(), CancelOutcome::Discarded);
        assert_eq!(session.send("three").await.unwrap().number(), 3);
    }
    // The service had finished it by then.
    let world = World::new();
    let session = world.session(HistoryMode::Conversation).await;
    world.service.fail(Fault::HangAfterStoring);
    let stream = session.stream("one");
    world.service.hanging.notified().await;
    let CancelOutcome::Finished(turn) = stream.cancel().await.unwrap() else {
        panic!("the answer is on the service")
    };
    assert_eq!((turn.number(), session.turn_count()), (1, 1));
    session.rewind(0).await.unwrap();
    assert_eq!(session.turn_count(), 0);
}

#[tokio::test]
async fn cancelling_a_turn_whose_tools_ran_says_what_stays() {
    let mut world = World::new();
    world.tools = Tools::new().with(tool("wait", "Waits", |_: Value| async move {
        std::future::pending::<Result<String, String>>().await
    }));
    let session = world.session(HistoryMode::Conversation).await;
    let mut stream = session.stream("call:wait {}");
    while let Some(event) = stream.next().await {
        if matches!(event.unwrap(), TurnEvent::ToolStarted { .. }) {
            break;
        }
    }
    // The question, the call, and what the model gets for it.
    let outcome = stream.cancel().await.unwrap();
    assert_eq!(outcome, CancelOutcome::PartKept { items: 3 });
    assert_eq!(history(&session).await.len(), 3);
}
