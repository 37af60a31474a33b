//! All sessions of a store.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};

use crate::client::ClientService;
use crate::clock::{SystemTimeSource, TimeSource};
use crate::error::{Error, ErrorKind, Result};
use crate::lease::HeldLease;
use crate::options::SessionOptions;
use crate::policy::Policy;
use crate::service::Service;
use crate::session::{Session, Shared};
use crate::store::{MemoryKind, SessionId, SessionQuery, SessionRecord, Store, StoreErrorKind};
use crate::tool::Tools;
use crate::turn::Observer;

/// A store in shared use: made of any [`Store`] or of an `Arc<dyn Store>`.
#[derive(Clone, Debug)]
pub struct SharedStore(Arc<dyn Store>);

impl<S: Store + 'static> From<S> for SharedStore {
    fn from(store: S) -> Self {
        Self(Arc::new(store))
    }
}

impl From<Arc<dyn Store>> for SharedStore {
    fn from(store: Arc<dyn Store>) -> Self {
        Self(store)
    }
}

/// What all sessions of one [`Sessions`] share.
pub(crate) struct Inner {
    pub(crate) service: Arc<dyn Service>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn TimeSource>,
    pub(crate) policy: Policy,
    pub(crate) observers: Arc<[Arc<dyn Observer>]>,
    /// Who this is to other processes.
    pub(crate) holder: String,
    tools: Tools,
    open: Mutex<HashMap<SessionId, Weak<Shared>>>,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions")
            .field("store", &self.store)
            .field("holder", &self.holder)
            .finish_non_exhaustive()
    }
}

/// The sessions of a store: made, opened, listed and deleted here. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sessions {
    inner: Arc<Inner>,
}

/// Puts a [`Sessions`] together.
#[derive(Debug)]
pub struct SessionsBuilder {
    service: Arc<dyn Service>,
    store: Arc<dyn Store>,
    clock: Arc<dyn TimeSource>,
    policy: Policy,
    observers: Vec<Arc<dyn Observer>>,
    tools: Tools,
}

impl SessionsBuilder {
    /// Takes other limits and waits.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Takes another clock. Default: the machine's.
    #[must_use]
    pub fn clock(mut self, clock: impl TimeSource + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Gives every session tools, unless it is given others.
    #[must_use]
    pub fn tools(mut self, tools: Tools) -> Self {
        self.tools = tools;
        self
    }

    /// Adds somebody who hears of every step of every turn.
    #[must_use]
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.observers.push(Arc::new(observer));
        self
    }

    /// The sessions.
    pub fn build(self) -> Sessions {
        Sessions {
            inner: Arc::new(Inner {
                service: self.service,
                store: self.store,
                clock: self.clock,
                policy: self.policy,
                observers: self.observers.into(),
                holder: uuid::Uuid::new_v4().simple().to_string(),
                tools: self.tools,
                open: Mutex::default(),
            }),
        }
    }
}

impl Sessions {
    /// The sessions of a store, run with a client, with the defaults.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use oci_genai_session::{Sessions, SqliteStore};
    ///
    /// let client = oci_genai::Client::from_env()?;
    /// let sessions = Sessions::new(client, SqliteStore::open("sessions.db").await?);
    /// let session = sessions.open_or_create("offsite").await?;
    /// let turn = session.send("Give me three ideas for a team offsite.").await?;
    /// println!("{}", turn.output_text());
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(client: oci_genai::Client, store: impl Into<SharedStore>) -> Self {
        Self::builder(client, store).build()
    }

    /// Begins to put the sessions of a store together, run with a client.
    pub fn builder(client: oci_genai::Client, store: impl Into<SharedStore>) -> SessionsBuilder {
        Self::builder_with_service(ClientService::new(client), store)
    }

    /// Sessions over another service than the client's, with the defaults.
    pub fn with_service(service: impl Service + 'static, store: impl Into<SharedStore>) -> Self {
        Self::builder_with_service(service, store).build()
    }

