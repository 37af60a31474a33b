//! Calls for the items of a conversation.

use crate::middleware::Idempotency;
use crate::options::call_options;
use crate::page::{ListItems, ListOf};
use crate::typed_call::{Call, awaitable, id_call};
use crate::{Client, Error, RequestOptions, ResourceId, Result, types, validation};

/// Calls for the items of one conversation. Returned by
/// [`Conversations::items`](crate::Conversations::items).
#[derive(Clone, Debug)]
pub struct Items {
    client: Client,
    conversation: ResourceId,
}

impl Items {
    pub(super) const fn new(client: Client, conversation: ResourceId) -> Self {
        Self {
            client,
            conversation,
        }
    }

    /// Lists the items, newest first by default.
    pub fn list(&self) -> ListItems {
        ListItems::new(
            self.client.clone(),
            ListOf::Conversation,
            self.conversation.clone(),
        )
    }

    /// Appends items, at most 20 in one request.
    pub fn create(&self, items: impl IntoIterator<Item = types::Item>) -> CreateItems {
        CreateItems {
            client: self.client.clone(),
            conversation: self.conversation.clone(),
            items: items.into_iter().collect(),
            options: RequestOptions::new(),
        }
    }

    /// Retrieves one item.
    pub fn retrieve(&self, item: impl Into<ResourceId>) -> RetrieveItem {
        RetrieveItem {
            client: self.client.clone(),
            conversation: self.conversation.clone(),
            item: item.into(),
            include: Vec::new(),
            options: RequestOptions::new(),
        }
    }

    /// Deletes one item.
    pub fn delete(&self, item: impl Into<ResourceId>) -> DeleteItem {
        DeleteItem::new(self.client.clone(), self.conversation.clone(), item.into())
    }
}

/// Adds items to a conversation. Returned by [`Items::create`].
#[derive(Debug)]
#[must_use = "nothing is sent before it is awaited"]
pub struct CreateItems {
    client: Client,
    conversation: ResourceId,
    items: Vec<types::Item>,
    options: RequestOptions,
}

impl CreateItems {
    call_options!();

    /// Sends the request.
    ///
    /// # Errors
    ///
    /// Returns an error if there are no items or more than 20 (checked before anything is sent) or
    /// the call fails. Adding the same items twice stores them twice, so check the error's
    /// [`retry_safety`](crate::Error::retry_safety) before a retry.
    pub async fn send(self) -> Result<types::ItemList> {
        let conversation = self.conversation.checked("conversation")?;
        if self.items.is_empty() {
            return Err(Error::invalid("there are no items to add"));
        }
        validation::item_count(self.items.len())?;
        let call = Call::new(
            &self.client,
            self.options,
            "create_items",
            Idempotency::RetryIfNotExecuted,
        )?;
        let body = types::CreateItems::new(self.items);
        call.outcome(call.api.create_items(&conversation, None, &body).await)
    }
}

awaitable!(CreateItems => types::ItemList);

/// Retrieves one item. Returned by [`Items::retrieve`].
#[derive(Debug)]
#[must_use = "nothing is sent before it is awaited"]
pub struct RetrieveItem {
    client: Client,
    conversation: ResourceId,
    item: ResourceId,
    include: Vec<types::Include>,
    options: RequestOptions,
}

impl RetrieveItem {
    /// Requests details that are omitted by default.
    pub fn include(mut self, include: impl Into<types::Include>) -> Self {
        self.include.push(include.into());
        self
    }

    call_options!();

    /// Sends the request.
    ///
    /// # Errors
    ///
    /// Returns an error if an id is invalid (checked before anything is sent) or the call fails.
    pub async fn send(self) -> Result<types::Item> {
        let conversation = self.conversation.checked("conversation")?;
        let item = self.item.checked("item")?;
        let include = (!self.include.is_empty()).then_some(self.include);
        let call = Call::new(
            &self.client,
            self.options,
            "retrieve_item",
            Idempotency::Idempotent,
        )?;
        call.outcome(
            call.api
                .retrieve_item(&conversation, &item, include.as_ref())
                .await,
        )
    }
}

awaitable!(RetrieveItem => types::Item);

id_call! {
    /// Deletes one item from a conversation. Returned by [`Items::delete`].
    DeleteItem: delete_item(conversation: "conversation", item: "item") -> types::Conversation,
    Idempotency::Idempotent
}
