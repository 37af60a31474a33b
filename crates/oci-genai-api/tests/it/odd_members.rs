//! A malformed member does not affect the rest of a value.
//!
//! For every object schema of the pin and every member of it: the member is removed, null, of every
//! other JSON type, or a number out of range. The rest is read, the original value is written back
//! unchanged, and an item can be made valid by the pin.

use std::collections::BTreeSet;

use jsonschema::Validator;
use oci_genai_api::types::{Conversation, Item, Response, StreamEvent};
use oci_genai_api::{DefectKind, Tolerant, read};
use serde_json::{Map, Value, json};

use crate::every_type::{self, Outcome};
use crate::maker::{Maker, Random, pin};
use crate::round_trip::difference;

/// Documents per schema and odd value.
const ROUNDS: u64 = 2;

fn odd_values() -> Vec<Value> {
    vec![
        json!(null),
        json!("odd"),
        json!(""),
        json!("0.5"),
        json!(7),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(u64::MAX),
        json!(true),
        json!([]),
        json!([null, 1, "a", {"b": {}}]),
        json!({}),
        json!({"a": 1, "type": 3}),
    ]
}

fn outcome(name: &str, document: &Value) -> Outcome {
    every_type::round_trip(name, &document.to_string())
        .unwrap_or_else(|| panic!("{name} has no type"))
        .unwrap_or_else(|error| panic!("{name}: {error}\n{document}"))
}

/// Calls a function for every document with one odd member, with the schema's name, the member's
/// name and schema, and the document.
fn with_odd_members(mut check: impl FnMut(&str, &str, &Value, &Value)) {
    let pin = pin();
    let schemas = pin["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas {
        let Some(members) = schema["properties"].as_object() else {
            continue;
        };
        for member in members.keys() {
            for seed in 0..ROUNDS {
                let mut maker = Maker {
                    schemas,
                    random: Random::new(seed),
                    strange: false,
                };
                let reference = json!({"$ref": format!("#/components/schemas/{name}")});
                let mut document = maker.make(&reference, 0);
                document.as_object_mut().unwrap().remove(member);
                check(name, member, schema, &document);
                for odd in odd_values() {
                    document[member] = odd;
                    check(name, member, schema, &document);
                }
            }
        }
    }
}

fn is_required(schema: &Value, member: &str) -> bool {
    let names = schema["required"].as_array();
    names.is_some_and(|names| names.iter().any(|name| name == member))
}

#[test]
fn an_odd_member_affects_nothing_else_and_is_written_back() {
    let mut count = 0;
    with_odd_members(|name, member, schema, document| {
        count += 1;
        let read = outcome(name, document);
        if let Some(place) = difference(document, &read.written, "$".into()) {
            panic!("{name}.{member}: {place}\n{document}\n{}", read.written);
        }
        if is_required(schema, member) && document.get(member).is_none() {
            let pointer = format!("/{member}");
            assert!(
                read.defects.iter().any(|defect| {
                    defect.pointer == pointer && defect.kind == DefectKind::Missing
                }),
                "{name}.{member}: {:?}",
                read.defects
            );
        }
    });
    assert!(count > 10_000, "only {count} documents were tried");
}

#[test]
fn defects_name_what_a_schema_rejects() {
    let checker = Checker::new();
    let mut count = 0;
    with_odd_members(|name, member, _, document| {
        let (pointer, defects) = (format!("/{member}"), outcome(name, document).defects);
        let is_named = defects
            .iter()
            .any(|defect| defect.pointer.starts_with(&pointer));
        let refused = checker.refuses(name, member, document);
        // Null is accepted for every optional member, even if the schema is not nullable.
        if refused && !document.get(member).is_some_and(Value::is_null) {
            count += 1;
            assert!(is_named, "{name}.{member}: {document}: {defects:?}");
        }
    });
    assert!(count > 3_000, "only {count} documents were refused");
}

