//! Stored responses and what the model saw before them.

use std::sync::Arc;

use serde_json::Value;

use super::items::Item;

/// A response that can be retrieved.
#[derive(Clone, Debug)]
pub(crate) struct StoredResponse {
    pub(crate) response: Arc<Value>,
    /// When it last changed, seconds since the epoch. 0 in files that did not say.
    pub(crate) at: u64,
    /// The input of this response alone.
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

    /// Whether it is kept for a while only, since it was not to be stored.
    pub(crate) fn is_temporary(&self) -> bool {
        self.response.get("store") == Some(&Value::Bool(false))
    }

    pub(crate) fn is_over(&self) -> bool {
        !matches!(self.status(), "queued" | "in_progress")
    }

    /// The items of the response's output.
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

/// What lay before a response's input.
#[derive(Clone, Debug)]
pub(crate) enum History {
    /// The items of a chain of responses; none at its start.
    Chain(Option<Arc<Link>>),
    /// A conversation's items with numbers below `before`, the response's own among them.
    Conversation { id: String, before: u64 },
}

/// A link of a chain: the input and output of one response. Links outlive a deleted response as long
/// as a later one needs them.
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

    /// The items of this link alone.
    pub(super) fn items(&self) -> &[Item] {
        &self.items
    }

    /// The items of the whole chain, oldest first.
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

/// Long chains are taken apart link by link, not by recursion.
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
