//! Errors of the layers and of the generated code, made into [`Error`].

use std::error::Error as StdError;
use std::time::SystemTime;

use oci_genai_api::{BoxError, into_transport_error};

use super::{Error, ErrorKind, Outcome, ResendVerdict, ServiceError, verdict};
use crate::sse::EventTooLarge;

/// How much of an unreadable answer is kept, in bytes.
const MAX_SHOWN_BODY: usize = 64 * 1024;

impl Error {
    /// Takes an error of the stack: one of ours as it is, any other as the cause of one of ours.
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
                ErrorKind::Credentials,
                ResendVerdict::NotSent,
                "the request could not be authenticated",
            )
            .with_source(error);
        }
        if error.is::<tower::load_shed::error::Overloaded>() {
            return Self::new(
                ErrorKind::Declined,
                ResendVerdict::NotSent,
                "the client has as many requests under way as it is allowed",
            )
            .with_source(error);
        }
        if error.is::<tower::timeout::error::Elapsed>() {
            return Self::new(
                ErrorKind::Timeout,
                ResendVerdict::Unknown,
                "a time limit set by a layer passed",
            )
            .with_source(error);
        }
        Self::new(
            ErrorKind::Layer,
            ResendVerdict::Unknown,
            "a layer of the client failed",
        )
        .with_source(error)
    }

    /// An answer that began but could not be read to its end.
    pub(crate) fn from_body(error: reqwest::Error) -> Self {
        match find_ours(&error) {
            Some(ours) => {
                let found = Self::new(ours.kind(), ours.verdict(), ours.to_string());
                match ours.hint().map(str::to_owned) {
                    Some(hint) => found.with_hint(hint).with_source(error),
                    None => found.with_source(error),
                }
            }
            None => Self::new(
                ErrorKind::Transport,
                ResendVerdict::Unknown,
                "the connection failed while the answer was read",
            )
            .with_source(error.without_url()),
        }
    }
}

/// One of our own errors that crossed reqwest as the cause of another, such as a deadline's.
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

/// Whether an HTTP/2 server gave the request back unread: it refused the stream
/// ([RFC 9113, 8.7](https://www.rfc-editor.org/rfc/rfc9113.html#section-8.7)), or was shutting down.
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
    /// A request that reqwest could not send, or whose answer did not begin.
    pub(crate) fn from_reqwest(error: reqwest::Error) -> Self {
        let (kind, outcome, message) = if error.is_connect() {
            (
                ErrorKind::Connect,
                Outcome::NotSent,
                "no connection to the service came about",
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
                "the HTTP client's own time limit passed",
            )
        } else if was_given_back(&error) {
            (
                ErrorKind::Transport,
                Outcome::StreamRefused,
                "the server gave the request back unread",
            )
        } else {
            (
                ErrorKind::Transport,
                Outcome::NoAnswer,
                "the connection failed after the request was sent",
            )
        };
        // The URL says nothing new, and a base URL need not be for every log.
        Error::new(kind, verdict(outcome), message).with_source(error.without_url())
    }
}

impl From<oci_genai_api::Error<oci_genai_api::types::ErrorResponse>> for Error {
    /// What an operation of the low-level client failed with.
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
            // Error answers are raised within the stack; these come from a stack without that layer.
            Api::ErrorResponse(value) => Self::unread(value.status(), value.headers()),
            Api::UnexpectedResponse(response) => {
                Self::unread(response.status(), response.headers())
            }
        }
    }
}

impl Error {
    /// An answer of the right status whose body is not what was promised: an error object, or
    /// something that cannot be read.
    pub(crate) fn undecodable(body: &[u8], error: serde_json::Error) -> Self {
        Self::unexpected(body).with_source(error)
    }

    /// An answer of the right status whose body, JSON or not, is not what was promised.
    pub(crate) fn unexpected(body: &[u8]) -> Self {
        let body = &body[..body.len().min(MAX_SHOWN_BODY)];
        if let Some(service) = ServiceError::in_success(body) {
            return Self::reported(service);
        }
        let mut service = ServiceError::from_body(body);
        // JSON may hold what people said, which is not for every log; a gateway's page may not.
        let message = if body.trim_ascii_start().starts_with(b"{") {
            "the answer is JSON, but not as expected".to_owned()
        } else {
            format!("the answer is not JSON: {}", shown(&service.message))
        };
        service.message.clear();
        Self::new(ErrorKind::Decode, verdict(Outcome::Answered), message).with_service(service)
    }

    /// An error that the service reports within a success: in its body, or in an event.
    pub(crate) fn reported(service: ServiceError) -> Self {
        // Without the answer's date no clock can be compared.
        Self::service(service, SystemTime::UNIX_EPOCH)
    }

    /// An event of a stream that is larger than the limit.
    pub(crate) fn event_too_large(error: EventTooLarge) -> Self {
        let message = format!(
            "an event of the stream has more than {} bytes, the limit set by max_event_bytes",
            error.limit()
        );
        Self::new(ErrorKind::Decode, verdict(Outcome::NoAnswer), message)
            .with_hint("raise the limit with ClientBuilder::max_event_bytes")
            .with_source(error)
    }

    /// The body of a success that is larger than the limit.
    pub(crate) fn response_too_large(limit: usize) -> Self {
        let message =
            format!("the answer has more than {limit} bytes, the limit set by max_response_bytes");
        Self::new(ErrorKind::Decode, verdict(Outcome::Answered), message)
            .with_hint("raise the limit with ClientBuilder::max_response_bytes")
    }

    /// A success in an encoding that is not read.
    pub(crate) fn encoded(encoding: &str) -> Self {
        let shown: String = encoding
            .chars()
            .filter(|c| !c.is_control())
            .take(40)
            .collect();
        let message = format!("the answer is encoded with {shown}, which is not read");
        Self::new(ErrorKind::Decode, verdict(Outcome::Answered), message).with_hint(
            "the client asks for gzip or no encoding: have the server or proxy in between send one of them",
        )
    }

    fn unread(status: http::StatusCode, headers: &http::HeaderMap) -> Self {
        let service = ServiceError::from_answer(status, headers, b"");
        let verdict = verdict(service.outcome());
        Self::new(ErrorKind::Service, verdict, "").with_service(service)
    }
}

/// The beginning of a body, on one line.
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
