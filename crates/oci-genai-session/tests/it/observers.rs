//! Every step of every turn is heard of.

use oci_genai_session::tool::{Tools, tool};
use oci_genai_session::{CompactionPolicy, HistoryBudget, HistoryMode, SessionOptions};
use serde_json::Value;

use crate::double::Fault;
use crate::world::World;

#[tokio::test]
async fn every_step_of_a_turn_is_observed_in_order() {
    let mut world = World::new();
    world.tools = Tools::new().with(tool("add", "Adds", |_: Value| async {
        Ok::<_, String>("3")
    }));
    let session = world.session(HistoryMode::Conversation).await;
    let turn = session.turn("call:add {}").turn_id("a");
    turn.stream().finish().await.unwrap();
    assert_eq!(
        world.heard.take(),
        [
            "started 1 a",
            "delta call ",
            "delta add",
            "tool started add",
            "tool finished add: 3",
            "delta assistant: ",
            "delta the ",
            "delta tool ",
            "delta said: ",
            "delta 3",
            "committed 1",
        ]
    );
    // Without streaming there are no pieces.
    session.turn("two").turn_id("b").send().await.unwrap();
    assert_eq!(world.heard.take(), ["started 2 b", "committed 2"]);
}

#[tokio::test]
async fn what_was_decided_about_an_unclear_turn_is_observed() {
    let world = World::new();
    let session = world.session(HistoryMode::Conversation).await;
    for (fault, decision) in [
        (Fault::AnswerLost, "recovered Adopted"),
        (Fault::RequestLost, "recovered Resent"),
        (Fault::InputStored, "recovered Repaired"),
    ] {
        world.service.fail(fault);
        let turn = session.turn("one").turn_id(decision).send().await.unwrap();
        let number = turn.number();
        assert_eq!(
            world.heard.take(),
            [
                format!("started {number} {decision}"),
                decision.to_owned(),
                format!("committed {number}"),
            ]
        );
    }
}

#[tokio::test]
async fn a_turn_that_the_next_one_settles_is_observed_too() {
    let world = World::new();
    let session = world.session(HistoryMode::Conversation).await;
    world.service.then([Some(Fault::RequestLost); 4]);
    session.turn("one").turn_id("a").send().await.unwrap_err();
    world.heard.take();
    let next = world.process().open("s").await.unwrap();
    next.turn("two").turn_id("b").send().await.unwrap();
    assert_eq!(
        world.heard.take(),
        [
            "recovered Resent",
            "committed 1",
            "started 2 b",
            "committed 2"
        ]
    );
}

#[tokio::test]
async fn a_summary_before_a_turn_is_observed() {
    let world = World::new();
    let options = SessionOptions::new()
        .history_mode(HistoryMode::Client)
        .compaction(CompactionPolicy::beyond(HistoryBudget::turns(1)));
    let session = world.process().create(options).await.unwrap();
    for text in ["one", "two", "three"] {
        session.turn(text).turn_id(text).send().await.unwrap();
    }
    assert_eq!(
        world.heard.take(),
        [
            "started 1 one",
            "committed 1",
            "started 2 two",
            "committed 2",
            "summarised",
            "started 3 three",
            "committed 3",
        ]
    );
}
