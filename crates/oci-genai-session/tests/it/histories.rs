//! What of a history goes out, what it takes to keep, and how it travels.

use std::time::Duration;

use oci_genai_session::store::SqliteStore;
use oci_genai_session::tool::{Tools, tool};
use oci_genai_session::{ErrorKind, HistoryBudget, HistoryMode, SessionOptions, SessionQuery};
use serde_json::{Value, json};

use crate::double::{Fault, brief};
use crate::world::{KINDS, World, history};

fn sent(world: &World) -> Vec<String> {
    let request = world.service.requests().pop().unwrap();
    request["input"]
        .as_array()
        .unwrap()
        .iter()
        .map(brief)
        .collect()
}

fn echo() -> Tools {
    Tools::new().with(tool("echo", "Says it", |value: Value| async move {
        Ok::<_, String>(value.to_string())
    }))
}

#[tokio::test]
async fn a_window_is_cut_between_turns_so_that_no_call_loses_its_output() {
    for budget in [HistoryBudget::turns(1), HistoryBudget::tokens(250)] {
        let world = World::new();
        let options = SessionOptions::new()
            .history_mode(HistoryMode::Client)
            .budget(budget);
        let session = world
            .process()
            .create(options)
            .await
            .unwrap()
            .with_tools(echo());
        session.send("one".repeat(300)).await.unwrap();
        session.send("call:echo {}").await.unwrap();
        session.send("three").await.unwrap();
        // The turn with the call went out whole, though its items are four.
        assert_eq!(
            sent(&world),
            [
                "user: call:echo {}",
                "call echo",
                "output: {}",
                "assistant: the tool said: {}",
                "user: three"
            ],
            "{budget:?}"
        );
        // Nothing is lost in the store.
        assert_eq!(history(&session).await.len(), 8);
    }
}

#[tokio::test]
async fn a_thought_goes_out_with_its_item_or_not_at_all() {
    for budget in [None, Some(HistoryBudget::turns(2))] {
        let world = World::new();
        let mut options = SessionOptions::new().history_mode(HistoryMode::Client);
        if let Some(budget) = budget {
            options = options.budget(budget);
        }
        let session = world.process().create(options).await.unwrap();
        let session = session.with_tools(echo());
        // Thoughts come sealed when they are asked for, and then go back.
        let include = json!(["reasoning.encrypted_content"]);
        for text in ["think: call:echo {}", "think: two"] {
            let turn = session.turn(text).extra_body("include", include.clone());
            turn.send().await.unwrap();
        }
        session.send("think: three").await.unwrap();
        session.send("four").await.unwrap();
        let out = sent(&world);
        let first = [
            "user: think: call:echo {}",
            "reasoning",
            "call echo",
            "output: {}",
            "reasoning",
            "assistant: the tool said: {}",
        ];
        let rest = [
            "user: think: two",
            "reasoning",
            "assistant: 1 questions before; you said: think: two",
            // This one came open: the service, which did not store it, does not know it by its id.
            "user: think: three",
            "assistant: 2 questions before; you said: think: three",
            "user: four",
        ];
        match budget {
            None => assert_eq!(out, [&first[..], &rest[..]].concat()),
            Some(_) => {
                let seen = |line: &str| line.replace("2 questions", "1 questions");
                let rest: Vec<String> = rest.iter().map(|line| seen(line)).collect();
                let out: Vec<String> = out.iter().map(|line| seen(line)).collect();
                assert_eq!(out, rest);
            }
        }
    }
}

#[tokio::test]
async fn a_session_travels_as_lines_without_loss() {
    let (here, there) = (World::new(), World::new());
    let session = here
        .session(HistoryMode::Conversation)
        .await
        .with_tools(echo());
    session
        .send("call:echo {\"any\":\"\\u0000 text\"}")
        .await
        .unwrap();
    here.service.fail(Fault::Refused);
    session.send("refused").await.unwrap_err();
    session.send("two").await.unwrap();
    let export = async |world: &World| {
        let mut lines = Vec::new();
        let sessions = world.process();
        let put = |line: &str| {
            lines.push(line.to_owned());
            Ok::<(), std::io::Error>(())
        };
        sessions.export(session.id().clone(), put).await.unwrap();
        lines
    };
    let lines = export(&here).await;
    assert!(lines.iter().all(|line| !line.contains('\n')));
    there.process().import(&lines).await.unwrap();
    let without_generation = |lines: Vec<String>| {
        let mut lines: Vec<Value> = lines
            .iter()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        lines[0]["record"]
            .as_object_mut()
            .unwrap()
            .remove("generation");
        lines
    };
    let again = export(&there).await;
    assert_eq!(without_generation(again), without_generation(lines.clone()));
    let error = there.process().import(&lines).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    for wrong in [
        vec!["{}"],
        vec![],
        vec![lines[1].as_str()],
        vec![&lines[0], &lines[0]],
    ] {
        assert!(
            World::new()
                .process()
                .import(wrong)
                .await
                .unwrap_err()
                .is_invalid()
        );
    }
}

