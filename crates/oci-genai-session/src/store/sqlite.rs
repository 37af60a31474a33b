//! SQLite store, for sessions in a file.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use oci_genai_auth::private_files;
use sqlx::ConnectOptions;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::MigrateError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Executor};

use super::sql::{Dialect, MIGRATOR, SqlStore, is_up_to_date, store_through_sql};
use super::{
    Batch, ItemRange, ItemRecord, Lease, LeaseRequest, LeaseResult, SessionId, SessionQuery,
    SessionRecord, SessionSnapshot, StoreError, StoreErrorKind, ToolCallRecord, TurnRecord,
};
use crate::clock::Timestamp;

/// Timeout of a writer that waits for another one. A write takes well under a millisecond.
const BUSY_TIMEOUT_MS: u32 = 10_000;
const BUSY_PAUSE_MS: u32 = 10;

/// Keeps sessions in an SQLite file with a write-ahead log. Several processes may share the file.
///
/// ```no_run
/// # async fn example() -> Result<(), oci_genai_session::store::StoreError> {
/// use oci_genai_session::store::SqliteStore;
///
/// let store = SqliteStore::open("sessions.db").await?;
/// # let _ = store;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SqliteStore {
    path: PathBuf,
    sql: SqlStore,
}

impl SqliteStore {
    /// Opens the file, creates it if it does not exist, and migrates an older schema. On Unix, only
    /// the owner can read a new file and its log. If others can read the file, a warning is logged.
    ///
    /// # Errors
    /// Returns [`StoreErrorKind::Corrupt`] if the file is not an SQLite database, belongs to
    /// another program or was written by a newer version of this crate, and
    /// [`StoreErrorKind::Unavailable`] if it cannot be opened. The file is left unchanged.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let path = path.as_ref().to_owned();
        let fail = |kind, what: &str| StoreError::new(kind, format!("`{}` {what}", path.display()));
        if path.as_os_str().is_empty() {
            return Err(StoreError::new(
                StoreErrorKind::Unavailable,
                "the path of the session store is empty; hint: name a file",
            ));
        }
        if path.is_dir() {
            return Err(fail(
                StoreErrorKind::Unavailable,
                "is a directory, not a session store; hint: name a file",
            ));
        }
        // SQLite would create the file with the umask's mode, and gives its log the mode of the
        // file. An error here also makes the open below fail, which reports it.
        drop(private_files::append(&path));
        name_exposed(&path);
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .busy_timeout(Duration::from_millis(BUSY_TIMEOUT_MS.into()));
        // A pool retries a connection that fails; a single connection fails at once.
        let mut connection = options
            .connect()
            .await
            .map_err(|error| open_error(&path, error))?;
        check_owner(&path, &mut connection).await?;
        write_ahead(&path, &mut connection).await?;
        if !is_up_to_date(&mut connection).await {
            migrate(&path, &mut connection).await?;
        }
        connection
            .close()
            .await
            .map_err(|error| open_error(&path, error))?;
        let options: AnyConnectOptions = address(&path)?
            .parse()
            .map_err(|error| open_error(&path, error))?;
        let pool = AnyPoolOptions::new()
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(30))
            .after_connect(|connection, _| {
                Box::pin(async move {
                    let busy = format!("PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}");
                    connection.execute(sqlx::AssertSqlSafe(busy)).await?;
                    // An intent must survive a power failure, or a turn could be sent twice.
                    connection.execute("PRAGMA synchronous = FULL").await?;
                    Ok(())
                })
            })
            .connect_with(options)
            .await
            .map_err(|error| open_error(&path, error))?;
        Ok(Self {
            path,
            sql: SqlStore::new(pool, Dialect::Sqlite),
        })
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Closes all connections and merges the write-ahead log into the file.
    pub async fn close(&self) {
        self.sql.close().await;
    }
}

/// Warns once per process about files of a store that other users of the machine can read.
fn name_exposed(path: &Path) {
    static NAMED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
    for end in ["", "-wal", "-shm"] {
        let mut file = path.as_os_str().to_owned();
        file.push(end);
        let file = PathBuf::from(file);
        if let Some(exposed) = private_files::exposed(&file)
            && NAMED
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(file)
        {
            tracing::warn!("{exposed}");
        }
    }
}

