//! What is to be done about a call of the model, without I/O.

use std::borrow::Cow;

use serde::de::IgnoredAny;
use serde_json::Value;

use crate::item;
use crate::store::EffectState;

/// What is known of the tool that a call names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) is_repeatable: bool,
    pub(super) needs_approval: bool,
}

/// What is to be done about a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It is done, and its output is journalled.
    Nothing,
    /// A person has to decide first.
    Wait,
    /// It is not made; the model gets this text.
    Answer(String),
    /// It had begun, must not be made again, and nobody knows what became of it.
    OutcomeUnknown,
    /// It is made now.
    Run,
}

/// Decides about a call of a function: `state` and `reason` are journalled, `wrong` is what is wrong with the call itself.
pub(super) fn next(
    state: Option<EffectState>,
    reason: Option<&str>,
    wrong: Option<String>,
    tool: Option<Known>,
    name: &str,
) -> Step {
    match (state, wrong, tool) {
        (Some(EffectState::Done), ..) => Step::Nothing,
        (Some(EffectState::Awaiting), ..) => Step::Wait,
        (Some(EffectState::Denied), ..) => Step::Answer(
            reason
                .unwrap_or("error: a person refused the call")
                .to_owned(),
        ),
        (Some(EffectState::Started), _, Some(tool)) if tool.is_repeatable => Step::Run,
        (Some(EffectState::Started), ..) => Step::OutcomeUnknown,
        (_, Some(wrong), _) => Step::Answer(wrong),
        (_, None, None) => Step::Answer(no_tool(name)),
        (None, None, Some(tool)) if tool.needs_approval => Step::Wait,
        (_, None, Some(_)) => Step::Run,
    }
}

/// What the model is told of a call of a tool that is not there.
pub(super) fn no_tool(name: &str) -> String {
    format!("error: there is no tool named `{name}`")
}

/// The arguments of a call as JSON text. Servers send none as an empty text or leave them out, and some send the object
/// itself.
pub(crate) fn arguments(call: &Value) -> Cow<'_, str> {
    match call.get("arguments") {
        Some(Value::String(text)) if !text.trim().is_empty() => Cow::Borrowed(text),
        None | Some(Value::Null | Value::String(_)) => Cow::Borrowed("{}"),
        Some(other) => Cow::Owned(other.to_string()),
    }
}

/// What is wrong with a call of a function, in words for the model: it is never guessed what was meant.
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
        use EffectState::{Approved, Awaiting, Denied, Done, Started};
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
            for state in [None, Some(EffectState::Approved)] {
                let step = next(state, None, Some("wrong".to_owned()), tool, "f");
                assert_eq!(step, Step::Answer("wrong".to_owned()));
            }
        }
    }

    #[test]
    fn arguments_may_be_missing_in_every_way() {
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
    fn what_is_wrong_with_a_call_is_said() {
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
