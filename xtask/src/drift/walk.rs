//! Walks the schemas of both documents side by side.
//!
//! A schema that has a name in the pin is one type in Rust, however many schemas of the other
//! document it stands for. So it is compared once, with all of them together: a member that any of
//! them has is a member, and one that not all of them require is optional.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use super::alternatives::{
    Components, Kind as Json, Leaf, by_tag, contains, count_values, describe,
};
use super::difference::{Difference, Effect, Kind, NEVER_NULL, NULLABLE, OPTIONAL, REQUIRED, Side};
use super::facts::deprecation;
use super::merge::{gather, inside, is_deprecated, kinds, members, names, values};
use crate::codegen::document::ref_name;

/// A place where a schema is used, in an operation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Root {
    pub(super) operation: String,
    /// Whether values go to the service, so that Rust code makes them.
    pub(super) sent: bool,
}

/// Schemas of both documents that are compared with one another.
#[derive(Clone)]
struct Pair<'a> {
    pin: Vec<Leaf<'a>>,
    other: Vec<Leaf<'a>>,
    place: Place,
    /// The member that sorts these schemas into a union.
    tag: Option<&'a str>,
}

/// What is compared as one: a named schema of the pin, or several that share a tag, by their addresses.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Name(&'a str),
    Several(Vec<usize>),
}

#[derive(Clone)]
struct Unit<'a> {
    key: Key<'a>,
    pair: Pair<'a>,
    roots: BTreeSet<Root>,
    differences: Vec<Difference>,
}

/// Where a difference is: its location, and the way there.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) location: String,
    pub(super) at: String,
}

impl Place {
    fn step(&self, step: &str) -> Self {
        Self {
            location: format!("{}{step}", self.location),
            at: format!("{}{step}", self.at),
        }
    }
}

/// How a value is used, as far as Rust can tell.
#[derive(Clone, Copy)]
struct Use {
    /// Whether it may be absent, so that it is an `Option` already.
    optional: bool,
    /// Whether the other document shows nullability.
    null_told: bool,
}

impl Use {
    const ALWAYS: Self = Self {
        optional: false,
        null_told: true,
    };
}

