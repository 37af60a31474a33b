//! The request builder for creating a conversation.

use crate::memory::Memory;
use crate::middleware::Idempotency;
use crate::options::call_options;
use crate::typed_call::{Call, awaitable};
use crate::{Client, RequestOptions, Result, types, validation};

/// Creates a conversation. Returned by [`Conversations::create`](crate::Conversations::create).
#[derive(Debug)]
#[must_use = "nothing is sent before it is awaited"]
pub struct CreateConversation {
    client: Client,
    body: types::CreateConversation,
    options: RequestOptions,
}

impl CreateConversation {
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            body: types::CreateConversation::new(),
            options: RequestOptions::new(),
        }
    }

    /// Adds metadata: at most 16 pairs, keys of at most 64 and values of at most 512 characters.
    pub fn metadata<K: Into<String>, V: Into<String>>(
        mut self,
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let metadata = self.body.metadata.get_or_insert_default();
        metadata.extend(pairs.into_iter().map(|(k, v)| (k.into(), v.into())));
        self
    }

    /// Sets the conversation's access to the service's long-term memory.
    pub fn memory(self, memory: Memory) -> Self {
        self.metadata(memory.into_metadata())
    }

    /// Adds initial items, at most 20.
    pub fn items(mut self, items: impl IntoIterator<Item = types::Item>) -> Self {
        self.body.items.get_or_insert_default().extend(items);
        self
    }

    call_options!();

    /// Sends the request.
    ///
    /// # Errors
    ///
    /// Returns an error if metadata or items exceed the service's limits (checked before anything
    /// is sent) or the call fails.
    pub async fn send(self) -> Result<types::Conversation> {
        if let Some(metadata) = &self.body.metadata {
            validation::metadata(metadata)?;
        }
        validation::item_count(self.body.items.as_ref().map_or(0, Vec::len))?;
        // A surplus empty conversation does no harm.
        let resend = match self.body.items {
            None => Idempotency::Idempotent,
            Some(_) => Idempotency::RetryIfAnswered,
        };
        let call = Call::new(&self.client, self.options, "create_conversation", resend)?;
        let created = call.outcome(call.api.create_conversation(&self.body).await)?;
        call.span.record("gen_ai.conversation.id", &*created.id);
        Ok(created)
    }
}

awaitable!(CreateConversation => types::Conversation);
