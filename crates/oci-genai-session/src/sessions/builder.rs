//! Putting sessions together: a service, a store, a clock, limits, tools and observers.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, Weak};

use super::Sessions;
use crate::client::ClientService;
use crate::clock::{SystemTimeSource, TimeSource};
use crate::policy::Policy;
use crate::service::Service;
use crate::session::Shared;
use crate::store::{SessionId, Store};
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
}
