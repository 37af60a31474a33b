//! Calls for conversations: histories that the service keeps.

mod create;
mod items;
mod update;

pub use self::create::CreateConversation;
pub use self::items::{CreateItems, DeleteItem, Items, RetrieveItem};
pub use self::update::UpdateConversation;
use crate::middleware::Idempotency;
use crate::typed_call::id_call;
use crate::{Client, ResourceId, types};

/// Calls for conversations. Returned by [`Client::conversations`].
///
/// The service cannot list conversations. Keep their ids.
#[derive(Clone, Debug)]
pub struct Conversations {
    client: Client,
}

impl Conversations {
    pub(crate) const fn new(client: Client) -> Self {
        Self { client }
    }

    /// Creates a conversation.
    pub fn create(&self) -> CreateConversation {
        CreateConversation::new(self.client.clone())
    }

    /// Retrieves a conversation.
    pub fn retrieve(&self, id: impl Into<ResourceId>) -> RetrieveConversation {
        RetrieveConversation::new(self.client.clone(), id.into())
    }

    /// Replaces a conversation's metadata.
    pub fn update(&self, id: impl Into<ResourceId>) -> UpdateConversation {
        UpdateConversation::new(self.client.clone(), id.into())
    }

    /// Deletes a conversation with its items.
    pub fn delete(&self, id: impl Into<ResourceId>) -> DeleteConversation {
        DeleteConversation::new(self.client.clone(), id.into())
    }

    /// Returns the calls for the items of a conversation.
    pub fn items(&self, id: impl Into<ResourceId>) -> Items {
        Items::new(self.client.clone(), id.into())
    }
}

id_call! {
    /// Retrieves a conversation. Returned by [`Conversations::retrieve`].
    RetrieveConversation: retrieve_conversation(id: "conversation") -> types::Conversation,
    Idempotency::Idempotent
}

id_call! {
    /// Deletes a conversation. Returned by [`Conversations::delete`].
    DeleteConversation: delete_conversation(id: "conversation") -> types::DeletedConversation,
    Idempotency::Idempotent
}
