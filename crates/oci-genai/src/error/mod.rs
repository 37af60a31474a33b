//! The error type of this crate.

mod convert;
mod error_body;
mod hint;
mod predicates;
mod retry_safety;
mod retry_table;
mod service;
mod truncated;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::SystemTime;

use http::StatusCode;

pub(crate) use self::error_body::is_error;
pub(crate) use self::predicates::is_transient_status;
pub use self::retry_safety::RetrySafety;
pub(crate) use self::retry_table::{Outcome, Repeat, Rule, retry_safety, rule};
pub use self::service::ServiceError;
use crate::types;
use crate::wire::SentCredentials;

/// The result type of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A boxed source error.
pub(crate) type Source = Box<dyn StdError + Send + Sync + 'static>;

/// The kind of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting is missing or invalid. Correct it. Nothing was sent.
    Config,
    /// The request is invalid and was not sent. Correct it.
    InvalidRequest,
    /// Credentials could not be obtained or used. Nothing was sent.
    Authentication,
    /// Could not connect. Check the host, the network and the proxy.
    Connect,
    /// The connection failed after the request was sent, or while the response was read.
    Transport,
    /// A timeout expired: of an attempt, of the whole call, or between two events of a stream.
    Timeout,
    /// The service returned an error; see [`Error::status`] and [`Error::code`].
    Service,
    /// The response is not of the expected form: not JSON, or not an event stream.
    Decode,
    /// A stream ended before its response was complete.
    StreamInterrupted,
    /// The service ran the response and reports that it failed; see [`Error::response`].
    ResponseFailed,
    /// The response ended without output: no text, no tool call, no refusal and no error. Also used
    /// if the model refused or stopped early where structured output was requested.
    NoOutput,
    /// The client did not send the request: one of its limits is reached, or the circuit breaker is
    /// open.
    LimitExceeded,
    /// A layer that is not part of this crate failed. Its error is the source.
    Middleware,
}

/// An error: its kind, the service's explanation, and whether a retry is safe.
///
/// `Display` shows only this error. Follow [`source`](StdError::source) for the causes. The
/// alternate form (`{:#}`) adds the [hint](Error::hint).
///
/// ```
/// fn report(error: &oci_genai::Error) {
///     if error.is_rate_limited() {
///         // retry later
///     } else if error.retry_safety().is_safe() {
///         // the service did not carry out the request, so a retry is safe
///     }
/// }
/// # let _ = report;
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    retry_safety: RetrySafety,
    service: Option<ServiceError>,
    hint: Option<Cow<'static, str>>,
    response_id: Option<String>,
    response: Option<Box<types::Response>>,
    attempts: u32,
    source: Option<Source>,
}

