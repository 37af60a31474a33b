//! `sessions list`.

use oci_genai_session::SessionRecord;
use oci_genai_session::clock::{SystemTimeSource, TimeSource as _, Timestamp};
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;

use crate::args;
use crate::error::Error;
use crate::terminal::Table;
use crate::time_format::ago;
use crate::{local_sessions, output, terminal};

pub(super) async fn run(list: &args::ListSessions) -> Result<(), Error> {
    let sessions = local_sessions::offline(list.store.open().await?);
    let records = local_sessions::all(&sessions, None).await?;
    if list.json {
        return output::json(&records.iter().map(as_json).collect::<Vec<_>>());
    }
    if records.is_empty() {
        output::note("No sessions yet; start one with `oci-genai ask --session NAME \"…\"`.");
        return Ok(());
    }
    table(&records).iter().for_each(|line| output::line(line));
    Ok(())
}

/// The JSON form of a session.
pub(super) fn as_json(record: &SessionRecord) -> Value {
    json!({
        "name": record.name,
        "id": record.id,
        "title": record.title,
        "memory": record.history_mode,
        "conversation_id": record.conversation_id,
        "turns": record.turns,
        "usage": record.usage,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "expires_at": record.expires_at,
    })
}

/// Prints the table.
pub(crate) fn table(records: &[SessionRecord]) -> Vec<String> {
    let now: Timestamp = SystemTimeSource.now();
    let titled = records.iter().any(|record| record.title.is_some());
    let headings = ["NAME", "TURNS", "CHANGED", "TITLE"];
    let columns = if titled { 4 } else { 3 };
    // Commands need the whole id.
    let readable = records.iter().map(|record| match &record.name {
        Some(name) => name.width().min(16),
        None => record.id.as_str().width(),
    });
    let readable = u16::try_from(readable.max().unwrap_or(0)).unwrap_or(16);
    let mut table = Table::new(&headings[..columns], terminal::width())
        .right(1)
        .whole(1)
        .whole(2)
        .at_least(0, readable);
    for record in records {
        let (turns, changed) = (record.turns.to_string(), ago(now, record.updated_at));
        let title = record.title.as_deref().unwrap_or_default();
        let cells = [local_sessions::label(record), &turns, &changed, title];
        table.row(&cells[..columns]);
    }
    let mut lines = table.lines();
    if let Some(headings) = lines.first_mut() {
        *headings = terminal::strong(headings);
    }
    lines
}
