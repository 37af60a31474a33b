//! The built-in model: a pure function of the messages it gets, so that tests can check what it
//! remembers.
//!
//! In addition to the directives that users of the service know (`call:`, `recall:`, `count:`,
//! `slow:`), `memories:` lists the long-term memories it got, one per line.

use std::fmt::Write as _;
use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt as _};
use serde_json::Value;

use super::tool_choice::{self, Choice};
use super::{Model, Prompt, Step, schema};
use crate::state::items::Item;

/// Maximum number of words that `count:N` writes.
const MAX_COUNT: usize = 1_000_000;
/// Maximum number of calls that one message makes.
const MAX_CALLS: usize = 128;
/// Longest pause of `slow:MS`, in milliseconds.
const MAX_PAUSE_MS: u64 = 600_000;

/// Responds with what it can see of the conversation. Directives in the newest message control it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BuiltIn;

impl Model for BuiltIn {
    fn answer(&self, prompt: Prompt) -> BoxStream<'static, Step> {
        stream::iter(steps(&prompt)).boxed()
    }
}

fn steps(prompt: &Prompt) -> Vec<Step> {
    let messages: Vec<&Item> = prompt
        .items
        .iter()
        .filter(|item| item.kind() == "message" && matches!(item.role(), "user" | "assistant"))
        .collect();
    let newest = messages.iter().rposition(|item| item.role() == "user");
    let (earlier, said) = match newest {
        Some(at) => (&messages[..at], messages[at].text()),
        None => (&messages[..], String::new()),
    };

    let mut steps = Vec::new();
    if let Some(ms) = directive(&said, "slow:").and_then(number) {
        steps.push(Step::Pace(Duration::from_millis(ms.min(MAX_PAUSE_MS))));
    }
    if prompt.reasoning.is_some() {
        let mut thought = String::from("Looking at ");
        let _ = write!(thought, "{}.", earlier_messages(earlier.len()));
        steps.push(Step::Reasoning(thought));
    }
    let choice = Choice::of(prompt);
    let answer = forced(prompt, &choice, &said)
        .or_else(|| Some(vec![returned(prompt)?]))
        .or_else(|| Some(calls(prompt, &choice, &said)).filter(|calls| !calls.is_empty()))
        .unwrap_or_else(|| vec![Step::Text(text(prompt, earlier, &said))]);
    steps.extend(answer);
    steps
}

/// Returns calls of the functions that must be called, until their outputs are there: those that
/// the user names, with the given arguments, or else the first one, with a minimal instance of its
/// parameters.
fn forced(prompt: &Prompt, choice: &Choice<'_>, said: &str) -> Option<Vec<Step>> {
    let due = choice.due(prompt);
    let tool = due.first()?;
    let is_due = |step: &Step| match step {
        Step::Call { name, .. } => due.iter().any(|tool| tool_choice::name(tool) == Some(name)),
        _ => false,
    };
    let mut named = calls(prompt, choice, said);
    named.retain(is_due);
    if !named.is_empty() {
        return Some(named);
    }
    let arguments = match tool.get("parameters") {
        Some(parameters @ Value::Object(_)) => schema::minimal(parameters),
        _ => Value::Null,
    };
    Some(vec![Step::Call {
        call_id: None,
        name: tool_choice::name(tool)?.to_owned(),
        // Arguments are an object, no matter what a schema says.
        arguments: match arguments {
            Value::Object(_) => arguments.to_string(),
            _ => "{}".to_owned(),
        },
    }])
}

/// Returns the response to a function's output: the output, or a value that the requested format
/// allows.
fn returned(prompt: &Prompt) -> Option<Step> {
    let (call, output) = prompt.returned()?;
    if let Some(format) = &prompt.schema {
        return Some(Step::Text(schema::minimal(format).to_string()));
    }
    Some(Step::Text(format!(
        "{} returned: {}",
        call.name(),
        output.output()
    )))
}

/// Returns a call for each `call:NAME {json}` whose function may be called. Only the first one if
/// calls may not be parallel.
fn calls(prompt: &Prompt, choice: &Choice<'_>, said: &str) -> Vec<Step> {
    let one = prompt.settings.get("parallel_tool_calls") == Some(&Value::Bool(false));
    let most = if one { 1 } else { MAX_CALLS };
    let mut calls = Vec::new();
    let mut rest = said;
    while let Some(found) = directive(rest, "call:").filter(|_| calls.len() < most) {
        let end = found
            .find(|c: char| c.is_whitespace() || c == '{')
            .unwrap_or(found.len());
        let (name, after) = found.split_at(end);
        rest = after;
        if choice.named(name).is_none() {
            continue;
        }
        let mut values = serde_json::Deserializer::from_str(after).into_iter::<Value>();
        let arguments = match values.next() {
            Some(Ok(Value::Object(_))) => {
                // Text within the arguments is not a directive.
                let (arguments, behind) = after.split_at(values.byte_offset());
                rest = behind;
                arguments.trim()
            }
            _ => "{}",
        };
        calls.push(Step::Call {
            call_id: None,
            name: name.to_owned(),
            arguments: arguments.to_owned(),
        });
    }
    calls
}

