//! Calls of functions as servers send them: with ids that are not one, without arguments, without sense.

use std::sync::{Arc, Mutex};

use oci_genai_session::store::{PostgresStore, SqliteStore, Store};
use oci_genai_session::tool::{Tools, tool};
use oci_genai_session::{ErrorKind, HistoryMode, RecoveryAction, Session};
use serde_json::{Value, json};

use crate::double::Fault;
use crate::postgres;
use crate::world::{KINDS, World, crash, decisions, history};

/// A tool that writes down what it was called with, and says how often it was called.
fn noting() -> (Tools, Arc<Mutex<Vec<String>>>) {
    let calls = Arc::new(Mutex::new(Vec::new()));
    let noted = calls.clone();
    let tools = Tools::new().with(tool("note", "Notes", move |value: Value| {
        let mut noted = noted.lock().unwrap();
        noted.push(value.to_string());
        let number = noted.len();
        async move { Ok::<_, String>(format!("{number}: {value}")) }
    }));
    (tools, calls)
}

/// The outputs that the last request carried.
fn sent(world: &World) -> Vec<Value> {
    let request = world.service.requests().pop().unwrap();
    let input = request["input"].as_array().unwrap();
    let outputs = input
        .iter()
        .filter(|item| item["type"] == "function_call_output");
    outputs.cloned().collect()
}

fn texts(outputs: &[Value]) -> Vec<&str> {
    let texts = outputs.iter().map(|output| output["output"].as_str());
    texts.map(Option::unwrap).collect()
}

#[tokio::test]
async fn two_calls_of_one_round_with_the_same_id_or_none_get_each_its_own_output() {
    for history_mode in KINDS {
        for id in ["call_0", ""] {
            let world = World::new();
            world.service.name_calls(id);
            let (tools, calls) = noting();
            let session = world.session(history_mode).await.with_tools(tools);
            let turn = session.send("call:note 1 call:note 2").await.unwrap();
            assert_eq!(
                turn.output_text(),
                "the tool said: 2: 2",
                "{history_mode} {id:?}"
            );
            assert_eq!(*calls.lock().unwrap(), ["1", "2"]);
            let outputs = sent(&world);
            assert_eq!(texts(&outputs), ["1: 1", "2: 2"]);
            if history_mode == HistoryMode::Client && id.is_empty() {
                // Nothing but the id says which output is whose.
                assert_ne!(outputs[0]["call_id"], outputs[1]["call_id"]);
            } else {
                assert_eq!(outputs[0]["call_id"], id);
            }
            let turn = session.send("and on").await.unwrap();
            assert_eq!(turn.output_text(), "1 questions before; you said: and on");
        }
    }
}

#[tokio::test]
async fn calls_that_are_numbered_per_round_are_all_made() {
    for history_mode in KINDS {
        let mut world = World::new();
        world.policy.max_rounds = 3;
        world.service.name_calls("note:0");
        let (tools, calls) = noting();
        let session = world.session(history_mode).await.with_tools(tools);
        session.send("again:note").await.unwrap();
        assert_eq!(calls.lock().unwrap().len(), 3, "{history_mode}");
        assert_eq!(texts(&sent(&world)).last(), Some(&"3: {}"));
    }
}

#[tokio::test]
async fn a_crash_in_the_second_of_two_calls_with_one_id_leaves_the_first_as_it_was() {
    let world = World::new();
    world.service.name_calls("call_0");
    world.session(HistoryMode::Conversation).await;
    let began = Arc::new(tokio::sync::Notify::new());
    let tools = {
        let began = began.clone();
        Tools::new().with(tool(
            "note",
            "Hangs in its second call",
            move |value: Value| {
                let began = began.clone();
                async move {
                    if value == 2 {
                        began.notify_one();
                        std::future::pending::<()>().await;
                    }
                    Ok::<_, String>(value.to_string())
                }
            },
        ))
    };
    let mut policy = world.policy.clone();
    policy.parallel_tools = 1;
    let world = World { policy, ..world };
    let (sessions, in_process) = (world.process(), tools.clone());
    crash(began, move || async move {
        let session = sessions.open("s").await.unwrap().with_tools(in_process);
        session.send("call:note 1 call:note 2").await
    })
    .await;
    let session = world.process().open("s").await.unwrap().with_tools(tools);
    let turn = session.recover().await.unwrap().unwrap();
    assert_eq!(decisions(&turn), [RecoveryAction::ToolOutcomeUnknown]);
    let outputs = sent(&world);
    assert_eq!(texts(&outputs)[0], "1");
    assert!(texts(&outputs)[1].contains("outcome is unknown"));
}

