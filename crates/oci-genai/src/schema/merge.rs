//! Expands combined schemas (`allOf` and the like) into alternatives.
//!
//! Types with flattened fields, and enums with a tag beside the content, generate such schemas:
//! properties beside a reference or a choice. Strict schemas cannot express that, so the properties
//! of all parts are written out, once for each choice.

use serde_json::{Map, Value, json};

use super::keywords::{WORDS, says_something};
use super::reference;
use super::refused::Refused;

/// A schema without references, choices and parts at its top level.
pub(super) type Node = Map<String, Value>;

/// Most alternatives of one place.
const MAX_ALTERNATIVES: usize = 64;

const MAP: &str = "use a list of structs with a key and a value";

/// Returns plain schemas that together are equivalent to `schema`: a value fits it if it fits one
/// of them.
pub(super) fn alternatives(
    schema: &Value,
    whole: &Value,
    at: &str,
    within: &mut Vec<String>,
) -> Result<Vec<Node>, Refused> {
    let mut own = match schema {
        Value::Object(object) => object.clone(),
        Value::Bool(true) => Node::new(),
        _ => return Ok(Vec::new()),
    };
    let words = take_words(&mut own);
    let mut nodes = vec![own];
    for part in take_parts(&mut nodes[0]) {
        let mut choices = Vec::new();
        match part {
            Part::Reference(reference) => {
                let recursive = within.contains(&reference);
                let target = reference::target(whole, &reference).filter(|_| !recursive);
                let Some(target) = target else {
                    return Err(Refused::new(
                        at,
                        "a type that contains itself in the same object",
                        "give the inner one a field of its own",
                    ));
                };
                within.push(reference);
                choices = alternatives(target, whole, at, within)?;
                within.pop();
            }
            Part::Choices(list) => {
                for choice in &list {
                    choices.extend(alternatives(choice, whole, at, within)?);
                }
            }
        }
        let mut joined = Vec::new();
        for node in &nodes {
            for choice in &choices {
                joined.extend(both(node, choice, at)?);
            }
        }
        if joined.len() > MAX_ALTERNATIVES {
            return Err(Refused::new(
                at,
                "flattened enums with more than 64 combinations",
                "give one of them a field of its own, without #[serde(flatten)]",
            ));
        }
        nodes = joined;
    }
    if nodes.is_empty() {
        return Err(Refused::new(
            at,
            "parts that exclude each other",
            "give each of them a field of its own",
        ));
    }
    for node in &mut nodes {
        // A reference to the whole schema does not include the definitions.
        node.remove("$defs");
        node.remove("$schema");
        add_words(node, &words);
    }
    Ok(nodes)
}

enum Part {
    Reference(String),
    Choices(Vec<Value>),
}

fn take_parts(node: &mut Node) -> Vec<Part> {
    let mut parts = Vec::new();
    if let Some(Value::String(reference)) = node.remove("$ref") {
        parts.push(Part::Reference(reference));
    }
    if let Some(Value::Array(all)) = node.remove("allOf") {
        parts.extend(all.into_iter().map(|one| Part::Choices(vec![one])));
    }
    for name in ["oneOf", "anyOf"] {
        if let Some(Value::Array(choices)) = node.remove(name) {
            parts.push(Part::Choices(choices));
        }
    }
    parts
}

/// Removes and returns the title and the description.
pub(super) fn take_words(node: &mut Node) -> Node {
    let words = WORDS.iter();
    words.filter_map(|name| node.remove_entry(*name)).collect()
}

/// Adds descriptions before the existing ones.
pub(super) fn add_words(node: &mut Node, words: &Node) {
    for (name, word) in words {
        let joined = match (word.as_str(), node.get(name).and_then(Value::as_str)) {
            (Some(first), Some(second)) if first != second && name == "description" => {
                json!(format!("{first}\n\n{second}"))
            }
            _ => word.clone(),
        };
        node.insert(name.clone(), joined);
    }
}

/// Returns the intersection of two schemas: none, one or several.
fn both(a: &Node, b: &Node, at: &str) -> Result<Vec<Node>, Refused> {
    let says_nothing = |node: &Node| !node.keys().any(|name| says_something(name));
    for (empty, other) in [(a, b), (b, a)] {
        if says_nothing(empty) {
            let mut node = other.clone();
            add_words(&mut node, empty);
            return Ok(vec![node]);
        }
        // In an object, serde writes a variant without content as a member that is null.
        if is_object(empty)
            && let Some(names) = fixed_strings(other)
        {
            let mut nodes = Vec::new();
            for name in names {
                let mut unit = other.clone();
                unit.retain(|name, _| WORDS.contains(&name.as_str()));
                unit.insert("type".to_owned(), json!("object"));
                unit.insert("properties".to_owned(), json!({ name: { "type": "null" } }));
                nodes.extend(both(empty, &unit, at)?);
            }
            return Ok(nodes);
        }
    }
    merged(a, b, at).map(|node| node.into_iter().collect())
}

fn is_object(node: &Node) -> bool {
    node.contains_key("properties") || node.get("type").is_some_and(|kind| kind == "object")
}

fn fixed_strings(node: &Node) -> Option<Vec<&str>> {
    if is_object(node) {
        return None;
    }
    match (node.get("enum"), node.get("const")) {
        (Some(Value::Array(values)), _) => values.iter().map(Value::as_str).collect(),
        (None, Some(Value::String(value))) => Some(vec![value]),
        _ => None,
    }
}

/// Merges two schemas, or returns `None` if no value fits both.
fn merged(a: &Node, b: &Node, at: &str) -> Result<Option<Node>, Refused> {
    let mut node = a.clone();
    for (name, second) in b {
        let Some(first) = node.get_mut(name) else {
            node.insert(name.clone(), second.clone());
            continue;
        };
        if first == second {
            continue;
        }
        match (name.as_str(), &mut *first, second) {
            ("type", _, _) => match common(first, second) {
                Some(kind) => *first = kind,
                None => return Ok(None),
            },
            ("properties", Value::Object(first), Value::Object(second)) => {
                for (name, property) in second {
                    if first.get(name).is_some_and(|known| known != property) {
                        return Err(Refused::new(
                            &format!("{at}.{name}"),
                            "two fields of one name, because types are flattened",
                            "rename one of them, or flatten only one type",
                        ));
                    }
                    first.insert(name.clone(), property.clone());
                }
            }
            ("description", ..) => *first = json!(format!("{}\n\n{}", text(first), text(second))),
            ("title" | "required" | "default" | "examples", ..) => {}
            // Only `false` can be dropped here, because the strict schema allows no others anyway.
            ("additionalProperties" | "unevaluatedProperties", first, second) => {
                if *first == json!(false) {
                    *first = second.clone();
                }
            }
            _ => {
                return Err(Refused::new(at, "two flattened maps or lists", MAP));
            }
        }
    }
    Ok(Some(node))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Returns the types that both contain.
fn common(a: &Value, b: &Value) -> Option<Value> {
    let list = |kind: &Value| match kind {
        Value::Array(kinds) => kinds.clone(),
        kind => vec![kind.clone()],
    };
    let second = list(b);
    let mut both: Vec<Value> = list(a);
    both.retain(|kind| second.contains(kind));
    match both.len() {
        0 => None,
        1 => both.pop(),
        _ => Some(Value::Array(both)),
    }
}
