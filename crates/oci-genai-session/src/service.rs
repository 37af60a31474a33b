//! What sessions ask of the service, and nothing more.
//!
//! [`Service`] is the seam between turns and the wire. `Sessions::new` puts the client behind it; a test, or somebody
//! with another transport, implements it. Items and requests are JSON here, so that whatever the service sends is
//! kept as it came.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use futures_core::Stream;
use serde_json::{Map, Value};

use crate::store::TokenUsage;

/// How a response ended, or that it has not yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerStatus {
    /// It ended as it should.
    Completed,
    /// The service stopped early, for this reason (`max_output_tokens`, `content_filter`), or ended in a state of this name
    /// that says nothing about the output (`requires_action`).
    Incomplete(String),
    /// The service gave up.
    Failed {
        /// The service's words.
        message: String,
        /// The same request would fail again: the context is too long, the content was filtered, the quota is used up.
        is_permanent: bool,
    },
    /// It is still being written.
    Running,
}

/// A response of the service.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The response's id; absent when the answer was read off a conversation.
    pub response_id: Option<String>,
    /// How it ended.
    pub status: AnswerStatus,
    /// The output items, as they came.
    pub items: Vec<Value>,
    /// Tokens, as the service counted them; zero when it did not say.
    pub usage: TokenUsage,
}

/// A step of a streamed response.
#[derive(Clone, Debug, PartialEq)]
pub enum AnswerEvent {
    /// The service has named the response.
    Created(String),
    /// A piece of the answer's text.
    Delta(String),
    /// Any other event, as it came.
    Other(Value),
    /// The end: the whole response.
    Done(Answer),
}

/// The steps of a streamed response; the last one is [`AnswerEvent::Done`] or an error.
pub type AnswerStream = Pin<Box<dyn Stream<Item = Result<AnswerEvent, ServiceError>> + Send>>;

/// What a failed call means for a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ServiceErrorKind {
    /// The request did not leave, or was turned away before anything happened; the same may be tried again.
    NotDone,
    /// The service refused for good: the same request will be refused again.
    Refused,
    /// What was named is not there.
    NotFound,
    /// The conversation is busy with another response.
    Locked,
    /// The request left and no clear answer came: it may have been carried out.
    Unknown,
    /// The service may have carried out a part and failed, for a reason that will not change.
    Failed,
    /// The service carried the request out, and the response ended without output.
    NoOutput,
    /// The service carried the request out, and its answer cannot be used: it could not be read.
    Unusable,
    /// [`SendOptions::confirm`] did not allow the request: it was not sent.
    NotAllowed,
}

/// A failed call.
#[derive(Debug)]
pub struct ServiceError {
    kind: ServiceErrorKind,
    message: String,
    code: Option<String>,
    param: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl ServiceError {
    /// A failure of a kind, with a text for people.
    pub fn new(kind: ServiceErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            code: None,
            param: None,
            source: None,
        }
    }

    /// Adds the service's code, such as `previous_response_not_found`, and the member of the request that it is about.
    #[must_use]
    pub fn with_code(mut self, code: Option<String>, param: Option<String>) -> Self {
        self.code = code;
        self.param = param;
        self
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The service's code.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// The member of the request that it is about.
    pub fn param(&self) -> Option<&str> {
        self.param.as_deref()
    }

    /// What it means for the turn.
    pub fn kind(&self) -> ServiceErrorKind {
        self.kind
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for ServiceError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source
            .as_ref()
            .map(|source| source.as_ref() as &(dyn StdError + 'static))
    }
}

/// Whether a request that was surely not carried out may be sent again by whoever sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Repeat {
    /// As the implementation sees fit, waiting as the service asks for.
    IfTurnedAway,
    /// No: an earlier request of the same turn may land while it waits, so the session has to look first.
    Never,
}

/// What is done before each attempt of a request; see [`SendOptions::confirm`].
type Confirm = Arc<dyn Fn() -> Confirmed + Send + Sync>;
type Confirmed = Pin<Box<dyn Future<Output = Result<(), ServiceError>> + Send>>;

/// How a request may be sent that changes something.
#[derive(Clone)]
pub struct SendOptions {
    repeat: Repeat,
    confirm: Option<Confirm>,
}

impl SendOptions {
    /// Options of a request that needs no confirmation.
    pub fn new(repeat: Repeat) -> Self {
        Self {
            repeat,
            confirm: None,
        }
    }

    /// Asks `confirm` before each attempt.
    #[must_use]
    pub fn confirmed_by<F>(mut self, confirm: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), ServiceError>> + Send + 'static,
    {
        self.confirm = Some(Arc::new(move || Box::pin(confirm())));
        self
    }

    /// Whether the request may be sent again after it surely was not carried out.
    pub fn repeat(&self) -> Repeat {
        self.repeat
    }

    /// Whether [`confirm`](Self::confirm) has to ask anybody.
    pub fn needs_confirmation(&self) -> bool {
        self.confirm.is_some()
    }

    /// Makes sure that the request may still be sent: to be awaited right before each attempt, after all pauses.
    ///
    /// # Errors
    /// [`ServiceErrorKind::NotAllowed`]; the request must not be sent then, and the error is to be returned.
    pub async fn confirm(&self) -> Result<(), ServiceError> {
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

/// The operations that sessions need. None of them may be repeated by the implementation after a failure whose
/// outcome is unclear: that is for the session to decide, which looks first.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Service: fmt::Debug + Send + Sync {
    /// Makes a conversation and returns its id.
    async fn create_conversation(
        &self,
        metadata: &BTreeMap<String, String>,
    ) -> Result<String, ServiceError>;

    /// Deletes a conversation; one that is not there counts as deleted.
    async fn delete_conversation(&self, conversation: &str) -> Result<(), ServiceError>;

    /// All items after the one of id `after` (from the start when `None`), oldest first.
    ///
    /// # Errors
    /// [`ServiceErrorKind::NotFound`] when the conversation or the item is not there.
    async fn items_after(
        &self,
        conversation: &str,
        after: Option<String>,
    ) -> Result<Vec<Value>, ServiceError>;

    /// Adds items, in requests of at most 20, and returns them as stored.
    async fn add_items(
        &self,
        conversation: &str,
        items: Vec<Value>,
        options: SendOptions,
    ) -> Result<Vec<Value>, ServiceError>;

    /// Deletes an item; one that is not there counts as deleted.
    async fn delete_item(
        &self,
        conversation: &str,
        item: &str,
        options: SendOptions,
    ) -> Result<(), ServiceError>;

    /// Asks for a response and waits for it.
    async fn respond(
        &self,
        request: Map<String, Value>,
        options: SendOptions,
    ) -> Result<Answer, ServiceError>;

    /// Asks for a response and streams it.
    async fn stream(
        &self,
        request: Map<String, Value>,
        options: SendOptions,
    ) -> Result<AnswerStream, ServiceError>;

    /// The model of requests that name none, if that is known. Default: it is not.
    fn model(&self) -> Option<String> {
        None
    }

    /// Reads a response; `None` when it is not there.
    async fn response(&self, id: &str) -> Result<Option<Answer>, ServiceError>;
}
