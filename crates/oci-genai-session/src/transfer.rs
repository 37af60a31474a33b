//! Sessions as JSON Lines: out and in again, without loss.

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};
use crate::session::Session;
use crate::sessions::{Sessions, unseen};
use crate::store::{
    Batch, EffectRecord, ItemRange, ItemRecord, SessionId, SessionRecord, TurnRecord,
};

/// Records read at a time.
const PAGE: u32 = 500;

/// One line. The session comes first, then each turn followed by its effects and items.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", content = "record", rename_all = "lowercase")]
enum Line {
    Session(Box<SessionRecord>),
    Turn(Box<TurnRecord>),
    Effect(EffectRecord),
    Item(ItemRecord),
}

impl Sessions {
    /// Hands a session over line by line, each a JSON object without a line break in it.
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
        let session = self.store().session(&id).await?.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, format!("there is no session `{id}`"))
        })?;
        let mut put = |line: &Line| {
            let text = serde_json::to_string(line).map_err(|error| {
                Error::new(ErrorKind::Store, "a record cannot be written as JSON")
                    .with_source(error)
            })?;
            write(&text).map_err(|error| {
                Error::new(ErrorKind::Invalid, "the export cannot be written").with_source(error)
            })
        };
        put(&Line::Session(Box::new(session)))?;
        let mut after = 0;
        loop {
            let turns = self.store().turns(&id, after, PAGE).await?;
            let Some(last) = turns.last() else { break };
            after = last.seq;
            for turn in turns {
                let seq = turn.seq;
                put(&Line::Turn(Box::new(turn)))?;
                for effect in self.store().effects(&id, seq).await? {
                    put(&Line::Effect(effect))?;
                }
            }
        }
        let mut from = 0;
        loop {
            let items = self.store().items(&id, ItemRange::from(from, PAGE)).await?;
            let Some(last) = items.last() else { break };
            from = last.position + 1;
            for item in items {
                put(&Line::Item(item))?;
            }
        }
        Ok(())
    }

    /// Takes over a session from lines that [`export`](Self::export) wrote, with its id and name. What belongs to it on
    /// the service is not touched.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for a line that is not of an export, naming it, and [`ErrorKind::Exists`] when the id or
    /// the name is taken; nothing is imported then.
    pub async fn import<S: AsRef<str>>(
        &self,
        lines: impl IntoIterator<Item = S>,
    ) -> Result<Session> {
        let (session, turns, effects, items) = parse(lines)?;
        self.check_name(&session).await?;
        self.store().create(&unseen(session.clone())).await?;
        let copy = self.resume(session.id.clone()).await?;
        let written = self.write(&copy, session, (turns, effects, items)).await;
        if let Err(error) = written {
            // Half a session is of no use to anybody.
            self.store().delete(copy.id()).await?;
            return Err(error);
        }
        Ok(copy)
    }

    /// Writes what was imported, and only then what makes it a session to be found.
    async fn write(
        &self,
        copy: &Session,
        session: SessionRecord,
        (turns, effects, items): (Vec<TurnRecord>, Vec<EffectRecord>, Vec<ItemRecord>),
    ) -> Result<()> {
        let (held, journal) = copy.hold().await?;
        let mut record = journal.record().clone();
        for turn in turns {
            let mut batch = Batch::new(record.clone(), held.lease.fence);
            batch.effects = effects
                .iter()
                .filter(|e| e.turn == turn.seq)
                .cloned()
                .collect();
            batch.turn = Some(turn);
            record.generation = self.store().apply(&batch).await?;
        }
        let generation = record.generation;
        record = session;
        record.generation = generation;
        let mut batch = Batch::new(record.clone(), held.lease.fence);
        batch.items = items;
        batch.release = true;
        record.generation = self.store().apply(&batch).await?;
        copy.publish(&record);
        Ok(())
    }
}

type Parsed = (
    SessionRecord,
    Vec<TurnRecord>,
    Vec<EffectRecord>,
    Vec<ItemRecord>,
);

fn parse<S: AsRef<str>>(lines: impl IntoIterator<Item = S>) -> Result<Parsed> {
    let (mut session, mut turns, mut effects, mut items) =
        (None, Vec::new(), Vec::new(), Vec::new());
    let invalid = |number: usize| format!("line {number} is not a line of an exported session");
    for (index, line) in lines.into_iter().enumerate() {
        if line.as_ref().trim().is_empty() {
            continue;
        }
        let line = serde_json::from_str(line.as_ref()).map_err(|error| {
            Error::new(ErrorKind::Invalid, invalid(index + 1)).with_source(error)
        })?;
        match (line, &session) {
            (Line::Session(record), None) => session = Some(*record),
            (Line::Turn(turn), Some(_)) => turns.push(*turn),
            (Line::Effect(effect), Some(_)) => effects.push(effect),
            (Line::Item(item), Some(_)) => items.push(item),
            (Line::Session(_), Some(_)) | (_, None) => {
                return Err(Error::new(ErrorKind::Invalid, invalid(index + 1)));
            }
        }
    }
    let session =
        session.ok_or_else(|| Error::new(ErrorKind::Invalid, "the export has no session in it"))?;
    Ok((session, turns, effects, items))
}
