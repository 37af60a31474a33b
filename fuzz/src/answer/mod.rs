//! Entry points that read responses, events, items and pages with `oci-genai-api`.

#![allow(clippy::panic, reason = "a panic reports a finding")]

pub mod corpus;

use std::fmt::Debug;

use oci_genai_api::types::{Conversation, Item, ItemList, Response, StreamEvent};
use oci_genai_api::{Defect, DefectKind, Tolerant, read};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads responses, events, pages and items. No input may panic, a value is written back as it came,
/// and an item that was made valid reads without a defect.
pub fn answer(data: &[u8]) -> String {
    let mut outcome = String::new();
    for read in [
        read_as::<Response>,
        read_as::<StreamEvent>,
        read_as::<ItemList>,
        read_as::<Conversation>,
    ] {
        outcome.push_str(&read(data));
    }
    outcome.push_str(&item(data));
    outcome
}

fn read_as<T: Tolerant + Serialize + DeserializeOwned + Clone + Debug>(data: &[u8]) -> String {
    let Ok(value) = read::<T>(data) else {
        return "no ".to_owned();
    };
    check_written(&value, data);
    let mut valid = value.clone();
    valid.make_valid();
    // Only items are sent, so only they have to be valid afterwards. Members such as the indices of
    // an event have no empty value.
    written(&valid);
    about(&value.defects())
}

fn item(data: &[u8]) -> String {
    let Ok(item) = read::<Item>(data) else {
        return "no ".to_owned();
    };
    check_written(&item, data);
    let input = item.clone().into_input();
    let is_unique =
        serde_json::from_slice::<Value>(data).is_ok_and(|value| !has_repetitions(data, &value));
    // A repeated `type` may name another item when it is read again.
    if !input.is_misfit() && is_unique {
        check_valid(&input);
        assert_eq!(input.clone().into_input(), input, "input is changed again");
    }
    about(&item.defects())
}

/// What was read is JSON again, the same as it came.
fn check_written<T: Tolerant + Debug>(value: &T, data: &[u8]) {
    let text = written(value);
    let again = read::<T>(text.as_bytes());
    let again =
        again.unwrap_or_else(|error| panic!("{error}: what was written is not read: {text}"));
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    // Members that the contract does not know are sorted, so the order may change.
    assert_eq!(
        json(&written(&again)),
        json(&text),
        "a second reading changed the value"
    );
    if let Ok(came) = serde_json::from_slice::<Value>(data)
        // A bare list is a page without the object around it.
        && !came.is_array()
        && !has_repetitions(data, &came)
    {
        let wrote: Value = serde_json::from_str(&text).unwrap_or_default();
        assert!(
            is_same(&wrote, &came),
            "written otherwise than it came: {text}"
        );
    }
}

fn check_valid<T: Tolerant + Debug>(value: &T) {
    let text = written(value);
    let again = read::<T>(text.as_bytes());
    let again =
        again.unwrap_or_else(|error| panic!("{error}: what was made valid is not read: {text}"));
    assert_eq!(again.defects(), [], "not valid: {text}");
}

fn written<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| panic!("{error}: not written"))
}

/// Whether two values are the same, where 1 is 1.0.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let is_in_other =
                |(name, value)| other.get(name).is_some_and(|found| is_same(value, found));
            one.len() == other.len() && one.iter().all(is_in_other)
        }
        (one, other) => one == other,
    }
}

/// Whether a member of an object comes twice, of which a `Value` keeps the last. A colon is in a text
/// rarely enough to count them.
fn has_repetitions(data: &[u8], value: &Value) -> bool {
    let colons = |text: &[u8]| text.iter().filter(|byte| **byte == b':').count();
    colons(data) != colons(value.to_string().as_bytes())
}

/// The defects, without what differs from input to input.
fn about(defects: &[Defect]) -> String {
    let mut kinds: Vec<String> = defects.iter().map(about_one).collect();
    kinds.sort();
    kinds.dedup();
    kinds.truncate(4);
    format!("read {} ", kinds.join(" "))
}

fn about_one(defect: &Defect) -> String {
    let places = defect.pointer.split('/');
    let mut places = places.filter(|place| !place.chars().all(|letter| letter.is_ascii_digit()));
    let place: String = places
        .next_back()
        .unwrap_or_default()
        .chars()
        .take(24)
        .collect();
    match defect.kind {
        DefectKind::Type(_) => format!("{place}: type"),
        kind => format!("{place}: {kind:?}"),
    }
}