    /// Begins to put sessions together over another service than the client's.
    pub fn builder_with_service(
        service: impl Service + 'static,
        store: impl Into<SharedStore>,
    ) -> SessionsBuilder {
        SessionsBuilder {
            service: Arc::new(service),
            store: store.into().0,
            clock: Arc::new(SystemTimeSource),
            policy: Policy::default(),
            observers: Vec::new(),
            tools: Tools::new(),
        }
    }

    /// Makes a session: of a name, or of [`SessionOptions`].
    ///
    /// # Errors
    /// [`ErrorKind::Exists`] when the name is taken, [`ErrorKind::Invalid`] for options that cannot be used,
    /// [`ErrorKind::Refused`] or [`ErrorKind::Unsettled`] when the service does not make a conversation.
    pub async fn create(&self, options: impl Into<SessionOptions>) -> Result<Session> {
        let record = options.into().into_record(self.inner.clock.now())?;
        self.check_name(&record).await?;
        self.make(record).await
    }

    /// Makes a session that nobody finds by its name and that the next purge takes, until it is given the record that
    /// comes with it: for copies, of which half is of no use to anybody.
    pub(crate) async fn create_unseen(
        &self,
        options: SessionOptions,
    ) -> Result<(Session, SessionRecord)> {
        let record = options.into_record(self.inner.clock.now())?;
        self.check_name(&record).await?;
        let session = self.make(unseen(record.clone())).await?;
        Ok((session, record))
    }

    pub(crate) async fn check_name(&self, record: &SessionRecord) -> Result<()> {
        match &record.name {
            Some(name) if self.inner.store.session_by_name(name).await?.is_some() => {
                Err(name_taken(name))
            }
            _ => Ok(()),
        }
    }

    async fn make(&self, mut record: SessionRecord) -> Result<Session> {
        let mut made = None;
        if record.memory == MemoryKind::Conversation {
            match record.conversation_id.clone() {
                Some(id) => record.anchor = self.last_item(&id).await?,
                None => made = Some(self.create_conversation(&record).await?),
            }
        }
        if made.is_some() {
            record.conversation_id.clone_from(&made);
        }
        if let Err(error) = self.inner.store.create(&record).await {
            // Somebody was faster, or the store failed: nobody will ever use the conversation.
            if let Some(id) = made
                && let Err(error) = self.inner.service.delete_conversation(&id).await
            {
                tracing::warn!(conversation = id, %error, "an unused conversation was left behind");
            }
            return Err(match (error.kind(), &record.name) {
                (StoreErrorKind::Exists, Some(name)) => name_taken(name).with_source(error),
                _ => error.into(),
            });
        }
        Ok(self.handle(record))
    }

    async fn create_conversation(&self, record: &SessionRecord) -> Result<String> {
        self.inner
            .service
            .create_conversation(&record.metadata)
            .await
            .map_err(|error| {
                Error::service(
                    ErrorKind::Refused,
                    "the service did not make a conversation",
                    error,
                )
            })
    }

    /// The last item of a conversation that exists already.
    async fn last_item(&self, conversation: &str) -> Result<Option<String>> {
        let items = self
            .inner
            .service
            .items_after(conversation, None)
            .await
            .map_err(|error| {
                let text = format!("the conversation `{conversation}` cannot be read");
                Error::service(ErrorKind::NotFound, text, error)
            })?;
        Ok(items
            .iter()
            .rev()
            .find_map(crate::item::id)
            .map(str::to_owned))
    }

    /// The session of an id.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when there is none.
    pub async fn resume(&self, id: impl Into<SessionId>) -> Result<Session> {
        let id = id.into();
        let record = self.inner.store.session(&id).await?;
        record
            .map(|record| self.handle(record))
            .ok_or_else(|| Error::new(ErrorKind::NotFound, format!("there is no session `{id}`")))
    }

    /// The session of a name.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when there is none.
    pub async fn open(&self, name: &str) -> Result<Session> {
        let record = self.inner.store.session_by_name(name).await?;
        record.map(|record| self.handle(record)).ok_or_else(|| {
            Error::new(
                ErrorKind::NotFound,
                format!("there is no session named `{name}`"),
            )
        })
    }

