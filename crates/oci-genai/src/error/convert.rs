//! Converts errors of the layers and of the generated code into [`Error`].

use std::error::Error as StdError;
use std::time::SystemTime;

use oci_genai_api::{BoxError, into_transport_error};

use super::{Error, ErrorKind, Outcome, RetrySafety, ServiceError, retry_safety};
use crate::sse::EventTooLarge;

/// Bytes kept of a body that cannot be decoded.
const MAX_SHOWN_BODY: usize = 64 * 1024;

impl Error {
    /// Converts an error of the stack. Errors of this crate stay as they are; any other becomes the
    /// source of a new error.
    pub(crate) fn from_boxed(error: BoxError) -> Self {
        let error = match error.downcast::<Self>() {
            Ok(ours) => return *ours,
            Err(error) => error,
        };
        match error.downcast::<reqwest::Error>() {
            Ok(error) => Self::from_reqwest(*error),
            Err(error) => Self::from_foreign(error),
        }
    }

    fn from_foreign(error: BoxError) -> Self {
        if error.is::<oci_genai_auth::Error>() {
            return Self::new(
                ErrorKind::Authentication,
                RetrySafety::NotSent,
                "the request could not be authenticated",
            )
            .with_source(error);
        }
        if error.is::<tower::load_shed::error::Overloaded>() {
            return Self::new(
                ErrorKind::LimitExceeded,
                RetrySafety::NotSent,
                "the client's limit of concurrent requests is reached",
            )
            .with_source(error);
        }
        if error.is::<tower::timeout::error::Elapsed>() {
            return Self::new(
                ErrorKind::Timeout,
                RetrySafety::Unknown,
                "a timeout set by a layer expired",
            )
            .with_source(error);
        }
        Self::new(
            ErrorKind::Middleware,
            RetrySafety::Unknown,
            "a layer of the client failed",
        )
        .with_source(error)
    }

    /// Creates the error of a response that began but could not be read to its end.
    pub(crate) fn from_body(error: reqwest::Error) -> Self {
        match find_ours(&error) {
            Some(ours) => {
                let found = Self::new(ours.kind(), ours.retry_safety(), ours.to_string());
                match ours.hint().map(str::to_owned) {
                    Some(hint) => found.with_hint(hint).with_source(error),
                    None => found.with_source(error),
                }
            }
            None => Self::new(
                ErrorKind::Transport,
                RetrySafety::Unknown,
                "the connection failed while the response was read",
            )
            .with_source(error.without_url()),
        }
    }
}

/// Returns the error of this crate that reqwest wrapped, such as one of a deadline.
fn find_ours(error: &reqwest::Error) -> Option<&Error> {
    let mut cause = error.source();
    while let Some(next) = cause {
        if let Some(ours) = next.downcast_ref::<Error>() {
            return Some(ours);
        }
        cause = next.source();
    }
    None
}

/// Returns `true` if an HTTP/2 server did not process the request: it refused the stream ([RFC
/// 9113, 8.7](https://www.rfc-editor.org/rfc/rfc9113.html#section-8.7)), or was shutting down.
fn was_given_back(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(next) = cause {
        if let Some(error) = next.downcast_ref::<h2::Error>() {
            return error.is_remote()
                && match error.reason() {
                    Some(h2::Reason::REFUSED_STREAM) => error.is_reset(),
                    Some(h2::Reason::NO_ERROR) => error.is_go_away(),
                    _ => false,
                };
        }
        cause = next.source();
    }
    false
}

impl Error {
    /// Converts the error of a request that reqwest could not send, or whose response did not
    /// begin.
    pub(crate) fn from_reqwest(error: reqwest::Error) -> Self {
        let (kind, outcome, message) = if error.is_connect() {
            (
                ErrorKind::Connect,
                Outcome::NotSent,
                "could not connect to the service",
            )
        } else if error.is_builder() {
            (
                ErrorKind::InvalidRequest,
                Outcome::NotSent,
                "the request could not be built",
            )
        } else if error.is_timeout() {
            (
                ErrorKind::Timeout,
                Outcome::NoAnswer,
                "the HTTP client's own timeout expired",
            )
        } else if was_given_back(&error) {
            (
                ErrorKind::Transport,
                Outcome::StreamRefused,
                "the server refused the HTTP/2 stream",
            )
        } else {
            (
                ErrorKind::Transport,
                Outcome::NoAnswer,
                "the connection failed after the request was sent",
            )
        };
        // The URL adds nothing, and a base URL may be confidential.
        Error::new(kind, retry_safety(outcome), message).with_source(error.without_url())
    }
}

