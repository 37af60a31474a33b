//! `sessions delete` and `sessions purge`: what is not needed any more.

use oci_genai_session::clock::{SystemTimeSource, TimeSource as _};

use super::table;
use crate::args;
use crate::error::Error;
use crate::terminal::{confirm, waiting};
use crate::{kept, output};

pub(super) async fn delete(delete: args::DeleteSession) -> Result<(), Error> {
    let sessions = kept::online(&delete.store, &delete.connection).await?;
    let session = kept::open(&sessions, &delete.name).await?;
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
    let sessions = kept::offline(purge.store.open().await?);
    let now = SystemTimeSource.now();
    let mut over = kept::all(&sessions, None).await?;
    over.retain(|record| record.expires_at.is_some_and(|at| at <= now));
    if over.is_empty() {
        output::note("No session has outlived its time: there is nothing to purge.");
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
