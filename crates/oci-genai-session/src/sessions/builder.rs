//! Builder of [`Sessions`].

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, Weak};

use super::Sessions;
use crate::backend::Backend;
use crate::client::ClientBackend;
use crate::clock::{SystemTimeSource, TimeSource};
use crate::config::SessionConfig;
use crate::session::Shared;
use crate::store::{SessionId, Store};
use crate::tool::Tools;
use crate::turn::Observer;

/// A shared store, made from any [`Store`] or from an `Arc<dyn Store>`.
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

/// State that all sessions of one [`Sessions`] share.
pub(crate) struct Inner {
    pub(crate) service: Arc<dyn Backend>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn TimeSource>,
    pub(crate) config: SessionConfig,
    pub(crate) observers: Arc<[Arc<dyn Observer>]>,
    /// Identifies this process to others.
    pub(crate) holder: String,
    pub(super) tools: Tools,
    pub(super) open: Mutex<HashMap<SessionId, Weak<Shared>>>,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions")
            .field("store", &self.store)
            .field("holder", &self.holder)
            .finish_non_exhaustive()
    }
}

/// Builds a [`Sessions`].
#[derive(Debug)]
pub struct SessionsBuilder {
    service: Arc<dyn Backend>,
    store: Arc<dyn Store>,
    clock: Arc<dyn TimeSource>,
    config: SessionConfig,
    observers: Vec<Arc<dyn Observer>>,
    tools: Tools,
}

impl SessionsBuilder {
    /// Sets the timeouts and limits.
    #[must_use]
    pub fn config(mut self, config: SessionConfig) -> Self {
        self.config = config;
        self
    }

    /// Sets the clock. Default: the system clock.
    #[must_use]
    pub fn clock(mut self, clock: impl TimeSource + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sets the default tools of every session.
    #[must_use]
    pub fn tools(mut self, tools: Tools) -> Self {
        self.tools = tools;
        self
    }

    /// Adds an observer, which is called for every event of every turn.
    #[must_use]
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.observers.push(Arc::new(observer));
        self
    }

    /// Builds the [`Sessions`].
    pub fn build(self) -> Sessions {
        Sessions {
            inner: Arc::new(Inner {
                service: self.service,
                store: self.store,
                clock: self.clock,
                config: self.config,
                observers: self.observers.into(),
                holder: uuid::Uuid::new_v4().simple().to_string(),
                tools: self.tools,
                open: Mutex::default(),
            }),
        }
    }
}

impl Sessions {
    /// Creates the sessions of a store and a client, with the defaults.
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

    /// Returns a builder for the sessions of a store and a client.
    pub fn builder(client: oci_genai::Client, store: impl Into<SharedStore>) -> SessionsBuilder {
        Self::builder_with_backend(ClientBackend::new(client), store)
    }

    /// Creates sessions over a custom backend, with the defaults.
    pub fn with_backend(service: impl Backend + 'static, store: impl Into<SharedStore>) -> Self {
        Self::builder_with_backend(service, store).build()
    }

    /// Returns a builder for sessions over a custom backend.
    pub fn builder_with_backend(
        service: impl Backend + 'static,
        store: impl Into<SharedStore>,
    ) -> SessionsBuilder {
        SessionsBuilder {
            service: Arc::new(service),
            store: store.into().0,
            clock: Arc::new(SystemTimeSource),
            config: SessionConfig::default(),
            observers: Vec::new(),
            tools: Tools::new(),
        }
    }
}