fn text(prompt: &Prompt, earlier: &[&Item], said: &str) -> String {
    if let Some(format) = &prompt.schema {
        return schema::minimal(format).to_string();
    }
    if let Some(count) = directive(said, "count:").and_then(number) {
        let count = usize::try_from(count).unwrap_or(MAX_COUNT).min(MAX_COUNT);
        let mut text = String::with_capacity(count * 7);
        for n in 1..=count {
            let _ = write!(text, "{}{n}", if n == 1 { "" } else { " " });
        }
        return text;
    }
    if directive(said, "memories:").is_some() {
        return prompt.memories.join("\n");
    }
    if directive(said, "recall:").is_some() {
        let texts: Vec<String> = earlier
            .iter()
            .filter(|item| item.role() == "user")
            .map(|item| item.text())
            .collect();
        return texts.join("\n");
    }
    let mut text = format!("I can see {}.", earlier_messages(earlier.len()));
    if let Some(first) = earlier.iter().find(|item| item.role() == "user") {
        let _ = write!(text, " The first was: \"{}\".", first.text());
    }
    let _ = write!(text, " You just said: \"{said}\".");
    text
}

fn earlier_messages(count: usize) -> String {
    match count {
        0 => "no earlier messages".to_owned(),
        1 => "1 earlier message".to_owned(),
        _ => format!("{count} earlier messages"),
    }
}

/// Returns the text after the first word of `said` that starts with `name`.
fn directive<'a>(said: &'a str, name: &str) -> Option<&'a str> {
    said.match_indices(name)
        .find(|(at, _)| {
            said[..*at]
                .chars()
                .next_back()
                .is_none_or(char::is_whitespace)
        })
        .map(|(at, found)| &said[at + found.len()..])
}

