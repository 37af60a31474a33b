//! The service operations that sessions need.
//!
//! [`Backend`] is the interface between turns and the transport. `Sessions::new` implements it with
//! the client. Tests and other transports implement it themselves. Items and requests are JSON
//! values here, so that everything the service sends is kept as it came.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use futures_core::Stream;
use serde_json::{Map, Value};

use crate::store::TokenUsage;

/// Status of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelResponseStatus {
    /// The response is complete.
    Completed,
    /// The service stopped early, for this reason (`max_output_tokens`, `content_filter`), or the
    /// response ended in a state of this name that does not describe the output
    /// (`requires_action`).
    Incomplete(String),
    /// The response failed.
    Failed {
        /// The service's error message.
        message: String,
        /// The same request would fail again: the context is too long, the content was filtered, or
        /// the quota is used up.
        is_permanent: bool,
    },
    /// The response is still in progress.
    Running,
}

/// A response of the service.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelResponse {
    /// Id of the response. Absent if the output was read from a conversation.
    pub response_id: Option<String>,
    /// Status of the response.
    pub status: ModelResponseStatus,
    /// The output items, as they came.
    pub items: Vec<Value>,
    /// Token usage, as the service counted it. Zero if the service did not report it.
    pub usage: TokenUsage,
}

/// Event of a streamed response.
#[derive(Clone, Debug, PartialEq)]
pub enum ModelEvent {
    /// The response was created with this id.
    Created(String),
    /// A piece of the output text.
    Delta(String),
    /// Any other event, as it came.
    Other(Value),
    /// The complete response, at the end of the stream.
    Done(ModelResponse),
}

/// Stream of response events. The last one is [`ModelEvent::Done`] or an error.
pub type ModelStream = Pin<Box<dyn Stream<Item = Result<ModelEvent, BackendError>> + Send>>;

/// Outcome of a failed call, as far as the turn is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BackendErrorKind {
    /// The request was not sent, or was rejected before execution. It can be retried.
    NotExecuted,
    /// The service rejected the request permanently. The same request will be rejected again.
    Rejected,
    /// The named resource does not exist.
    NotFound,
    /// The conversation is busy with another response.
    Locked,
    /// The request was sent and no clear response came. It may have been executed.
    Unknown,
    /// The service failed permanently and may have executed a part of the request.
    Failed,
    /// The service executed the request, and the response ended without output.
    NoOutput,
    /// The service executed the request, and the response could not be read.
    Unusable,
    /// [`SendOptions::confirm`] did not allow the request, so it was not sent.
    NotAllowed,
}

/// Error of a backend call.
#[derive(Debug)]
pub struct BackendError {
    kind: BackendErrorKind,
    message: String,
    code: Option<String>,
    param: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl BackendError {
    /// Creates an error of a kind with a message for people.
    pub fn new(kind: BackendErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            code: None,
            param: None,
            source: None,
        }
    }

    /// Adds the service's error code, such as `previous_response_not_found`, and the request member
    /// it refers to.
    #[must_use]
    pub fn with_code(mut self, code: Option<String>, param: Option<String>) -> Self {
        self.code = code;
        self.param = param;
        self
    }

    /// Sets the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Returns the service's error code.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// Returns the request member that the error refers to.
    pub fn param(&self) -> Option<&str> {
        self.param.as_deref()
    }

    /// Returns the kind of error.
    pub fn kind(&self) -> BackendErrorKind {
        self.kind
    }
}

impl fmt::Display for BackendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for BackendError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source
            .as_ref()
            .map(|source| source.as_ref() as &(dyn StdError + 'static))
    }
}

/// Permission for a backend to retry a request that certainly was not executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BackendRetry {
    /// The backend may retry, and waits as long as the service asks for.
    IfRejected,
    /// The backend must not retry. An earlier request of the same turn may arrive during the wait,
    /// so the session has to check first.
    Never,
}

/// Check before each attempt of a request; see [`SendOptions::confirm`].
type Confirm = Arc<dyn Fn() -> Confirmed + Send + Sync>;
type Confirmed = Pin<Box<dyn Future<Output = Result<(), BackendError>> + Send>>;

/// Options for sending a request that changes something.
#[derive(Clone)]
pub struct SendOptions {
    repeat: BackendRetry,
    confirm: Option<Confirm>,
}

impl SendOptions {
    /// Creates options for a request that needs no confirmation.
    pub fn new(repeat: BackendRetry) -> Self {
        Self {
            repeat,
            confirm: None,
        }
    }

    /// Calls `confirm` before each attempt.
    #[must_use]
    pub fn confirmed_by<F>(mut self, confirm: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), BackendError>> + Send + 'static,
    {
        self.confirm = Some(Arc::new(move || Box::pin(confirm())));
        self
    }

    /// Returns the retry permission for a request that certainly was not executed.
    pub fn repeat(&self) -> BackendRetry {
        self.repeat
    }

    /// Returns true if [`confirm`](Self::confirm) runs a check.
    pub fn needs_confirmation(&self) -> bool {
        self.confirm.is_some()
    }

    /// Checks that the request may still be sent. Backends await this right before each attempt,
    /// after all waits.
    ///
    /// # Errors
    /// Returns [`BackendErrorKind::NotAllowed`] if the request must not be sent. The backend must
    /// return this error.
    pub async fn confirm(&self) -> Result<(), BackendError> {
        match &self.confirm {
            Some(confirm) => confirm().await,
            None => Ok(()),
        }
    }
}

impl fmt::Debug for SendOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendOptions")
            .field("repeat", &self.repeat)
            .field("needs_confirmation", &self.needs_confirmation())
            .finish()
    }
}

/// The service operations that sessions need. An implementation must not retry a request whose
/// outcome is unclear. The session decides that, after it checks the service.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Backend: fmt::Debug + Send + Sync {
    /// Creates a conversation and returns its id.
    async fn create_conversation(
        &self,
        metadata: &BTreeMap<String, String>,
    ) -> Result<String, BackendError>;

    /// Deletes a conversation. Succeeds if the conversation does not exist.
    async fn delete_conversation(&self, conversation: &str) -> Result<(), BackendError>;

    /// Returns all items after the item `after` (from the start if `None`), oldest first.
    ///
    /// # Errors
    /// Returns [`BackendErrorKind::NotFound`] if the conversation or the item does not exist.
    async fn items_after(
        &self,
        conversation: &str,
        after: Option<String>,
    ) -> Result<Vec<Value>, BackendError>;

    /// Adds items in requests of at most 20, and returns them as stored.
    async fn add_items(
        &self,
        conversation: &str,
        items: Vec<Value>,
        options: SendOptions,
    ) -> Result<Vec<Value>, BackendError>;

    /// Deletes an item. Succeeds if the item does not exist.
    async fn delete_item(
        &self,
        conversation: &str,
        item: &str,
        options: SendOptions,
    ) -> Result<(), BackendError>;

    /// Sends a request and waits for the response.
    async fn respond(
        &self,
        request: Map<String, Value>,
        options: SendOptions,
    ) -> Result<ModelResponse, BackendError>;

    /// Sends a request and streams the response.
    async fn stream(
        &self,
        request: Map<String, Value>,
        options: SendOptions,
    ) -> Result<ModelStream, BackendError>;

    /// Returns the model of requests that name none, if known. Default: `None`.
    fn model(&self) -> Option<String> {
        None
    }

    /// Returns a response; `None` if it does not exist.
    async fn response(&self, id: &str) -> Result<Option<ModelResponse>, BackendError>;
}
