//! Functions on items: JSON objects with a `type`.

use std::collections::VecDeque;

use serde_json::{Value, json};

/// Makes a user message in the long form, which every server accepts.
pub(crate) fn user_message(text: &str) -> Value {
    json!({
        "type": "message",
        "role": "user",
        "content": [{ "type": "input_text", "text": text }],
    })
}

/// Makes the output of a function call.
pub(crate) fn call_output(call_id: &str, output: &str) -> Value {
    json!({ "type": "function_call_output", "call_id": call_id, "output": output })
}

/// Returns the item's type. A message may omit it.
pub(crate) fn kind(item: &Value) -> &str {
    item.get("type")
        .and_then(Value::as_str)
        .unwrap_or("message")
}

/// Returns the service's id of the item.
pub(crate) fn id(item: &Value) -> Option<&str> {
    item.get("id").and_then(Value::as_str)
}

/// Returns a string member.
pub(crate) fn text<'a>(item: &'a Value, member: &str) -> Option<&'a str> {
    item.get(member).and_then(Value::as_str)
}

/// Returns true if the service was interrupted while it wrote or processed the item.
pub(crate) fn is_unfinished(item: &Value) -> bool {
    let under_way = [
        "in_progress",
        "searching",
        "interpreting",
        "generating",
        "calling",
    ];
    text(item, "status").is_some_and(|status| under_way.contains(&status))
}

/// Returns true if the item is a call of a tool that the service runs. Calls in the form of the
/// caller's custom tools do not count: the service stores its own calls of that form without an
/// output, and accepts them back like that.
pub(crate) fn is_hosted_call(item: &Value) -> bool {
    match kind(item) {
        "function_call" | "custom_tool_call" => false,
        "tool_search_call" => !is_the_clients(item),
        kind => kind.ends_with("_call"),
    }
}

/// Returns the hosted calls among `items` that started and have no result, neither in themselves
/// nor as a separate item.
pub(crate) fn without_result(items: &[Value]) -> impl Iterator<Item = &Value> {
    let has_output = |call: &Value| {
        let output = match kind(call) {
            "tool_search_call" => "tool_search_output".to_owned(),
            _ if text(call, "call_id").is_none() => return true,
            kind => format!("{kind}_output"),
        };
        items
            .iter()
            .any(|item| kind(item) == output && text(item, "call_id") == text(call, "call_id"))
    };
    items
        .iter()
        .filter(|item| is_hosted_call(item))
        .filter(move |item| is_unfinished(item) || !has_output(item))
}

/// Returns true if the output may end with this item. Reasoning and lookups lead to more output, so
/// an output that ends with them was cut off. A hosted tool that does more than look something up
/// may be the end, because a retry would run it twice.
pub(crate) fn may_be_last(item: &Value) -> bool {
    let looks_up = [
        "reasoning",
        "file_search_call",
        "web_search_call",
        "mcp_list_tools",
        "tool_search_output",
    ];
    let searches = kind(item) == "tool_search_call" && !is_the_clients(item);
    !searches && !looks_up.contains(&kind(item))
}

/// Returns true if a message has no content.
pub(crate) fn is_blank(message: &Value) -> bool {
    let says = |part: &Value| match part {
        Value::String(text) => !text.is_empty(),
        part => {
            ["text", "refusal"]
                .iter()
                .any(|member| match part.get(member) {
                    Some(Value::String(text)) => !text.is_empty(),
                    _ => false,
                })
                || !["output_text", "text", "refusal"].contains(&kind(part))
        }
    };
    match message.get("content") {
        Some(Value::Array(parts)) => !parts.iter().any(says),
        Some(Value::Null) | None => true,
        Some(other) => !says(other),
    }
}

/// Returns true if the item is a call of one of the caller's functions.
pub(crate) fn is_call(item: &Value) -> bool {
    kind(item) == "function_call"
}

/// Returns true if the item is the service's approval request for a tool of a remote server.
pub(crate) fn is_approval_request(item: &Value) -> bool {
    kind(item) == "mcp_approval_request"
}

fn is_the_clients(item: &Value) -> bool {
    text(item, "execution") == Some("client")
}

/// Rule for which of the model's calls the caller has to answer.
#[derive(Debug, Default)]
pub(crate) struct PendingCalls {
    /// Names of the caller's custom tools. Services use the form of a custom call for their own
    /// searches too.
    pub(crate) custom_tools: Vec<String>,
}

