//! What parent and child agree on: where the service and the store are, and what turns say.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use oci_genai::Client;
use oci_genai::middleware::RetryConfig;
use oci_genai_session::clock::TimeSource;
use oci_genai_session::store::{Store, StoreError};
use oci_genai_session::{PostgresStore, SessionConfig, Sessions, SqliteStore};

use crate::postgres;

/// The lease of processes that are killed: the next one has to wait for its end.
pub(crate) const SHORT_LEASE: Duration = Duration::from_millis(150);

/// The lease of processes that are not, and whose machine may be busy with something else for a while.
pub(crate) const LONG_LEASE: Duration = Duration::from_secs(10);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StoreKind {
    Sqlite,
    Postgres,
}

/// Where a campaign's store is.
pub(crate) struct Place {
    pub(crate) address: String,
    database: Option<postgres::Database>,
}

impl Place {
    /// `None`, loudly, when there is no PostgreSQL.
    pub(crate) async fn new(kind: StoreKind, dir: &Path) -> Option<Self> {
        let database = match kind {
            StoreKind::Sqlite => None,
            StoreKind::Postgres => Some(postgres::database().await?),
        };
        let address = match &database {
            Some(database) => database.url.clone(),
            None => dir.join("sessions.db").display().to_string(),
        };
        Some(Self { address, database })
    }
}

impl Place {
    /// Ends all connections to the database.
    pub(crate) async fn disconnect_all(&self) {
        if let Some(database) = &self.database {
            database.disconnect_all().await;
        }
    }

    /// Crashes the database and starts it again, if it is a private one.
    pub(crate) async fn restart(&self) {
        match &self.database {
            Some(database) if database.is_private() => database.restart(),
            _ => self.disconnect_all().await,
        }
    }
}

pub(crate) async fn open_store(address: &str) -> Result<Arc<dyn Store>, StoreError> {
    if address.starts_with("postgres:") {
        return Ok(Arc::new(PostgresStore::connect(address).await?));
    }
    Ok(Arc::new(SqliteStore::open(address).await?))
}

/// How the service sees which process a request comes from.
pub(crate) fn user_agent(process: u32) -> String {
    format!("campaign/{process}")
}

pub(crate) fn client(base_url: &str) -> Client {
    Client::builder()
        .user_agent(user_agent(std::process::id()))
        .base_url(base_url)
        .api_key("sk-emulator")
        .project("ocid1.generativeaiproject.oc1.us-chicago-1.emulator")
        .model("campaign")
        .retry(RetryConfig::new().base_delay(Duration::from_millis(2)))
        .build()
        .unwrap()
}

/// Sessions that lose no time: the campaign waits for nothing but what it has to.
pub(crate) fn sessions(
    base_url: &str,
    store: Arc<dyn Store>,
    lease: Duration,
    clock: impl TimeSource + 'static,
) -> Sessions {
    let mut policy = SessionConfig::default();
    policy.lease_ttl = lease;
    policy.resend_delay = Duration::from_millis(30);
    policy.initial_backoff = Duration::from_millis(2);
    policy.max_backoff = Duration::from_millis(40);
    policy.max_resends = 30;
    Sessions::builder(client(base_url), store)
        .config(policy)
        .clock(clock)
        .build()
}

/// What turn `number` says: plain questions, slow ones, and calls of each tool.
pub(crate) fn text(number: u64) -> String {
    match number % 5 {
        0 => format!("turn {number}"),
        1 => format!("turn {number} call:note {{\"n\":{number}}}"),
        2 => format!("turn {number} slow:1"),
        3 => format!("turn {number} call:put {{\"n\":{number}}}"),
        _ => format!("turn {number} count:20"),
    }
}
