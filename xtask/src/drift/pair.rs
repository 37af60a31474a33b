//! Which schemas of the two documents speak of the same thing.
//!
//! Documents cut the same API into schemas differently: where one has a single union for input and
//! output, another has five. So the walk starts at the operations, which both name alike, and
//! goes down both documents side by side, property by property and tag by tag. Whatever meets a
//! schema of the pin on the way is gathered under that schema's name.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

use super::view::{Object, View, resolve, view};
use crate::codegen::document::text;

/// What meets at one place.
#[derive(Default)]
pub(super) struct Pair<'a> {
    pub(super) pin: Vec<&'a Value>,
    pub(super) other: Vec<&'a Value>,
}

/// The two documents, and what meets in them, by location.
pub(super) struct Pairs<'a> {
    pub(super) pin: &'a Value,
    pub(super) other: &'a Value,
    pub(super) met: BTreeMap<String, Pair<'a>>,
    queue: VecDeque<String>,
}

impl<'a> Pairs<'a> {
    pub(super) fn new(pin: &'a Value, other: &'a Value) -> Self {
        Self {
            pin,
            other,
            met: BTreeMap::new(),
            queue: VecDeque::new(),
        }
    }

    /// Notes that these schemas meet. A schema of the pin that has a name is known by that name,
    /// any other by the location.
    pub(super) fn meet(&mut self, location: String, pin: &'a Value, others: &[&'a Value]) {
        let (pin, name) = resolve(self.pin, not_null(pin));
        let location = name.map_or(location, str::to_owned);
        let pair = self.met.entry(location.clone()).or_default();
        let before = (pair.pin.len(), pair.other.len());
        add(&mut pair.pin, pin);
        for other in others {
            add(&mut pair.other, resolve(self.other, other).0);
        }
        if before != (pair.pin.len(), pair.other.len()) && !self.queue.contains(&location) {
            self.queue.push_back(location);
        }
    }

    /// Goes down until nothing new meets.
    pub(super) fn walk(&mut self) {
        while let Some(location) = self.queue.pop_front() {
            let (pin, other) = self.views(&location);
            for item in &pin.items {
                self.meet(format!("{location}[]"), item, &other.items);
            }
            let single = pin.objects.len() == 1;
            for object in &pin.objects {
                let same = matching(object, &pin, &other);
                if same.is_empty() {
                    continue;
                }
                if let Some(place) = place_of(object, &location, single) {
                    let schemas: Vec<&Value> = same.iter().map(|object| object.schema).collect();
                    self.meet(place, object.schema, &schemas);
                } else {
                    self.members(&location, object, &same);
                }
            }
        }
    }

    fn members(&mut self, location: &str, object: &Object<'a>, same: &[&Object<'a>]) {
        for (name, schemas) in &object.properties {
            let others: Vec<&Value> = same
                .iter()
                .filter_map(|other| other.properties.get(name))
                .flatten()
                .copied()
                .collect();
            if !others.is_empty() {
                for schema in schemas {
                    self.meet(format!("{location}.{name}"), schema, &others);
                }
            }
        }
        let others: Vec<&Value> = same
            .iter()
            .flat_map(|other| other.additional.iter().copied())
            .collect();
        if !others.is_empty() {
            for schema in &object.additional {
                self.meet(format!("{location}{{}}"), schema, &others);
            }
        }
    }

    /// What the two sides allow at a location.
    pub(super) fn views(&self, location: &str) -> (View<'a>, View<'a>) {
        self.met
            .get(location)
            .map_or_else(Default::default, |pair| {
                (view(self.pin, &pair.pin), view(self.other, &pair.other))
            })
    }
}

/// The location an object is known by, if it is not the one it was found at.
pub(super) fn place_of(object: &Object<'_>, location: &str, single: bool) -> Option<String> {
    match object.name {
        Some(name) if name != location => Some(name.to_owned()),
        None if !single => {
            let tags: Vec<&str> = object.tags.iter().copied().collect();
            Some(format!("{location}({})", tags.join("|")))
        }
        _ => None,
    }
}

/// The other document's objects that are the same thing as an object of the pin: by tag, or because
/// there is nothing to choose from.
pub(super) fn matching<'v, 'a>(
    object: &Object<'_>,
    pin: &View<'_>,
    other: &'v View<'a>,
) -> Vec<&'v Object<'a>> {
    other
        .objects
        .iter()
        .filter(|candidate| {
            if object.tags.is_empty() || candidate.tags.is_empty() {
                pin.objects.len() == 1 || (object.tags.is_empty() && candidate.tags.is_empty())
            } else {
                !object.tags.is_disjoint(&candidate.tags)
            }
        })
        .collect()
}

/// Of a union of one schema and null, that schema.
fn not_null(schema: &Value) -> &Value {
    let branches = ["anyOf", "oneOf"]
        .into_iter()
        .find_map(|keyword| schema.get(keyword)?.as_array())
        .map(|all| {
            all.iter()
                .filter(|branch| text(branch, "type") != Some("null"))
        });
    match branches.map(Iterator::collect::<Vec<_>>).as_deref() {
        Some([only]) => only,
        _ => schema,
    }
}

fn add<'a>(list: &mut Vec<&'a Value>, value: &'a Value) {
    if !list.iter().any(|known| std::ptr::eq(*known, value)) {
        list.push(value);
    }
}
