//! What a session reads, counted: as much as the next request needs, however long its history is.

use std::sync::Arc;

use oci_genai_session::clock::TimeSource;
use oci_genai_session::store::{
    Batch, Direction, InMemoryStore, ItemRecord, LeaseRequest, LeaseResult, TurnRecord, TurnState,
};
use oci_genai_session::{HistoryBudget, HistoryMode, Session, SessionOptions};
use serde_json::json;

use crate::counted::Counted;
use crate::world::World;

const TURNS: u64 = 10_000;
/// Turns written at once. Of these only the last gets a record of its own, because nothing may read any.
const AT_ONCE: u64 = 100;

/// Writes a long history into the store, in a few batches.
async fn fill(world: &World, session: &Session) {
    let ttl = world.policy.lease_ttl;
    let now = world.clock.now();
    let request = LeaseRequest::new("filler", now, ttl);
    let grant = world.store.acquire(session.id(), &request);
    let LeaseResult::Granted(lease, mut record) = grant.await.unwrap() else {
        panic!("the lease is free")
    };
    for last in (AT_ONCE..=TURNS).step_by(AT_ONCE as usize) {
        record.next_turn = last + 1;
        record.next_position = 2 * last;
        record.turns = last;
        record.last_response_id = Some("resp_filled".to_owned());
        let mut batch = Batch::new(*record.clone(), lease.fence);
        let mut turn = TurnRecord::new(last, format!("t{last}"), now);
        turn.state = TurnState::Committed;
        batch.turn = Some(turn);
        for position in 2 * (last - AT_ONCE)..2 * last {
            let (direction, role, kind) = match position % 2 {
                0 => (Direction::Input, "user", "input_text"),
                _ => (Direction::Output, "assistant", "output_text"),
            };
            let item = json!({
                "type": "message", "role": role, "content": [{ "type": kind, "text": "words" }],
            });
            let turn = position / 2 + 1;
            batch.items.push(ItemRecord::new(
                position,
                turn,
                0,
                direction,
                item.to_string(),
            ));
        }
        record.generation = world.store.apply(&batch).await.unwrap();
    }
    world.store.release(&lease).await.unwrap();
}

#[tokio::test]
async fn a_session_of_ten_thousand_turns_reads_what_the_next_request_needs() {
    for (history_mode, budget, most) in [
        (HistoryMode::Conversation, None, 0),
        // A chain whose last response is named by its id.
        (HistoryMode::PreviousResponse, None, 0),
        (HistoryMode::Client, Some(HistoryBudget::turns(5)), 32 + 10),
    ] {
        let counted = Counted::new(Arc::new(InMemoryStore::new()));
        let world = World::with_store(Arc::new(counted.clone()));
        let mut options = SessionOptions::new().name("s").history_mode(history_mode);
        if let Some(budget) = budget {
            options = options.budget(budget);
        }
        let session = world.process().create(options).await.unwrap();
        fill(&world, &session).await;
        counted.take();
        let session = world.process().open("s").await.unwrap();
        let opening = counted.take();
        assert_eq!(
            opening.into_iter().collect::<Vec<_>>(),
            [("session_by_name", (1, 1))]
        );
        if history_mode == HistoryMode::PreviousResponse {
            world.service.store_response("resp_filled");
        }
        session.send("next").await.unwrap();
        let turn = counted.take();
        let items = turn.get("items").map_or(0, |(_, records)| *records);
        // A page to see how far the budget reaches, then what goes out.
        assert!(items <= most, "{history_mode}: {turn:?}");
        assert_eq!(session.turn_count(), TURNS + 1);
        for never in ["turn", "turns", "sessions", "turn_items", "effects"] {
            assert!(!turn.contains_key(never), "{history_mode}: {turn:?}");
        }
        // Three writes: the lease is taken, the question put down, and the answer with the lease's end.
        assert_eq!(
            (turn["acquire"].0, turn["apply"].0),
            (1, 2),
            "{history_mode}: {turn:?}"
        );
        assert!(!turn.contains_key("release"), "{history_mode}: {turn:?}");
    }
}
