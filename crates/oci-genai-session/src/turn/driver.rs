//! A turn as a state machine over the journal.
//!
//! There is one way through: a turn that was just begun and a turn that a crash left behind are driven alike. The
//! difference is the doubt: whoever is not sure that the round's request was never sent looks before sending it.

use std::sync::Arc;

use futures_util::StreamExt;
use serde_json::{Map, Value, json};

use super::{Cancel, Emitter, Order, Turn, TurnEvent};
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::journal::Journal;
use crate::lease::HeldLease;
use crate::memory::{self, Found, Look};
use crate::policy::{Backoff, Policy};
use crate::service::{Answer, AnswerEvent, AnswerStatus, ServiceError, ServiceErrorKind};
use crate::session::Shared;
use crate::store::{Decision, SessionRecord, TurnRecord, TurnState};
use crate::tool::{INTERRUPTED, Tools};

/// How sure it is that the round's request is not on the service already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Doubt {
    /// It was never sent.
    None,
    /// The conversation is in a state that may differ from what is known.
    Stale,
    /// It was sent and the answer was lost.
    Lost,
}

/// What became of one request.
enum Asked {
    Answer(Answer),
    GivenUp,
    Failed(ServiceError),
}

/// Runs turns of one session.
#[derive(Debug)]
pub(crate) struct Driver {
    pub(crate) shared: Arc<Shared>,
    pub(crate) emitter: Emitter,
    pub(crate) cancel: Cancel,
    pub(crate) tools: Tools,
}

/// The patience of one turn.
struct Patience {
    backoff: Backoff,
    settling: Backoff,
    resends: u32,
    busy_until: Option<Timestamp>,
    settle_until: Option<Timestamp>,
}

impl Patience {
    fn new(policy: &Policy) -> Self {
        Self {
            backoff: Backoff::new(policy.poll_first, policy.poll_most),
            settling: Backoff::new(policy.poll_first.min(policy.settle / 2), policy.poll_most),
            resends: policy.resends,
            busy_until: None,
            settle_until: None,
        }
    }
}

impl Driver {
    /// Waits for the session, settles what an earlier turn left, and runs a turn. Without an order it only settles.
    pub(crate) async fn run(mut self, order: Option<Order>) -> Result<Option<Turn>> {
        let shared = self.shared.clone();
        let wait = async {
            let place = shared.queue.lock().await;
            let held = HeldLease::acquire(
                &shared.sessions.store,
                &shared.sessions.clock,
                &shared.sessions.policy,
                &shared.id,
                &shared.sessions.holder,
            );
            held.await.map(|held| (place, held))
        };
        let (_place, (held, record)) = tokio::select! {
            waited = wait => waited?,
            () = self.cancel.cancelled() => return Err(cancelled()),
        };
        let mut journal = Journal::new(
            shared.sessions.store.clone(),
            shared.sessions.clock.clone(),
            held.lease.fence,
            record,
        );
        let mut held = held;
        let result = self.work(&mut journal, &mut held, order).await;
        shared.publish(journal.record());
        // A turn that was over gave the lease back with its last write; this is for all others.
        if let Err(error) = shared.sessions.store.release(&held.lease).await {
            tracing::debug!(session = %shared.id, %error, "the lease was not given back");
        }
        result
    }

    async fn work(
        &mut self,
        journal: &mut Journal,
        held: &mut HeldLease,
        order: Option<Order>,
    ) -> Result<Option<Turn>> {
        if let Some(seq) = journal.record().open_turn {
            journal.load(seq).await?;
            let wanted = order.as_ref().and_then(|order| order.turn_id.as_deref());
            let same = order.is_none() || wanted == Some(&journal.turn().turn_id);
            let caller = self.emitter.clone();
            if !same {
                self.emitter = caller.without_caller();
            }
            let settled = self.drive(journal, Doubt::Lost, false).await;
            self.emitter = caller;
            match settled {
                Ok(turn) if same => return Ok(Some(turn)),
                Err(error) if same || !is_over(error.kind()) => return Err(error),
                Ok(_) | Err(_) => {}
            }
            self.reacquire(journal, held).await?;
        }
        let Some(order) = order else { return Ok(None) };
        if let Some(id) = &order.turn_id
            && let Some(turn) = journal.store().turn_by_id(&journal.record().id, id).await?
        {
            if turn.state == TurnState::Committed {
                journal.load(turn.seq).await?;
                let turn = Turn::new(turn, journal.output()?, true);
                return Ok(Some(turn));
            }
            // That attempt came to nothing; this is a new one.
            journal.retire_turn_id(turn).await?;
        }
        self.begin(journal, order).await.map(Some)
    }

