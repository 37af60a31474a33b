//! Steps that the store failed to write, or whose outcome it could not tell.

use std::sync::Arc;

use oci_genai_session::store::{InMemoryStore, TurnState};
use oci_genai_session::tool::{Tools, tool};
use oci_genai_session::{ErrorKind, HistoryMode, Session};
use serde_json::Value;

use crate::counted::{Counted, Outage};
use crate::double::Fault;
use crate::world::{KINDS, World};

/// A session with one turn, over a store that fails on request.
async fn begun(memory: HistoryMode) -> (World, Counted, Session) {
    let counted = Counted::new(Arc::new(InMemoryStore::new()));
    let mut world = World::with_store(Arc::new(counted.clone()));
    let note = tool("note", "Writes a line", |_: Value| async {
        Ok::<_, String>("noted")
    });
    world.tools = Tools::new().with(note);
    let session = world.session(memory).await;
    session.turn("one").turn_id("t1").send().await.unwrap();
    (world, counted, session)
}

#[tokio::test]
async fn a_step_that_was_not_written_is_not_known_to_the_session_s_handles() {
    for memory in KINDS {
        for step in 0.. {
            let (world, counted, session) = begun(memory).await;
            counted.fail_after(step, Outage::Before);
            let turn = session.turn("call:note {}").turn_id("t2").stream();
            let result = turn.finish().await;
            if counted.is_to_fail() {
                assert!(step > 3, "a turn with a tool has more steps");
                break;
            }
            let error = result.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Store, "{memory} {step}");
            let stored = world.store.session(session.id()).await.unwrap().unwrap();
            assert_eq!(session.record(), stored, "{memory} {step}");
            assert_eq!(session.turn_count(), 1, "{memory} {step}");
            // Who goes by the handle's count asks for the same turn again, and gets it once.
            let number = session.turn_count() + 1;
            let turn = session.turn("call:note {}").turn_id(format!("t{number}"));
            turn.send().await.unwrap();
            assert_eq!(session.turn_count(), 2, "{memory} {step}");
        }
    }
}

#[tokio::test]
async fn a_step_that_was_written_though_the_store_failed_is_taken_once() {
    for memory in KINDS {
        for step in 0.. {
            let (world, counted, session) = begun(memory).await;
            counted.fail_after(step, Outage::After);
            let ask = |text: &str, id: &str| session.turn(text).turn_id(id).stream().finish();
            let result = ask("call:note {}", "t2").await;
            if counted.is_to_fail() {
                break;
            }
            assert_eq!(result.unwrap_err().kind(), ErrorKind::Store);
            ask("call:note {}", "t2").await.unwrap();
            ask("three", "t3").await.unwrap();
            assert_eq!(session.turn_count(), 3, "{memory} {step}");
            let turns = session.turns(0, 10).await.unwrap();
            let is_committed = |state| state == TurnState::Committed;
            assert!(turns.iter().all(|turn| is_committed(turn.state)));
            assert_eq!(turns.len(), 3, "{memory} {step}");
            let record = world.store.session(session.id()).await.unwrap().unwrap();
            assert_eq!(session.record(), record);
        }
    }
}

#[tokio::test]
async fn a_turn_whose_commit_was_not_written_and_which_then_fails_is_not_skipped() {
    let (world, counted, session) = begun(HistoryMode::Client).await;
    let ask = |text: &str| {
        let number = session.turn_count() + 1;
        session.turn(text).turn_id(format!("t{number}")).send()
    };
    counted.fail_after(1, Outage::Before);
    ask("two").await.unwrap_err();
    // Nothing shows that it was answered: it is sent again, and that answer is lost, too.
    world.service.fail(Fault::AnswerLost);
    let error = ask("two").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AnswerLost);
    let turn = ask("two").await.unwrap();
    assert_eq!(turn.id(), "t2");
    assert_eq!(session.turn_count(), 2);
}
