//! The client as a [`Backend`].

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt};
use oci_genai::middleware::{AttemptCheck, Idempotency, RetryConfig};
use oci_genai::types::{self, CreateResponse, ListOrder, ResponseStatus, StreamEvent};
use oci_genai::{Client, ErrorKind, RequestOptions, ResponseExt, RetrySafety};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::backend::{
    Backend, BackendError, BackendErrorKind, BackendRetry, ModelEvent, ModelResponse,
    ModelResponseStatus, ModelStream, SendOptions,
};
use crate::store::TokenUsage;

/// Maximum number of items per request and per page.
const ADDED_AT_ONCE: usize = 20;
const PAGE: u32 = 100;

/// Implements [`Backend`] with a client. The client retries a turn's request only if the service
/// reported that it was not executed.
#[derive(Debug)]
pub(crate) struct ClientBackend {
    client: Client,
}

impl ClientBackend {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }
}

fn failure(error: oci_genai::Error) -> BackendError {
    use BackendErrorKind::{
        Failed, Locked, NoOutput, NotAllowed, NotExecuted, NotFound, Rejected, Unknown, Unusable,
    };
    if let Some(text) = not_allowed(&error) {
        return BackendError::new(NotAllowed, text).with_source(error);
    }
    let may_pass = error.is_transient() && !error.is_permanent();
    let kind = match error.retry_safety() {
        _ if error.is_conversation_locked() => Locked,
        RetrySafety::NotSent | RetrySafety::Rejected if may_pass => NotExecuted,
        RetrySafety::Rejected if error.is_not_found() => NotFound,
        RetrySafety::NotSent | RetrySafety::Rejected => Rejected,
        RetrySafety::Completed if error.kind() == ErrorKind::NoOutput => NoOutput,
        RetrySafety::Completed => Unusable,
        _ if error.is_permanent() => Failed,
        _ => Unknown,
    };
    let mut message = error.message().to_owned();
    for (what, value) in [
        ("code", error.code()),
        ("opc-request-id", error.request_id()),
    ] {
        if let Some(value) = value {
            message.push_str(&format!(" ({what}: {value})"));
        }
    }
    if let Some(hint) = error.hint() {
        message.push_str(&format!("; {hint}"));
    }
    let said = error.service_error();
    let code = said.and_then(|said| said.code()).map(str::to_owned);
    let param = said.and_then(|said| said.param()).map(str::to_owned);
    BackendError::new(kind, message)
        .with_code(code, param)
        .with_source(error)
}

/// Returns the message of the session's own check, if the call failed because of it.
fn not_allowed(error: &oci_genai::Error) -> Option<String> {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        match error.downcast_ref::<BackendError>() {
            Some(ours) if ours.kind() == BackendErrorKind::NotAllowed => {
                return Some(ours.to_string());
            }
            _ => cause = error.source(),
        }
    }
    None
}

fn to_value(of: &impl Serialize) -> Result<Value, BackendError> {
    serde_json::to_value(of).map_err(|error| {
        BackendError::new(
            BackendErrorKind::Unknown,
            "the service's response is not JSON",
        )
        .with_source(error)
    })
}

fn body(request: Map<String, Value>) -> Result<CreateResponse, BackendError> {
    serde_json::from_value(Value::Object(request)).map_err(|error| {
        BackendError::new(
            BackendErrorKind::Rejected,
            "could not build the request from the settings of the session and the turn",
        )
        .with_source(error)
    })
}

fn item(value: Value) -> Result<types::Item, BackendError> {
    serde_json::from_value(value).map_err(|error| {
        BackendError::new(BackendErrorKind::Rejected, "an item has an unknown form")
            .with_source(error)
    })
}

fn answer(response: &types::Response) -> Result<ModelResponse, BackendError> {
    let status = match &response.status {
        None | Some(ResponseStatus::Completed) => ModelResponseStatus::Completed,
        Some(ResponseStatus::Incomplete) => {
            let details = response
                .incomplete_details
                .as_ref()
                .map(to_value)
                .transpose()?;
            let reason = details.as_ref().and_then(|details| details.get("reason"));
            let reason = reason.and_then(Value::as_str).unwrap_or("unknown");
            ModelResponseStatus::Incomplete(reason.to_owned())
        }
        Some(ResponseStatus::Queued | ResponseStatus::InProgress) => ModelResponseStatus::Running,
        // An error reports a failure, so this response has output or a call.
        Some(other) => ModelResponseStatus::Incomplete(other.to_string()),
    };
    let count = |tokens: i64| u64::try_from(tokens).unwrap_or(0);
    let usage = response
        .usage
        .as_ref()
        .map_or_else(TokenUsage::default, |usage| TokenUsage {
            input: count(usage.input_tokens),
            output: count(usage.output_tokens),
        });
    Ok(ModelResponse {
        response_id: (!response.id.is_empty()).then(|| response.id.clone()),
        status,
        items: response
            .output
            .iter()
            .map(to_value)
            .collect::<Result<_, _>>()?,
        usage,
    })
}