fn number(text: &str) -> Option<u64> {
    let digits: &str = &text[..text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len())];
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn prompt(items: Value) -> Prompt {
        let ids = crate::ids::Ids::new("us-chicago-1");
        let Value::Array(items) = items else {
            panic!("a list")
        };
        Prompt {
            model: "any".into(),
            instructions: None,
            items: crate::state::items::normalise_all(items, "input", &ids).unwrap(),
            memories: vec!["m1".into(), "m2".into()],
            tools: vec![json!({"type": "function", "name": "add"})],
            tool_choice: json!("auto"),
            schema: None,
            reasoning: None,
            settings: serde_json::Map::new(),
        }
    }

    fn user(text: &str) -> Value {
        json!({"role": "user", "content": text})
    }

    fn answer(items: Value) -> Vec<Step> {
        steps(&prompt(items))
    }

    fn said(text: &str) -> Vec<Step> {
        vec![Step::Text(text.into())]
    }

    #[test]
    fn it_tells_what_it_sees() {
        assert_eq!(
            answer(json!([user("hi")])),
            said("I can see no earlier messages. You just said: \"hi\".")
        );
        assert_eq!(
            answer(json!([user("a"), user("b")])),
            said("I can see 1 earlier message. The first was: \"a\". You just said: \"b\".")
        );
        let reply = json!({"role": "assistant", "content": "r"});
        assert_eq!(
            answer(json!([{"role": "system", "content": "s"}, user("a"), reply, user("b")])),
            said("I can see 2 earlier messages. The first was: \"a\". You just said: \"b\".")
        );
    }

    #[test]
    fn words_steer_it() {
        assert_eq!(answer(json!([user("memories:")])), said("m1\nm2"));
        assert_eq!(answer(json!([user("please count:3")])), said("1 2 3"));
        assert_eq!(
            answer(json!([user("a"), user("b c"), user("recall:")])),
            said("a\nb c")
        );
        assert_eq!(
            answer(json!([user("slow:20 count:1")])),
            [
                Step::Pace(Duration::from_millis(20)),
                Step::Text("1".into())
            ]
        );
        assert_eq!(
            answer(json!([user("call:add {\"a\": [1, {\"b\": \"}\"}]} now")])),
            [Step::Call {
                call_id: None,
                name: "add".into(),
                arguments: r#"{"a": [1, {"b": "}"}]}"#.into()
            }]
        );
        assert_eq!(
            answer(json!([user("call:add")])),
            [Step::Call {
                call_id: None,
                name: "add".into(),
                arguments: "{}".into()
            }]
        );
        assert!(matches!(
            &answer(json!([user("call:unknown {}")]))[..],
            [Step::Text(_)]
        ));
        assert!(
            matches!(&answer(json!([user("recount:3")]))[..], [Step::Text(t)] if t.contains("recount"))
        );
    }

    #[test]
    fn after_an_output_it_repeats_the_output() {
        let items = json!([
            user("call:add {}"),
            {"type": "function_call", "call_id": "c1", "name": "add", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c1", "output": "4"},
        ]);
        assert_eq!(answer(items), said("add returned: 4"));
    }

    #[test]
    fn a_schema_gets_an_instance() {
        let mut prompt = prompt(json!([user("x")]));
        prompt.schema = Some(
            json!({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}),
        );
        assert_eq!(steps(&prompt), said("{\"n\":0}"));
    }

    fn made(name: &str, arguments: &str) -> Vec<Step> {
        vec![Step::Call {
            call_id: None,
            name: name.into(),
            arguments: arguments.into(),
        }]
    }

    /// Two functions; the second one has parameters.
    fn choosing(choice: Value, items: Value) -> Vec<Step> {
        let mut prompt = prompt(items);
        let parameters = json!({"type": "object", "required": ["n"], "properties": {
            "n": {"type": "integer", "minimum": 2}, "more": {"type": "string"}}});
        prompt.tools = vec![
            json!({"type": "web_search"}),
            json!({"type": "function", "name": "add", "parameters": null}),
            json!({"type": "function", "name": "sum", "parameters": parameters}),
        ];
        prompt.tool_choice = choice;
        steps(&prompt)
    }

    fn back(name: &str) -> [Value; 2] {
        [
            json!({"type": "function_call", "call_id": name, "name": name, "arguments": "{}"}),
            json!({"type": "function_call_output", "call_id": name, "output": "4"}),
        ]
    }

    #[test]
    fn a_forced_function_is_called_until_its_output_is_there() {
        let function = |name: &str| json!({"type": "function", "name": name});
        let allowed = |mode: &str, names: &[&str]| {
            let tools: Vec<Value> = names.iter().map(|name| function(name)).collect();
            json!({"type": "allowed_tools", "mode": mode, "tools": tools})
        };
        let asked = || vec![user("call:add {\"a\": 1}")];
        let after = |names: &[&str]| {
            let outputs = names.iter().flat_map(|name| back(name));
            json!(asked().into_iter().chain(outputs).collect::<Vec<_>>())
        };
        let sum = made("sum", "{\"n\":2}");
        for (choice, items, wanted) in [
            (json!("required"), json!([user("x")]), made("add", "{}")),
            (json!("required"), after(&[]), made("add", "{\"a\": 1}")),
            (json!("required"), after(&["add"]), sum.clone()),
            (
                json!("required"),
                after(&["add", "sum"]),
                said("sum returned: 4"),
            ),
            (function("sum"), json!([user("x")]), sum.clone()),
            (function("sum"), after(&[]), sum.clone()),
            (function("sum"), after(&["add"]), sum.clone()),
            (function("sum"), after(&["sum"]), said("sum returned: 4")),
            (allowed("required", &["sum"]), after(&[]), sum.clone()),
            (
                allowed("required", &["sum"]),
                after(&["sum"]),
                said("sum returned: 4"),
            ),
            (
                allowed("auto", &["add"]),
                after(&[]),
                made("add", "{\"a\": 1}"),
            ),
            (json!("auto"), after(&["add"]), said("add returned: 4")),
        ] {
            assert_eq!(
                choosing(choice.clone(), items.clone()),
                wanted,
                "{choice} {items}"
            );
        }
        // The next user message starts over.
        let mut again = after(&["sum"]);
        again.as_array_mut().unwrap().push(user("and again"));
        assert_eq!(choosing(function("sum"), again), sum);
        // Functions that are not allowed or not offered are not called.
        for choice in [
            json!("none"),
            allowed("auto", &["sum"]),
            function("other"),
            json!({"type": "web_search"}),
        ] {
            let steps = choosing(choice.clone(), json!([user("call:other")]));
            assert!(matches!(&steps[..], [Step::Text(_)]), "{choice}: {steps:?}");
        }
        for choice in [json!("none"), allowed("auto", &["sum"])] {
            let steps = choosing(choice.clone(), after(&[]));
            assert!(matches!(&steps[..], [Step::Text(_)]), "{choice}: {steps:?}");
        }
    }

    #[test]
    fn each_call_named_in_a_message_is_made() {
        let words =
            "call:add {\"a\": \"call:add {}\"} call:other call:add call:add{\"b\":1}, please";
        let mut prompt = prompt(json!([user(words)]));
        let made: Vec<Step> = ["{\"a\": \"call:add {}\"}", "{}", "{\"b\":1}"]
            .into_iter()
            .flat_map(|arguments| made("add", arguments))
            .collect();
        assert_eq!(steps(&prompt), made);
        prompt
            .settings
            .insert("parallel_tool_calls".into(), json!(false));
        assert_eq!(steps(&prompt), made[..1]);
    }

    #[test]
    fn a_schema_applies_to_the_text_after_an_output() {
        let mut prompt = prompt(json!([user("call:add {}"), back("add")[0], back("add")[1]]));
        prompt.schema =
            Some(json!({"type": "object", "required": ["a"], "properties": {"a": {"const": 1}}}));
        assert_eq!(steps(&prompt), said("{\"a\":1}"));
        prompt.tool_choice = json!("required");
        assert_eq!(steps(&prompt), said("{\"a\":1}"));
        prompt.items.truncate(1);
        assert_eq!(steps(&prompt), made("add", "{}"));
    }
}
