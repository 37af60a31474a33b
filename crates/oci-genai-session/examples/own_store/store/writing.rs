//! Writes within one transaction. An error rolls it back.

use oci_genai_session::store::{Batch, SessionId, StoreErrorKind, TurnRecord};
use redb::{ReadableTable, WriteTransaction};

use super::rows::{
    EFFECTS, Entry, ITEMS, NAMES, Result, SESSIONS, TURN_IDS, TURNS, error, failed, not_found,
    read, write,
};

pub(super) fn entry(tx: &WriteTransaction, id: &SessionId) -> Result<Entry> {
    let table = tx.open_table(SESSIONS).map_err(failed)?;
    let row = table.get(id.as_str()).map_err(failed)?;
    read(row.ok_or_else(|| not_found(id))?.value())
}

pub(super) fn put(tx: &WriteTransaction, entry: &Entry) -> Result<()> {
    let mut table = tx.open_table(SESSIONS).map_err(failed)?;
    let text = write(entry)?;
    table
        .insert(entry.record.id.as_str(), text.as_str())
        .map_err(failed)?;
    Ok(())
}

/// Gives a session its name if the name is free, and frees the old one.
pub(super) fn rename(
    tx: &WriteTransaction,
    id: &SessionId,
    old: Option<&str>,
    new: Option<&str>,
) -> Result<()> {
    let mut names = tx.open_table(NAMES).map_err(failed)?;
    if let Some(old) = old {
        names.remove(old).map_err(failed)?;
    }
    if let Some(new) = new
        && names.insert(new, id.as_str()).map_err(failed)?.is_some()
    {
        let text = format!("the session name `{new}` is taken");
        return Err(error(StoreErrorKind::Exists, text));
    }
    Ok(())
}

/// Removes turns after a number, with their tool calls.
fn drop_turns(tx: &WriteTransaction, id: &str, after: u64) -> Result<()> {
    let first = after.saturating_add(1);
    let mut turns = tx.open_table(TURNS).map_err(failed)?;
    let mut turn_ids = tx.open_table(TURN_IDS).map_err(failed)?;
    for row in turns.range((id, first)..).map_err(failed)? {
        let (key, text) = row.map_err(failed)?;
        if key.value().0 != id {
            break;
        }
        let turn: TurnRecord = read(text.value())?;
        turn_ids
            .remove((id, turn.turn_id.as_str()))
            .map_err(failed)?;
    }
    turns
        .retain_in((id, first)..(id, u64::MAX), |_, _| false)
        .map_err(failed)?;
    let mut effects = tx.open_table(EFFECTS).map_err(failed)?;
    effects
        .retain_in((id, first, "")..(id, u64::MAX, ""), |_, _| false)
        .map_err(failed)
}

fn drop_items(tx: &WriteTransaction, id: &str, from: u64) -> Result<()> {
    let mut items = tx.open_table(ITEMS).map_err(failed)?;
    items
        .retain_in((id, from)..(id, u64::MAX), |_, _| false)
        .map_err(failed)
}

fn write_turn(tx: &WriteTransaction, id: &str, turn: &TurnRecord) -> Result<()> {
    let mut turns = tx.open_table(TURNS).map_err(failed)?;
    let mut turn_ids = tx.open_table(TURN_IDS).map_err(failed)?;
    let text = write(turn)?;
    let old = turns
        .insert((id, turn.seq), text.as_str())
        .map_err(failed)?;
    if let Some(old) = old {
        let old: TurnRecord = read(old.value())?;
        turn_ids
            .remove((id, old.turn_id.as_str()))
            .map_err(failed)?;
    }
    let taken = turn_ids
        .insert((id, turn.turn_id.as_str()), turn.seq)
        .map_err(failed)?;
    match taken {
        None => Ok(()),
        Some(_) => {
            let text = format!("the turn id `{}` is taken", turn.turn_id);
            Err(error(StoreErrorKind::Exists, text))
        }
    }
}

/// Applies a whole batch.
pub(super) fn apply(tx: &WriteTransaction, batch: &Batch) -> Result<u64> {
    let (session, id) = (&batch.session, batch.session.id.as_str());
    let mut entry = entry(tx, &session.id)?;
    if entry.lease.fence != batch.fence {
        let text = format!("another writer took over session `{id}`");
        return Err(error(StoreErrorKind::Fenced, text));
    }
    if entry.record.generation != session.generation {
        let text = format!("another writer changed session `{id}` in the meantime");
        return Err(error(StoreErrorKind::Conflict, text));
    }
    rename(
        tx,
        &session.id,
        entry.record.name.as_deref(),
        session.name.as_deref(),
    )?;
    if let Some(from) = batch.drop_items_from {
        drop_items(tx, id, from)?;
    }
    if let Some(after) = batch.drop_turns_after {
        drop_turns(tx, id, after)?;
    }
    let mut items = tx.open_table(ITEMS).map_err(failed)?;
    for item in &batch.items {
        let text = write(item)?;
        let old = items.insert((id, item.position), text.as_str());
        if old.map_err(failed)?.is_some() {
            let text = format!("position {} of session `{id}` is taken", item.position);
            return Err(error(StoreErrorKind::Exists, text));
        }
    }
    let mut effects = tx.open_table(EFFECTS).map_err(failed)?;
    for effect in &batch.effects {
        let (key, text) = (effect.key(), write(effect)?);
        let key = (id, effect.turn, key.as_str());
        effects.insert(key, text.as_str()).map_err(failed)?;
    }
    if let Some(turn) = &batch.turn {
        write_turn(tx, id, turn)?;
    }
    entry.record = session.clone();
    entry.record.generation += 1;
    if batch.release {
        entry.lease.release(batch.fence);
    }
    put(tx, &entry)?;
    Ok(entry.record.generation)
}

/// Removes a session and everything in it.
pub(super) fn delete(tx: &WriteTransaction, id: &SessionId) -> Result<()> {
    let entry = entry(tx, id)?;
    rename(tx, id, entry.record.name.as_deref(), None)?;
    drop_items(tx, id.as_str(), 0)?;
    drop_turns(tx, id.as_str(), 0)?;
    let mut sessions = tx.open_table(SESSIONS).map_err(failed)?;
    sessions.remove(id.as_str()).map_err(failed)?;
    Ok(())
}