#[tokio::test]
async fn a_turn_that_is_given_up_closes_each_of_two_calls_with_one_id() {
    let world = World::new();
    world.service.name_calls("call_0");
    let tools = Tools::new().with(tool(
        "note",
        "Hangs in its second call",
        |value: Value| async move {
            if value == 2 {
                std::future::pending::<()>().await;
            }
            Ok::<_, String>(format!("ran {value}"))
        },
    ));
    let session = world
        .session(HistoryMode::Conversation)
        .await
        .with_tools(tools);
    let mut stream = session.stream("call:note 1 call:note 2");
    while let Some(event) = stream.next().await {
        if matches!(
            event.unwrap(),
            oci_genai_session::TurnEvent::ToolFinished { .. }
        ) {
            break;
        }
    }
    drop(stream);
    session.send("two").await.unwrap();
    let transcript = world.transcript(&session);
    assert_eq!(transcript[3], "output: ran 1", "{transcript:?}");
    assert!(transcript[4].contains("interrupted"), "{transcript:?}");
    assert_eq!(transcript, history(&session).await);
}

#[tokio::test]
async fn calls_with_one_id_are_approved_by_their_place() {
    let world = World::new();
    world.service.name_calls("call_0");
    let tools = Tools::new().with(
        tool("pay", "Pays", |value: Value| async move {
            Ok::<_, String>(format!("paid {value}"))
        })
        .with_approval(),
    );
    let session = world.session(HistoryMode::Client).await.with_tools(tools);
    let error = session.send("call:pay 1 call:pay 2").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AwaitingApproval);
    let pending = session.pending_approvals().await.unwrap();
    let arguments: Vec<&str> = pending.iter().map(|call| call.arguments.trim()).collect();
    assert_eq!(arguments, ["1", "2"]);
    // An id that two have names neither.
    assert!(session.approve("call_0").await.unwrap_err().is_invalid());
    session.approve(&pending[1]).await.unwrap();
    session.deny(pending[0].place, "too much").await.unwrap();
    assert!(
        session
            .approve(&pending[1])
            .await
            .unwrap_err()
            .is_not_found()
    );
    session.recover().await.unwrap().unwrap();
    let outputs = sent(&world);
    assert!(texts(&outputs)[0].contains("too much"));
    assert_eq!(texts(&outputs)[1], "paid 2");
}

/// A turn in which the model makes one call of this form.
async fn called(call: Value) -> (World, Session, Vec<String>) {
    let world = World::new();
    let (tools, calls) = noting();
    let session = world.session(HistoryMode::Client).await.with_tools(tools);
    world.service.script([call]);
    session.send("one").await.unwrap();
    let calls = calls.lock().unwrap().clone();
    (world, session, calls)
}

#[tokio::test]
async fn no_arguments_are_no_arguments_in_every_form() {
    for arguments in [json!(""), json!(" "), json!("{}"), json!({})] {
        let call = json!({
            "type": "function_call", "call_id": "c", "name": "note", "arguments": arguments,
        });
        let (world, _, calls) = called(call).await;
        assert_eq!(calls, ["{}"]);
        assert_eq!(texts(&sent(&world)), ["1: {}"]);
    }
    for missing in [json!({}), json!({ "arguments": null })] {
        let mut call = json!({ "type": "function_call", "call_id": "c", "name": "note" });
        call.as_object_mut()
            .unwrap()
            .extend(missing.as_object().unwrap().clone());
        assert_eq!(called(call).await.2, ["{}"]);
    }
}

#[tokio::test]
async fn an_invalid_call_is_kept_but_not_run_and_reported_to_the_model() {
    for (call, word) in [
        (
            json!({ "name": "note", "arguments": "{\"city\": \"Os" }),
            "not JSON",
        ),
        (json!({ "arguments": "{}" }), "names no function"),
        (
            json!({ "name": null, "arguments": "{}" }),
            "names no function",
        ),
        (
            json!({ "name": "", "arguments": "not json" }),
            "names no function",
        ),
    ] {
        let mut call = call;
        call["type"] = json!("function_call");
        call["call_id"] = json!("c");
        let (world, session, calls) = called(call.clone()).await;
        assert!(calls.is_empty());
        let outputs = sent(&world);
        assert!(texts(&outputs)[0].contains(word), "{outputs:?}");
        let kept = session.items(1, 1).await.unwrap();
        let kept: Value = serde_json::from_str(&kept[0].body).unwrap();
        for (member, value) in call.as_object().unwrap() {
            assert_eq!(&kept[member], value, "it is kept as it came");
        }
        assert_eq!(session.turn_count(), 1);
    }
}