    /// Takes the lease again after a turn that ended with giving it back.
    async fn reacquire(&self, journal: &mut Journal, held: &mut HeldLease) -> Result<()> {
        let sessions = &self.shared.sessions;
        let (next, record) = HeldLease::acquire(
            &sessions.store,
            &sessions.clock,
            &sessions.policy,
            &self.shared.id,
            &sessions.holder,
        )
        .await?;
        *held = next;
        *journal = Journal::new(
            sessions.store.clone(),
            sessions.clock.clone(),
            held.lease.fence,
            record,
        );
        Ok(())
    }

    async fn begin(&mut self, journal: &mut Journal, order: Order) -> Result<Turn> {
        let id = order
            .turn_id
            .unwrap_or_else(|| uuid::Uuid::new_v4().simple().to_string());
        let mut turn = TurnRecord::new(0, id, self.shared.sessions.clock.now());
        turn.request = order.request;
        if !self.tools.is_empty() {
            turn.runs_tools = true;
            let tools = turn.request.entry("tools").or_insert_with(|| json!([]));
            if let Some(tools) = tools.as_array_mut() {
                tools.extend(self.tools.definitions());
            }
        }
        journal.begin(turn, &order.input).await?;
        self.shared.publish(journal.record());
        self.emitter
            .emit(TurnEvent::Started {
                number: journal.turn().seq,
                turn_id: journal.turn().turn_id.clone(),
            })
            .await;
        let doubt = if journal.record().stale {
            Doubt::Stale
        } else {
            Doubt::None
        };
        self.drive(journal, doubt, order.streaming).await
    }

    /// Takes the turn through its states to its end.
    async fn drive(
        &mut self,
        journal: &mut Journal,
        mut doubt: Doubt,
        streaming: bool,
    ) -> Result<Turn> {
        let mut patience = Patience::new(&self.shared.sessions.policy);
        loop {
            match journal.turn().state {
                TurnState::Asking => {
                    if doubt > Doubt::None && !self.look(journal, &mut patience, doubt).await? {
                        continue;
                    }
                    match self.ask(journal, streaming).await? {
                        Asked::Answer(answer) => {
                            doubt = self.answered(journal, &mut patience, answer).await?;
                        }
                        Asked::GivenUp => journal.enter(TurnState::Cancelling).await?,
                        Asked::Failed(error) => {
                            doubt = self.failed(journal, &mut patience, doubt, error).await?;
                        }
                    }
                }
                TurnState::Acting | TurnState::Waiting => {
                    self.act(journal).await?;
                    doubt = Doubt::None;
                }
                TurnState::Cancelling => {
                    self.tidy(journal, &mut patience).await?;
                }
                TurnState::Committed => {
                    let turn = Turn::new(journal.turn().clone(), journal.output()?, false);
                    return Ok(turn);
                }
                TurnState::Cancelled => return Err(cancelled()),
                TurnState::Failed => {
                    let why = journal.turn().error.clone().unwrap_or_default();
                    return Err(Error::new(ErrorKind::Refused, why));
                }
            }
        }
    }

