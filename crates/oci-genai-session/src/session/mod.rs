//! Session handle: sends turns and reads the history.

mod approvals;
mod internal;
mod metadata;

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use serde_json::Value;
use tokio::sync::{Mutex, mpsc};

pub use approvals::{CallName, PendingApproval};

use crate::config::SessionConfig;
use crate::error::Result;
use crate::sessions::Inner;
use crate::store::{
    HistoryMode, ItemRange, ItemRecord, SessionId, SessionRecord, SessionSnapshot, TokenUsage,
    TurnRecord,
};
use crate::tool::Tools;
use crate::turn::{
    Cancel, Driver, Emitter, Turn, TurnBuilder, TurnEvent, TurnInput, TurnRequest, TurnStream,
};

/// Number of events buffered for a slow caller.
const STEPS_AHEAD: usize = 64;

/// State that all handles of one session in this process share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) id: SessionId,
    pub(crate) sessions: Arc<Inner>,
    /// First come, first served.
    pub(crate) queue: Mutex<()>,
    /// The session as this process last saw it.
    pub(crate) snapshot: RwLock<SessionRecord>,
}

/// A conversation of several turns. Clones are handles of the same session. Turns run one after the
/// other, in the order in which they were requested.
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

    /// Returns the session's id, which [`Sessions::resume`](crate::Sessions::resume) takes.
    pub fn id(&self) -> &SessionId {
        &self.shared.id
    }

    /// Returns the session's name, if it has one.
    pub fn name(&self) -> Option<String> {
        self.last_seen(|record| record.name.clone())
    }

    /// Returns the history mode.
    pub fn history_mode(&self) -> HistoryMode {
        self.last_seen(|record| record.history_mode)
    }

    /// Returns the id of the session's conversation on the service, if it has one.
    pub fn conversation_id(&self) -> Option<String> {
        self.last_seen(|record| record.conversation_id.clone())
    }

    /// Returns the number of committed turns, as last seen by this process.
    pub fn turn_count(&self) -> u64 {
        self.last_seen(|record| record.turns)
    }

    /// Returns the token usage of the committed turns, as last seen by this process.
    pub fn usage(&self) -> TokenUsage {
        self.last_seen(|record| record.usage)
    }

    /// Returns the session record, as last seen by this process.
    pub fn record(&self) -> SessionRecord {
        self.last_seen(SessionRecord::clone)
    }

    /// Returns this session with other tools for its turns and for the recovery of interrupted
    /// turns.
    #[must_use]
    pub fn with_tools(mut self, tools: Tools) -> Self {
        self.tools = tools;
        self
    }

    pub(crate) fn tools(&self) -> &Tools {
        &self.tools
    }

    pub(crate) fn config(&self) -> &SessionConfig {
        &self.shared.sessions.config
    }

    /// Sends a message and waits for the turn. Dropping the future cancels the turn; the session
    /// stays usable.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn send(&self, text: impl Into<String>) -> Result<Turn> {
        self.turn(text.into()).send().await
    }

    /// Sends a message and streams the events of the turn. Dropping the stream cancels the turn;
    /// the session stays usable. Must be called within a tokio runtime.
    pub fn stream(&self, text: impl Into<String>) -> TurnStream {
        self.turn(text.into()).stream()
    }

    /// Sends a message and parses the output text as a `T`.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind). Returns
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if the output text is not a `T`.
    /// The turn is committed in that case too.
    pub async fn parse<T>(&self, text: impl Into<String>) -> Result<T>
    where
        T: schemars::JsonSchema + serde::de::DeserializeOwned,
    {
        self.turn(text.into())
            .response_format::<T>()
            .send()
            .await?
            .parse()
    }

    /// Sends items and waits for the turn: images, files, outputs of functions that the caller runs
    /// itself.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn send_items(&self, items: Vec<Value>) -> Result<Turn> {
        self.turn(items).send().await
    }

    /// Builds a turn with its own options. The input is a text or items: images, files, outputs of
    /// functions that the caller runs itself.
    pub fn turn(&self, input: impl Into<TurnInput>) -> TurnBuilder {
        TurnBuilder::new(self.clone(), input.into())
    }

    /// Recovers an interrupted turn, and returns it if it could be finished. Returns `None` if no
    /// turn was interrupted. Every turn does this first; call it to recover when you open the
    /// session.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind). Returns [`Cancelled`](crate::ErrorKind::Cancelled) if
    /// the interrupted turn had been canceled; it is cleaned up then.
    pub async fn recover(&self) -> Result<Option<Turn>> {
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

    pub(crate) fn run(&self, request: TurnRequest) -> TurnStream {
        let (steps, cancel) = self.start(Some(request));
        TurnStream::new(steps, cancel)
    }

    /// Runs a driver in its own task, so that a caller that drops its handle leaves nothing half
    /// done.
    fn start(
        &self,
        request: Option<TurnRequest>,
    ) -> (mpsc::Receiver<Result<TurnEvent>>, crate::turn::CancelOnDrop) {
        let (sender, receiver) = mpsc::channel(STEPS_AHEAD);
        let (on_drop, cancel) = Cancel::new();
        let emitter = Emitter {
            session: self.shared.id.clone(),
            caller: Some(sender.clone()),
            observers: self.shared.sessions.observers.clone(),
        };
        let tools = request
            .as_ref()
            .map_or_else(|| self.tools.clone(), |request| request.tools.clone());
        let driver = Driver {
            shared: self.shared.clone(),
            emitter: emitter.clone(),
            cancel,
            tools,
        };
        tokio::spawn(async move {
            match driver.run(request).await {
                Ok(Some(turn)) => emitter.emit(TurnEvent::Committed(Box::new(turn))).await,
                Ok(None) => {}
                // A caller that dropped its handle has canceled the turn and does not need the
                // error.
                Err(error) => drop(sender.send(Err(error)).await),
            }
        });
        (receiver, on_drop)
    }

    /// Returns turns after number `after`, oldest first, at most `limit`. Includes open, canceled
    /// and failed turns.
    ///
    /// # Errors
    /// Returns [`ErrorKind::Store`](crate::ErrorKind::Store) if the store fails.
    pub async fn turns(&self, after: u64, limit: u32) -> Result<Vec<TurnRecord>> {
        Ok(self
            .shared
            .sessions
            .store
            .turns(&self.shared.id, after, limit)
            .await?)
    }

    /// Returns the whole session as of one moment, even while it is in use. Pages of
    /// [`turns`](Self::turns) and [`items`](Self::items) may be of different moments.
    ///
    /// # Errors
    /// Returns [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if the session was deleted, and
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) if the store fails.
    pub async fn snapshot(&self) -> Result<SessionSnapshot> {
        let store = &self.shared.sessions.store;
        let snapshot = store.snapshot(&self.shared.id).await?;
        snapshot.ok_or_else(|| self.gone())
    }

    /// Returns the transcript from a position on, oldest first, at most `limit` items.
    ///
    /// # Errors
    /// Returns [`ErrorKind::Store`](crate::ErrorKind::Store) if the store fails.
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
