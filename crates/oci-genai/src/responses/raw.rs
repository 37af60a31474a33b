//! Answers as they came.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use oci_genai_api::{ClientInfo, Error as Unexpected, OperationInfo};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::Span;

use super::failure::{raise_failed, require_output};
use super::form::{Form, form_of};
use super::whole::{from_events, from_json};
use crate::call::{request_id, selected_region};
use crate::middleware::{CallSpan, Resend};
use crate::sse::DEFAULT_MAX_EVENT_BYTES;
use crate::wire::SentCredentials;
use crate::{Client, Error, RequestOptions, Result, types};

/// An answer as it came: status, headers and body.
///
/// Error answers never come this way; they are [`Error`]s, which keep theirs.
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
        resend: Resend,
        span: Span,
    ) -> Result<Self> {
        let api = client.call(options, resend, CallSpan(span))?;
        let request = api
            .client()
            .post(format!("{}{path}", api.baseurl()))
            .json(body)
            .build()
            .map_err(|error| Error::invalid("the request cannot be built").with_source(error))?;
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

    /// The HTTP status.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The service's `opc-request-id`, to be named in a support request.
    pub fn request_id(&self) -> Option<String> {
        request_id(&self.headers)
    }

    /// The region that a routing profile chose, as `x-genai-selected-region` names it; `None` if the
    /// model is no routing profile.
    pub fn selected_region(&self) -> Option<&str> {
        selected_region(&self.headers)
    }

    /// The body.
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body, by value.
    pub fn into_body(self) -> Bytes {
        self.body
    }

    /// Reads the body as a response, whatever it is wrapped in: one JSON value, also with a byte order
    /// mark before or the rest of an event stream behind it, or an event stream.
    ///
    /// # Errors
    ///
    /// When it is no response, and when the response failed or ended without output, as
    /// [`CreateResponse::send`](crate::CreateResponse::send).
    pub fn response(&self) -> Result<types::Response> {
        let read = match form_of(&self.body, false, true) {
            Some(Form::Events) => from_events(self.body.clone(), DEFAULT_MAX_EVENT_BYTES),
            _ => from_json(&self.body),
        };
        let response = read.and_then(raise_failed).and_then(require_output);
        response.map_err(|error| {
            let error = error.with_request_id(self.request_id());
            error.masked(&SentCredentials::default())
        })
    }

    /// Reads the body as JSON.
    ///
    /// # Errors
    ///
    /// When it is not JSON of this shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| {
            Error::undecodable(&self.body, error).with_request_id(self.request_id())
        })
    }
}
