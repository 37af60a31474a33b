//! Tools: run once, side by side, for so long and no longer; and calls that nobody runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use oci_genai_session::tool::{Tools, blocking_tool, tool};
use oci_genai_session::{ErrorKind, HistoryMode, RecoveryAction, TurnEvent};
use serde_json::{Value, json};

use crate::double::Fault;
use crate::world::{KINDS, World, crash, decisions, history};

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
        world.session(HistoryMode::Conversation).await;
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
        let turn = session.recover().await.unwrap().unwrap();
        if repeatable {
            assert_eq!(turn.output_text(), "the tool said: done");
        } else {
            assert!(
                turn.output_text().contains("its outcome is unknown"),
                "{}",
                turn.output_text()
            );
            assert_eq!(decisions(&turn), [RecoveryAction::ToolOutcomeUnknown]);
        }
        assert_eq!(runs.load(Ordering::SeqCst), if repeatable { 2 } else { 1 });
        assert_eq!(world.transcript(&session), history(&session).await);
        assert!(session.recover().await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_call_cut_off_by_the_caller_gets_its_output_so_that_the_conversation_lives_on() {
    let world = World::new();
    let tools = Tools::new().with(tool("wait", "Waits", |_: Value| async move {
        std::future::pending::<Result<String, String>>().await
    }));
    let session = world
        .session(HistoryMode::Conversation)
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
async fn a_call_that_the_conversation_never_got_fails_its_turn_alone() {
    let world = World::new();
    let (tools, count) = counting("count");
    let session = world
        .session(HistoryMode::Conversation)
        .await
        .with_tools(tools);
    session.send("one").await.unwrap();
    // The service names a call and does not keep it: its output is refused, however often it is sent.
    world.service.fail(Fault::NotKept);
    let error = session.send("call:count {}").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert_eq!(count.load(Ordering::SeqCst), 1);
    let turn = session.send("two").await.unwrap();
    assert_eq!(turn.output_text(), "1 questions before; you said: two");
    assert_eq!(world.transcript(&session), history(&session).await);
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
    for history_mode in KINDS {
        for fault in [
            Fault::RequestLost,
            Fault::AnswerLost,
            Fault::InputStored,
            Fault::TurnedAway,
        ] {
            if fault == Fault::InputStored && history_mode != HistoryMode::Conversation {
                continue;
            }
            let world = World::new();
            let (tools, count) = counting("count");
            let session = world.session(history_mode).await.with_tools(tools);
            world.service.then([None, Some(fault)]);
            let turn = session.send("call:count {}").await.unwrap();
            assert_eq!(
                turn.output_text(),
                "the tool said: ran 1",
                "{history_mode} {fault:?}"
            );
            assert_eq!(count.load(Ordering::SeqCst), 1);
            assert_eq!(history(&session).await.len(), 4);
            if history_mode == HistoryMode::Conversation {
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
        .session(HistoryMode::Conversation)
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
async fn tool_errors_are_reported_to_the_model() {
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
        .session(HistoryMode::Conversation)
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
async fn calls_are_left_to_the_caller_who_gave_no_tools() {
    let world = World::new();
    let session = world.session(HistoryMode::Conversation).await;
    let tools = json!([{ "type": "function", "name": "f", "parameters": {} }]);
    let turn = session
        .turn("call:f {}")
        .extra_body("tools", tools)
        .send()
        .await
        .unwrap();
    let call_id = turn.output()[0]["call_id"].clone();
    let output = json!({ "type": "function_call_output", "call_id": call_id, "output": "mine" });
    let turn = session.turn(vec![output]).send().await.unwrap();
    assert_eq!(turn.output_text(), "the tool said: mine");
}

#[tokio::test]
async fn a_model_that_calls_on_and_on_has_to_answer_after_so_many_rounds() {
    for history_mode in KINDS {
        let mut world = World::new();
        world.policy.max_rounds = 3;
        let (tools, count) = counting("count");
        let session = world.session(history_mode).await.with_tools(tools);
        let turn = session.send("again:count").await.unwrap();
        assert_eq!(turn.output_text(), "the tool said: ran 3", "{history_mode}");
        assert_eq!(count.load(Ordering::SeqCst), 3);
        let requests = world.service.requests();
        assert_eq!(requests.len(), 4);
        let may_call = |request: &serde_json::Map<String, Value>| {
            request.get("tool_choice") != Some(&json!("none"))
        };
        assert!(requests[..3].iter().all(may_call) && !may_call(&requests[3]));
    }
}

#[tokio::test]
async fn a_model_that_calls_though_it_must_not_fails_its_turn_alone() {
    for history_mode in KINDS {
        let mut world = World::new();
        world.policy.max_rounds = 2;
        let (tools, count) = counting("count");
        let session = world.session(history_mode).await.with_tools(tools);
        session.send("one").await.unwrap();
        let error = session.send("stubborn:count").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Rejected);
        assert!(error.to_string().contains("after 2 rounds"), "{error}");
        assert_eq!(count.load(Ordering::SeqCst), 2);
        session.send("two").await.unwrap();
        if history_mode == HistoryMode::Conversation {
            assert_eq!(world.transcript(&session), history(&session).await);
        }
    }
}

#[tokio::test]
async fn a_tool_timeout_is_reported_to_the_model() {
    let world = World::new();
    let (began, dropped) = (
        Arc::new(tokio::sync::Notify::new()),
        Arc::new(AtomicU32::new(0)),
    );
    struct OnDrop(Arc<AtomicU32>);
    impl Drop for OnDrop {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    let tools = {
        let (began, dropped) = (began.clone(), dropped.clone());
        Tools::new().with(tool("hang", "Hangs", move |_: Value| {
            let (began, held) = (began.clone(), OnDrop(dropped.clone()));
            async move {
                let _held = held;
                began.notify_one();
                std::future::pending::<Result<String, String>>().await
            }
        }))
    };
    let session = world
        .session(HistoryMode::Conversation)
        .await
        .with_tools(tools);
    let turn = tokio::spawn({
        let session = session.clone();
        async move { session.send("call:hang {}").await }
    });
    began.notified().await;
    world
        .clock
        .advance(world.policy.tool_timeout - Duration::from_secs(1));
    tokio::task::yield_now().await;
    assert_eq!(dropped.load(Ordering::SeqCst), 0);
    world.clock.advance(Duration::from_secs(1));
    let turn = turn.await.unwrap().unwrap();
    assert_eq!(
        turn.output_text(),
        "the tool said: error: the tool took longer than 60s"
    );
    assert_eq!(dropped.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn so_many_tools_run_at_once_and_no_more() {
    for most in [1, 2, 5] {
        let mut world = World::new();
        world.policy.parallel_tools = most;
        let (now, peak) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let counters = (now.clone(), peak.clone());
        let tools = Tools::new().with(tool("work", "Works", move |_: Value| {
            let (now, peak) = counters.clone();
            async move {
                peak.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                for _ in 0..20 {
                    tokio::task::yield_now().await;
                }
                now.fetch_sub(1, Ordering::SeqCst);
                Ok::<_, String>("done")
            }
        }));
        let session = world
            .session(HistoryMode::Conversation)
            .await
            .with_tools(tools);
        session.send("call:work {} ".repeat(5)).await.unwrap();
        assert_eq!(peak.load(Ordering::SeqCst) as usize, most);
    }
}

#[tokio::test]
async fn functions_that_block_run_beside_each_other_and_hold_up_nobody() {
    let mut world = World::new();
    world.policy.parallel_tools = 3;
    // Each of three calls waits for the other two: they come to an end only if all run at once, on other threads.
    let meeting = Arc::new(std::sync::Barrier::new(3));
    let tools = Tools::new()
        .with(blocking_tool("meet", "Meets", move |_: Value| {
            meeting.wait();
            Ok::<_, String>("met")
        }))
        .with(blocking_tool("fails", "Fails", |_: Value| {
            std::fs::read_to_string("/no/such/file")
        }))
        .with(blocking_tool("breaks", "Breaks", |_: Value| {
            assert!(std::hint::black_box(false), "broken");
            Ok::<_, String>("")
        }));
    let session = world
        .session(HistoryMode::Conversation)
        .await
        .with_tools(tools);
    let turn = session.send("call:meet {} ".repeat(3)).await.unwrap();
    assert_eq!(turn.output_text(), "the tool said: met");
    let turn = session.send("call:fails {}").await.unwrap();
    assert!(
        turn.output_text().contains("error: No such file"),
        "{}",
        turn.output_text()
    );
    let turn = session.send("call:breaks {}").await.unwrap();
    assert_eq!(
        turn.output_text(),
        "the tool said: error: the tool broke off"
    );
    assert_eq!(world.transcript(&session), history(&session).await);
}
