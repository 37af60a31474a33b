//! Lines of an export: one record each.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, ErrorKind, Result};
use crate::store::{ItemRecord, SessionRecord, SessionSnapshot, ToolCallRecord, TurnRecord};

/// Number of records after the session's line, to detect a file that was cut off. Absent in exports
/// of older versions.
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

/// Contents of an export.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Export {
    pub(super) session: Numbered<SessionRecord>,
    pub(super) contents: Option<Contents>,
    pub(super) turns: Vec<Numbered<TurnRecord>>,
    pub(super) effects: Vec<Numbered<ToolCallRecord>>,
    pub(super) items: Vec<Numbered<ItemRecord>>,
}

/// Writes the lines of a session: first the session, then each turn followed by its tool calls,
/// then the items.
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
        Error::new(ErrorKind::Store, "could not serialize a record as JSON").with_source(error)
    })
}

/// Reads the lines of an export and skips empty lines.
pub(super) fn read<S: AsRef<str>>(lines: impl IntoIterator<Item = S>) -> Result<Export> {
    let mut export: Option<Export> = None;
    for (index, text) in lines.into_iter().enumerate() {
        let number = index + 1;
        if text.as_ref().trim().is_empty() {
            continue;
        }
        let read: Read = serde_json::from_str(text.as_ref()).map_err(|error| {
            Error::new(ErrorKind::InvalidInput, no_line(number)).with_source(error)
        })?;
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
            _ => return Err(Error::new(ErrorKind::InvalidInput, no_line(number))),
        }
    }
    export.ok_or_else(|| Error::new(ErrorKind::InvalidInput, "the export contains no session"))
}

fn record<T: serde::de::DeserializeOwned>(line: usize, value: Value) -> Result<Numbered<T>> {
    serde_json::from_value(value)
        .map(|record| Numbered { line, record })
        .map_err(|error| Error::new(ErrorKind::InvalidInput, no_line(line)).with_source(error))
}

fn no_line(number: usize) -> String {
    format!("line {number} is not a record of an exported session")
}
