//! Tests every optional member of every body and item of the contract with null.

use serde_json::json;

use super::super::{Operation, PARSED, check, take_out_nulls};
use super::*;
use crate::model::schema::minimal;
use crate::{DEFAULT_API_KEY, DEFAULT_PROJECT, Emulator};

/// A body with an optional member that is null, and the same body without it.
struct Case {
    operation: Operation,
    with_null: Value,
    without: Value,
    member: String,
}

/// Visits the schemas of an operation's body, each definition once.
struct Visit {
    operation: Operation,
    seen: Vec<String>,
    cases: Vec<Case>,
}

type Wrap<'a> = &'a dyn Fn(Value) -> Value;

fn definition(schema: &Value) -> Option<(&str, &'static Value)> {
    let name = schema.get("$ref")?.as_str()?.strip_prefix("#/$defs/")?;
    Some((name, PARSED["$defs"].get(name)?))
}

fn cases_of(schema: &Value) -> impl Iterator<Item = &Value> {
    let all = schema.get("allOf").and_then(Value::as_array);
    all.into_iter().flatten()
}

/// Returns the members that identify a variant of a union.
fn tag(case: &Value) -> Map<String, Value> {
    let properties = case.pointer("/if/properties").and_then(Value::as_object);
    let constants = properties.into_iter().flatten();
    constants
        .filter_map(|(name, schema)| Some((name.clone(), schema.get("const")?.clone())))
        .collect()
}

/// Returns a small value that a schema of the contract allows.
fn instance(schema: &Value) -> Value {
    if let Some((_, target)) = definition(schema) {
        return instance(target);
    }
    if let Some(case) = cases_of(schema).find(|case| case.get("then").is_some()) {
        let mut value = instance(&case["then"]);
        if let Value::Object(members) = &mut value {
            // Each level of a nested union adds its tag.
            for (name, constant) in tag(case) {
                members.insert(name, constant);
            }
        }
        return value;
    }
    if let Some(variant) = schema.pointer("/anyOf/0") {
        return instance(variant);
    }
    let is_object = schema.get("properties").is_some();
    if !is_object {
        let mut whole = schema.clone();
        if schema.to_string().contains("$ref") {
            whole["$defs"] = PARSED["$defs"].clone();
        }
        return minimal(&whole);
    }
    let required = schema["required"].as_array().into_iter().flatten();
    let members = required.filter_map(Value::as_str);
    members
        .map(|name| (name.to_owned(), instance(&schema["properties"][name])))
        .collect()
}

impl Visit {
    fn schema(&mut self, schema: &Value, wrap: Wrap<'_>, base: &Map<String, Value>) {
        if let Some((name, target)) = definition(schema) {
            if !self.seen.iter().any(|seen| seen == name) {
                self.seen.push(name.to_owned());
                self.schema(target, wrap, base);
            }
            return;
        }
        for case in cases_of(schema) {
            if let Some(then) = case.get("then") {
                self.schema(then, wrap, &tag(case));
            } else {
                self.schema(case, wrap, base);
            }
        }
        for variant in schema
            .get("anyOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            self.schema(variant, wrap, base);
        }
        if let Some(items) = schema.get("items") {
            self.schema(items, &|value| wrap(json!([value])), &Map::new());
        }
        if let Some(others @ Value::Object(_)) = schema.get("additionalProperties") {
            self.schema(others, &|value| wrap(json!({"k": value})), &Map::new());
        }
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
            return;
        };
        let Value::Object(mut whole) = instance(schema) else {
            return;
        };
        whole.extend(base.clone());
        let with = |name: &str, value: Value| {
            let mut members = whole.clone();
            members.insert(name.to_owned(), value);
            Value::Object(members)
        };
        let walk = Walk {
            definitions: &PARSED["$defs"],
            found: Vec::new(),
        };
        for (name, member) in properties {
            let member: &'static Value = Box::leak(Box::new(member.clone()));
            if !whole.contains_key(name) && !walk.allows_null(member) {
                self.cases.push(Case {
                    operation: self.operation,
                    with_null: wrap(with(name, Value::Null)),
                    without: wrap(Value::Object(whole.clone())),
                    member: name.clone(),
                });
            }
            self.schema(member, &|value| wrap(with(name, value)), &Map::new());
        }
    }
}

fn all_cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for operation in Operation::ALL {
        let mut visit = Visit {
            operation,
            seen: Vec::new(),
            cases: Vec::new(),
        };
        let schema = &PARSED["bodies"][operation.id()];
        visit.schema(schema, &|value| value, &Map::new());
        cases.extend(visit.cases);
    }
    cases
}