impl PendingCalls {
    /// Returns the id by which the item is answered, if the model cannot continue without an
    /// answer.
    pub(crate) fn question<'a>(&self, item: &'a Value) -> Option<&'a str> {
        match kind(item) {
            // A call without an id needs an output too, which then has no id either.
            "function_call" => Some(text(item, "call_id").unwrap_or_default()),
            "custom_tool_call" => {
                let ours = |name| self.custom_tools.iter().any(|known| known == name);
                text(item, "call_id").filter(|_| text(item, "name").is_some_and(ours))
            }
            "tool_search_call" => text(item, "call_id").filter(|_| is_the_clients(item)),
            "mcp_approval_request" => id(item),
            _ => None,
        }
    }

    /// Returns the calls in `items` that no later item answers.
    pub(crate) fn open<'a>(&self, items: &'a [Value]) -> Vec<&'a Value> {
        let positions = self.open_positions(items);
        positions.into_iter().map(|at| &items[at]).collect()
    }

    /// Returns the positions of the open calls. If two calls have the same id, an output belongs to
    /// the first one without an output.
    pub(crate) fn open_positions(&self, items: &[Value]) -> Vec<usize> {
        let mut open: Vec<(usize, &str)> = Vec::new();
        for (position, item) in items.iter().enumerate() {
            if let Some(id) = answered_call(item) {
                if let Some(first) = open.iter().position(|(_, asked)| *asked == id) {
                    open.remove(first);
                }
            } else if let Some(id) = self.question(item) {
                open.push((position, id));
            }
        }
        open.into_iter().map(|(position, _)| position).collect()
    }
}

/// Returns the id of the call or approval request that an item answers.
pub(crate) fn answered_call(item: &Value) -> Option<&str> {
    match kind(item) {
        "function_call_output" | "custom_tool_call_output" => {
            Some(text(item, "call_id").unwrap_or_default())
        }
        "tool_search_output" => text(item, "call_id").filter(|_| is_the_clients(item)),
        "mcp_approval_response" => text(item, "approval_request_id"),
        _ => None,
    }
}

/// Returns the answer to a call that nobody else answers: `output` for a call, a denial for an
/// approval request.
pub(crate) fn substitute(question: &Value, output: &str) -> Value {
    let call_id = text(question, "call_id").unwrap_or_default();
    match kind(question) {
        "custom_tool_call" => {
            json!({ "type": "custom_tool_call_output", "call_id": call_id, "output": output })
        }
        "tool_search_call" => {
            json!({ "type": "tool_search_output", "call_id": call_id, "execution": "client", "tools": [] })
        }
        "mcp_approval_request" => {
            approval_response(id(question).unwrap_or_default(), false, Some(output))
        }
        _ => call_output(call_id, output),
    }
}

/// Returns the answer to an approval request.
pub(crate) fn approval_response(request: &str, approve: bool, reason: Option<&str>) -> Value {
    let mut answer = json!({
        "type": "mcp_approval_response", "approval_request_id": request, "approve": approve,
    });
    if let (Some(reason), Some(object)) = (reason, answer.as_object_mut()) {
        object.insert("reason".to_owned(), Value::String(reason.to_owned()));
    }
    answer
}

/// Removes the members that only the service that stored the item understands: its id and status.
/// An approval request keeps its id, because its answer names it. A hosted call keeps both, because
/// the service rejects it without them.
pub(crate) fn without_place(mut item: Value) -> Value {
    let request = is_approval_request(&item);
    if is_hosted_call(&item) {
        return item;
    }
    if let Some(object) = item.as_object_mut() {
        object.remove("status");
        if !request {
            object.remove("id");
        }
    }
    item
}

