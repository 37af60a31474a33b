//! Extension traits for responses, items and events.

use serde::de::DeserializeOwned;

use super::failure::answered;
use crate::error::{ErrorKind, RetrySafety};
use crate::types::{
    ContentPart, FunctionCall, Item, Message, MessageContent, Response, ResponseStatus, Role,
    StreamEvent,
};
use crate::{Error, Result};

/// Accessors of a [`Response`].
pub trait ResponseExt {
    /// Returns the function calls that need an output from the caller.
    fn function_calls(&self) -> impl Iterator<Item = &FunctionCall>;

    /// Returns the reasoning summaries, one paragraph each. Empty if there are none.
    fn reasoning_summary(&self) -> String;

    /// Returns the text of the refusal, if the model refused.
    fn refusal(&self) -> Option<String>;

    /// Returns `true` if the response is complete.
    fn is_completed(&self) -> bool;

    /// Returns `true` if the response stopped early: out of tokens, filtered, or its stream was
    /// interrupted.
    fn is_incomplete(&self) -> bool;

    /// Returns the response unless it failed or ended without output. Creating a response already
    /// checks this; retrieving one does not.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::ResponseFailed`] or [`ErrorKind::NoOutput`], with the response.
    fn into_result(self) -> Result<Response>;

    /// Deserializes the output text as JSON.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::NoOutput`] if the model refused or stopped early, or
    /// [`ErrorKind::Decode`] if the text is not JSON that fits `T`.
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
        answered(self)
    }

    fn output_json<T: DeserializeOwned>(&self) -> Result<T> {
        let none = |message: String| {
            Err(
                Error::new(ErrorKind::NoOutput, RetrySafety::Completed, message)
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
            return none("the response has no output text".to_owned());
        }
        serde_json::from_str(&text).map_err(|error| {
            Error::new(
                ErrorKind::Decode,
                RetrySafety::Completed,
                "the output text is not JSON of the expected form",
            )
            .with_response(self.clone())
            .with_source(error)
        })
    }
}

/// Returns the content parts of all output messages.
fn parts(response: &Response) -> impl Iterator<Item = &ContentPart> {
    response.output.iter().flat_map(|item| match item {
        Item::Message(Message {
            content: MessageContent::Parts(parts),
            ..
        }) => parts.as_slice(),
        _ => &[],
    })
}

/// Constructors and accessors of an [`Item`].
///
/// The constructors use the long form of messages, with `type` and typed parts, because strict
/// servers accept no other.
pub trait ItemExt: Sized {
    /// Creates a user message.
    fn user(text: impl Into<String>) -> Self;

    /// Creates a system message. Some models accept none; use instructions with them.
    fn system(text: impl Into<String>) -> Self;

    /// Creates a developer message.
    fn developer(text: impl Into<String>) -> Self;

    /// Creates an earlier assistant message, with its text as `output_text`.
    fn assistant(text: impl Into<String>) -> Self;

    /// Creates an earlier assistant message with its text as `input_text`, for models that accept
    /// nothing else.
    fn assistant_as_input(text: impl Into<String>) -> Self;

    /// Creates the output of a function call.
    fn function_output(call_id: impl Into<String>, output: impl Into<String>) -> Self;

    /// Returns the item's id, if it has one.
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
            // The less common kinds have it in the same member.
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

/// Accessors of a [`StreamEvent`].
pub trait StreamEventExt {
    /// Returns the output text delta, if this event has one.
    fn text_delta(&self) -> Option<&str>;

    /// Returns the response, if this event contains one.
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
