//! Paged lists of items.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hasher};

use futures_core::Stream;
use futures_util::stream::try_unfold;

use crate::error::{ErrorKind, Outcome, retry_safety};
use crate::middleware::Idempotency;
use crate::options::call_options;
use crate::typed_call::{Call, awaitable};
use crate::{Client, Error, ItemExt, RequestOptions, ResourceId, Result, types};

/// The owner of a listed item.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ListOf {
    Conversation,
    Response,
}

/// The query for the next page.
#[derive(Clone, Debug)]
struct Query {
    client: Client,
    of: ListOf,
    id: ResourceId,
    limit: Option<u32>,
    order: Option<types::ListOrder>,
    after: Option<String>,
    include: Option<Vec<types::Include>>,
    /// Hashes of the earlier positions, because a server may return to any of them in an endless
    /// loop.
    visited: HashSet<u64>,
}

/// Lists the items of a conversation, or the input items of a response.
///
/// `.await` returns one [`Page`]. [`stream`](Self::stream) returns all items over all pages:
///
/// ```no_run
/// use futures_util::TryStreamExt;
/// use oci_genai::types::ListOrder;
///
/// # async fn example(client: oci_genai::Client) -> Result<(), oci_genai::Error> {
/// let mut items = std::pin::pin!(
///     client.conversations().items("conv_ord_1").list().order(ListOrder::Asc).stream()
/// );
/// while let Some(item) = items.try_next().await? {
///     println!("{item:?}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing is sent before it is awaited"]
pub struct ListItems {
    query: Query,
    options: RequestOptions,
}

impl ListItems {
    pub(crate) fn new(client: Client, of: ListOf, id: ResourceId) -> Self {
        Self {
            query: Query {
                client,
                of,
                id,
                limit: None,
                order: None,
                after: None,
                include: None,
                visited: HashSet::new(),
            },
            options: RequestOptions::new(),
        }
    }

    /// Limits the items of a page, from 1 to 100. Default: the service's, 20.
    pub fn limit(mut self, limit: u32) -> Self {
        self.query.limit = Some(limit);
        self
    }

    /// Sets the order: oldest first (`Asc`) or newest first (`Desc`, the default).
    pub fn order(mut self, order: impl Into<types::ListOrder>) -> Self {
        self.query.order = Some(order.into());
        self
    }

    /// Starts after this item.
    pub fn after(mut self, item: impl Into<ResourceId>) -> Self {
        self.query.after = Some(item.into().as_str().to_owned());
        self
    }

    /// Requests details that are omitted by default.
    pub fn include(mut self, include: impl Into<types::Include>) -> Self {
        self.query
            .include
            .get_or_insert_default()
            .push(include.into());
        self
    }

    call_options!();

    /// Fetches one page.
    ///
    /// # Errors
    ///
    /// Returns an error if the id or the limit is invalid (checked before anything is sent) or the
    /// call fails.
    pub async fn send(self) -> Result<Page> {
        self.query.fetch(self.options).await
    }

    /// Returns all items from here on. Pages are fetched when they are needed.
    ///
    /// Options of this call apply only to its first page. If a service reports more items without a
    /// position, the stream continues after the last item. If it repeats a page, the stream returns
    /// an error.
    pub fn stream(self) -> impl Stream<Item = Result<types::Item>> + Send {
        enum At {
            Start(Box<ListItems>),
            Within(std::vec::IntoIter<types::Item>, Option<Query>),
        }
        try_unfold(At::Start(Box::new(self)), async |mut at| {
            loop {
                let page = match at {
                    At::Start(list) => list.send().await?,
                    At::Within(mut items, next) => {
                        if let Some(item) = items.next() {
                            return Ok(Some((item, At::Within(items, next))));
                        }
                        match next {
                            Some(query) => query.fetch(RequestOptions::new()).await?,
                            None => return Ok(None),
                        }
                    }
                };
                at = At::Within(page.list.data.into_iter(), page.next);
            }
        })
    }
}

awaitable!(ListItems => Page);

impl Query {
    async fn fetch(self, options: RequestOptions) -> Result<Page> {
        let id = self.id.clone();
        if let Some(after) = &self.after {
            crate::validation::id("item", after)?;
        }
        if !matches!(self.limit, None | Some(1..=100)) {
            return Err(Error::invalid("the page limit must be from 1 to 100"));
        }
        let limit = self.limit.map(i64::from);
        let (after, include) = (self.after.as_deref(), self.include.as_ref());
        let list = match self.of {
            ListOf::Conversation => {
                let id = id.checked("conversation")?;
                let call = Call::new(&self.client, options, "list_items", Idempotency::Idempotent)?;
                call.outcome(
                    call.api
                        .list_items(&id, limit, self.order.as_ref(), after, include)
                        .await,
                )?
            }
            ListOf::Response => {
                let id = id.checked("response")?;
                let call = Call::new(
                    &self.client,
                    options,
                    "list_input_items",
                    Idempotency::Idempotent,
                )?;
                call.outcome(
                    call.api
                        .list_input_items(&id, limit, self.order.as_ref(), after, include)
                        .await,
                )?
            }
        };
        let next = self.following(&list)?;
        Ok(Page { list, next })
    }

    fn following(mut self, list: &types::ItemList) -> Result<Option<Self>> {
        if !list.has_more {
            return Ok(None);
        }
        let wrong = |why: &'static str| {
            let error = Error::new(ErrorKind::Decode, retry_safety(Outcome::Answered), why);
            Err(error.with_hint("list with an explicit `after`, or with a larger limit"))
        };
        let last = || list.data.iter().rev().find_map(ItemExt::id);
        let given = list.last_id.clone().filter(|id| !id.is_empty());
        let next = match given.or_else(last) {
            Some(next) if !list.data.is_empty() => next,
            _ => return wrong("the service reports another page of the list, but no position"),
        };
        if let Some(after) = &self.after {
            self.visited.insert(hash(after));
        }
        if !self.visited.insert(hash(&next)) {
            return wrong("the service repeats a page of the list");
        }
        self.after = Some(next);
        Ok(Some(self))
    }
}

fn hash(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(id.as_bytes());
    hasher.finish()
}

/// One page of a list of items.
#[derive(Debug)]
pub struct Page {
    list: types::ItemList,
    next: Option<Query>,
}

impl Page {
    /// Returns the items.
    pub fn items(&self) -> &[types::Item] {
        &self.list.data
    }

    /// Returns the items by value.
    pub fn into_items(self) -> Vec<types::Item> {
        self.list.data
    }

    /// Returns the page as the service sent it.
    pub const fn as_list(&self) -> &types::ItemList {
        &self.list
    }

    /// Returns `true` if there is another page.
    pub const fn has_more(&self) -> bool {
        self.next.is_some()
    }

    /// Fetches the next page. Returns `None` if this was the last one.
    ///
    /// # Errors
    ///
    /// Returns an error if the call fails.
    pub async fn next(self) -> Result<Option<Self>> {
        match self.next {
            Some(query) => query.fetch(RequestOptions::new()).await.map(Some),
            None => Ok(None),
        }
    }
}
