//! What goes wrong with sessions.

use std::error::Error as StdError;
use std::fmt;

use crate::service::ServiceError;
use crate::store::{StoreError, StoreErrorKind, TurnFailure};

/// The result of what sessions do.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of trouble a session is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The caller gave something that cannot be used. Nothing was sent.
    Invalid,
    /// There is no such session, turn or conversation.
    NotFound,
    /// The name is taken.
    Exists,
    /// The service refused the turn for good. The session is as it was before the turn.
    Refused,
    /// The service carried the turn out, and there is no output that can be kept: the response ended without any, or could not
    /// be read. Nothing is sent again. The session is as it was before the turn.
    NoOutput,
    /// Chain and Local memory: the answer was lost twice, and nothing shows what became of the requests. Both may have been
    /// carried out and paid for. The session is as it was before the turn.
    AnswerLost,
    /// Another process holds the session, or the service was busy with its conversation for too long.
    Busy,
    /// The turn's outcome could not be found out. It stays open; the next use of the session settles it before
    /// anything else, and asking again with its turn id finishes it.
    Unsettled,
    /// The turn was given up by its caller.
    Cancelled,
    /// The turn waits for a person's approval of a tool call.
    AwaitingApproval,
    /// Another writer took the session over. The turn is that writer's to settle.
    LeaseLost,
    /// The store failed.
    Store,
}

/// An error of a session.
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
        error: ServiceError,
    ) -> Self {
        Self::new(kind, message).with_source(error)
    }

    /// A request was not sent, because the session may be somebody else's by now.
    pub(crate) fn lease_lost(error: ServiceError) -> Self {
        Self::new(ErrorKind::LeaseLost, error.to_string()).with_source(error)
    }

    /// The kind of trouble.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether the input was at fault.
    pub fn is_invalid(&self) -> bool {
        self.kind == ErrorKind::Invalid
    }

    /// Whether the session, turn or conversation is not there.
    pub fn is_not_found(&self) -> bool {
        self.kind == ErrorKind::NotFound
    }

    /// Whether the turn is left open and will be settled by the session's next use.
    pub fn is_unsettled(&self) -> bool {
        matches!(self.kind, ErrorKind::Unsettled | ErrorKind::LeaseLost)
    }

    /// Whether the caller gave the turn up.
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
            TurnFailure::Refused => Self::Refused,
            TurnFailure::NoOutput => Self::NoOutput,
            TurnFailure::AnswerLost => Self::AnswerLost,
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let (kind, message) = match error.kind() {
            StoreErrorKind::NotFound => (ErrorKind::NotFound, "the session is not in the store"),
            StoreErrorKind::Exists => (ErrorKind::Exists, "a name or id is taken in the store"),
            StoreErrorKind::Fenced | StoreErrorKind::Conflict => {
                (ErrorKind::LeaseLost, "another writer took the session over")
            }
            _ => (ErrorKind::Store, "the session store failed"),
        };
        Self::new(kind, message).with_source(error)
    }
}
