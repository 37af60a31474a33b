//! What was paid for is not bought again, and what will not change is not tried again.

use oci_genai_session::store::TurnState;
use oci_genai_session::{
    CompactionPolicy, ErrorKind, HistoryBudget, HistoryMode, RecoveryAction, SessionOptions,
};
use serde_json::json;

use crate::double::Fault;
use crate::world::{KINDS, World, crash, decisions, history};

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_adopted_where_it_can_be_looked_at() {
    let world = World::new();
    let session = world.session(HistoryMode::Conversation).await;
    session.send("one").await.unwrap();
    world.service.fail(Fault::Unreadable);
    let turn = session.send("two").await.unwrap();
    assert_eq!(turn.output_text(), "1 questions before; you said: two");
    assert_eq!(decisions(&turn), [RecoveryAction::Adopted]);
    assert_eq!(world.service.requests().len(), 2);
    assert_eq!(world.transcript(&session), history(&session).await);
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_not_bought_again_where_it_cannot_be_looked_at() {
    for history_mode in [HistoryMode::PreviousResponse, HistoryMode::Client] {
        let world = World::new();
        let session = world.session(history_mode).await;
        session.send("one").await.unwrap();
        world.service.fail(Fault::Unreadable);
        let error = session.send("two").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoOutput, "{history_mode}");
        assert!(error.to_string().contains("not as expected"), "{error}");
        assert_eq!(world.service.requests().len(), 2);
        // The next turn begins, and nobody asks for the old one again.
        let third = session.send("three").await.unwrap();
        assert_eq!(third.output_text(), "1 questions before; you said: three");
        assert_eq!(world.service.requests().len(), 3);
        assert_eq!(history(&session).await.len(), 4);
    }
}

#[tokio::test]
async fn an_unreadable_answer_that_the_conversation_never_got_ends_its_turn() {
    let world = World::new();
    let session = world.session(HistoryMode::Conversation).await;
    session.send("one").await.unwrap();
    world.service.fail(Fault::UnreadableUnstored);
    let error = session.send("two").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoOutput);
    assert_eq!(world.service.requests().len(), 2);
    // The question, which the conversation had got, is gone again.
    assert_eq!(world.transcript(&session).len(), 2);
    session.send("three").await.unwrap();
    assert_eq!(world.transcript(&session), history(&session).await);
}

#[tokio::test]
async fn a_crash_after_an_unreadable_answer_does_not_buy_it_again() {
    for history_mode in [HistoryMode::PreviousResponse, HistoryMode::Client] {
        let world = World::new();
        world.session(history_mode).await.send("one").await.unwrap();
        // The process ends when the turn's failure is written down.
        let counted = crate::counted::Counted::new(world.store.clone());
        let world = World {
            store: std::sync::Arc::new(counted.clone()),
            ..world
        };
        world.service.fail(Fault::Unreadable);
        let halt = counted.halt_after(2);
        let sessions = world.process();
        crash(halt, move || async move {
            sessions.open("s").await.unwrap().send("two").await
        })
        .await;
        counted.go_on();
        let session = world.process().open("s").await.unwrap();
        let error = session.recover().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoOutput, "{history_mode}");
        assert_eq!(world.service.requests().len(), 2);
        session.send("three").await.unwrap();
    }
}

#[tokio::test]
async fn a_failure_that_will_not_change_ends_the_turn_at_once_with_the_services_words() {
    for history_mode in KINDS {
        let world = World::new();
        let session = world.session(history_mode).await;
        session.send("one").await.unwrap();
        world.service.fail(Fault::Permanent);
        let error = session.send("two").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Rejected);
        assert!(
            error.to_string().contains("context_length_exceeded"),
            "{error}"
        );
        assert_eq!(world.service.requests().len(), 2, "{history_mode}");
        let third = session.send("three").await.unwrap();
        assert_eq!(third.output_text(), "1 questions before; you said: three");
        assert_eq!(world.service.requests().len(), 3);
    }
}

#[tokio::test]
async fn a_response_without_output_ends_the_turn_and_leaves_nothing_behind() {
    for history_mode in KINDS {
        let world = World::new();
        let session = world.session(history_mode).await;
        session.send("one").await.unwrap();
        for (number, items) in [
            vec![],
            vec![json!({ "type": "reasoning", "summary": [] })],
            vec![json!({ "type": "message", "role": "assistant", "content": [] })],
        ]
        .into_iter()
        .enumerate()
        {
            world.service.script(items);
            let error = session.send("two").await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NoOutput, "{history_mode}");
            assert_eq!(world.service.requests().len(), 2 + number);
        }
        if history_mode == HistoryMode::Conversation {
            assert_eq!(world.transcript(&session).len(), 2);
        }
        let turns = session.turns(0, 9).await.unwrap();
        assert_eq!(turns[1].state, TurnState::Failed);
        let last = session.send("three").await.unwrap();
        assert_eq!(last.output_text(), "1 questions before; you said: three");
    }
}

