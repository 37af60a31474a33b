//! A turn: one user input with its model calls and tool calls.

mod calls;
mod decide;
mod driver;
mod duplicates;
mod event;
mod fallback;
mod input;
mod model_call;
mod recovery;
mod request;
mod stream;
mod tool_calls;

use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) use calls::arguments;
pub(crate) use driver::Driver;
pub(crate) use event::{Cancel, CancelOnDrop, Emitter};
pub use event::{Observer, TurnEvent};
pub use input::TurnInput;
pub use request::TurnBuilder;
pub(crate) use request::{TurnRequest, is_ours};
pub use stream::{CancelOutcome, TurnStream};

use crate::error::{Error, ErrorKind, Result};
use crate::item;
use crate::store::{Recovery, TokenUsage, TurnRecord};

/// A committed turn: its output is in the session.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    record: TurnRecord,
    output: Vec<Value>,
    stored: bool,
}

impl Turn {
    pub(crate) fn new(record: TurnRecord, output: Vec<Value>, stored: bool) -> Self {
        Self {
            record,
            output,
            stored,
        }
    }

    /// Returns the turn's number in its session; the first is 1.
    pub fn number(&self) -> u64 {
        self.record.seq
    }

    /// Returns the turn's id: the caller's, or a generated one.
    pub fn id(&self) -> &str {
        &self.record.turn_id
    }

    /// Returns the id of the last response. Absent if the output was found on the service after a
    /// failure and the service does not name its response.
    pub fn response_id(&self) -> Option<&str> {
        self.record.response_id.as_deref()
    }

    /// Returns the text that the model wrote in the last round.
    pub fn output_text(&self) -> String {
        // Text before a tool call is not part of the final output.
        let start = self
            .output
            .iter()
            .rposition(|item| item::is_call(item) || item::is_approval_request(item))
            .map_or(0, |last| last + 1);
        item::output_text(&self.output[start..])
    }

    /// Returns all items that the model wrote, as they came.
    pub fn output(&self) -> &[Value] {
        &self.output
    }

    /// Parses the output text as a `T`, for turns with a response format.
    ///
    /// # Errors
    /// Returns [`ErrorKind::InvalidInput`] if the text is not JSON of that form.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.output_text()).map_err(|error| {
            Error::new(
                ErrorKind::InvalidInput,
                "the output text does not have the requested form",
            )
            .with_source(error)
        })
    }

    /// Returns the reason why the service stopped early (`max_output_tokens`, `content_filter`), if
    /// it did.
    pub fn incomplete(&self) -> Option<&str> {
        self.record.incomplete.as_deref()
    }

    /// Returns the token usage of all rounds. A round that was recovered after a failure counts as
    /// zero.
    pub fn usage(&self) -> TokenUsage {
        self.record.usage
    }

    /// Returns the recovery actions of the turn. Empty for nearly all turns.
    pub fn recoveries(&self) -> &[Recovery] {
        &self.record.recoveries
    }

    /// Returns true if this is the stored output of an earlier turn with the same id, and nothing
    /// was sent.
    pub fn is_replay(&self) -> bool {
        self.stored
    }
}
