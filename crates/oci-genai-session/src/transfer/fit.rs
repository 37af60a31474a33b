//! Consistency checks for the records of an export, without I/O. A session that was exported while
//! in use may be inconsistent: without the checks it could be imported, but would not accept a
//! turn.

use std::collections::{HashMap, HashSet};

use super::lines::{Contents, Export, Numbered};
use crate::store::{Direction, HistoryMode, ItemRecord, TokenUsage, TurnRecord, TurnState};

/// Largest turn number and position that a store can keep.
const LARGEST: u64 = i64::MAX as u64 - 1;

/// First inconsistent line, and the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Misfit {
    pub(super) line: usize,
    pub(super) why: String,
}

type Fits = Result<(), Misfit>;

fn misfit<T>(at: &Numbered<T>, why: String) -> Fits {
    Err(Misfit { line: at.line, why })
}

/// Checks that the records are consistent.
pub(super) fn check(export: &Export) -> Fits {
    count(export)?;
    let turns = check_turns(export)?;
    check_session(export, &turns)?;
    check_effects(export, &turns)?;
    check_items(export, &turns)
}

/// Recomputes the session's totals and next numbers from its turns and items.
pub(super) fn recount(export: &mut Export) {
    let committed = |turn: &&Numbered<TurnRecord>| turn.record.state == TurnState::Committed;
    let session = &mut export.session.record;
    session.turns = export.turns.iter().filter(committed).count() as u64;
    session.usage = TokenUsage::default();
    for turn in export.turns.iter().filter(committed) {
        session.usage.add(turn.record.usage);
    }
    session.next_turn = export.turns.last().map_or(1, |last| last.record.seq + 1);
    session.next_position = export
        .items
        .last()
        .map_or(0, |last| last.record.position + 1);
    session.window_start = session.window_start.min(session.next_position);
    session.memory_since = session.memory_since.min(session.next_turn);
}

fn count(export: &Export) -> Fits {
    let found = Contents {
        turns: export.turns.len(),
        effects: export.effects.len(),
        items: export.items.len(),
    };
    match export.contents {
        Some(said) if said != found => misfit(
            &export.session,
            format!(
                "the session's line announces {} turns, {} tool calls and {} items, but {}, {} and {} \
                 follow; hint: the file was cut off or changed, export the session again",
                said.turns, said.effects, said.items, found.turns, found.effects, found.items
            ),
        ),
        _ => Ok(()),
    }
}

type Turns<'a> = HashMap<u64, &'a Numbered<TurnRecord>>;

fn check_turns(export: &Export) -> Result<Turns<'_>, Misfit> {
    let session = &export.session.record;
    let (mut turns, mut ids) = (Turns::new(), HashSet::new());
    let mut last = 0;
    for turn in &export.turns {
        let (seq, id) = (turn.record.seq, turn.record.turn_id.as_str());
        if seq <= last || seq > LARGEST {
            misfit(turn, format!("turn {seq} comes after turn {last}"))?;
        }
        if seq >= session.next_turn {
            let why = format!(
                "turn {seq} is out of range: the session's line names turn {} as the next one; {IN_USE}",
                session.next_turn
            );
            misfit(turn, why)?;
        }
        if !ids.insert(id) {
            misfit(
                turn,
                format!("turn {seq} has the id `{id}` of an earlier turn"),
            )?;
        }
        if !turn.record.state.is_over() && session.open_turn != Some(seq) {
            let why = format!("turn {seq} is open, but not in the session's line; {IN_USE}");
            misfit(turn, why)?;
        }
        last = seq;
        turns.insert(seq, turn);
    }
    Ok(turns)
}

/// Cause of inconsistencies in exports of older versions.
const IN_USE: &str = "hint: the session was in use while it was exported, export it again";

fn check_session(export: &Export, turns: &Turns<'_>) -> Fits {
    let session = &export.session.record;
    let last = export.turns.last().map_or(0, |last| last.record.seq);
    if session.next_turn != last + 1 {
        let why = format!(
            "the session's line names turn {} as the next one, but the last turn is {last}; {IN_USE}",
            session.next_turn
        );
        misfit(&export.session, why)?;
    }
    if let Some(open) = session.open_turn
        && turns
            .get(&open)
            .is_none_or(|turn| turn.record.state.is_over())
    {
        let why = format!(
            "turn {open} is open in the session's line, but not in the turn's own line; {IN_USE}"
        );
        misfit(&export.session, why)?;
    }
    if session.history_mode == HistoryMode::Conversation && session.conversation_id.is_none() {
        let why = "a session with history mode `conversation` needs a conversation_id".to_owned();
        misfit(&export.session, why)?;
    }
    Ok(())
}

fn check_effects(export: &Export, turns: &Turns<'_>) -> Fits {
    let mut known = HashSet::new();
    for effect in &export.effects {
        let record = &effect.record;
        if !turns.contains_key(&record.turn) {
            misfit(effect, format!("there is no turn {}", record.turn))?;
        }
        if !known.insert((record.turn, record.key())) {
            misfit(
                effect,
                format!("turn {} has this tool call already", record.turn),
            )?;
        }
    }
    Ok(())
}

fn check_items(export: &Export, turns: &Turns<'_>) -> Fits {
    let session = &export.session.record;
    let mut before: Option<&ItemRecord> = None;
    for item in &export.items {
        let record = &item.record;
        if before.is_some_and(|before| record.position <= before.position)
            || record.position > LARGEST
        {
            misfit(
                item,
                format!("position {} is out of order", record.position),
            )?;
        }
        if before.is_some_and(|before| record.turn < before.turn) {
            let why = format!(
                "an item of turn {} comes after an item of a later turn",
                record.turn
            );
            misfit(item, why)?;
        }
        if record.position >= session.next_position {
            let why = format!(
                "position {} is out of range: the session's line names {} as the next one; {IN_USE}",
                record.position, session.next_position
            );
            misfit(item, why)?;
        }
        match turns.get(&record.turn) {
            None => misfit(item, format!("there is no turn {}; {IN_USE}", record.turn))?,
            Some(turn) => check_item(item, &turn.record)?,
        }
        before = Some(record);
    }
    Ok(())
}

fn check_item(item: &Numbered<ItemRecord>, turn: &TurnRecord) -> Fits {
    let record = &item.record;
    let parsed: Result<serde_json::Value, _> = serde_json::from_str(&record.body);
    if !parsed.is_ok_and(|value| value.is_object()) {
        misfit(item, "the item is not a JSON object".to_owned())?;
    }
    let is_early = record.round > turn.round
        || (turn.state == TurnState::AwaitingModel
            && record.round == turn.round
            && record.direction == Direction::Output);
    if is_early {
        let why = format!(
            "the item is of round {} of turn {}, which has not reached it; {IN_USE}",
            record.round, turn.seq
        );
        misfit(item, why)?;
    }
    Ok(())
}
