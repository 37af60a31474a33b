//! Export and import of sessions as JSON Lines, without loss.

mod fit;
mod lines;

use std::collections::HashMap;

use self::lines::Export;
use crate::error::{Error, ErrorKind, Result};
use crate::session::Session;
use crate::sessions::{Sessions, unseen};
use crate::store::{Batch, SessionId, ToolCallRecord};

impl Sessions {
    /// Exports a session line by line, each a JSON object without a line break. The lines are of
    /// one moment, even while the session is in use.
    ///
    /// # Errors
    /// Returns [`ErrorKind::NotFound`] if the session does not exist, and
    /// [`ErrorKind::InvalidInput`] if `write` fails.
    pub async fn export<E>(
        &self,
        id: impl Into<SessionId>,
        mut write: impl FnMut(&str) -> std::result::Result<(), E>,
    ) -> Result<()>
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        let id = id.into();
        let snapshot = self.store().snapshot(&id).await?.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, format!("there is no session `{id}`"))
        })?;
        lines::write(&snapshot, |line| {
            write(line).map_err(|error| {
                Error::new(ErrorKind::InvalidInput, "could not write the export").with_source(error)
            })
        })
    }

    /// Imports a session from lines that [`export`](Self::export) wrote, with its id and name. Its
    /// data on the service stays untouched.
    ///
    /// # Errors
    /// Returns [`ErrorKind::InvalidInput`] if a line is not part of an export or contradicts the
    /// others; the message names the line. Returns [`ErrorKind::AlreadyExists`] if the id or the
    /// name is taken. In both cases nothing is imported.
    pub async fn import<S: AsRef<str>>(
        &self,
        lines: impl IntoIterator<Item = S>,
    ) -> Result<Session> {
        let mut export = lines::read(lines)?;
        fit::check(&export).map_err(|misfit| {
            let fit::Misfit { line, why } = misfit;
            let text = format!("line {line} contradicts the rest of the export: {why}");
            Error::new(ErrorKind::InvalidInput, text)
        })?;
        fit::recount(&mut export);
        let session = &export.session.record;
        self.check_name(session).await?;
        self.store().create(&unseen(session.clone())).await?;
        let copy = self.resume(session.id.clone()).await?;
        let written = self.write(&copy, export).await;
        if let Err(error) = written {
            // Half a session is useless.
            self.store().delete(copy.id()).await?;
            return Err(error);
        }
        Ok(copy)
    }

    /// Writes the imported records first, and the session's own record last, which makes the
    /// session visible.
    async fn write(&self, copy: &Session, export: Export) -> Result<()> {
        let (held, journal) = copy.hold().await?;
        let mut record = journal.record().clone();
        let mut effects: HashMap<u64, Vec<ToolCallRecord>> = HashMap::new();
        for effect in export.effects {
            let of_turn = effects.entry(effect.record.turn).or_default();
            of_turn.push(effect.record);
        }
        for turn in export.turns {
            let mut batch = Batch::new(record.clone(), held.lease.fence);
            batch.effects = effects.remove(&turn.record.seq).unwrap_or_default();
            batch.turn = Some(turn.record);
            record.generation = self.store().apply(&batch).await?;
        }
        let generation = record.generation;
        record = export.session.record;
        record.generation = generation;
        let mut batch = Batch::new(record.clone(), held.lease.fence);
        batch.items = export.items.into_iter().map(|item| item.record).collect();
        batch.release = true;
        record.generation = self.store().apply(&batch).await?;
        copy.publish(&record);
        Ok(())
    }
}
