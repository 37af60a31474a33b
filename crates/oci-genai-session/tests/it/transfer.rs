//! Exports, forks and imports: each is one snapshot while the session is in use, or an error.

use std::sync::Arc;

use oci_genai_session::store::{InMemoryStore, PostgresStore, SqliteStore, Store};
use oci_genai_session::tool::{Tools, tool};
use oci_genai_session::{ErrorKind, HistoryMode, Session, SessionOptions, Sessions};
use serde_json::{Value, json};

use crate::double::Fault;
use crate::postgres;
use crate::world::{KINDS, World};

async fn export(sessions: &Sessions, session: &Session) -> Vec<String> {
    let mut lines = Vec::new();
    let put = |line: &str| {
        lines.push(line.to_owned());
        Ok::<(), std::io::Error>(())
    };
    sessions.export(session.id().clone(), put).await.unwrap();
    lines
}

fn echo() -> Tools {
    Tools::new().with(tool("echo", "Says it", |value: Value| async move {
        Ok::<_, String>(value.to_string())
    }))
}

/// Imports an export into an empty store, where the session has to be able to go on.
async fn goes_on_elsewhere(world: &World, lines: &[String]) {
    let mut there = World::new();
    there.service = world.service.clone();
    let session = there.process().import(lines).await.unwrap();
    let session = session.with_tools(echo());
    let _ = session.recover().await;
    let turn = session.send("and on").await.unwrap();
    assert_eq!(session.turn_count(), session.record().turns);
    assert!(turn.number() > 0);
}

