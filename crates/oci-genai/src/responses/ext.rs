//! What people ask of a response, an item or an event.

use serde::de::DeserializeOwned;

use super::failure::{raise_failed, require_output};
use crate::error::{ErrorKind, ResendVerdict};
use crate::types::{
    ContentPart, FunctionCall, Item, Message, MessageContent, Response, ResponseStatus, Role,
    StreamEvent,
};
use crate::{Error, Result};

/// Questions to a [`Response`].
pub trait ResponseExt {
    /// The tool calls that wait for the caller's answer.
    fn function_calls(&self) -> impl Iterator<Item = &FunctionCall>;

    /// The summaries of the model's reasoning, a paragraph each. Empty if there are none.
    fn reasoning_summary(&self) -> String;

    /// The model's words if it refused.
    fn refusal(&self) -> Option<String>;

    /// Whether the response is whole.
    fn is_completed(&self) -> bool;

    /// Whether the response stopped early: out of tokens, filtered, or its stream broke.
    fn is_incomplete(&self) -> bool;

    /// The response, if it is one to go on with: not failed, and not over without output. Creating a
    /// response checks this already, retrieving one does not.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Failed`] or [`ErrorKind::NoOutput`], with the response.
    fn into_result(self) -> Result<Response>;

    /// Reads the output text as JSON.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NoOutput`] if the model refused or stopped early, [`ErrorKind::Decode`] if the
    /// text is not JSON of this shape.
    fn output_json<T: DeserializeOwned>(&self) -> Result<T>;
}

impl ResponseExt for Response {
    fn function_calls(&self) -> impl Iterator<Item = &FunctionCall> {
        self.output.iter().filter_map(|item| match item {
            Item::FunctionCall(call) => Some(&**call),
            _ => None,
        })
    }

    fn reasoning_summary(&self) -> String {
        let mut summary = String::new();
        for item in &self.output {
            let Item::Reasoning(reasoning) = item else {
                continue;
            };
            for paragraph in &reasoning.summary {
                if !summary.is_empty() {
                    summary.push_str("\n\n");
                }
                summary.push_str(&paragraph.text);
            }
        }
        summary
    }

    fn refusal(&self) -> Option<String> {
        let refusals: Vec<&str> = parts(self)
            .filter_map(|part| match part {
                ContentPart::Refusal(part) => Some(part.refusal.as_str()),
                _ => None,
            })
            .collect();
        (!refusals.is_empty()).then(|| refusals.concat())
    }

    fn is_completed(&self) -> bool {
        self.status == Some(ResponseStatus::Completed)
    }

    fn is_incomplete(&self) -> bool {
        self.status == Some(ResponseStatus::Incomplete)
    }

    fn into_result(self) -> Result<Response> {
        require_output(raise_failed(self)?)
    }

    fn output_json<T: DeserializeOwned>(&self) -> Result<T> {
        let none = |message: String| {
            Err(
                Error::new(ErrorKind::NoOutput, ResendVerdict::Done, message)
                    .with_response(self.clone()),
            )
        };
        if let Some(refusal) = self.refusal() {
            return none(format!("the model refused: {refusal}"));
        }
        if self.is_incomplete() {
            let reason = self
                .incomplete_details
                .as_ref()
                .and_then(|details| details.reason.as_ref());
            return none(match reason {
                Some(reason) => format!("the response stopped early: {reason}"),
                None => "the response stopped early".to_owned(),
            });
        }
        let text = self.output_text();
        if text.is_empty() {
            return none("the response has no text".to_owned());
        }
        serde_json::from_str(&text).map_err(|error| {
            Error::new(
                ErrorKind::Decode,
                ResendVerdict::Done,
                "the output text is not JSON of the expected shape",
            )
            .with_response(self.clone())
            .with_source(error)
        })
    }
}

/// The parts of all messages that the model wrote.
fn parts(response: &Response) -> impl Iterator<Item = &ContentPart> {
    response.output.iter().flat_map(|item| match item {
        Item::Message(Message {
            content: MessageContent::Parts(parts),
            ..
        }) => parts.as_slice(),
        _ => &[],
    })
}

/// Questions to an [`Item`], and the long form of messages.
///
/// Strict servers take messages in their long form only, with `type` and typed parts; these
/// constructors write it.
pub trait ItemExt: Sized {
    /// A message from the user.
    fn user(text: impl Into<String>) -> Self;

    /// A message from the system. Some models take none: use instructions there.
    fn system(text: impl Into<String>) -> Self;

    /// A message from the developer.
    fn developer(text: impl Into<String>) -> Self;

    /// An earlier message of the assistant, its text as `output_text`.
    fn assistant(text: impl Into<String>) -> Self;

    /// An earlier message of the assistant, its text as `input_text`, for the models that take
    /// nothing else.
    fn assistant_as_input(text: impl Into<String>) -> Self;

    /// A tool's answer to a call.
    fn function_output(call_id: impl Into<String>, output: impl Into<String>) -> Self;

    /// The item's id, if it has one.
    fn id(&self) -> Option<String>;
}

impl ItemExt for Item {
    fn user(text: impl Into<String>) -> Self {
        message(Role::User, input_text(text))
    }

    fn system(text: impl Into<String>) -> Self {
        message(Role::System, input_text(text))
    }

    fn developer(text: impl Into<String>) -> Self {
        message(Role::Developer, input_text(text))
    }

    fn assistant(text: impl Into<String>) -> Self {
        message(
            Role::Assistant,
            crate::types::OutputText::new(text.into()).into(),
        )
    }

    fn assistant_as_input(text: impl Into<String>) -> Self {
        message(Role::Assistant, input_text(text))
    }

    fn function_output(call_id: impl Into<String>, output: impl Into<String>) -> Self {
        crate::types::FunctionCallOutput::new(output.into())
            .call_id(call_id)
            .into()
    }

    fn id(&self) -> Option<String> {
        match self {
            Self::Message(item) => item.id.clone(),
            Self::FunctionCall(item) => item.id.clone(),
            Self::FunctionCallOutput(item) => item.id.clone(),
            Self::Reasoning(item) => item.id.clone(),
            Self::ItemReference(item) => Some(item.id.clone()),
            Self::Unknown(item) => Some(item.as_value().get("id")?.as_str()?.to_owned()),
            // The rarer kinds have theirs in the same place.
            other => {
                let value = serde_json::to_value(other).ok()?;
                Some(value.get("id")?.as_str()?.to_owned())
            }
        }
    }
}

fn input_text(text: impl Into<String>) -> ContentPart {
    crate::types::InputText::new(text.into()).into()
}

fn message(role: Role, part: ContentPart) -> Item {
    Message::new(role, vec![part]).into()
}

/// Questions to a [`StreamEvent`].
pub trait StreamEventExt {
    /// The piece of output text this event brings, if it brings one.
    fn text_delta(&self) -> Option<&str>;

    /// The response this event carries whole, if it does.
    fn response(&self) -> Option<&Response>;
}

impl StreamEventExt for StreamEvent {
    fn text_delta(&self) -> Option<&str> {
        match self {
            Self::OutputTextDelta(event) => Some(&event.delta),
            _ => None,
        }
    }

    fn response(&self) -> Option<&Response> {
        match self {
            Self::Created(event) => Some(&event.response),
            Self::Queued(event) => Some(&event.response),
            Self::InProgress(event) => Some(&event.response),
            Self::Completed(event) => Some(&event.response),
            Self::Incomplete(event) => Some(&event.response),
            Self::Failed(event) => Some(&event.response),
            _ => None,
        }
    }
}