#[tokio::test]
async fn where_nothing_can_be_looked_at_a_turn_is_sent_once_more_and_not_again() {
    for history_mode in [HistoryMode::PreviousResponse, HistoryMode::Client] {
        let world = World::new();
        let session = world.session(history_mode).await;
        session.send("one").await.unwrap();
        // A rejected request in between was not carried out, and does not count.
        world.service.then([
            Some(Fault::AnswerLost),
            Some(Fault::TurnedAway),
            Some(Fault::RequestLost),
        ]);
        let error = session.send("two").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AnswerLost, "{history_mode}");
        assert!(error.to_string().contains("paid"), "{error}");
        assert_eq!(world.service.requests().len(), 4);
        let turn = &session.turns(1, 1).await.unwrap()[0];
        assert_eq!(turn.state, TurnState::Failed);
        assert_eq!(turn.recoveries[0].action, RecoveryAction::ResentUnverified);
        assert!(turn.recoveries[0].action.to_string().contains("billed"));
        let third = session.send("three").await.unwrap();
        assert_eq!(third.output_text(), "1 questions before; you said: three");
        assert_eq!(world.service.requests().len(), 5);
    }
}

#[tokio::test]
async fn not_even_the_next_process_sends_such_a_turn_a_third_time() {
    for history_mode in [HistoryMode::PreviousResponse, HistoryMode::Client] {
        let world = World::new();
        world.session(history_mode).await;
        for _ in 0..2 {
            world.service.fail(Fault::Hang);
            let sessions = world.process();
            crash(world.service.hanging.clone(), move || async move {
                let session = sessions.open("s").await.unwrap();
                session.turn("one").turn_id("a").send().await
            })
            .await;
        }
        let session = world.process().open("s").await.unwrap();
        let error = session.recover().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AnswerLost, "{history_mode}");
        assert_eq!(world.service.requests().len(), 2);
        // PendingCalls again with its id it is a new turn.
        let turn = session.turn("one").turn_id("a").send().await.unwrap();
        assert_eq!((turn.number(), turn.id()), (2, "a"));
    }
}

#[tokio::test]
async fn a_summary_that_came_to_nothing_is_not_bought_again_before_there_is_a_tenth_more() {
    for fault in [
        Fault::Refused,
        Fault::Empty,
        Fault::EndsEarly,
        Fault::RequestLost,
    ] {
        let world = World::new();
        let options = SessionOptions::new()
            .name("s")
            .history_mode(HistoryMode::Client)
            .compaction(CompactionPolicy::beyond(HistoryBudget::turns(2)).keep(1));
        let session = world.process().create(options).await.unwrap();
        session.send("x".repeat(20_000)).await.unwrap();
        session.send("two").await.unwrap();
        session.send("three").await.unwrap();
        world.service.fail(fault);
        session.send("four").await.unwrap();
        assert_eq!(
            world.service.requests().len(),
            5,
            "{fault:?}: a summary, and the turn"
        );
        // Little is added, also as the next process sees it.
        let session = world.process().open("s").await.unwrap();
        for _ in 0..3 {
            session.send("more").await.unwrap();
        }
        assert_eq!(world.service.requests().len(), 8, "{fault:?}");
        session.send("y".repeat(20_000)).await.unwrap();
        session.send("and on").await.unwrap();
        assert_eq!(world.service.requests().len(), 10, "{fault:?}");
        // By now the long one is among those to be summarised.
        session.send("and on").await.unwrap();
        assert_eq!(world.service.requests().len(), 12, "{fault:?}");
        assert!(session.record().summary.is_some());
        assert_eq!(session.record().failed_summary, None);
    }
}

#[tokio::test]
async fn a_summary_that_was_turned_away_may_be_asked_for_in_the_next_turn() {
    let world = World::new();
    let options = SessionOptions::new()
        .name("s")
        .history_mode(HistoryMode::Client)
        .compaction(CompactionPolicy::beyond(HistoryBudget::turns(1)).keep(0));
    let session = world.process().create(options).await.unwrap();
    session.send("x".repeat(20_000)).await.unwrap();
    session.send("two").await.unwrap();
    world.service.fail(Fault::TurnedAway);
    session.send("three").await.unwrap();
    assert!(session.record().summary.is_none());
    session.send("four").await.unwrap();
    assert!(session.record().summary.is_some());
}

#[tokio::test]
async fn a_service_whose_lists_cannot_be_read_holds_up_no_later_turn() {
    for (memory, fault, kind) in [
        (
            HistoryMode::Conversation,
            Fault::AnswerLost,
            ErrorKind::AnswerLost,
        ),
        (
            HistoryMode::Conversation,
            Fault::Unreadable,
            ErrorKind::NoOutput,
        ),
        // The id came before the connection broke.
        (
            HistoryMode::PreviousResponse,
            Fault::Cut,
            ErrorKind::AnswerLost,
        ),
    ] {
        let world = World::new();
        let session = world.session(memory).await;
        session.send("one").await.unwrap();
        world.service.fail(fault);
        world.service.garble(true);
        let error = session.stream("two").finish().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{memory} {fault:?}");
        assert!(error.to_string().contains("cannot be read"), "{error}");
        assert_eq!(world.service.requests().len(), 2);
        // The next turn begins, though nothing can be looked at.
        session.send("three").await.unwrap();
        assert_eq!(world.service.requests().len(), 3);
        // A turn that is given up holds up nothing either.
        world.service.fail(Fault::Hang);
        let stream = session.stream("four");
        world.service.hanging.notified().await;
        drop(stream);
        world.service.garble(false);
        session.send("five").await.unwrap();
    }
}