#[test]
fn every_optional_member_counts_as_absent_when_null() {
    let cases = all_cases();
    assert!(cases.len() > 400, "{} cases", cases.len());
    for case in cases {
        let mut body = case.with_null.clone();
        let named = take_out_nulls(case.operation, &mut body);
        assert_eq!(body, case.without, "{}: {}", case.member, case.with_null);
        assert_eq!(named.len(), 1, "{named:?}: {}", case.with_null);
        assert!(
            named[0].ends_with(&case.member),
            "{named:?}: {}",
            case.with_null
        );
        if let Err(error) = check(case.operation, &body) {
            panic!("{}: {body}", error.message);
        }
    }
}

#[test]
fn what_may_be_null_or_must_be_there_stays() {
    for (operation, body) in [
        (
            Operation::CreateResponse,
            json!({"model": "m", "instructions": null, "metadata": null}),
        ),
        (
            Operation::CreateResponse,
            json!({"model": "m", "unknown": null, "input": [{"type": "hologram", "a": null}]}),
        ),
        (
            Operation::CreateResponse,
            json!({"input": [{"role": null, "content": null}, {"type": "function_call", "call_id": null}]}),
        ),
        (
            Operation::CreateResponse,
            json!({"tools": [{"type": null, "name": "f"}, {"type": "function", "name": null,
            "parameters": {"default": null, "enum": [null]}}]}),
        ),
        (
            Operation::UpdateConversation,
            json!({"metadata": {"topic": null}}),
        ),
    ] {
        let mut left = body.clone();
        let named = take_out_nulls(operation, &mut left);
        assert_eq!((left, named), (body, Vec::<String>::new()));
    }
}

#[test]
fn what_clients_send_is_named() {
    let mut body = json!({"model": "m", "tools": [{"type": "function", "name": "f", "defer_loading": null}], "input": [
        {"type": "reasoning", "summary": [], "content": null, "encrypted_content": null},
        {"type": null, "id": "msg_1"},
        {"type": null, "role": "user", "content": [{"type": "input_text", "text": "a", "detail": null}]},
    ]});
    let mut named = take_out_nulls(Operation::CreateResponse, &mut body);
    named.sort();
    assert_eq!(
        named,
        [
            "input[0].content",
            "input[1].type",
            "input[2].type",
            "tools[0].defer_loading"
        ]
    );
    assert_eq!(
        body["input"],
        json!([
            {"type": "reasoning", "summary": [], "encrypted_content": null},
            {"id": "msg_1"},
            {"role": "user", "content": [{"type": "input_text", "text": "a", "detail": null}]},
        ])
    );
    let many: Vec<Value> = (0..100).map(|_| json!({"type": null, "id": "m"})).collect();
    let named = take_out_nulls(Operation::CreateResponse, &mut json!({"input": many}));
    assert_eq!(named.len(), MAX_NAMED);
}

#[tokio::test]
async fn over_http_null_gives_the_same_response_as_absence() {
    let cases = all_cases();
    let emulator = Emulator::start().await.unwrap();
    let client = reqwest::Client::new();
    let url = emulator.base_url();
    let created = client.post(format!("{url}/conversations"));
    let with_headers = |request: reqwest::RequestBuilder| {
        request
            .bearer_auth(DEFAULT_API_KEY)
            .header("openai-project", DEFAULT_PROJECT)
    };
    let created = with_headers(created).send().await.unwrap();
    let created: Value = created.json().await.unwrap();
    let conversation = created["id"].as_str().unwrap();
    let count = cases.len();
    let mut taken = 0;
    for case in cases {
        let path = match case.operation {
            Operation::CreateConversation => "/conversations".to_owned(),
            Operation::UpdateConversation => format!("/conversations/{conversation}"),
            Operation::CreateItems => format!("/conversations/{conversation}/items"),
            Operation::CreateResponse => "/responses".to_owned(),
            Operation::CountInputTokens => "/responses/input_tokens".to_owned(),
            Operation::CompactResponse => "/responses/compact".to_owned(),
        };
        let mut said = Vec::new();
        for body in [&case.with_null, &case.without] {
            let request = client.post(format!("{url}{path}")).json(body);
            let answer = with_headers(request).send().await.unwrap();
            let status = answer.status().as_u16();
            let answer: Value = answer.json().await.unwrap();
            said.push((status, answer["error"].clone()));
        }
        assert_eq!(said[0], said[1], "{}", case.with_null);
        taken += usize::from(said[0].0 == 200);
        let seen = emulator.requests();
        let [.., with_null, without] = &seen[..] else {
            panic!("two requests")
        };
        assert_eq!(with_null.null_members.len(), 1, "{}", case.with_null);
        assert!(without.null_members.is_empty(), "{}", case.without);
        emulator.clear_requests();
    }
    assert!(taken * 3 > count * 2, "{taken} of {count} were taken");
}
