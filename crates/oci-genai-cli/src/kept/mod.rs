//! Sessions kept on this machine: found by name or id, read as a transcript, with or without the service at hand.

mod offline;
mod opening;
mod transcript;

use oci_genai_session::store::Store as _;
use oci_genai_session::{Session, SessionId, SessionQuery, SessionRecord, Sessions, SqliteStore};

use crate::error::Error;

pub(crate) use offline::offline;
pub(crate) use opening::{may_be_made, online, open_or_create, options, tell_unused, with_client};
pub(crate) use transcript::{Exchange, exchanges};

/// Sessions read from the store at a time.
const PAGE: u32 = 500;

/// The session of that name, or else of that id.
pub(crate) async fn find(store: &SqliteStore, name: &str) -> Result<SessionRecord, Error> {
    let by_name = store.session_by_name(name).await.map_err(from_store)?;
    if let Some(record) = by_name {
        return Ok(record);
    }
    let by_id = store.session(&SessionId::from(name)).await;
    by_id.map_err(from_store)?.ok_or_else(|| missing(name))
}

/// The session of that name or id, ready for turns.
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

/// All sessions, or those whose name, title or metadata contain a text, the newest first.
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

/// What a session is called: its name, or its id when nobody named it.
pub(crate) fn label(record: &SessionRecord) -> &str {
    record.name.as_deref().unwrap_or(record.id.as_str())
}

fn missing(name: &str) -> Error {
    Error::Missing(name.to_owned())
}

fn from_store(error: oci_genai_session::store::StoreError) -> Error {
    Error::Session(error.into())
}
