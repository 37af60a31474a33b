//! Models: what answers a turn.

use std::time::Duration;

use futures_util::stream::BoxStream;
use serde_json::{Map, Value};

use crate::state::items::Item;

pub(crate) mod built_in;
mod choice;
pub(crate) mod record;
pub(crate) mod schema;
pub(crate) mod script;
pub(crate) mod upstream;

/// What a model is given.
#[derive(Clone, Debug)]
pub(crate) struct Prompt {
    /// The name the request asked for.
    pub(crate) model: String,
    /// The request's instructions, if any.
    pub(crate) instructions: Option<String>,
    /// Everything before and in this turn, oldest first.
    pub(crate) items: Vec<Item>,
    /// What the service remembers of the subject's other conversations.
    pub(crate) memories: Vec<String>,
    /// The tools as the request listed them.
    pub(crate) tools: Vec<Value>,
    pub(crate) tool_choice: Value,
    /// The `text.format` object, if it is a JSON schema.
    pub(crate) schema: Option<Value>,
    /// The request's `reasoning` object, if it had one.
    pub(crate) reasoning: Option<Value>,
    /// Settings that only a real model heeds, as the request gave them.
    pub(crate) settings: Map<String, Value>,
}

impl Prompt {
    /// The function call whose output ends the context, and that output.
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

/// One thing a model does. Texts of the same kind that follow each other belong to the same item.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// From here on, wait this long before each delta (once, when nobody streams).
    Pace(Duration),
    /// Reasoning, as a summary.
    Reasoning(String),
    /// Text of the answer.
    Text(String),
    /// A call of a function.
    Call {
        call_id: Option<String>,
        name: String,
        arguments: String,
    },
    /// The model refuses.
    Refusal(String),
    /// The model gave up: the response fails.
    Fail { code: String, message: String },
}

/// Something that answers turns.
pub(crate) trait Model: Send + Sync {
    /// The answer, as it comes.
    fn answer(&self, prompt: Prompt) -> BoxStream<'static, Step>;
}

/// The number of tokens in a text: the emulator counts one for each word.
pub(crate) fn words(text: &str) -> u64 {
    text.split_whitespace().count() as u64
}
