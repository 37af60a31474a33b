//! Checks of lists, ranges, deletion and purges.

use std::time::Duration;

use super::{Check, Outcome, START, Shared, fresh, held, hold, item, same, there};
use crate::store::{
    Batch, CallPlace, HistoryMode, ItemRange, SessionId, SessionQuery, SessionRecord, StoreError,
    ToolCallRecord, ToolCallState, TurnRecord,
};

pub(super) const CHECKS: &[Check] = &[
    (
        "a stretch of items has the order and length asked for",
        |store| Box::pin(stretches(store)),
    ),
    ("turns are paged by number", |store| {
        Box::pin(turn_pages(store))
    }),
    ("sessions are found by name, title and metadata", |store| {
        Box::pin(search(store))
    }),
    ("sessions are listed newest first, in pages", |store| {
        Box::pin(pages(store))
    }),
    ("a snapshot is of one moment", |store| {
        Box::pin(snapshot(store))
    }),
    ("a deleted session leaves nothing", |store| {
        Box::pin(deletion(store))
    }),
    ("a purge takes what has expired and is not held", |store| {
        Box::pin(purge(store))
    }),
    (
        "reading something absent returns none, not an error",
        |store| Box::pin(absent(store)),
    ),
];

async fn stretches(store: Shared) -> Outcome {
    let (_, mut batch) = held(&store).await?;
    batch.items = (0..10)
        .map(|position| item(position, 1 + position / 4, "x"))
        .collect();
    store.apply(&batch).await?;
    let id = &batch.session.id;
    for (range, expected) in [
        (ItemRange::from(0, 3), vec![0, 1, 2]),
        (ItemRange::from(8, 10), vec![8, 9]),
        (
            ItemRange {
                from: 2,
                to: Some(5),
                limit: 10,
                newest_first: false,
            },
            vec![2, 3, 4],
        ),
        (
            ItemRange {
                from: 2,
                to: Some(9),
                limit: 2,
                newest_first: true,
            },
            vec![8, 7],
        ),
        (
            ItemRange {
                from: 5,
                to: Some(5),
                limit: 9,
                newest_first: false,
            },
            vec![],
        ),
        (
            ItemRange {
                from: 6,
                to: Some(2),
                limit: 9,
                newest_first: true,
            },
            vec![],
        ),
    ] {
        let found: Vec<u64> = store
            .items(id, range)
            .await?
            .iter()
            .map(|item| item.position)
            .collect();
        same(&format!("{range:?}"), &found, &expected)?;
    }
    let second: Vec<u64> = store
        .turn_items(id, 2)
        .await?
        .iter()
        .map(|i| i.position)
        .collect();
    same("the items of the second turn", &second, &vec![4, 5, 6, 7])
}

async fn turn_pages(store: Shared) -> Outcome {
    let (_, mut batch) = held(&store).await?;
    for seq in 1..=5 {
        batch.turn = Some(TurnRecord::new(seq, format!("turn {seq}"), START));
        batch.session.generation = store.apply(&batch).await?;
    }
    let id = &batch.session.id;
    let numbers = |turns: Vec<TurnRecord>| turns.iter().map(|t| t.seq).collect::<Vec<_>>();
    same(
        "the first page",
        &numbers(store.turns(id, 0, 2).await?),
        &vec![1, 2],
    )?;
    same(
        "the last page",
        &numbers(store.turns(id, 3, 9).await?),
        &vec![4, 5],
    )
}

async fn search(store: Shared) -> Outcome {
    let tag = SessionId::generate().to_string();
    let mut ids = Vec::new();
    for place in 0..3 {
        let mut record =
            SessionRecord::new(SessionId::generate(), HistoryMode::PreviousResponse, START);
        let text = format!("100%_{}!", tag.to_uppercase());
        match place {
            0 => record.name = Some(text),
            1 => record.title = Some(text),
            _ => drop(record.metadata.insert("note".to_owned(), text)),
        }
        store.create(&record).await?;
        ids.push(record.id);
    }
    let find = |text: String| SessionQuery {
        text: Some(text),
        ..SessionQuery::default()
    };
    let mut found: Vec<SessionId> = store
        .sessions(&find(format!("0%_{tag}!")))
        .await?
        .into_iter()
        .map(|r| r.id)
        .collect();
    found.sort();
    ids.sort();
    same("sessions with the text", &found, &ids)?;
    // The characters of a pattern have no special meaning.
    let none = store.sessions(&find(format!("1_0%{tag}"))).await?;
    same("sessions with the text taken as a pattern", &none.len(), &0)
}

async fn pages(store: Shared) -> Outcome {
    let tag = SessionId::generate().to_string();
    let mut expected = Vec::new();
    for age in 0..4 {
        let mut record =
            SessionRecord::new(SessionId::generate(), HistoryMode::PreviousResponse, START);
        record.title = Some(tag.clone());
        record.updated_at = START.after(Duration::from_secs(100 - age));
        store.create(&record).await?;
        expected.push(record.id);
    }
    let mut found = Vec::new();
    for offset in [0, 3] {
        let query = SessionQuery {
            text: Some(tag.clone()),
            limit: 3,
            offset,
        };
        found.extend(
            store
                .sessions(&query)
                .await?
                .into_iter()
                .map(|record| record.id),
        );
    }
    same("two pages", &found, &expected)
}