    /// The session of the options' name, made with them when there is none.
    ///
    /// # Errors
    /// Those of [`create`](Self::create) but [`ErrorKind::Exists`], and [`ErrorKind::Invalid`] without a name.
    pub async fn open_or_create(&self, options: impl Into<SessionOptions>) -> Result<Session> {
        let options = options.into();
        let Some(name) = options.name.clone() else {
            return Err(Error::new(
                ErrorKind::Invalid,
                "give the session a name to open it by",
            ));
        };
        match self.open(&name).await {
            Err(error) if error.is_not_found() => {}
            result => return result,
        }
        match self.create(options).await {
            Err(error) if error.kind() == ErrorKind::Exists => self.open(&name).await,
            result => result,
        }
    }

    /// The newest hundred sessions, by their last turn.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    pub async fn list(&self) -> Result<Vec<SessionRecord>> {
        self.find(&SessionQuery::default()).await
    }

    /// The sessions that a query is after.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    pub async fn find(&self, query: &SessionQuery) -> Result<Vec<SessionRecord>> {
        Ok(self.inner.store.sessions(query).await?)
    }

    /// Deletes the session of a name, on the service too; `false` when there was none.
    ///
    /// # Errors
    /// [`ErrorKind::Busy`] while another process runs a turn of it, [`ErrorKind::Unsettled`] when the service did not
    /// delete the conversation; the session is then still there.
    pub async fn delete(&self, name: &str) -> Result<bool> {
        match self.inner.store.session_by_name(name).await? {
            Some(record) => self.delete_id(record.id).await,
            None => Ok(false),
        }
    }

    /// Deletes the session of an id, on the service too; `false` when there was none.
    ///
    /// # Errors
    /// Those of [`delete`](Self::delete).
    pub async fn delete_id(&self, id: impl Into<SessionId>) -> Result<bool> {
        let id = id.into();
        let Some(record) = self.inner.store.session(&id).await? else {
            return Ok(false);
        };
        let session = self.handle(record);
        let (_held, journal): (HeldLease, _) = session.hold().await?;
        if let Some(conversation) = &journal.record().conversation_id {
            self.inner
                .service
                .delete_conversation(conversation)
                .await
                .map_err(|error| {
                    let text = format!("the conversation `{conversation}` was not deleted");
                    Error::service(ErrorKind::Unsettled, text, error)
                })?;
        }
        Ok(self.inner.store.delete(&id).await?)
    }

    /// Removes the sessions whose time is over from the store, and says how many. What the service holds of them ends by
    /// the service's own retention.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    pub async fn purge(&self) -> Result<u64> {
        Ok(self.inner.store.purge(self.inner.clock.now()).await?)
    }

    /// The store.
    pub fn store(&self) -> &dyn Store {
        self.inner.store.as_ref()
    }

    /// A handle; all handles of one session share its queue.
    fn handle(&self, record: SessionRecord) -> Session {
        let mut open = self
            .inner
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let known = open.get(&record.id).and_then(Weak::upgrade);
        let shared = match known {
            Some(shared) => {
                shared.publish(&record);
                shared
            }
            None => {
                open.retain(|_, shared| shared.strong_count() > 0);
                let shared = Arc::new(Shared {
                    id: record.id.clone(),
                    sessions: self.inner.clone(),
                    queue: tokio::sync::Mutex::default(),
                    snapshot: RwLock::new(record),
                });
                open.insert(shared.id.clone(), Arc::downgrade(&shared));
                shared
            }
        };
        Session::new(shared, self.inner.tools.clone())
    }
}

/// A record as it is while what belongs to it is still being written.
pub(crate) fn unseen(mut record: SessionRecord) -> SessionRecord {
    record.name = None;
    record.expires_at = Some(record.created_at);
    record
}

fn name_taken(name: &str) -> Error {
    Error::new(
        ErrorKind::Exists,
        format!("there is a session named `{name}` already; open it"),
    )
}
