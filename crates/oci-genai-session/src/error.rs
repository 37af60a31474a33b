//! Session errors.

use std::error::Error as StdError;
use std::fmt;

use crate::backend::BackendError;
use crate::store::{StoreError, StoreErrorKind, TurnFailure};

/// Result of session operations.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Category of a session error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The caller's input is invalid. Nothing was sent.
    InvalidInput,
    /// The session, turn or conversation does not exist.
    NotFound,
    /// The name or id is taken.
    AlreadyExists,
    /// The service rejected the turn permanently. The session is as it was before the turn.
    Rejected,
    /// The service executed the turn, but there is no output to keep: the response ended without
    /// output or could not be read. Nothing is retried. The session is as it was before the turn.
    NoOutput,
    /// The answer was lost, and nothing shows what became of it: twice over Chain and Local memory, or once where what the
    /// service has cannot be read. It may have been carried out and paid for. The session is as it was before the turn.
    AnswerLost,
    /// Another process holds the session, or the service was busy with its conversation for too
    /// long.
    Busy,
    /// The outcome of the turn is unknown. The turn stays open. The next use of the session
    /// recovers it first; sending again with its turn id finishes it.
    OutcomeUnknown,
    /// The caller canceled the turn.
    Cancelled,
    /// The turn waits for human approval of a tool call.
    AwaitingApproval,
    /// Another writer took over the session. That writer recovers the turn.
    LeaseLost,
    /// The store failed.
    Store,
}

/// Error of a session operation.
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }

    pub(crate) fn service(
        kind: ErrorKind,
        message: impl Into<String>,
        error: BackendError,
    ) -> Self {
        Self::new(kind, message).with_source(error)
    }

    /// Makes an error for a request that was not sent because another process may hold the session
    /// by now.
    pub(crate) fn lease_lost(error: BackendError) -> Self {
        Self::new(ErrorKind::LeaseLost, error.to_string()).with_source(error)
    }

    /// Returns the category of the error.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Returns true if the input was invalid.
    pub fn is_invalid(&self) -> bool {
        self.kind == ErrorKind::InvalidInput
    }

    /// Returns true if the session, turn or conversation does not exist.
    pub fn is_not_found(&self) -> bool {
        self.kind == ErrorKind::NotFound
    }

    /// Returns true if the turn stays open and the session's next use recovers it.
    pub fn is_outcome_unknown(&self) -> bool {
        matches!(self.kind, ErrorKind::OutcomeUnknown | ErrorKind::LeaseLost)
    }

    /// Returns true if the caller canceled the turn.
    pub fn is_cancelled(&self) -> bool {
        self.kind == ErrorKind::Cancelled
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
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

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source
            .as_ref()
            .map(|source| source.as_ref() as &(dyn StdError + 'static))
    }
}

impl From<TurnFailure> for ErrorKind {
    fn from(failure: TurnFailure) -> Self {
        match failure {
            TurnFailure::Rejected => Self::Rejected,
            TurnFailure::NoOutput => Self::NoOutput,
            TurnFailure::AnswerLost => Self::AnswerLost,
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let (kind, message) = match error.kind() {
            StoreErrorKind::NotFound => (ErrorKind::NotFound, "the session is not in the store"),
            StoreErrorKind::Exists => (
                ErrorKind::AlreadyExists,
                "a name or id is taken in the store",
            ),
            StoreErrorKind::Fenced | StoreErrorKind::Conflict => {
                (ErrorKind::LeaseLost, "another writer took over the session")
            }
            _ => (ErrorKind::Store, "the session store failed"),
        };
        Self::new(kind, message).with_source(error)
    }
}
