//! How the two documents differ where they speak of the same thing.

use std::collections::BTreeSet;

use super::pair::{Pairs, matching, place_of};
use super::view::{Object, View};

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Difference {
    pub(super) location: String,
    pub(super) effect: Effect,
    pub(super) what: String,
}

/// What it would do to the Rust interface if the pin followed the other document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effect {
    /// Programs that use the interface may no longer compile.
    Breaks,
    /// Something is added.
    Extends,
}

impl Effect {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Breaks => "breaks",
            Self::Extends => "extends",
        }
    }
}

pub(super) const MISSING: &str = "missing in the pin";
pub(super) const ONLY: &str = "only in the pin";

impl Difference {
    pub(super) fn missing(location: String) -> Self {
        Self {
            location,
            effect: Effect::Extends,
            what: MISSING.into(),
        }
    }

    pub(super) fn only(location: String) -> Self {
        Self {
            location,
            effect: Effect::Breaks,
            what: ONLY.into(),
        }
    }

    fn breaks(location: String, what: String) -> Self {
        Self {
            location,
            effect: Effect::Breaks,
            what,
        }
    }
}

/// Compares everything that met.
pub(super) fn compare(pairs: &Pairs<'_>) -> BTreeSet<Difference> {
    let mut found = BTreeSet::new();
    for location in pairs.met.keys() {
        let (pin, other) = pairs.views(location);
        types(location, &pin, &other, &mut found);
        values(location, &pin, &other, &mut found);
        variants(location, &pin, &other, &mut found);
        let single = pin.objects.len() == 1;
        for object in &pin.objects {
            let same = matching(object, &pin, &other);
            if place_of(object, location, single).is_none() && !same.is_empty() {
                members(pairs, location, object, &same, &mut found);
            }
        }
    }
    found
}

fn types(location: &str, pin: &View<'_>, other: &View<'_>, found: &mut BTreeSet<Difference>) {
    if pin.any != other.any || pin.kinds != other.kinds {
        let name = |view: &View<'_>| {
            let mut kinds: Vec<&str> = view.kinds.iter().copied().collect();
            if view.any {
                kinds.push("anything");
            }
            kinds.join(" or ")
        };
        let what = format!("is {} in the pin, {} there", name(pin), name(other));
        found.insert(Difference::breaks(location.into(), what));
    }
}

fn values(location: &str, pin: &View<'_>, other: &View<'_>, found: &mut BTreeSet<Difference>) {
    // A tag is compared as the tag of a variant.
    if location.ends_with(".type") || (pin.values.is_empty() && other.values.is_empty()) {
        return;
    }
    if pin.values.is_empty() || other.values.is_empty() {
        if pin.kinds.contains("string") && other.kinds.contains("string") {
            let (effect, what) = if pin.values.is_empty() {
                let count = other.values.len();
                (
                    Effect::Extends,
                    format!("{count} values are named there, none in the pin"),
                )
            } else {
                let count = pin.values.len();
                (
                    Effect::Breaks,
                    format!("{count} values are named in the pin, none there"),
                )
            };
            found.insert(Difference {
                location: location.into(),
                effect,
                what,
            });
        }
        return;
    }
    for value in other.values.difference(&pin.values) {
        found.insert(Difference::missing(format!("{location}={value}")));
    }
    for value in pin.values.difference(&other.values) {
        found.insert(Difference::only(format!("{location}={value}")));
    }
}

fn variants(location: &str, pin: &View<'_>, other: &View<'_>, found: &mut BTreeSet<Difference>) {
    if pin.objects.is_empty() || other.objects.is_empty() {
        return;
    }
    let tags = |view: &View<'_>| -> BTreeSet<String> {
        view.objects
            .iter()
            .flat_map(|object| &object.tags)
            .map(|tag| (*tag).to_owned())
            .collect()
    };
    let (ours, theirs) = (tags(pin), tags(other));
    let union = pin.objects.len() > 1;
    for object in &other.objects {
        // Further tags of a single object belong to the union that holds it.
        let known =
            !union && (ours.is_empty() || object.tags.iter().any(|tag| ours.contains(*tag)));
        if !known {
            for tag in object.tags.iter().filter(|tag| !ours.contains(**tag)) {
                found.insert(Difference::missing(format!("{location}({tag})")));
            }
        }
    }
    if union {
        for tag in ours.difference(&theirs) {
            found.insert(Difference::only(format!("{location}({tag})")));
        }
    }
}

fn members(
    pairs: &Pairs<'_>,
    location: &str,
    object: &Object<'_>,
    same: &[&Object<'_>],
    found: &mut BTreeSet<Difference>,
) {
    for other in same {
        for name in other
            .properties
            .keys()
            .filter(|name| !object.properties.contains_key(*name))
        {
            found.insert(Difference::missing(format!("{location}.{name}")));
        }
    }
    for (name, schemas) in &object.properties {
        let place = format!("{location}.{name}");
        let having: Vec<_> = same
            .iter()
            .filter(|other| other.properties.contains_key(name))
            .collect();
        if having.is_empty() {
            found.insert(Difference::only(place));
            continue;
        }
        let ours = object.required.contains(name);
        // Where several objects meet one, only what all of them require is required.
        let theirs = same.iter().all(|other| other.required.contains(name));
        if ours != theirs && *name != "type" {
            let (here, there) = if ours {
                ("required", "optional")
            } else {
                ("optional", "required")
            };
            let what = format!("is {here} in the pin, {there} there");
            found.insert(Difference::breaks(place.clone(), what));
        }
        // Of optional members null makes no difference to the Rust type.
        if ours && theirs && *name != "type" {
            let pin = super::view::view(pairs.pin, schemas).nullable;
            let others: Vec<_> = having
                .iter()
                .filter_map(|other| other.properties.get(name))
                .flatten()
                .copied()
                .collect();
            if pin != super::view::view(pairs.other, &others).nullable {
                let what = if pin {
                    "may be null in the pin only"
                } else {
                    "may be null there only"
                };
                found.insert(Difference::breaks(place, what.into()));
            }
        }
    }
}
