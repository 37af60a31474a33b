//! Turns: what goes to the service, what comes back, and that nothing is lost or done twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use oci_genai_session::store::TurnState;
use oci_genai_session::tool::{Tools, tool};
use oci_genai_session::{Decision, ErrorKind, MemoryKind, TurnEvent};
use serde_json::{Value, json};

use crate::double::Fault;
use crate::world::{KINDS, World, crash, decisions, history};

#[tokio::test]
async fn the_second_turn_knows_the_first_whoever_holds_the_history() {
    for memory in KINDS {
        let world = World::new();
        let session = world.session(memory).await;
        let first = session.send("one").await.unwrap();
        assert_eq!(
            first.output_text(),
            "0 questions before; you said: one",
            "{memory}"
        );
        let second = session.send("two").await.unwrap();
        assert_eq!(
            second.output_text(),
            "1 questions before; you said: two",
            "{memory}"
        );
        assert_eq!((first.number(), second.number()), (1, 2));
        assert_eq!(session.usage().total(), 30);
        assert_eq!(history(&session).await.len(), 4);
    }
}

#[tokio::test]
async fn each_memory_sends_only_what_it_has_to() {
    for memory in KINDS {
        let world = World::new();
        let session = world.session(memory).await;
        for text in ["one", "two", "three"] {
            session.send(text).await.unwrap();
        }
        let last = world.service.requests().pop().unwrap();
        let items = last["input"].as_array().unwrap().len();
        assert_eq!(last["model"], "m");
        match memory {
            MemoryKind::Conversation => {
                assert_eq!(items, 1);
                assert_eq!(last["conversation"], json!(session.conversation_id()));
                assert!(!last.contains_key("previous_response_id") && !last.contains_key("store"));
            }
            MemoryKind::Chain => {
                assert_eq!(items, 1);
                assert!(last["previous_response_id"].is_string());
                assert!(!last.contains_key("conversation"));
            }
            MemoryKind::Local => {
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
        .session(MemoryKind::Conversation)
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
    let session = world.session(MemoryKind::Conversation).await;
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
async fn an_answer_lost_on_its_way_is_adopted_and_not_asked_for_again() {
    for streaming in [false, true] {
        let world = World::new();
        let session = world.session(MemoryKind::Conversation).await;
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
        assert_eq!(decisions(&turn), [Decision::Adopted]);
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
    for memory in KINDS {
        let world = World::new();
        let session = world.session(memory).await;
        session.send("one").await.unwrap();
        world.service.fail(Fault::RequestLost);
        let turn = session.send("two").await.unwrap();
        assert_eq!(
            turn.output_text(),
            "1 questions before; you said: two",
            "{memory}"
        );
        assert_eq!(decisions(&turn), [Decision::Resent]);
        assert_eq!(history(&session).await.len(), 4);
    }
}

#[tokio::test]
async fn what_is_half_stored_is_removed_before_the_turn_is_sent_again() {
    for fault in [Fault::InputStored, Fault::ThoughtStored] {
        let world = World::new();
        let session = world.session(MemoryKind::Conversation).await;
        session.send("one").await.unwrap();
        world.service.fail(fault);
        let turn = session.send("two").await.unwrap();
        assert_eq!(decisions(&turn), [Decision::Repaired]);
        assert_eq!(world.transcript(&session).len(), 4, "{fault:?}");
        assert_eq!(world.transcript(&session), history(&session).await);
    }
}

#[tokio::test]
async fn a_locked_conversation_is_waited_for() {
    let world = World::new();
    let session = world.session(MemoryKind::Conversation).await;
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
    let session = world.session(MemoryKind::Conversation).await;
    world.service.then([Some(Fault::Locked); 40]);
    let error = session.turn("one").turn_id("a").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    assert!(world.clock.slept().iter().sum::<Duration>() >= Duration::from_secs(120));
    while world.service.requests().len() < 40 {
        let _ = session.settle().await;
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
    let session = world.session(MemoryKind::Conversation).await;
    world.service.then([Some(Fault::TurnedAway); 3]);
    let turn = session.send("one").await.unwrap();
    assert!(turn.recoveries().is_empty());
    assert_eq!(world.service.requests().len(), 4);
}

#[tokio::test]
async fn a_refused_turn_fails_alone() {
    for memory in KINDS {
        let world = World::new();
        let session = world.session(memory).await;
        session.send("one").await.unwrap();
        world.service.fail(Fault::Refused);
        let error = session.send("two").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
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
            "{memory}"
        );
        assert_eq!(history(&session).await.len(), 4);
    }
}

#[tokio::test]
async fn a_response_that_failed_is_asked_for_again_and_then_given_up() {
    let world = World::new();
    let session = world.session(MemoryKind::Conversation).await;
    world.service.fail(Fault::Failed);
    let turn = session.send("one").await.unwrap();
    assert_eq!(decisions(&turn), [Decision::Resent]);
    world.service.then([Some(Fault::Failed); 4]);
    let error = session.send("two").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(error.to_string().contains("server_error"), "{error}");
    assert_eq!(
        session.send("three").await.unwrap().output_text(),
        "1 questions before; you said: three"
    );
}

#[tokio::test]
async fn an_outage_leaves_the_turn_open_and_the_next_use_finishes_it_first() {
    let world = World::new();
    let session = world.session(MemoryKind::Conversation).await;
    world.service.then([Some(Fault::RequestLost); 4]);
    let error = session.send("one").await.unwrap_err();
    assert!(error.is_unsettled(), "{error:?}");
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
        turns[0].recoveries.last().unwrap().decision,
        Decision::Resent
    );
}

#[tokio::test]
async fn the_same_turn_id_gives_the_same_turn() {
    for memory in KINDS {
        let world = World::new();
        let session = world.session(memory).await;
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
        assert!(again.was_stored() && !first.was_stored());
        assert_eq!(world.service.requests().len(), 1);
    }
}

#[tokio::test]
async fn the_turn_id_of_a_turn_that_a_crash_interrupted_finishes_it() {
    for (memory, fault, decision) in [
        (MemoryKind::Conversation, Fault::Hang, Decision::Resent),
        (
            MemoryKind::Conversation,
            Fault::HangAfterStoring,
            Decision::Adopted,
        ),
        (MemoryKind::Chain, Fault::Hang, Decision::Resent),
        (MemoryKind::Chain, Fault::HangAfterStoring, Decision::Resent),
        (MemoryKind::Local, Fault::HangAfterStoring, Decision::Resent),
    ] {
        let world = World::new();
        world.session(memory).await.send("one").await.unwrap();
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
            TurnState::Asking
        );
        let turn = session.turn("two").turn_id("a").send().await.unwrap();
        assert_eq!(
            turn.output_text(),
            "1 questions before; you said: two",
            "{memory} {fault:?}"
        );
        assert_eq!(decisions(&turn), [decision]);
        assert_eq!(history(&session).await.len(), 4);
        if memory == MemoryKind::Conversation {
            assert_eq!(world.transcript(&session), history(&session).await);
        }
        // The lease of the process that crashed was waited for.
        assert!(world.clock.slept().iter().sum::<Duration>() >= Duration::from_secs(9));
    }
}

#[tokio::test]
async fn a_tool_that_a_crash_interrupted_runs_again_only_if_it_says_so() {
    for repeatable in [false, true] {
        let world = World::new();
        let (began, runs) = (
            Arc::new(tokio::sync::Notify::new()),
            Arc::new(AtomicU32::new(0)),
        );
        let tools = {
            let (began, runs) = (began.clone(), runs.clone());
            let slow = tool("slow", "Hangs the first time", move |_: Value| {
                let first = runs.fetch_add(1, Ordering::SeqCst) == 0;
                let began = began.clone();
                async move {
                    if first {
                        began.notify_one();
                        std::future::pending::<()>().await;
                    }
                    Ok::<_, String>("done")
                }
            });
            Tools::new().with(if repeatable { slow.repeatable() } else { slow })
        };
        world.session(MemoryKind::Conversation).await;
        let (sessions, in_process) = (world.process(), tools.clone());
        crash(began, move || async move {
            sessions
                .open("s")
                .await
                .unwrap()
                .with_tools(in_process)
                .send("call:slow {}")
                .await
        })
        .await;
        let session = world.process().open("s").await.unwrap().with_tools(tools);
        let turn = session.settle().await.unwrap().unwrap();
        if repeatable {
            assert_eq!(turn.output_text(), "the tool said: done");
        } else {
            assert!(
                turn.output_text().contains("its outcome is unknown"),
                "{}",
                turn.output_text()
            );
            assert_eq!(decisions(&turn), [Decision::ToolOutcomeUnknown]);
        }
        assert_eq!(runs.load(Ordering::SeqCst), if repeatable { 2 } else { 1 });
        assert_eq!(world.transcript(&session), history(&session).await);
        assert!(session.settle().await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_turn_that_failed_may_be_asked_again_with_its_id() {
    let world = World::new();
    let session = world.session(MemoryKind::Conversation).await;
    world.service.fail(Fault::Refused);
    session.turn("one").turn_id("a").send().await.unwrap_err();
    let turn = session.turn("one").turn_id("a").send().await.unwrap();
    assert_eq!((turn.number(), turn.id()), (2, "a"));
    assert_eq!(world.transcript(&session).len(), 2);
}

#[tokio::test]
async fn a_turn_given_up_leaves_no_trace_and_the_session_usable() {
    for (memory, fault) in KINDS.map(|memory| (memory, Fault::Hang)) {
        let world = World::new();
        let session = world.session(memory).await;
        session.send("one").await.unwrap();
        world.service.fail(fault);
        let stream = session.stream("two");
        world.service.hanging.notified().await;
        drop(stream);
        let third = session.send("three").await.unwrap();
        assert_eq!(
            third.output_text(),
            "1 questions before; you said: three",
            "{memory}"
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
    let session = world.session(MemoryKind::Conversation).await;
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
    assert_eq!(first.recoveries[0].decision, Decision::Adopted);
}

#[tokio::test]
async fn a_call_cut_off_by_the_caller_gets_its_output_so_that_the_conversation_lives_on() {
    let world = World::new();
    let tools = Tools::new().with(tool("wait", "Waits", |_: Value| async move {
        std::future::pending::<Result<String, String>>().await
    }));
    let session = world
        .session(MemoryKind::Conversation)
        .await
        .with_tools(tools);
    let mut stream = session.stream("call:wait {}");
    while let Some(event) = stream.next().await {
        if matches!(event.unwrap(), TurnEvent::ToolStarted { .. }) {
            break;
        }
    }
    drop(stream);
    let next = session.send("two").await.unwrap();
    assert_eq!(next.output_text(), "1 questions before; you said: two");
    let transcript = world.transcript(&session);
    assert_eq!(transcript.len(), 5);
    assert!(transcript[2].contains("interrupted"), "{transcript:?}");
    assert_eq!(transcript, history(&session).await);
}

#[tokio::test]
async fn fifty_callers_are_served_one_after_the_other() {
    let world = World::new();
    let session = world.session(MemoryKind::Conversation).await;
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
async fn items_of_somebody_else_are_passed_over_and_their_open_calls_closed() {
    let world = World::new();
    let session = world.session(MemoryKind::Conversation).await;
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
        [Decision::Repaired, Decision::ForeignItems, Decision::Resent]
    );
}

#[tokio::test]
async fn bad_input_is_refused_before_anything_is_sent_or_written() {
    let world = World::new();
    let session = world.session(MemoryKind::Conversation).await;
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
            .set("store", false)
            .send()
            .await
            .unwrap_err(),
        session.turn_of(vec![]).send().await.unwrap_err(),
        session
            .turn_of(vec![json!("text")])
            .send()
            .await
            .unwrap_err(),
        session.send("x".repeat(9 << 20)).await.unwrap_err(),
    ];
    errors.push(session.stream("").next().await.unwrap().unwrap_err());
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error:?}");
    }
    assert!(world.service.requests().is_empty());
    assert!(session.turns(0, 1).await.unwrap().is_empty());
}

fn counting(name: &'static str) -> (Tools, Arc<AtomicU32>) {
    let count = Arc::new(AtomicU32::new(0));
    let counter = count.clone();
    let tools = Tools::new().with(tool(name, "Counts its calls", move |_: Value| {
        let number = counter.fetch_add(1, Ordering::SeqCst) + 1;
        async move { Ok::<_, String>(format!("ran {number}")) }
    }));
    (tools, count)
}

#[tokio::test]
async fn a_tool_runs_once_even_when_its_output_is_lost_on_the_way() {
    for memory in KINDS {
        for fault in [
            Fault::RequestLost,
            Fault::AnswerLost,
            Fault::InputStored,
            Fault::TurnedAway,
        ] {
            if fault == Fault::InputStored && memory != MemoryKind::Conversation {
                continue;
            }
            let world = World::new();
            let (tools, count) = counting("count");
            let session = world.session(memory).await.with_tools(tools);
            world.service.then([None, Some(fault)]);
            let turn = session.send("call:count {}").await.unwrap();
            assert_eq!(
                turn.output_text(),
                "the tool said: ran 1",
                "{memory} {fault:?}"
            );
            assert_eq!(count.load(Ordering::SeqCst), 1);
            assert_eq!(history(&session).await.len(), 4);
            if memory == MemoryKind::Conversation {
                assert_eq!(world.transcript(&session), history(&session).await);
            }
            session.send("and on").await.unwrap();
        }
    }
}

#[tokio::test]
async fn several_calls_of_a_round_are_made_and_answered_together() {
    let world = World::new();
    let (tools, count) = counting("count");
    let session = world
        .session(MemoryKind::Conversation)
        .await
        .with_tools(tools);
    session
        .send("call:count {} call:count {} call:count {}")
        .await
        .unwrap();
    assert_eq!(count.load(Ordering::SeqCst), 3);
    let last = world.service.requests().pop().unwrap();
    assert_eq!(last["input"].as_array().unwrap().len(), 3);
    assert_eq!(world.transcript(&session), history(&session).await);
}

#[tokio::test]
async fn what_goes_wrong_in_a_tool_is_told_to_the_model() {
    let world = World::new();
    let tools = Tools::new()
        .with(tool("fails", "Fails", |_: Value| async {
            Err::<String, _>("out of paper")
        }))
        .with(tool("breaks", "Breaks", |_: Value| async {
            assert!(std::hint::black_box(false), "broken");
            Ok::<_, String>("")
        }));
    let session = world
        .session(MemoryKind::Conversation)
        .await
        .with_tools(tools);
    let turn = session.send("call:fails {}").await.unwrap();
    assert_eq!(turn.output_text(), "the tool said: error: out of paper");
    let turn = session.send("call:breaks {}").await.unwrap();
    assert_eq!(
        turn.output_text(),
        "the tool said: error: the tool broke off"
    );
}

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
            .session(MemoryKind::Conversation)
            .await
            .with_tools(tools.clone());
        let error = session.send(r#"call:pay {"sum":5}"#).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AwaitingApproval);
        let session = world.process().open("s").await.unwrap().with_tools(tools);
        assert_eq!(
            session.settle().await.unwrap_err().kind(),
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
        let turn = session.settle().await.unwrap().unwrap();
        assert_eq!(count.load(Ordering::SeqCst), u32::from(approve));
        let expected = match approve {
            true => "the tool said: paid",
            false => "the tool said: error: a person refused the call: too much",
        };
        assert_eq!(turn.output_text(), expected);
        assert_eq!(world.transcript(&session), history(&session).await);
    }
}

#[tokio::test]
async fn calls_are_left_to_the_caller_who_gave_no_tools() {
    let world = World::new();
    let session = world.session(MemoryKind::Conversation).await;
    let tools = json!([{ "type": "function", "name": "f", "parameters": {} }]);
    let turn = session
        .turn("call:f {}")
        .set("tools", tools)
        .send()
        .await
        .unwrap();
    let call_id = turn.output()[0]["call_id"].clone();
    let output = json!({ "type": "function_call_output", "call_id": call_id, "output": "mine" });
    let turn = session.turn_of(vec![output]).send().await.unwrap();
    assert_eq!(turn.output_text(), "the tool said: mine");
}
