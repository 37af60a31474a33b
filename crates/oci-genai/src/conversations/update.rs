//! The request builder for updating a conversation.

use crate::memory::Memory;
use crate::middleware::Idempotency;
use crate::options::call_options;
use crate::typed_call::{Call, awaitable};
use crate::{Client, RequestOptions, ResourceId, Result, types, validation};

/// Replaces a conversation's metadata. Returned by
/// [`Conversations::update`](crate::Conversations::update).
///
/// The new metadata replaces all stored metadata. To change one pair, retrieve the conversation
/// first and send its metadata with the change.
#[derive(Debug)]
#[must_use = "nothing is sent before it is awaited"]
pub struct UpdateConversation {
    client: Client,
    id: ResourceId,
    metadata: types::Metadata,
    options: RequestOptions,
}

impl UpdateConversation {
    pub(super) fn new(client: Client, id: ResourceId) -> Self {
        Self {
            client,
            id,
            metadata: types::Metadata::default(),
            options: RequestOptions::new(),
        }
    }

    /// Adds metadata: at most 16 pairs, keys of at most 64 and values of at most 512 characters.
    pub fn metadata<K: Into<String>, V: Into<String>>(
        mut self,
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        self.metadata
            .extend(pairs.into_iter().map(|(k, v)| (k.into(), v.into())));
        self
    }

    /// Sets the conversation's access to the service's long-term memory.
    pub fn memory(self, memory: Memory) -> Self {
        self.metadata(memory.into_metadata())
    }

    call_options!();

    /// Sends the request.
    ///
    /// # Errors
    ///
    /// Returns an error if the id or the metadata is invalid (checked before anything is sent) or
    /// the call fails.
    pub async fn send(self) -> Result<types::Conversation> {
        let id = self.id.checked("conversation")?;
        validation::metadata(&self.metadata)?;
        let mut body = types::UpdateConversation::new();
        body.metadata = Some(self.metadata);
        let call = Call::new(
            &self.client,
            self.options,
            "update_conversation",
            Idempotency::Idempotent,
        )?;
        call.outcome(call.api.update_conversation(&id, &body).await)
    }
}

awaitable!(UpdateConversation => types::Conversation);
