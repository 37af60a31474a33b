//! Responses of a model.

mod accumulator;
mod assembler;
mod create;
mod deltas;
mod event;
mod event_source;
mod ext;
mod failure;
mod form;
mod halves;
mod parse;
mod raw;
mod repetition;
mod replay;
mod resume;
mod span;
mod stall;
mod stream;
mod tokens;
mod whole;

pub use self::accumulator::Accumulator;
pub use self::assembler::StreamDefect;
pub use self::create::CreateResponse;
pub use self::deltas::{Delta, Deltas};
pub use self::ext::{ItemExt, ResponseExt, StreamEventExt};
pub use self::parse::Parsed;
pub use self::raw::RawResponse;
pub use self::stream::ResponseStream;
pub use self::tokens::{CompactResponse, CountInputTokens};
use crate::call::id_call;
use crate::middleware::Resend;
use crate::page::{ListItems, ListOf};
use crate::{Client, ResourceId, Result, types};

/// Calls about responses; made by [`Client::responses`].
#[derive(Clone, Debug)]
pub struct Responses {
    client: Client,
}

impl Responses {
    pub(crate) const fn new(client: Client) -> Self {
        Self { client }
    }

    /// Asks a model for a response to `input`: text, or a list of items.
    pub fn create(&self, input: impl Into<types::Input>) -> CreateResponse {
        CreateResponse::new(self.client.clone(), input.into())
    }

    /// Sends a request body made elsewhere.
    pub fn create_from(&self, body: types::CreateResponse) -> CreateResponse {
        CreateResponse::from_body(self.client.clone(), body)
    }

    /// Looks a stored response up.
    pub fn retrieve(&self, id: impl Into<ResourceId>) -> RetrieveResponse {
        RetrieveResponse::new(self.client.clone(), id.into())
    }

    /// Takes up the stream of a stored background response after the event with this sequence
    /// number, or from its beginning.
    ///
    /// # Errors
    ///
    /// When the id cannot be one, or the service does not stream the response.
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

    /// Lists the items that a response was made from.
    pub fn input_items(&self, id: impl Into<ResourceId>) -> ListItems {
        ListItems::new(self.client.clone(), ListOf::Response, id.into())
    }

    /// Counts the tokens that `input` would be.
    pub fn count_input_tokens(&self, input: impl Into<types::Input>) -> CountInputTokens {
        CountInputTokens::new(self.client.clone(), input.into())
    }

    /// Condenses a history into fewer items.
    pub fn compact(&self, input: impl Into<types::Input>) -> CompactResponse {
        CompactResponse::new(self.client.clone(), input.into())
    }
}

/// Looks a stored response up; made by [`Responses::retrieve`].
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

    /// Asks for details that are left out otherwise.
    pub fn include(mut self, include: impl Into<types::Include>) -> Self {
        self.include.push(include.into());
        self
    }

    crate::options::call_options!();

    /// Sends the request.
    ///
    /// A response that failed is returned like any other; see its `status` and `error`.
    ///
    /// # Errors
    ///
    /// When the id cannot be one, which is found before anything is sent, or the call fails.
    pub async fn send(self) -> Result<types::Response> {
        let id = self.id.checked("response")?;
        let include = (!self.include.is_empty()).then_some(self.include);
        let call = crate::call::Call::new(
            &self.client,
            self.options,
            "retrieve_response",
            Resend::Always,
        )?;
        let answer = call
            .api
            .retrieve_response(&id, include.as_ref(), None, None, None)
            .await;
        whole::response_of(&call, answer)
    }
}

crate::call::awaitable!(RetrieveResponse => types::Response);

id_call! {
    /// Deletes a stored response; made by [`Responses::delete`].
    DeleteResponse: delete_response(id: "response") -> types::DeletedResponse,
    Resend::Always
}

id_call! {
    /// Cancels a background response; made by [`Responses::cancel`].
    CancelResponse: cancel_response(id: "response") -> types::Response,
    Resend::Always,
    |call, answer| whole::response_of(&call, answer)
}
