//! Conversations: the service's memory of turns.

mod create;
mod items;
mod update;

pub use self::create::CreateConversation;
pub use self::items::{CreateItems, DeleteItem, Items, RetrieveItem};
pub use self::update::UpdateConversation;
use crate::call::id_call;
use crate::middleware::Resend;
use crate::{Client, ResourceId, types};

/// Calls about conversations; made by [`Client::conversations`].
///
/// The service has no list of conversations: keep their ids.
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

    /// Looks a conversation up.
    pub fn retrieve(&self, id: impl Into<ResourceId>) -> RetrieveConversation {
        RetrieveConversation::new(self.client.clone(), id.into())
    }

    /// Changes a conversation's metadata.
    pub fn update(&self, id: impl Into<ResourceId>) -> UpdateConversation {
        UpdateConversation::new(self.client.clone(), id.into())
    }

    /// Deletes a conversation with its items.
    pub fn delete(&self, id: impl Into<ResourceId>) -> DeleteConversation {
        DeleteConversation::new(self.client.clone(), id.into())
    }

    /// The items of a conversation.
    pub fn items(&self, id: impl Into<ResourceId>) -> Items {
        Items::new(self.client.clone(), id.into())
    }
}

id_call! {
    /// Looks a conversation up; made by [`Conversations::retrieve`].
    RetrieveConversation: retrieve_conversation(id: "conversation") -> types::Conversation,
    Resend::Always
}

id_call! {
    /// Deletes a conversation; made by [`Conversations::delete`].
    DeleteConversation: delete_conversation(id: "conversation") -> types::DeletedConversation,
    Resend::Always
}
