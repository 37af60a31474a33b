//! A model that follows a script: a file that people can write, share and record.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt as _};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::built_in::BuiltIn;
use super::{Model, Prompt, Step};
use crate::files;
use crate::json_error::JsonError;
use crate::state::items::Item;

/// The largest script read, in bytes.
const MAX_SCRIPT_BYTES: u64 = 64 * 1024 * 1024;

/// What a scripted model says: the first rule that matches a turn and is not used up answers it. Turns
/// that no rule matches are answered by the built-in model.
///
/// ```
/// let script: oci_genai_emulator::Script = serde_json::from_str(r#"{"rules": [
///     {"when": {"contains": "weather"}, "times": 1,
///      "answer": [{"call": {"name": "look_outside", "arguments": {"window": 2}}}]},
///     {"when": {"after": "look_outside"}, "pace_ms": 20,
///      "answer": [{"reasoning": "It said so."}, {"text": "It rains."}]},
///     {"answer": [{"refusal": "I only talk about the weather."}]}
/// ]}"#)?;
/// assert_eq!(script.rules.len(), 3);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Script {
    /// The rules, in the order they are tried.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// One rule of a [`Script`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Rule {
    /// The turns it is for. Default: all.
    #[serde(default, skip_serializing_if = "When::is_any")]
    pub when: When,
    /// How many turns it answers. Default: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// Milliseconds between deltas. Default: 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub pace_ms: u64,
    /// What it answers.
    pub answer: Vec<Say>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the signature serde asks for
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// The turns a [`Rule`] is for; all that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct When {
    /// The newest user message contains this, in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// The newest user message is this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<String>,
    /// The context ends with the output of this function. Rules that look at the newest user message
    /// without saying this are for turns that bring no output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The request asks for this model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

/// One thing a scripted model says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Say {
    /// Text.
    Text(String),
    /// Reasoning, as a summary.
    Reasoning(String),
    /// A refusal.
    Refusal(String),
    /// A function call.
    Call {
        /// The function.
        name: String,
        /// Its arguments: any JSON; a string is taken as it is.
        #[serde(default)]
        arguments: Value,
    },
    /// The response fails.
    Fail {
        /// The error's code.
        code: String,
        /// The error's message.
        message: String,
    },
}

/// Why a script cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScriptError {
    /// The file cannot be read, or is larger than 64 MiB.
    #[error("the script cannot be read")]
    Read(#[from] std::io::Error),
    /// The text is no script.
    #[error("the script is malformed")]
    Malformed(#[from] JsonError),
}

impl Script {
    /// Reads a JSON file of at most 64 MiB.
    ///
    /// # Errors
    ///
    /// When it cannot be read or is no script.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ScriptError> {
        let text = files::read(path.as_ref(), MAX_SCRIPT_BYTES)?;
        Ok(serde_json::from_slice(&text).map_err(JsonError::from)?)
    }
}

impl When {
    fn is_any(&self) -> bool {
        *self == Self::default()
    }

    fn holds(&self, prompt: &Prompt) -> bool {
        let said = newest_user_text(prompt);
        let contains = |wanted: &str| said.to_lowercase().contains(&wanted.to_lowercase());
        let text_fits = self.contains.as_deref().is_none_or(contains)
            && self.equals.as_deref().is_none_or(|wanted| said == wanted);
        let returned = prompt.returned().map(|(call, _)| call.name());
        let place_fits = match (self.after.as_deref(), returned) {
            (Some(wanted), found) => Some(wanted) == found,
            (None, None) => true,
            (None, Some(_)) => self.contains.is_none() && self.equals.is_none(),
        };
        text_fits
            && place_fits
            && self
                .model
                .as_ref()
                .is_none_or(|model| *model == prompt.model)
    }
}

pub(super) fn newest_user_text(prompt: &Prompt) -> String {
    let user = |item: &&Item| item.kind() == "message" && item.role() == "user";
    prompt
        .items
        .iter()
        .rev()
        .find(user)
        .map(Item::text)
        .unwrap_or_default()
}

/// A [`Script`] at work.
pub(crate) struct Scripted {
    script: Script,
    used: Mutex<Vec<u64>>,
}

impl Scripted {
    pub(crate) fn new(script: Script) -> Self {
        Self {
            used: Mutex::new(vec![0; script.rules.len()]),
            script,
        }
    }

    fn choose(&self, prompt: &Prompt) -> Option<&Rule> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rules = self.script.rules.iter().zip(used.iter_mut());
        let (rule, used) = rules.find(|(rule, used)| {
            rule.times.is_none_or(|times| **used < times) && rule.when.holds(prompt)
        })?;
        *used += 1;
        Some(rule)
    }
}

impl Model for Scripted {
    fn answer(&self, prompt: Prompt) -> BoxStream<'static, Step> {
        let Some(rule) = self.choose(&prompt) else {
            return BuiltIn.answer(prompt);
        };
        let mut steps = Vec::with_capacity(rule.answer.len() + 1);
        if rule.pace_ms > 0 {
            steps.push(Step::Pace(Duration::from_millis(rule.pace_ms)));
        }
        steps.extend(rule.answer.iter().cloned().map(Step::from));
        stream::iter(steps).boxed()
    }
}

impl From<Say> for Step {
    fn from(say: Say) -> Self {
        match say {
            Say::Text(text) => Self::Text(text),
            Say::Reasoning(text) => Self::Reasoning(text),
            Say::Refusal(text) => Self::Refusal(text),
            Say::Call { name, arguments } => {
                let arguments = match arguments {
                    Value::String(text) => text,
                    Value::Null => "{}".to_owned(),
                    other => other.to_string(),
                };
                Self::Call {
                    call_id: None,
                    name,
                    arguments,
                }
            }
            Say::Fail { code, message } => Self::Fail { code, message },
        }
    }
}