/// Gives calls without an id a new one, and their outputs the same, because a service without the
/// history pairs them by id.
pub(crate) fn name_calls(items: &mut [Value]) {
    let is_call = |item: &Value| matches!(kind(item), "function_call" | "custom_tool_call");
    let is_output = |item: &Value| {
        matches!(
            kind(item),
            "function_call_output" | "custom_tool_call_output"
        )
    };
    let mut unanswered = VecDeque::new();
    for (position, item) in items.iter_mut().enumerate() {
        if text(item, "call_id").is_some_and(|id| !id.is_empty()) {
            continue;
        }
        let id = if is_call(item) {
            let id = format!("call_{position}");
            unanswered.push_back(id.clone());
            Some(id)
        } else if is_output(item) {
            unanswered.pop_front()
        } else {
            None
        };
        if let (Some(id), Some(object)) = (id, item.as_object_mut()) {
            object.insert("call_id".to_owned(), Value::String(id));
        }
    }
}

/// Returns the text that the model wrote: all `output_text` parts of all its messages.
pub(crate) fn output_text<'a>(items: impl IntoIterator<Item = &'a Value>) -> String {
    let mut all = String::new();
    for item in items.into_iter().filter(|item| kind(item) == "message") {
        if text(item, "role").is_some_and(|role| role != "assistant") {
            continue;
        }
        match item.get("content") {
            Some(Value::String(text)) => all.push_str(text),
            Some(Value::Array(parts)) => {
                let texts = parts.iter().filter(|part| kind(part) == "output_text");
                texts
                    .filter_map(|part| text(part, "text"))
                    .for_each(|text| all.push_str(text));
            }
            _ => {}
        }
    }
    all
}

/// Returns true if `stored` is the stored form of `sent`: it contains everything sent, whatever the
/// service added.
pub(crate) fn is_stored_form(sent: &Value, stored: &Value) -> bool {
    if kind(sent) != kind(stored) {
        return false;
    }
    if let Some(call) = answered_call(sent) {
        return answered_call(stored) == Some(call);
    }
    let (Some(sent), Some(stored)) = (sent.as_object(), stored.as_object()) else {
        return false;
    };
    sent.iter()
        .filter(|(name, _)| !["id", "status", "type"].contains(&name.as_str()))
        .all(|(name, value)| match stored.get(name) {
            Some(other) if name == "content" => same_content(value, other),
            Some(other) => contains(other, value),
            None => value.is_null(),
        })
}

/// Compares message content, which may be text or parts.
fn same_content(sent: &Value, stored: &Value) -> bool {
    fn parts(content: &Value) -> Vec<Value> {
        match content {
            Value::Array(parts) => parts.clone(),
            Value::String(text) => vec![json!({ "type": "input_text", "text": text })],
            other => vec![other.clone()],
        }
    }
    let (sent, stored) = (parts(sent), parts(stored));
    sent.len() == stored.len()
        && sent.iter().zip(&stored).all(|(sent, stored)| {
            match (text(sent, "text"), text(stored, "text")) {
                (Some(a), Some(b)) => a == b,
                _ => contains(stored, sent),
            }
        })
}

