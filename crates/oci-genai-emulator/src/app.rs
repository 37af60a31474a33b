//! What every request handler shares.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use oci_genai_auth::PublicKey;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::authenticate::Authenticator;
use crate::clock::Clock;
use crate::config::EmulatorConfig;
use crate::error::ApiError;
use crate::fault::Faults;
use crate::identity::{Identity, Subject};
use crate::ids::Ids;
use crate::model::Model;
use crate::projects::Projects;
use crate::request_log::Requests;
use crate::server::host::Hosts;
use crate::state::{State, Store};
use crate::turn::log::Log;

/// One emulator's inside.
pub(crate) struct App {
    pub(crate) config: EmulatorConfig,
    pub(crate) authenticator: Authenticator,
    pub(crate) identity: Identity,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    pub(crate) hosts: Hosts,
    pub(crate) model: Arc<dyn Model>,
    pub(crate) store: Store,
    pub(crate) projects: Projects,
    pub(crate) requests: Requests,
    pub(crate) faults: Faults,
    /// Ends everything when the emulator is dropped.
    pub(crate) stop: CancellationToken,
    /// Turns in flight, by response id.
    live: Mutex<HashMap<String, Live>>,
    /// Notified whenever a turn is over.
    idle: Notify,
}

/// A turn in flight.
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
        store: Store,
    ) -> Self {
        let known_from = clock.now() + config.propagation;
        let projects = Projects::default();
        for ocid in &config.projects {
            projects.add(ocid.clone(), known_from);
        }
        Self {
            ids: Ids::new(&config.region),
            hosts: Hosts::new(&config),
            config,
            authenticator,
            identity: Identity::default(),
            clock,
            model,
            store,
            projects,
            requests: Requests::default(),
            faults: Faults::default(),
            idle: Notify::new(),
            stop: CancellationToken::new(),
            live: Mutex::default(),
        }
    }

    /// A token for a key pair, trusted until it ends.
    pub(crate) async fn issue(
        &self,
        subject: Subject<'_>,
        key: PublicKey,
    ) -> Result<String, ApiError> {
        let (trust, now) = (self.authenticator.trust(), self.clock.now());
        self.identity
            .issue(trust, subject, key, now, self.config.token_lifetime)
            .await
    }

    /// Makes a project, which is known after the propagation window.
    pub(crate) fn add_project(&self, ocid: String) {
        self.projects
            .add(ocid, self.clock.now() + self.config.propagation);
    }

    /// Deletes what has outlived its retention.
    pub(crate) fn expire(&self) {
        let now = self.clock.unix();
        let limit = |retention: Option<std::time::Duration>| {
            retention.map(|retention| now.saturating_sub(retention.as_secs()))
        };
        let conversations = limit(self.config.conversation_retention);
        let responses = limit(self.config.response_retention);
        let temporary = now.saturating_sub(self.config.background_retention.as_secs());
        let kept_for_good = conversations.is_none() && responses.is_none();
        if kept_for_good && !self.store.read(State::has_temporary) {
            return;
        }
        let swept = self
            .store
            .change(|state| Ok((state.expired(conversations, responses, temporary), ())));
        if let Err(error) = swept {
            tracing::error!(message = %error.message, "what has expired could not be deleted");
        }
    }

    /// Says that a turn is over.
    pub(crate) fn ended(&self, id: &str) {
        self.live().remove(id);
        self.idle.notify_waiters();
    }

    /// Waits until no turn is in flight.
    pub(crate) async fn wait_until_idle(&self) {
        loop {
            let ended = self.idle.notified();
            if self.live().is_empty() {
                return;
            }
            ended.await;
        }
    }

    /// Turns in flight.
    pub(crate) fn live(&self) -> MutexGuard<'_, HashMap<String, Live>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
