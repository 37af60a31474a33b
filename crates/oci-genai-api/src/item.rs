//! Output, made ready to be sent as input.

use crate::types::{ContentPart, InputText, Item, Message, MessageContent, OutputText, Role};
use crate::{Extra, Tolerant};

impl Item {
    /// The item as a later request may carry it: without the id and status that the service gave to
    /// messages, calls and their outputs, because some models refuse input that has them, and
    /// [valid](Tolerant::make_valid) even where it did not come so. Everything else stays, members and
    /// variants the contract does not name included.
    ///
    /// Other items keep their ids: by them the service finds its reasoning or the state of a tool of
    /// its own.
    ///
    /// ```
    /// use oci_genai_api::types::{FunctionCall, Item};
    ///
    /// let call: Item = FunctionCall::new("call_1", "weather", "{}").id("fc_1").into();
    /// let expected: Item = FunctionCall::new("call_1", "weather", "{}").into();
    /// assert_eq!(call.into_input(), expected);
    /// ```
    #[must_use]
    pub fn into_input(self) -> Self {
        let mut item = self.into_valid();
        match &mut item {
            Self::Message(item) => {
                (item.id, item.status) = (None, None);
                forget(&mut item.extra);
            }
            Self::FunctionCall(item) => {
                (item.id, item.status) = (None, None);
                forget(&mut item.extra);
            }
            Self::FunctionCallOutput(item) => {
                (item.id, item.status) = (None, None);
                forget(&mut item.extra);
            }
            _ => {}
        }
        item
    }

    /// The item as the contract wants it: what came in another form is put into the right one or left
    /// out. Text that a server sent without a message or a part around it is put into both.
    #[must_use]
    pub fn into_valid(mut self) -> Self {
        if let Self::Unknown(_) = self
            && let Some(text) = self.output_text()
        {
            let part = OutputText::new(text);
            self = Message::new(Role::Assistant, vec![ContentPart::from(part)]).into();
        }
        if let Self::Message(message) = &mut self {
            // A number, say, is no role that a request can have.
            if message.role.as_str().is_empty() || message.extra.get("role").is_some() {
                message.role = Role::Assistant;
            }
            message.make_content_valid();
        }
        self.make_valid();
        self
    }
}

impl Message {
    fn make_content_valid(&mut self) {
        let MessageContent::Parts(parts) = &mut self.content else {
            if let MessageContent::Unknown(_) = self.content {
                self.content = MessageContent::Text(self.content.output_text().into_owned());
            }
            return;
        };
        for part in parts.iter_mut() {
            let stray = matches!(part, ContentPart::Text(_) | ContentPart::Unknown(_));
            let Some(text) = part.output_text().filter(|_| stray) else {
                continue;
            };
            *part = match self.role {
                Role::Assistant => OutputText::new(text).into(),
                _ => InputText::new(text).into(),
            };
        }
    }
}

/// Drops explicit nulls of what is left out.
fn forget(extra: &mut Extra) {
    extra.remove("id");
    extra.remove("status");
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::types::Item;

    fn as_input(value: Value) -> Value {
        let item: Item = serde_json::from_value(value).unwrap();
        serde_json::to_value(item.into_input()).unwrap()
    }

    #[test]
    fn what_the_service_gave_is_left_out_and_nothing_else() {
        assert_eq!(
            as_input(json!({
                "type": "message", "id": "msg_1", "status": "completed", "role": "assistant",
                "content": [{"type": "output_text", "text": "Hi", "annotations": [], "mood": 1}],
                "phase": "final_answer", "later": true,
            })),
            json!({
                "type": "message", "role": "assistant",
                "content": [{"type": "output_text", "text": "Hi", "annotations": [], "mood": 1}],
                "phase": "final_answer", "later": true,
            })
        );
        assert_eq!(
            as_input(json!({
                "type": "function_call", "id": null, "status": null,
                "call_id": "call_1", "name": "weather", "arguments": "{}",
            })),
            json!({"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": "{}"})
        );
    }

    #[test]
    fn text_is_put_into_the_form_that_a_request_needs() {
        let part = json!({"type": "output_text", "text": "Hi"});
        let message = json!({"type": "message", "role": "assistant", "content": [part]});
        for odd in [
            json!("Hi"),
            json!({"content": [part]}),
            json!({"role": "assistant", "content": [part]}),
            json!({"type": "message", "role": "assistant", "content": ["Hi"]}),
            json!({"type": "message", "role": null, "content": [{"type": "text", "text": "Hi"}]}),
            json!({"type": "message", "role": "assistant", "content": [{"text": "Hi"}]}),
            json!({"type": "message", "role": 7, "content": [part]}),
            json!({"type": "Message", "content": [{"type": "OUTPUT_TEXT", "text": "Hi"}]}),
            json!({"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": {"value": "Hi"}}]}),
        ] {
            assert_eq!(as_input(odd.clone()), message, "{odd}");
        }
        assert_eq!(
            as_input(json!({"type": "message", "role": "assistant", "content": part})),
            json!({"type": "message", "role": "assistant", "content": "Hi"})
        );
        assert_eq!(
            as_input(json!({"type": "message", "role": "user", "content": [{"text": "Hi"}]})),
            json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]})
        );
    }

    #[test]
    fn what_came_in_another_form_is_made_valid() {
        assert_eq!(
            as_input(json!({
                "type": "function_call", "call_id": "call_1", "name": "now",
                "arguments": {"a": 1}, "namespace": 5, "status": 3,
            })),
            json!({
                "type": "function_call", "call_id": "call_1", "name": "now",
                "arguments": "{\"a\":1}", "namespace": "5",
            })
        );
        assert_eq!(
            as_input(json!({"type": "reasoning", "id": "rs_1", "content": null})),
            json!({"type": "reasoning", "id": "rs_1", "summary": []})
        );
    }

    #[test]
    fn thoughts_and_what_is_unknown_stay_whole() {
        for item in [
            json!({"type": "reasoning", "id": "rs_1", "summary": []}),
            json!({"type": "of_tomorrow", "id": "x", "status": "done"}),
        ] {
            assert_eq!(as_input(item.clone()), item);
        }
    }
}
