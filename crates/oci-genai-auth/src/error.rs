//! The error of this crate.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use http::StatusCode;

/// A result whose error is this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Any error, boxed.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// Why credentials could not be had, or a request not be authenticated.
///
/// `Display` says what went wrong at this level, with a hint where there is one; the cause is
/// behind [`source`](StdError::source). No secret is ever part of it.
///
/// Cloning is cheap: callers that wait for the same refresh get the same error.
#[derive(Clone)]
pub struct Error {
    kind: ErrorKind,
    message: Arc<str>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
    status: Option<StatusCode>,
}

/// What kind of thing went wrong; each variant says what a user can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting is missing or malformed: a configuration file, a profile, an environment variable.
    /// Correct it; trying again does not help.
    Config,
    /// A private key could not be read: malformed, encrypted without (or with a wrong) pass phrase,
    /// or not an RSA private key.
    Key,
    /// A security token is malformed or has expired and cannot be renewed: log in again.
    Token,
    /// A service that issues tokens refused: wrong identity, missing policy, session over.
    Refused,
    /// A service that issues tokens could not be reached or failed. Trying again later may help.
    Unavailable,
    /// Credentials would have left over an unprotected connection or to a foreign host.
    Insecure,
    /// The request cannot be signed: an unusual verb, a relative URL, an oversized body.
    Request,
    /// No source of credentials applied; the message lists each with its reason.
    NoCredentials,
}

impl Error {
    /// An error of the given kind. For implementations of
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

    /// The status a service that issues tokens answered with, where that is the cause.
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

    /// What kind of thing went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether a setting, file or variable is at fault.
    pub fn is_config(&self) -> bool {
        self.kind == ErrorKind::Config
    }

    /// Whether a private key is at fault.
    pub fn is_key(&self) -> bool {
        self.kind == ErrorKind::Key
    }

    /// Whether a token is at fault: a new login is needed.
    pub fn is_token(&self) -> bool {
        self.kind == ErrorKind::Token
    }

    /// Whether the issuer of tokens refused.
    pub fn is_refused(&self) -> bool {
        self.kind == ErrorKind::Refused
    }

    /// Whether trying again later may help: the issuer of tokens was unreachable or failed.
    pub fn is_unavailable(&self) -> bool {
        self.kind == ErrorKind::Unavailable
    }

    /// Whether credentials were held back from an unprotected or foreign host.
    pub fn is_insecure(&self) -> bool {
        self.kind == ErrorKind::Insecure
    }

    /// Whether the request itself could not be signed.
    pub fn is_request(&self) -> bool {
        self.kind == ErrorKind::Request
    }

    /// Whether no source of credentials applied.
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
