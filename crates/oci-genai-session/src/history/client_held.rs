//! History in the store: the service keeps nothing, and every request carries the history.

use std::collections::HashSet;

use async_trait::async_trait;
use serde_json::{Map, Value};

use super::{History, Inspection, RoundState};
use crate::backend::{Backend, BackendError};
use crate::error::Result;
use crate::item;
use crate::journal::{self, Journal};
use crate::store::{HistoryBudget, ItemRange, ItemRecord, TurnRecord};

/// Number of items read from the store at a time.
const PAGE: u32 = 1_000;
/// Number of items read first to apply a budget. Budgets are usually small.
const FIRST_PAGE: u32 = 32;

pub(crate) struct ClientHistory;

#[async_trait]
impl History for ClientHistory {
    async fn compose(&self, journal: &Journal, request: &mut Map<String, Value>) -> Result<()> {
        let input = whole(journal).await?;
        request.insert("store".to_owned(), Value::Bool(false));
        request.insert("input".to_owned(), Value::Array(input));
        Ok(())
    }

    async fn inspect(&self, _: &dyn Backend, _: &Journal) -> Result<Inspection, BackendError> {
        Ok(Inspection::of(RoundState::Absent))
    }

    async fn clean_up(&self, _: &dyn Backend, _: &Journal) -> Result<Vec<Value>, BackendError> {
        Ok(Vec::new())
    }
}

/// Returns the history and the turn's items so far, in the form that requests use.
pub(super) async fn whole(journal: &Journal) -> Result<Vec<Value>> {
    let mut input = history(journal).await?;
    for item in journal.items() {
        input.extend(replayable(journal::parse(item)?, true));
    }
    item::name_calls(&mut input);
    Ok(input)
}

/// Returns the history before the turn, in the form that requests use.
async fn history(journal: &Journal) -> Result<Vec<Value>> {
    let record = journal.record();
    let items = match record.budget {
        Some(budget) => within(journal, budget).await?.items,
        None => all(journal).await?,
    };
    let mut parsed = Vec::with_capacity(items.len());
    for item in &items {
        parsed.push((item.turn, journal::parse(item)?));
    }
    let models = Models::of(journal, &parsed).await?;
    let mut input: Vec<Value> = record.summary.clone().into_iter().collect();
    for (turn, item) in parsed {
        let may_read = models.may_read(turn);
        input.extend(replayable(item, may_read));
    }
    Ok(input)
}

/// Models whose reasoning the current model can read. A model encrypts its reasoning for itself.
struct Models {
    /// Turns with reasoning in the history that another model wrote.
    others: HashSet<u64>,
    none: bool,
}

impl Models {
    async fn of(journal: &Journal, items: &[(u64, Value)]) -> Result<Self> {
        let mut models = Self {
            others: HashSet::new(),
            none: journal.turn().omits_reasoning,
        };
        let mut sealed = items
            .iter()
            .filter(|(_, item)| is_sealed(item))
            .map(|(turn, _)| *turn);
        let (Some(model), Some(first)) = (&journal.turn().model, sealed.next()) else {
            return Ok(models);
        };
        let last = sealed.next_back().unwrap_or(first);
        let mut after = first.saturating_sub(1);
        while after < last {
            let page = journal
                .store()
                .turns(&journal.record().id, after, PAGE)
                .await?;
            let Some(end) = page.last() else { break };
            after = end.seq;
            // Turns of older versions do not name their model.
            let other = |turn: &&TurnRecord| turn.model.as_ref().is_some_and(|of| of != model);
            models
                .others
                .extend(page.iter().filter(other).map(|turn| turn.seq));
        }
        Ok(models)
    }

    fn may_read(&self, turn: u64) -> bool {
        !self.none && !self.others.contains(&turn)
    }
}

fn is_sealed(item: &Value) -> bool {
    item::kind(item) == "reasoning" && item::text(item, "encrypted_content").is_some()
}

/// Returns all items between the summary and the turn, oldest first.
async fn all(journal: &Journal) -> Result<Vec<ItemRecord>> {
    let record = journal.record();
    let end = journal.first_position();
    let (mut from, mut items) = (record.window_start, Vec::new());
    while from < end {
        let range = ItemRange {
            from,
            to: Some(end),
            limit: PAGE,
            newest_first: false,
        };
        let page = journal.store().items(&record.id, range).await?;
        let Some(last) = page.last() else { break };
        from = last.position + 1;
        items.extend(page);
    }
    Ok(items)
}

/// Returns true if the history before the turn exceeds a budget.
pub(crate) async fn exceeds(journal: &Journal, budget: HistoryBudget) -> Result<bool> {
    Ok(within(journal, budget).await?.start > journal.record().window_start)
}

/// The newest turns that fit into a budget.
struct Window {
    /// Position of their first item.
    start: u64,
    /// Their items, oldest first.
    items: Vec<ItemRecord>,
}

impl Window {
    /// Keeps the items from `start` on, of items read backwards.
    fn new(start: u64, mut read: Vec<ItemRecord>) -> Self {
        read.retain(|item| item.position >= start);
        read.reverse();
        Self { start, items: read }
    }
}

/// Finds the earliest start of a turn within the budget, and returns the items from there on.
async fn within(journal: &Journal, budget: HistoryBudget) -> Result<Window> {
    let record = journal.record();
    let (mut start, mut end) = (journal.first_position(), journal.first_position());
    let (mut turns, mut bytes, mut current) = (0, 0, None);
    let (mut page, mut read) = (FIRST_PAGE, Vec::new());
    while end > record.window_start {
        let range = ItemRange {
            from: record.window_start,
            to: Some(end),
            limit: page,
            newest_first: true,
        };
        page = (page * 2).min(PAGE);
        let items = journal.store().items(&record.id, range).await?;
        let Some(last) = items.last() else { break };
        end = last.position;
        let seen = read.len();
        read.extend(items);
        for item in &read[seen..] {
            if current != Some(item.turn) {
                // All items of the turns passed so far are within the budget.
                start = item.position + 1;
                current = Some(item.turn);
                turns += 1;
            }
            bytes += item.body.len() as u64;
            if budget.is_exceeded(turns, bytes) {
                return Ok(Window::new(start, read));
            }
        }
    }
    Ok(Window::new(record.window_start, read))
}

/// Returns the item in a form that a service without stored items accepts. Drops the ids of
/// unstored items, and reasoning that is not encrypted.
fn replayable(item: Value, may_read: bool) -> Option<Value> {
    if item::kind(&item) == "reasoning" {
        return (may_read && is_sealed(&item)).then_some(item);
    }
    Some(item::without_place(item))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_of_unstored_items_are_not_replayed() {
        let message =
            json!({ "type": "message", "id": "msg_1", "status": "completed", "role": "assistant" });
        assert_eq!(
            replayable(message, true),
            Some(json!({ "type": "message", "role": "assistant" }))
        );
        assert_eq!(
            replayable(
                json!({ "type": "reasoning", "id": "rs_1", "summary": [] }),
                true
            ),
            None
        );
        let sealed = json!({ "type": "reasoning", "id": "rs_1", "encrypted_content": "x" });
        assert_eq!(replayable(sealed.clone(), true), Some(sealed.clone()));
        assert_eq!(replayable(sealed, false), None);
    }
}
