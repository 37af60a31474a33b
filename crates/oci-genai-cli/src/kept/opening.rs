//! Opening a session for turns, or beginning it.

use oci_genai_session::{MemoryKind, Policy, Session, SessionOptions, Sessions};

use super::open;
use crate::args::{Connection, Memory, NewSession, Store};
use crate::error::Error;
use crate::output;

/// The largest input of one turn, in bytes of JSON: attachments are part of it.
const MAX_INPUT: usize = 48 << 20;

/// The sessions of a store, run with the service of a connection.
pub(crate) async fn online(store: &Store, connection: &Connection) -> Result<Sessions, Error> {
    let client = connection.client().await?;
    with_client(store, client).await
}

/// The sessions of a store, run with a client.
pub(crate) async fn with_client(
    store: &Store,
    client: oci_genai::Client,
) -> Result<Sessions, Error> {
    let mut policy = Policy::default();
    policy.max_input = MAX_INPUT;
    let store = store.open().await?;
    Ok(Sessions::builder(client, store).policy(policy).build())
}

/// What a new session is made with.
pub(crate) fn options(new: &NewSession, instructions: Option<&str>) -> SessionOptions {
    let memory = new.memory.map_or(MemoryKind::default(), Memory::kind);
    let mut options = SessionOptions::new().memory(memory);
    if let Some(span) = new.expires_after {
        options = options.expires_after(span);
    }
    if let Some(text) = instructions {
        options = options.instructions(text);
    }
    options
}

/// The session of that name or id, made with the options when there is none.
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

/// Whether a session that is not there may get this name. Ids are given by the program: one that is not there was not
/// meant to be a name.
pub(crate) fn may_be_made(name: &str) -> bool {
    !name.starts_with("ses_")
}

/// Says that a session that is there stays as it is.
pub(crate) fn tell_unused(new: &NewSession, name: &str) {
    if !new.is_unset() {
        output::note(&format!(
            "The session {name:?} was there already: --memory and --expires-after are for new ones."
        ));
    }
}
