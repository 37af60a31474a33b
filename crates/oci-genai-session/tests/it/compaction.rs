//! Summaries in the place of old turns.

use oci_genai_session::tool::{Tools, tool};
use oci_genai_session::{
    CompactionPolicy, ErrorKind, HistoryBudget, HistoryMode, Session, SessionOptions,
};
use serde_json::Value;

use crate::double::{Fault, brief};
use crate::world::{World, crash, history};

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
async fn a_summary_takes_the_place_of_old_turns_and_nothing_is_deleted() {
    let world = World::new();
    let session = world.session(HistoryMode::Client).await.with_tools(echo());
    session.send("one").await.unwrap();
    session.send("call:echo {}").await.unwrap();
    session.send("three").await.unwrap();
    assert!(session.compact(1).await.unwrap());
    session.send("four").await.unwrap();
    let out = sent(&world);
    assert_eq!(out.len(), 4);
    assert!(
        out[0].starts_with("user: Summary of the conversation so far:"),
        "{out:?}"
    );
    assert_eq!(&out[1..], ["user: three", out[2].as_str(), "user: four"]);
    assert_eq!(history(&session).await.len(), 10);
    // Summaries are summarised again, and a rewind behind one undoes it.
    assert!(session.compact(0).await.unwrap());
    assert!(!session.compact(0).await.unwrap());
    session.rewind(1).await.unwrap();
    session.send("two").await.unwrap();
    assert_eq!(sent(&world).len(), 3);
}

#[tokio::test]
async fn turns_taken_while_a_summary_is_written_stay() {
    let world = World::new();
    let session = world.session(HistoryMode::Client).await;
    session.send("one").await.unwrap();
    session.send("two").await.unwrap();
    world.service.fail(Fault::Slow);
    let (compacted, turn) = tokio::join!(session.compact(0), async {
        world.service.hanging.notified().await;
        let turn = session.send("three").await;
        world.service.resume.notify_one();
        turn
    });
    assert!(compacted.unwrap());
    turn.unwrap();
    session.send("four").await.unwrap();
    let out = sent(&world);
    assert!(out[0].contains("Summary"));
    assert_eq!(
        (out[1].as_str(), out[3].as_str()),
        ("user: three", "user: four")
    );
}

#[tokio::test]
async fn a_summary_that_fails_changes_nothing() {
    let world = World::new();
    let session = world.session(HistoryMode::Client).await;
    session.send("one").await.unwrap();
    for fault in [Fault::Refused, Fault::RequestLost, Fault::Failed] {
        world.service.fail(fault);
        assert_eq!(
            session.compact(0).await.unwrap_err().kind(),
            ErrorKind::Rejected
        );
    }
    session.send("two").await.unwrap();
    assert_eq!(sent(&world).len(), 3);
    let conversation = world.process().create(SessionOptions::new()).await.unwrap();
    assert!(conversation.compact(0).await.unwrap_err().is_invalid());
}

async fn with_policy(world: &World, policy: CompactionPolicy) -> Session {
    let options = SessionOptions::new()
        .name("s")
        .history_mode(HistoryMode::Client)
        .compaction(policy);
    let session = world.process().create(options).await.unwrap();
    session.with_tools(echo())
}

fn is_summary(request: &serde_json::Map<String, Value>) -> bool {
    let input = request["input"].as_array().unwrap();
    brief(input.last().unwrap()).contains("Summarise the conversation")
}

#[tokio::test]
async fn old_turns_are_summarised_when_there_are_too_many() {
    let world = World::new();
    let policy = CompactionPolicy::beyond(HistoryBudget::turns(3)).keep(1);
    let session = with_policy(&world, policy).await;
    for text in ["one", "two", "call:echo {}", "four"] {
        session.send(text).await.unwrap();
    }
    assert!(!world.service.requests().iter().any(is_summary));
    session.send("five").await.unwrap();
    // The turn with a call was summarised whole, and nothing of it went out in part.
    assert_eq!(session.record().window_start, 8);
    let out = sent(&world);
    assert!(out[0].contains("Summary of the conversation"), "{out:?}");
    assert_eq!(
        (out.len(), out[1].as_str(), out[3].as_str()),
        (4, "user: four", "user: five")
    );
    let summaries = |world: &World| {
        let requests = world.service.requests();
        requests
            .iter()
            .filter(|request| is_summary(request))
            .count()
    };
    assert_eq!(summaries(&world), 1);
    session.send("six").await.unwrap();
    session.send("seven").await.unwrap();
    assert_eq!(summaries(&world), 1);
    // The next process goes by the same policy, and the summary is summarised with the rest.
    let session = world.process().open("s").await.unwrap();
    session.send("eight").await.unwrap();
    assert_eq!(summaries(&world), 2);
    assert_eq!(history(&session).await.len(), 18);
}

