//! Generation of values that schemas accept, the smallest first.

use std::collections::HashMap;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::check::{together, validator};
use super::flat::{Flat, Schemas, Source, child};
use super::number;
use super::text::texts;
use super::value::{size, type_of, varied};

/// Maximum nesting depth of values.
const MAX_DEPTH: usize = 64;
/// Maximum number of elements of a list and of members of an object.
pub(super) const MAX_COUNT: usize = 1_000;
/// Maximum number of values within one value, at any depth.
pub(super) const MAX_SIZE: usize = 100_000;
/// Limits of the search.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// Maximum number of times a reference may be followed into itself.
    pub(super) again: usize,
    /// Number of candidates per value. If it is more than one, each candidate is validated before
    /// it is used.
    pub(super) candidates: usize,
}

/// Generates values of one schema.
pub(super) struct Maker<'a> {
    whole: &'a Value,
    pub(super) schemas: Schemas<'a>,
    pub(super) effort: Effort,
    /// Validators for values that certain schemas accept together.
    checks: HashMap<Vec<String>, Option<Validator>>,
}

impl<'a> Maker<'a> {
    pub(super) fn new(whole: &'a Value, effort: Effort) -> Self {
        Self {
            whole,
            schemas: Schemas::new(whole, effort.again),
            effort,
            checks: HashMap::new(),
        }
    }

    /// Returns candidates for a value of the whole schema.
    pub(super) fn make(mut self) -> Vec<Value> {
        self.value(&[String::new()], &[], 0)
    }

    /// Returns candidates for a value that these schemas accept.
    pub(super) fn value(
        &mut self,
        pointers: &[String],
        behind: &[String],
        depth: usize,
    ) -> Vec<Value> {
        let mut found = Vec::new();
        if depth > MAX_DEPTH {
            return found;
        }
        for flat in self.schemas.all_of(pointers, behind) {
            let behind = [behind, &flat.references].concat();
            for value in self.of(&flat, &behind, depth) {
                if !found.contains(&value) && self.accepts(pointers, &value) {
                    found.push(value);
                }
                if found.len() >= self.effort.candidates {
                    return found;
                }
            }
        }
        found
    }

    /// Returns true if the schemas accept a value. Not checked until there is a choice.
    fn accepts(&mut self, pointers: &[String], value: &Value) -> bool {
        if self.effort.candidates == 1 {
            return true;
        }
        let whole = self.whole;
        let check = self
            .checks
            .entry(pointers.to_vec())
            .or_insert_with(|| validator(&together(whole, pointers)));
        check.as_ref().is_none_or(|check| check.is_valid(value))
    }

    fn of(&mut self, flat: &Flat<'a>, behind: &[String], depth: usize) -> Vec<Value> {
        let types = flat.types();
        let fits = |value: &Value| {
            let own = type_of(value);
            let allowed = |name: &&str| *name == own || *name == "number" && own == "integer";
            types.as_ref().is_none_or(|types| types.iter().any(allowed))
        };
        if let Some(values) = flat.values() {
            return values
                .into_iter()
                .filter(|value| fits(value))
                .cloned()
                .collect();
        }
        let mut found: Vec<Value> = flat
            .all("default")
            .filter(|value| fits(value))
            .cloned()
            .collect();
        let types = types.unwrap_or_else(|| likely(flat, depth));
        for name in types {
            if found.len() >= self.effort.candidates {
                break;
            }
            found.extend(match name {
                "object" => self.object(flat, behind, depth),
                "array" => self.array(flat, behind, depth),
                "string" => texts(flat, self.effort.candidates),
                "integer" => number::integers(flat),
                "number" => number::numbers(flat),
                "boolean" => vec![json!(false), json!(true)],
                _ => vec![Value::Null],
            });
        }
        found
    }

