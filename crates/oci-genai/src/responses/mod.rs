//! Calls for responses of a model.

mod accumulator;
mod assembler;
mod body_format;
mod create;
mod deltas;
mod event;
mod event_source;
mod ext;
mod failure;
mod idle_timeout;
mod json_body;
mod parse;
mod raw;
mod repetition;
mod replay;
mod resume;
mod span;
mod split_characters;
mod stream;
mod tokens;

pub use self::accumulator::ResponseAccumulator;
pub use self::assembler::StreamDefect;
pub use self::create::CreateResponse;
pub use self::deltas::{Delta, Deltas};
pub use self::ext::{ItemExt, ResponseExt, StreamEventExt};
pub use self::parse::ParsedResponse;
pub use self::raw::RawResponse;
pub use self::stream::ResponseStream;
pub use self::tokens::{CompactResponse, CountInputTokens};
use crate::middleware::Idempotency;
use crate::page::{ListItems, ListOf};
use crate::typed_call::id_call;
use crate::{Client, ResourceId, Result, types};

/// Calls for responses. Returned by [`Client::responses`].
#[derive(Clone, Debug)]
pub struct Responses {
    client: Client,
}

impl Responses {
    pub(crate) const fn new(client: Client) -> Self {
        Self { client }
    }

    /// Creates a response to `input`: text, or a list of items.
    pub fn create(&self, input: impl Into<types::Input>) -> CreateResponse {
        CreateResponse::new(self.client.clone(), input.into())
    }

    /// Sends a request body that you built yourself.
    pub fn create_with(&self, body: types::CreateResponse) -> CreateResponse {
        CreateResponse::from_body(self.client.clone(), body)
    }

    /// Retrieves a stored response.
    pub fn retrieve(&self, id: impl Into<ResourceId>) -> RetrieveResponse {
        RetrieveResponse::new(self.client.clone(), id.into())
    }

    /// Resumes the stream of a stored background response after the event with this sequence
    /// number, or from its beginning.
    ///
    /// # Errors
    ///
    /// Returns an error if the id is invalid or the service does not stream the response.
    pub async fn resume(
        &self,
        id: impl Into<ResourceId>,
        starting_after: Option<i64>,
    ) -> Result<ResponseStream> {
        let id = id.into().checked("response")?;
        ResponseStream::resume(self.client.clone(), id, starting_after).await
    }

    /// Deletes a stored response.
    pub fn delete(&self, id: impl Into<ResourceId>) -> DeleteResponse {
        DeleteResponse::new(self.client.clone(), id.into())
    }

    /// Cancels a background response.
    pub fn cancel(&self, id: impl Into<ResourceId>) -> CancelResponse {
        CancelResponse::new(self.client.clone(), id.into())
    }

    /// Lists the input items of a response.
    pub fn input_items(&self, id: impl Into<ResourceId>) -> ListItems {
        ListItems::new(self.client.clone(), ListOf::Response, id.into())
    }

    /// Counts the tokens of `input`.
    pub fn count_input_tokens(&self, input: impl Into<types::Input>) -> CountInputTokens {
        CountInputTokens::new(self.client.clone(), input.into())
    }

    /// Compacts a history into fewer items.
    pub fn compact(&self, input: impl Into<types::Input>) -> CompactResponse {
        CompactResponse::new(self.client.clone(), input.into())
    }
}

/// Retrieves a stored response. Returned by [`Responses::retrieve`].
#[derive(Debug)]
#[must_use = "nothing is sent before it is awaited"]
pub struct RetrieveResponse {
    client: Client,
    id: ResourceId,
    include: Vec<types::Include>,
    options: crate::RequestOptions,
}

impl RetrieveResponse {
    fn new(client: Client, id: ResourceId) -> Self {
        Self {
            client,
            id,
            include: Vec::new(),
            options: crate::RequestOptions::new(),
        }
    }

    /// Requests details that are omitted by default.
    pub fn include(mut self, include: impl Into<types::Include>) -> Self {
        self.include.push(include.into());
        self
    }

    crate::options::call_options!();

    /// Sends the request.
    ///
    /// A failed response is returned like any other; check its `status` and `error`.
    ///
    /// # Errors
    ///
    /// Returns an error if the id is invalid (checked before anything is sent) or the call fails.
    pub async fn send(self) -> Result<types::Response> {
        let id = self.id.checked("response")?;
        let include = (!self.include.is_empty()).then_some(self.include);
        let call = crate::typed_call::Call::new(
            &self.client,
            self.options,
            "retrieve_response",
            Idempotency::Idempotent,
        )?;
        let answer = call
            .api
            .retrieve_response(&id, include.as_ref(), None, None, None)
            .await;
        json_body::response_of(&call, answer)
    }
}

crate::typed_call::awaitable!(RetrieveResponse => types::Response);

id_call! {
    /// Deletes a stored response. Returned by [`Responses::delete`].
    DeleteResponse: delete_response(id: "response") -> types::DeletedResponse,
    Idempotency::Idempotent
}

id_call! {
    /// Cancels a background response. Returned by [`Responses::cancel`].
    CancelResponse: cancel_response(id: "response") -> types::Response,
    Idempotency::Idempotent,
    |call, answer| json_body::response_of(&call, answer)
}
