//! A turn as a state machine over the journal.
//!
//! There is one way through: a turn that was just begun and a turn that a crash left behind are driven alike. The
//! difference is the doubt: a driver that cannot be sure that the round's request was never sent inspects the service first.

use std::sync::Arc;

use serde_json::json;

use super::decide::{Doubt, after_sending_again};
use super::model_call::CallOutcome;
use super::recovery::RetryState;
use super::{Cancel, Emitter, Turn, TurnEvent, TurnRequest};
use crate::compaction::compact_if_due;
use crate::error::{Error, ErrorKind, Result};
use crate::journal::Journal;
use crate::lease::HeldLease;
use crate::session::Shared;
use crate::store::{RecoveryAction, SessionRecord, TurnRecord, TurnState};
use crate::tool::Tools;

/// Runs turns of one session.
#[derive(Debug)]
pub(crate) struct Driver {
    pub(crate) shared: Arc<Shared>,
    pub(crate) emitter: Emitter,
    pub(crate) cancel: Cancel,
    pub(crate) tools: Tools,
}

impl Driver {
    /// Waits for the session, settles what an earlier turn left, and runs a turn. Without an order it only settles.
    pub(crate) async fn run(mut self, request: Option<TurnRequest>) -> Result<Option<Turn>> {
        let shared = self.shared.clone();
        let wait = async {
            let place = shared.queue.lock().await;
            let held = HeldLease::acquire(
                &shared.sessions.store,
                &shared.sessions.clock,
                &shared.sessions.config,
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
            &held,
            record,
        );
        let mut held = held;
        let result = match journal.note_takeover().await {
            Ok(()) => self.work(&mut journal, &mut held, request).await,
            Err(error) => Err(error),
        };
        shared.publish(journal.record());
        // A turn that was over gave the lease back with its last write; this is for all others.
        if !journal.released()
            && let Err(error) = shared.sessions.store.release(&held.lease).await
        {
            tracing::debug!(session = %shared.id, %error, "the lease was not given back");
        }
        result
    }

    async fn work(
        &mut self,
        journal: &mut Journal,
        held: &mut HeldLease,
        request: Option<TurnRequest>,
    ) -> Result<Option<Turn>> {
        if let Some(seq) = journal.record().open_turn {
            journal.load(seq).await?;
            let wanted = request
                .as_ref()
                .and_then(|request| request.turn_id.as_deref());
            let same = request.is_none() || wanted == Some(&journal.turn().turn_id);
            let caller = self.emitter.clone();
            if !same {
                self.emitter = caller.without_caller();
            }
            // A turn that is to fail unless its answer is found was carried out.
            let doubt = match journal.turn().failure {
                Some(_) => Doubt::Answered,
                None => Doubt::Lost,
            };
            let settled = self.drive(journal, doubt, false).await;
            self.emitter = caller;
            match settled {
                Ok(turn) if same => return Ok(Some(turn)),
                Err(error) if same || !is_over(error.kind()) => return Err(error),
                Ok(turn) => {
                    let committed = TurnEvent::Committed(Box::new(turn));
                    self.emitter.without_caller().emit(committed).await;
                }
                Err(_) => {}
            }
            self.reacquire(journal, held).await?;
        }
        let Some(request) = request else {
            return Ok(None);
        };
        if let Some(id) = &request.turn_id
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
        self.begin(journal, request).await.map(Some)
    }

    /// Takes the lease again after a turn that ended with giving it back.
    async fn reacquire(&self, journal: &mut Journal, held: &mut HeldLease) -> Result<()> {
        let sessions = &self.shared.sessions;
        let (next, record) = HeldLease::acquire(
            &sessions.store,
            &sessions.clock,
            &sessions.config,
            &self.shared.id,
            &sessions.holder,
        )
        .await?;
        *held = next;
        *journal = Journal::new(sessions.store.clone(), sessions.clock.clone(), held, record);
        journal.note_takeover().await
    }

    async fn begin(&mut self, journal: &mut Journal, mut request: TurnRequest) -> Result<Turn> {
        let service = self.shared.sessions.service.clone();
        let summarised = tokio::select! {
            summarised = compact_if_due(journal, service.as_ref()) => summarised?,
            () = self.cancel.cancelled() => return Err(cancelled()),
        };
        if summarised {
            self.emitter.emit(TurnEvent::Compacted).await;
        }
        let id = request
            .turn_id
            .unwrap_or_else(|| uuid::Uuid::new_v4().simple().to_string());
        let mut turn = TurnRecord::new(0, id, self.shared.sessions.clock.now());
        turn.request = request.body;
        let named = [&turn.request, &journal.record().defaults];
        let named = named.iter().find_map(|of| of.get("model"));
        turn.model = match named {
            Some(model) => model.as_str().map(str::to_owned),
            None => service.model(),
        };
        if !self.tools.is_empty() {
            turn.runs_tools = true;
            let tools = turn.request.entry("tools").or_insert_with(|| json!([]));
            if let Some(tools) = tools.as_array_mut() {
                tools.extend(self.tools.definitions());
            }
        }
        let removed = self.remove_unfinished(journal, &request.input).await?;
        let completed = journal.complete(&mut request.input);
        journal.begin(turn, &request.input).await?;
        self.shared.publish(journal.record());
        self.emitter
            .emit(TurnEvent::Started {
                number: journal.turn().seq,
                turn_id: journal.turn().turn_id.clone(),
            })
            .await;
        if completed || removed {
            self.note(journal, RecoveryAction::Repaired).await;
        }
        let doubt = if journal.record().stale {
            Doubt::Stale
        } else {
            Doubt::None
        };
        self.drive(journal, doubt, request.streaming).await
    }

    /// Takes the turn through its states to its end.
    async fn drive(
        &mut self,
        journal: &mut Journal,
        mut doubt: Doubt,
        streaming: bool,
    ) -> Result<Turn> {
        let mut retry = RetryState::new(&self.shared.sessions.config);
        loop {
            match journal.turn().state {
                TurnState::AwaitingModel => {
                    if doubt > Doubt::None {
                        if !self.look(journal, &mut retry, doubt).await? {
                            continue;
                        }
                        doubt = after_sending_again(journal.record().history_mode, doubt);
                    }
                    match self.ask(journal, doubt, streaming).await? {
                        CallOutcome::Answer(answer) => {
                            doubt = self.answered(journal, &mut retry, doubt, answer).await?;
                        }
                        CallOutcome::Cancelled => journal.enter(TurnState::Cancelling).await?,
                        CallOutcome::LeaseLapsed => {
                            let text = "the session's lease could not be renewed for too long; \
                                the turn is settled before the session's next one";
                            return Err(Error::new(ErrorKind::LeaseLost, text));
                        }
                        CallOutcome::Failed(error) => {
                            doubt = self.failed(journal, &mut retry, doubt, error).await?;
                        }
                    }
                }
                TurnState::RunningTools | TurnState::AwaitingApproval => {
                    self.act(journal).await?;
                    doubt = Doubt::None;
                }
                TurnState::Cancelling => {
                    self.clean_up(journal, &mut retry).await?;
                }
                TurnState::Committed => {
                    let turn = Turn::new(journal.turn().clone(), journal.output()?, false);
                    return Ok(turn);
                }
                TurnState::Cancelled => {
                    let kept_items = journal.items().len();
                    self.emitter.emit(TurnEvent::Cancelled { kept_items }).await;
                    return Err(cancelled());
                }
                TurnState::Failed => {
                    let turn = journal.turn();
                    let why = turn.error.clone().unwrap_or_default();
                    let kind = turn.failure.map_or(ErrorKind::Rejected, ErrorKind::from);
                    return Err(Error::new(kind, why));
                }
            }
        }
    }
}

fn cancelled() -> Error {
    Error::new(ErrorKind::Cancelled, "the turn was given up by its caller")
}

/// Whether the turn that failed like this is over.
fn is_over(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Rejected | ErrorKind::NoOutput | ErrorKind::AnswerLost | ErrorKind::Cancelled
    )
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
