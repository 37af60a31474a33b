//! One turn: what was asked and what came back.

mod acting;
mod asking;
mod calls;
mod decide;
mod driver;
mod event;
mod order;
mod otherwise;
mod settling;
mod stream;

use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) use calls::arguments;
pub(crate) use driver::Driver;
pub(crate) use event::{Cancel, CancelOnDrop, Emitter};
pub use event::{Observer, TurnEvent};
pub use order::TurnBuilder;
pub(crate) use order::{Order, is_ours};
pub use stream::{CancelOutcome, TurnStream};

use crate::error::{Error, ErrorKind, Result};
use crate::item;
use crate::store::{Recovery, TokenUsage, TurnRecord};

/// A turn that was committed: the answer is in the session.
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

    /// The turn's number in its session; the first is 1.
    pub fn number(&self) -> u64 {
        self.record.seq
    }

    /// The turn's id: the caller's, or a generated one.
    pub fn id(&self) -> &str {
        &self.record.turn_id
    }

    /// The id of its last response; absent when the answer was found on the service after a failure and the service
    /// does not say which response it came from.
    pub fn response_id(&self) -> Option<&str> {
        self.record.response_id.as_deref()
    }

    /// The text that the model wrote in the last round.
    pub fn output_text(&self) -> String {
        // What was said before a tool was called is not the answer.
        let start = self
            .output
            .iter()
            .rposition(|item| item::is_call(item) || item::is_approval_request(item))
            .map_or(0, |last| last + 1);
        item::output_text(&self.output[start..])
    }

    /// All items that the model wrote, as they came.
    pub fn output(&self) -> &[Value] {
        &self.output
    }

    /// The answer as a value of `T`, for turns asked for in a schema's form.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] when the text is not JSON of that form.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.output_text()).map_err(|error| {
            Error::new(
                ErrorKind::Invalid,
                "the answer does not have the form that was asked for",
            )
            .with_source(error)
        })
    }

    /// Why the service stopped early (`max_output_tokens`, `content_filter`), if it did.
    pub fn incomplete(&self) -> Option<&str> {
        self.record.incomplete.as_deref()
    }

    /// Tokens of all its rounds; zero for a round that was found again after a failure.
    pub fn usage(&self) -> TokenUsage {
        self.record.usage
    }

    /// What was decided when its fate was unclear; empty for nearly all turns.
    pub fn recoveries(&self) -> &[Recovery] {
        &self.record.recoveries
    }

    /// Whether this is the stored answer of an earlier turn with the same id, and nothing was sent.
    pub fn was_stored(&self) -> bool {
        self.stored
    }
}
