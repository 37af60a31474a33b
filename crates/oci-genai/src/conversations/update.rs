//! Changing a conversation.

use crate::call::{Call, awaitable};
use crate::memory::Memory;
use crate::middleware::Resend;
use crate::options::call_options;
use crate::{Client, RequestOptions, ResourceId, Result, types, validate};

/// Replaces a conversation's metadata; made by
/// [`Conversations::update`](crate::Conversations::update).
///
/// The metadata sent takes the place of all metadata stored. To change one pair, retrieve the
/// conversation first and send what it has along with the change.
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

    /// What the conversation may do with the service's memory.
    pub fn memory(self, memory: Memory) -> Self {
        self.metadata(memory.into_metadata())
    }

    call_options!();

    /// Sends the request.
    ///
    /// # Errors
    ///
    /// When the id or metadata cannot be taken, which is found before anything is sent, or the call
    /// fails.
    pub async fn send(self) -> Result<types::Conversation> {
        let id = self.id.checked("conversation")?;
        validate::metadata(&self.metadata)?;
        let mut body = types::UpdateConversation::new();
        body.metadata = Some(self.metadata);
        let call = Call::new(
            &self.client,
            self.options,
            "update_conversation",
            Resend::Always,
        )?;
        call.outcome(call.api.update_conversation(&id, &body).await)
    }
}

awaitable!(UpdateConversation => types::Conversation);
