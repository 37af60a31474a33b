//! The sessions of a store.

mod builder;
mod create;

use std::sync::{Arc, PoisonError, RwLock, Weak};

pub(crate) use self::builder::Inner;
pub use self::builder::{SessionsBuilder, SharedStore};
pub(crate) use self::create::unseen;
use crate::error::{Error, ErrorKind, Result};
use crate::lease::HeldLease;
use crate::options::SessionOptions;
use crate::session::{Session, Shared};
use crate::store::{SessionId, SessionQuery, SessionRecord, Store};

/// Creates, opens, lists and deletes the sessions of a store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sessions {
    inner: Arc<Inner>,
}

impl Sessions {
    /// Opens a session by its id.
    ///
    /// # Errors
    /// Returns [`ErrorKind::NotFound`] if the session does not exist.
    pub async fn resume(&self, id: impl Into<SessionId>) -> Result<Session> {
        let id = id.into();
        let record = self.inner.store.session(&id).await?;
        record
            .map(|record| self.handle(record))
            .ok_or_else(|| Error::new(ErrorKind::NotFound, format!("there is no session `{id}`")))
    }

    /// Opens a session by its name.
    ///
    /// # Errors
    /// Returns [`ErrorKind::NotFound`] if the session does not exist.
    pub async fn open(&self, name: &str) -> Result<Session> {
        let record = self.inner.store.session_by_name(name).await?;
        record.map(|record| self.handle(record)).ok_or_else(|| {
            Error::new(
                ErrorKind::NotFound,
                format!("there is no session named `{name}`"),
            )
        })
    }

    /// Opens the session with the options' name, or creates it with these options.
    ///
    /// # Errors
    /// Same as [`create`](Self::create) except [`ErrorKind::AlreadyExists`]. Returns
    /// [`ErrorKind::InvalidInput`] if the options have no name.
    pub async fn open_or_create(&self, options: impl Into<SessionOptions>) -> Result<Session> {
        let options = options.into();
        let Some(name) = options.name.clone() else {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "could not open a session without a name; hint: give the session a name",
            ));
        };
        match self.open(&name).await {
            Err(error) if error.is_not_found() => {}
            result => return result,
        }
        match self.create(options).await {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => self.open(&name).await,
            result => result,
        }
    }

    /// Returns the newest hundred sessions, by their last write.
    ///
    /// # Errors
    /// Returns [`ErrorKind::Store`] if the store fails.
    pub async fn list(&self) -> Result<Vec<SessionRecord>> {
        self.find(&SessionQuery::default()).await
    }

    /// Returns the sessions that match a query.
    ///
    /// # Errors
    /// Returns [`ErrorKind::Store`] if the store fails.
    pub async fn find(&self, query: &SessionQuery) -> Result<Vec<SessionRecord>> {
        Ok(self.inner.store.sessions(query).await?)
    }

    /// Deletes a session by its name, and its conversation on the service. Returns `false` if the
    /// session does not exist.
    ///
    /// # Errors
    /// Returns [`ErrorKind::Busy`] while another process runs a turn of the session, and
    /// [`ErrorKind::OutcomeUnknown`] if the service did not delete the conversation. The session
    /// then still exists.
    pub async fn delete(&self, name: &str) -> Result<bool> {
        match self.inner.store.session_by_name(name).await? {
            Some(record) => self.delete_id(record.id).await,
            None => Ok(false),
        }
    }

    /// Deletes a session by its id, and its conversation on the service. Returns `false` if the
    /// session does not exist.
    ///
    /// # Errors
    /// Same as [`delete`](Self::delete).
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
                    let text = format!("could not delete the conversation `{conversation}`");
                    Error::service(ErrorKind::OutcomeUnknown, text, error)
                })?;
        }
        Ok(self.inner.store.delete(&id).await?)
    }

    /// Removes expired sessions from the store and returns their number. The service deletes its
    /// data of these sessions according to its own retention.
    ///
    /// # Errors
    /// Returns [`ErrorKind::Store`] if the store fails.
    pub async fn purge(&self) -> Result<u64> {
        Ok(self.inner.store.purge(self.inner.clock.now()).await?)
    }

    /// Returns the store.
    pub fn store(&self) -> &dyn Store {
        self.inner.store.as_ref()
    }

    /// Makes a handle. All handles of one session share its queue.
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
