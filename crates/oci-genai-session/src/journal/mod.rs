//! The current turn and its session as stored. Every step is written before it is taken.

mod pending;

use std::mem;
use std::sync::Arc;

use serde_json::Value;

pub(crate) use self::pending::{pending_calls_of, unanswered};
use crate::backend::{BackendError, BackendErrorKind, BackendRetry, ModelResponse, SendOptions};
use crate::clock::TimeSource;
use crate::error::{Error, ErrorKind, Result};
use crate::item;
use crate::lease::{HeldLease, Keeper};
use crate::store::{
    Batch, CallPlace, Direction, HistoryMode, ItemRange, ItemRecord, Recovery, RecoveryAction,
    SessionRecord, Store, ToolCallRecord, ToolCallState, TurnFailure, TurnRecord, TurnState,
};

/// Number of newest items whose ids are checked if the anchor is lost.
const KNOWN_ITEMS: u32 = 100;

/// A session held for writing, and one turn of it.
#[derive(Debug)]
pub(crate) struct Journal {
    store: Arc<dyn Store>,
    clock: Arc<dyn TimeSource>,
    keeper: Arc<Keeper>,
    /// The session as the store has it. What a step changes is in its batch until that is written: nobody may see what is not.
    record: SessionRecord,
    turn: TurnRecord,
    /// The turn's items, oldest first.
    items: Vec<ItemRecord>,
    effects: Vec<ToolCallRecord>,
    /// The last write released the lease.
    released: bool,
    /// The previous holder may still have a request in flight, and no turn that started since has
    /// checked for it.
    taken_over: bool,
}

/// Returns the items that the model wrote, among the items of a turn, with their places.
pub(crate) fn places(items: &[ItemRecord]) -> Result<Vec<(CallPlace, Value)>> {
    let mut place = CallPlace::default();
    let mut placed = Vec::new();
    for item in items {
        if item.direction != Direction::Output {
            continue;
        }
        if item.round != place.round {
            place = CallPlace {
                round: item.round,
                position: 0,
            };
        }
        placed.push((place, parse(item)?));
        place.position += 1;
    }
    Ok(placed)
}

/// Parses a stored item.
pub(crate) fn parse(item: &ItemRecord) -> Result<Value> {
    serde_json::from_str(&item.body).map_err(|error| {
        let text = format!(
            "item {} of the session is damaged in the store",
            item.position
        );
        Error::new(ErrorKind::Store, text).with_source(error)
    })
}

