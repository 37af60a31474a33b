//! Opens or creates a session for turns.

use oci_genai_session::{HistoryMode, Session, SessionConfig, SessionOptions, Sessions};

use super::open;
use crate::args::{Connection, Memory, NewSession, Store};
use crate::error::Error;
use crate::output;

/// Maximum input of one turn, in bytes of JSON, attachments included.
const MAX_INPUT: usize = 48 << 20;

/// Returns the sessions of a store, connected to the service.
pub(crate) async fn online(store: &Store, connection: &Connection) -> Result<Sessions, Error> {
    let client = connection.client().await?;
    with_client(store, client).await
}

/// Returns the sessions of a store, connected by a client.
pub(crate) async fn with_client(
    store: &Store,
    client: oci_genai::Client,
) -> Result<Sessions, Error> {
    let mut policy = SessionConfig::default();
    policy.max_input_bytes = MAX_INPUT;
    let store = store.open().await?;
    Ok(Sessions::builder(client, store).config(policy).build())
}

/// Returns the options of a new session.
pub(crate) fn options(new: &NewSession, instructions: Option<&str>) -> SessionOptions {
    let memory = new.memory.map_or(HistoryMode::default(), Memory::kind);
    let mut options = SessionOptions::new().history_mode(memory);
    if let Some(span) = new.expires_after {
        options = options.expires_after(span);
    }
    if let Some(text) = instructions {
        options = options.instructions(text);
    }
    options
}

/// Opens the session with a name or id, or creates it with the options.
pub(crate) async fn open_or_create(
    sessions: &Sessions,
    name: &str,
    new: &NewSession,
    instructions: Option<&str>,
) -> Result<Session, Error> {
    match open(sessions, name).await {
        Err(Error::Missing(_)) if may_be_made(name) => {
            let options = options(new, instructions).name(name);
            Ok(sessions.open_or_create(options).await?)
        }
        Ok(session) => {
            tell_unused(new, name);
            Ok(session)
        }
        Err(error) => Err(error),
    }
}

/// Returns whether a new session may get this name. The program generates ids, so an unknown id is not meant as a
/// name.
pub(crate) fn may_be_made(name: &str) -> bool {
    !name.starts_with("ses_")
}

/// Notes that options for new sessions do not change an existing session.
pub(crate) fn tell_unused(new: &NewSession, name: &str) {
    if !new.is_unset() {
        output::note(&format!(
            "The session {name:?} exists; --memory and --expires-after apply to new sessions only."
        ));
    }
}
