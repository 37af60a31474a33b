//! Responses that the proxy creates itself, in the form of OpenAI's errors.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use oci_genai::{Error, ErrorKind, RetrySafety};
use serde_json::json;

use crate::body::ProxyBody;
use crate::config::chain;
use crate::upload::UploadError;

/// OpenAI's clients give this header precedence over the status.
const X_SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

/// A request that gets no response from the service.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: Cow<'static, str>,
    /// True if the same request may be retried.
    retry: bool,
}

impl Refusal {
    fn new(
        status: StatusCode,
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
        retry: bool,
    ) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            retry,
        }
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "invalid_api_key",
            "the proxy's token is missing or wrong; hint: use the token that the proxy printed when it started as the \
             API key",
            false,
        )
    }

    pub(crate) fn forbidden(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", message, false)
    }

    pub(crate) fn unknown_path() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "unknown_path",
            "the proxy serves paths below /openai/v1/ and /v1/; hint: set the client's base URL to the one that the \
             proxy printed when it started",
            false,
        )
    }

    pub(crate) fn invalid_path() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "invalid_path",
            "the path has segments such as `..` that would leave the service's base path",
            false,
        )
    }

    pub(crate) fn method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "the proxy accepts GET, HEAD, POST, PUT, PATCH and DELETE",
            false,
        )
    }

    pub(crate) fn stopping() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "proxy_stopping",
            "the proxy is shutting down",
            true,
        )
    }

    /// Makes the response for a body that could not be read completely.
    pub(crate) fn upload(error: &UploadError) -> Self {
        let (status, code) = match error {
            UploadError::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "request_too_large"),
            UploadError::Slow => (StatusCode::REQUEST_TIMEOUT, "request_timeout"),
            UploadError::Broken => (StatusCode::BAD_REQUEST, "request_incomplete"),
        };
        Self::new(status, code, error.to_string(), false)
    }

    /// Makes the response for a request without a response from the service.
    pub(crate) fn failed(error: &Error) -> Self {
        if let Some(upload) = find::<UploadError>(error) {
            return Self::upload(upload);
        }
        let mut message = chain(error);
        if let Some(hint) = error.hint() {
            message.push_str("; hint: ");
            message.push_str(hint);
        }
        match error.kind() {
            ErrorKind::Authentication => {
                let auth = find::<oci_genai_auth::Error>(error);
                match auth.is_some_and(oci_genai_auth::Error::is_unavailable) {
                    true => Self::new(
                        StatusCode::SERVICE_UNAVAILABLE,
                        "credentials_unavailable",
                        message,
                        true,
                    ),
                    false => Self::new(StatusCode::UNAUTHORIZED, "no_credentials", message, false),
                }
            }
            ErrorKind::InvalidRequest => {
                Self::new(StatusCode::BAD_REQUEST, "invalid_request", message, false)
            }
            ErrorKind::Timeout => Self::new(
                StatusCode::GATEWAY_TIMEOUT,
                "upstream_timeout",
                message,
                false,
            ),
            _ => match error.retry_safety() {
                RetrySafety::NotSent | RetrySafety::Rejected => Self::new(
                    StatusCode::BAD_GATEWAY,
                    "upstream_unreachable",
                    message,
                    true,
                ),
                _ => Self::new(
                    StatusCode::BAD_GATEWAY,
                    "upstream_failed",
                    format!("{message}; the request may have been executed"),
                    false,
                ),
            },
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn into_response(self) -> Response<ProxyBody> {
        let kind = match self.status.as_u16() {
            401 => "authentication_error",
            403 => "permission_error",
            500.. => "server_error",
            _ => "invalid_request_error",
        };
        let text = json!({"error": {
            "message": self.message, "type": kind, "param": null, "code": self.code,
        }});
        let mut response = json_response(self.status, text.to_string());
        let headers = response.headers_mut();
        let retry = if self.retry { "true" } else { "false" };
        headers.insert(X_SHOULD_RETRY, HeaderValue::from_static(retry));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// Makes a response with this JSON text.
pub(crate) fn json_response(status: StatusCode, text: String) -> Response<ProxyBody> {
    let mut response = Response::new(ProxyBody::full(Bytes::from(text)));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Finds an error of a type among the causes.
pub(crate) fn find<'a, T: std::error::Error + 'static>(
    error: &'a (dyn std::error::Error + 'static),
) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}
