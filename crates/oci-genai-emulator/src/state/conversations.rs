//! One conversation and its items.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio::sync::Mutex;

use super::items::Item;
use super::page::PageQuery;
use crate::error::ApiError;

/// A conversation. Items are numbered in the order they were written and keep their number.
#[derive(Debug, Default)]
pub(crate) struct Conversation {
    pub(crate) id: String,
    pub(crate) created_at: u64,
    /// When anything in it last changed, seconds since the epoch; retention counts from here.
    pub(crate) updated_at: u64,
    pub(crate) metadata: Map<String, Value>,
    items: BTreeMap<u64, Item>,
    numbers: HashMap<String, u64>,
    next: u64,
    /// Held by the turn that is being made.
    pub(crate) turn: Arc<Mutex<()>>,
}

impl Conversation {
    pub(crate) fn new(id: String, created_at: u64, metadata: Map<String, Value>) -> Self {
        Self {
            id,
            created_at,
            updated_at: created_at,
            metadata,
            ..Self::default()
        }
    }

    pub(crate) fn to_value(&self) -> Value {
        json!({
            "id": self.id,
            "object": "conversation",
            "created_at": self.created_at,
            "metadata": self.metadata,
        })
    }

    pub(crate) fn push(&mut self, items: impl IntoIterator<Item = Item>) {
        for item in items {
            self.numbers.insert(item.id().to_owned(), self.next);
            self.items.insert(self.next, item);
            self.next += 1;
        }
    }

    pub(crate) fn item(&self, id: &str) -> Option<&Item> {
        self.items.get(self.numbers.get(id)?)
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<Item> {
        self.items.remove(&self.numbers.remove(id)?)
    }

    /// All items, oldest first.
    pub(crate) fn items(&self) -> impl DoubleEndedIterator<Item = &Item> {
        self.items.values()
    }

    /// The items up to and with the last one written so far, for a response that was made here.
    pub(crate) fn items_before(&self, number: u64) -> impl Iterator<Item = &Item> {
        self.items.range(..number).map(|(_, item)| item)
    }

    /// The number the next item will get.
    pub(crate) fn next_number(&self) -> u64 {
        self.next
    }

    pub(crate) fn page(&self, page: &PageQuery) -> Result<Value, ApiError> {
        let after = match &page.after {
            None => None,
            Some(id) => Some(
                *self
                    .numbers
                    .get(id)
                    .ok_or_else(|| PageQuery::unknown_after(id))?,
            ),
        };
        Ok(if page.ascending {
            let from = after.map_or(0, |number| number + 1);
            page.list(self.items.range(from..).map(|(_, item)| item.clone()))
        } else {
            let to = after.unwrap_or(self.next);
            page.list(self.items.range(..to).rev().map(|(_, item)| item.clone()))
        })
    }
}
