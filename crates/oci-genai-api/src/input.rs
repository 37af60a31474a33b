//! Output, made ready to be sent as input.

use crate::Extra;
use crate::types::Item;

impl Item {
    /// The item as a later request may carry it: without the id and status that the service gave to
    /// messages, calls and their outputs, because some models refuse input that has them. Everything
    /// else stays, members and variants the contract does not name included.
    ///
    /// Other items keep their ids: by them the service finds what it knows about a thought or a tool
    /// of its own.
    ///
    /// ```
    /// use oci_genai_api::types::{FunctionCall, Item};
    ///
    /// let call: Item = FunctionCall::new("call_1", "weather", "{}").id("fc_1").into();
    /// let expected: Item = FunctionCall::new("call_1", "weather", "{}").into();
    /// assert_eq!(call.into_input(), expected);
    /// ```
    #[must_use]
    pub fn into_input(mut self) -> Self {
        match &mut self {
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
        self
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
    fn thoughts_and_what_is_unknown_stay_whole() {
        for item in [
            json!({"type": "reasoning", "id": "rs_1", "summary": []}),
            json!({"type": "of_tomorrow", "id": "x", "status": "done"}),
        ] {
            assert_eq!(as_input(item.clone()), item);
        }
    }
}
