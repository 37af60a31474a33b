// Made by `cargo xtask codegen`. Change the OpenAPI document, not this file.

//! The operations, as functions of a client.

#[allow(unused_imports, reason = "which of these are needed depends on the document")]
use progenitor_client::{ByteStream, ClientInfo, Error, RequestBuilderExt, ResponseValue};
#[allow(unused_imports, reason = "a document may have no paths with parameters")]
use crate::model::path_segment;
/// Client for OCI Generative AI Conversations and Responses.
///
/// OCI Generative AI's OpenAI-compatible API for conversations and responses. Create a conversation
/// once and pass its id in every response request; the service stores the turns. The wire format is
/// the one that the OpenAI SDKs use. Oracle serves it on the inference host of a region, with its
/// own authentication, headers, projects and error bodies.
///
/// Timestamps are whole seconds since the Unix epoch. Identifiers are opaque strings. Lists are
/// paged with cursors that are item ids.
///
/// Version 2026.11 of the document.
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) baseurl: crate::transport::BaseUrl,
    pub(crate) client: reqwest::Client,
    pub(crate) inner: crate::Transport,
}
impl Client {
    /// Construct a new client with an existing `reqwest::Client`,
    /// allowing more control over its configuration.
    ///
    /// `baseurl` is the base URL provided to the internal
    /// `reqwest::Client`, and should include a scheme and hostname,
    /// as well as port and a path stem if applicable.
    pub fn new_with_client(
        baseurl: &str,
        client: reqwest::Client,
        inner: crate::Transport,
    ) -> Self {
        Self {
            baseurl: crate::transport::BaseUrl::new(baseurl),
            client,
            inner,
        }
    }
}
impl ClientInfo<crate::Transport> for Client {
    fn api_version() -> &'static str {
        "2026.11"
    }
    fn baseurl(&self) -> &str {
        self.baseurl.as_str()
    }
    fn client(&self) -> &reqwest::Client {
        &self.client
    }
    fn inner(&self) -> &crate::Transport {
        &self.inner
    }
}
impl Client {
    /// Creates a conversation.
    ///
    /// Creates an empty conversation, or one that starts with up to 20 items. Keep the returned id:
    /// the service has no operation to list conversations.
    ///
    /// Sends `POST /conversations`.
    ///
    /// # Errors
    ///
    /// A refusal by the service comes as `Error::ErrorResponse` with its `ErrorResponse`.
    #[allow(
        clippy::too_many_arguments,
        clippy::ptr_arg,
        clippy::needless_lifetimes,
        clippy::let_and_return,
        clippy::match_single_binding
    )]
    pub async fn create_conversation<'a>(
        &'a self,
        body: &'a crate::types::CreateConversation,
    ) -> Result<
        ResponseValue<crate::types::Conversation>,
        Error<crate::types::ErrorResponse>,
    > {
        let url = self
            .baseurl
            .join(format_args!("/conversations",))
            .map_err(Error::InvalidRequest)?;
        let request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .build()?;
        let response = self.inner.send(request, "create_conversation").await;
        match response.status().as_u16() {
            200u16 => response.json().await,
            400u16..=499u16 => Err(Error::ErrorResponse(response.json().await?)),
            500u16..=599u16 => Err(Error::ErrorResponse(response.json().await?)),
            _ => Err(Error::UnexpectedResponse(response.into())),
        }
    }
    /// Retrieves a conversation.
    ///
    /// Returns the conversation's metadata and creation time. Use the list operation for its items.
    /// The metadata may contain keys that the client never set, because the service adds its own.
    /// Fails with 404 if the conversation does not exist or belongs to another project.
    ///
    /// Sends `GET /conversations/{conversation_id}`.
    ///
    /// Arguments:
    ///
    /// - `conversation_id`: Id of the conversation, `conv_…`.
    ///
    /// # Errors
    ///
    /// A refusal by the service comes as `Error::ErrorResponse` with its `ErrorResponse`.
    #[allow(
        clippy::too_many_arguments,
        clippy::ptr_arg,
        clippy::needless_lifetimes,
        clippy::let_and_return,
        clippy::match_single_binding
    )]
    pub async fn retrieve_conversation<'a>(
        &'a self,
        conversation_id: &'a str,
    ) -> Result<
        ResponseValue<crate::types::Conversation>,
        Error<crate::types::ErrorResponse>,
    > {
        let conversation_id = path_segment("conversation_id", conversation_id)
            .map_err(Error::InvalidRequest)?;
        let url = self
            .baseurl
            .join(format_args!("/conversations/{}", conversation_id))
            .map_err(Error::InvalidRequest)?;
        let request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .build()?;
        let response = self.inner.send(request, "retrieve_conversation").await;
        match response.status().as_u16() {
            200u16 => response.json().await,
            400u16..=499u16 => Err(Error::ErrorResponse(response.json().await?)),
            500u16..=599u16 => Err(Error::ErrorResponse(response.json().await?)),
            _ => Err(Error::UnexpectedResponse(response.into())),
        }
    }
    /// Replaces a conversation's metadata.
    ///
    /// Replaces all stored metadata with the metadata sent. No other part of a conversation can be
    /// changed.
    ///
    /// Sends `POST /conversations/{conversation_id}`.
    ///
    /// Arguments:
    ///
    /// - `conversation_id`: Id of the conversation, `conv_…`.
    ///
    /// # Errors
    ///
    /// A refusal by the service comes as `Error::ErrorResponse` with its `ErrorResponse`.
    #[allow(
        clippy::too_many_arguments,
        clippy::ptr_arg,
        clippy::needless_lifetimes,
        clippy::let_and_return,
        clippy::match_single_binding
    )]
    pub async fn update_conversation<'a>(
        &'a self,
        conversation_id: &'a str,
        body: &'a crate::types::UpdateConversation,
    ) -> Result<
        ResponseValue<crate::types::Conversation>,
        Error<crate::types::ErrorResponse>,
    > {
        let conversation_id = path_segment("conversation_id", conversation_id)
            .map_err(Error::InvalidRequest)?;
        let url = self
            .baseurl
            .join(format_args!("/conversations/{}", conversation_id))
            .map_err(Error::InvalidRequest)?;
        let request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .build()?;
        let response = self.inner.send(request, "update_conversation").await;
        match response.status().as_u16() {
            200u16 => response.json().await,
            400u16..=499u16 => Err(Error::ErrorResponse(response.json().await?)),
            500u16..=599u16 => Err(Error::ErrorResponse(response.json().await?)),
            _ => Err(Error::UnexpectedResponse(response.into())),
        }
    }
    /// Deletes a conversation.
    ///
    /// Retrieving the conversation afterwards returns 404. Long-term memories derived from it are
    /// deleted too, unless another conversation repeated the fact.
    ///
    /// Sends `DELETE /conversations/{conversation_id}`.
    ///
    /// Arguments:
    ///
    /// - `conversation_id`: Id of the conversation, `conv_…`.
    ///
    /// # Errors
    ///
    /// A refusal by the service comes as `Error::ErrorResponse` with its `ErrorResponse`.
    #[allow(
        clippy::too_many_arguments,
        clippy::ptr_arg,
        clippy::needless_lifetimes,
        clippy::let_and_return,
        clippy::match_single_binding
    )]
    pub async fn delete_conversation<'a>(
        &'a self,
        conversation_id: &'a str,
    ) -> Result<
        ResponseValue<crate::types::DeletedConversation>,
        Error<crate::types::ErrorResponse>,
    > {
        let conversation_id = path_segment("conversation_id", conversation_id)
            .map_err(Error::InvalidRequest)?;
        let url = self
            .baseurl
            .join(format_args!("/conversations/{}", conversation_id))
            .map_err(Error::InvalidRequest)?;
        let request = self
            .client
            .delete(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .build()?;
        let response = self.inner.send(request, "delete_conversation").await;
        match response.status().as_u16() {
            200u16 => response.json().await,
            400u16..=499u16 => Err(Error::ErrorResponse(response.json().await?)),
            500u16..=599u16 => Err(Error::ErrorResponse(response.json().await?)),
            _ => Err(Error::UnexpectedResponse(response.into())),
        }
    }
    /// Lists a conversation's items.
    ///
    /// Returns one page of items, newest first unless `order` says otherwise. Request the next page
    /// with `after` set to the page's `last_id` while `has_more` is true. Besides messages, the
    /// list contains reasoning items and tool calls.
    ///
    /// Sends `GET /conversations/{conversation_id}/items`.
    ///
    /// Arguments:
    ///
    /// - `conversation_id`: Id of the conversation, `conv_…`.
    /// - `limit`: Maximum number of items per page, from 1 to 100. Default 20.
    /// - `order`: Sort order by creation time. Default `desc`, newest first.
    /// - `after`: Id of the last item of the previous page. The page starts with the item after it.
    /// - `include`: Additional fields to include in the response; each value names one.
    ///
    /// # Errors
    ///
    /// A refusal by the service comes as `Error::ErrorResponse` with its `ErrorResponse`.
    #[allow(
        clippy::too_many_arguments,
        clippy::ptr_arg,
        clippy::needless_lifetimes,
        clippy::let_and_return,
        clippy::match_single_binding
    )]
    pub async fn list_items<'a>(
        &'a self,
        conversation_id: &'a str,
        limit: Option<i64>,
        order: Option<&'a crate::types::ListOrder>,
        after: Option<&'a str>,
        include: Option<&'a ::std::vec::Vec<crate::types::Include>>,
    ) -> Result<
        ResponseValue<crate::types::ItemList>,
        Error<crate::types::ErrorResponse>,
    > {
        let conversation_id = path_segment("conversation_id", conversation_id)
            .map_err(Error::InvalidRequest)?;
        let url = self
            .baseurl
            .join(format_args!("/conversations/{}/items", conversation_id))
            .map_err(Error::InvalidRequest)?;
        let request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("limit", &limit))
            .query(&progenitor_client::QueryParam::new("order", &order))
            .query(&progenitor_client::QueryParam::new("after", &after))
            .query(&progenitor_client::QueryParam::new("include", &include))
            .build()?;
        let response = self.inner.send(request, "list_items").await;
        match response.status().as_u16() {
            200u16 => response.json().await,
            400u16..=499u16 => Err(Error::ErrorResponse(response.json().await?)),
            500u16..=599u16 => Err(Error::ErrorResponse(response.json().await?)),
            _ => Err(Error::UnexpectedResponse(response.into())),
        }
    }
    /// Adds items to a conversation.
    ///
    /// Appends up to 20 items to the conversation without calling a model.
    ///
    /// Sends `POST /conversations/{conversation_id}/items`.
    ///
    /// Arguments:
    ///
    /// - `conversation_id`: Id of the conversation, `conv_…`.
    /// - `include`: Additional fields to include in the response; each value names one.
    ///
    /// # Errors
    ///
    /// A refusal by the service comes as `Error::ErrorResponse` with its `ErrorResponse`.
    #[allow(
        clippy::too_many_arguments,
        clippy::ptr_arg,
        clippy::needless_lifetimes,
        clippy::let_and_return,
        clippy::match_single_binding
    )]
    pub async fn create_items<'a>(
        &'a self,
        conversation_id: &'a str,
        include: Option<&'a ::std::vec::Vec<crate::types::Include>>,
        body: &'a crate::types::CreateItems,
    ) -> Result<
        ResponseValue<crate::types::ItemList>,
        Error<crate::types::ErrorResponse>,
    > {
        let conversation_id = path_segment("conversation_id", conversation_id)
            .map_err(Error::InvalidRequest)?;
        let url = self
            .baseurl
            .join(format_args!("/conversations/{}/items", conversation_id))
            .map_err(Error::InvalidRequest)?;
        let request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .query(&progenitor_client::QueryParam::new("include", &include))
            .build()?;
        let response = self.inner.send(request, "create_items").await;
        match response.status().as_u16() {
            200u16 => response.json().await,
            400u16..=499u16 => Err(Error::ErrorResponse(response.json().await?)),
            500u16..=599u16 => Err(Error::ErrorResponse(response.json().await?)),
            _ => Err(Error::UnexpectedResponse(response.into())),
        }
    }
    /// Retrieves one item of a conversation.
    ///
    /// Returns the stored item. Fails with 404 if the conversation has no such item.
    ///
    /// Sends `GET /conversations/{conversation_id}/items/{item_id}`.
    ///
    /// Arguments:
    ///
    /// - `conversation_id`: Id of the conversation, `conv_…`.
    /// - `item_id`: Id of the item.
    /// - `include`: Additional fields to include in the response; each value names one.
    ///
    /// # Errors
    ///
    /// A refusal by the service comes as `Error::ErrorResponse` with its `ErrorResponse`.
    #[allow(
        clippy::too_many_arguments,
        clippy::ptr_arg,
        clippy::needless_lifetimes,
        clippy::let_and_return,
        clippy::match_single_binding
    )]
    pub async fn retrieve_item<'a>(
        &'a self,
        conversation_id: &'a str,
        item_id: &'a str,
        include: Option<&'a ::std::vec::Vec<crate::types::Include>>,
    ) -> Result<ResponseValue<crate::types::Item>, Error<crate::types::ErrorResponse>> {
        let conversation_id = path_segment("conversation_id", conversation_id)
            .map_err(Error::InvalidRequest)?;
        let item_id = path_segment("item_id", item_id).map_err(Error::InvalidRequest)?;
        let url = self
            .baseurl
            .join(format_args!("/conversations/{}/items/{}", conversation_id, item_id))
            .map_err(Error::InvalidRequest)?;
        let request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("include", &include))
            .build()?;
        let response = self.inner.send(request, "retrieve_item").await;
        match response.status().as_u16() {
            200u16 => response.json().await,
            400u16..=499u16 => Err(Error::ErrorResponse(response.json().await?)),
            500u16..=599u16 => Err(Error::ErrorResponse(response.json().await?)),
            _ => Err(Error::UnexpectedResponse(response.into())),
        }
    }
    /// Removes one item from a conversation.
    ///
    /// Later turns no longer include the item. Returns the conversation, not the item.
    ///
    /// Sends `DELETE /conversations/{conversation_id}/items/{item_id}`.
    ///
    /// Arguments:
    ///
    /// - `conversation_id`: Id of the conversation, `conv_…`.
    /// - `item_id`: Id of the item.
    ///
    /// # Errors
    ///
    /// A refusal by the service comes as `Error::ErrorResponse` with its `ErrorResponse`.
    #[allow(
        clippy::too_many_arguments,
        clippy::ptr_arg,
        clippy::needless_lifetimes,
        clippy::let_and_return,
        clippy::match_single_binding
    )]
    pub async fn delete_item<'a>(
        &'a self,
        conversation_id: &'a str,
        item_id: &'a str,
    ) -> Result<
        ResponseValue<crate::types::Conversation>,
        Error<crate::types::ErrorResponse>,
    > {
        let conversation_id = path_segment("conversation_id", conversation_id)
            .map_err(Error::InvalidRequest)?;
        let item_id = path_segment("item_id", item_id).map_err(Error::InvalidRequest)?;
        let url = self
            .baseurl
            .join(format_args!("/conversations/{}/items/{}", conversation_id, item_id))
            .map_err(Error::InvalidRequest)?;
        let request = self
            .client
            .delete(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .build()?;
        let response = self.inner.send(request, "delete_item").await;
        match response.status().as_u16() {
            200u16 => response.json().await,
            400u16..=499u16 => Err(Error::ErrorResponse(response.json().await?)),
            500u16..=599u16 => Err(Error::ErrorResponse(response.json().await?)),
            _ => Err(Error::UnexpectedResponse(response.into())),
        }
    }
    /// Generates a response.
    ///
    /// Sends input and waits for the finished response. With `stream` set, returns the response as
    /// server-sent events instead.
    ///
    /// There are three ways to keep history across requests: pass a `conversation`, pass a
    /// `previous_response_id`, or send the whole history as `input` with `store` set to false.
    ///
    /// Sends `POST /responses`.
    ///
    /// # Errors
    ///
    /// A refusal by the service comes as `Error::ErrorResponse` with its `ErrorResponse`.
    #[allow(
        clippy::too_many_arguments,
        clippy::ptr_arg,
        clippy::needless_lifetimes,
        clippy::let_and_return,
        clippy::match_single_binding
    )]
    pub async fn create_response<'a>(
        &'a self,
        body: &'a crate::types::CreateResponse,
    ) -> Result<
        ResponseValue<crate::types::Response>,
        Error<crate::types::ErrorResponse>,
    > {
        let url = self
            .baseurl
            .join(format_args!("/responses",))
            .map_err(Error::InvalidRequest)?;
        let request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .build()?;
        let response = self.inner.send(request, "create_response").await;
        match response.status().as_u16() {
            200u16 => response.json().await,
            400u16..=499u16 => Err(Error::ErrorResponse(response.json().await?)),
            500u16..=599u16 => Err(Error::ErrorResponse(response.json().await?)),
            _ => Err(Error::UnexpectedResponse(response.into())),
        }
    }
    /// Retrieves a stored response.
    ///
    /// Returns a response that was created with `store` true (the default). With `stream` set,
    /// replays its events, starting with the one after `starting_after`; use this to resume a
    /// broken stream. Fails with 404 if the response was not stored, was deleted, or is older than
    /// the project's retention period. A background response can be retrieved while it is queued or
    /// in progress. It is kept for a while even if it was created with `store` false.
    ///
    /// Sends `GET /responses/{response_id}`.
    ///
    /// Arguments:
    ///
    /// - `response_id`: Id of the response, `resp_…`.
    /// - `include`: Additional fields to include in the response; each value names one.
    /// - `stream`: Returns the response as a stream of events. Default false.
    /// - `starting_after`: Sequence number of the last event received. The stream starts with the next one.
    /// - `include_obfuscation`: Adds an `obfuscation` field of random characters to delta events, which hides the length of the text from an observer of the encrypted traffic. Default true; false saves bytes.
    ///
    /// # Errors
    ///
    /// A refusal by the service comes as `Error::ErrorResponse` with its `ErrorResponse`.
    #[allow(
        clippy::too_many_arguments,
        clippy::ptr_arg,
        clippy::needless_lifetimes,
        clippy::let_and_return,
        clippy::match_single_binding
    )]
    pub async fn retrieve_response<'a>(
        &'a self,
        response_id: &'a str,
        include: Option<&'a ::std::vec::Vec<crate::types::Include>>,
        stream: Option<bool>,
        starting_after: Option<i64>,
        include_obfuscation: Option<bool>,
    ) -> Result<
        ResponseValue<crate::types::Response>,
        Error<crate::types::ErrorResponse>,
    > {
        let response_id = path_segment("response_id", response_id)
            .map_err(Error::InvalidRequest)?;
        let url = self
            .baseurl
            .join(format_args!("/responses/{}", response_id))
            .map_err(Error::InvalidRequest)?;
        let request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("include", &include))
            .query(&progenitor_client::QueryParam::new("stream", &stream))
            .query(
                &progenitor_client::QueryParam::new("starting_after", &starting_after),
            )
            .query(
                &progenitor_client::QueryParam::new(
                    "include_obfuscation",
                    &include_obfuscation,
                ),
            )
            .build()?;
        let response = self.inner.send(request, "retrieve_response").await;
        match response.status().as_u16() {
            200u16 => response.json().await,
            400u16..=499u16 => Err(Error::ErrorResponse(response.json().await?)),
            500u16..=599u16 => Err(Error::ErrorResponse(response.json().await?)),
            _ => Err(Error::UnexpectedResponse(response.into())),
        }
    }
    /// Deletes a stored response.
    ///
    /// Later requests cannot retrieve the response or use it as `previous_response_id`.
    ///
    /// Sends `DELETE /responses/{response_id}`.
    ///
    /// Arguments:
    ///
    /// - `response_id`: Id of the response, `resp_…`.
    ///
    /// # Errors
    ///
    /// A refusal by the service comes as `Error::ErrorResponse` with its `ErrorResponse`.
    #[allow(
        clippy::too_many_arguments,
        clippy::ptr_arg,
        clippy::needless_lifetimes,
        clippy::let_and_return,
        clippy::match_single_binding
    )]
    pub async fn delete_response<'a>(
        &'a self,
        response_id: &'a str,
    ) -> Result<
        ResponseValue<crate::types::DeletedResponse>,
        Error<crate::types::ErrorResponse>,
    > {
        let response_id = path_segment("response_id", response_id)
            .map_err(Error::InvalidRequest)?;
        let url = self
            .baseurl
            .join(format_args!("/responses/{}", response_id))
            .map_err(Error::InvalidRequest)?;
        let request = self
            .client
            .delete(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .build()?;
        let response = self.inner.send(request, "delete_response").await;
        match response.status().as_u16() {
            200u16 => response.json().await,
            400u16..=499u16 => Err(Error::ErrorResponse(response.json().await?)),
            500u16..=599u16 => Err(Error::ErrorResponse(response.json().await?)),
            _ => Err(Error::UnexpectedResponse(response.into())),
        }
    }
    /// Cancels a background response.
    ///
    /// Only a response created with `background` set can be canceled. Returns the response with the
    /// output generated so far. Its `status` shows if the cancellation came in time.
    ///
    /// Sends `POST /responses/{response_id}/cancel`.
    ///
    /// Arguments:
    ///
    /// - `response_id`: Id of the response, `resp_…`.
    ///
    /// # Errors
    ///
    /// A refusal by the service comes as `Error::ErrorResponse` with its `ErrorResponse`.
    #[allow(
        clippy::too_many_arguments,
        clippy::ptr_arg,
        clippy::needless_lifetimes,
        clippy::let_and_return,
        clippy::match_single_binding
    )]
    pub async fn cancel_response<'a>(
        &'a self,
        response_id: &'a str,
    ) -> Result<
        ResponseValue<crate::types::Response>,
        Error<crate::types::ErrorResponse>,
    > {
        let response_id = path_segment("response_id", response_id)
            .map_err(Error::InvalidRequest)?;
        let url = self
            .baseurl
            .join(format_args!("/responses/{}/cancel", response_id))
            .map_err(Error::InvalidRequest)?;
        let request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .build()?;
        let response = self.inner.send(request, "cancel_response").await;
        match response.status().as_u16() {
            200u16 => response.json().await,
            400u16..=499u16 => Err(Error::ErrorResponse(response.json().await?)),
            500u16..=599u16 => Err(Error::ErrorResponse(response.json().await?)),
            _ => Err(Error::UnexpectedResponse(response.into())),
        }
    }
    /// Lists the input items of a response.
    ///
    /// Returns one page of the input items of a stored response, newest first unless `order` says
    /// otherwise. Paging works as for a conversation's items.
    ///
    /// Sends `GET /responses/{response_id}/input_items`.
    ///
    /// Arguments:
    ///
    /// - `response_id`: Id of the response, `resp_…`.
    /// - `limit`: Maximum number of items per page, from 1 to 100. Default 20.
    /// - `order`: Sort order by creation time. Default `desc`, newest first.
    /// - `after`: Id of the last item of the previous page. The page starts with the item after it.
    /// - `include`: Additional fields to include in the response; each value names one.
    ///
    /// # Errors
    ///
    /// A refusal by the service comes as `Error::ErrorResponse` with its `ErrorResponse`.
    #[allow(
        clippy::too_many_arguments,
        clippy::ptr_arg,
        clippy::needless_lifetimes,
        clippy::let_and_return,
        clippy::match_single_binding
    )]
    pub async fn list_input_items<'a>(
        &'a self,
        response_id: &'a str,
        limit: Option<i64>,
        order: Option<&'a crate::types::ListOrder>,
        after: Option<&'a str>,
        include: Option<&'a ::std::vec::Vec<crate::types::Include>>,
    ) -> Result<
        ResponseValue<crate::types::ItemList>,
        Error<crate::types::ErrorResponse>,
    > {
        let response_id = path_segment("response_id", response_id)
            .map_err(Error::InvalidRequest)?;
        let url = self
            .baseurl
            .join(format_args!("/responses/{}/input_items", response_id))
            .map_err(Error::InvalidRequest)?;
        let request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("limit", &limit))
            .query(&progenitor_client::QueryParam::new("order", &order))
            .query(&progenitor_client::QueryParam::new("after", &after))
            .query(&progenitor_client::QueryParam::new("include", &include))
            .build()?;
        let response = self.inner.send(request, "list_input_items").await;
        match response.status().as_u16() {
            200u16 => response.json().await,
            400u16..=499u16 => Err(Error::ErrorResponse(response.json().await?)),
            500u16..=599u16 => Err(Error::ErrorResponse(response.json().await?)),
            _ => Err(Error::UnexpectedResponse(response.into())),
        }
    }
    /// Counts the input tokens of a request without running it.
    ///
    /// Takes the parts of a response request that form the model's input and returns their number
    /// of tokens. Runs no model and stores nothing.
    ///
    /// Oracle's documentation does not mention this operation.
    ///
    /// Sends `POST /responses/input_tokens`.
    ///
    /// # Errors
    ///
    /// A refusal by the service comes as `Error::ErrorResponse` with its `ErrorResponse`.
    #[allow(
        clippy::too_many_arguments,
        clippy::ptr_arg,
        clippy::needless_lifetimes,
        clippy::let_and_return,
        clippy::match_single_binding
    )]
    pub async fn count_input_tokens<'a>(
        &'a self,
        body: &'a crate::types::CountInputTokens,
    ) -> Result<
        ResponseValue<crate::types::InputTokenCount>,
        Error<crate::types::ErrorResponse>,
    > {
        let url = self
            .baseurl
            .join(format_args!("/responses/input_tokens",))
            .map_err(Error::InvalidRequest)?;
        let request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .build()?;
        let response = self.inner.send(request, "count_input_tokens").await;
        match response.status().as_u16() {
            200u16 => response.json().await,
            400u16..=499u16 => Err(Error::ErrorResponse(response.json().await?)),
            500u16..=599u16 => Err(Error::ErrorResponse(response.json().await?)),
            _ => Err(Error::UnexpectedResponse(response.into())),
        }
    }
    /// Compacts a long history into fewer tokens.
    ///
    /// Runs one compaction over the history and returns the items to send in its place. On Oracle's
    /// service a project can also be configured to compact conversations automatically; see the
    /// `short_term_memory_optimization` metadata key.
    ///
    /// Oracle's documentation does not mention this operation.
    ///
    /// Sends `POST /responses/compact`.
    ///
    /// # Errors
    ///
    /// A refusal by the service comes as `Error::ErrorResponse` with its `ErrorResponse`.
    #[allow(
        clippy::too_many_arguments,
        clippy::ptr_arg,
        clippy::needless_lifetimes,
        clippy::let_and_return,
        clippy::match_single_binding
    )]
    pub async fn compact_response<'a>(
        &'a self,
        body: &'a crate::types::CompactResponse,
    ) -> Result<
        ResponseValue<crate::types::CompactedResponse>,
        Error<crate::types::ErrorResponse>,
    > {
        let url = self
            .baseurl
            .join(format_args!("/responses/compact",))
            .map_err(Error::InvalidRequest)?;
        let request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .build()?;
        let response = self.inner.send(request, "compact_response").await;
        match response.status().as_u16() {
            200u16 => response.json().await,
            400u16..=499u16 => Err(Error::ErrorResponse(response.json().await?)),
            500u16..=599u16 => Err(Error::ErrorResponse(response.json().await?)),
            _ => Err(Error::UnexpectedResponse(response.into())),
        }
    }
    /// Generates a response, as a stream of events.
    ///
    /// Sends input and waits for the finished response. With `stream` set, returns the response as
    /// server-sent events instead.
    ///
    /// There are three ways to keep history across requests: pass a `conversation`, pass a
    /// `previous_response_id`, or send the whole history as `input` with `store` set to false.
    ///
    /// Sends `POST /responses`.
    ///
    /// # Errors
    ///
    /// A refusal by the service comes as `Error::ErrorResponse` with its `ErrorResponse`.
    #[allow(
        clippy::too_many_arguments,
        clippy::ptr_arg,
        clippy::needless_lifetimes,
        clippy::let_and_return,
        clippy::match_single_binding
    )]
    pub async fn create_response_stream<'a>(
        &'a self,
        body: &'a crate::types::CreateResponse,
    ) -> Result<ResponseValue<ByteStream>, Error<crate::types::ErrorResponse>> {
        let url = self
            .baseurl
            .join(format_args!("/responses",))
            .map_err(Error::InvalidRequest)?;
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("text/event-stream"),
            );
        let request = self.client.post(url).json(&body).headers(header_map).build()?;
        let response = self.inner.send(request, "create_response_stream").await;
        match response.status().as_u16() {
            200u16 => Ok(response.stream()),
            400u16..=499u16 => Err(Error::ErrorResponse(response.json().await?)),
            500u16..=599u16 => Err(Error::ErrorResponse(response.json().await?)),
            _ => Err(Error::UnexpectedResponse(response.into())),
        }
    }
    /// Retrieves a stored response, as a stream of events.
    ///
    /// Returns a response that was created with `store` true (the default). With `stream` set,
    /// replays its events, starting with the one after `starting_after`; use this to resume a
    /// broken stream. Fails with 404 if the response was not stored, was deleted, or is older than
    /// the project's retention period. A background response can be retrieved while it is queued or
    /// in progress. It is kept for a while even if it was created with `store` false.
    ///
    /// Sends `GET /responses/{response_id}`.
    ///
    /// Arguments:
    ///
    /// - `response_id`: Id of the response, `resp_…`.
    /// - `include`: Additional fields to include in the response; each value names one.
    /// - `stream`: Returns the response as a stream of events. Default false.
    /// - `starting_after`: Sequence number of the last event received. The stream starts with the next one.
    /// - `include_obfuscation`: Adds an `obfuscation` field of random characters to delta events, which hides the length of the text from an observer of the encrypted traffic. Default true; false saves bytes.
    ///
    /// # Errors
    ///
    /// A refusal by the service comes as `Error::ErrorResponse` with its `ErrorResponse`.
    #[allow(
        clippy::too_many_arguments,
        clippy::ptr_arg,
        clippy::needless_lifetimes,
        clippy::let_and_return,
        clippy::match_single_binding
    )]
    pub async fn retrieve_response_stream<'a>(
        &'a self,
        response_id: &'a str,
        include: Option<&'a ::std::vec::Vec<crate::types::Include>>,
        stream: Option<bool>,
        starting_after: Option<i64>,
        include_obfuscation: Option<bool>,
    ) -> Result<ResponseValue<ByteStream>, Error<crate::types::ErrorResponse>> {
        let response_id = path_segment("response_id", response_id)
            .map_err(Error::InvalidRequest)?;
        let url = self
            .baseurl
            .join(format_args!("/responses/{}", response_id))
            .map_err(Error::InvalidRequest)?;
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("text/event-stream"),
            );
        let request = self
            .client
            .get(url)
            .query(&progenitor_client::QueryParam::new("include", &include))
            .query(&progenitor_client::QueryParam::new("stream", &stream))
            .query(
                &progenitor_client::QueryParam::new("starting_after", &starting_after),
            )
            .query(
                &progenitor_client::QueryParam::new(
                    "include_obfuscation",
                    &include_obfuscation,
                ),
            )
            .headers(header_map)
            .build()?;
        let response = self.inner.send(request, "retrieve_response_stream").await;
        match response.status().as_u16() {
            200u16 => Ok(response.stream()),
            400u16..=499u16 => Err(Error::ErrorResponse(response.json().await?)),
            500u16..=599u16 => Err(Error::ErrorResponse(response.json().await?)),
            _ => Err(Error::UnexpectedResponse(response.into())),
        }
    }
}
