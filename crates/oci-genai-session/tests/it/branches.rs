//! Forks, rewinds and edits.

use oci_genai_session::tool::{Tools, tool};
use oci_genai_session::{ErrorKind, HistoryMode, SessionOptions};
use serde_json::Value;

use crate::double::Fault;
use crate::world::{KINDS, World, history};

#[tokio::test]
async fn a_fork_goes_its_own_way_and_leaves_the_original_alone() {
    for from in KINDS {
        for to in KINDS {
            let world = World::new();
            let session = world.session(from).await;
            for text in ["one", "two", "three"] {
                session.send(text).await.unwrap();
            }
            let before = history(&session).await;
            let options = SessionOptions::new().name("fork").history_mode(to);
            let fork = world
                .process()
                .fork(&session, Some(2), options)
                .await
                .unwrap();
            let turn = fork.send("other").await.unwrap();
            assert_eq!(
                turn.output_text(),
                "2 questions before; you said: other",
                "{from} {to}"
            );
            assert_eq!(turn.number(), 3);
            assert_eq!(fork.record().origin, Some((session.id().clone(), 2)));
            assert_eq!(fork.record().defaults["model"], "m");
            assert_eq!(history(&session).await, before);
            let next = session.send("four").await.unwrap();
            assert_eq!(next.output_text(), "3 questions before; you said: four");
            if to == HistoryMode::Conversation {
                assert_eq!(world.transcript(&fork), history(&fork).await);
                assert_ne!(fork.conversation_id(), session.conversation_id());
            }
        }
    }
}

#[tokio::test]
async fn a_fork_from_before_the_first_turn_has_the_settings_and_no_history() {
    for history_mode in KINDS {
        let world = World::new();
        let session = world.session(history_mode).await;
        session.send("one").await.unwrap();
        let options = SessionOptions::new()
            .name("fork")
            .history_mode(history_mode);
        let fork = world.process().fork(&session, Some(0), options).await;
        let fork = fork.unwrap();
        assert_eq!(fork.record().origin, Some((session.id().clone(), 0)));
        let turn = fork.send("other").await.unwrap();
        assert_eq!(turn.output_text(), "0 questions before; you said: other");
        assert_eq!(world.service.requests().pop().unwrap()["model"], "m");
    }
}

#[tokio::test]
async fn a_copy_maps_the_ids_of_its_items() {
    let world = World::new();
    let session = world.session(HistoryMode::Conversation).await;
    session.send("one").await.unwrap();
    let fork = world.process().fork(&session, None, "fork").await.unwrap();
    let ids = |items: Vec<oci_genai_session::store::ItemRecord>| {
        items
            .into_iter()
            .map(|item| item.item_id)
            .collect::<Vec<_>>()
    };
    let (old, new) = (
        ids(session.items(0, 9).await.unwrap()),
        ids(fork.items(0, 9).await.unwrap()),
    );
    assert_eq!(old.len(), new.len());
    assert!(
        new.iter().all(|id| id.is_some() && !old.contains(id)),
        "{old:?} {new:?}"
    );
}

#[tokio::test]
async fn a_rewind_takes_the_session_back() {
    for history_mode in KINDS {
        let world = World::new();
        let session = world.session(history_mode).await;
        for text in ["one", "two", "three"] {
            session.send(text).await.unwrap();
        }
        session.rewind(1).await.unwrap();
        assert_eq!(session.turn_count(), 1);
        assert_eq!(session.usage().total(), 15);
        let turn = world
            .process()
            .open("s")
            .await
            .unwrap()
            .send("other")
            .await
            .unwrap();
        assert_eq!(
            turn.output_text(),
            "1 questions before; you said: other",
            "{history_mode}"
        );
        assert_eq!(turn.number(), 2);
        assert_eq!(history(&session).await.len(), 4);
        session.rewind(0).await.unwrap();
        let turn = session.send("new").await.unwrap();
        assert_eq!(
            turn.output_text(),
            "0 questions before; you said: new",
            "{history_mode}"
        );
        assert!(session.rewind(9).await.unwrap_err().is_not_found());
    }
}

#[tokio::test]
async fn an_edited_turn_is_sent_again() {
    for history_mode in KINDS {
        let world = World::new();
        let session = world.session(history_mode).await;
        for text in ["one", "two", "three"] {
            session.send(text).await.unwrap();
        }
        let turn = session.edit(2, "TWO").await.unwrap();
        assert_eq!(
            turn.output_text(),
            "1 questions before; you said: TWO",
            "{history_mode}"
        );
        assert_eq!(session.turn_count(), 2);
        assert!(session.edit(0, "x").await.unwrap_err().is_not_found());
    }
}

