//! Sessions over the client and real sockets: an emulator, a store, and processes that come and go.

use std::sync::Arc;
use std::time::Duration;

use oci_genai::Client;
use oci_genai::middleware::RetryConfig;
use oci_genai_emulator::{Effect, Emulator, Fault};
use oci_genai_session::clock::{ManualTimeSource, Timestamp};
use oci_genai_session::store::{InMemoryStore, Store};
use oci_genai_session::{HistoryMode, Session, SessionConfig, SessionOptions, Sessions};
use serde_json::Value;

pub(crate) const PROJECT: &str = "ocid1.generativeaiproject.oc1.us-chicago-1.emulator";

pub(crate) struct Net {
    pub(crate) emulator: Emulator,
    pub(crate) store: Arc<dyn Store>,
}

impl Net {
    pub(crate) async fn new() -> Self {
        Self {
            emulator: Emulator::start().await.unwrap(),
            store: Arc::new(InMemoryStore::new()),
        }
    }

    pub(crate) fn client(&self) -> Client {
        Client::builder()
            .base_url(self.emulator.base_url())
            .api_key("sk-emulator")
            .project(PROJECT)
            .model("m")
            .retry(RetryConfig::new().jitter(|| 0.0))
            .max_stream_reconnects(0)
            .build()
            .unwrap()
    }

    pub(crate) fn sessions(&self) -> Sessions {
        let clock = ManualTimeSource::new(Timestamp::from_millis(1_700_000_000_000));
        // This clock skips pauses and the emulator's does not, so what it makes slowly takes many tries.
        let mut policy = SessionConfig::default();
        policy.conversation_busy_timeout = Duration::from_secs(24 * 3600);
        Sessions::builder(self.client(), self.store.clone())
            .clock(clock)
            .config(policy)
            .build()
    }

    pub(crate) async fn session(&self, history_mode: HistoryMode) -> Session {
        let options = SessionOptions::new().name("s").history_mode(history_mode);
        self.sessions().create(options).await.unwrap()
    }

    /// What goes wrong with the next request for a response.
    pub(crate) fn fail(&self, effect: Effect) {
        self.emulator
            .faults()
            .add(Fault::new(effect).route("POST /responses").times(1))
            .unwrap();
    }

    pub(crate) fn items(&self, session: &Session) -> Vec<Value> {
        let view = self.emulator.project(PROJECT);
        view.conversation(&session.conversation_id().unwrap())
            .unwrap()
            .items
            .clone()
    }
}

pub(crate) async fn stored(session: &Session) -> Vec<Value> {
    let items = session.items(0, 10_000).await.unwrap();
    items
        .iter()
        .map(|item| serde_json::from_str(&item.body).unwrap())
        .collect()
}

/// The service's items are the store's, id by id where the store knows the id.
pub(crate) async fn assert_same(net: &Net, session: &Session) {
    let (there, here) = (net.items(session), stored(session).await);
    assert_eq!(there.len(), here.len(), "{there:#?} {here:#?}");
    for (there, here) in there.iter().zip(&here) {
        assert_eq!(there["type"], here["type"]);
        if here["id"].is_string() {
            assert_eq!(there["id"], here["id"]);
        }
    }
}