#[tokio::test]
async fn a_choice_that_forces_a_call_forces_one_and_no_more() {
    for history_mode in KINDS {
        let world = World::new();
        let (tools, _) = noting();
        let session = world.session(history_mode).await.with_tools(tools);
        let turn = session
            .turn("call:note {}")
            .extra_body("tool_choice", "required");
        turn.send().await.unwrap();
        let choices: Vec<Value> = world
            .service
            .requests()
            .iter()
            .map(|request| request["tool_choice"].clone())
            .collect();
        assert_eq!(choices, ["required", "auto"], "{history_mode}");
        // The next turn has no choice of its own.
        session.send("two").await.unwrap();
        assert!(!world.service.requests()[2].contains_key("tool_choice"));
    }
}

#[tokio::test]
async fn calls_of_one_id_that_the_caller_never_answered_are_each_closed() {
    let world = World::new();
    world.service.name_calls("call_0");
    let session = world.session(HistoryMode::Conversation).await;
    let tools = json!([{ "type": "function", "name": "f", "parameters": {} }]);
    let turn = session.turn("call:f 1 call:f 2").extra_body("tools", tools);
    turn.send().await.unwrap();
    // The caller answers one of the two.
    let answer = json!({ "type": "function_call_output", "call_id": "call_0", "output": "1" });
    world.service.fail(Fault::RequestLost);
    session.send_items(vec![answer]).await.unwrap();
    assert_eq!(sent(&world).len(), 2);
    session.send("and on").await.unwrap();
    assert_eq!(world.transcript(&session), history(&session).await);
}

#[tokio::test]
async fn a_call_that_an_earlier_version_journalled_by_its_id_goes_on() {
    for history_mode in [HistoryMode::Conversation, HistoryMode::Client] {
        let mut world = World::new();
        world.tools = Tools::new().with(
            tool("pay", "Pays", |value: Value| async move {
                Ok::<_, String>(format!("paid {value}"))
            })
            .with_approval(),
        );
        let session = world.session(history_mode).await;
        session.send("call:pay 1").await.unwrap_err();
        let mut lines = Vec::new();
        let put = |line: &str| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            line.as_object_mut().unwrap().remove("contents");
            if line["kind"] == "effect" {
                line["record"].as_object_mut().unwrap().remove("place");
            }
            lines.push(line.to_string());
            Ok::<(), std::io::Error>(())
        };
        let sessions = world.process();
        sessions.export(session.id().clone(), put).await.unwrap();
        let mut there = World::new();
        (there.service, there.tools) = (world.service.clone(), world.tools.clone());
        let session = there.process().import(&lines).await.unwrap();
        let pending = session.pending_approvals().await.unwrap();
        assert_eq!(pending[0].arguments, "1");
        session.approve(&pending[0]).await.unwrap();
        let turn = session.recover().await.unwrap().unwrap();
        assert_eq!(turn.output_text(), "the tool said: paid 1");
        let effects = there.store.tool_calls(session.id(), 1).await.unwrap();
        assert_eq!(effects.len(), 1, "no second record was made: {effects:?}");
    }
}

#[tokio::test]
async fn names_and_ids_with_nul_characters_fit_into_every_store() {
    let dir = tempfile::tempdir().unwrap();
    let mut stores: Vec<Arc<dyn Store>> = vec![Arc::new(
        SqliteStore::open(dir.path().join("s.db")).await.unwrap(),
    )];
    let database = postgres::database().await;
    if let Some(database) = &database {
        stores.push(Arc::new(
            PostgresStore::connect(&database.url).await.unwrap(),
        ));
    }
    for store in stores {
        let world = World::with_store(store);
        let (tools, _) = noting();
        let session = world.session(HistoryMode::Client).await.with_tools(tools);
        world.service.script([json!({
            "type": "function_call", "id": "fc_\0", "call_id": "call_\0", "name": "no\0te",
            "arguments": "{}",
        })]);
        session.send("one").await.unwrap();
        assert_eq!(sent(&world)[0]["call_id"], "call_\0");
    }
}
