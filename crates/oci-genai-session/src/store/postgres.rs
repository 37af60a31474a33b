//! PostgreSQL store, for sessions that several machines share.

use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::MigrateError;
use sqlx::{ConnectOptions, Connection, Executor};

use super::sql::{Dialect, MIGRATOR, SqlStore, is_up_to_date, store_through_sql};
use super::{
    Batch, ItemRange, ItemRecord, Lease, LeaseRequest, LeaseResult, SessionId, SessionQuery,
    SessionRecord, SessionSnapshot, StoreError, StoreErrorKind, ToolCallRecord, TurnRecord,
};
use crate::clock::Timestamp;

/// Without bounds a process that was stopped in the middle of a write would hold its session's row for ever.
const BOUND_WAITS: &str = "SELECT set_config(name, '10s', false) FROM pg_settings \
    WHERE name IN ('lock_timeout', 'idle_in_transaction_session_timeout') AND setting = '0'";

/// Keeps sessions in a PostgreSQL database, in the first schema of the connection's search path.
///
/// Leases are measured by the server's clock. A process that is stopped while it writes keeps others from its session for at most
/// 10 s: then the server ends its connection. A process that waits longer than 10 s for such a connection gets an error that the store did not respond.
/// A URL that sets `lock_timeout` or `idle_in_transaction_session_timeout` itself has its own way.
///
/// ```no_run
/// # async fn example() -> Result<(), oci_genai_session::store::StoreError> {
/// use oci_genai_session::store::PostgresStore;
///
/// let store = PostgresStore::connect("postgres://app@db.internal/sessions").await?;
/// # let _ = store;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct PostgresStore {
    sql: SqlStore,
}

impl PostgresStore {
    /// Connects to the database of a `postgres://` URL and migrates its schema to the current
    /// version. Several processes may do this at the same time.
    ///
    /// # Errors
    /// Returns [`StoreErrorKind::Unavailable`] if the URL is invalid, or if the server cannot be
    /// reached or refuses the login, and [`StoreErrorKind::Corrupt`] if the schema is not this
    /// crate's. No error repeats the URL, which may contain a password.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let unusable = || {
            StoreError::new(
                StoreErrorKind::Unavailable,
                "invalid address of the session store: it is not a `postgres://user@host/database` URL",
            )
        };
        // The parser's error could repeat the address, so it is dropped.
        let parsed: sqlx::postgres::PgConnectOptions = url.parse().map_err(|_| unusable())?;
        if !["postgres:", "postgresql:"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
        {
            return Err(unusable());
        }
        let host = parsed.get_host().to_owned();
        let options: AnyConnectOptions = url.parse().map_err(|_| unusable())?;
        let unreachable = |error| {
            StoreError::new(
                StoreErrorKind::Unavailable,
                format!("could not connect to the session store at `{host}`: no connection, or the login failed"),
            )
            .with_source(error)
        };
        // A pool would try a server that refuses again and again; one connection fails at once.
        let mut probe = parsed.connect().await.map_err(unreachable)?;
        let is_up_to_date = is_up_to_date(&mut probe).await;
        probe.close().await.map_err(unreachable)?;
        let pool = AnyPoolOptions::new()
            .max_connections(8)
            .acquire_timeout(Duration::from_secs(30))
            .after_connect(|connection, _| {
                Box::pin(async move { connection.execute(BOUND_WAITS).await.map(drop) })
            })
            .connect_with(options)
            .await
            .map_err(unreachable)?;
        if !is_up_to_date {
            // A lock of the server's keeps other processes from doing the same meanwhile.
            MIGRATOR
                .run(&pool)
                .await
                .map_err(|error| migrate_error(&host, error))?;
        }
        Ok(Self {
            sql: SqlStore::new(pool, Dialect::Postgres),
        })
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.sql.close().await;
    }
}

fn migrate_error(host: &str, error: MigrateError) -> StoreError {
    let (kind, text) = match &error {
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => (
            StoreErrorKind::Corrupt,
            format!(
                "the session store at `{host}` was written by a newer version of this program; hint: update the program"
            ),
        ),
        _ => (
            StoreErrorKind::Corrupt,
            format!("could not migrate the schema of the session store at `{host}`"),
        ),
    };
    StoreError::new(kind, text).with_source(error)
}

store_through_sql!(PostgresStore);
