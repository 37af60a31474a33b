//! The request builder for creating a response.

use super::failure::{answered, is_answer};
use super::json_body::response_of;
use super::raw::RawResponse;
use super::span::record;
use super::stream::ResponseStream;
use crate::middleware::{Idempotency, call_span};
use crate::options::call_options;
use crate::typed_call::{Call, awaitable};
use crate::{Client, Error, RequestOptions, ResourceId, Result, types, validation};

/// Creates a response. Returned by [`Responses::create`](crate::Responses::create).
///
/// `.await` (or [`send`](Self::send)) returns the whole response. [`stream`](Self::stream) returns
/// its events as they arrive.
#[derive(Debug)]
#[must_use = "nothing is sent before it is awaited"]
pub struct CreateResponse {
    pub(crate) client: Client,
    /// Boxed, because it is large and is moved often.
    pub(crate) body: Box<types::CreateResponse>,
    pub(crate) options: RequestOptions,
}

impl CreateResponse {
    pub(super) fn new(client: Client, input: types::Input) -> Self {
        let mut body = types::CreateResponse::new();
        body.input = Some(input);
        Self::from_body(client, body)
    }

    pub(super) fn from_body(client: Client, body: types::CreateResponse) -> Self {
        Self {
            client,
            body: Box::new(body),
            options: RequestOptions::new(),
        }
    }

