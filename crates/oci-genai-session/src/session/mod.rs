//! A session: one line of turns.

mod access;
mod approvals;
mod describing;

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use serde_json::Value;
use tokio::sync::{Mutex, mpsc};

pub use approvals::{CallName, PendingApproval};

use crate::error::Result;
use crate::policy::Policy;
use crate::sessions::Inner;
use crate::store::{
    ItemRange, ItemRecord, MemoryKind, SessionId, SessionRecord, SessionSnapshot, TokenUsage,
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

impl Session {
    pub(crate) fn new(shared: Arc<Shared>, tools: Tools) -> Self {
        Self { shared, tools }
    }

    fn last_seen<T>(&self, read: impl FnOnce(&SessionRecord) -> T) -> T {
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
        self.last_seen(|record| record.name.clone())
    }

    /// Who holds its history.
    pub fn memory(&self) -> MemoryKind {
        self.last_seen(|record| record.memory)
    }

    /// The conversation on the service, for sessions that have one.
    pub fn conversation_id(&self) -> Option<String> {
        self.last_seen(|record| record.conversation_id.clone())
    }

    /// Turns committed, as last seen by this process.
    pub fn turn_count(&self) -> u64 {
        self.last_seen(|record| record.turns)
    }

    /// Tokens of the committed turns, as last seen by this process.
    pub fn usage(&self) -> TokenUsage {
        self.last_seen(|record| record.usage)
    }

    /// The session as last seen by this process.
    pub fn record(&self) -> SessionRecord {
        self.last_seen(SessionRecord::clone)
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
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn send(&self, text: impl Into<String>) -> Result<Turn> {
        self.turn(text).send().await
    }

    /// Asks and streams the steps of the turn. Dropping the stream gives the turn up; the session stays usable. Must
    /// be called within a tokio runtime.
    pub fn stream(&self, text: impl Into<String>) -> TurnStream {
        self.turn(text).stream()
    }

    /// Asks for an answer in the form of `T`.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind); of these, [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) says that the
    /// answer does not have the form. The turn is then in the session all the same.
    pub async fn parse<T>(&self, text: impl Into<String>) -> Result<T>
    where
        T: schemars::JsonSchema + serde::de::DeserializeOwned,
    {
        self.turn(text).format::<T>().send().await?.parse()
    }

    /// Sends items and waits for the answer: images, files, outputs of functions that the caller runs itself.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn send_items(&self, items: Vec<Value>) -> Result<Turn> {
        self.turn_of(items).send().await
    }

    /// A turn with settings of its own.
    pub fn turn(&self, text: impl Into<String>) -> TurnBuilder {
        TurnBuilder::text(self.clone(), text.into())
    }

    /// A turn of items: images, files, outputs of functions that the caller runs itself.
    pub fn turn_of(&self, items: Vec<Value>) -> TurnBuilder {
        TurnBuilder::items(self.clone(), items)
    }

    /// Settles a turn that was interrupted, and returns it when it could be finished: `None` when there was nothing to
    /// settle. Every turn does the same first; call this to have it done on opening.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind); of these, [`Cancelled`](crate::ErrorKind::Cancelled) says that the interrupted turn had been given up and has
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
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    pub async fn turns(&self, after: u64, limit: u32) -> Result<Vec<TurnRecord>> {
        Ok(self
            .shared
            .sessions
            .store
            .turns(&self.shared.id, after, limit)
            .await?)
    }

    /// The whole session as of one moment, also while it is in use. Pages of [`turns`](Self::turns) and
    /// [`items`](Self::items) may be of different moments.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) when the session has been deleted,
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    pub async fn snapshot(&self) -> Result<SessionSnapshot> {
        let store = &self.shared.sessions.store;
        let snapshot = store.snapshot(&self.shared.id).await?;
        snapshot.ok_or_else(|| self.gone())
    }

    /// The transcript from a position on, oldest first, at most `limit` items.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    pub async fn items(&self, from: u64, limit: u32) -> Result<Vec<ItemRecord>> {
        let range = ItemRange::from(from, limit);
        Ok(self
            .shared
            .sessions
            .store
            .items(&self.shared.id, range)
            .await?)
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