#[tokio::test]
async fn old_turns_are_summarised_when_they_are_too_long() {
    let world = World::new();
    let policy = CompactionPolicy::beyond(HistoryBudget::tokens(500)).keep(1);
    let session = with_policy(&world, policy).await;
    session.send("one".repeat(500)).await.unwrap();
    session.send("two").await.unwrap();
    session.send("three").await.unwrap();
    let requests = world.service.requests();
    let places: Vec<usize> = (0..requests.len())
        .filter(|index| is_summary(&requests[*index]))
        .collect();
    // Before the third turn: before the second there was nothing but the newest turn, which stays.
    assert_eq!(places, [2]);
    assert!(
        sent(&world)
            .iter()
            .all(|line| line.len() < 2_000 || line.contains("Summary"))
    );
}

#[tokio::test]
async fn a_summary_that_fails_does_not_stop_the_turn_and_loses_nothing() {
    let world = World::new();
    let policy = CompactionPolicy::beyond(HistoryBudget::turns(1)).keep(0);
    let session = with_policy(&world, policy).await;
    session.send("one").await.unwrap();
    session.send("two").await.unwrap();
    for fault in [Fault::Refused, Fault::RequestLost, Fault::Failed] {
        world.service.fail(fault);
        let turn = session.send("more").await.unwrap();
        assert!(turn.output_text().contains("questions before"));
        assert!(!sent(&world)[0].contains("Summary"));
        assert_eq!(session.record().window_start, 0);
    }
    session.send("last").await.unwrap();
    assert!(sent(&world)[0].contains("Summary"));
    assert_eq!(history(&session).await.len(), 12);
}

#[tokio::test]
async fn a_process_that_ends_while_a_summary_is_written_changes_nothing() {
    let world = World::new();
    let policy = CompactionPolicy::beyond(HistoryBudget::turns(1)).keep(0);
    let session = with_policy(&world, policy).await;
    session.send("one").await.unwrap();
    session.send("two").await.unwrap();
    let before = session.record();
    world.service.fail(Fault::HangAfterStoring);
    let sessions = world.process();
    crash(world.service.hanging.clone(), move || async move {
        sessions.open("s").await.unwrap().send("three").await
    })
    .await;
    let session = world.process().open("s").await.unwrap();
    assert_eq!(session.record(), before);
    // Nor does a caller who gives up.
    world.service.fail(Fault::Hang);
    let stream = session.stream("three");
    world.service.hanging.notified().await;
    drop(stream);
    session.send("three").await.unwrap();
    let out = sent(&world);
    assert_eq!(out.len(), 2);
    assert!(
        out[0].contains("Summary") && out[1] == "user: three",
        "{out:?}"
    );
}

#[tokio::test]
async fn service_compaction_sets_the_conversation_metadata() {
    for on in [true, false] {
        let world = World::new();
        let options = SessionOptions::new().service_compaction(on);
        world.process().create(options).await.unwrap();
        assert_eq!(
            world.service.metadata()["short_term_memory_optimization"],
            on.to_string()
        );
    }
}

#[tokio::test]
async fn a_policy_that_can_never_work_is_refused() {
    let sessions = World::new().process();
    let turns = |turns| CompactionPolicy::beyond(HistoryBudget::turns(turns));
    for (history_mode, policy) in [
        (HistoryMode::Conversation, turns(9)),
        (HistoryMode::PreviousResponse, turns(9)),
        (HistoryMode::Client, turns(9).keep(9)),
        (HistoryMode::Client, turns(0)),
        (
            HistoryMode::Client,
            CompactionPolicy::beyond(HistoryBudget::default()),
        ),
    ] {
        let options = SessionOptions::new()
            .history_mode(history_mode)
            .compaction(policy);
        let error = sessions.create(options).await.unwrap_err();
        assert!(error.is_invalid() && error.to_string().contains("compaction"));
    }
}
