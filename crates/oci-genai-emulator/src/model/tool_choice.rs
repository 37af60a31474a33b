//! Functions that a model may call, and functions that it must call.

use serde_json::Value;

use super::Prompt;

/// Effect of `tool_choice` on functions.
#[derive(Debug)]
pub(super) struct Choice<'a> {
    /// Allowed functions, in the order of the request.
    pub(super) allowed: Vec<&'a Value>,
    /// True if one of them must be called.
    pub(super) forced: bool,
}

impl<'a> Choice<'a> {
    pub(super) fn of(prompt: &'a Prompt) -> Self {
        let choice = &prompt.tool_choice;
        let kind = choice.get("type").and_then(Value::as_str);
        let (names, forced): (Option<Vec<&str>>, bool) = match (choice.as_str(), kind) {
            (Some("none"), _) => (Some(Vec::new()), false),
            (Some("required"), _) => (None, true),
            (_, Some("function")) => (Some(name(choice).into_iter().collect()), true),
            (_, Some("allowed_tools")) => {
                let tools = choice.get("tools").and_then(Value::as_array);
                let functions = tools.into_iter().flatten().filter(|tool| is_function(tool));
                let required = choice.get("mode").is_some_and(|mode| mode == "required");
                (Some(functions.filter_map(name).collect()), required)
            }
            _ => (None, false),
        };
        let offered = prompt.tools.iter().filter(|tool| is_function(tool));
        let allowed = offered.filter(|tool| {
            let name = name(tool);
            names
                .as_ref()
                .is_none_or(|names| name.is_some_and(|name| names.contains(&name)))
        });
        Self {
            allowed: allowed.collect(),
            forced,
        }
    }

    /// Returns the allowed function with this name.
    pub(super) fn named(&self, wanted: &str) -> Option<&'a Value> {
        self.allowed
            .iter()
            .copied()
            .find(|tool| name(tool) == Some(wanted))
    }

    /// Returns the functions of which one must be called. Empty once all have returned since the
    /// newest user message.
    pub(super) fn due(&self, prompt: &'a Prompt) -> Vec<&'a Value> {
        if !self.forced {
            return Vec::new();
        }
        let returned = returned(prompt);
        let due = |tool: &&Value| name(tool).is_some_and(|name| !returned.contains(&name));
        self.allowed.iter().copied().filter(due).collect()
    }
}

pub(super) fn name(tool: &Value) -> Option<&str> {
    tool.get("name")?.as_str()
}

fn is_function(tool: &Value) -> bool {
    tool.get("type").is_some_and(|kind| kind == "function")
}

/// Returns the names of the functions whose output follows the newest user message.
fn returned(prompt: &Prompt) -> Vec<&str> {
    let user = |item: &crate::state::items::Item| item.kind() == "message" && item.role() == "user";
    let start = prompt.items.iter().rposition(user).map_or(0, |at| at + 1);
    let outputs = prompt.items[start..]
        .iter()
        .filter(|item| item.kind() == "function_call_output");
    outputs
        .filter_map(|output| {
            let call = |item: &&crate::state::items::Item| {
                item.kind() == "function_call" && item.call_id() == output.call_id()
            };
            prompt.items.iter().rev().find(call)
        })
        .map(|call| call.name())
        .collect()
}