    /// Looks for the round on the service; `true` when there is nothing and it has to be sent.
    async fn look(
        &mut self,
        journal: &mut Journal,
        patience: &mut Patience,
        doubt: Doubt,
    ) -> Result<bool> {
        let service = self.shared.sessions.service.clone();
        let look = match memory::of(journal.record().memory)
            .look(service.as_ref(), journal)
            .await
        {
            Ok(look) => look,
            Err(error) if error.kind() == ServiceErrorKind::NotFound => {
                return self.fail(journal, error).await.map(|()| false);
            }
            Err(error) => {
                self.pause(patience, error).await?;
                return Ok(false);
            }
        };
        let Look {
            found,
            foreign,
            foreign_calls,
        } = look;
        self.pass_over(journal, foreign, foreign_calls).await?;
        match found {
            Found::Answer(answer) => {
                if doubt == Doubt::Lost {
                    self.note(journal, Decision::Adopted).await;
                }
                self.accept(journal, answer).await?;
                Ok(false)
            }
            Found::Running => {
                self.busy(patience, None).await?;
                Ok(false)
            }
            Found::Part(ids) => {
                // A part may be a round in the making; only one that stays as it is gets removed.
                if self.settling(patience).await {
                    return Ok(false);
                }
                let conversation = journal.record().conversation_id.clone().unwrap_or_default();
                for id in ids {
                    if let Err(error) = service.delete_item(&conversation, &id).await {
                        self.pause(patience, error).await?;
                        return Ok(false);
                    }
                }
                journal.forget_response().await?;
                self.note(journal, Decision::Repaired).await;
                Ok(true)
            }
            Found::Nothing if doubt == Doubt::Lost => {
                if journal.record().memory == crate::store::MemoryKind::Conversation
                    && self.settling(patience).await
                {
                    return Ok(false);
                }
                journal.forget_response().await?;
                self.note(journal, Decision::Resent).await;
                Ok(true)
            }
            Found::Nothing => Ok(true),
        }
    }

    /// Deals with items of somebody else that stand between what is known and the round.
    async fn pass_over(
        &mut self,
        journal: &mut Journal,
        last: Option<String>,
        calls: Vec<String>,
    ) -> Result<()> {
        let Some(mut last) = last else { return Ok(()) };
        if !calls.is_empty()
            && let Some(conversation) = journal.record().conversation_id.clone()
        {
            // A call without an output makes the service refuse every later turn.
            let outputs = calls
                .iter()
                .map(|call| crate::item::call_output(call, INTERRUPTED));
            let service = self.shared.sessions.service.clone();
            let added = service
                .add_items(&conversation, outputs.collect())
                .await
                .map_err(|error| {
                    Error::service(
                        ErrorKind::Unsettled,
                        "the conversation could not be repaired",
                        error,
                    )
                })?;
            if let Some(id) = added.iter().rev().find_map(crate::item::id) {
                last = id.to_owned();
            }
            self.note(journal, Decision::Repaired).await;
        }
        journal.move_anchor(last);
        self.note(journal, Decision::ForeignItems).await;
        Ok(())
    }

    pub(super) async fn note(&self, journal: &mut Journal, decision: Decision) {
        let recovery = journal.note(decision);
        tracing::info!(session = %self.shared.id, turn = journal.turn().seq, ?decision, "recovered");
        self.emitter.emit(TurnEvent::Recovered(recovery)).await;
    }

    /// The request of the current round.
    async fn request(&self, journal: &Journal) -> Result<Map<String, Value>> {
        let record = journal.record();
        let mut request = record.defaults.clone();
        request.extend(journal.turn().request.clone());
        if journal.turn().round >= self.shared.sessions.policy.max_rounds {
            // The model has called often enough; now it has to answer.
            request.insert("tool_choice".to_owned(), json!("none"));
        }
        memory::of(record.memory)
            .compose(journal, &mut request)
            .await?;
        Ok(request)
    }

