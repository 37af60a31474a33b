//! Forks, rewinds and edits.

use oci_genai_session::{ErrorKind, MemoryKind, SessionOptions};

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
            let options = SessionOptions::new().name("fork").memory(to);
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
            if to == MemoryKind::Conversation {
                assert_eq!(world.transcript(&fork), history(&fork).await);
                assert_ne!(fork.conversation_id(), session.conversation_id());
            }
        }
    }
}

#[tokio::test]
async fn a_copy_maps_the_ids_of_its_items() {
    let world = World::new();
    let session = world.session(MemoryKind::Conversation).await;
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
    for memory in KINDS {
        let world = World::new();
        let session = world.session(memory).await;
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
            "{memory}"
        );
        assert_eq!(turn.number(), 2);
        assert_eq!(history(&session).await.len(), 4);
        session.rewind(0).await.unwrap();
        let turn = session.send("new").await.unwrap();
        assert_eq!(
            turn.output_text(),
            "0 questions before; you said: new",
            "{memory}"
        );
        assert!(session.rewind(9).await.unwrap_err().is_not_found());
    }
}

#[tokio::test]
async fn an_edited_turn_is_asked_anew() {
    for memory in KINDS {
        let world = World::new();
        let session = world.session(memory).await;
        for text in ["one", "two", "three"] {
            session.send(text).await.unwrap();
        }
        let turn = session.edit(2, "TWO").await.unwrap();
        assert_eq!(
            turn.output_text(),
            "1 questions before; you said: TWO",
            "{memory}"
        );
        assert_eq!(session.turn_count(), 2);
        assert!(session.edit(0, "x").await.unwrap_err().is_not_found());
    }
}

#[tokio::test]
async fn an_open_turn_is_not_branched_from() {
    let world = World::new();
    let session = world.session(MemoryKind::Conversation).await;
    world.service.then([Some(Fault::RequestLost); 4]);
    session.send("one").await.unwrap_err();
    assert_eq!(session.rewind(0).await.unwrap_err().kind(), ErrorKind::Busy);
    let error = world
        .process()
        .fork(&session, None, "fork")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    session.settle().await.unwrap().unwrap();
    session.rewind(0).await.unwrap();
}
