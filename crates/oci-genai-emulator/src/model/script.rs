//! Model that follows a script, which is a file that people can write, share and record.

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

/// Maximum size of a script, in bytes.
const MAX_SCRIPT_BYTES: u64 = 64 * 1024 * 1024;

/// Script of a model. A turn gets the reply of the first rule that matches and is not used up. The
/// built-in model responds to turns without a matching rule.
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
    /// Rules, in the order they are tried.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// One rule of a [`Script`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Rule {
    /// Turns that the rule applies to. Default: all.
    #[serde(default, skip_serializing_if = "Matcher::is_any")]
    pub when: Matcher,
    /// Maximum number of turns that the rule replies to. Default: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// Pause between deltas, in milliseconds. Default: 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub pace_ms: u64,
    /// Replies.
    pub answer: Vec<Reply>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the signature serde asks for
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Turns that a [`Rule`] applies to. All given conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Matcher {
    /// The newest user message contains this text, ignoring case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// The newest user message equals this text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<String>,
    /// The context ends with the output of this function. A rule that only tests the newest user
    /// message does not match turns with an output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The request names this model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

/// One output of a scripted model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reply {
    /// Text.
    Text(String),
    /// Reasoning, as a summary.
    Reasoning(String),
    /// A refusal.
    Refusal(String),
    /// A function call.
    Call {
        /// Name of the function.
        name: String,
        /// Arguments: any JSON. A string is used as it is.
        #[serde(default)]
        arguments: Value,
    },
    /// The response fails.
    Fail {
        /// Error code.
        code: String,
        /// Error message.
        message: String,
    },
}

/// Error from loading a script.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScriptError {
    /// The file could not be read, or is larger than 64 MiB.
    #[error("could not read the script")]
    Read(#[from] std::io::Error),
    /// The text is not a script.
    #[error("malformed script")]
    Malformed(#[from] JsonError),
}

impl Script {
    /// Reads a script from a JSON file of at most 64 MiB.
    ///
    /// # Errors
    ///
    /// Returns [`ScriptError`] if the file cannot be read or is not a script.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ScriptError> {
        let text = files::read(path.as_ref(), MAX_SCRIPT_BYTES)?;
        Ok(serde_json::from_slice(&text).map_err(JsonError::from)?)
    }
}

impl Matcher {
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

/// A [`Script`] in use.
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

impl From<Reply> for Step {
    fn from(reply: Reply) -> Self {
        match reply {
            Reply::Text(text) => Self::Text(text),
            Reply::Reasoning(text) => Self::Reasoning(text),
            Reply::Refusal(text) => Self::Refusal(text),
            Reply::Call { name, arguments } => {
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
            Reply::Fail { code, message } => Self::Fail { code, message },
        }
    }
}
