//! Asking for a response.

use super::failure::{raise_failed, require_output};
use super::raw::RawResponse;
use super::span::record;
use super::stream::ResponseStream;
use super::whole::response_of;
use crate::call::{Call, awaitable};
use crate::middleware::{Resend, call_span};
use crate::options::call_options;
use crate::{Client, Error, RequestOptions, ResourceId, Result, types, validate};

/// Asks a model for a response; made by [`Responses::create`](crate::Responses::create).
///
/// `.await` (or [`send`](Self::send)) gives the whole response, [`stream`](Self::stream) gives it as
/// it comes into being.
#[derive(Debug)]
#[must_use = "nothing is sent before it is awaited"]
pub struct CreateResponse {
    pub(crate) client: Client,
    /// Boxed, because it is large and moves often.
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

    /// The model, in place of the client's.
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.body.model = Some(model.into());
        self
    }

    /// The conversation whose items come before the input, and which keeps input and output.
    pub fn conversation(mut self, conversation: impl Into<ResourceId>) -> Self {
        // Always the plain id: not every server takes the object form.
        let id = conversation.into().as_str().to_owned();
        self.body.conversation = Some(types::ConversationRef::from(id));
        self
    }

    /// The response whose items come before the input.
    pub fn previous_response_id(mut self, response: impl Into<ResourceId>) -> Self {
        self.body.previous_response_id = Some(response.into().as_str().to_owned());
        self
    }

    /// What the model is told ahead of everything else.
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.body.instructions = Some(instructions.into());
        self
    }

    /// Whether the service keeps the response. Default: yes.
    pub fn store(mut self, store: bool) -> Self {
        self.body.store = Some(store);
        self
    }

    /// Whether the response comes into being without this call waiting for it.
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

    /// Which tools the model may or must call.
    pub fn tool_choice(mut self, choice: impl Into<types::ToolChoice>) -> Self {
        self.body.tool_choice = Some(choice.into());
        self
    }

    /// The form the output text takes.
    pub fn text_format(mut self, format: impl Into<types::TextFormat>) -> Self {
        let text = self.body.text.get_or_insert_with(types::TextConfig::new);
        text.format = Some(format.into());
        self
    }

    /// How much the model reasons. Not every model takes this.
    pub fn reasoning_effort(mut self, effort: impl Into<types::ReasoningEffort>) -> Self {
        let reasoning = self
            .body
            .reasoning
            .get_or_insert_with(types::ReasoningConfig::new);
        reasoning.effort = Some(effort.into());
        self
    }

    /// Asks for a summary of the model's reasoning.
    pub fn reasoning_summary(mut self, summary: impl Into<types::ReasoningSummary>) -> Self {
        let reasoning = self
            .body
            .reasoning
            .get_or_insert_with(types::ReasoningConfig::new);
        reasoning.summary = Some(summary.into());
        self
    }

    /// How freely words are chosen, usually from 0 to 2.
    pub fn temperature(mut self, temperature: f64) -> Self {
        self.body.temperature = Some(temperature);
        self
    }

    /// The share of likelihood that words are chosen from, from 0 to 1.
    pub fn top_p(mut self, top_p: f64) -> Self {
        self.body.top_p = Some(top_p);
        self
    }

    /// The most tokens the model may write, reasoning included.
    pub fn max_output_tokens(mut self, tokens: u32) -> Self {
        self.body.max_output_tokens = Some(tokens.into());
        self
    }

    /// Asks for details that are left out otherwise.
    pub fn include(mut self, include: impl Into<types::Include>) -> Self {
        self.body
            .include
            .get_or_insert_default()
            .push(include.into());
        self
    }

    /// Changes the request body in ways that have no method here.
    pub fn with_body(mut self, change: impl FnOnce(&mut types::CreateResponse)) -> Self {
        change(&mut self.body);
        self
    }

    /// The request body as it stands.
    pub const fn body(&self) -> &types::CreateResponse {
        &self.body
    }

    call_options!();

    /// Sends the request and waits for the whole response.
    ///
    /// A response that stopped early (`incomplete`) is returned; look at its `status`.
    ///
    /// # Errors
    ///
    /// When the request cannot be sent as it is, which is found before anything is sent; when the
    /// call fails; and when the service reports that the response failed
    /// ([`Error::is_failed`]), which then is in [`Error::response`].
    pub fn send(self) -> impl Future<Output = Result<types::Response>> + Send {
        // Before the future, which is then half the size: allocators are slow above 1 KiB.
        let call = self.into_call();
        async move {
            let (call, body) = call?;
            let answer = call.api.create_response(&body).await;
            let response = response_of(&call, answer)?;
            record(&call.span, &response);
            let response = raise_failed(response);
            require_output(response.map_err(|error| error.masked(call.client.sent_credentials()))?)
        }
    }

    fn into_call(mut self) -> Result<(Call, Box<types::CreateResponse>)> {
        self.prepare(false)?;
        let resend = self.resend();
        let span = self.span();
        let call = Call::with_span(&self.client, self.options, resend, span)?;
        Ok((call, self.body))
    }

    /// Sends the request and gives the answer unread: status, headers and body.
    ///
    /// # Errors
    ///
    /// When the request cannot be sent as it is, or the call fails.
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

    /// Sends the request and gives the response as a stream of events.
    ///
    /// # Errors
    ///
    /// When the request cannot be sent as it is, the call fails, or the answer is no stream.
    pub async fn stream(mut self) -> Result<ResponseStream> {
        self.prepare(true)?;
        let resend = self.resend();
        let span = self.span();
        ResponseStream::create(self.client, *self.body, self.options, resend, span).await
    }

    /// Fills in the client's model and finds what can be known to be wrong.
    pub(super) fn prepare(&mut self, stream: bool) -> Result<()> {
        let body = &mut self.body;
        if body.model.is_none() {
            body.model = self.client.model().map(str::to_owned);
        }
        match &body.model {
            Some(model) => validate::model(model)?,
            // A stored prompt may name its model.
            None if body.prompt.is_some() => {}
            None => {
                return Err(Error::invalid("no model is named")
                    .with_hint("name one with .model(..), for the client, or in OCI_GENAI_MODEL"));
            }
        }
        if let Some(types::Input::Text(text)) = &body.input
            && text.trim().is_empty()
            && body.prompt.is_none()
        {
            return Err(Error::invalid("the input is empty"));
        }
        if let Some(conversation) = body.conversation.as_ref().and_then(conversation_id) {
            validate::id("conversation", conversation)?;
        }
        if let Some(previous) = &body.previous_response_id {
            validate::id("response", previous)?;
        }
        if let Some(metadata) = &body.metadata {
            validate::metadata(metadata)?;
        }
        validate::finite("temperature", body.temperature)?;
        validate::finite("top_p", body.top_p)?;
        // The operation decides; a leftover here would contradict it.
        body.stream = stream.then_some(true);
        self.options = std::mem::take(&mut self.options).stateless(self.is_stateless());
        Ok(())
    }

    /// Whether any region can answer: nothing on the service is needed, and nothing stays there.
    fn is_stateless(&self) -> bool {
        let body = &self.body;
        body.conversation.is_none()
            && body.previous_response_id.is_none()
            && body.store == Some(false)
            && body.background != Some(true)
            && body.prompt.is_none()
    }

    /// What sending this request twice would do.
    pub(super) fn resend(&self) -> Resend {
        if self.body.conversation.is_some() {
            Resend::IfNotExecuted
        } else {
            Resend::IfAnswered
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
