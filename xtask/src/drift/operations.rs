//! Matches the operations of two documents and compares what is not a schema: parameters, which bodies
//! there are, and with [`facts`] what else an operation says. The schemas are left to [`Walk`].

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::difference::{Difference, Effect, Kind, Side};
use super::facts;
use super::walk::{Place, Root, Walk, requirement};
use crate::codegen::document::{METHODS, flag, schemas, text};

/// Compares two normalised documents. Skips the kinds of differences that the other document lists in
/// `x-not-comparable`.
pub(super) fn compare(pin: &Value, other: &Value) -> Vec<Difference> {
    let empty = Map::new();
    let untold = untold(other);
    let mut walk = Walk::new(
        schemas(pin).unwrap_or(&empty),
        schemas(other).unwrap_or(&empty),
        !untold.contains(&"format"),
    );
    let (ours, theirs) = (operations(pin), operations(other));
    let side = |side, effect, operation: &Operation<'_>| {
        bare(Kind::Operation, side, effect, &operation.name)
    };
    for (_, operation) in theirs.iter().filter(|(key, _)| !ours.contains_key(*key)) {
        let missing = side(Side::Missing, Effect::Extends, operation);
        walk.note(&operation.name, missing);
    }
    for (key, operation) in &ours {
        match theirs.get(key) {
            Some(other_operation) => {
                one(&mut walk, operation, other_operation);
                for found in facts::compare(operation, other_operation, (pin, other)) {
                    walk.note(&operation.name, found);
                }
            }
            None => walk.note(
                &operation.name,
                side(Side::Extra, Effect::Breaks, operation),
            ),
        }
    }
    let mut found = walk.finish();
    found.extend(facts::security(pin, other));
    found.retain(|difference| !untold.contains(&difference.kind.to_string().as_str()));
    found
}

/// What a document says that it cannot tell.
fn untold(document: &Value) -> Vec<&str> {
    let list = document.get("x-not-comparable").and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

pub(super) struct Operation<'a> {
    /// `POST /responses`.
    pub(super) name: String,
    path: &'a str,
    pub(super) value: &'a Value,
}

/// The operations by method and path. What a path calls its parameters does not matter.
fn operations(document: &Value) -> BTreeMap<(String, &str), Operation<'_>> {
    let paths = document.get("paths").and_then(Value::as_object);
    let mut found = BTreeMap::new();
    for (path, item) in paths.into_iter().flatten() {
        for (method, value) in item.as_object().into_iter().flatten() {
            if METHODS.contains(&method.as_str()) {
                let operation = Operation {
                    name: format!("{} {path}", method.to_uppercase()),
                    path,
                    value,
                };
                found.insert((unnamed(path), method.as_str()), operation);
            }
        }
    }
    found
}

/// A path without the names of its parameters. Everything else counts, behind a parameter (`/jobs/{id}:stop`)
/// and in a query (`/responses?beta=true`), too.
fn unnamed(path: &str) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some((before, (_, after))) = rest
        .split_once('{')
        .and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        out.push_str(before);
        out.push_str("{}");
        rest = after;
    }
    out + rest
}

/// A difference between what both documents say.
pub(super) fn differing(
    kind: Kind,
    effect: Effect,
    location: &str,
    (pin, other): (String, String),
) -> Difference {
    Difference {
        pin: Some(pin),
        other: Some(other),
        ..bare(kind, Side::Differs, effect, location)
    }
}

fn bare(kind: Kind, side: Side, effect: Effect, location: &str) -> Difference {
    Difference {
        location: location.to_owned(),
        kind,
        side,
        pin: None,
        other: None,
        effect,
        at: location.to_owned(),
        operations: Vec::new(),
    }
}