#[tokio::test]
async fn an_open_turn_is_not_branched_from() {
    let world = World::new();
    let session = world.session(HistoryMode::Conversation).await;
    world.service.then([Some(Fault::RequestLost); 4]);
    session.send("one").await.unwrap_err();
    assert_eq!(session.rewind(0).await.unwrap_err().kind(), ErrorKind::Busy);
    let error = world
        .process()
        .fork(&session, None, "fork")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    session.recover().await.unwrap().unwrap();
    session.rewind(0).await.unwrap();
}

#[tokio::test]
async fn a_session_switched_to_another_memory_keeps_its_history() {
    for from in KINDS {
        for to in KINDS {
            let world = World::new();
            let session = world.session(from).await;
            for text in ["one", "two"] {
                session.send(text).await.unwrap();
            }
            let before = history(&session).await;
            let conversation = session.conversation_id();
            session.switch_history_mode(to).await.unwrap();
            assert_eq!((session.history_mode(), session.turn_count()), (to, 2));
            assert_eq!(history(&session).await, before);
            // In this process and in the next.
            let turn = session.send("three").await.unwrap();
            assert_eq!(
                turn.output_text(),
                "2 questions before; you said: three",
                "{from} {to}"
            );
            let session = world.process().open("s").await.unwrap();
            let turn = session.send("four").await.unwrap();
            assert_eq!(turn.output_text(), "3 questions before; you said: four");
            let request = world.service.requests().pop().unwrap();
            assert_eq!(
                request.contains_key("conversation"),
                to == HistoryMode::Conversation
            );
            assert_eq!(
                request.contains_key("previous_response_id"),
                to == HistoryMode::PreviousResponse
            );
            if to == HistoryMode::Conversation {
                assert_eq!(world.transcript(&session), history(&session).await);
            }
            if from == HistoryMode::Conversation && to != from {
                assert!(!world.service.has_conversation(&conversation.unwrap()));
            }
            // Back to before the switch: what was copied is copied again.
            session.rewind(1).await.unwrap();
            let turn = session.send("other").await.unwrap();
            assert_eq!(turn.output_text(), "1 questions before; you said: other");
        }
    }
}

#[tokio::test]
async fn a_switch_waits_for_an_open_turn_to_be_settled() {
    let world = World::new();
    let session = world.session(HistoryMode::PreviousResponse).await;
    world.service.then([Some(Fault::TurnedAway); 4]);
    session.send("one").await.unwrap_err();
    let error = session
        .switch_history_mode(HistoryMode::Client)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    session.recover().await.unwrap().unwrap();
    session
        .switch_history_mode(HistoryMode::Client)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_turn_is_regenerated_with_what_was_asked() {
    for history_mode in KINDS {
        let world = World::new();
        let session = world.session(history_mode).await;
        session.send("one").await.unwrap();
        let turn = session.turn("two").instructions("Be brief.");
        turn.send().await.unwrap();
        session.send("three").await.unwrap();
        let turn = session.regenerate(2).await.unwrap();
        assert_eq!(
            turn.output_text(),
            "1 questions before; you said: two",
            "{history_mode}"
        );
        let request = world.service.requests().pop().unwrap();
        assert_eq!(request["instructions"], "Be brief.");
        assert_eq!(session.turn_count(), 2);
        for number in [0, 9] {
            assert!(session.regenerate(number).await.unwrap_err().is_not_found());
        }
    }
}

#[tokio::test]
async fn a_chain_is_not_continued_from_a_turn_that_was_given_up() {
    let world = World::new();
    let tools = Tools::new().with(tool("add", "Adds", |_: Value| async {
        Ok::<_, String>("3")
    }));
    let session = world
        .session(HistoryMode::PreviousResponse)
        .await
        .with_tools(tools);
    session.send("one").await.unwrap();
    // The second round is refused: the turn's first response waits for an output that never comes.
    world.service.then([None, Some(Fault::Refused)]);
    session.send("call:add {}").await.unwrap_err();
    session.send("three").await.unwrap();
    session.rewind(2).await.unwrap();
    let turn = session.send("other").await.unwrap();
    assert_eq!(turn.output_text(), "1 questions before; you said: other");
}
