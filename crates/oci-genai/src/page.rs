//! Paged lists of items.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hasher};

use futures_core::Stream;
use futures_util::stream::try_unfold;

use crate::call::{Call, awaitable};
use crate::error::{ErrorKind, Outcome, verdict};
use crate::middleware::Resend;
use crate::options::call_options;
use crate::{Client, Error, ItemExt, RequestOptions, ResourceId, Result, types};

/// What a list is of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ListOf {
    Conversation,
    Response,
}

/// Where a list goes on.
#[derive(Clone, Debug)]
struct Query {
    client: Client,
    of: ListOf,
    id: ResourceId,
    limit: Option<u32>,
    order: Option<types::ListOrder>,
    after: Option<String>,
    include: Option<Vec<types::Include>>,
    /// Where pages went on before this one, hashed: a server may go round in a circle of any length.
    visited: HashSet<u64>,
}

/// Lists the items of a conversation, or those a response was made from.
///
/// Take one [`Page`] with `.await`, or all items over all pages with [`stream`](Self::stream):
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

    /// The most items on a page, from 1 to 100. Default: the service's, 20.
    pub fn limit(mut self, limit: u32) -> Self {
        self.query.limit = Some(limit);
        self
    }

    /// Oldest first (`Asc`) or newest first (`Desc`, the default).
    pub fn order(mut self, order: impl Into<types::ListOrder>) -> Self {
        self.query.order = Some(order.into());
        self
    }

    /// Begins after this item.
    pub fn after(mut self, item: impl Into<ResourceId>) -> Self {
        self.query.after = Some(item.into().as_str().to_owned());
        self
    }

    /// Asks for details that are left out otherwise.
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
    /// When the id or limit cannot be one, which is found before anything is sent, or the call fails.
    pub async fn send(self) -> Result<Page> {
        self.query.fetch(self.options).await
    }

    /// All items from here on, fetched page by page as they are asked for.
    ///
    /// Options set on this call count for its first page. A service that says that there is more without
    /// saying where is asked for what comes after the last item; one that repeats a page is an error.
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
            crate::validate::id("item", after)?;
        }
        if !matches!(self.limit, None | Some(1..=100)) {
            return Err(Error::invalid("a page's limit must be from 1 to 100"));
        }
        let limit = self.limit.map(i64::from);
        let (after, include) = (self.after.as_deref(), self.include.as_ref());
        let list = match self.of {
            ListOf::Conversation => {
                let id = id.checked("conversation")?;
                let call = Call::new(&self.client, options, "list_items", Resend::Always)?;
                call.outcome(
                    call.api
                        .list_items(&id, limit, self.order.as_ref(), after, include)
                        .await,
                )?
            }
            ListOf::Response => {
                let id = id.checked("response")?;
                let call = Call::new(&self.client, options, "list_input_items", Resend::Always)?;
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
            let error = Error::new(ErrorKind::Decode, verdict(Outcome::Answered), why);
            Err(error.with_hint("list with an explicit `after`, or with a larger limit"))
        };
        let last = || list.data.iter().rev().find_map(ItemExt::id);
        let given = list.last_id.clone().filter(|id| !id.is_empty());
        let next = match given.or_else(last) {
            Some(next) if !list.data.is_empty() => next,
            _ => return wrong("the service says that the list goes on, but not where"),
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
    /// The items.
    pub fn items(&self) -> &[types::Item] {
        &self.list.data
    }

    /// The items, by value.
    pub fn into_items(self) -> Vec<types::Item> {
        self.list.data
    }

    /// The page as the service sent it.
    pub const fn as_list(&self) -> &types::ItemList {
        &self.list
    }

    /// Whether there is another page.
    pub const fn has_more(&self) -> bool {
        self.next.is_some()
    }

    /// Fetches the next page, or `None` if this was the last.
    ///
    /// # Errors
    ///
    /// When the call fails.
    pub async fn next(self) -> Result<Option<Self>> {
        match self.next {
            Some(query) => query.fetch(RequestOptions::new()).await.map(Some),
            None => Ok(None),
        }
    }
}
