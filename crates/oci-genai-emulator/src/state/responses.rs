//! Stored responses and the context before them.

use std::sync::Arc;

use serde_json::Value;

use super::items::Item;

/// A response that can be retrieved.
#[derive(Clone, Debug)]
pub(crate) struct StoredResponse {
    pub(crate) response: Arc<Value>,
    /// Time of the last change, in seconds since the epoch. 0 in files without it.
    pub(crate) at: u64,
    /// Input of this response only.
    pub(crate) input: Arc<Vec<Item>>,
    pub(crate) history: History,
}

impl StoredResponse {
    pub(crate) fn status(&self) -> &str {
        self.response
            .get("status")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    pub(crate) fn created_at(&self) -> u64 {
        self.response
            .get("created_at")
            .and_then(Value::as_u64)
            .unwrap_or_default()
    }

    /// Returns true if the response has limited retention, because it was not to be stored.
    pub(crate) fn is_temporary(&self) -> bool {
        self.response.get("store") == Some(&Value::Bool(false))
    }

    pub(crate) fn is_over(&self) -> bool {
        !matches!(self.status(), "queued" | "in_progress")
    }

    /// Returns the output items of the response.
    pub(crate) fn output(&self) -> impl Iterator<Item = Item> + '_ {
        let output = self.response.get("output").and_then(Value::as_array);
        output
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .cloned()
            .map(Item::new)
    }
}

/// Context before a response's input.
#[derive(Clone, Debug)]
pub(crate) enum History {
    /// Items of a chain of responses; `None` at its start.
    Chain(Option<Arc<Link>>),
    /// A conversation's items with numbers below `before`, including the response's own.
    Conversation { id: String, before: u64 },
}

/// Link of a chain: the input and output of one response. A link outlives a deleted response as
/// long as a later one needs it.
#[derive(Debug)]
pub(crate) struct Link {
    earlier: Option<Arc<Link>>,
    items: Vec<Item>,
}

impl Link {
    pub(crate) fn new(earlier: Option<Arc<Link>>, items: Vec<Item>) -> Self {
        Self { earlier, items }
    }

    pub(super) fn earlier(&self) -> Option<&Arc<Self>> {
        self.earlier.as_ref()
    }

    /// Returns the items of this link only.
    pub(super) fn items(&self) -> &[Item] {
        &self.items
    }

    /// Returns the items of the whole chain, oldest first.
    pub(crate) fn collect(this: Option<&Arc<Self>>) -> Vec<Item> {
        let mut links = Vec::new();
        let mut next = this;
        while let Some(link) = next {
            links.push(link);
            next = link.earlier.as_ref();
        }
        links
            .iter()
            .rev()
            .flat_map(|link| link.items.iter().cloned())
            .collect()
    }
}

/// Drops long chains link by link, without recursion.
impl Drop for Link {
    fn drop(&mut self) {
        let mut next = self.earlier.take();
        while let Some(link) = next {
            next = Arc::into_inner(link).and_then(|mut link| link.earlier.take());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Map;

    #[test]
    fn a_very_long_chain_can_be_read_and_dropped() {
        let mut chain = None;
        for _ in 0..200_000 {
            chain = Some(Arc::new(Link::new(chain, vec![Item::new(Map::new())])));
        }
        assert_eq!(Link::collect(chain.as_ref()).len(), 200_000);
        drop(chain);
    }
}
