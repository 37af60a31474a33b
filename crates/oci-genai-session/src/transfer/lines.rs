//! The lines of an export: one record each.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, ErrorKind, Result};
use crate::store::{EffectRecord, ItemRecord, SessionRecord, SessionSnapshot, TurnRecord};

/// How many records follow the session's line, so that a file that was cut off is noticed. Exports of older versions do not
/// say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Contents {
    pub(super) turns: usize,
    pub(super) effects: usize,
    pub(super) items: usize,
}

#[derive(Serialize)]
struct Written<'a, T> {
    kind: &'static str,
    record: &'a T,
    #[serde(skip_serializing_if = "Option::is_none")]
    contents: Option<Contents>,
}

#[derive(Deserialize)]
struct Read {
    kind: String,
    record: Value,
    #[serde(default)]
    contents: Option<Contents>,
}

/// A record with the number of its line; the first is 1.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Numbered<T> {
    pub(super) line: usize,
    pub(super) record: T,
}

/// What the lines of an export hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Export {
    pub(super) session: Numbered<SessionRecord>,
    pub(super) contents: Option<Contents>,
    pub(super) turns: Vec<Numbered<TurnRecord>>,
    pub(super) effects: Vec<Numbered<EffectRecord>>,
    pub(super) items: Vec<Numbered<ItemRecord>>,
}

/// Hands the lines of a session over: the session first, then each turn followed by its effects, then the items.
pub(super) fn write(
    snapshot: &SessionSnapshot,
    mut put: impl FnMut(&str) -> Result<()>,
) -> Result<()> {
    let contents = Contents {
        turns: snapshot.turns.len(),
        effects: snapshot.effects.len(),
        items: snapshot.items.len(),
    };
    put(&line("session", &snapshot.session, Some(contents))?)?;
    let mut effects = snapshot.effects.iter().peekable();
    for turn in &snapshot.turns {
        put(&line("turn", turn, None)?)?;
        while let Some(effect) = effects.next_if(|effect| effect.turn <= turn.seq) {
            put(&line("effect", effect, None)?)?;
        }
    }
    for effect in effects {
        put(&line("effect", effect, None)?)?;
    }
    for item in &snapshot.items {
        put(&line("item", item, None)?)?;
    }
    Ok(())
}

fn line<T: Serialize>(
    kind: &'static str,
    record: &T,
    contents: Option<Contents>,
) -> Result<String> {
    let written = Written {
        kind,
        record,
        contents,
    };
    serde_json::to_string(&written).map_err(|error| {
        Error::new(ErrorKind::Store, "a record cannot be written as JSON").with_source(error)
    })
}

/// Reads the lines of an export. Empty lines are passed over.
pub(super) fn read<S: AsRef<str>>(lines: impl IntoIterator<Item = S>) -> Result<Export> {
    let mut export: Option<Export> = None;
    for (index, text) in lines.into_iter().enumerate() {
        let number = index + 1;
        if text.as_ref().trim().is_empty() {
            continue;
        }
        let read: Read = serde_json::from_str(text.as_ref())
            .map_err(|error| Error::new(ErrorKind::Invalid, no_line(number)).with_source(error))?;
        match (read.kind.as_str(), &mut export) {
            ("session", None) => {
                export = Some(Export {
                    session: record(number, read.record)?,
                    contents: read.contents,
                    turns: Vec::new(),
                    effects: Vec::new(),
                    items: Vec::new(),
                });
            }
            ("turn", Some(export)) => export.turns.push(record(number, read.record)?),
            ("effect", Some(export)) => export.effects.push(record(number, read.record)?),
            ("item", Some(export)) => export.items.push(record(number, read.record)?),
            _ => return Err(Error::new(ErrorKind::Invalid, no_line(number))),
        }
    }
    export.ok_or_else(|| Error::new(ErrorKind::Invalid, "the export has no session in it"))
}

fn record<T: serde::de::DeserializeOwned>(line: usize, value: Value) -> Result<Numbered<T>> {
    serde_json::from_value(value)
        .map(|record| Numbered { line, record })
        .map_err(|error| Error::new(ErrorKind::Invalid, no_line(line)).with_source(error))
}

fn no_line(number: usize) -> String {
    format!("line {number} is not a line of an exported session")
}
