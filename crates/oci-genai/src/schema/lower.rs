//! Lowers a schema from `schemars` to its strict form.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::keywords::{FORMATS, KEPT, MEANINGFUL, WORDS, says_something};
use super::merge::{self, Node};
use super::reference;
use super::refused::Refused;

/// Deepest nesting of types without names of their own.
const MAX_DEPTH: usize = 64;

/// Returns the strict form of a whole schema.
pub(super) fn strict(whole: &Value) -> Result<Map<String, Value>, Refused> {
    let definitions = whole.get("$defs").and_then(Value::as_object);
    let names = definitions.into_iter().flat_map(Map::keys);
    let mut lowering = Lowering {
        whole,
        names: reference::ascii_names(names),
        wanted: Vec::new(),
        depth: 0,
    };
    let mut top = without_definitions(whole);
    // A struct around one other type is that type.
    for _ in 0..MAX_DEPTH {
        let Some(target) = alone(&top).and_then(|name| reference::target(whole, name)) else {
            break;
        };
        let words = merge::take_words(&mut top);
        top = without_definitions(target);
        merge::add_words(&mut top, &words);
    }
    let Value::Object(mut schema) = lowering.lower(&Value::Object(top), "$")? else {
        return Err(not_a_struct("something else"));
    };
    match schema.get("type") {
        Some(kind) if kind == "object" => {}
        Some(kind) if kind == "null" => return Err(not_a_struct("no fields")),
        _ if schema.contains_key("anyOf") => return Err(not_a_struct("a choice")),
        _ if schema.contains_key("enum") => return Err(not_a_struct("an enum")),
        _ => return Err(not_a_struct("no fields")),
    }
    let definitions = lowering.definitions()?;
    if !definitions.is_empty() {
        schema.insert("$defs".to_owned(), Value::Object(definitions));
    }
    Ok(schema)
}

fn not_a_struct(found: &str) -> Refused {
    Refused::new(
        "$",
        &format!("{found} at its top level instead of a struct"),
        "wrap it in a struct with one field",
    )
}

fn without_definitions(schema: &Value) -> Node {
    let mut node = schema.as_object().cloned().unwrap_or_default();
    node.remove("$defs");
    node.remove("$schema");
    node
}

/// Returns the reference of a schema that contains nothing else.
fn alone(node: &Node) -> Option<&str> {
    let silent = |name: &String| name == "$ref" || !says_something(name);
    node.keys().all(silent).then(|| node.get("$ref"))??.as_str()
}

struct Lowering<'a> {
    whole: &'a Value,
    /// Names of the definitions in the strict schema.
    names: BTreeMap<String, String>,
    /// Definitions that are referenced.
    wanted: Vec<String>,
    depth: usize,
}

