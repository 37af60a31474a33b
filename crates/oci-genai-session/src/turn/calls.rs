//! Decision about the next step of a tool call, without I/O.

use std::borrow::Cow;

use serde::de::IgnoredAny;
use serde_json::Value;

use crate::item;
use crate::store::ToolCallState;

/// Properties of the tool that a call names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) is_repeatable: bool,
    pub(super) needs_approval: bool,
}

/// Next step of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// None: the call is done, and its output is stored.
    Nothing,
    /// Wait for human approval.
    Wait,
    /// Return this text to the model without running the tool.
    Answer(String),
    /// Report an unknown outcome: the call had started and must not run again.
    OutcomeUnknown,
    /// Run the tool now.
    Run,
}

/// Decides the next step of a function call. `state` and `reason` are stored; `wrong` describes a
/// defect of the call itself.
pub(super) fn next(
    state: Option<ToolCallState>,
    reason: Option<&str>,
    wrong: Option<String>,
    tool: Option<Known>,
    name: &str,
) -> Step {
    match (state, wrong, tool) {
        (Some(ToolCallState::Done), ..) => Step::Nothing,
        (Some(ToolCallState::Awaiting), ..) => Step::Wait,
        (Some(ToolCallState::Denied), ..) => Step::Answer(
            reason
                .unwrap_or("error: a person refused the call")
                .to_owned(),
        ),
        (Some(ToolCallState::Started), _, Some(tool)) if tool.is_repeatable => Step::Run,
        (Some(ToolCallState::Started), ..) => Step::OutcomeUnknown,
        (_, Some(wrong), _) => Step::Answer(wrong),
        (_, None, None) => Step::Answer(no_tool(name)),
        (None, None, Some(tool)) if tool.needs_approval => Step::Wait,
        (_, None, Some(_)) => Step::Run,
    }
}

/// Returns the output for a call of a tool that does not exist.
pub(super) fn no_tool(name: &str) -> String {
    format!("error: there is no tool named `{name}`")
}

/// Returns the arguments of a call as JSON text. Some servers send missing arguments as an empty
/// text or omit them, and some send the object itself.
pub(crate) fn arguments(call: &Value) -> Cow<'_, str> {
    match call.get("arguments") {
        Some(Value::String(text)) if !text.trim().is_empty() => Cow::Borrowed(text),
        None | Some(Value::Null | Value::String(_)) => Cow::Borrowed("{}"),
        Some(other) => Cow::Owned(other.to_string()),
    }
}

/// Returns a message for the model about a defect of a function call. The library never guesses the
/// intent.
pub(super) fn wrong(call: &Value) -> Option<String> {
    if item::text(call, "name").is_none_or(|name| name.trim().is_empty()) {
        return Some("error: the call names no function; nothing was run".to_owned());
    }
    let arguments = arguments(call);
    let error = serde_json::from_str::<IgnoredAny>(&arguments).err()?;
    Some(format!(
        "error: the arguments are not JSON ({error}); the function was not run"
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ONCE: Option<Known> = Some(Known {
        is_repeatable: false,
        needs_approval: false,
    });
    const AGAIN: Option<Known> = Some(Known {
        is_repeatable: true,
        needs_approval: false,
    });
    const ASKS: Option<Known> = Some(Known {
        is_repeatable: false,
        needs_approval: true,
    });

    #[test]
    fn each_state_of_a_call_has_its_step() {
        use ToolCallState::{Approved, Awaiting, Denied, Done, Started};
        let none = || Step::Answer(no_tool("f"));
        for (state, tool, expected) in [
            (None, ONCE, Step::Run),
            (None, ASKS, Step::Wait),
            (None, None, none()),
            (Some(Approved), ASKS, Step::Run),
            (Some(Approved), None, none()),
            (Some(Awaiting), ASKS, Step::Wait),
            (Some(Awaiting), None, Step::Wait),
            (Some(Denied), ASKS, Step::Answer("no".to_owned())),
            (Some(Started), ONCE, Step::OutcomeUnknown),
            (Some(Started), AGAIN, Step::Run),
            (Some(Started), None, Step::OutcomeUnknown),
            (Some(Done), ONCE, Step::Nothing),
            (Some(Done), None, Step::Nothing),
        ] {
            let step = next(state, Some("no"), None, tool, "f");
            assert_eq!(step, expected, "{state:?} {tool:?}");
        }
    }

    #[test]
    fn a_call_that_is_wrong_is_never_run() {
        for tool in [ONCE, AGAIN, ASKS, None] {
            for state in [None, Some(ToolCallState::Approved)] {
                let step = next(state, None, Some("wrong".to_owned()), tool, "f");
                assert_eq!(step, Step::Answer("wrong".to_owned()));
            }
        }
    }

    #[test]
    fn missing_arguments_in_any_form_are_an_empty_object() {
        for (call, expected) in [
            (json!({}), "{}"),
            (json!({ "arguments": null }), "{}"),
            (json!({ "arguments": "" }), "{}"),
            (json!({ "arguments": " \n" }), "{}"),
            (json!({ "arguments": { "a": 1 } }), r#"{"a":1}"#),
            (json!({ "arguments": r#"{"a":1}"# }), r#"{"a":1}"#),
            (json!({ "arguments": "not json" }), "not json"),
        ] {
            assert_eq!(arguments(&call), expected, "{call}");
        }
    }

    #[test]
    fn a_malformed_call_gets_a_message() {
        for (call, word) in [
            (json!({ "arguments": "{}" }), "names no function"),
            (
                json!({ "name": " ", "arguments": "{}" }),
                "names no function",
            ),
            (json!({ "name": 7, "arguments": "{}" }), "names no function"),
            (json!({ "name": "f", "arguments": "{\"a\":" }), "not JSON"),
            (json!({ "name": "f", "arguments": "{} {}" }), "not JSON"),
        ] {
            let said = wrong(&call).unwrap_or_default();
            assert!(
                said.contains(word) && said.starts_with("error: "),
                "{call}: {said}"
            );
        }
        for call in [
            json!({ "name": "f" }),
            json!({ "name": "f", "arguments": "" }),
            json!({ "name": "f", "arguments": { "a": 1 } }),
            json!({ "name": "f", "arguments": "[1]" }),
        ] {
            assert_eq!(wrong(&call), None, "{call}");
        }
    }
}
