//! Two processes with 25 tasks each want turns of one session.

use oci_genai_emulator::Emulator;
use oci_genai_session::HistoryMode;
use oci_genai_session::clock::SystemTimeSource;
use oci_genai_session::store::{Direction, ItemRecord, TurnState};

use crate::child::Orders;
use crate::crashes::start;
use crate::target::{self, LONG_LEASE, Place, StoreKind};

/// Turns of each task.
const EACH: u64 = 4;

pub(crate) async fn run(kind: StoreKind) {
    let dir = tempfile::tempdir().unwrap();
    let Some(place) = Place::new(kind, dir.path()).await else {
        return;
    };
    let emulator = Emulator::start().await.unwrap();
    let orders = Orders {
        base_url: emulator.base_url(),
        store: place.address.clone(),
        session: "shared".to_owned(),
        history_mode: HistoryMode::Conversation,
        ledger: dir.path().to_owned(),
        crowd: Some(EACH),
        clock_offset: 0,
    };
    let store = target::open_store(&orders.store).await.unwrap();
    let sessions = target::sessions(&orders.base_url, store, LONG_LEASE, SystemTimeSource);
    let session = sessions.create("shared").await.unwrap();
    let (first, second) = (start(&orders), start(&orders));
    for child in [first, second] {
        let output = child.wait_with_output().await.unwrap();
        assert!(
            output.status.success(),
            "a process failed: {:?}",
            output.status
        );
    }
    let turns = session.turns(0, u32::MAX).await.unwrap();
    assert_eq!(turns.len() as u64, 2 * 25 * EACH);
    assert!(turns.iter().all(|turn| turn.state == TurnState::Committed));
    let items = session.items(0, u32::MAX).await.unwrap();
    // Each answer saw exactly the turns before its own: they were taken strictly one after the other.
    for (index, pair) in items.chunks(2).enumerate() {
        let seen = match index {
            0 => "no earlier messages".to_owned(),
            _ => format!("{} earlier messages", 2 * index),
        };
        assert!(pair[1].body.contains(&seen), "{seen}: {}", pair[1].body);
        assert_eq!(pair[0].turn, index as u64 + 1);
    }
    let view = emulator.project("ocid1.generativeaiproject.oc1.us-chicago-1.emulator");
    let conversation = view
        .conversation(&session.conversation_id().unwrap())
        .unwrap();
    assert_eq!(conversation.items.len(), items.len());
    // Nobody lost the lease or had to ask again: each turn was asked once.
    assert!(turns.iter().all(|turn| turn.recoveries.is_empty()));
    // Nobody came too short: of the first half of the turns each process has a quarter at least.
    let asked_by = |item: &ItemRecord| {
        let words = item.body.split("process ").nth(1);
        words
            .and_then(|words| words.split(' ').next())
            .map(str::to_owned)
    };
    let questions = items
        .iter()
        .filter(|item| item.direction == Direction::Input);
    let processes: Vec<_> = questions.filter_map(asked_by).collect();
    let half = &processes[..processes.len() / 2];
    let first = half.iter().filter(|process| **process == half[0]).count();
    let least = first.min(half.len() - first);
    assert!(
        least >= half.len() / 4,
        "one process had {least} of the first {}",
        half.len()
    );
    println!(
        "two processes, 50 tasks, {kind:?}: {} turns, one after the other",
        turns.len()
    );
}
