//! Sessions in a file.

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

use super::sql::{Dialect, MIGRATOR, SqlStore, store_through_sql};
use super::{
    Batch, EffectRecord, Grant, ItemRange, ItemRecord, Lease, LeaseRequest, SessionId,
    SessionQuery, SessionRecord, SessionSnapshot, StoreError, StoreErrorKind, TurnRecord,
};
use crate::clock::Timestamp;

/// How long a writer waits for another one before it gives up. A write takes well under a millisecond.
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
    /// Opens the file, makes it when it is not there, and brings an older schema up to date. On Unix a new file, like the log
    /// beside it, can be read by its owner alone; one that others can read is warned of in the traces.
    ///
    /// # Errors
    /// [`StoreErrorKind::Corrupt`] when the file is not an SQLite database, belongs to another program or was
    /// written by a newer version of this crate, and [`StoreErrorKind::Unavailable`] when it cannot be opened. The
    /// file is left as it was.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let path = path.as_ref().to_owned();
        let fail = |kind, what: &str| StoreError::new(kind, format!("`{}` {what}", path.display()));
        if path.as_os_str().is_empty() {
            return Err(StoreError::new(
                StoreErrorKind::Unavailable,
                "the path of the session store is empty; name a file",
            ));
        }
        if path.is_dir() {
            return Err(fail(
                StoreErrorKind::Unavailable,
                "is a directory; name a file for the session store",
            ));
        }
        // SQLite would make the file as the umask has it, and gives its log the mode of the file. What hinders this hinders
        // opening it too, which says so.
        drop(private_files::append(&path));
        name_exposed(&path);
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .busy_timeout(Duration::from_millis(BUSY_TIMEOUT_MS.into()));
        // A pool would try a connection that fails again and again; one of its own tells at once.
        let mut connection = options
            .connect()
            .await
            .map_err(|error| open_error(&path, error))?;
        check_owner(&path, &mut connection).await?;
        write_ahead(&path, &mut connection).await?;
        migrate(&path, &mut connection).await?;
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
                    // An intent must survive a power cut, or a turn could be sent twice.
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

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Ends all connections and folds the write-ahead log into the file.
    pub async fn close(&self) {
        self.sql.close().await;
    }
}

/// Warns of what others on the machine can read of a store, once in a process.
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

/// The file as an address, of which nothing is taken for anything but its name.
fn address(path: &Path) -> Result<String, StoreError> {
    let Some(text) = path.to_str() else {
        let text = format!(
            "`{}` is not UTF-8; name another file for the session store",
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
/// Of several programs that do so at once SQLite turns some away without having them wait, since they might wait for each other.
/// The first to get through does it for all.
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

/// Whether another program is at the file. SQLite's primary result code for that is 5, the low byte of the extended ones.
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.and_then(|code| code.parse::<u32>().ok())
        .is_some_and(|code| code & 0xFF == 5)
}

/// Brings the schema up to date in one transaction: whoever opens the file meanwhile waits for its end.
async fn migrate(path: &Path, connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let mut tx = connection
        .begin_with("BEGIN IMMEDIATE")
        .await
        .map_err(|error| open_error(path, error))?;
    // `run` asks for a connection of any lifetime, which a future that has to be `Send` cannot give.
    MIGRATOR
        .run_direct(None, &mut *tx, false)
        .await
        .map_err(|error| migrate_error(path, error))?;
    tx.commit().await.map_err(|error| open_error(path, error))
}

/// Refuses a database that holds tables of some other program.
async fn check_owner(path: &Path, connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let (tables, ours): (i64, i64) = sqlx::query_as(
        "SELECT COUNT(*), COUNT(CASE WHEN name = 'effects' THEN 1 END) \
         FROM sqlite_master WHERE type = 'table'",
    )
    .fetch_one(connection)
    .await
    .map_err(|error| open_error(path, error))?;
    // The migrations' own table comes first, so one lone table is a first start that was cut off.
    if tables > 1 && ours == 0 {
        return Err(StoreError::new(
            StoreErrorKind::Corrupt,
            format!(
                "`{}` is a database of another program; name another file for the session store",
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
        Some("26") => (
            StoreErrorKind::Corrupt,
            "is not a session store (it is not an SQLite database); move it away or name another file",
        ),
        Some("11") => (
            StoreErrorKind::Corrupt,
            "is a damaged database; restore it from a copy or name another file",
        ),
        _ => (
            StoreErrorKind::Unavailable,
            "cannot be opened as a session store; check that its directory exists and may be written",
        ),
    };
    StoreError::new(kind, format!("`{}` {what}", path.display())).with_source(error)
}

fn migrate_error(path: &Path, error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => StoreError::new(
            StoreErrorKind::Corrupt,
            format!(
                "`{}` was written by a newer version of this program; update it or name another file",
                path.display()
            ),
        )
        .with_source(error),
        MigrateError::Execute(error) => open_error(path, error),
        error => StoreError::new(
            StoreErrorKind::Corrupt,
            format!("the schema of `{}` cannot be brought up to date", path.display()),
        )
        .with_source(error),
    }
}

store_through_sql!(SqliteStore);
