//! One conversation and its items.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;

use super::items::Item;
use super::page::PageQuery;
use crate::error::ApiError;

/// Metadata key that enables condensing of earlier turns. The service adds it by itself.
pub(crate) const CONDENSE: &str = "short_term_memory_optimization";

/// A conversation. Items are numbered in the order they were written and keep their number.
#[derive(Debug)]
pub(crate) struct Conversation {
    pub(crate) id: String,
    pub(crate) created_at: u64,
    /// Time of the last change, in seconds since the epoch. Retention starts here.
    pub(crate) updated_at: u64,
    pub(crate) metadata: Map<String, Value>,
    items: BTreeMap<u64, Entry>,
    numbers: HashMap<String, u64>,
    next: u64,
    /// The running turn holds its one permit. Unlike a lock, a semaphore can be inspected without
    /// taking it.
    pub(crate) turn: Arc<Semaphore>,
}

/// An item and the time it was written, in seconds since the epoch.
#[derive(Debug)]
struct Entry {
    item: Item,
    at: u64,
}

/// A conversation in the form of the data file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SavedConversation {
    pub(super) id: String,
    created_at: u64,
    updated_at: u64,
    metadata: Map<String, Value>,
    items: Vec<SavedItem>,
    next: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct SavedItem {
    number: u64,
    at: u64,
    item: Item,
}

impl From<SavedConversation> for Conversation {
    fn from(saved: SavedConversation) -> Self {
        let mut conversation = Self::new(saved.id, saved.created_at, saved.metadata);
        conversation.updated_at = saved.updated_at;
        conversation.next = saved.next;
        for SavedItem { number, at, item } in saved.items {
            conversation.numbers.insert(item.id().to_owned(), number);
            conversation.items.insert(number, Entry { item, at });
        }
        conversation
    }
}

impl Conversation {
    pub(crate) fn new(id: String, created_at: u64, metadata: Map<String, Value>) -> Self {
        Self {
            id,
            created_at,
            updated_at: created_at,
            metadata,
            items: BTreeMap::new(),
            numbers: HashMap::new(),
            next: 0,
            turn: Arc::new(Semaphore::new(1)),
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

    pub(super) fn save(&self) -> SavedConversation {
        let items = self.items.iter().map(|(number, entry)| SavedItem {
            number: *number,
            at: entry.at,
            item: entry.item.clone(),
        });
        SavedConversation {
            id: self.id.clone(),
            created_at: self.created_at,
            updated_at: self.updated_at,
            metadata: self.metadata.clone(),
            items: items.collect(),
            next: self.next,
        }
    }

    /// Returns true if the service condenses the conversation's earlier turns.
    pub(crate) fn condensed(&self) -> bool {
        let wish = self.metadata.get(CONDENSE).and_then(Value::as_str);
        wish.is_some_and(|wish| wish.eq_ignore_ascii_case("true"))
    }

    pub(crate) fn push(&mut self, items: impl IntoIterator<Item = Item>, at: u64) {
        for item in items {
            self.numbers.insert(item.id().to_owned(), self.next);
            self.items.insert(self.next, Entry { item, at });
            self.next += 1;
        }
    }

    pub(crate) fn item(&self, id: &str) -> Option<&Item> {
        self.items
            .get(self.numbers.get(id)?)
            .map(|entry| &entry.item)
    }

    pub(crate) fn remove(&mut self, id: &str) {
        if let Some(number) = self.numbers.remove(id) {
            self.items.remove(&number);
        }
    }

    /// Returns the texts of the user up to and including this time.
    pub(crate) fn user_texts_until(&self, at: u64) -> impl Iterator<Item = String> + '_ {
        let settled = self.items.values().filter(move |entry| entry.at <= at);
        settled
            .map(|entry| &entry.item)
            .filter(|item| item.kind() == "message" && item.role() == "user")
            .map(Item::text)
    }

    /// Returns all items, oldest first.
    pub(crate) fn items(&self) -> impl DoubleEndedIterator<Item = &Item> {
        self.items.values().map(|entry| &entry.item)
    }

    /// Returns the items up to and including the last one with a lower number, for a response in
    /// this conversation.
    pub(crate) fn items_before(&self, number: u64) -> impl Iterator<Item = &Item> {
        self.items.range(..number).map(|(_, entry)| &entry.item)
    }

    /// Returns the number of the next item.
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
            page.list(
                self.items
                    .range(from..)
                    .map(|(_, entry)| entry.item.clone()),
            )
        } else {
            let to = after.unwrap_or(self.next);
            page.list(
                self.items
                    .range(..to)
                    .rev()
                    .map(|(_, entry)| entry.item.clone()),
            )
        })
    }
}
