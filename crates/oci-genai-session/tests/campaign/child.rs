//! The process that is killed.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use oci_genai_session::store::CallPlace;
use oci_genai_session::tool::{Tool, ToolCall, ToolError, Tools};
use oci_genai_session::{HistoryMode, Session, SessionId, SessionOptions};
use serde_json::{Value, json};

use crate::clock::WrongClock;
use crate::target;

/// What the parent wants done, through the environment.
#[derive(Clone, Debug)]
pub(crate) struct Orders {
    pub(crate) base_url: String,
    pub(crate) store: String,
    pub(crate) session: String,
    pub(crate) history_mode: HistoryMode,
    /// Where tools leave their traces.
    pub(crate) ledger: PathBuf,
    /// Turns that each of 25 tasks asks for; endless turns of one task when absent.
    pub(crate) crowd: Option<u64>,
    /// How far the process's time of day is off, in milliseconds.
    pub(crate) clock_offset: i64,
}

const NAMES: [&str; 7] = [
    "URL", "STORE", "SESSION", "MEMORY", "LEDGER", "CROWD", "CLOCK",
];

fn variable(name: &str) -> String {
    format!("OCI_GENAI_CAMPAIGN_CHILD_{name}")
}

impl Orders {
    pub(crate) fn from_environment() -> Option<Self> {
        let [url, store, session, history_mode, ledger, crowd, clock] =
            NAMES.map(|name| std::env::var(variable(name)).ok());
        Some(Self {
            base_url: url?,
            store: store?,
            session: session?,
            history_mode: HistoryMode::from_name(&history_mode?)?,
            ledger: ledger?.into(),
            crowd: crowd.and_then(|count| count.parse().ok()),
            clock_offset: clock.and_then(|millis| millis.parse().ok()).unwrap_or(0),
        })
    }

    pub(crate) fn to_environment(&self) -> Vec<(String, String)> {
        let values = [
            self.base_url.clone(),
            self.store.clone(),
            self.session.clone(),
            self.history_mode.to_string(),
            self.ledger.display().to_string(),
            self.crowd
                .map(|count| count.to_string())
                .unwrap_or_default(),
            self.clock_offset.to_string(),
        ];
        NAMES
            .iter()
            .map(|name| variable(name))
            .zip(values)
            .collect()
    }
}

/// The unique key of a call: servers may give all calls the same id.
pub(crate) fn key(session: &SessionId, turn: u64, place: CallPlace) -> String {
    format!("{session}-{turn}-{}-{}", place.round, place.position)
}

/// Leaves a line for each call: running twice would show, so it must not.
struct Note(PathBuf);

#[async_trait]
impl Tool for Note {
    fn name(&self) -> &str {
        "note"
    }

    fn description(&self) -> &str {
        "Writes a line"
    }

    fn parameters(&self) -> Value {
        json!({ "type": "object" })
    }

    async fn call(&self, call: ToolCall) -> Result<String, ToolError> {
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.0.join("notes"))
            .map_err(|error| ToolError::new(error.to_string()))?;
        // One write, so that a kill leaves the line or nothing.
        let line = format!("{}\n", key(&call.session, call.turn, call.place));
        file.write_all(line.as_bytes())
            .map_err(|error| ToolError::new(error.to_string()))?;
        Ok(format!("noted {}", call.arguments))
    }
}

/// Makes a file named by the call: running again finds it there.
struct Put(PathBuf);

#[async_trait]
impl Tool for Put {
    fn name(&self) -> &str {
        "put"
    }

    fn description(&self) -> &str {
        "Makes a file"
    }

    fn parameters(&self) -> Value {
        json!({ "type": "object" })
    }

    fn is_repeatable(&self) -> bool {
        true
    }

    async fn call(&self, call: ToolCall) -> Result<String, ToolError> {
        let key = key(&call.session, call.turn, call.place);
        match File::create_new(self.0.join(key)) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                Err(ToolError::new(error.to_string()))
            }
            _ => Ok(format!("put {}", call.arguments)),
        }
    }
}

pub(crate) fn tools(ledger: PathBuf) -> Tools {
    Tools::new().with(Note(ledger.clone())).with(Put(ledger))
}

pub(crate) async fn run(orders: Orders) {
    let lease = match orders.crowd {
        None => target::SHORT_LEASE,
        Some(_) => target::LONG_LEASE,
    };
    // The database may be out of order just then.
    let store = loop {
        match target::open_store(&orders.store).await {
            Ok(store) => break store,
            Err(error) => pause(&format!("opening the store: {error:?}")).await,
        }
    };
    let clock = WrongClock::new(orders.clock_offset);
    let sessions = target::sessions(&orders.base_url, store, lease, clock);
    let options = SessionOptions::new()
        .name(orders.session.clone())
        .history_mode(orders.history_mode);
    // The service may be out of order just then.
    let session = loop {
        match sessions.open_or_create(options.clone()).await {
            Ok(session) => break session.with_tools(tools(orders.ledger.clone())),
            Err(error) => pause(&format!("opening: {error:?}")).await,
        }
    };
    println!("ready");
    match orders.crowd {
        None => endless(session).await,
        Some(each) => {
            let tasks: Vec<_> = (0..25)
                .map(|task| {
                    let session = session.clone();
                    tokio::spawn(async move {
                        for number in 0..each {
                            let process = std::process::id();
                            session
                                .send(format!("process {process} task {task} number {number}"))
                                .await
                                .unwrap();
                        }
                    })
                })
                .collect();
            for task in tasks {
                task.await.unwrap();
            }
        }
    }
}

/// Reports a failure, and waits for a moment.
async fn pause(text: &str) {
    eprintln!("{text}");
    tokio::time::sleep(Duration::from_millis(20)).await;
}

async fn endless(session: Session) {
    loop {
        let number = session.turn_count() + 1;
        let turn = session
            .turn(target::text(number))
            .turn_id(format!("t{number}"));
        let result = match number % 2 {
            0 => turn.send().await,
            _ => turn.stream().finish().await,
        };
        match result {
            Ok(_) => println!("committed {number}"),
            Err(error) => pause(&format!("turn {number}: {error:?}")).await,
        }
    }
}