/// Takes turns in one process while another one copies the session in every way.
async fn copied_during_use(store: Arc<dyn Store>) {
    let world = World::with_store(store);
    let options = SessionOptions::new()
        .name("s")
        .history_mode(HistoryMode::Client);
    let session = world.process().create(options).await.unwrap();
    let session = session.with_tools(echo());
    let copying = world.process();
    let done = Arc::new(tokio::sync::Notify::new());
    let taking = tokio::spawn({
        let (session, done) = (session.clone(), done.clone());
        async move {
            let mut number = 0;
            loop {
                number += 1;
                let text = format!("turn {number} call:echo {{}}");
                tokio::select! {
                    turn = session.send(text) => drop(turn.unwrap()),
                    () = done.notified() => break,
                }
            }
        }
    });
    for number in 0..12 {
        let lines = export(&copying, &session).await;
        goes_on_elsewhere(&world, &lines).await;
        let snapshot = session.snapshot().await.unwrap();
        let positions = snapshot.items.last().map_or(0, |item| item.position + 1);
        assert_eq!(snapshot.session.next_position, positions);
        assert_eq!(snapshot.session.next_turn, snapshot.turns.len() as u64 + 1);
        let options = SessionOptions::new()
            .name(format!("fork {number}"))
            .history_mode(HistoryMode::Client);
        match copying.fork(&session, None, options).await {
            Ok(fork) => {
                let turns = fork.turn_count();
                assert_eq!(fork.send("fork").await.unwrap().number(), turns + 1);
            }
            Err(error) => assert_eq!(error.kind(), ErrorKind::Busy, "{error:?}"),
        }
        // Of turns that are over, whatever comes after them.
        let options = SessionOptions::new().history_mode(HistoryMode::Client);
        let before = snapshot.session.open_turn.unwrap_or(u64::MAX);
        let over = (snapshot.session.next_turn - 1).min(before - 1);
        let fork = copying.fork(&session, Some(over), options).await.unwrap();
        assert_eq!(fork.send("fork").await.unwrap().number(), over + 1);
    }
    done.notify_one();
    taking.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_of_a_session_in_use_are_of_one_moment_in_memory() {
    copied_during_use(Arc::new(InMemoryStore::new())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_of_a_session_in_use_are_of_one_moment_in_sqlite() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path().join("s.db")).await.unwrap();
    copied_during_use(Arc::new(store)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_of_a_session_in_use_are_of_one_moment_in_postgres() {
    let Some(database) = postgres::database().await else {
        return;
    };
    let store = PostgresStore::connect(&database.url).await.unwrap();
    copied_during_use(Arc::new(store.clone())).await;
    store.close().await;
}

/// A session with three turns, of which the second called a tool, and the lines of its export.
async fn exported(history_mode: HistoryMode) -> (World, Vec<String>) {
    let world = World::new();
    let session = world.session(history_mode).await.with_tools(echo());
    for text in ["one", "call:echo {}", "three"] {
        session.send(text).await.unwrap();
    }
    let lines = export(&world.process(), &session).await;
    (world, lines)
}

#[tokio::test]
async fn an_export_of_an_earlier_version_is_imported() {
    for history_mode in KINDS {
        let (world, mut lines) = exported(history_mode).await;
        let mut first: Value = serde_json::from_str(&lines[0]).unwrap();
        assert_eq!(
            first["contents"],
            json!({ "turns": 3, "effects": 1, "items": 8 })
        );
        first.as_object_mut().unwrap().remove("contents");
        lines[0] = first.to_string();
        goes_on_elsewhere(&world, &lines).await;
    }
}

#[tokio::test]
async fn counters_are_computed_from_what_is_there() {
    let (_, mut lines) = exported(HistoryMode::Client).await;
    let mut first: Value = serde_json::from_str(&lines[0]).unwrap();
    first["record"]["turns"] = json!(77);
    first["record"]["usage"] = json!({ "input": 1, "output": 1 });
    first["record"]["next_position"] = json!(4_000_000_000_u64);
    lines[0] = first.to_string();
    let session = World::new().process().import(&lines).await.unwrap();
    assert_eq!((session.turn_count(), session.usage().total()), (3, 60));
    assert_eq!(session.record().next_position, 8);
}

#[tokio::test]
async fn an_export_that_was_cut_off_anywhere_is_refused() {
    let (_, lines) = exported(HistoryMode::Client).await;
    for kept in 1..lines.len() {
        let error = World::new()
            .process()
            .import(&lines[..kept])
            .await
            .unwrap_err();
        assert!(error.is_invalid());
        assert!(error.to_string().contains("line 1 "), "{error}");
        assert!(error.to_string().contains("cut off"), "{error}");
    }
}

#[tokio::test]
async fn records_that_do_not_fit_together_are_refused_by_their_line() {
    // 1 session, 2 turn, 3 turn, 4 effect, 5 turn, then items from 6 on: two of turn 1, four of turn 2, two of turn 3.
    type Change = fn(&mut Vec<Value>);
    let cases: &[(&str, usize, Change)] = &[
        ("turn 1 comes after turn 1", 3, |lines| {
            lines[2]["record"]["seq"] = json!(1)
        }),
        ("the id `same`", 5, |lines| {
            lines[2]["record"]["turn_id"] = json!("same");
            lines[4]["record"]["turn_id"] = json!("same");
        }),
        ("turn 3 is out of range", 5, |lines| {
            lines[0]["record"]["next_turn"] = json!(3);
        }),
        ("names turn 6 as the next one", 1, |lines| {
            lines[0]["record"]["next_turn"] = json!(6)
        }),
        ("turn 3 is open", 5, |lines| {
            lines[4]["record"]["state"] = json!("asking")
        }),
        ("turn 3 is open in the session's line", 1, |lines| {
            lines[0]["record"]["open_turn"] = json!(3);
        }),
        ("there is no turn 9", 4, |lines| {
            lines[3]["record"]["turn"] = json!(9)
        }),
        ("there is no turn 9", 13, |lines| {
            lines[12]["record"]["turn"] = json!(9)
        }),
        ("position 2 is out of order", 9, |lines| {
            lines[8]["record"]["position"] = json!(2)
        }),
        ("after an item of a later turn", 13, |lines| {
            lines[12]["record"]["turn"] = json!(1)
        }),
        ("names 7 as the next one", 13, |lines| {
            lines[0]["record"]["next_position"] = json!(7);
        }),
        ("not a JSON object", 7, |lines| {
            lines[6]["record"]["body"] = json!("[1]")
        }),
        ("has not reached it", 7, |lines| {
            lines[6]["record"]["round"] = json!(1)
        }),
        ("has not reached it", 13, |lines| {
            lines[0]["record"]["open_turn"] = json!(3);
            lines[4]["record"]["state"] = json!("asking");
        }),
        ("has this tool call already", 5, |lines| {
            let effect = lines[3].clone();
            lines.insert(4, effect);
            lines[0]["contents"]["effects"] = json!(2);
        }),
        ("conversation_id", 1, |lines| {
            lines[0]["record"]["memory"] = json!("conversation");
        }),
        ("is not a record of an exported session", 6, |lines| {
            lines[5]["record"]
                .as_object_mut()
                .unwrap()
                .remove("position");
        }),
    ];
    let (_, lines) = exported(HistoryMode::Client).await;
    for (why, line, change) in cases {
        let mut values: Vec<Value> = lines
            .iter()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        change(&mut values);
        let texts: Vec<String> = values.iter().map(Value::to_string).collect();
        let world = World::new();
        let error = world.process().import(&texts).await.unwrap_err();
        assert!(error.is_invalid(), "{error:?}");
        let text = error.to_string();
        assert!(text.contains(&format!("line {line} ")), "{why}: {text}");
        assert!(text.contains(why), "{why}: {text}");
        assert!(world.process().list().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_session_with_an_open_turn_is_exported_with_it() {
    let world = World::new();
    let session = world.session(HistoryMode::Client).await;
    session.send("one").await.unwrap();
    world.service.then([Some(Fault::TurnedAway); 4]);
    session.send("two").await.unwrap_err();
    let lines = export(&world.process(), &session).await;
    let there = World::new().process().import(&lines).await.unwrap();
    assert_eq!(there.recover().await.unwrap().unwrap().number(), 2);
}
