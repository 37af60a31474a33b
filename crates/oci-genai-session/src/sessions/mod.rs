//! All sessions of a store.

mod builder;
mod making;

use std::sync::{Arc, PoisonError, RwLock, Weak};

pub(crate) use self::builder::Inner;
pub use self::builder::{SessionsBuilder, SharedStore};
pub(crate) use self::making::unseen;
use crate::error::{Error, ErrorKind, Result};
use crate::lease::HeldLease;
use crate::options::SessionOptions;
use crate::session::{Session, Shared};
use crate::store::{SessionId, SessionQuery, SessionRecord, Store};

/// The sessions of a store: made, opened, listed and deleted here. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sessions {
    inner: Arc<Inner>,
}

impl Sessions {
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
