//! Converts output items to input items.

use crate::types::{ContentPart, InputText, Item, Message, MessageContent, OutputText, Role};
use crate::{Extra, Tolerant};

impl Item {
    /// Returns the item in the form that a later request can contain. Removes the id and status
    /// that the service gave to messages, calls and their outputs, because some models reject input
    /// that has them. Also makes the item [valid](Tolerant::make_valid). Everything else stays,
    /// including members and variants that the contract does not name.
    ///
    /// Other items keep their ids: the service uses them to find its reasoning or the state of its
    /// own tools.
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

    /// Returns the item in the form that the contract requires. Converts or removes values in other
    /// forms. Wraps text that a server sent without a message or a part.
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

/// Removes explicit nulls of removed members.
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
    fn only_ids_and_statuses_of_the_service_are_removed() {
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
    fn bare_text_is_wrapped_for_a_request() {
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
    fn values_in_other_forms_are_made_valid() {
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
    fn reasoning_and_unknown_items_are_unchanged() {
        for item in [
            json!({"type": "reasoning", "id": "rs_1", "summary": []}),
            json!({"type": "of_tomorrow", "id": "x", "status": "done"}),
        ] {
            assert_eq!(as_input(item.clone()), item);
        }
    }
}
