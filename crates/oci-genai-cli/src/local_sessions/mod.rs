//! Sessions in the local store: lookup by name or id, and transcripts, with or without the service.

mod offline;
mod open;
mod transcript;

use oci_genai_session::store::Store as _;
use oci_genai_session::{Session, SessionId, SessionQuery, SessionRecord, Sessions, SqliteStore};

use crate::error::Error;

pub(crate) use offline::offline;
pub(crate) use open::{may_be_made, online, open_or_create, options, tell_unused, with_client};
pub(crate) use transcript::{Exchange, exchanges};

/// Page size for reading sessions from the store.
const PAGE: u32 = 500;

/// Returns the session with a name, else with an id.
pub(crate) async fn find(store: &SqliteStore, name: &str) -> Result<SessionRecord, Error> {
    let by_name = store.session_by_name(name).await.map_err(from_store)?;
    if let Some(record) = by_name {
        return Ok(record);
    }
    let by_id = store.session(&SessionId::from(name)).await;
    by_id.map_err(from_store)?.ok_or_else(|| missing(name))
}

/// Opens the session with a name or id for turns.
pub(crate) async fn open(sessions: &Sessions, name: &str) -> Result<Session, Error> {
    match sessions.open(name).await {
        Err(error) if error.is_not_found() => {}
        result => return Ok(result?),
    }
    match sessions.resume(name).await {
        Err(error) if error.is_not_found() => Err(missing(name)),
        result => Ok(result?),
    }
}

/// Returns all sessions, or those whose name, title or metadata contain a text, newest first.
pub(crate) async fn all(
    sessions: &Sessions,
    text: Option<&str>,
) -> Result<Vec<SessionRecord>, Error> {
    let mut query = SessionQuery::default();
    query.text = text.map(str::to_owned);
    query.limit = PAGE;
    let mut records = Vec::new();
    loop {
        let page = sessions.find(&query).await?;
        query.offset += page.len() as u64;
        let last = page.len() < PAGE as usize;
        records.extend(page);
        if last {
            return Ok(records);
        }
    }
}

/// Returns a session's name, or its id if it has none.
pub(crate) fn label(record: &SessionRecord) -> &str {
    record.name.as_deref().unwrap_or(record.id.as_str())
}

fn missing(name: &str) -> Error {
    Error::Missing(name.to_owned())
}

fn from_store(error: oci_genai_session::store::StoreError) -> Error {
    Error::Session(error.into())
}
