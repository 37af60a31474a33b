//! Parser of chat completions streams.

use serde_json::Value;

use crate::model::Step;

/// Parser of an output stream.
#[derive(Default)]
pub(in super::super) struct Answer {
    calls: Vec<Call>,
    finished: bool,
}

#[derive(Default)]
struct Call {
    id: Option<String>,
    name: String,
    arguments: String,
}

impl Answer {
    /// Parses one chunk of the stream. Calls arrive in pieces and are forwarded complete at the
    /// end.
    pub(in super::super) fn read(&mut self, chunk: &Value) -> Vec<Step> {
        if let Some(error) = chunk.get("error").filter(|error| !error.is_null()) {
            self.finished = true;
            let text = |name: &str| error.get(name).and_then(Value::as_str);
            let message = text("message").or_else(|| error.as_str());
            return vec![Step::Fail {
                code: text("code").unwrap_or("server_error").to_owned(),
                message: message.unwrap_or("The upstream model failed.").to_owned(),
            }];
        }
        let Some(choice) = chunk.pointer("/choices/0") else {
            return Vec::new();
        };
        if choice
            .get("finish_reason")
            .is_some_and(|reason| !reason.is_null())
        {
            self.finished = true;
        }
        let Some(delta) = choice.get("delta") else {
            return Vec::new();
        };
        let mut steps = Vec::new();
        let text = |name: &str| {
            delta
                .get(name)
                .and_then(Value::as_str)
                .filter(|text| !text.is_empty())
        };
        let reasoning = text("reasoning_content").or_else(|| text("reasoning"));
        steps.extend(reasoning.map(|text| Step::Reasoning(text.to_owned())));
        steps.extend(text("content").map(|text| Step::Text(text.to_owned())));
        steps.extend(text("refusal").map(|text| Step::Refusal(text.to_owned())));
        for part in delta
            .get("tool_calls")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            self.call_part(part);
        }
        steps
    }

    fn call_part(&mut self, part: &Value) {
        let index = part.get("index").and_then(Value::as_u64).unwrap_or(0);
        let index = usize::try_from(index)
            .unwrap_or(usize::MAX)
            .min(self.calls.len());
        if index == self.calls.len() {
            self.calls.push(Call::default());
        }
        let call = &mut self.calls[index];
        let text = |pointer: &str| part.pointer(pointer).and_then(Value::as_str);
        if let Some(id) = text("/id") {
            call.id = Some(id.to_owned());
        }
        call.name
            .push_str(text("/function/name").unwrap_or_default());
        call.arguments
            .push_str(text("/function/arguments").unwrap_or_default());
    }

    /// Marks the end of the stream.
    pub(in super::super) fn end(&mut self) {
        self.finished = true;
    }

    /// Returns true if the stream reached its end.
    pub(in super::super) fn finished(&self) -> bool {
        self.finished
    }

    /// Returns the calls.
    pub(in super::super) fn calls(self) -> impl Iterator<Item = Step> {
        self.calls.into_iter().map(|call| Step::Call {
            call_id: call.id,
            name: call.name,
            arguments: call.arguments,
        })
    }
}
