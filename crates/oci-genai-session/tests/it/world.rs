//! A store, a service that fails on request, and processes that come and go.

use std::sync::{Arc, Mutex};

use oci_genai_session::clock::{ManualTimeSource, TimeSource, Timestamp};
use oci_genai_session::store::{InMemoryStore, Store};
use oci_genai_session::tool::Tools;
use oci_genai_session::{
    HistoryMode, Observer, RecoveryAction, Session, SessionConfig, SessionId, SessionOptions,
    Sessions, Turn, TurnEvent,
};

use crate::double::{Double, brief};

pub(crate) const KINDS: [HistoryMode; 3] = [
    HistoryMode::Conversation,
    HistoryMode::PreviousResponse,
    HistoryMode::Client,
];

pub(crate) struct World {
    pub(crate) service: Double,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: ManualTimeSource,
    pub(crate) tools: Tools,
    pub(crate) policy: SessionConfig,
    pub(crate) heard: Recorder,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with_store(Arc::new(InMemoryStore::new()))
    }

    pub(crate) fn with_store(store: Arc<dyn Store>) -> Self {
        Self {
            service: Double::default(),
            store,
            clock: ManualTimeSource::new(Timestamp::from_millis(1_700_000_000_000)),
            tools: Tools::new(),
            policy: SessionConfig::default(),
            heard: Recorder::default(),
        }
    }

    /// What a process does that starts: nothing is shared with the ones before but the service and the store.
    pub(crate) fn process(&self) -> Sessions {
        self.process_with_clock(self.clock.clone())
    }

    /// The same on a machine with another clock.
    pub(crate) fn process_with_clock(&self, clock: impl TimeSource + 'static) -> Sessions {
        Sessions::builder_with_backend(self.service.clone(), self.store.clone())
            .clock(clock)
            .tools(self.tools.clone())
            .config(self.policy.clone())
            .observer(self.heard.clone())
            .build()
    }

    pub(crate) async fn session(&self, history_mode: HistoryMode) -> Session {
        let options = SessionOptions::new()
            .name("s")
            .history_mode(history_mode)
            .model("m");
        self.process().create(options).await.unwrap()
    }

    pub(crate) fn transcript(&self, session: &Session) -> Vec<String> {
        self.service.transcript(&session.conversation_id().unwrap())
    }
}

/// Writes down what it hears, in a few words each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorder(Arc<Mutex<Vec<String>>>);

impl Recorder {
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Observer for Recorder {
    fn observe(&self, _: &SessionId, event: &TurnEvent) {
        let words = match event {
            TurnEvent::Compacted => "summarised".to_owned(),
            TurnEvent::Started { number, turn_id } => format!("started {number} {turn_id}"),
            TurnEvent::Delta(text) => format!("delta {text}"),
            TurnEvent::ToolStarted { name, .. } => format!("tool started {name}"),
            TurnEvent::ToolFinished { name, output, .. } => {
                format!("tool finished {name}: {output}")
            }
            TurnEvent::Recovered(recovery) => format!("recovered {:?}", recovery.action),
            TurnEvent::Committed(turn) => format!("committed {}", turn.number()),
            other => format!("{other:?}"),
        };
        self.0.lock().unwrap().push(words);
    }
}

/// What the store holds of a session.
pub(crate) async fn history(session: &Session) -> Vec<String> {
    let items = session.items(0, 10_000).await.unwrap();
    items
        .iter()
        .map(|item| brief(&serde_json::from_str(&item.body).unwrap()))
        .collect()
}

pub(crate) fn decisions(turn: &Turn) -> Vec<RecoveryAction> {
    turn.recoveries()
        .iter()
        .map(|recovery| recovery.action)
        .collect()
}

/// Runs something in a process of its own that ends without a word when `moment` has come: its tasks stop where they
/// are, its leases stay taken.
pub(crate) async fn crash<F>(
    moment: Arc<tokio::sync::Notify>,
    work: impl FnOnce() -> F + Send + 'static,
) where
    F: Future,
{
    let process = move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            tokio::select! {
                _ = work() => panic!("it ended before the crash"),
                () = moment.notified() => {}
            }
        });
    };
    tokio::task::spawn_blocking(process).await.unwrap();
}
