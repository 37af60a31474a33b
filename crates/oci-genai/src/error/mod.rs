//! The one error type of this crate.

mod convert;
mod hint;
mod predicates;
mod retry_safety;
mod service;
mod verdict;
mod words;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::SystemTime;

use http::StatusCode;

pub(crate) use self::predicates::is_transient_status;
pub(crate) use self::retry_safety::{Outcome, Repeat, Rule, rule, verdict};
pub use self::service::ServiceError;
pub use self::verdict::ResendVerdict;
pub(crate) use self::words::is_error;
use crate::types;
use crate::wire::SentCredentials;

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A type-erased cause.
pub(crate) type Source = Box<dyn StdError + Send + Sync + 'static>;

/// What kind of failure an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting is missing or wrong. Correct it; nothing was sent.
    Config,
    /// The request can't be sent as it is. Correct it; nothing was sent.
    InvalidRequest,
    /// Credentials could not be had or could not be used. Nothing was sent.
    Credentials,
    /// No connection came about. Check the host, the network and the proxy.
    Connect,
    /// The connection failed after the request was sent, or while the answer was read.
    Transport,
    /// A time limit passed: of an attempt, of the whole call, or between two events of a stream.
    Timeout,
    /// The service answered with an error; see [`Error::status`] and [`Error::code`].
    Service,
    /// The answer is not what the service promises: not JSON, or not an event stream.
    Decode,
    /// A stream ended before its response was complete.
    Interrupted,
    /// The service ran the response and reports that it failed; see [`Error::response`].
    Failed,
    /// The response ended without output: no text, no call, no refusal and no error. Also when the
    /// model refused or stopped early where structured output was requested.
    NoOutput,
    /// This client declined to send: a limit of its own is reached or a circuit breaker is open.
    Declined,
    /// A layer that is not part of this crate failed; its own error is the source.
    Layer,
}

/// A failure: what happened, what the service said, and whether sending again is safe.
///
/// `Display` tells this layer only; walk [`source`](StdError::source) for the causes. The alternate
/// form (`{:#}`) adds the [hint](Error::hint).
///
/// ```
/// fn report(error: &oci_genai::Error) {
///     if error.is_rate_limited() {
///         // come back later
///     } else if error.verdict().is_safe() {
///         // nothing happened on the service; the call may be made again
///     }
/// }
/// # let _ = report;
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    verdict: ResendVerdict,
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
        verdict: ResendVerdict,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            verdict,
            service: None,
            hint: None,
            response_id: None,
            response: None,
            attempts: 1,
            source: None,
        }))
    }

    /// A setting that is missing or wrong.
    pub(crate) fn config(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Config, ResendVerdict::NotSent, message)
    }

    /// A request that must not be sent.
    pub(crate) fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::InvalidRequest, ResendVerdict::NotSent, message)
    }

    /// An error answer of the service; `now` serves to notice a skewed clock.
    pub(crate) fn service(service: ServiceError, now: SystemTime) -> Self {
        let verdict = verdict(service.outcome());
        let hint = hint::for_answer(&service, now);
        let mut error = Self::new(ErrorKind::Service, verdict, "");
        error.0.service = Some(service);
        error.0.hint = hint.map(Cow::Owned);
        error
    }

    /// Takes the credential that was sent out of everything that is shown of the service's answer.
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

    /// The credentials were refused, and this is why there are no others.
    pub(crate) fn with_refresh_failure(self, failure: &oci_genai_auth::Error) -> Self {
        self.with_hint(format!(
            "the credentials were refused and could not be renewed: {failure}"
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

    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the request may be sent again without a double effect.
    pub fn verdict(&self) -> ResendVerdict {
        self.0.verdict
    }

    /// The HTTP status, if the service answered.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.service.as_ref().and_then(ServiceError::status)
    }

    /// The service's code, such as `NotAuthenticated` or `conversation_locked`.
    pub fn code(&self) -> Option<&str> {
        self.0.service.as_ref().and_then(ServiceError::code)
    }

    /// The service's explanation, or this crate's if the service gave none.
    pub fn message(&self) -> &str {
        match &self.0.service {
            Some(service) if !service.message().is_empty() => service.message(),
            _ => &self.0.message,
        }
    }

    /// The service's `opc-request-id`, to be named in a support request.
    pub fn request_id(&self) -> Option<&str> {
        self.0.service.as_ref().and_then(ServiceError::request_id)
    }

    /// Everything the service said, if it answered.
    pub fn service_error(&self) -> Option<&ServiceError> {
        self.0.service.as_ref()
    }

    /// What to try next, for the answers that are known to send people the wrong way.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// The id of the response this call created, if that much was received.
    pub fn response_id(&self) -> Option<&str> {
        self.0.response_id.as_deref()
    }

    /// What was received of the response before the failure, if anything was.
    pub fn response(&self) -> Option<&types::Response> {
        self.0.response.as_deref()
    }

    /// Takes out what was received of the response before the failure.
    pub fn into_response(self) -> Option<types::Response> {
        self.0.response.map(|response| *response)
    }

    /// How often the request was sent, retries included.
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
                        write!(f, "the service answered {status} with an error")?;
                    }
                    Some(status) => write!(f, "the service answered {status}")?,
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
            .field("verdict", &inner.verdict)
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
