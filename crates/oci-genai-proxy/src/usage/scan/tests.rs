//! What the scanner finds, in whatever pieces.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::usage::events::Events;

fn scanned(text: &str) -> Found {
    let mut scanner = Scanner::default();
    scanner.push(text.as_bytes());
    scanner.found().clone()
}

fn named(id: Option<&str>, model: Option<&str>, input: Option<u64>) -> Found {
    Found {
        id: id.map(str::to_owned),
        model: model.map(str::to_owned),
        status: None,
        usage: input.map(|input| TokenUsage {
            input_tokens: Some(input),
            ..TokenUsage::default()
        }),
    }
}

#[test]
fn only_the_members_that_are_meant_are_found() {
    for (text, found) in [
        (
            r#" {"id":"r\u00e9","output":[{"id":"x","model":"y","usage":{"input_tokens":9}}],"model" : "m","usage":{"input_tokens":3}}"#,
            named(Some("ré"), Some("m"), Some(3)),
        ),
        (
            r#"{"type":"response.completed","response":{"id":"r","metadata":{"model":"n"},"model":"m","usage":{"input_tokens":3}},"sequence_number":1}"#,
            named(Some("r"), Some("m"), Some(3)),
        ),
        (
            r#"{"a":"id","b":"\"id\":\"z\"","id":"r","model":null,"usage":null}"#,
            named(Some("r"), None, None),
        ),
        (
            r#"{"model":7,"x":"y","usage":[{"input_tokens":1}],"id":{"id":"a"}}"#,
            named(None, None, None),
        ),
        (
            r#"{"usage":{"input_tokens":1},"usage":{"input_tokens":2}}"#,
            named(None, None, Some(2)),
        ),
        (
            r#"{"usage":{"x":[{"}":"]"}],"input_tokens":4}}{"id":"later"}"#,
            named(None, None, Some(4)),
        ),
        (
            r#"[{"id":"r","usage":{"input_tokens":1}}]"#,
            Found::default(),
        ),
        (r#"{"data":{"response":{"id":"r"}}}"#, Found::default()),
        (r#"{"response":[{"id":"r"}]}"#, Found::default()),
        (r#"{"response":"r","id":"q"}"#, named(Some("q"), None, None)),
        (r#""id""#, Found::default()),
    ] {
        assert_eq!(scanned(text), found, "{text}");
    }
    let status = scanned(r#"{"response":{"status":"failed"}}"#).status;
    assert_eq!(status.as_deref(), Some("failed"));
}

#[test]
fn what_is_too_long_is_not_kept() {
    let long = "x".repeat(MAX_USAGE + 1);
    let text = json!({
        "id": long, "model": "m", "usage": {"x": long, "input_tokens": 1}, long.clone(): "y",
    });
    assert_eq!(scanned(&text.to_string()), named(None, Some("m"), None));
    let mut scanner = Scanner::default();
    scanner.push(format!(r#"{{"{long}":1,"usage":{{"{long}{long}"#).as_bytes());
    assert!(scanner.name.capacity() + scanner.bytes.capacity() < 3 * MAX_USAGE);
}

#[test]
fn events_are_read_one_by_one() {
    let stream = "event: response.created\r\ndata: {\"response\":{\"id\":\"r\",\"usage\":null}}\r\n\r\n\
        : a comment\n\ndatum: {\"model\":\"wrong\"}\ndata:{\"response\":\n\
        data: {\"model\":\"m\",\"usage\":{\"input_tokens\":3}}}\n\ndata: {\"broken\n\n\
        data: {\"usage\":{\"input_tokens\":4}}\r\rdata: [DONE]\n\n";
    for size in [1, 2, 7, stream.len()] {
        let (mut events, mut scanner) = (Events::default(), Scanner::default());
        for piece in stream.as_bytes().chunks(size) {
            events.push(piece, &mut scanner);
        }
        assert_eq!(*scanner.found(), named(Some("r"), Some("m"), Some(4)));
    }
}

/// What serde_json finds.
fn expected(value: &Value) -> Found {
    let mut found = Found::default();
    let Value::Object(object) = value else {
        return found;
    };
    for (name, value) in object {
        match (name.as_str(), value) {
            ("id", Value::String(text)) => found.id = Some(text.clone()),
            ("model", Value::String(text)) => found.model = Some(text.clone()),
            ("status", Value::String(text)) => found.status = Some(text.clone()),
            ("usage", Value::Object(_)) => {
                found.usage = TokenUsage::read(value.to_string().as_bytes());
            }
            _ => {}
        }
    }
    found
}

fn any_json() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        Just("id".to_owned()),
        Just("model".to_owned()),
        Just("usage".to_owned()),
        Just("status".to_owned()),
        Just("input_tokens".to_owned()),
        any::<String>(),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u32>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_document_in_any_pieces(value in any_json(), size in 1_usize..40, pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        let mut scanner = Scanner::default();
        for piece in text.unwrap().as_bytes().chunks(size) {
            scanner.push(piece);
        }
        prop_assert_eq!(scanner.found(), &expected(&value));
    }

    #[test]
    fn what_is_no_json_does_no_harm(text in prop::collection::vec(any::<u8>(), 0..200), size in 1_usize..9) {
        let (mut events, mut scanner) = (Events::default(), Scanner::default());
        let mut plain = Scanner::default();
        for piece in text.chunks(size) {
            events.push(piece, &mut scanner);
            plain.push(piece);
        }
    }
}