impl Lowering<'_> {
    fn definitions(&mut self) -> Result<Node, Refused> {
        let mut lowered = Node::new();
        let mut done = BTreeSet::new();
        while let Some(name) = self.wanted.pop() {
            let Some(definition) = self.whole["$defs"].get(&name) else {
                continue;
            };
            if !done.insert(name.clone()) {
                continue;
            }
            let mut schema = self.lower(definition, &name)?;
            let key = self.names[&name].clone();
            if key != name
                && let Value::Object(schema) = &mut schema
                && !schema.contains_key("$ref")
            {
                schema.entry("title").or_insert_with(|| json!(name));
            }
            lowered.insert(key, schema);
        }
        Ok(lowered)
    }

    fn lower(&mut self, schema: &Value, at: &str) -> Result<Value, Refused> {
        self.depth += 1;
        let lowered = match schema {
            _ if self.depth > MAX_DEPTH => Err(Refused::new(
                at,
                "types nested more than 64 levels deep",
                "give one of them a name of its own",
            )),
            Value::Object(object) => self.object(object, at),
            Value::Bool(false) => Err(no_value(at)),
            _ => Err(anything(at)),
        };
        self.depth -= 1;
        lowered
    }

    fn object(&mut self, object: &Node, at: &str) -> Result<Value, Refused> {
        if object.get("not") == Some(&json!({ "const": 0 })) {
            let choices = self.all(&below_and_above_zero(object), at)?;
            return Ok(Value::Object(choice_of(choices, object)));
        }
        if let Some(reference) = alone(object) {
            return self.reference(reference, object, at);
        }
        let mut saying = object.iter().filter(|(name, _)| says_something(name));
        if let (Some((name, Value::Array(choices))), None) = (saying.next(), saying.next())
            && (name == "anyOf" || name == "oneOf")
        {
            let choices = self.all(choices, at)?;
            return Ok(Value::Object(choice_of(choices, object)));
        }
        let parts = ["$ref", "allOf", "anyOf", "oneOf"];
        if !parts.iter().any(|name| object.contains_key(*name)) {
            return self.plain(object, at).map(Value::Object);
        }
        let mut own = object.clone();
        let words = merge::take_words(&mut own);
        let nodes = merge::alternatives(&Value::Object(own), self.whole, at, &mut Vec::new())?;
        let mut choices = Vec::new();
        for node in &nodes {
            choices.push(Value::Object(self.plain(node, at)?));
        }
        if let [Value::Object(only)] = choices.as_mut_slice() {
            merge::add_words(only, &words);
            return Ok(choices.swap_remove(0));
        }
        Ok(Value::Object(choice_of(choices, &words)))
    }

    /// Lowers the choices of one place.
    fn all(&mut self, choices: &[Value], at: &str) -> Result<Vec<Value>, Refused> {
        if choices.is_empty() {
            return Err(no_value(at));
        }
        let choices = choices.iter().enumerate();
        choices
            .map(|(index, choice)| self.lower(choice, &format!("{at}(variant {})", index + 1)))
            .collect()
    }

    fn reference(&mut self, reference: &str, beside: &Node, at: &str) -> Result<Value, Refused> {
        let named = reference::definition(reference);
        let lowered = match named.and_then(|name| self.names.get_key_value(&name)) {
            Some((name, ascii)) => {
                self.wanted.push(name.clone());
                json!({ "$ref": format!("#/$defs/{ascii}") })
            }
            None if reference == "#" => json!({ "$ref": "#" }),
            None => {
                return Err(Refused::new(
                    at,
                    "a reference to another schema",
                    "derive JsonSchema for the referenced type",
                ));
            }
        };
        // No keyword is allowed beside a reference, so the description goes beside a choice of one.
        if WORDS.iter().any(|name| beside.contains_key(*name)) {
            return Ok(Value::Object(choice_of(vec![lowered], beside)));
        }
        Ok(lowered)
    }

    /// Lowers a schema without references, choices and parts at its top level.
    fn plain(&mut self, object: &Node, at: &str) -> Result<Node, Refused> {
        let refused = MEANINGFUL
            .iter()
            .find(|(name, ..)| object.contains_key(*name));
        if let Some((_, has, hint)) = refused {
            return Err(Refused::new(at, has, hint));
        }
        let mut lowered = object.clone();
        lowered.retain(|name, _| KEPT.contains(&name.as_str()));
        let known = |format: &Value| format.as_str().is_some_and(|name| FORMATS.contains(&name));
        if !lowered.get("format").is_some_and(known) {
            lowered.remove("format");
        }
        if is(&lowered, "object") || lowered.contains_key("properties") {
            self.members(&mut lowered, object, at)?;
        }
        if is(&lowered, "array") || lowered.contains_key("items") {
            self.items(&mut lowered, object, at)?;
        }
        if !lowered.contains_key("type") {
            match kind_of_values(&lowered) {
                Some(kind) => lowered.insert("type".to_owned(), json!(kind)),
                None => return Err(anything(at)),
            };
        }
        Ok(lowered)
    }

    fn members(&mut self, lowered: &mut Node, object: &Node, at: &str) -> Result<(), Refused> {
        for others in ["additionalProperties", "unevaluatedProperties"] {
            if object
                .get(others)
                .is_some_and(|allowed| *allowed != json!(false))
            {
                return Err(Refused::new(
                    at,
                    "a map with any keys",
                    "use a list of structs with a key and a value",
                ));
            }
        }
        let mut properties = Node::new();
        let known = object.get("properties").and_then(Value::as_object);
        for (name, property) in known.into_iter().flatten() {
            let property = self.lower(property, &format!("{at}.{name}"))?;
            properties.insert(name.clone(), property);
        }
        let names: Vec<&String> = properties.keys().collect();
        lowered.insert("required".to_owned(), json!(names));
        lowered.insert("properties".to_owned(), Value::Object(properties));
        lowered.insert("additionalProperties".to_owned(), json!(false));
        Ok(())
    }

    fn items(&mut self, lowered: &mut Node, object: &Node, at: &str) -> Result<(), Refused> {
        let inner = format!("{at}[]");
        let items = match (object.get("prefixItems"), object.get("items")) {
            (Some(Value::Array(places)), None) => {
                let mut kinds = Vec::new();
                for place in places {
                    let kind = self.lower(place, &inner)?;
                    if !kinds.contains(&kind) {
                        kinds.push(kind);
                    }
                }
                // A strict schema can express a tuple only by its length and one common type.
                match kinds.pop() {
                    Some(kind) if kinds.is_empty() => kind,
                    _ => {
                        return Err(Refused::new(
                            at,
                            "a tuple of several types",
                            "use a struct with a field for each",
                        ));
                    }
                }
            }
            (None, Some(items)) => self.lower(items, &inner)?,
            // An empty list. Its items need a type all the same.
            (None, None) if object.get("maxItems") == Some(&json!(0)) => json!({ "type": "null" }),
            _ => return Err(anything(&inner)),
        };
        lowered.insert("items".to_owned(), items);
        Ok(())
    }
}

/// Returns a nonzero integer as a choice of two ranges.
fn below_and_above_zero(object: &Node) -> [Value; 2] {
    [("maximum", -1), ("minimum", 1)].map(|(bound, value)| {
        let mut range = object.clone();
        range.retain(|name, _| name != "not" && !WORDS.contains(&name.as_str()));
        range.insert(bound.to_owned(), json!(value));
        Value::Object(range)
    })
}

fn choice_of(choices: Vec<Value>, words: &Node) -> Node {
    let mut node = Node::new();
    node.insert("anyOf".to_owned(), Value::Array(choices));
    for name in WORDS {
        if let Some(word) = words.get(*name) {
            node.insert((*name).to_owned(), word.clone());
        }
    }
    node
}

/// Returns `true` if a schema's type is, or includes, `name`.
fn is(node: &Node, name: &str) -> bool {
    match node.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == name),
        Some(kind) => kind == name,
        None => false,
    }
}

/// Returns the common type of the values that a schema lists.
fn kind_of_values(node: &Node) -> Option<&'static str> {
    let values = match (node.get("const"), node.get("enum")) {
        (Some(value), _) => vec![value],
        (None, Some(Value::Array(values))) => values.iter().collect(),
        _ => return None,
    };
    let kind = |value: &Value| match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let first = kind(values.first()?);
    values
        .iter()
        .all(|value| kind(value) == first)
        .then_some(first)
}

fn no_value(at: &str) -> Refused {
    Refused::new(at, "a type without values", "use a type that has some")
}

fn anything(at: &str) -> Refused {
    Refused::new(at, "arbitrary JSON", "use a type with a shape")
}
