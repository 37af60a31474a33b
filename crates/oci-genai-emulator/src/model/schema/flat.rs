//! Schemas without references and choices: sets of plain schemas that must hold together.

use serde_json::{Map, Value};

/// Maximum number of alternatives tried per schema.
const MAX_ALTERNATIVES: usize = 64;
/// Maximum number of schemas visited per value.
const BUDGET: usize = 10_000;

/// A plain schema and its pointer in the whole schema.
#[derive(Clone, Debug)]
pub(super) struct Source<'a> {
    pub(super) pointer: String,
    pub(super) members: &'a Map<String, Value>,
}

/// Plain schemas that must hold together.
#[derive(Clone, Debug, Default)]
pub(super) struct Flat<'a> {
    pub(super) sources: Vec<Source<'a>>,
    /// The references followed to get here.
    pub(super) references: Vec<String>,
}

impl<'a> Flat<'a> {
    fn and(&self, other: &Self) -> Self {
        Self {
            sources: [&self.sources[..], &other.sources].concat(),
            references: [&self.references[..], &other.references].concat(),
        }
    }

    /// Returns the values of a keyword in all schemas that have it.
    pub(super) fn all(&self, keyword: &str) -> impl Iterator<Item = &'a Value> {
        self.sources
            .iter()
            .filter_map(move |source| source.members.get(keyword))
    }

    pub(super) fn has(&self, keyword: &str) -> bool {
        self.all(keyword).next().is_some()
    }

    /// Returns the largest value of a keyword that counts something.
    pub(super) fn at_least(&self, keyword: &str) -> usize {
        let counts = self.all(keyword).filter_map(count);
        counts.max().unwrap_or(0)
    }

    /// Returns the pointers to the values of a keyword in all schemas that have it.
    pub(super) fn places(&self, keyword: &str) -> Vec<String> {
        self.sources
            .iter()
            .filter(|source| source.members.contains_key(keyword))
            .map(|source| child(&source.pointer, keyword))
            .collect()
    }

    /// Returns the types that all schemas allow. `None` if no schema limits the type.
    pub(super) fn types(&self) -> Option<Vec<&'a str>> {
        let mut types: Option<Vec<&str>> = None;
        for value in self.all("type") {
            let own: Vec<&str> = match value {
                Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
                one => one.as_str().into_iter().collect(),
            };
            types = Some(match types {
                None => own,
                Some(before) => before
                    .into_iter()
                    .filter_map(|name| common(name, &own))
                    .collect(),
            });
        }
        types
    }

    /// Returns the values that all `enum` and `const` allow. `None` if there are neither.
    pub(super) fn values(&self) -> Option<Vec<&'a Value>> {
        let lists = self.all("enum").filter_map(Value::as_array);
        let lists = lists.map(|list| list.iter().collect::<Vec<_>>());
        let constants = self.all("const").map(|value| vec![value]);
        lists.chain(constants).reduce(|before, list| {
            let among = |value: &&Value| list.contains(value);
            before.into_iter().filter(among).collect()
        })
    }
}