    /// Sends the round's request and takes what comes, unless the caller gives up.
    async fn ask(&mut self, journal: &mut Journal, streaming: bool) -> Result<Asked> {
        let request = self.request(journal).await?;
        let service = self.shared.sessions.service.clone();
        if !streaming {
            return Ok(tokio::select! {
                answer = service.respond(request) => answer.map_or_else(Asked::Failed, Asked::Answer),
                () = self.cancel.cancelled() => Asked::GivenUp,
            });
        }
        let opened = tokio::select! {
            opened = service.stream(request) => opened,
            () = self.cancel.cancelled() => return Ok(Asked::GivenUp),
        };
        let mut steps = match opened {
            Ok(steps) => steps,
            Err(error) => return Ok(Asked::Failed(error)),
        };
        loop {
            let step = tokio::select! {
                step = steps.next() => step,
                () = self.cancel.cancelled() => return Ok(Asked::GivenUp),
            };
            let event = match step {
                Some(Ok(AnswerEvent::Done(answer))) => return Ok(Asked::Answer(answer)),
                Some(Ok(AnswerEvent::Created(id))) => {
                    journal.name_response(id).await?;
                    continue;
                }
                Some(Ok(AnswerEvent::Delta(text))) => TurnEvent::Delta(text),
                Some(Ok(AnswerEvent::Other(event))) => TurnEvent::Service(event),
                Some(Err(error)) => return Ok(Asked::Failed(error)),
                None => {
                    let text = "the stream ended before the answer did";
                    return Ok(Asked::Failed(ServiceError::new(
                        ServiceErrorKind::Unknown,
                        text,
                    )));
                }
            };
            self.emitter.emit(event).await;
        }
    }

    /// Takes an answer into the session.
    async fn accept(&mut self, journal: &mut Journal, answer: Answer) -> Result<()> {
        if journal.turn().runs_tools && answer.items.iter().any(crate::item::is_call) {
            journal.act(&answer).await?;
            let most = self.shared.sessions.policy.max_rounds;
            if journal.turn().round >= most {
                journal.set_error(format!("the model still called tools after {most} rounds"));
                journal.enter(TurnState::Cancelling).await?;
            }
            return Ok(());
        }
        if let AnswerStatus::Incomplete(reason) = &answer.status {
            journal.set_incomplete(reason.clone());
        }
        journal.commit(&answer).await
    }

    /// What an answer to the round's request means for the turn; returns the doubt with which to go on.
    async fn answered(
        &mut self,
        journal: &mut Journal,
        patience: &mut Patience,
        answer: Answer,
    ) -> Result<Doubt> {
        let why = match &answer.status {
            AnswerStatus::Completed | AnswerStatus::Incomplete(_) => {
                self.accept(journal, answer).await?;
                *patience = Patience::new(&self.shared.sessions.policy);
                return Ok(Doubt::None);
            }
            AnswerStatus::Running => {
                let text = "the service has not finished the answer";
                let error = ServiceError::new(ServiceErrorKind::Unknown, text);
                self.pause(patience, error).await?;
                return Ok(Doubt::Lost);
            }
            AnswerStatus::Failed(why) => why.clone(),
        };
        if patience.resends == 0 {
            journal.set_error(format!("the service failed to answer: {why}"));
            journal.enter(TurnState::Cancelling).await?;
            return Ok(Doubt::None);
        }
        self.pause(patience, ServiceError::new(ServiceErrorKind::Unknown, why))
            .await?;
        journal.forget_response().await?;
        Ok(Doubt::Lost)
    }

    /// What a failed request means for the turn; returns the doubt with which to go on.
    async fn failed(
        &mut self,
        journal: &mut Journal,
        patience: &mut Patience,
        doubt: Doubt,
        error: ServiceError,
    ) -> Result<Doubt> {
        match error.kind() {
            ServiceErrorKind::Refused | ServiceErrorKind::NotFound => {
                self.fail(journal, error).await?;
                Ok(doubt)
            }
            ServiceErrorKind::NotDone => {
                self.pause(patience, error).await?;
                Ok(doubt)
            }
            ServiceErrorKind::Locked => {
                // Whoever holds the lock may be an earlier request of this very round.
                self.busy(patience, Some(error)).await?;
                Ok(doubt.max(Doubt::Stale))
            }
            ServiceErrorKind::Unknown => {
                self.pause(patience, error).await?;
                Ok(Doubt::Lost)
            }
        }
    }

    /// Ends the turn as refused, once nothing of it is left to trouble later turns.
    async fn fail(&mut self, journal: &mut Journal, error: ServiceError) -> Result<()> {
        let why = full_text(&error);
        journal.set_error(format!("the service refused the turn: {why}"));
        if journal.turn().round > 0 && error.kind() == ServiceErrorKind::Refused {
            return journal.enter(TurnState::Cancelling).await;
        }
        journal.abandon(TurnState::Failed, &[]).await
    }