impl Error {
    pub(crate) fn new(
        kind: ErrorKind,
        retry_safety: RetrySafety,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            retry_safety,
            service: None,
            hint: None,
            response_id: None,
            response: None,
            attempts: 1,
            source: None,
        }))
    }

    /// Creates the error of a missing or invalid setting.
    pub(crate) fn config(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Config, RetrySafety::NotSent, message)
    }

    /// Creates the error of a request that must not be sent.
    pub(crate) fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::InvalidRequest, RetrySafety::NotSent, message)
    }

    /// Creates the error of an error response. `now` serves to detect a skewed clock.
    pub(crate) fn service(service: ServiceError, now: SystemTime) -> Self {
        let retry_safety = retry_safety(service.outcome());
        let hint = hint::for_answer(&service, now);
        let mut error = Self::new(ErrorKind::Service, retry_safety, "");
        error.0.service = Some(service);
        error.0.hint = hint.map(Cow::Owned);
        error
    }

    /// Masks the credential that was sent, in everything that is displayed of the service's
    /// response.
    pub(crate) fn masked(mut self, sent: &SentCredentials) -> Self {
        let inner = &mut *self.0;
        if let Cow::Owned(masked) = sent.mask(&inner.message) {
            inner.message = masked.into();
        }
        if let Some(hint) = &mut inner.hint
            && let Cow::Owned(masked) = sent.mask(hint)
        {
            *hint = masked.into();
        }
        if let Some(service) = &mut inner.service {
            service.mask(sent);
        }
        self
    }

    pub(crate) fn with_message(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.0.message = message.into();
        self
    }

    pub(crate) fn with_service(mut self, service: ServiceError) -> Self {
        self.0.service = Some(service);
        self
    }

    pub(crate) fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Adds the reason why rejected credentials could not be replaced.
    pub(crate) fn with_refresh_failure(self, failure: &oci_genai_auth::Error) -> Self {
        self.with_hint(format!(
            "the credentials were rejected and could not be refreshed: {failure}"
        ))
        .with_source(failure.clone())
    }

    pub(crate) fn with_response(mut self, response: types::Response) -> Self {
        self.0.response_id = Some(response.id.clone()).filter(|id| !id.is_empty());
        self.0.response = Some(Box::new(response));
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    pub(crate) fn with_request_id(mut self, request_id: Option<String>) -> Self {
        if let Some(id) = request_id {
            self.0
                .service
                .get_or_insert_with(ServiceError::default)
                .request_id
                .get_or_insert(id);
        }
        self
    }

    /// Returns the kind of this error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns what is known about the safety of a retry.
    pub fn retry_safety(&self) -> RetrySafety {
        self.0.retry_safety
    }

    /// Returns the HTTP status, if the service responded.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.service.as_ref().and_then(ServiceError::status)
    }

    /// Returns the service's error code, such as `NotAuthenticated` or `conversation_locked`.
    pub fn code(&self) -> Option<&str> {
        self.0.service.as_ref().and_then(ServiceError::code)
    }

    /// Returns the service's explanation, or this crate's if the service gave none.
    pub fn message(&self) -> &str {
        match &self.0.service {
            Some(service) if !service.message().is_empty() => service.message(),
            _ => &self.0.message,
        }
    }

    /// Returns the service's `opc-request-id`. Include it in support requests.
    pub fn request_id(&self) -> Option<&str> {
        self.0.service.as_ref().and_then(ServiceError::request_id)
    }

    /// Returns the whole error of the service, if it responded with one.
    pub fn service_error(&self) -> Option<&ServiceError> {
        self.0.service.as_ref()
    }

    /// Returns a hint on how to proceed, for errors that are known to be misleading.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// Returns the id of the response that this call created, if it was received.
    pub fn response_id(&self) -> Option<&str> {
        self.0.response_id.as_deref()
    }

    /// Returns the part of the response that was received before the failure, if any.
    pub fn response(&self) -> Option<&types::Response> {
        self.0.response.as_deref()
    }

    /// Returns the part of the response that was received before the failure, and consumes the
    /// error.
    pub fn into_response(self) -> Option<types::Response> {
        self.0.response.map(|response| *response)
    }

    /// Returns how often the request was sent, retries included.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            message, service, ..
        } = &*self.0;
        match service {
            Some(service) if self.0.kind == ErrorKind::Service => {
                match service.status {
                    Some(status) if status.is_success() => {
                        write!(f, "the service returned {status} with an error")?;
                    }
                    Some(status) => write!(f, "the service returned {status}")?,
                    None => f.write_str("the service reported an error in the stream")?,
                }
                if let Some(code) = service.code() {
                    write!(f, " ({code})")?;
                }
                write!(f, ": {}", service.message())?;
            }
            _ => f.write_str(message)?,
        }
        if let Some(id) = self.request_id() {
            write!(f, " [opc-request-id {id}]")?;
        }
        if f.alternate()
            && let Some(hint) = self.hint()
        {
            write!(f, "; hint: {hint}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("message", &self.message())
            .field("status", &self.status())
            .field("code", &self.code())
            .field("request_id", &self.request_id())
            .field("retry_safety", &inner.retry_safety)
            .field("hint", &inner.hint)
            .field("response_id", &inner.response_id)
            .field("attempts", &inner.attempts)
            .field("source", &inner.source)
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
