//! The process that is killed.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use async_trait::async_trait;
use oci_genai_session::tool::{Tool, ToolCall, ToolError, Tools};
use oci_genai_session::{MemoryKind, Session, SessionOptions};
use serde_json::{Value, json};

use crate::target;

/// What the parent wants done, through the environment.
#[derive(Clone, Debug)]
pub(crate) struct Orders {
    pub(crate) base_url: String,
    pub(crate) store: String,
    pub(crate) session: String,
    pub(crate) memory: MemoryKind,
    /// Where tools leave their traces.
    pub(crate) ledger: PathBuf,
    /// Turns that each of 25 tasks asks for; endless turns of one task when absent.
    pub(crate) crowd: Option<u64>,
}

const NAMES: [&str; 6] = ["URL", "STORE", "SESSION", "MEMORY", "LEDGER", "CROWD"];

fn variable(name: &str) -> String {
    format!("OCI_GENAI_CAMPAIGN_CHILD_{name}")
}

impl Orders {
    pub(crate) fn from_environment() -> Option<Self> {
        let [url, store, session, memory, ledger, crowd] =
            NAMES.map(|name| std::env::var(variable(name)).ok());
        Some(Self {
            base_url: url?,
            store: store?,
            session: session?,
            memory: MemoryKind::from_name(&memory?)?,
            ledger: ledger?.into(),
            crowd: crowd.and_then(|count| count.parse().ok()),
        })
    }

    pub(crate) fn to_environment(&self) -> Vec<(String, String)> {
        let values = [
            self.base_url.clone(),
            self.store.clone(),
            self.session.clone(),
            self.memory.to_string(),
            self.ledger.display().to_string(),
            self.crowd
                .map(|count| count.to_string())
                .unwrap_or_default(),
        ];
        NAMES
            .iter()
            .map(|name| variable(name))
            .zip(values)
            .collect()
    }
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
        let line = format!("{}\n", call.call_id);
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
        match File::create_new(self.0.join(&call.call_id)) {
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
    let sessions = target::sessions(&orders.base_url, &orders.store, lease).await;
    let options = SessionOptions::new()
        .name(orders.session.clone())
        .memory(orders.memory);
    // The service may be out of order just then.
    let session = loop {
        match sessions.open_or_create(options.clone()).await {
            Ok(session) => break session.with_tools(tools(orders.ledger.clone())),
            Err(error) => eprintln!("opening: {error:?}"),
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
                            session
                                .send(format!("task {task} number {number}"))
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
            Err(error) => eprintln!("turn {number}: {error:?}"),
        }
    }
}