#[test]
fn an_item_can_be_made_valid() {
    let checker = Checker::new();
    let names = checker.reachable("Item");
    let mut count = 0;
    with_odd_members(|name, member, _, document| {
        if !names.contains(name) {
            return;
        }
        count += 1;
        let valid = outcome(name, document).valid;
        if let Some(error) = checker.error(name, &valid) {
            panic!("{name}.{member}: {error}\n{document}\n{valid}");
        }
    });
    assert!(count > 1_000, "only {count} documents were tried");
}

#[test]
fn text_that_is_almost_json_is_read() {
    let text = br#"{"type":"message","role":"assistant","content":[{"type":"output_text",
        "text":"half \ud83d","logprobs":[{"token":"a","logprob":-Infinity,"bytes":[]}]}]}"#;
    let item: Item = read(text).unwrap();
    let pointers: Vec<String> = item
        .defects()
        .into_iter()
        .map(|defect| defect.pointer)
        .collect();
    assert!(
        pointers.contains(&"/content/0/text".to_owned()),
        "{pointers:?}"
    );
    assert!(
        pointers.contains(&"/content/0/logprobs/0/logprob".to_owned()),
        "{pointers:?}"
    );
    let Item::Message(message) = item else {
        panic!("{item:?}")
    };
    assert_eq!(
        serde_json::to_value(&message.content).unwrap()[0]["text"],
        "half \u{fffd}"
    );
}