impl Journal {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn TimeSource>,
        held: &HeldLease,
        record: SessionRecord,
    ) -> Self {
        let turn = TurnRecord::new(0, "", clock.now());
        let taken_over = held.lease.taken_over && record.history_mode == HistoryMode::Conversation;
        Self {
            store,
            clock,
            keeper: held.keeper.clone(),
            record,
            turn,
            items: Vec::new(),
            effects: Vec::new(),
            released: false,
            taken_over,
        }
    }

    /// Stores that the next turn has to check the service before it sends, if the previous holder
    /// did not release the lease.
    pub(crate) async fn note_takeover(&mut self) -> Result<()> {
        if !self.taken_over {
            return Ok(());
        }
        let mut batch = self.session_batch();
        batch.session.stale = true;
        self.write(batch).await
    }

    pub(crate) fn keeper(&self) -> &Arc<Keeper> {
        &self.keeper
    }

    /// Returns options for a request that is sent only while the lease is held.
    pub(crate) fn send_options(&self, repeat: BackendRetry) -> SendOptions {
        let keeper = self.keeper.clone();
        SendOptions::new(repeat).confirmed_by(move || {
            let keeper = keeper.clone();
            async move {
                keeper.confirm().await.map_err(|error| {
                    let text = error.to_string();
                    BackendError::new(BackendErrorKind::NotAllowed, text).with_source(error)
                })
            }
        })
    }

    /// Returns true if the last write released the lease.
    pub(crate) fn released(&self) -> bool {
        self.released
    }

    pub(crate) fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    pub(crate) fn record(&self) -> &SessionRecord {
        &self.record
    }

    pub(crate) fn turn(&self) -> &TurnRecord {
        &self.turn
    }

    pub(crate) fn items(&self) -> &[ItemRecord] {
        &self.items
    }

    /// Loads a turn of the session.
    pub(crate) async fn load(&mut self, seq: u64) -> Result<()> {
        let id = &self.record.id;
        self.turn = self.store.turn(id, seq).await?.ok_or_else(|| {
            Error::new(
                ErrorKind::Store,
                format!("turn {seq} of session `{id}` is not in the store"),
            )
        })?;
        self.items = self.store.turn_items(id, seq).await?;
        self.effects = self.store.tool_calls(id, seq).await?;
        Ok(())
    }

    /// Writes the intent: a turn with its first input.
    pub(crate) async fn begin(&mut self, mut turn: TurnRecord, input: &[Value]) -> Result<()> {
        turn.seq = self.record.next_turn;
        turn.base = self.record.anchor.clone();
        turn.anchor = self.record.anchor.clone();
        // This turn checks the service before it sends, if the record says so.
        self.taken_over = false;
        self.turn = turn;
        self.items.clear();
        self.effects.clear();
        let mut batch = self.batch();
        batch.session.next_turn += 1;
        batch.session.open_turn = Some(self.turn.seq);
        self.add(&mut batch, input, Direction::Input);
        self.write(batch).await
    }

    /// Returns the position of the turn's first item.
    pub(crate) fn first_position(&self) -> u64 {
        self.items
            .first()
            .map_or(self.record.next_position, |item| item.position)
    }

    fn of(&self, round: u32, direction: Direction) -> Result<Vec<Value>> {
        let chosen = |item: &&ItemRecord| item.round == round && item.direction == direction;
        self.items.iter().filter(chosen).map(parse).collect()
    }

    /// Returns the input of the current round.
    pub(crate) fn round_input(&self) -> Result<Vec<Value>> {
        self.of(self.turn.round, Direction::Input)
    }

    /// Returns the first input of the turn.
    pub(crate) fn first_input(&self) -> Result<Vec<Value>> {
        self.of(0, Direction::Input)
    }

    /// Returns the output of the current round.
    pub(crate) fn round_output(&self) -> Result<Vec<Value>> {
        self.of(self.turn.round, Direction::Output)
    }

    /// Returns the output of the whole turn.
    pub(crate) fn output(&self) -> Result<Vec<Value>> {
        let output = self
            .items
            .iter()
            .filter(|item| item.direction == Direction::Output);
        output.map(parse).collect()
    }

    /// Returns the ids of the newest items before this turn.
    pub(crate) async fn known_item_ids(&self) -> Result<Vec<String>> {
        let to = Some(self.first_position());
        let range = ItemRange {
            from: 0,
            to,
            limit: KNOWN_ITEMS,
            newest_first: true,
        };
        let items = self.store.items(&self.record.id, range).await?;
        Ok(items.into_iter().filter_map(|item| item.item_id).collect())
    }

    /// Records a recovery action. The next write stores it.
    pub(crate) fn note(&mut self, action: RecoveryAction) -> Recovery {
        let recovery = Recovery {
            at: self.clock.now(),
            round: self.turn.round,
            action,
        };
        self.turn.recoveries.push(recovery.clone());
        recovery
    }

    /// Makes the last item of another writer the round's anchor.
    pub(crate) fn move_anchor(&mut self, id: String) {
        if self.turn.round == 0 {
            self.turn.base = Some(id.clone());
        }
        self.turn.anchor = Some(id);
    }

    /// Records why the service stopped early. The next write stores it.
    pub(crate) fn set_incomplete(&mut self, reason: String) {
        self.turn.incomplete = Some(reason);
    }

    /// Ends the turn as failed, after the service has nothing of it left that could disturb later
    /// turns.
    pub(crate) async fn fail(&mut self, failure: TurnFailure, why: String) -> Result<()> {
        self.turn.failure = Some(failure);
        self.turn.error = Some(why);
        self.enter(TurnState::Cancelling).await
    }

    /// Ends the turn as failed if the service has nothing of its round.
    pub(crate) async fn refuse(&mut self, why: String) -> Result<()> {
        self.end_unseen(TurnFailure::Rejected, why).await
    }

    /// Ends the turn as failed without a look at what the service has of it.
    pub(crate) async fn end_unseen(&mut self, failure: TurnFailure, why: String) -> Result<()> {
        self.turn.failure = Some(failure);
        self.turn.error = Some(why);
        self.abandon(TurnState::Failed, &[]).await
    }

    /// Stores that the service executed the round's request. The request is not retried, and the
    /// turn fails unless the output is found.
    pub(crate) async fn note_unusable(&mut self, why: String) -> Result<()> {
        self.turn.failure = Some(TurnFailure::NoOutput);
        self.turn.error = Some(why);
        let batch = self.batch();
        self.write(batch).await
    }

    /// Whether a round's request was sent again after a look.
    pub(crate) fn was_resent(&self, round: u32) -> bool {
        let mut recoveries = self.turn.recoveries.iter();
        recoveries
            .any(|recovery| recovery.round == round && recovery.action == RecoveryAction::Resent)
    }

    /// Returns whether a request of the turn was resent without a check.
    pub(crate) fn was_resent_unverified(&self) -> bool {
        let mut recoveries = self.turn.recoveries.iter();
        recoveries.any(|recovery| recovery.action == RecoveryAction::ResentUnverified)
    }

    /// Stores that the round's request carries the history from the store.
    pub(crate) async fn replay_history(&mut self) -> Result<()> {
        self.turn.replays_history = true;
        let batch = self.batch();
        self.write(batch).await
    }

    /// Stores that the turn's requests omit reasoning of earlier turns.
    pub(crate) async fn omit_reasoning(&mut self) -> Result<()> {
        self.turn.omits_reasoning = true;
        let batch = self.batch();
        self.write(batch).await
    }

    /// Stores the id of the response in progress.
    pub(crate) async fn name_response(&mut self, id: String) -> Result<()> {
        self.turn.pending_response_id = Some(id);
        let batch = self.batch();
        self.write(batch).await
    }

    /// Writes only the turn's state.
    pub(crate) async fn enter(&mut self, state: TurnState) -> Result<()> {
        self.turn.state = state;
        let batch = self.batch();
        self.write(batch).await
    }

    /// Stores that the pending response is gone, so that the request is sent again.
    pub(crate) async fn forget_response(&mut self) -> Result<()> {
        self.turn.pending_response_id = None;
        let batch = self.batch();
        self.write(batch).await
    }

    /// The next step, with an answer.
    fn take_answer(&mut self, answer: &ModelResponse, state: TurnState) -> Batch {
        let pending = self.turn.pending_response_id.take();
        (self.turn.error, self.turn.failure) = (None, None);
        self.turn.replays_history = false;
        self.turn.response_id = answer.response_id.clone().or(pending);
        self.turn.usage.add(answer.usage);
        if let Some(id) = answer.items.iter().rev().find_map(item::id) {
            self.turn.anchor = Some(id.to_owned());
        }
        self.turn.state = state;
        let mut batch = self.batch();
        self.add(&mut batch, &answer.items, Direction::Output);
        batch
    }

    /// Writes a response that calls tools.
    pub(crate) async fn act(&mut self, answer: &ModelResponse) -> Result<()> {
        let batch = self.take_answer(answer, TurnState::RunningTools);
        self.write(batch).await
    }

    /// Writes the response that ends the turn, and releases the lease.
    pub(crate) async fn commit(&mut self, answer: &ModelResponse) -> Result<()> {
        let mut batch = self.take_answer(answer, TurnState::Committed);
        let record = &mut batch.session;
        record.last_response_id = self.turn.response_id.clone();
        record.anchor = self.turn.anchor.clone();
        record.turns += 1;
        record.usage.add(self.turn.usage);
        record.open_turn = None;
        record.stale = self.taken_over;
        record.unanswered = unanswered(&self.pending_calls(), &answer.items);
        batch.release = true;
        self.write(batch).await
    }

    /// Stores that a summary of `bytes` bytes failed.
    pub(crate) async fn note_failed_summary(&mut self, bytes: u64) -> Result<()> {
        let mut batch = self.session_batch();
        batch.session.failed_summary = Some(bytes);
        self.write(batch).await
    }

    /// Replaces the items before a position by a summary.
    pub(crate) async fn condense(&mut self, summary: Value, end: u64) -> Result<()> {
        let mut batch = self.session_batch();
        batch.session.failed_summary = None;
        batch.session.summary = Some(summary);
        batch.session.window_start = end;
        self.write(batch).await
    }

    /// Writes a tool call and the current turn.
    pub(crate) async fn put_effect(&mut self, effect: ToolCallRecord) -> Result<()> {
        let mut effect = effect;
        match self.position_of(effect.place, &effect.call_id) {
            Some(known) => {
                let known = &mut self.effects[known];
                // A record of an older version keeps its key.
                effect.place = known.place;
                *known = effect.clone();
            }
            None => self.effects.push(effect.clone()),
        }
        let mut batch = self.batch();
        batch.effects = vec![effect];
        self.write(batch).await
    }

    /// Returns the index of a call's record: by its place, or by its id if an older version wrote
    /// it.
    fn position_of(&self, place: Option<CallPlace>, call_id: &str) -> Option<usize> {
        let at = |effect: &ToolCallRecord| effect.place.is_some() && effect.place == place;
        let old = |effect: &ToolCallRecord| effect.place.is_none() && effect.call_id == call_id;
        let effects = &self.effects;
        effects
            .iter()
            .position(at)
            .or_else(|| effects.iter().position(old))
    }

    /// Returns the record of a call.
    pub(crate) fn effect(&self, place: CallPlace, call_id: &str) -> Option<&ToolCallRecord> {
        let position = self.position_of(Some(place), call_id)?;
        self.effects.get(position)
    }

    /// Returns the records of the turn's calls.
    pub(crate) fn tool_calls(&self) -> &[ToolCallRecord] {
        &self.effects
    }

    /// Returns the stored output of a call.
    pub(crate) fn output_of(&self, place: CallPlace, call_id: &str) -> Option<&str> {
        let effect = self
            .effect(place, call_id)
            .filter(|effect| effect.state == ToolCallState::Done)?;
        effect.output.as_deref()
    }

    /// Returns the place in the turn of a call that the service lists: by the item's id, or else
    /// the last call with the same call id.
    pub(crate) fn place_of(&self, listed: &Value) -> Option<CallPlace> {
        let calls = self.calls().ok()?;
        let id = item::id(listed);
        let by_id = calls
            .iter()
            .find(|(_, call)| id.is_some() && item::id(call) == id);
        let call_id = item::text(listed, "call_id");
        let by_call = || {
            let same = |call: &Value| {
                item::kind(call) == item::kind(listed) && item::text(call, "call_id") == call_id
            };
            calls.iter().rfind(|(_, call)| same(call))
        };
        by_id.or_else(by_call).map(|(place, _)| *place)
    }

    /// Returns the items that the model wrote in this turn, with their places.
    pub(crate) fn calls(&self) -> Result<Vec<(CallPlace, Value)>> {
        places(&self.items)
    }

    /// Starts the next round with the input for the model.
    pub(crate) async fn next_round(&mut self, input: &[Value]) -> Result<()> {
        self.turn.round += 1;
        self.turn.state = TurnState::AwaitingModel;
        let mut batch = self.batch();
        self.add(&mut batch, input, Direction::Input);
        self.write(batch).await
    }

    /// Ends a turn that has no output. Of its items only those in `kept` stay in the history.
    pub(crate) async fn abandon(&mut self, state: TurnState, kept: &[Value]) -> Result<()> {
        let from = self.first_position();
        self.turn.state = state;
        self.turn.pending_response_id = None;
        self.items.clear();
        self.turn.round = 0;
        let mut batch = self.batch();
        let record = &mut batch.session;
        record.anchor = kept
            .iter()
            .rev()
            .find_map(item::id)
            .map(str::to_owned)
            .or(self.turn.base.clone());
        record.open_turn = None;
        record.stale = record.history_mode == HistoryMode::Conversation;
        record.next_position = from;
        if !kept.is_empty() {
            record.unanswered.clear();
        }
        self.add(&mut batch, kept, Direction::Output);
        let input = |value: &Value| item::answered_call(value).is_some() || is_from_user(value);
        for (record, value) in batch.items.iter_mut().zip(kept) {
            if input(value) {
                record.direction = Direction::Input;
            }
        }
        batch.drop_items_from = Some(from);
        batch.release = true;
        self.write(batch).await
    }

    /// Frees the turn's id for a new attempt.
    pub(crate) async fn retire_turn_id(&mut self, mut old: TurnRecord) -> Result<()> {
        old.turn_id = format!("{}~{}", old.turn_id, old.seq);
        let current = mem::replace(&mut self.turn, old);
        let batch = self.batch();
        let written = self.write(batch).await;
        self.turn = current;
        written
    }

    /// Adds new items of the current round, numbered.
    fn add(&self, batch: &mut Batch, values: &[Value], direction: Direction) {
        let first = batch.session.next_position;
        batch.session.next_position += values.len() as u64;
        let numbered = (first..).zip(values).map(|(position, value)| {
            let (turn, round) = (self.turn.seq, self.turn.round);
            let body = value.to_string();
            let mut record = ItemRecord::new(position, turn, round, direction, body);
            // PostgreSQL takes no NUL character in plain text, and an id with one names nothing.
            let id = item::id(value).filter(|id| !id.contains('\0'));
            record.item_id = id.map(str::to_owned);
            record
        });
        batch.items.extend(numbered);
    }

    /// A step that changes nothing yet, and not the turn.
    fn session_batch(&self) -> Batch {
        Batch::new(self.record.clone(), self.keeper.fence())
    }

    /// A step with the turn as it is now.
    fn batch(&self) -> Batch {
        let mut batch = self.session_batch();
        batch.turn = Some(self.turn.clone());
        batch
    }

    async fn write(&mut self, mut batch: Batch) -> Result<()> {
        let now = self.clock.now();
        batch.session.updated_at = now;
        if let Some(turn) = &mut batch.turn {
            turn.updated_at = now;
        }
        let generation = self.store.apply(&batch).await?;
        self.released = batch.release;
        self.record = batch.session;
        self.record.generation = generation;
        self.items.extend(batch.items);
        Ok(())
    }
}

fn is_from_user(item: &Value) -> bool {
    item::kind(item) == "message" && item::text(item, "role") != Some("assistant")
}
