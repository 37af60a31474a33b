//! Recording of a model's output as a script.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::stream::{self, BoxStream, StreamExt as _};
use oci_genai_auth::{private_files, redact};
use serde_json::Value;

use super::script::{Matcher, Reply, Rule, Script, ScriptError, newest_user_text};
use super::{Model, Prompt, Step};
use crate::files;

/// Forwards another model's output and writes it to a script file.
pub(crate) struct Recorded {
    model: Arc<dyn Model>,
    tape: Arc<Tape>,
}

struct Tape {
    path: PathBuf,
    script: Mutex<Script>,
}

impl Recorded {
    /// Checks the file. The file is rewritten with each response, but must be writable from the
    /// start, and must be empty or contain an earlier recording.
    pub(crate) fn new(model: Arc<dyn Model>, path: PathBuf) -> io::Result<Self> {
        let there = private_files::append(&path)?.metadata()?;
        if there.is_file() && there.len() > 0 {
            Script::load(&path).map_err(|error| match error {
                ScriptError::Read(error) => error,
                _ => io::Error::new(
                    io::ErrorKind::InvalidData,
                    "it is not a recording; hint: name another file",
                ),
            })?;
        }
        let script = Mutex::default();
        let tape = Arc::new(Tape { path, script });
        Ok(Self { model, tape })
    }
}

impl Model for Recorded {
    fn answer(&self, prompt: Prompt) -> BoxStream<'static, Step> {
        let when = match prompt.returned() {
            Some((call, _)) => Matcher {
                after: Some(call.name().to_owned()),
                ..Matcher::default()
            },
            None => Matcher {
                equals: Some(newest_user_text(&prompt)),
                ..Matcher::default()
            },
        };
        let rule = Rule {
            when,
            times: Some(1),
            ..Rule::default()
        };
        let state = (self.model.answer(prompt), Some(rule), self.tape.clone());
        stream::unfold(state, |(mut steps, rule, tape)| async move {
            let mut rule = rule?;
            match steps.next().await {
                Some(step) => {
                    rule.hear(&step);
                    Some((step, (steps, Some(rule), tape)))
                }
                None => {
                    tape.add(rule);
                    None
                }
            }
        })
        .boxed()
    }
}

impl Rule {
    /// Records an output. Text is added to the text before it.
    fn hear(&mut self, step: &Step) {
        match (step, self.answer.last_mut()) {
            (Step::Text(more), Some(Reply::Text(text)))
            | (Step::Reasoning(more), Some(Reply::Reasoning(text)))
            | (Step::Refusal(more), Some(Reply::Refusal(text))) => text.push_str(more),
            (Step::Text(text), _) => self.answer.push(Reply::Text(text.clone())),
            (Step::Reasoning(text), _) => self.answer.push(Reply::Reasoning(text.clone())),
            (Step::Refusal(text), _) => self.answer.push(Reply::Refusal(text.clone())),
            (
                Step::Call {
                    name, arguments, ..
                },
                _,
            ) => self.answer.push(Reply::Call {
                name: name.clone(),
                arguments: Value::String(arguments.clone()),
            }),
            (Step::Fail { code, message }, _) => {
                self.answer.push(Reply::Fail {
                    code: code.clone(),
                    message: message.clone(),
                });
            }
            (Step::Pace(_), _) => {}
        }
    }
}

impl Tape {
    fn add(&self, rule: Rule) {
        let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        script.rules.push(rule);
        let written = serde_json::to_vec_pretty(&*script)
            .map_err(io::Error::from)
            .and_then(|text| files::replace(&self.path, &text));
        if let Err(error) = written {
            let path = redact::shown_path(&self.path);
            tracing::warn!(%path, %error, "could not write the recording");
        }
    }
}