#[test]
fn a_missing_number_is_not_zero() {
    for usage in [
        json!({"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}),
        json!({}),
        json!({"input_tokens": null, "output_tokens": null, "total_tokens": null}),
        json!(null),
        json!("none"),
    ] {
        let value = json!({"object": "response", "output": [], "usage": usage});
        let response: Response = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(response.usage, None, "{usage}");
        assert!(response.extra.is_missing("id") && response.extra.is_missing("created_at"));
        assert_eq!(serde_json::to_value(&response).unwrap(), value);
    }
}

#[test]
fn an_event_without_indexes_reports_them_missing() {
    let event = r#"{"type":"response.output_text.delta","delta":"Hi"}"#;
    let StreamEvent::OutputTextDelta(event) = read(event.as_bytes()).unwrap() else {
        panic!("not a delta")
    };
    assert_eq!(event.delta, "Hi");
    for member in ["item_id", "output_index", "content_index"] {
        assert!(event.extra.is_missing(member), "{member}");
    }
}

#[test]
fn a_value_in_another_form_is_converted_if_possible() {
    let item: Item =
        read(br#"{"type":"function_call","call_id":5,"name":"now","arguments":{"a":1}}"#).unwrap();
    let Item::FunctionCall(call) = item else {
        panic!("{item:?}")
    };
    assert_eq!(
        (call.call_id.as_str(), call.arguments.as_str()),
        ("5", r#"{"a":1}"#)
    );
    let response: Response = read(
        br#"{"created_at":1757000000.123,"output":[],"temperature":"0.5","metadata":{"n":1}}"#,
    )
    .unwrap();
    assert_eq!(
        (response.created_at, response.temperature),
        (1_757_000_000, Some(0.5))
    );
    assert_eq!(response.metadata.unwrap()["n"], "1");
}

#[test]
fn a_message_may_go_without_its_type() {
    let value = json!({"role": "assistant", "content": [{"type": "output_text", "text": "Hi"}]});
    let item: Item = serde_json::from_value(value.clone()).unwrap();
    assert!(matches!(item, Item::Message(_)), "{item:?}");
    assert_eq!(serde_json::to_value(&item).unwrap(), value);
    let pointers: Vec<String> = item
        .defects()
        .into_iter()
        .map(|defect| defect.pointer)
        .collect();
    assert_eq!(pointers, ["/type"]);
}

#[test]
fn an_object_of_another_type_is_not_accepted_as_a_response() {
    for text in [
        "{}",
        r#"{"error":{"message":"no"}}"#,
        r#"{"html":"page"}"#,
        "[]",
        "3",
        "null",
    ] {
        assert!(read::<Conversation>(text.as_bytes()).is_err(), "{text}");
    }
}

/// Validates documents by the pin, except for bounds and closed lists of values: the service checks
/// those, and the generated types accept all of them.
struct Checker {
    root: Value,
    validators: std::cell::RefCell<std::collections::HashMap<String, Validator>>,
}

impl Checker {
    fn new() -> Self {
        let mut schemas = pin()["components"]["schemas"].take();
        relax(&mut schemas);
        Self {
            root: json!({"components": {"schemas": schemas}}),
            validators: std::cell::RefCell::default(),
        }
    }

    fn error(&self, name: &str, document: &Value) -> Option<String> {
        let mut validators = self.validators.borrow_mut();
        let validator = validators.entry(name.to_owned()).or_insert_with(|| {
            let mut root = self.root.clone();
            root["$ref"] = json!(format!("#/components/schemas/{name}"));
            jsonschema::draft202012::new(&root).unwrap()
        });
        let error = validator.iter_errors(document).next()?;
        Some(format!("{error} at {}", error.instance_path()))
    }

    /// Returns true if one member of a document, and no other, is rejected.
    fn refuses(&self, name: &str, member: &str, document: &Value) -> bool {
        let schema = &self.root["components"]["schemas"][name];
        let Some(value) = document.get(member) else {
            return is_required(schema, member);
        };
        let mut validators = self.validators.borrow_mut();
        let validator = validators
            .entry(format!("{name}.{member}"))
            .or_insert_with(|| {
                let mut root = self.root.clone();
                root["$ref"] = json!(format!("#/components/schemas/{name}/properties/{member}"));
                jsonschema::draft202012::new(&root).unwrap()
            });
        !validator.is_valid(value)
    }

    /// Returns the schemas that a schema refers to, directly or indirectly.
    fn reachable(&self, name: &str) -> BTreeSet<String> {
        let schemas = self.root["components"]["schemas"].as_object().unwrap();
        let mut found = BTreeSet::new();
        let mut open = vec![name.to_owned()];
        while let Some(name) = open.pop() {
            if found.insert(name.clone()) {
                references(&schemas[&name], &mut open);
            }
        }
        found
    }
}

fn references(schema: &Value, found: &mut Vec<String>) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                found.extend(reference.rsplit('/').next().map(str::to_owned));
            }
            members
                .iter()
                .filter(|(name, _)| *name != "mapping")
                .for_each(|(_, schema)| references(schema, found));
        }
        Value::Array(schemas) => schemas.iter().for_each(|schema| references(schema, found)),
        _ => {}
    }
}

/// Removes bounds and lists of values. In a tagged union, objects of unknown types stay allowed.
fn relax(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            for keyword in [
                "enum",
                "format",
                "maxItems",
                "maxLength",
                "maxProperties",
                "maximum",
                "minItems",
                "minLength",
                "minProperties",
                "minimum",
                "pattern",
            ] {
                // A property may have this name too.
                if members.get(keyword).is_some_and(|value| !value.is_object()) {
                    members.remove(keyword);
                }
            }
            if let Some(tag) = members
                .get("discriminator")
                .map(|tag| tag["propertyName"].clone())
            {
                let known = &members["discriminator"]["mapping"];
                let names: Vec<&String> =
                    known.as_object().into_iter().flat_map(Map::keys).collect();
                let unknown = json!({
                    "type": "object",
                    "required": [tag],
                    "properties": {tag.as_str().unwrap_or_default(): {
                        "type": "string", "not": {"enum": names},
                    }},
                });
                if let Some(branches) = members.get_mut("oneOf").and_then(Value::as_array_mut) {
                    branches.push(unknown);
                }
            }
            members.values_mut().for_each(relax);
        }
        Value::Array(schemas) => schemas.iter_mut().for_each(relax),
        _ => {}
    }
}
