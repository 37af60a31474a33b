//! A session: one line of turns.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use serde_json::Value;
use tokio::sync::{Mutex, mpsc};

use crate::error::{Error, ErrorKind, Result};
use crate::journal::Journal;
use crate::lease::HeldLease;
use crate::policy::Policy;
use crate::service::Service;
use crate::sessions::Inner;
use crate::store::{
    EffectState, ItemRange, ItemRecord, MemoryKind, SessionId, SessionRecord, Store, TokenUsage,
    TurnRecord,
};
use crate::tool::Tools;
use crate::turn::{Cancel, Driver, Emitter, Order, Turn, TurnBuilder, TurnEvent, TurnStream};

/// Steps that a caller may be behind with.
const STEPS_AHEAD: usize = 64;

/// What the handles of one session in this process share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) id: SessionId,
    pub(crate) sessions: Arc<Inner>,
    /// First come, first served.
    pub(crate) queue: Mutex<()>,
    /// The session as this process last saw it.
    pub(crate) snapshot: RwLock<SessionRecord>,
}

/// A line of turns. Clones are handles of the same session; their turns are run one after the other, in the order in
/// which they were asked for.
#[derive(Clone)]
pub struct Session {
    shared: Arc<Shared>,
    tools: Tools,
}

/// A tool call that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PendingApproval {
    /// The model's id for the call.
    pub call_id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments: JSON text as the model wrote it.
    pub arguments: String,
}

impl Session {
    pub(crate) fn new(shared: Arc<Shared>, tools: Tools) -> Self {
        Self { shared, tools }
    }

    fn snapshot<T>(&self, read: impl FnOnce(&SessionRecord) -> T) -> T {
        read(
            &self
                .shared
                .snapshot
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// The session's id, by which it is resumed.
    pub fn id(&self) -> &SessionId {
        &self.shared.id
    }

    /// The name it was given, if any.
    pub fn name(&self) -> Option<String> {
        self.snapshot(|record| record.name.clone())
    }

    /// Who holds its history.
    pub fn memory(&self) -> MemoryKind {
        self.snapshot(|record| record.memory)
    }

    /// The conversation on the service, for sessions that have one.
    pub fn conversation_id(&self) -> Option<String> {
        self.snapshot(|record| record.conversation_id.clone())
    }

    /// Turns committed, as last seen by this process.
    pub fn turn_count(&self) -> u64 {
        self.snapshot(|record| record.turns)
    }

    /// Tokens of the committed turns, as last seen by this process.
    pub fn usage(&self) -> TokenUsage {
        self.snapshot(|record| record.usage)
    }

    /// The session as last seen by this process.
    pub fn record(&self) -> SessionRecord {
        self.snapshot(SessionRecord::clone)
    }

    /// This session with other tools for its turns, also for settling turns that were interrupted.
    #[must_use]
    pub fn with_tools(mut self, tools: Tools) -> Self {
        self.tools = tools;
        self
    }

    pub(crate) fn tools(&self) -> &Tools {
        &self.tools
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.shared.sessions.policy
    }

    /// Asks and waits for the answer. Dropping the future gives the turn up; the session stays usable.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub async fn send(&self, text: impl Into<String>) -> Result<Turn> {
        self.turn(text).send().await
    }

    /// Asks and streams the steps of the turn. Dropping the stream gives the turn up; the session stays usable. Must
    /// be called within a tokio runtime.
    pub fn stream(&self, text: impl Into<String>) -> TurnStream {
        self.turn(text).stream()
    }

    /// A turn with settings of its own.
    pub fn turn(&self, text: impl Into<String>) -> TurnBuilder {
        TurnBuilder::text(self.clone(), text.into())
    }

    /// A turn of items: images, files, approvals of remote tools, outputs of functions that the caller runs itself.
    pub fn turn_of(&self, items: Vec<Value>) -> TurnBuilder {
        TurnBuilder::items(self.clone(), items)
    }

    /// Settles a turn that was interrupted, and returns it when it could be finished: `None` when there was nothing to
    /// settle. Every turn does the same first; call this to have it done on opening.
    ///
    /// # Errors
    /// See [`ErrorKind`]; of these, [`ErrorKind::Cancelled`] says that the interrupted turn had been given up and has
    /// been cleaned up now.
    pub async fn settle(&self) -> Result<Option<Turn>> {
        let (steps, cancel) = self.start(None);
        let mut stream = TurnStream::new(steps, cancel);
        let mut last = None;
        while let Some(step) = stream.next().await {
            if let TurnEvent::Committed(turn) = step? {
                last = Some(*turn);
            }
        }
        Ok(last)
    }

    pub(crate) fn run(&self, order: Order) -> TurnStream {
        let (steps, cancel) = self.start(Some(order));
        TurnStream::new(steps, cancel)
    }

    /// Runs a driver in a task of its own, so that a caller who goes away leaves nothing half done.
    fn start(
        &self,
        order: Option<Order>,
    ) -> (mpsc::Receiver<Result<TurnEvent>>, crate::turn::CancelOnDrop) {
        let (sender, receiver) = mpsc::channel(STEPS_AHEAD);
        let (on_drop, cancel) = Cancel::new();
        let emitter = Emitter {
            session: self.shared.id.clone(),
            caller: Some(sender.clone()),
            observers: self.shared.sessions.observers.clone(),
        };
        let tools = order
            .as_ref()
            .map_or_else(|| self.tools.clone(), |order| order.tools.clone());
        let driver = Driver {
            shared: self.shared.clone(),
            emitter: emitter.clone(),
            cancel,
            tools,
        };
        tokio::spawn(async move {
            match driver.run(order).await {
                Ok(Some(turn)) => emitter.emit(TurnEvent::Committed(Box::new(turn))).await,
                Ok(None) => {}
                // A caller that is gone has cancelled the turn and does not want to know.
                Err(error) => drop(sender.send(Err(error)).await),
            }
        });
        (receiver, on_drop)
    }

    /// Turns after number `after`, oldest first, at most `limit`: also open, given up and failed ones.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    pub async fn turns(&self, after: u64, limit: u32) -> Result<Vec<TurnRecord>> {
        Ok(self
            .shared
            .sessions
            .store
            .turns(&self.shared.id, after, limit)
            .await?)
    }

