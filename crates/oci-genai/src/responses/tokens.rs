//! Counts input tokens and compacts histories.

use crate::middleware::Idempotency;
use crate::options::call_options;
use crate::typed_call::{Call, awaitable};
use crate::{Client, Error, RequestOptions, ResourceId, Result, types, validation};

/// Counts the tokens of an input. Returned by
/// [`Responses::count_input_tokens`](crate::Responses::count_input_tokens).
///
/// OCI does not document this operation. A service without it returns 404.
#[derive(Debug)]
#[must_use = "nothing is sent before it is awaited"]
pub struct CountInputTokens {
    client: Client,
    body: types::CountInputTokens,
    options: RequestOptions,
}

impl CountInputTokens {
    pub(super) fn new(client: Client, input: types::Input) -> Self {
        let mut body = types::CountInputTokens::new();
        body.input = Some(input);
        body.model = client.model().map(str::to_owned);
        Self {
            client,
            body,
            options: RequestOptions::new(),
        }
    }

    /// Sets the model, in place of the client's.
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.body.model = Some(model.into());
        self
    }

    /// Sets the conversation whose items precede the input.
    pub fn conversation(mut self, conversation: impl Into<ResourceId>) -> Self {
        let id = conversation.into().as_str().to_owned();
        self.body.conversation = Some(types::ConversationRef::from(id));
        self
    }

    /// Changes the request body directly, for members that have no method here.
    pub fn customize(mut self, change: impl FnOnce(&mut types::CountInputTokens)) -> Self {
        change(&mut self.body);
        self
    }

    call_options!();

    /// Sends the request.
    ///
    /// # Errors
    ///
    /// Returns an error if the call fails.
    pub async fn send(self) -> Result<types::InputTokenCount> {
        let call = Call::new(
            &self.client,
            self.options,
            "count_input_tokens",
            Idempotency::Idempotent,
        )?;
        call.outcome(call.api.count_input_tokens(&self.body).await)
    }
}

awaitable!(CountInputTokens => types::InputTokenCount);

/// Compacts a history. Returned by [`Responses::compact`](crate::Responses::compact).
///
/// OCI does not document this operation. A service without it returns 404.
#[derive(Debug)]
#[must_use = "nothing is sent before it is awaited"]
pub struct CompactResponse {
    client: Client,
    input: types::Input,
    model: Option<String>,
    instructions: Option<String>,
    options: RequestOptions,
}

impl CompactResponse {
    pub(super) fn new(client: Client, input: types::Input) -> Self {
        Self {
            model: client.model().map(str::to_owned),
            client,
            input,
            instructions: None,
            options: RequestOptions::new(),
        }
    }

    /// Sets the model, in place of the client's.
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Sets the instructions for compacting.
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.instructions = Some(instructions.into());
        self
    }

    call_options!();

    /// Sends the request.
    ///
    /// # Errors
    ///
    /// Returns an error if no model is set (checked before anything is sent) or the call fails.
    pub async fn send(self) -> Result<types::CompactedResponse> {
        let Some(model) = self.model else {
            return Err(Error::invalid("no model is set"));
        };
        validation::model(&model)?;
        let mut body = types::CompactResponse::new(model);
        body.input = Some(self.input);
        body.instructions = self.instructions;
        let call = Call::new(
            &self.client,
            self.options,
            "compact_response",
            Idempotency::RetryIfAnswered,
        )?;
        call.outcome(call.api.compact_response(&body).await)
    }
}

awaitable!(CompactResponse => types::CompactedResponse);
