//! Everything that the service sends is written back unchanged.
//!
//! For every schema of the pin, documents are created at random: allowed members, plus members,
//! enum values and variants that the schema does not name, in any order. Each document is read as
//! the generated type and written again.

use oci_genai_api::Tolerant;
use oci_genai_api::types::{Item, StreamEvent};
use serde_json::{Value, json};

use crate::every_type;
use crate::maker::{Maker, Random, pin};

/// Documents per schema.
const ROUNDS: u64 = 60;

#[test]
fn every_schema_survives_a_round_trip() {
    let pin = pin();
    let schemas = pin["components"]["schemas"].as_object().unwrap();
    assert!(
        schemas.len() > 100,
        "the pin has only {} schemas",
        schemas.len()
    );
    for name in schemas.keys() {
        for seed in 0..ROUNDS {
            let mut maker = Maker {
                schemas,
                random: Random::new(seed),
                strange: seed % 2 == 1,
            };
            let value = maker.make(&json!({"$ref": format!("#/components/schemas/{name}")}), 0);
            let text = maker.text(&value);
            let written = every_type::round_trip(name, &text)
                .unwrap_or_else(|| panic!("{name} has no type"))
                .unwrap_or_else(|error| panic!("{name}, seed {seed}: {error}\n{text}"))
                .written;
            if let Some(place) = difference(&value, &written, String::from("$")) {
                panic!("{name}, seed {seed}: {place}\n{text}\n{written}");
            }
        }
    }
}

#[test]
fn the_comparison_detects_differences() {
    let place = |left: Value, right: Value| difference(&left, &right, "$".into());
    assert_eq!(place(json!({"a": 1}), json!({"a": 1.0})), None);
    assert!(
        place(json!({"a": 1}), json!({"a": 2}))
            .unwrap()
            .starts_with("$.a")
    );
    assert!(
        place(json!({"a": null}), json!({}))
            .unwrap()
            .starts_with("$.a")
    );
    assert!(
        place(json!({}), json!({"b": 1}))
            .unwrap()
            .starts_with("$.b")
    );
    assert!(place(json!([1]), json!([1, 2])).unwrap().starts_with("$"));
}

/// The items of OpenAI's multi-agent beta, which Oracle does not offer, and the member that names
/// an agent in other items and events.
#[test]
fn items_of_several_agents_survive_a_round_trip() {
    let agent = || json!({"agent_name": "planner"});
    let text = || json!([{"type": "output_text", "text": "Done.", "annotations": []}]);
    let items = [
        json!({"type": "agent_message", "id": "am_1", "author": "planner", "recipient": "writer",
            "content": [{"type": "encrypted_content", "encrypted_content": "c2VjcmV0"}], "agent": agent()}),
        json!({"type": "multi_agent_call", "id": "mac_1", "call_id": "call_1", "action": "spawn_agent",
            "arguments": "{}", "agent": agent()}),
        json!({"type": "multi_agent_call_output", "id": "maco_1", "call_id": "call_1",
            "action": "spawn_agent", "output": text(), "agent": agent()}),
        json!({"type": "message", "role": "assistant", "content": text(), "agent": agent()}),
        json!({"type": "function_call", "call_id": "call_2", "name": "f", "arguments": "{}",
            "agent": agent()}),
    ];
    for sent in items {
        let item: Item = serde_json::from_value(sent.clone()).unwrap();
        assert_eq!(item.defects(), [], "{sent}");
        assert_eq!(serde_json::to_value(&item).unwrap(), sent);
        let event = json!({"type": "response.output_item.added", "output_index": 0, "item": sent,
            "sequence_number": 1, "agent": agent()});
        let read: StreamEvent = serde_json::from_value(event.clone()).unwrap();
        assert_eq!(read.defects(), [], "{event}");
        assert_eq!(serde_json::to_value(&read).unwrap(), event);
    }
}

/// Lists the differences of two documents. Numbers are compared by value.
pub(crate) fn difference(left: &Value, right: &Value, place: String) -> Option<String> {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            let mut names: Vec<&String> = left.keys().chain(right.keys()).collect();
            names.sort();
            names.dedup();
            names.into_iter().find_map(|name| {
                let place = format!("{place}.{name}");
                match (left.get(name), right.get(name)) {
                    (Some(left), Some(right)) => difference(left, right, place),
                    (Some(_), None) => Some(format!("{place} is lost")),
                    _ => Some(format!("{place} is new")),
                }
            })
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => left
            .iter()
            .zip(right)
            .enumerate()
            .find_map(|(index, (left, right))| {
                difference(left, right, format!("{place}[{index}]"))
            }),
        (Value::Number(left), Value::Number(right)) if left.as_f64() == right.as_f64() => None,
        (left, right) if left == right => None,
        (left, right) => Some(format!("{place} was {left} and is {right}")),
    }
}
