//! The client as the service that sessions use.

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt};
use oci_genai::middleware::{AttemptCheck, Resend, RetryConfig};
use oci_genai::types::{self, CreateResponse, ListOrder, ResponseStatus, StreamEvent};
use oci_genai::{Client, ErrorKind, RequestOptions, ResendVerdict, ResponseExt};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::service::{
    Answer, AnswerEvent, AnswerStatus, AnswerStream, Repeat, SendOptions, Service, ServiceError,
    ServiceErrorKind,
};
use crate::store::TokenUsage;

/// Items that one request may add, and that one page may hold.
const ADDED_AT_ONCE: usize = 20;
const PAGE: u32 = 100;

/// Puts a client behind the seam. The client never sends a turn of a conversation again on its own unless the service
/// said that it was not carried out.
#[derive(Debug)]
pub(crate) struct ClientService {
    client: Client,
}

impl ClientService {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }
}

fn failure(error: oci_genai::Error) -> ServiceError {
    use ServiceErrorKind::{
        Failed, Locked, NoOutput, NotAllowed, NotDone, NotFound, Refused, Unknown, Unusable,
    };
    if let Some(text) = not_allowed(&error) {
        return ServiceError::new(NotAllowed, text).with_source(error);
    }
    let may_pass = error.is_transient() && !error.is_permanent();
    let kind = match error.verdict() {
        _ if error.is_conversation_locked() => Locked,
        ResendVerdict::NotSent | ResendVerdict::Rejected if may_pass => NotDone,
        ResendVerdict::Rejected if error.is_not_found() => NotFound,
        ResendVerdict::NotSent | ResendVerdict::Rejected => Refused,
        ResendVerdict::Done if error.kind() == ErrorKind::NoOutput => NoOutput,
        ResendVerdict::Done => Unusable,
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
    ServiceError::new(kind, message)
        .with_code(code, param)
        .with_source(error)
}

/// What the session's own check said before an attempt, if that is what the call failed with.
fn not_allowed(error: &oci_genai::Error) -> Option<String> {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        match error.downcast_ref::<ServiceError>() {
            Some(ours) if ours.kind() == ServiceErrorKind::NotAllowed => {
                return Some(ours.to_string());
            }
            _ => cause = error.source(),
        }
    }
    None
}

fn to_value(of: &impl Serialize) -> Result<Value, ServiceError> {
    serde_json::to_value(of).map_err(|error| {
        ServiceError::new(
            ServiceErrorKind::Unknown,
            "what the service sent is not JSON",
        )
        .with_source(error)
    })
}

fn body(request: Map<String, Value>) -> Result<CreateResponse, ServiceError> {
    serde_json::from_value(Value::Object(request)).map_err(|error| {
        ServiceError::new(
            ServiceErrorKind::Refused,
            "the request cannot be made of the session's and the turn's settings",
        )
        .with_source(error)
    })
}

fn item(value: Value) -> Result<types::Item, ServiceError> {
    serde_json::from_value(value).map_err(|error| {
        ServiceError::new(
            ServiceErrorKind::Refused,
            "an item is not one that the service knows",
        )
        .with_source(error)
    })
}

fn answer(response: &types::Response) -> Result<Answer, ServiceError> {
    let status = match &response.status {
        None | Some(ResponseStatus::Completed) => AnswerStatus::Completed,
        Some(ResponseStatus::Incomplete) => {
            let details = response
                .incomplete_details
                .as_ref()
                .map(to_value)
                .transpose()?;
            let reason = details.as_ref().and_then(|details| details.get("reason"));
            let reason = reason.and_then(Value::as_str).unwrap_or("unknown");
            AnswerStatus::Incomplete(reason.to_owned())
        }
        Some(ResponseStatus::Queued | ResponseStatus::InProgress) => AnswerStatus::Running,
        // That it failed is told by an error; so this one has output, or a call.
        Some(other) => AnswerStatus::Incomplete(other.to_string()),
    };
    let count = |tokens: i64| u64::try_from(tokens).unwrap_or(0);
    let usage = response
        .usage
        .as_ref()
        .map_or_else(TokenUsage::default, |usage| TokenUsage {
            input: count(usage.input_tokens),
            output: count(usage.output_tokens),
        });
    Ok(Answer {
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

/// A response that failed is an answer like any other here.
fn answer_or_failure(
    result: Result<types::Response, oci_genai::Error>,
) -> Result<Answer, ServiceError> {
    match result {
        Ok(response) => answer(&response),
        Err(error) => match error.response() {
            Some(response) if error.is_failed() => Ok(Answer {
                status: AnswerStatus::Failed {
                    message: error.to_string(),
                    is_permanent: error.is_permanent(),
                },
                ..answer(response)?
            }),
            _ => Err(failure(error)),
        },
    }
}

fn event(event: Result<StreamEvent, oci_genai::Error>) -> Result<AnswerEvent, ServiceError> {
    Ok(match event {
        // An id that did not come names nothing.
        Ok(StreamEvent::Created(created)) if !created.response.id.is_empty() => {
            AnswerEvent::Created(created.response.id)
        }
        Ok(StreamEvent::OutputTextDelta(delta)) => AnswerEvent::Delta(delta.delta),
        // The client puts into the last event what the stream brought before it.
        Ok(StreamEvent::Completed(done)) => AnswerEvent::Done(answer(&done.response)?),
        Ok(StreamEvent::Incomplete(done)) => AnswerEvent::Done(answer(&done.response)?),
        Ok(other) => AnswerEvent::Other(to_value(&other)?),
        Err(error) => AnswerEvent::Done(answer_or_failure(Err(error))?),
    })
}

/// Success too when what was to go is not there.
fn gone<T>(result: Result<T, oci_genai::Error>) -> Result<(), ServiceError> {
    match result {
        Err(error) if !error.is_not_found() => Err(failure(error)),
        _ => Ok(()),
    }
}

/// The client's options for a request of a session. What may have been carried out is never sent again by the client: whether
/// it is, the session decides, and it asks before each attempt.
fn options(send: &SendOptions) -> RequestOptions {
    let mut options = RequestOptions::new().resend(Resend::IfNotExecuted);
    if send.repeat() == Repeat::Never {
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
impl Service for ClientService {
    async fn create_conversation(
        &self,
        metadata: &BTreeMap<String, String>,
    ) -> Result<String, ServiceError> {
        let create = self
            .client
            .conversations()
            .create()
            .metadata(metadata.clone());
        Ok(create.send().await.map_err(failure)?.id)
    }

    async fn delete_conversation(&self, conversation: &str) -> Result<(), ServiceError> {
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
    ) -> Result<Vec<Value>, ServiceError> {
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
    ) -> Result<Vec<Value>, ServiceError> {
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
    ) -> Result<(), ServiceError> {
        let items = self.client.conversations().items(conversation);
        // Deleting twice deletes once.
        let options = options(&send).resend(Resend::Always);
        gone(items.delete(item).options(options).send().await)
    }

    async fn respond(
        &self,
        request: Map<String, Value>,
        send: SendOptions,
    ) -> Result<Answer, ServiceError> {
        let create = self.client.responses().create_from(body(request)?);
        answer_or_failure(create.options(options(&send)).send().await)
    }

    async fn stream(
        &self,
        request: Map<String, Value>,
        send: SendOptions,
    ) -> Result<AnswerStream, ServiceError> {
        let create = self.client.responses().create_from(body(request)?);
        let create = create.options(options(&send));
        let stream = create.stream().await.map_err(failure)?;
        Ok(Box::pin(stream.map(event)))
    }

    async fn response(&self, id: &str) -> Result<Option<Answer>, ServiceError> {
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
