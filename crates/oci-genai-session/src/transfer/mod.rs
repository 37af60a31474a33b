//! Sessions as JSON Lines: out and in again, without loss.

mod fit;
mod lines;

use std::collections::HashMap;

use self::lines::Export;
use crate::error::{Error, ErrorKind, Result};
use crate::session::Session;
use crate::sessions::{Sessions, unseen};
use crate::store::{Batch, EffectRecord, SessionId};

impl Sessions {
    /// Hands a session over line by line, each a JSON object without a line break in it. The lines are of one moment, also
    /// while the session is in use.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when there is none, and whatever `write` fails with.
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
                Error::new(ErrorKind::Invalid, "the export cannot be written").with_source(error)
            })
        })
    }

    /// Takes over a session from lines that [`export`](Self::export) wrote, with its id and name. What belongs to it on
    /// the service is not touched.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for a line that is not of an export or does not fit to the others, naming it, and
    /// [`ErrorKind::Exists`] when the id or the name is taken; nothing is imported then.
    pub async fn import<S: AsRef<str>>(
        &self,
        lines: impl IntoIterator<Item = S>,
    ) -> Result<Session> {
        let mut export = lines::read(lines)?;
        fit::check(&export).map_err(|misfit| {
            let fit::Misfit { line, why } = misfit;
            let text = format!("line {line} does not fit to the rest of the export: {why}");
            Error::new(ErrorKind::Invalid, text)
        })?;
        fit::recount(&mut export);
        let session = &export.session.record;
        self.check_name(session).await?;
        self.store().create(&unseen(session.clone())).await?;
        let copy = self.resume(session.id.clone()).await?;
        let written = self.write(&copy, export).await;
        if let Err(error) = written {
            // Half a session is of no use to anybody.
            self.store().delete(copy.id()).await?;
            return Err(error);
        }
        Ok(copy)
    }

    /// Writes what was imported, and only then what makes it a session to be found.
    async fn write(&self, copy: &Session, export: Export) -> Result<()> {
        let (held, journal) = copy.hold().await?;
        let mut record = journal.record().clone();
        let mut effects: HashMap<u64, Vec<EffectRecord>> = HashMap::new();
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