fn common<'a>(name: &'a str, types: &[&'a str]) -> Option<&'a str> {
    if types.contains(&name) {
        return Some(name);
    }
    match name {
        "number" if types.contains(&"integer") => Some("integer"),
        "integer" if types.contains(&"number") => Some("integer"),
        _ => None,
    }
}

/// Reads a count of a schema. A count beyond the range saturates.
pub(super) fn count(value: &Value) -> Option<usize> {
    let number = value.as_f64().filter(|number| *number >= 0.0)?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
    Some(number as usize)
}

/// Returns the pointer to a member or element of the value at another pointer.
pub(super) fn child(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// A whole schema, for lookups.
pub(super) struct Schemas<'a> {
    whole: &'a Value,
    /// Maximum number of times a reference may be followed into itself.
    again: usize,
    spent: usize,
}

impl<'a> Schemas<'a> {
    pub(super) fn new(whole: &'a Value, again: usize) -> Self {
        Self {
            whole,
            again,
            spent: 0,
        }
    }

    /// Returns the alternatives of schemas that must hold together, after these references.
    pub(super) fn all_of(&mut self, pointers: &[String], behind: &[String]) -> Vec<Flat<'a>> {
        let mut flats = vec![Flat::default()];
        for pointer in pointers {
            flats = cross(&flats, &self.one(pointer, behind));
        }
        flats
    }

    /// Adds another schema to these schemas.
    pub(super) fn with(
        &mut self,
        flat: &Flat<'a>,
        pointer: &str,
        behind: &[String],
    ) -> Vec<Flat<'a>> {
        cross(std::slice::from_ref(flat), &self.one(pointer, behind))
    }

    fn one(&mut self, pointer: &str, behind: &[String]) -> Vec<Flat<'a>> {
        self.spent += 1;
        if self.spent > BUDGET {
            return Vec::new();
        }
        let members = match self.whole.pointer(pointer) {
            Some(Value::Object(members)) => members,
            Some(Value::Bool(false)) => return Vec::new(),
            _ => return vec![Flat::default()],
        };
        let source = Source {
            pointer: pointer.to_owned(),
            members,
        };
        let mut flats = vec![Flat {
            sources: vec![source],
            references: Vec::new(),
        }];
        for keyword in ["$ref", "$dynamicRef"] {
            let reference = members.get(keyword).and_then(Value::as_str);
            if let Some(target) = reference.and_then(|reference| self.target(reference)) {
                flats = cross(&flats, &self.referred(target, behind));
            }
        }
        for part in self.parts(pointer, "allOf") {
            flats = cross(&flats, &self.one(&part, behind));
        }
        for union in ["anyOf", "oneOf"] {
            let parts = self.parts(pointer, union);
            if !parts.is_empty() {
                let choices: Vec<_> = parts
                    .iter()
                    .flat_map(|part| self.one(part, behind))
                    .collect();
                flats = cross(&flats, &choices);
            }
        }
        if members.contains_key("if") {
            let place = |keyword: &str| child(pointer, keyword);
            let then = self.all_of(&[place("if"), place("then")], behind);
            let otherwise = self.one(&place("else"), behind);
            flats = cross(&flats, &[then, otherwise].concat());
        }
        flats
    }

    fn referred(&mut self, target: String, behind: &[String]) -> Vec<Flat<'a>> {
        let before = behind.iter().filter(|before| **before == target).count();
        if before > self.again {
            return Vec::new();
        }
        let behind = [behind, std::slice::from_ref(&target)].concat();
        let mut flats = self.one(&target, &behind);
        for flat in &mut flats {
            flat.references.push(target.clone());
        }
        flats
    }

    /// Returns the pointers to the schemas of a list.
    fn parts(&self, pointer: &str, keyword: &str) -> Vec<String> {
        let place = child(pointer, keyword);
        let list = self.whole.pointer(&place).and_then(Value::as_array);
        let count = list.map_or(0, Vec::len);
        (0..count).map(|at| format!("{place}/{at}")).collect()
    }

    /// Returns the target of a reference within the schema.
    fn target(&self, reference: &str) -> Option<String> {
        let fragment = reference.strip_prefix('#')?;
        let fragment = percent_encoding::percent_decode_str(fragment)
            .decode_utf8()
            .ok()?;
        if fragment.is_empty() || fragment.starts_with('/') {
            return Some(fragment.into_owned());
        }
        anchor(self.whole, "", &fragment)
    }
}

/// Returns the pointer of the schema with this anchor.
fn anchor(value: &Value, pointer: &str, name: &str) -> Option<String> {
    match value {
        Value::Object(members) => {
            let own = ["$anchor", "$dynamicAnchor"]
                .iter()
                .any(|keyword| members.get(*keyword).is_some_and(|own| own == name));
            if own {
                return Some(pointer.to_owned());
            }
            members
                .iter()
                .find_map(|(member, value)| anchor(value, &child(pointer, member), name))
        }
        Value::Array(list) => list
            .iter()
            .enumerate()
            .find_map(|(at, value)| anchor(value, &format!("{pointer}/{at}"), name)),
        _ => None,
    }
}

fn cross<'a>(left: &[Flat<'a>], right: &[Flat<'a>]) -> Vec<Flat<'a>> {
    let pairs = left
        .iter()
        .flat_map(|one| right.iter().map(move |other| one.and(other)));
    // A condition on a type that no value has does not hold.
    pairs
        .filter(|flat| flat.types().is_none_or(|types| !types.is_empty()))
        .take(MAX_ALTERNATIVES)
        .collect()
}