fn one<'a>(walk: &mut Walk<'a>, pin: &Operation<'a>, other: &Operation<'a>) {
    let name = &pin.name;
    parameters(walk, pin, other);
    let slots = [
        ("request", request as fn(&'a Value) -> Option<&'a Value>),
        ("response", response),
        ("events", events),
    ];
    for (slot, find) in slots {
        let location = format!("{name} {slot}");
        let sent = slot == "request";
        match (find(pin.value), find(other.value)) {
            (Some(ours), Some(theirs)) => {
                let root = Root {
                    operation: name.clone(),
                    sent,
                };
                let place = Place {
                    location: location.clone(),
                    at: location,
                };
                walk.start(root, ours, theirs, &place);
            }
            (None, Some(_)) => {
                // Streams become functions of their own.
                let effect = if slot == "events" {
                    Effect::Extends
                } else {
                    Effect::Breaks
                };
                walk.note(name, bare(Kind::Body, Side::Missing, effect, &location));
            }
            (Some(_), None) => {
                walk.note(
                    name,
                    bare(Kind::Body, Side::Extra, Effect::Breaks, &location),
                );
            }
            (None, None) => {}
        }
    }
    let required = |operation: &Value| {
        let body = operation.get("requestBody")?;
        Some(flag(body, "required"))
    };
    if let (Some(ours), Some(theirs)) = (required(pin.value), required(other.value))
        && ours != theirs
    {
        // The generated functions take every body, required or not.
        let location = format!("{name} request");
        let words = (requirement(ours), requirement(theirs));
        walk.note(
            name,
            differing(Kind::Required, Effect::None, &location, words),
        );
    }
}

/// Where a parameter is and what it is called. In a path its position counts, not its name; the case
/// of headers does not matter.
fn identity(parameter: &Value, path: &str) -> (String, String) {
    let place = text(parameter, "in").unwrap_or("query");
    let name = text(parameter, "name").unwrap_or_default();
    let name = match place {
        "path" => {
            let position = path.find(&format!("{{{name}}}")).map(|end| {
                let before = path[..end].matches('{').count();
                before.to_string()
            });
            position.unwrap_or_else(|| name.to_owned())
        }
        "header" => name.to_ascii_lowercase(),
        _ => name.to_owned(),
    };
    (place.to_owned(), name)
}

fn parameters<'a>(walk: &mut Walk<'a>, pin: &Operation<'a>, other: &Operation<'a>) {
    let list = |operation: &Operation<'a>| {
        let list = operation.value.get("parameters").and_then(Value::as_array);
        let path = operation.path;
        list.into_iter()
            .flatten()
            .map(|parameter| (identity(parameter, path), parameter))
            .collect::<Vec<_>>()
    };
    let (ours, theirs) = (list(pin), list(other));
    let location = |parameter: &Value| {
        let place = text(parameter, "in").unwrap_or_default();
        let name = text(parameter, "name").unwrap_or_default();
        format!("{} {place} {name}", pin.name)
    };
    for (identity, theirs) in &theirs {
        let location = location(theirs);
        let Some((_, ours)) = ours.iter().find(|(other, _)| other == identity) else {
            // The generated functions take their parameters by position.
            let missing = bare(Kind::Parameter, Side::Missing, Effect::Breaks, &location);
            walk.note(&pin.name, missing);
            continue;
        };
        let required = |parameter: &Value| {
            text(parameter, "in") == Some("path") || flag(parameter, "required")
        };
        let (needed, wanted) = (required(ours), required(theirs));
        if needed != wanted {
            let words = (requirement(needed), requirement(wanted));
            let difference = differing(Kind::Required, visible(ours), &location, words);
            walk.note(&pin.name, difference);
        }
        if let Some(words) =
            facts::deprecation(flag(ours, "deprecated"), flag(theirs, "deprecated"))
        {
            let difference = differing(Kind::Deprecated, Effect::None, &location, words);
            walk.note(&pin.name, difference);
        }
        if let (Some(ours), Some(theirs)) = (ours.get("schema"), theirs.get("schema")) {
            let root = Root {
                operation: pin.name.clone(),
                sent: true,
            };
            let place = Place {
                location: location.clone(),
                at: location,
            };
            walk.start(root, ours, theirs, &place);
        }
    }
    for (identity, ours) in &ours {
        if !theirs.iter().any(|(other, _)| other == identity) {
            let location = location(ours);
            let extra = bare(Kind::Parameter, Side::Extra, visible(ours), &location);
            walk.note(&pin.name, extra);
        }
    }
}

/// What changing a parameter does: headers that the transport sets are no arguments.
fn visible(parameter: &Value) -> Effect {
    if parameter.pointer("/x-oci/set-by").and_then(Value::as_str) == Some("transport") {
        Effect::None
    } else {
        Effect::Breaks
    }
}

fn request(operation: &Value) -> Option<&Value> {
    json(operation.get("requestBody")?)
}

fn response(operation: &Value) -> Option<&Value> {
    successes(operation).find_map(json)
}

fn events(operation: &Value) -> Option<&Value> {
    successes(operation).find_map(|response| media(response, |kind| kind == "text/event-stream"))
}

fn successes(operation: &Value) -> impl Iterator<Item = &Value> {
    let responses = operation.get("responses").and_then(Value::as_object);
    let responses = responses.into_iter().flatten();
    responses
        .filter(|(status, _)| status.starts_with('2'))
        .map(|(_, response)| response)
}

fn json(holder: &Value) -> Option<&Value> {
    media(holder, |kind| {
        kind == "application/json" || kind.ends_with("+json")
    })
}

fn media(holder: &Value, wanted: impl Fn(&str) -> bool) -> Option<&Value> {
    let content = holder.get("content")?.as_object()?;
    let (_, media) = content
        .iter()
        .find(|(kind, _)| wanted(kind.split(';').next().unwrap_or_default().trim()))?;
    Some(media.get("schema").unwrap_or(&Value::Null))
}