    /// The transcript from a position on, oldest first, at most `limit` items.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    pub async fn items(&self, from: u64, limit: u32) -> Result<Vec<ItemRecord>> {
        let range = ItemRange::from(from, limit);
        Ok(self
            .shared
            .sessions
            .store
            .items(&self.shared.id, range)
            .await?)
    }

    /// The tool calls that wait for a person.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    pub async fn pending_approvals(&self) -> Result<Vec<PendingApproval>> {
        let store = &self.shared.sessions.store;
        let record = store
            .session(&self.shared.id)
            .await?
            .ok_or_else(|| self.gone())?;
        let Some(open) = record.open_turn else {
            return Ok(Vec::new());
        };
        let items = store.turn_items(&self.shared.id, open).await?;
        let items = items
            .iter()
            .map(crate::journal::parse)
            .collect::<Result<Vec<_>>>()?;
        let effects = store.effects(&self.shared.id, open).await?;
        let waiting = effects
            .into_iter()
            .filter(|effect| effect.state == EffectState::Awaiting);
        Ok(waiting
            .map(|effect| {
                let call = items.iter().find(|item| {
                    crate::item::is_call(item)
                        && crate::item::text(item, "call_id") == Some(&effect.call_id)
                });
                let arguments = call.and_then(|call| crate::item::text(call, "arguments"));
                PendingApproval {
                    arguments: arguments.unwrap_or("{}").to_owned(),
                    call_id: effect.call_id,
                    name: effect.name,
                }
            })
            .collect())
    }

    /// Approves a tool call that waits; [`settle`](Self::settle) then goes on with its turn.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when no such call waits.
    pub async fn approve(&self, call_id: &str) -> Result<()> {
        self.decide(call_id, EffectState::Approved, None).await
    }

    /// Refuses a tool call that waits, with a reason for the model; [`settle`](Self::settle) then goes on with its
    /// turn.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when no such call waits.
    pub async fn deny(&self, call_id: &str, reason: &str) -> Result<()> {
        let output = format!("error: a person refused the call: {reason}");
        self.decide(call_id, EffectState::Denied, Some(output))
            .await
    }

    async fn decide(
        &self,
        call_id: &str,
        state: EffectState,
        output: Option<String>,
    ) -> Result<()> {
        let _place = self.shared.queue.lock().await;
        let (held, mut journal) = self.hold().await?;
        let result = async {
            if let Some(open) = journal.record().open_turn {
                journal.load(open).await?;
            }
            let waiting = journal
                .effect(call_id)
                .filter(|e| e.state == EffectState::Awaiting);
            let mut effect = waiting.cloned().ok_or_else(|| {
                Error::new(
                    ErrorKind::NotFound,
                    format!("no tool call `{call_id}` waits for approval"),
                )
            })?;
            effect.state = state;
            effect.output = output;
            journal.put_effect(effect).await
        }
        .await;
        self.shared.publish(journal.record());
        self.shared.sessions.store.release(&held.lease).await?;
        result
    }

    /// The lease of the session and its journal.
    pub(crate) async fn hold(&self) -> Result<(HeldLease, Journal)> {
        let sessions = &self.shared.sessions;
        let (held, record) = HeldLease::acquire(
            &sessions.store,
            &sessions.clock,
            &sessions.policy,
            &self.shared.id,
            &sessions.holder,
        )
        .await?;
        let journal = Journal::new(
            sessions.store.clone(),
            sessions.clock.clone(),
            held.lease.fence,
            record,
        );
        Ok((held, journal))
    }

    /// This process's turn to write.
    pub(crate) async fn place(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.shared.queue.lock().await
    }

    pub(crate) fn store(&self) -> &dyn Store {
        self.shared.sessions.store.as_ref()
    }

    pub(crate) fn service(&self) -> &dyn Service {
        self.shared.sessions.service.as_ref()
    }

    pub(crate) fn publish(&self, record: &SessionRecord) {
        self.shared.publish(record);
    }

    /// Makes a conversation for a session.
    pub(crate) async fn new_conversation(&self, record: &SessionRecord) -> Result<String> {
        self.service()
            .create_conversation(&record.metadata)
            .await
            .map_err(|error| {
                Error::service(
                    ErrorKind::Unsettled,
                    "the service did not make a conversation",
                    error,
                )
            })
    }

    /// Deletes a conversation that the session no longer uses; one that stays does no harm.
    pub(crate) async fn forget_conversation(&self, id: &str) {
        if let Err(error) = self.service().delete_conversation(id).await {
            tracing::warn!(conversation = id, %error, "an unused conversation was left behind");
        }
    }

    /// Adds items to a conversation.
    pub(crate) async fn add_items(&self, id: &str, items: Vec<Value>) -> Result<Vec<Value>> {
        if items.is_empty() {
            return Ok(items);
        }
        self.service().add_items(id, items).await.map_err(|error| {
            Error::service(
                ErrorKind::Unsettled,
                "the service did not take the copied items",
                error,
            )
        })
    }

    fn gone(&self) -> Error {
        Error::new(
            ErrorKind::NotFound,
            format!("session `{}` has been deleted", self.shared.id),
        )
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("id", &self.shared.id)
            .field("tools", &self.tools)
            .finish_non_exhaustive()
    }
}
