//! The error of this crate.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use http::StatusCode;

/// A result whose error is this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Any error, boxed.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// An error while getting credentials or authenticating a request.
///
/// `Display` describes the failure at this level, with a hint if there is one.
/// [`source`](StdError::source) returns the cause. Errors never contain secrets.
///
/// Cloning is cheap: callers that wait for the same refresh get the same error.
#[derive(Clone)]
pub struct Error {
    kind: ErrorKind,
    message: Arc<str>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
    status: Option<StatusCode>,
}

/// Kinds of errors. Each variant describes the remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting is missing or malformed: a configuration file, a profile, an environment variable.
    /// Correct it; retrying does not help.
    Config,
    /// A private key could not be read: malformed, encrypted without (or with a wrong) pass phrase,
    /// or not an RSA private key.
    Key,
    /// A security token is malformed, or it has expired and cannot be refreshed: log in again.
    Token,
    /// A token service rejected the request: wrong identity, missing policy, expired session.
    Refused,
    /// A token service was unreachable or failed. Retrying later may help.
    Unavailable,
    /// Credentials would have been sent over an unprotected connection or to a disallowed host.
    Insecure,
    /// The request cannot be signed: an unsupported method, a relative URL, an oversized body.
    Request,
    /// No source of credentials applied. The message lists each source with its reason.
    NoCredentials,
}

impl Error {
    /// Creates an error of the given kind. For implementations of
    /// [`ProvideCredentials`](crate::ProvideCredentials).
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into().into(),
            source: None,
            status: None,
        }
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into().into());
        self
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    /// Returns the HTTP status of a token service's response, if that is the cause.
    pub fn status(&self) -> Option<StatusCode> {
        self.status
    }

    pub(crate) fn config(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Config, message)
    }

    pub(crate) fn key(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Key, message)
    }

    pub(crate) fn token(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Token, message)
    }

    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Refused, message)
    }

    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unavailable, message)
    }

    pub(crate) fn insecure(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Insecure, message)
    }

    pub(crate) fn request(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Request, message)
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Returns true if a setting, file or variable caused the error.
    pub fn is_config(&self) -> bool {
        self.kind == ErrorKind::Config
    }

    /// Returns true if a private key caused the error.
    pub fn is_key(&self) -> bool {
        self.kind == ErrorKind::Key
    }

    /// Returns true if a token caused the error: log in again.
    pub fn is_token(&self) -> bool {
        self.kind == ErrorKind::Token
    }

    /// Returns true if a token service rejected the request.
    pub fn is_refused(&self) -> bool {
        self.kind == ErrorKind::Refused
    }

    /// Returns true if retrying later may help: a token service was unreachable or failed.
    pub fn is_unavailable(&self) -> bool {
        self.kind == ErrorKind::Unavailable
    }

    /// Returns true if credentials were not sent because the host was unprotected or disallowed.
    pub fn is_insecure(&self) -> bool {
        self.kind == ErrorKind::Insecure
    }

    /// Returns true if the request itself could not be signed.
    pub fn is_request(&self) -> bool {
        self.kind == ErrorKind::Request
    }

    /// Returns true if no source of credentials applied.
    pub fn is_no_credentials(&self) -> bool {
        self.kind == ErrorKind::NoCredentials
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind)
            .field("message", &self.message)
            .field("source", &self.source)
            .finish()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}
