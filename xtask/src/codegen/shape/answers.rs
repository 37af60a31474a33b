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
    /// Media types of successes that are no JSON.
    raw: Vec<String>,
}

impl Answers {
    /// The media types to ask for, if there is something to ask for.
    pub(super) fn accept(&self) -> Option<String> {
        let is_json = |(_, answer): &(String, Answer)| matches!(answer, Answer::Json(_));
        let json = self.successes.iter().any(is_json);
        let mut types: Vec<&str> = if json {
            vec!["application/json"]
        } else {
            Vec::new()
        };
        types.extend(self.raw.iter().map(String::as_str));
        (!types.is_empty()).then(|| types.join(", "))
    }
}

pub(super) fn build(builder: &Builder<'_>, operation: &Value, pointer: &str) -> Result<Answers> {
    let mut answers = Answers::default();
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
            (Some(ty), _) => Answer::Json(ty),
            (None, Some(content)) if !content.is_empty() => {
                for media in content.keys().filter(|media| is_header_text(media)) {
                    if !answers.raw.contains(media) {
                        answers.raw.push(media.clone());
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
