//! `sessions delete` and `sessions purge`.

use oci_genai_session::clock::{SystemTimeSource, TimeSource as _};

use super::table;
use crate::args;
use crate::error::Error;
use crate::terminal::{confirm, waiting};
use crate::{local_sessions, output};

pub(super) async fn delete(delete: args::DeleteSession) -> Result<(), Error> {
    let sessions = local_sessions::online(&delete.store, &delete.connection).await?;
    let session = local_sessions::open(&sessions, &delete.name).await?;
    let name = &delete.name;
    let question = format!("Delete the session {name:?} and its conversation on the service?");
    if !confirm(&question, delete.yes)? {
        return Ok(());
    }
    waiting("Deleting", sessions.delete_id(session.id().clone())).await?;
    output::note(&format!(
        "Deleted the session {name:?} and its conversation."
    ));
    Ok(())
}

pub(super) async fn purge(purge: &args::PurgeSessions) -> Result<(), Error> {
    let sessions = local_sessions::offline(purge.store.open().await?);
    let now = SystemTimeSource.now();
    let mut over = local_sessions::all(&sessions, None).await?;
    over.retain(|record| record.expires_at.is_some_and(|at| at <= now));
    if over.is_empty() {
        output::note("No session has expired.");
        return Ok(());
    }
    table(&over).iter().for_each(|line| output::line(line));
    if purge.dry_run {
        return Ok(());
    }
    let question = format!("Remove these from this machine ({})?", over.len());
    if !confirm(&question, purge.yes)? {
        return Ok(());
    }
    let count = waiting("Purging", sessions.purge()).await?;
    output::note(&format!("Removed: {count}."));
    Ok(())
}
