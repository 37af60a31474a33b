//! Checks of batches: atomic, and based on the current generation.

use serde_json::json;

use super::{Check, Outcome, START, Shared, fresh, held, item, refused, same, there};
use crate::store::{
    Batch, CallPlace, HistoryMode, ItemRange, Recovery, RecoveryAction, SessionId, SessionRecord,
    StoreErrorKind, TokenUsage, ToolCallRecord, ToolCallState, TurnRecord, TurnState,
};

pub(super) const CHECKS: &[Check] = &[
    ("a session comes back as it was written", |store| {
        Box::pin(round_trip(store))
    }),
    ("an id and a name are given once", |store| {
        Box::pin(unique(store))
    }),
    ("a batch is written whole", |store| Box::pin(whole(store))),
    (
        "a stale generation is refused and changes nothing",
        |store| Box::pin(stale(store)),
    ),
    ("a batch that fails midway changes nothing", |store| {
        Box::pin(atomic(store))
    }),
    ("turns and effects are replaced by key", |store| {
        Box::pin(replace(store))
    }),
    ("a turn id is given once in a session", |store| {
        Box::pin(turn_ids(store))
    }),
    ("a tail is dropped and rewritten", |store| {
        Box::pin(tail(store))
    }),
    ("any text survives", |store| Box::pin(any_text(store))),
    ("of concurrent batches exactly one is written", |store| {
        Box::pin(concurrent(store))
    }),
];

async fn round_trip(store: Shared) -> Outcome {
    let mut record = SessionRecord::new(SessionId::generate(), HistoryMode::Client, START);
    record.name = Some(format!("name of {}", record.id));
    record.title = Some("An offsite".to_owned());
    record
        .metadata
        .insert("topic".to_owned(), "offsite".to_owned());
    record
        .defaults
        .insert("model".to_owned(), json!("some.model"));
    record.origin = Some((SessionId::generate(), 7));
    record.summary = Some(json!({"type": "message", "role": "user", "content": "before"}));
    record.usage = TokenUsage {
        input: 12,
        output: 34,
    };
    record.expires_at = Some(START);
    store.create(&record).await?;
    same(
        "by id",
        &store.session(&record.id).await?.as_ref(),
        &Some(&record),
    )?;
    let name = record.name.clone().unwrap_or_default();
    same(
        "by name",
        &store.session_by_name(&name).await?.as_ref(),
        &Some(&record),
    )
}

async fn unique(store: Shared) -> Outcome {
    let mut record = fresh(&store).await?;
    refused(
        "a second session of one id",
        store.create(&record).await,
        StoreErrorKind::Exists,
    )?;
    record.id = SessionId::generate();
    record.name = Some(record.id.to_string());
    store.create(&record).await?;
    let mut other = record.clone();
    other.id = SessionId::generate();
    refused(
        "a second session of one name",
        store.create(&other).await,
        StoreErrorKind::Exists,
    )?;
    same(
        "the refused session",
        &store.session(&other.id).await?,
        &None,
    )?;
    let (_, mut batch) = held(&store).await?;
    batch.session.name = record.name;
    refused(
        "a name that is taken",
        store.apply(&batch).await,
        StoreErrorKind::Exists,
    )
}

/// Makes a call of a turn's first round. All calls have the same id, as some servers number them.
fn call(turn: u64, position: u32, state: ToolCallState) -> ToolCallRecord {
    let place = CallPlace { round: 0, position };
    ToolCallRecord::new(turn, place, "call_0", "weather", state)
}

fn first_turn(batch: &mut Batch) {
    let mut turn = TurnRecord::new(1, "first", START);
    turn.request.insert("temperature".to_owned(), json!(0.5));
    turn.recoveries.push(Recovery {
        at: START,
        round: 0,
        action: RecoveryAction::Resent,
    });
    batch.turn = Some(turn);
    batch.items = vec![item(0, 1, "a"), item(1, 1, "b")];
    let mut effect = call(1, 0, ToolCallState::Done);
    effect.output = Some("rain".to_owned());
    // One of an older version, and one that differs only in its place.
    let mut old = effect.clone();
    old.place = None;
    batch.effects = vec![old, effect, call(1, 10, ToolCallState::Started)];
    batch.session.next_turn = 2;
    batch.session.next_position = 2;
    batch.session.open_turn = Some(1);
}

