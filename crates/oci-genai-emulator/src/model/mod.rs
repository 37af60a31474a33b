//! Models, which respond to turns.

use std::time::Duration;

use futures_util::stream::BoxStream;
use serde_json::{Map, Value};

use crate::state::items::Item;

pub(crate) mod built_in;
pub(crate) mod record;
pub(crate) mod schema;
pub(crate) mod script;
mod tool_choice;
pub(crate) mod upstream;

/// Input of a model.
#[derive(Clone, Debug)]
pub(crate) struct Prompt {
    /// Name of the requested model.
    pub(crate) model: String,
    /// Instructions of the request, if any.
    pub(crate) instructions: Option<String>,
    /// All items before and in this turn, oldest first.
    pub(crate) items: Vec<Item>,
    /// Long-term memories from the subject's other conversations.
    pub(crate) memories: Vec<String>,
    /// Tools as the request lists them.
    pub(crate) tools: Vec<Value>,
    pub(crate) tool_choice: Value,
    /// The `text.format` object, if it is a JSON schema.
    pub(crate) schema: Option<Value>,
    /// The request's `reasoning` object, if any.
    pub(crate) reasoning: Option<Value>,
    /// Settings that only a real model uses, as the request has them.
    pub(crate) settings: Map<String, Value>,
}

impl Prompt {
    /// Returns the function call whose output ends the context, and that output.
    pub(crate) fn returned(&self) -> Option<(&Item, &Item)> {
        let output = self
            .items
            .last()
            .filter(|item| item.kind() == "function_call_output")?;
        let call =
            self.items.iter().rev().find(|item| {
                item.kind() == "function_call" && item.call_id() == output.call_id()
            })?;
        Some((call, output))
    }
}

/// One output of a model. Consecutive texts of the same kind belong to the same item.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// From here on, wait this long before each delta (only once if nobody streams).
    Pace(Duration),
    /// Reasoning, as a summary.
    Reasoning(String),
    /// Output text.
    Text(String),
    /// A function call.
    Call {
        call_id: Option<String>,
        name: String,
        arguments: String,
    },
    /// The model refuses.
    Refusal(String),
    /// The response fails.
    Fail { code: String, message: String },
}

/// Model that responds to turns.
pub(crate) trait Model: Send + Sync {
    /// Returns the output as a stream.
    fn answer(&self, prompt: Prompt) -> BoxStream<'static, Step>;
}

/// Returns the number of tokens in a text. The emulator counts one token per word.
pub(crate) fn words(text: &str) -> u64 {
    text.split_whitespace().count() as u64
}