/// Formats the path as a database address and escapes all special characters.
fn address(path: &Path) -> Result<String, StoreError> {
    let Some(text) = path.to_str() else {
        let text = format!(
            "the path `{}` is not UTF-8; hint: name another file for the session store",
            path.display()
        );
        return Err(StoreError::new(StoreErrorKind::Unavailable, text));
    };
    let mut address = "sqlite:".to_owned();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' => {
                address.push(char::from(byte));
            }
            _ => address.push_str(&format!("%{byte:02X}")),
        }
    }
    Ok(address)
}

/// Switches the file to its write-ahead log.
///
/// If several programs do this at once, SQLite rejects some of them without waiting, because they
/// could deadlock. The first one to succeed switches the file for all.
async fn write_ahead(path: &Path, connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let mut tries = BUSY_TIMEOUT_MS / BUSY_PAUSE_MS;
    loop {
        match connection.execute("PRAGMA journal_mode = WAL").await {
            Ok(_) => return Ok(()),
            Err(error) if tries > 0 && is_busy(&error) => tries -= 1,
            Err(error) => return Err(open_error(path, error)),
        }
        tokio::time::sleep(Duration::from_millis(BUSY_PAUSE_MS.into())).await;
    }
}

/// Returns true if another program uses the file. The primary result code for that is 5, the low
/// byte of SQLite's extended codes.
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.and_then(|code| code.parse::<u32>().ok())
        .is_some_and(|code| code & 0xFF == 5)
}

/// Migrates the schema in one transaction. Other programs that open the file wait until it ends.
async fn migrate(path: &Path, connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let mut tx = connection
        .begin_with("BEGIN IMMEDIATE")
        .await
        .map_err(|error| open_error(path, error))?;
    // `run` needs a connection of any lifetime, which a `Send` future cannot provide.
    MIGRATOR
        .run_direct(None, &mut *tx, false)
        .await
        .map_err(|error| migrate_error(path, error))?;
    tx.commit().await.map_err(|error| open_error(path, error))
}

/// Rejects a database that holds tables of another program.
async fn check_owner(path: &Path, connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let (tables, ours): (i64, i64) = sqlx::query_as(
        "SELECT COUNT(*), COUNT(CASE WHEN name = 'effects' THEN 1 END) \
         FROM sqlite_master WHERE type = 'table'",
    )
    .fetch_one(connection)
    .await
    .map_err(|error| open_error(path, error))?;
    // The migrations create their own table first, so a single table means that a first start was
    // interrupted.
    if tables > 1 && ours == 0 {
        return Err(StoreError::new(
            StoreErrorKind::Corrupt,
            format!(
                "`{}` is a database of another program; hint: name another file for the session store",
                path.display()
            ),
        ));
    }
    Ok(())
}

fn open_error(path: &Path, error: sqlx::Error) -> StoreError {
    // SQLite's primary result codes: 26 is "not a database", 11 is "malformed".
    let code = error
        .as_database_error()
        .and_then(|e| e.code())
        .map(|code| code.into_owned());
    let (kind, what) = match code.as_deref() {
        _ if is_busy(&error) => (
            StoreErrorKind::Unavailable,
            "is locked by another process for too long; end that process, or let it go on if it was stopped",
        ),
        Some("26") => (
            StoreErrorKind::Corrupt,
            "is not a session store (it is not an SQLite database); hint: move it or name another file",
        ),
        Some("11") => (
            StoreErrorKind::Corrupt,
            "is a damaged database; hint: restore it from a backup or name another file",
        ),
        _ => (
            StoreErrorKind::Unavailable,
            "cannot be opened as a session store; hint: check that its directory exists and is writable",
        ),
    };
    StoreError::new(kind, format!("`{}` {what}", path.display())).with_source(error)
}

fn migrate_error(path: &Path, error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => StoreError::new(
            StoreErrorKind::Corrupt,
            format!(
                "`{}` was written by a newer version of this program; hint: update the program or name another file",
                path.display()
            ),
        )
        .with_source(error),
        MigrateError::Execute(error) => open_error(path, error),
        error => StoreError::new(
            StoreErrorKind::Corrupt,
            format!("could not migrate the schema of `{}`", path.display()),
        )
        .with_source(error),
    }
}

store_through_sql!(SqliteStore);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_that_another_process_holds_is_said_to_be_locked() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sessions.db");
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .busy_timeout(Duration::ZERO);
        let mut stopped = options.connect().await.unwrap();
        stopped.execute("BEGIN IMMEDIATE").await.unwrap();
        let mut other = options.connect().await.unwrap();
        let error = migrate(&path, &mut other).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Unavailable);
        assert!(
            error.to_string().contains("locked by another process"),
            "{error}"
        );
    }
}