#[tokio::test]
async fn a_store_grows_with_the_text_and_not_with_the_square_of_the_turns() {
    for history_mode in KINDS {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sessions.db");
        let store = SqliteStore::open(&path).await.unwrap();
        let world = World::with_store(std::sync::Arc::new(store.clone()));
        let session = world.session(history_mode).await.with_tools(echo());
        let mut sizes = Vec::new();
        for _ in 0..2 {
            for _ in 0..30 {
                session.send("x".repeat(1_000)).await.unwrap();
                session.send("call:echo {}").await.unwrap();
            }
            let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", path.display()))
                .await
                .unwrap();
            let (pages,): (i64,) = sqlx::query_as("PRAGMA page_count")
                .fetch_one(&pool)
                .await
                .unwrap();
            pool.close().await;
            sizes.push(pages);
        }
        let (first, second) = (sizes[0], sizes[1] - sizes[0]);
        assert!(
            second < first * 5 / 4,
            "{history_mode}: the second sixty turns took {second} pages, the first {first}"
        );
    }
}

#[tokio::test]
async fn sessions_are_listed_searched_deleted_and_purged() {
    let world = World::new();
    let sessions = world.process();
    let options = SessionOptions::new()
        .name("a")
        .title("Team offsite")
        .metadata("topic", "hills");
    sessions.create(options).await.unwrap();
    let options = SessionOptions::new()
        .name("b")
        .expires_after(Duration::from_secs(60));
    let second = sessions.create(options).await.unwrap();
    second.send("one").await.unwrap();
    let names = async |query: SessionQuery| {
        let found = sessions.find(&query).await.unwrap();
        found
            .into_iter()
            .filter_map(|record| record.name)
            .collect::<Vec<_>>()
    };
    let mut query = SessionQuery::default();
    assert_eq!(names(query.clone()).await.len(), 2);
    for (text, expected) in [
        ("OFFSITE", vec!["a"]),
        ("hill", vec!["a"]),
        ("none", vec![]),
    ] {
        query.text = Some(text.to_owned());
        assert_eq!(names(query.clone()).await, expected);
    }
    assert_eq!(
        sessions.create("a").await.unwrap_err().kind(),
        ErrorKind::AlreadyExists
    );
    assert!(sessions.open("c").await.unwrap_err().is_not_found());
    let again = sessions.open_or_create("b").await.unwrap();
    assert_eq!((again.id(), again.turn_count()), (second.id(), 1));
    assert_eq!(sessions.purge().await.unwrap(), 0);
    world.clock.advance(Duration::from_secs(61));
    assert_eq!(sessions.purge().await.unwrap(), 1);
    assert!(sessions.delete("a").await.unwrap());
    assert!(!sessions.delete("a").await.unwrap());
    assert!(sessions.list().await.unwrap().is_empty());
    assert!(second.send("two").await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn bad_options_are_refused_before_anything_is_made() {
    let sessions = World::new().process();
    let mut many = SessionOptions::new();
    for number in 0..17 {
        many = many.metadata(number.to_string(), "");
    }
    for options in [
        SessionOptions::new().name(""),
        SessionOptions::new().name("a\nb"),
        SessionOptions::new().name("x".repeat(257)),
        SessionOptions::new().title("x".repeat(257)),
        SessionOptions::new().metadata("k".repeat(65), ""),
        SessionOptions::new().metadata("k", "v".repeat(513)),
        SessionOptions::new().extra_body("conversation", "conv_1"),
        many,
    ] {
        assert!(sessions.create(options).await.unwrap_err().is_invalid());
    }
    assert!(
        sessions
            .open_or_create(SessionOptions::new())
            .await
            .unwrap_err()
            .is_invalid()
    );
}

#[tokio::test]
async fn titles_and_metadata_may_change_and_are_searched() {
    let world = World::new();
    let session = world.session(HistoryMode::Client).await;
    let sessions = world.process();
    let found = async |text: &str| {
        let mut query = SessionQuery::default();
        query.text = Some(text.to_owned());
        sessions.find(&query).await.unwrap().len()
    };
    session.send("one").await.unwrap();
    session.set_title(Some("Hills".to_owned())).await.unwrap();
    let pairs = [("topic".to_owned(), "valleys".to_owned())];
    session.set_metadata(pairs.into()).await.unwrap();
    assert_eq!((found("hills").await, found("VALLEY").await), (1, 1));
    session.set_title(None).await.unwrap();
    assert_eq!(found("hills").await, 0);
    let error = session.set_title(Some("x".repeat(257))).await.unwrap_err();
    assert!(error.is_invalid());
    session.send("two").await.unwrap();
    assert_eq!(session.record().metadata["topic"], "valleys");
}