    /// Sets the model, in place of the client's.
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.body.model = Some(model.into());
        self
    }

    /// Sets the conversation. Its items precede the input, and it stores input and output.
    pub fn conversation(mut self, conversation: impl Into<ResourceId>) -> Self {
        // Always the plain id, because not every server accepts the object form.
        let id = conversation.into().as_str().to_owned();
        self.body.conversation = Some(types::ConversationRef::from(id));
        self
    }

    /// Sets the previous response. Its items precede the input.
    pub fn previous_response_id(mut self, response: impl Into<ResourceId>) -> Self {
        self.body.previous_response_id = Some(response.into().as_str().to_owned());
        self
    }

    /// Sets the instructions, which precede all other input.
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.body.instructions = Some(instructions.into());
        self
    }

    /// Stores the response on the service. Default: `true`.
    pub fn store(mut self, store: bool) -> Self {
        self.body.store = Some(store);
        self
    }

    /// Runs the response in the background.
    pub fn background(mut self, background: bool) -> Self {
        self.body.background = Some(background);
        self
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

    /// Offers a tool to the model.
    pub fn tool(mut self, tool: impl Into<types::Tool>) -> Self {
        self.body.tools.get_or_insert_default().push(tool.into());
        self
    }

    /// Offers several tools to the model.
    pub fn tools(mut self, tools: impl IntoIterator<Item = types::Tool>) -> Self {
        self.body.tools.get_or_insert_default().extend(tools);
        self
    }

    /// Sets which tools the model may or must call.
    pub fn tool_choice(mut self, choice: impl Into<types::ToolChoice>) -> Self {
        self.body.tool_choice = Some(choice.into());
        self
    }

    /// Sets the format of the output text.
    pub fn text_format(mut self, format: impl Into<types::TextFormat>) -> Self {
        let text = self.body.text.get_or_insert_with(types::TextConfig::new);
        text.format = Some(format.into());
        self
    }

    /// Sets the reasoning effort. Not every model supports it.
    pub fn reasoning_effort(mut self, effort: impl Into<types::ReasoningEffort>) -> Self {
        let reasoning = self
            .body
            .reasoning
            .get_or_insert_with(|| types::ReasoningConfig::new().into());
        reasoning.effort = Some(effort.into());
        self
    }

    /// Requests a summary of the model's reasoning.
    pub fn reasoning_summary(mut self, summary: impl Into<types::ReasoningSummary>) -> Self {
        let reasoning = self
            .body
            .reasoning
            .get_or_insert_with(|| types::ReasoningConfig::new().into());
        reasoning.summary = Some(summary.into());
        self
    }

    /// Sets the sampling temperature, usually from 0 to 2.
    pub fn temperature(mut self, temperature: f64) -> Self {
        self.body.temperature = Some(temperature);
        self
    }

    /// Sets the nucleus sampling probability, from 0 to 1.
    pub fn top_p(mut self, top_p: f64) -> Self {
        self.body.top_p = Some(top_p);
        self
    }

    /// Limits the output tokens, reasoning included.
    pub fn max_output_tokens(mut self, tokens: u32) -> Self {
        self.body.max_output_tokens = Some(tokens.into());
        self
    }

    /// Requests details that are omitted by default.
    pub fn include(mut self, include: impl Into<types::Include>) -> Self {
        self.body
            .include
            .get_or_insert_default()
            .push(include.into());
        self
    }

    /// Changes the request body directly, for members that have no method here.
    pub fn customize(mut self, change: impl FnOnce(&mut types::CreateResponse)) -> Self {
        change(&mut self.body);
        self
    }

    /// Returns the request body.
    pub const fn body(&self) -> &types::CreateResponse {
        &self.body
    }

    call_options!();

    /// Sends the request and waits for the whole response.
    ///
    /// A response that stopped early (`incomplete`) is returned; check its `status`.
    ///
    /// # Errors
    ///
    /// Returns an error if the request is invalid (checked before anything is sent), the call
    /// fails, or the service reports that the response failed ([`Error::is_failed`]). A failed
    /// response is in [`Error::response`].
    pub fn send(self) -> impl Future<Output = Result<types::Response>> + Send {
        // Runs before the future is created, which halves the future's size: allocators are slow
        // above 1 KiB.
        let call = self.into_call();
        async move {
            let (call, body) = call?;
            let answer = call.api.create_response(&body).await;
            let response = response_of(&call, answer)?;
            record(&call.span, &response);
            if is_answer(&response) {
                return Ok(response);
            }
            answered(response).map_err(|error| error.masked(call.client.sent_credentials()))
        }
    }

    fn into_call(mut self) -> Result<(Call, Box<types::CreateResponse>)> {
        self.prepare(false)?;
        let resend = self.resend();
        let span = self.span();
        let call = Call::with_span(&self.client, self.options, resend, span)?;
        Ok((call, self.body))
    }

    /// Sends the request and returns the raw response: status, headers and body.
    ///
    /// # Errors
    ///
    /// Returns an error if the request is invalid or the call fails.
    pub async fn send_raw(mut self) -> Result<RawResponse> {
        self.prepare(false)?;
        let resend = self.resend();
        let span = self.span();
        let (operation, path) = ("create_response", "/responses");
        RawResponse::post(
            &self.client,
            operation,
            path,
            &self.body,
            self.options,
            resend,
            span,
        )
        .await
    }

    /// Sends the request and returns the response as a stream of events.
    ///
    /// # Errors
    ///
    /// Returns an error if the request is invalid, the call fails, or the response is not a stream.
    pub async fn stream(mut self) -> Result<ResponseStream> {
        self.prepare(true)?;
        let resend = self.resend();
        let span = self.span();
        ResponseStream::create(self.client, *self.body, self.options, resend, span).await
    }

    /// Fills in the client's model and checks the request.
    pub(super) fn prepare(&mut self, stream: bool) -> Result<()> {
        let body = &mut self.body;
        if body.model.is_none() {
            body.model = self.client.model().map(str::to_owned);
        }
        match &body.model {
            Some(model) => validation::model(model)?,
            // A stored prompt may name the model itself.
            None if body.prompt.is_some() => {}
            None => {
                return Err(Error::invalid("no model is set")
                    .with_hint("set one with .model(..), on the client, or in OCI_GENAI_MODEL"));
            }
        }
        if let Some(types::Input::Text(text)) = &body.input
            && text.trim().is_empty()
            && body.prompt.is_none()
        {
            return Err(Error::invalid("the input is empty"));
        }
        if let Some(conversation) = body.conversation.as_ref().and_then(conversation_id) {
            validation::id("conversation", conversation)?;
        }
        if let Some(previous) = &body.previous_response_id {
            validation::id("response", previous)?;
        }
        if let Some(metadata) = &body.metadata {
            validation::metadata(metadata)?;
        }
        validation::finite("temperature", body.temperature)?;
        validation::finite("top_p", body.top_p)?;
        // The operation decides. A leftover value would contradict it.
        body.stream = stream.then_some(true);
        self.options = std::mem::take(&mut self.options).stateless(self.is_stateless());
        Ok(())
    }

    /// Returns `true` if any region can serve the request: it needs no state on the service and
    /// leaves none.
    fn is_stateless(&self) -> bool {
        let body = &self.body;
        body.conversation.is_none()
            && body.previous_response_id.is_none()
            && body.store == Some(false)
            && body.background != Some(true)
            && body.prompt.is_none()
    }

    /// Returns the effect of sending this request twice.
    pub(super) fn resend(&self) -> Idempotency {
        if self.body.conversation.is_some() {
            Idempotency::RetryIfNotExecuted
        } else {
            Idempotency::RetryIfAnswered
        }
    }

    pub(super) fn span(&self) -> tracing::Span {
        let conversation = self.body.conversation.as_ref().and_then(conversation_id);
        call_span("chat", self.body.model.as_deref(), conversation)
    }
}

awaitable!(CreateResponse => types::Response);

fn conversation_id(conversation: &types::ConversationRef) -> Option<&str> {
    match conversation {
        types::ConversationRef::Id(id) => Some(id),
        types::ConversationRef::Object(object) => Some(&object.id),
        _ => None,
    }
}