async fn whole(store: Shared) -> Outcome {
    let (_, mut batch) = held(&store).await?;
    first_turn(&mut batch);
    let id = batch.session.id.clone();
    same("the new generation", &store.apply(&batch).await?, &1)?;
    let record = there("the session", store.session(&id).await?)?;
    same("the stored generation", &record.generation, &1)?;
    same("the open turn", &record.open_turn, &Some(1))?;
    same(
        "the turn by number",
        &store.turn(&id, 1).await?,
        &batch.turn,
    )?;
    same(
        "the turn by id",
        &store.turn_by_id(&id, "first").await?,
        &batch.turn,
    )?;
    same("the items", &store.turn_items(&id, 1).await?, &batch.items)?;
    same(
        "the effects",
        &store.tool_calls(&id, 1).await?,
        &batch.effects,
    )
}

async fn stale(store: Shared) -> Outcome {
    let (_, mut batch) = held(&store).await?;
    first_turn(&mut batch);
    store.apply(&batch).await?;
    batch.turn = Some(TurnRecord::new(2, "second", START));
    batch.items = vec![item(2, 2, "c")];
    batch.session.title = Some("stale".to_owned());
    let id = batch.session.id.clone();
    refused(
        "a stale generation",
        store.apply(&batch).await,
        StoreErrorKind::Conflict,
    )?;
    same("the second turn", &store.turn(&id, 2).await?, &None)?;
    same(
        "the items",
        &store.items(&id, ItemRange::from(0, 10)).await?.len(),
        &2,
    )?;
    same(
        "the title",
        &there("the session", store.session(&id).await?)?.title,
        &None,
    )?;
    batch.session.id = SessionId::generate();
    refused(
        "a batch for no session",
        store.apply(&batch).await,
        StoreErrorKind::NotFound,
    )
}

async fn atomic(store: Shared) -> Outcome {
    let (_, mut batch) = held(&store).await?;
    first_turn(&mut batch);
    batch.session.generation = store.apply(&batch).await?;
    batch.turn = Some(TurnRecord::new(2, "second", START));
    // The second position is taken already.
    batch.items = vec![item(2, 2, "c"), item(1, 2, "d")];
    batch.effects = vec![call(2, 0, ToolCallState::Started)];
    batch.session.title = Some("half".to_owned());
    let id = batch.session.id.clone();
    refused(
        "a position that is taken",
        store.apply(&batch).await,
        StoreErrorKind::Exists,
    )?;
    same("the second turn", &store.turn(&id, 2).await?, &None)?;
    same("its effects", &store.tool_calls(&id, 2).await?, &Vec::new())?;
    same(
        "the items",
        &store.items(&id, ItemRange::from(0, 10)).await?.len(),
        &2,
    )?;
    let record = there("the session", store.session(&id).await?)?;
    same("the generation", &record.generation, &1)?;
    same("the title", &record.title, &None)
}

async fn replace(store: Shared) -> Outcome {
    let (_, mut batch) = held(&store).await?;
    first_turn(&mut batch);
    batch.effects[0] = call(1, 0, ToolCallState::Started);
    batch.effects[1] = call(1, 2, ToolCallState::Started);
    batch.effects[2] = call(1, 10, ToolCallState::Awaiting);
    batch.session.generation = store.apply(&batch).await?;
    batch.items.clear();
    if let Some(turn) = &mut batch.turn {
        turn.state = TurnState::Committed;
        turn.response_id = Some("resp_1".to_owned());
    }
    batch.effects[0].state = ToolCallState::Done;
    batch.effects[0].output = Some("sun".to_owned());
    store.apply(&batch).await?;
    let id = &batch.session.id;
    same(
        "the turns",
        &store.turns(id, 0, 10).await?,
        &batch.turn.clone().into_iter().collect(),
    )?;
    same(
        "the effects",
        &store.tool_calls(id, 1).await?,
        &batch.effects,
    )?;
    same(
        "the items",
        &store.items(id, ItemRange::from(0, 10)).await?.len(),
        &2,
    )
}