/// Returns a failed response as a response too.
fn answer_or_failure(
    result: Result<types::Response, oci_genai::Error>,
) -> Result<ModelResponse, BackendError> {
    match result {
        Ok(response) => answer(&response),
        Err(error) => match error.response() {
            Some(response) if error.is_failed() => Ok(ModelResponse {
                status: ModelResponseStatus::Failed {
                    message: error.to_string(),
                    is_permanent: error.is_permanent(),
                },
                ..answer(response)?
            }),
            _ => Err(failure(error)),
        },
    }
}

fn event(event: Result<StreamEvent, oci_genai::Error>) -> Result<ModelEvent, BackendError> {
    Ok(match event {
        // An empty id identifies nothing.
        Ok(StreamEvent::Created(created)) if !created.response.id.is_empty() => {
            ModelEvent::Created(created.response.id)
        }
        Ok(StreamEvent::OutputTextDelta(delta)) => ModelEvent::Delta(delta.delta),
        // The client puts the earlier events of the stream into the last one.
        Ok(StreamEvent::Completed(done)) => ModelEvent::Done(answer(&done.response)?),
        Ok(StreamEvent::Incomplete(done)) => ModelEvent::Done(answer(&done.response)?),
        Ok(other) => ModelEvent::Other(to_value(&other)?),
        Err(error) => ModelEvent::Done(answer_or_failure(Err(error))?),
    })
}

/// Also succeeds if the object to delete does not exist.
fn gone<T>(result: Result<T, oci_genai::Error>) -> Result<(), BackendError> {
    match result {
        Err(error) if !error.is_not_found() => Err(failure(error)),
        _ => Ok(()),
    }
}

/// Returns the client options for a request of a session. The client never retries a request that
/// may have been executed: the session decides that, and confirms its lease before each attempt.
fn options(send: &SendOptions) -> RequestOptions {
    let mut options = RequestOptions::new().resend(Idempotency::RetryIfNotExecuted);
    if send.repeat() == BackendRetry::Never {
        options = options.retry(RetryConfig::never());
    }
    if send.needs_confirmation() {
        let send = send.clone();
        options = options.before_attempt(AttemptCheck::new(move || {
            let send = send.clone();
            async move { Ok(send.confirm().await?) }
        }));
    }
    options
}

#[async_trait]
impl Backend for ClientBackend {
    async fn create_conversation(
        &self,
        metadata: &BTreeMap<String, String>,
    ) -> Result<String, BackendError> {
        let create = self
            .client
            .conversations()
            .create()
            .metadata(metadata.clone());
        Ok(create.send().await.map_err(failure)?.id)
    }

    async fn delete_conversation(&self, conversation: &str) -> Result<(), BackendError> {
        gone(
            self.client
                .conversations()
                .delete(conversation)
                .send()
                .await,
        )
    }

    async fn items_after(
        &self,
        conversation: &str,
        after: Option<String>,
    ) -> Result<Vec<Value>, BackendError> {
        let mut list = self.client.conversations().items(conversation).list();
        list = list.order(ListOrder::Asc).limit(PAGE);
        if let Some(after) = after {
            list = list.after(after);
        }
        list.stream()
            .map_err(failure)
            .and_then(|item| std::future::ready(to_value(&item)))
            .try_collect()
            .await
    }

    async fn add_items(
        &self,
        conversation: &str,
        items: Vec<Value>,
        send: SendOptions,
    ) -> Result<Vec<Value>, BackendError> {
        let mut rest = items.into_iter().map(item).collect::<Result<Vec<_>, _>>()?;
        let mut added = Vec::with_capacity(rest.len());
        while !rest.is_empty() {
            let batch: Vec<_> = rest.drain(..rest.len().min(ADDED_AT_ONCE)).collect();
            let create = self
                .client
                .conversations()
                .items(conversation)
                .create(batch)
                .options(options(&send));
            for item in create.send().await.map_err(failure)?.data {
                added.push(to_value(&item)?);
            }
        }
        Ok(added)
    }

    async fn delete_item(
        &self,
        conversation: &str,
        item: &str,
        send: SendOptions,
    ) -> Result<(), BackendError> {
        let items = self.client.conversations().items(conversation);
        // A second deletion has no effect.
        let options = options(&send).resend(Idempotency::Idempotent);
        gone(items.delete(item).options(options).send().await)
    }

    async fn respond(
        &self,
        request: Map<String, Value>,
        send: SendOptions,
    ) -> Result<ModelResponse, BackendError> {
        let create = self.client.responses().create_with(body(request)?);
        answer_or_failure(create.options(options(&send)).send().await)
    }

    async fn stream(
        &self,
        request: Map<String, Value>,
        send: SendOptions,
    ) -> Result<ModelStream, BackendError> {
        let create = self.client.responses().create_with(body(request)?);
        let create = create.options(options(&send));
        let stream = create.stream().await.map_err(failure)?;
        Ok(Box::pin(stream.map(event)))
    }

    async fn response(&self, id: &str) -> Result<Option<ModelResponse>, BackendError> {
        let retrieved = self.client.responses().retrieve(id).send().await;
        match retrieved.and_then(ResponseExt::into_result) {
            Err(error) if error.is_not_found() => Ok(None),
            result => answer_or_failure(result).map(Some),
        }
    }

    fn model(&self) -> Option<String> {
        self.client.model().map(str::to_owned)
    }
}
