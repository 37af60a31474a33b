//! What responses hold, by status.

use serde_json::Value;

use super::build::Builder;
use super::{Answer, TypeRef};
use crate::codegen::document::{join, text};
use crate::codegen::error::Result;

#[derive(Default)]
pub(super) struct Answers {
    pub(super) successes: Vec<(String, Answer)>,
    pub(super) failures: Vec<String>,
    pub(super) failure_type: Option<TypeRef>,
    /// Media types of successes, JSON first.
    asked: Vec<String>,
}

impl Answers {
    /// The media types to ask for, if there is something to ask for.
    pub(super) fn accept(&self) -> Option<String> {
        (!self.asked.is_empty()).then(|| self.asked.join(", "))
    }
}

pub(super) fn build(builder: &Builder<'_>, operation: &Value, pointer: &str) -> Result<Answers> {
    let mut answers = Answers::default();
    // How many media types are JSON.
    let mut json = 0;
    let responses = operation.get("responses").and_then(Value::as_object);
    for (status, response) in responses.into_iter().flatten() {
        let content = response.get("content").and_then(Value::as_object);
        let ty = match response.pointer("/content/application~1json/schema") {
            Some(schema) => {
                let pointer = join(&join(pointer, "responses"), status);
                Some(builder.nullable_ref(schema, &pointer)?)
            }
            None => None,
        };
        if text(response, "x-outcome") == Some("failure") {
            answers.failures.push(status.clone());
            answers.failure_type = ty;
            continue;
        }
        let answer = match (ty, content) {
            (Some(ty), _) => {
                let own = text(response, "x-media").filter(|media| is_header_text(media));
                let media = own.unwrap_or("application/json");
                if !answers.asked.iter().any(|known| known == media) {
                    answers.asked.insert(json, media.to_owned());
                    json += 1;
                }
                Answer::Json(ty)
            }
            (None, Some(content)) if !content.is_empty() => {
                for media in content.keys().filter(|media| is_header_text(media)) {
                    if !answers.asked.contains(media) {
                        answers.asked.push(media.clone());
                    }
                }
                Answer::Raw
            }
            _ => Answer::Nothing,
        };
        answers.successes.push((status.clone(), answer));
    }
    Ok(answers)
}

/// Whether a text can be the value of a header.
pub(super) fn is_header_text(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}