async fn turn_ids(store: Shared) -> Outcome {
    let (_, mut batch) = held(&store).await?;
    first_turn(&mut batch);
    batch.session.generation = store.apply(&batch).await?;
    batch.items.clear();
    batch.turn = Some(TurnRecord::new(2, "first", START));
    refused(
        "a turn id that is taken",
        store.apply(&batch).await,
        StoreErrorKind::Exists,
    )?;
    let (_, mut other) = held(&store).await?;
    first_turn(&mut other);
    same(
        "the same id in another session",
        &store.apply(&other).await?,
        &1,
    )
}

async fn tail(store: Shared) -> Outcome {
    let (_, mut batch) = held(&store).await?;
    first_turn(&mut batch);
    batch.session.generation = store.apply(&batch).await?;
    batch.turn = Some(TurnRecord::new(2, "second", START));
    batch.items = vec![item(2, 2, "c"), item(3, 2, "d")];
    batch.effects = vec![call(2, 0, ToolCallState::Started)];
    batch.session.generation = store.apply(&batch).await?;
    batch.drop_items_from = Some(2);
    batch.drop_turns_after = Some(1);
    batch.effects.clear();
    batch.items = vec![item(2, 2, "e")];
    store.apply(&batch).await?;
    let id = &batch.session.id;
    same(
        "the dropped effects",
        &store.tool_calls(id, 2).await?,
        &Vec::new(),
    )?;
    same("the rewritten turn", &store.turn(id, 2).await?, &batch.turn)?;
    same("its items", &store.turn_items(id, 2).await?, &batch.items)?;
    same(
        "the first turn's items",
        &store.turn_items(id, 1).await?.len(),
        &2,
    )
}

async fn any_text(store: Shared) -> Outcome {
    let (_, mut batch) = held(&store).await?;
    first_turn(&mut batch);
    let text = "quote \" backslash \\ nul \0 newline \n grin 😀 percent % under _ $1 ?".to_owned();
    batch.effects[0].output = Some(text.clone());
    batch.session.title = Some(text.clone());
    batch
        .session
        .metadata
        .insert("any".to_owned(), text.clone());
    batch.items[0].body = json!({"text": text, "big": u64::MAX}).to_string();
    batch.items[0].item_id = Some("msg_1".to_owned());
    store.apply(&batch).await?;
    let id = &batch.session.id;
    same(
        "the effects",
        &store.tool_calls(id, 1).await?,
        &batch.effects,
    )?;
    same("the items", &store.turn_items(id, 1).await?, &batch.items)?;
    let record = there("the session", store.session(id).await?)?;
    same("the title", &record.title, &batch.session.title)?;
    same("the metadata", &record.metadata, &batch.session.metadata)
}

async fn concurrent(store: Shared) -> Outcome {
    let (_, batch) = held(&store).await?;
    let attempts = (0..8).map(|number| {
        let (store, mut batch) = (store.clone(), batch.clone());
        batch.items = vec![item(0, 1, &number.to_string())];
        tokio::spawn(async move { store.apply(&batch).await.is_ok() })
    });
    let mut written = 0;
    for attempt in attempts.collect::<Vec<_>>() {
        written += u32::from(attempt.await.unwrap_or(false));
    }
    same("batches written", &written, &1)?;
    let items = store
        .items(&batch.session.id, ItemRange::from(0, 10))
        .await?;
    same("items written", &items.len(), &1)
}