impl From<oci_genai_api::Error<oci_genai_api::types::ErrorResponse>> for Error {
    /// Converts an error of the low-level client.
    fn from(error: oci_genai_api::Error<oci_genai_api::types::ErrorResponse>) -> Self {
        use oci_genai_api::Error as Api;
        let error = match into_transport_error(error) {
            Ok(inner) => return Self::from_boxed(inner),
            Err(error) => error,
        };
        match error {
            Api::InvalidRequest(message) | Api::Custom(message) => Self::invalid(message),
            Api::CommunicationError(error) | Api::InvalidUpgrade(error) => {
                Self::from_reqwest(error)
            }
            Api::ResponseBodyError(error) => Self::from_body(error),
            Api::InvalidResponsePayload(body, error) => Self::undecodable(&body, error),
            // The stack raises error responses itself. These come from a stack without that layer.
            Api::ErrorResponse(value) => Self::unread(value.status(), value.headers()),
            Api::UnexpectedResponse(response) => {
                Self::unread(response.status(), response.headers())
            }
        }
    }
}

impl Error {
    /// Creates the error of a response with a success status whose body is not the expected one: an
    /// error object, or something that cannot be decoded.
    pub(crate) fn undecodable(body: &[u8], error: serde_json::Error) -> Self {
        let unexpected = Self::unexpected(body);
        // Where the service said what it is about, nothing more is to be known of its form.
        if unexpected.kind() == ErrorKind::Decode {
            unexpected.with_source(error)
        } else {
            unexpected
        }
    }

    /// Creates the error of a response with a success status whose body, JSON or not, is not the
    /// expected one.
    pub(crate) fn unexpected(body: &[u8]) -> Self {
        let body = &body[..body.len().min(MAX_SHOWN_BODY)];
        if let Some(service) = ServiceError::in_success(body) {
            return Self::reported(service);
        }
        let mut service = ServiceError::from_body(body);
        // JSON may contain user content, which does not belong in every log. A gateway's page does
        // not.
        let message = if body.trim_ascii_start().starts_with(b"{") {
            "the response is JSON, but not as expected".to_owned()
        } else {
            format!("the response is not JSON: {}", shown(&service.message))
        };
        service.message.clear();
        Self::new(ErrorKind::Decode, retry_safety(Outcome::Answered), message).with_service(service)
    }

    /// Creates the error that the service reports inside a success response: in its body, or in an
    /// event.
    pub(crate) fn reported(service: ServiceError) -> Self {
        // Without the response's date there is no clock to compare.
        Self::service(service, SystemTime::UNIX_EPOCH)
    }

    /// Creates the error of a stream event that is larger than the limit.
    pub(crate) fn event_too_large(error: EventTooLarge) -> Self {
        let message = format!(
            "an event of the stream has more than {} bytes, the limit set by max_event_bytes",
            error.limit()
        );
        Self::new(ErrorKind::Decode, retry_safety(Outcome::NoAnswer), message)
            .with_hint("raise the limit with ClientBuilder::max_event_bytes")
            .with_source(error)
    }

    /// Creates the error of a success body that is larger than the limit.
    pub(crate) fn response_too_large(limit: usize) -> Self {
        let message = format!(
            "the response has more than {limit} bytes, the limit set by max_response_bytes"
        );
        Self::new(ErrorKind::Decode, retry_safety(Outcome::Answered), message)
            .with_hint("raise the limit with ClientBuilder::max_response_bytes")
    }

    /// Creates the error of a success body in an unsupported encoding.
    pub(crate) fn encoded(encoding: &str) -> Self {
        let shown: String = encoding
            .chars()
            .filter(|c| !c.is_control())
            .take(40)
            .collect();
        let message = format!("the response has the unsupported encoding {shown}");
        Self::new(ErrorKind::Decode, retry_safety(Outcome::Answered), message).with_hint(
            "the client accepts gzip or no encoding: configure the server, or the proxy in between, accordingly",
        )
    }

    fn unread(status: http::StatusCode, headers: &http::HeaderMap) -> Self {
        let service = ServiceError::from_response(status, headers, b"");
        let retry_safety = retry_safety(service.outcome());
        Self::new(ErrorKind::Service, retry_safety, "").with_service(service)
    }
}

/// Returns the beginning of a body on one line.
fn shown(body: &str) -> String {
    let mut shown: String = body
        .chars()
        .take(120)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if shown.len() < body.len() {
        shown.push('…');
    }
    if shown.is_empty() {
        shown.push_str("it is empty");
    }
    shown
}
