//! Test suite for stores.
//!
//! [`check`] runs every check on a store and stops at the first violation. The checks use their own
//! session ids, so a database in use can be checked too. A custom store needs only this test
//! (`examples/own_store` contains a complete store):
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), oci_genai_session::conformance::Violation> {
//! use std::sync::Arc;
//! use oci_genai_session::{conformance, store::InMemoryStore};
//!
//! let passed = conformance::check(Arc::new(InMemoryStore::new())).await?;
//! assert!(passed.contains(&"a stale generation is refused and changes nothing"));
//! # Ok(())
//! # }
//! ```

mod leases;
mod reading;
mod writing;

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::store::{
    Batch, Direction, HistoryMode, ItemRecord, Lease, LeaseRequest, LeaseResult, SessionId,
    SessionRecord, Store, StoreError, StoreErrorKind,
};

/// Violation of a requirement by a store.
#[derive(Debug)]
pub struct Violation {
    check: &'static str,
    what: String,
    source: Option<StoreError>,
}

impl Violation {
    /// Returns the name of the failed check.
    pub fn check(&self) -> &'static str {
        self.check
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the store violates `{}`: {}", self.check, self.what)
    }
}

impl StdError for Violation {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source
            .as_ref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

/// Failure of a check, without the check's name.
struct Broken(String, Option<StoreError>);

impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Self {
        Self(
            "an operation failed that must succeed".to_owned(),
            Some(error),
        )
    }
}

type Outcome = Result<(), Broken>;
type Shared = Arc<dyn Store>;
type Check = (
    &'static str,
    fn(Shared) -> Pin<Box<dyn Future<Output = Outcome> + Send>>,
);

/// Runs the whole suite and returns the names of the passed checks.
///
/// # Errors
/// Returns the first [`Violation`].
pub async fn check(store: Arc<dyn Store>) -> Result<Vec<&'static str>, Violation> {
    let mut passed = Vec::new();
    for (name, run) in writing::CHECKS
        .iter()
        .chain(reading::CHECKS)
        .chain(leases::CHECKS)
    {
        run(store.clone())
            .await
            .map_err(|Broken(what, source)| Violation {
                check: name,
                what,
                source,
            })?;
        passed.push(*name);
    }
    Ok(passed)
}

fn same<T: PartialEq + fmt::Debug>(what: &str, found: &T, expected: &T) -> Outcome {
    if found == expected {
        return Ok(());
    }
    Err(Broken(
        format!("{what}: expected {expected:?}, found {found:?}"),
        None,
    ))
}

fn refused<T>(what: &str, result: Result<T, StoreError>, kind: StoreErrorKind) -> Outcome {
    match result {
        Ok(_) => Err(Broken(format!("{what} was accepted"), None)),
        Err(error) if error.kind() == kind => Ok(()),
        Err(error) => Err(Broken(
            format!("{what} was rejected, but not as {kind:?}"),
            Some(error),
        )),
    }
}

fn there<T>(what: &str, found: Option<T>) -> Result<T, Broken> {
    found.ok_or_else(|| Broken(format!("{what} is gone"), None))
}

const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const TTL: Duration = Duration::from_secs(30);

async fn fresh(store: &Shared) -> Result<SessionRecord, StoreError> {
    let record = SessionRecord::new(SessionId::generate(), HistoryMode::Conversation, START);
    store.create(&record).await?;
    Ok(record)
}

async fn hold(store: &Shared, id: &SessionId) -> Result<(Lease, SessionRecord), Broken> {
    let request = LeaseRequest::new("writer", START, TTL);
    match store.acquire(id, &request).await? {
        LeaseResult::Granted(lease, record) => Ok((lease, *record)),
        LeaseResult::Held(_) => Err(Broken(
            "the store reported a free lease as held".to_owned(),
            None,
        )),
    }
}

/// Makes a session, takes its lease, and returns a batch for it.
async fn held(store: &Shared) -> Result<(Lease, Batch), Broken> {
    let record = fresh(store).await?;
    let (lease, record) = hold(store, &record.id).await?;
    let batch = Batch::new(record, lease.fence);
    Ok((lease, batch))
}

fn item(position: u64, turn: u64, text: &str) -> ItemRecord {
    let body = format!(r#"{{"type":"message","role":"user","content":"{text}"}}"#);
    ItemRecord::new(position, turn, 0, Direction::Input, body)
}