pub(super) struct Walk<'a> {
    pin: &'a Components,
    other: &'a Components,
    /// Whether the other document has formats.
    formats: bool,
    units: Vec<Unit<'a>>,
    index: BTreeMap<Key<'a>, usize>,
    queue: VecDeque<usize>,
    /// What is found in the unit at hand.
    found: Vec<Difference>,
    roots: BTreeSet<Root>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(pin: &'a Components, other: &'a Components, formats: bool) -> Self {
        Self {
            pin,
            other,
            formats,
            units: Vec::new(),
            index: BTreeMap::new(),
            queue: VecDeque::new(),
            found: Vec::new(),
            roots: BTreeSet::new(),
        }
    }

    /// Compares the schemas of a parameter or body; what they refer to is looked at by `finish`.
    pub(super) fn start(&mut self, root: Root, pin: &'a Value, other: &'a Value, place: &Place) {
        self.roots = BTreeSet::from([root]);
        self.usage(&[pin], &[other], Use::ALWAYS, place);
    }

    /// Notes a difference in an operation itself.
    pub(super) fn note(&mut self, operation: &str, difference: Difference) {
        self.found.push(Difference {
            operations: vec![operation.to_owned()],
            ..difference
        });
    }

    /// Follows all references and returns what was found.
    pub(super) fn finish(mut self) -> Vec<Difference> {
        let mut all = std::mem::take(&mut self.found);
        while let Some(index) = self.queue.pop_front() {
            let unit = self.units[index].clone();
            self.roots = unit.roots;
            match unit.key {
                Key::Name(name) => self.compare(&unit.pair, Some(name)),
                Key::Several(_) => self.same(&unit.pair),
            }
            // A unit is looked at again when more schemas turn out to belong to it.
            self.units[index].differences = std::mem::take(&mut self.found);
        }
        for unit in self.units {
            all.extend(unit.differences);
        }
        all
    }

    fn report(&mut self, kind: Kind, side: Side, effect: Effect, place: &Place) {
        self.report_words(kind, side, effect, place, None);
    }

    fn report_words(
        &mut self,
        kind: Kind,
        side: Side,
        effect: Effect,
        place: &Place,
        words: Option<(String, String)>,
    ) {
        let (pin, other) = words.unzip();
        let operations: BTreeSet<&str> = self
            .roots
            .iter()
            .map(|root| root.operation.as_str())
            .collect();
        let difference = Difference {
            location: place.location.clone(),
            kind,
            side,
            pin,
            other,
            effect,
            at: place.at.clone(),
            operations: operations.into_iter().map(str::to_owned).collect(),
        };
        self.found.push(difference);
    }

    fn sent(&self) -> bool {
        self.roots.iter().any(|root| root.sent)
    }

    /// Compares what stands at a place: whether it may be null, its kinds, then what it is.
    fn usage(&mut self, pins: &[&'a Value], others: &[&'a Value], usage: Use, place: &Place) {
        let pin = gather(pins, self.pin);
        let other = gather(others, self.other);
        if usage.null_told && pin.nullable != other.nullable {
            let effect = if usage.optional {
                Effect::None
            } else {
                Effect::Breaks
            };
            let words = |nullable: bool| if nullable { NULLABLE } else { NEVER_NULL };
            let words = (words(pin.nullable).into(), words(other.nullable).into());
            self.report_words(Kind::Nullable, Side::Differs, effect, place, Some(words));
        }
        let formats = self.formats;
        let (ours, theirs) = (kinds(&pin.leaves, formats), kinds(&other.leaves, formats));
        if ours != theirs {
            let effect = if ours.len() > 1 && ours.is_subset(&theirs) {
                Effect::Extends
            } else {
                Effect::Breaks
            };
            let words = (
                describe(&pin.leaves, formats),
                describe(&other.leaves, formats),
            );
            self.report_words(Kind::Type, Side::Differs, effect, place, Some(words));
        }
        // Later steps see what both have.
        let both = |leaf: &Leaf<'a>| {
            ours.iter().any(|shape| shape.kind == leaf.kind())
                && theirs.iter().any(|shape| shape.kind == leaf.kind())
        };
        let other: Vec<Leaf<'a>> = other.leaves.into_iter().filter(both).collect();
        if other.is_empty() {
            return;
        }
        let pair = Pair {
            pin: pin.leaves,
            other,
            place: place.clone(),
            tag: None,
        };
        match pins {
            [only] => match ref_name(only) {
                Some(name) => self.refer(Key::Name(name), pair),
                None => self.compare(&pair, None),
            },
            _ => self.compare(&pair, None),
        }
    }

    /// Leaves the comparison to the unit that stands for these schemas of the pin.
    fn refer(&mut self, key: Key<'a>, pair: Pair<'a>) {
        let index = match self.index.get(&key) {
            Some(index) => *index,
            None => {
                let mut place = pair.place;
                if let Key::Name(name) = &key {
                    place.location = (*name).to_owned();
                }
                self.units.push(Unit {
                    key: key.clone(),
                    pair: Pair {
                        pin: pair.pin,
                        other: Vec::new(),
                        place,
                        tag: None,
                    },
                    roots: BTreeSet::new(),
                    differences: Vec::new(),
                });
                self.index.insert(key, self.units.len() - 1);
                self.units.len() - 1
            }
        };
        let unit = &mut self.units[index];
        let state = |unit: &Unit<'_>| {
            let pair = &unit.pair;
            (pair.other.len(), pair.tag.is_some(), unit.roots.len())
        };
        let before = state(unit);
        for leaf in pair.other {
            if !contains(&unit.pair.other, &leaf) {
                unit.pair.other.push(leaf);
            }
        }
        unit.pair.tag = unit.pair.tag.or(pair.tag);
        unit.roots.extend(self.roots.iter().cloned());
        if before != state(unit) && !self.queue.contains(&index) {
            self.queue.push_back(index);
        }
    }

    /// Sorts alternatives by kind and tag, and compares what belongs together. `own` is the name of the
    /// unit at hand.
    fn compare(&mut self, pair: &Pair<'a>, own: Option<&'a str>) {
        for kind in kinds(&pair.pin, false).into_iter().map(|shape| shape.kind) {
            let of_kind = |leaves: &[Leaf<'a>]| -> Vec<Leaf<'a>> {
                let leaves = leaves.iter().filter(|leaf| leaf.kind() == kind);
                leaves.cloned().collect()
            };
            let pair = Pair {
                pin: of_kind(&pair.pin),
                other: of_kind(&pair.other),
                ..pair.clone()
            };
            if pair.other.is_empty() {
                continue;
            }
            if kind != Json::Object {
                self.belong(pair, own);
                continue;
            }
            let groups = by_tag((&pair.pin, self.pin), (&pair.other, self.other));
            // What a union has sorted by its tag is one thing, whatever other tags its schemas have.
            let sorted = pair.tag.is_some() && pair.pin.len() == 1;
            let fits = |leaf: &Leaf<'a>| {
                let mut shared = groups.iter().filter(|group| !group.pin.is_empty());
                shared.any(|group| contains(&group.other, leaf))
            };
            for group in &groups {
                let (place, tag) = match group.tag {
                    Some((name, _)) if sorted && !group.pin.is_empty() => {
                        (pair.place.clone(), Some(name))
                    }
                    Some((name, tag)) => (pair.place.step(&format!("({tag})")), Some(name)),
                    None => (pair.place.clone(), pair.tag),
                };
                if sorted && group.pin.is_empty() && group.other.iter().all(fits) {
                    continue;
                }
                if group.pin.is_empty() {
                    self.report(Kind::Variant, Side::Missing, Effect::Extends, &place);
                } else if group.other.is_empty() {
                    self.report(Kind::Variant, Side::Extra, Effect::Breaks, &place);
                } else {
                    let pair = Pair {
                        pin: group.pin.clone(),
                        other: group.other.clone(),
                        place,
                        tag,
                    };
                    self.belong(pair, own);
                }
            }
        }
    }

    /// Compares schemas of one kind and tag, here or in the unit that stands for them.
    fn belong(&mut self, pair: Pair<'a>, own: Option<&'a str>) {
        match pair.pin.as_slice() {
            [only] if only.name.is_none() || only.name == own => self.same(&pair),
            [
                Leaf {
                    name: Some(name), ..
                },
            ] => self.refer(Key::Name(name), pair),
            several => {
                let addresses = several.iter();
                let mut addresses: Vec<usize> = addresses
                    .map(|leaf| std::ptr::from_ref(leaf.schema).addr())
                    .collect();
                addresses.sort_unstable();
                self.refer(Key::Several(addresses), pair);
            }
        }
    }

    /// Compares schemas of one kind.
    fn same(&mut self, pair: &Pair<'a>) {
        match pair.pin.first().map(Leaf::kind) {
            Some(Json::Text) => self.values(&pair.pin, &pair.other, &pair.place),
            Some(Json::List) => self.inner("items", "[]", pair),
            Some(Json::Map) => self.inner("additionalProperties", "{}", pair),
            Some(Json::Object) => self.members(pair),
            _ => {}
        }
    }

    fn inner(&mut self, keyword: &str, step: &str, pair: &Pair<'a>) {
        let (pin, other) = (inside(&pair.pin, keyword), inside(&pair.other, keyword));
        self.usage(&pin, &other, Use::ALWAYS, &pair.place.step(step));
    }

    fn values(&mut self, pin: &[Leaf<'a>], other: &[Leaf<'a>], place: &Place) {
        if count_values(pin) == 0 || count_values(other) == 0 {
            return;
        }
        let (ours, theirs) = (values(pin), values(other));
        for value in theirs.iter().filter(|value| !ours.contains(value)) {
            // A single value is a constant; with a second one there is something to choose.
            let effect = if ours.len() == 1 && self.sent() {
                Effect::Breaks
            } else {
                Effect::Extends
            };
            let place = place.step(&format!("={value}"));
            self.report(Kind::Value, Side::Missing, effect, &place);
        }
        for value in ours.iter().filter(|value| !theirs.contains(value)) {
            let place = place.step(&format!("={value}"));
            self.report(Kind::Value, Side::Extra, Effect::Breaks, &place);
        }
    }

    fn members(&mut self, pair: &Pair<'a>) {
        let (pin, other) = (pair.pin.as_slice(), pair.other.as_slice());
        for name in names(other) {
            let (ours, theirs) = (members(pin, name), members(other, name));
            let place = pair.place.step(&format!(".{name}"));
            let required = other.iter().all(|leaf| leaf.requires(name));
            if ours.is_empty() {
                let effect = if required && self.sent() {
                    Effect::Breaks
                } else {
                    Effect::Extends
                };
                self.report(Kind::Property, Side::Missing, effect, &place);
                continue;
            }
            let needed = pin.iter().all(|leaf| leaf.requires(name));
            if needed != required {
                let nullable =
                    gather(&ours, self.pin).nullable && gather(&theirs, self.other).nullable;
                let effect = if nullable && !self.sent() {
                    Effect::None
                } else {
                    Effect::Breaks
                };
                let words = (requirement(needed), requirement(required));
                self.report_words(Kind::Required, Side::Differs, effect, &place, Some(words));
            }
            // The union has compared the constants of tags.
            let constant = || count_values(&gather(&ours, self.pin).leaves) == 1;
            if pair.tag != Some(name) || !constant() {
                let usage = Use {
                    optional: !needed,
                    null_told: !other.iter().any(|leaf| leaf.hides_null(name)),
                };
                self.usage(&ours, &theirs, usage, &place);
            }
            let deprecated = |schemas: &[&Value], components| {
                schemas
                    .iter()
                    .all(|schema| is_deprecated(schema, components))
            };
            let flags = (deprecated(&ours, self.pin), deprecated(&theirs, self.other));
            if let Some(words) = deprecation(flags.0, flags.1) {
                let (kind, side) = (Kind::Deprecated, Side::Differs);
                self.report_words(kind, side, Effect::None, &place, Some(words));
            }
        }
        for name in names(pin) {
            if members(other, name).is_empty() {
                let place = pair.place.step(&format!(".{name}"));
                self.report(Kind::Property, Side::Extra, Effect::Breaks, &place);
            }
        }
    }
}

pub(super) fn requirement(required: bool) -> String {
    if required { REQUIRED } else { OPTIONAL }.to_owned()
}