/// Returns true if `big` contains everything in `small`.
fn contains(big: &Value, small: &Value) -> bool {
    match (big, small) {
        (Value::Object(big), Value::Object(small)) => small.iter().all(|(name, value)| {
            big.get(name)
                .map_or(value.is_null(), |other| contains(other, value))
        }),
        (Value::Array(big), Value::Array(small)) => {
            big.len() == small.len()
                && big
                    .iter()
                    .zip(small)
                    .all(|(big, small)| contains(big, small))
        }
        _ => big == small,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_service_adds_does_not_matter() {
        let sent = user_message("hello");
        let stored = json!({
            "id": "msg_1", "type": "message", "status": "completed", "role": "user",
            "content": [{ "type": "input_text", "text": "hello", "annotations": [] }],
        });
        assert!(is_stored_form(&sent, &stored));
        assert!(is_stored_form(
            &json!({ "role": "user", "content": "hello" }),
            &stored
        ));
        assert!(!is_stored_form(&user_message("hello there"), &stored));
        let other = json!({ "type": "message", "role": "assistant", "content": "hello" });
        assert!(!is_stored_form(&sent, &other));
    }

    #[test]
    fn an_output_is_known_by_its_call() {
        let sent = call_output("call_1", "rain");
        let stored = json!({
            "id": "fco_1", "type": "function_call_output", "call_id": "call_1",
            "output": [{ "type": "input_text", "text": "rain" }],
        });
        assert!(is_stored_form(&sent, &stored));
        assert!(!is_stored_form(&call_output("call_2", "rain"), &stored));
    }

    #[test]
    fn questions_are_open_until_they_are_answered() {
        let call = |id: &str| json!({ "type": "function_call", "call_id": id, "name": "f" });
        let custom =
            |name: &str| json!({ "type": "custom_tool_call", "call_id": name, "name": name });
        let search =
            |by: &str| json!({ "type": "tool_search_call", "call_id": by, "execution": by });
        let request = json!({ "type": "mcp_approval_request", "id": "mcpr_1", "name": "pay" });
        let asked = PendingCalls {
            custom_tools: vec!["ours".to_owned()],
        };
        let mut items = vec![
            call("a"),
            call("b"),
            call_output("a", "done"),
            custom("ours"),
            custom("x_keyword_search"),
            search("client"),
            search("server"),
            request,
        ];
        let open: Vec<Value> = asked.open(&items).into_iter().cloned().collect();
        let ids: Vec<&str> = open
            .iter()
            .filter_map(|item| asked.question(item))
            .collect();
        assert_eq!(ids, ["b", "ours", "client", "mcpr_1"]);
        items.extend(open.iter().map(|question| substitute(question, "lost")));
        assert!(asked.open(&items).is_empty(), "{items:#?}");
        assert_eq!(items.last().unwrap()["approve"], json!(false));
    }

    #[test]
    fn of_calls_with_one_id_each_wants_its_own_answer() {
        let call = |n: u64| json!({ "type": "function_call", "call_id": "c", "name": n });
        let asked = PendingCalls::default();
        let mut items = vec![call(0), call_output("c", "0"), call(1), call(2)];
        assert_eq!(asked.open_positions(&items), [2, 3]);
        items.push(call_output("c", "1"));
        assert_eq!(asked.open_positions(&items), [3]);
        let nameless = [json!({ "type": "function_call", "name": "f" })];
        assert_eq!(asked.open_positions(&nameless), [0]);
        let answered = [nameless[0].clone(), substitute(&nameless[0], "no")];
        assert!(asked.open_positions(&answered).is_empty());
    }

    #[test]
    fn calls_without_an_id_get_the_same_id_as_their_outputs() {
        let call = |id: &str| json!({ "type": "function_call", "call_id": id, "name": "f" });
        let mut items = vec![
            call(""),
            json!({ "type": "function_call", "name": "f" }),
            call("own"),
            call_output("", "0"),
            call_output("", "1"),
            call_output("own", "2"),
        ];
        name_calls(&mut items);
        let ids: Vec<&str> = items
            .iter()
            .filter_map(|item| text(item, "call_id"))
            .collect();
        assert_eq!(ids, ["call_0", "call_1", "own", "call_0", "call_1", "own"]);
    }

    #[test]
    fn a_hosted_call_is_without_result_until_it_ends_or_its_output_stands_beside_it() {
        let items = [
            json!({ "type": "mcp_call", "id": "1", "status": "completed", "output": "sun" }),
            json!({ "type": "mcp_call", "id": "2", "status": "calling" }),
            json!({ "type": "web_search_call", "id": "3", "status": "searching" }),
            json!({ "type": "web_search_call", "id": "4", "status": "failed" }),
            json!({ "type": "shell_call", "id": "5", "call_id": "a", "status": "completed" }),
            json!({ "type": "shell_call_output", "id": "6", "call_id": "a" }),
            json!({ "type": "shell_call", "id": "7", "call_id": "b", "status": "completed" }),
            json!({ "type": "tool_search_call", "id": "8", "execution": "server" }),
            json!({ "type": "custom_tool_call", "id": "9", "call_id": "c", "name": "x_search" }),
            json!({ "type": "function_call", "id": "10", "call_id": "d", "name": "f" }),
        ];
        let found: Vec<&str> = without_result(&items).filter_map(id).collect();
        assert_eq!(found, ["2", "3", "7", "8"]);
    }

    #[test]
    fn only_the_models_words_are_its_text() {
        let items = [
            user_message("question"),
            json!({ "type": "reasoning", "summary": [{ "type": "summary_text", "text": "hm" }] }),
            json!({ "type": "message", "role": "assistant", "content": [
                { "type": "output_text", "text": "one " }, { "type": "refusal", "refusal": "no" },
                { "type": "output_text", "text": "two" },
            ]}),
        ];
        assert_eq!(output_text(&items), "one two");
    }
}