    fn array(&mut self, flat: &Flat<'a>, behind: &[String], depth: usize) -> Vec<Value> {
        let contained = flat.places("contains");
        let must_contain = match contained.is_empty() {
            true => 0,
            false if flat.has("minContains") => flat.at_least("minContains"),
            false => 1,
        };
        let length = flat.at_least("minItems").max(must_contain).min(MAX_COUNT);
        let unique = flat.all("uniqueItems").any(|unique| *unique == true);
        let (mut list, mut others): (Vec<Value>, Vec<Vec<Value>>) = (Vec::new(), Vec::new());
        let mut made: HashMap<Vec<String>, Vec<Value>> = HashMap::new();
        let mut room = MAX_SIZE;
        for at in 0..length {
            let mut pointers = element(flat, at);
            if at < must_contain {
                pointers.extend(contained.iter().cloned());
            }
            let values = match made.get(&pointers) {
                Some(values) => values.clone(),
                None => {
                    let values = self.value(&pointers, behind, depth + 1);
                    made.insert(pointers, values.clone());
                    values
                }
            };
            let Some(first) = values.first() else {
                return Vec::new();
            };
            room = room.saturating_sub(size(first));
            if room == 0 {
                return Vec::new();
            }
            let fresh = values.iter().find(|value| !list.contains(value));
            let value = match (unique, fresh) {
                (false, _) => first.clone(),
                (true, Some(fresh)) => fresh.clone(),
                (true, None) => varied(first, at),
            };
            list.push(value);
            others.push(values);
        }
        let mut found = vec![Value::Array(list.clone())];
        for (at, values) in others.iter().enumerate().take(self.effort.candidates) {
            for other in values.iter().skip(1) {
                let mut other_list = list.clone();
                other_list[at] = other.clone();
                found.push(other_list.into());
            }
        }
        if self.effort.candidates > 1 && length < MAX_COUNT {
            let more = self.value(&element(flat, length), behind, depth + 1);
            if let Some(value) = more.into_iter().next() {
                list.push(value);
                found.push(list.into());
            }
        }
        found
    }
}

/// Returns the schemas that apply to the element at this index.
fn element(flat: &Flat<'_>, at: usize) -> Vec<String> {
    let of = |source: &Source<'_>| {
        let place = |keyword: &str| child(&source.pointer, keyword);
        // Until draft 2019-09, a list of schemas was in `items`.
        let listed = ["prefixItems", "items"].into_iter().find(|keyword| {
            let list = source.members.get(*keyword).and_then(Value::as_array);
            list.is_some_and(|list| at < list.len())
        });
        if let Some(keyword) = listed {
            return Some(child(&place(keyword), &at.to_string()));
        }
        let rest = match source.members.get("items") {
            Some(Value::Array(_)) => "additionalItems",
            Some(_) => "items",
            None => "unevaluatedItems",
        };
        source.members.contains_key(rest).then(|| place(rest))
    };
    flat.sources.iter().filter_map(of).collect()
}

/// Returns the types to try if the schemas do not limit the type: first the types of their
/// keywords, then all others.
fn likely(flat: &Flat<'_>, depth: usize) -> Vec<&'static str> {
    const ABOUT: [(&str, &[&str]); 4] = [
        (
            "object",
            &[
                "properties",
                "required",
                "additionalProperties",
                "patternProperties",
                "minProperties",
            ],
        ),
        ("array", &["items", "prefixItems", "minItems", "contains"]),
        ("string", &["minLength", "maxLength", "pattern", "format"]),
        (
            "number",
            &[
                "minimum",
                "maximum",
                "exclusiveMinimum",
                "exclusiveMaximum",
                "multipleOf",
            ],
        ),
    ];
    let about = ABOUT
        .iter()
        .filter(|(_, keywords)| keywords.iter().any(|keyword| flat.has(keyword)))
        .map(|(name, _)| *name);
    // The top-level value is preferably an object.
    let rest: &[&str] = match depth {
        0 => &["object", "null", "string", "boolean", "number", "array"],
        _ => &["null", "string", "boolean", "number", "array", "object"],
    };
    let mut names: Vec<&str> = about.collect();
    for name in rest {
        if !names.contains(name) {
            names.push(name);
        }
    }
    names
}
