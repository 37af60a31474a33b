//! Sessions shared by several machines.

use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::MigrateError;
use sqlx::{ConnectOptions, Connection};

use super::sql::{Dialect, MIGRATOR, SqlStore, store_through_sql};
use super::{
    Batch, EffectRecord, Grant, ItemRange, ItemRecord, Lease, LeaseRequest, SessionId,
    SessionQuery, SessionRecord, SessionSnapshot, StoreError, StoreErrorKind, TurnRecord,
};
use crate::clock::Timestamp;

/// Keeps sessions in a PostgreSQL database, in the first schema of the connection's search path.
///
/// Leases are measured by the clocks of the machines that share the database: keep those within a second of each
/// other, as NTP does, and the lease's length well above that.
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
    /// Connects to the database of a `postgres://` URL and brings its schema up to date. Several processes may do
    /// so at once.
    ///
    /// # Errors
    /// [`StoreErrorKind::Unavailable`] when the URL is not one, or the server cannot be reached or refuses, and
    /// [`StoreErrorKind::Corrupt`] when the schema there is not this crate's. No error repeats the URL, which
    /// may hold a password.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let unusable = || {
            StoreError::new(
                StoreErrorKind::Unavailable,
                "the address of the session store is not a `postgres://user@host/database` URL",
            )
        };
        // The parser's own error could repeat the address, so it is left out.
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
                format!("the session store at `{host}` cannot be reached or refused the login"),
            )
            .with_source(error)
        };
        // A pool would try a server that refuses again and again; one connection tells at once.
        let probe = parsed.connect().await.map_err(unreachable)?;
        probe.close().await.map_err(unreachable)?;
        let pool = AnyPoolOptions::new()
            .max_connections(8)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(options)
            .await
            .map_err(unreachable)?;
        // A lock of the server's keeps other processes from doing the same meanwhile.
        MIGRATOR
            .run(&pool)
            .await
            .map_err(|error| migrate_error(&host, error))?;
        Ok(Self {
            sql: SqlStore::new(pool, Dialect::Postgres),
        })
    }

    /// Ends all connections.
    pub async fn close(&self) {
        self.sql.close().await;
    }
}

fn migrate_error(host: &str, error: MigrateError) -> StoreError {
    let (kind, text) = match &error {
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => (
            StoreErrorKind::Corrupt,
            format!(
                "the session store at `{host}` was written by a newer version of this program; update it"
            ),
        ),
        _ => (
            StoreErrorKind::Corrupt,
            format!("the schema of the session store at `{host}` cannot be brought up to date"),
        ),
    };
    StoreError::new(kind, text).with_source(error)
}

store_through_sql!(PostgresStore);