    /// Cleans up behind a turn that was given up. If the service has the whole answer, the turn counts.
    async fn tidy(&mut self, journal: &mut Journal, patience: &mut Patience) -> Result<()> {
        let service = self.shared.sessions.service.clone();
        let memory = memory::of(journal.record().memory);
        let refused = journal.turn().error.is_some();
        if !refused {
            match memory.look(service.as_ref(), journal).await {
                Ok(Look {
                    found: Found::Answer(answer),
                    ..
                }) if !answer.items.iter().any(crate::item::is_call) => {
                    self.note(journal, Decision::Adopted).await;
                    return journal.commit(&answer).await;
                }
                Ok(Look {
                    found: Found::Running,
                    ..
                }) => return self.busy(patience, None).await,
                Ok(Look {
                    found: Found::Nothing | Found::Part(_),
                    ..
                }) if journal.record().memory == crate::store::MemoryKind::Conversation
                    && self.settling(patience).await =>
                {
                    return Ok(());
                }
                Ok(_) => {}
                Err(error) if error.kind() == ServiceErrorKind::NotFound => {}
                Err(error) => return self.pause(patience, error).await,
            }
        }
        match memory.tidy(service.as_ref(), journal).await {
            Ok(kept) => {
                if !kept.is_empty() {
                    self.note(journal, Decision::Repaired).await;
                }
                self.note(journal, Decision::Abandoned).await;
                let state = if refused {
                    TurnState::Failed
                } else {
                    TurnState::Cancelled
                };
                journal.abandon(state, &kept).await
            }
            Err(error) if error.kind() == ServiceErrorKind::NotFound => {
                journal.abandon(TurnState::Cancelled, &[]).await
            }
            Err(error) if error.kind() == ServiceErrorKind::Locked => {
                self.busy(patience, Some(error)).await
            }
            Err(error) => self.pause(patience, error).await,
        }
    }

    /// Waits before another attempt, or gives up and leaves the turn open.
    async fn pause(&self, patience: &mut Patience, error: ServiceError) -> Result<()> {
        if patience.resends == 0 {
            let text = "the turn's outcome could not be found out; it is settled before the session's next turn";
            return Err(Error::service(ErrorKind::Unsettled, text, error));
        }
        patience.resends -= 1;
        tracing::debug!(session = %self.shared.id, error = %full_text(&error), "trying again");
        self.shared
            .sessions
            .clock
            .sleep(patience.backoff.next())
            .await;
        Ok(())
    }

    /// Waits for the service to be done with the conversation.
    async fn busy(&self, patience: &mut Patience, error: Option<ServiceError>) -> Result<()> {
        let clock = &self.shared.sessions.clock;
        let wait = self.shared.sessions.policy.busy_wait;
        let until = *patience
            .busy_until
            .get_or_insert_with(|| clock.now().after(wait));
        if clock.now() >= until {
            let text = "the service was busy with the conversation for too long; try again later";
            let busy = Error::new(ErrorKind::Busy, text);
            return Err(match error {
                Some(error) => busy.with_source(error),
                None => busy,
            });
        }
        clock.sleep(patience.backoff.next()).await;
        Ok(())
    }

    /// Gives a request of unclear outcome time to show up; `false` when it has had enough.
    async fn settling(&self, patience: &mut Patience) -> bool {
        let clock = &self.shared.sessions.clock;
        let now = clock.now();
        let settle = self.shared.sessions.policy.settle;
        let until = *patience
            .settle_until
            .get_or_insert_with(|| now.after(settle));
        if now >= until {
            return false;
        }
        let left = until.since(now);
        clock
            .sleep(patience.settling.next().min(left).max(left / 8))
            .await;
        true
    }
}

fn cancelled() -> Error {
    Error::new(ErrorKind::Cancelled, "the turn was given up by its caller")
}

/// Whether the turn that failed like this is over.
fn is_over(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Refused | ErrorKind::Cancelled)
}

/// An error with its causes.
pub(crate) fn full_text(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

impl Shared {
    /// Makes a session's new state known to its handles.
    pub(crate) fn publish(&self, record: &SessionRecord) {
        *self
            .snapshot
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = record.clone();
    }
}