async fn snapshot(store: Shared) -> Outcome {
    const WRITES: u64 = 40;
    let (_, mut batch) = held(&store).await?;
    let id = batch.session.id.clone();
    let writer = {
        let store = store.clone();
        tokio::spawn(async move {
            for seq in 1..=WRITES {
                batch.turn = Some(TurnRecord::new(seq, format!("turn {seq}"), START));
                batch.items = vec![item(2 * seq - 2, seq, "a"), item(2 * seq - 1, seq, "b")];
                batch.effects = vec![ToolCallRecord::new(
                    seq,
                    CallPlace::default(),
                    "call",
                    "weather",
                    ToolCallState::Done,
                )];
                batch.session.next_turn = seq + 1;
                batch.session.next_position = 2 * seq;
                batch.session.generation = store.apply(&batch).await?;
            }
            Ok::<_, StoreError>(())
        })
    };
    loop {
        let seen = there("the session", store.snapshot(&id).await?)?;
        let turns = seen.session.generation;
        let counts = [seen.turns.len(), seen.effects.len(), seen.items.len()];
        same(
            &format!("turns, effects and items after {turns} writes"),
            &counts.map(|count| count as u64),
            &[turns, turns, 2 * turns],
        )?;
        same(
            "the next position",
            &seen.session.next_position,
            &(2 * turns),
        )?;
        let order: Vec<u64> = seen.items.iter().map(|item| item.position).collect();
        same("the order of the items", &order.is_sorted(), &true)?;
        same(
            "the order of the turns",
            &seen.turns.is_sorted_by_key(|turn| turn.seq),
            &true,
        )?;
        if turns == WRITES {
            break;
        }
        tokio::task::yield_now().await;
    }
    let written = writer.await;
    same(
        "writes during snapshots",
        &matches!(written, Ok(Ok(()))),
        &true,
    )?;
    same(
        "a snapshot of nothing",
        &store.snapshot(&SessionId::generate()).await?,
        &None,
    )
}

async fn filled(store: &Shared) -> Result<Batch, super::Broken> {
    let (_, mut batch) = held(store).await?;
    batch.turn = Some(TurnRecord::new(1, "first", START));
    batch.items = vec![item(0, 1, "a")];
    batch.release = true;
    batch.session.expires_at = Some(START.after(Duration::from_secs(60)));
    store.apply(&batch).await?;
    Ok(batch)
}

async fn left(store: &Shared, id: &SessionId) -> Result<(bool, usize, usize), super::Broken> {
    Ok((
        store.session(id).await?.is_some(),
        store.turns(id, 0, 10).await?.len(),
        store.items(id, ItemRange::from(0, 10)).await?.len(),
    ))
}

async fn deletion(store: Shared) -> Outcome {
    let (gone, kept) = (filled(&store).await?, filled(&store).await?);
    same(
        "the first deletion",
        &store.delete(&gone.session.id).await?,
        &true,
    )?;
    same(
        "the second deletion",
        &store.delete(&gone.session.id).await?,
        &false,
    )?;
    same(
        "what is left",
        &left(&store, &gone.session.id).await?,
        &(false, 0, 0),
    )?;
    same(
        "the other session",
        &left(&store, &kept.session.id).await?,
        &(true, 1, 1),
    )
}

async fn purge(store: Shared) -> Outcome {
    let (gone, in_use) = (filled(&store).await?, filled(&store).await?);
    let lasting = fresh(&store).await?;
    let before = START.after(Duration::from_millis(59_999));
    store.purge(before).await?;
    same(
        "a session before its end",
        &left(&store, &gone.session.id).await?,
        &(true, 1, 1),
    )?;
    let end = START.after(Duration::from_secs(60));
    let (lease, _) = hold(&store, &in_use.session.id).await?;
    store.renew(&lease, end, Duration::from_secs(1)).await?;
    let purged = store.purge(end).await?;
    same("a purge says how many it took", &(purged >= 1), &true)?;
    same(
        "what is left",
        &left(&store, &gone.session.id).await?,
        &(false, 0, 0),
    )?;
    same(
        "a session in use",
        &left(&store, &in_use.session.id).await?,
        &(true, 1, 1),
    )?;
    same(
        "a session without end",
        &store.session(&lasting.id).await?.is_some(),
        &true,
    )
}

async fn absent(store: Shared) -> Outcome {
    let id = SessionId::generate();
    same("the session", &store.session(&id).await?, &None)?;
    same(
        "the name",
        &store.session_by_name(id.as_str()).await?,
        &None,
    )?;
    same("what it holds", &left(&store, &id).await?, &(false, 0, 0))?;
    same("a turn", &store.turn(&id, 1).await?, &None)?;
    same("a turn id", &store.turn_by_id(&id, "first").await?, &None)?;
    same("effects", &store.tool_calls(&id, 1).await?.len(), &0)
}
