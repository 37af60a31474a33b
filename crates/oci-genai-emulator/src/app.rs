//! What every request handler shares.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::authenticate::Authenticator;
use crate::clock::Clock;
use crate::config::EmulatorConfig;
use crate::ids::Ids;
use crate::model::Model;
use crate::state::Store;
use crate::turn::log::Log;

/// One emulator's inside.
pub(crate) struct App {
    pub(crate) config: EmulatorConfig,
    pub(crate) authenticator: Authenticator,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    pub(crate) model: Arc<dyn Model>,
    pub(crate) store: Store,
    /// Ends everything when the emulator is dropped.
    pub(crate) stop: CancellationToken,
    /// Stored turns in flight, by response id.
    live: Mutex<HashMap<String, Live>>,
}

/// A stored turn in flight.
#[derive(Clone, Debug)]
pub(crate) struct Live {
    pub(crate) cancel: CancellationToken,
    /// The events of a background response.
    pub(crate) log: Option<Arc<Log>>,
}

impl App {
    pub(crate) fn new(
        config: EmulatorConfig,
        authenticator: Authenticator,
        clock: Clock,
        model: Arc<dyn Model>,
    ) -> Self {
        Self {
            ids: Ids::new(&config.region),
            config,
            authenticator,
            clock,
            model,
            store: Store::default(),
            stop: CancellationToken::new(),
            live: Mutex::default(),
        }
    }

    /// Turns in flight.
    pub(crate) fn live(&self) -> MutexGuard<'_, HashMap<String, Live>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
