//! Raw responses.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use oci_genai_api::{ClientInfo, Error as Unexpected, OperationInfo};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::Span;

use super::body_format::{BodyFormat, form_of};
use super::failure::answered;
use super::json_body::{from_events, from_json};
use crate::middleware::{CallSpan, Idempotency};
use crate::sse::DEFAULT_MAX_EVENT_BYTES;
use crate::typed_call::{request_id, selected_region};
use crate::wire::SentCredentials;
use crate::{Client, Error, RequestOptions, Result, types};

/// A raw response: status, headers and body.
///
/// Error responses never become a `RawResponse`. They are [`Error`]s, which keep the body.
#[derive(Clone, Debug)]
pub struct RawResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl RawResponse {
    pub(super) async fn post(
        client: &Client,
        operation: &'static str,
        path: &str,
        body: &impl Serialize,
        options: RequestOptions,
        resend: Idempotency,
        span: Span,
    ) -> Result<Self> {
        let api = client.call(options, resend, CallSpan(span))?;
        let request = api
            .client()
            .post(format!("{}{path}", api.baseurl()))
            .json(body)
            .build()
            .map_err(|error| Error::invalid("the request could not be built").with_source(error))?;
        let info = OperationInfo {
            operation_id: operation,
        };
        let answer = api
            .inner()
            .execute(request, &info)
            .await
            .map_err(Error::from_reqwest)?;
        if !answer.status().is_success() {
            return Err(Error::from(Unexpected::UnexpectedResponse(answer)));
        }
        Ok(Self {
            status: answer.status(),
            headers: answer.headers().clone(),
            body: answer.bytes().await.map_err(Error::from_body)?,
        })
    }

    /// Returns the HTTP status.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers.
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the service's `opc-request-id`. Include it in support requests.
    pub fn request_id(&self) -> Option<String> {
        request_id(&self.headers)
    }

    /// Returns the region that a routing profile selected, from the header
    /// `x-genai-selected-region`. Returns `None` if the model is not a routing profile.
    pub fn selected_region(&self) -> Option<&str> {
        selected_region(&self.headers)
    }

    /// Returns the body.
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// Returns the body by value.
    pub fn into_body(self) -> Bytes {
        self.body
    }

    /// Reads the body as a response. The body is one JSON value, with an optional byte order mark
    /// before it or the rest of an event stream after it, or it is an event stream.
    ///
    /// # Errors
    ///
    /// Returns an error if the body is not a response, or if the response failed or ended without
    /// output, as [`CreateResponse::send`](crate::CreateResponse::send) does.
    pub fn response(&self) -> Result<types::Response> {
        let read = match form_of(&self.body, false, true) {
            Some(BodyFormat::Events) => from_events(self.body.clone(), DEFAULT_MAX_EVENT_BYTES),
            _ => from_json(&self.body),
        };
        let response = read.and_then(answered);
        response.map_err(|error| {
            let error = error.with_request_id(self.request_id());
            error.masked(&SentCredentials::default())
        })
    }

    /// Deserializes the body as JSON.
    ///
    /// # Errors
    ///
    /// Returns an error if the body is not JSON that fits `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| {
            Error::undecodable(&self.body, error).with_request_id(self.request_id())
        })
    }
}
