//! What a value may be: the schemas behind a schema, with references followed and unions taken apart.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::codegen::document::{flag, ref_name, text};

/// The named schemas of a document.
pub(super) type Components = Map<String, Value>;

/// Members that tell objects apart where no discriminator names one.
const TAGS: [&str; 3] = ["type", "object", "kind"];

/// A schema that is neither a reference nor a union.
#[derive(Clone)]
pub(super) struct Leaf<'a> {
    pub(super) schema: &'a Value,
    /// The component it is, if it is one.
    pub(super) name: Option<&'a str>,
    /// The discriminator of the union it was found in, and its values for this leaf.
    discriminator: Option<&'a str>,
    mapped: Vec<&'a str>,
}

/// What a value may be, and whether it may be null.
#[derive(Default)]
pub(super) struct Alternatives<'a> {
    pub(super) nullable: bool,
    pub(super) leaves: Vec<Leaf<'a>>,
}

/// What the kinds of JSON are called in reports, in the order in which they are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Text,
    Integer,
    Number,
    Boolean,
    List,
    /// An object with named members.
    Object,
    /// An object whose members have no names of their own.
    Map,
    /// Any JSON.
    Any,
}

impl<'a> Leaf<'a> {
    pub(super) fn kind(&self) -> Kind {
        match text(self.schema, "type") {
            Some("string") => Kind::Text,
            Some("integer") => Kind::Integer,
            Some("number") => Kind::Number,
            Some("boolean") => Kind::Boolean,
            Some("array") => Kind::List,
            Some("object") if self.members().next().is_some() => Kind::Object,
            Some("object") => Kind::Map,
            _ => Kind::Any,
        }
    }

    /// The named members of an object.
    pub(super) fn members(&self) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        let members = self.schema.get("properties").and_then(Value::as_object);
        members
            .into_iter()
            .flatten()
            .map(|(name, schema)| (name.as_str(), schema))
    }

    pub(super) fn member(&self, name: &str) -> Option<&'a Value> {
        self.schema.get("properties")?.get(name)
    }

    pub(super) fn requires(&self, name: &str) -> bool {
        self.schema
            .get("required")
            .and_then(Value::as_array)
            .is_some_and(|names| names.iter().any(|other| other == name))
    }

    /// Whether the document does not tell if a member may be null.
    pub(super) fn hides_null(&self, name: &str) -> bool {
        self.schema
            .get("x-nullability-unknown")
            .and_then(Value::as_array)
            .is_some_and(|names| names.iter().any(|other| other == name))
    }

    /// Whether it is a text that Rust code never shows.
    pub(super) fn is_secret(&self) -> bool {
        self.kind() == Kind::Text && text(self.schema, "format") == Some("password")
    }

    /// The texts a string is limited to.
    pub(super) fn values(&self) -> Option<Vec<&'a str>> {
        let values = self.schema.get("enum")?.as_array()?;
        Some(values.iter().filter_map(Value::as_str).collect())
    }

    /// The values that a member has in this object alone: what the discriminator maps to it, as far as
    /// the member allows them.
    fn tags(&self, tag: &str, components: &'a Components) -> BTreeSet<&'a str> {
        let member = self.member(tag);
        let leaves = member.map(|member| alternatives(member, components).leaves);
        let lists: Option<Vec<_>> = leaves.iter().flatten().map(Leaf::values).collect();
        let values: BTreeSet<&str> = lists.into_iter().flatten().flatten().collect();
        if self.discriminator != Some(tag) || self.mapped.is_empty() {
            return values;
        }
        let mapped: BTreeSet<&str> = self.mapped.iter().copied().collect();
        let both: BTreeSet<&str> = mapped.intersection(&values).copied().collect();
        if both.is_empty() { mapped } else { both }
    }
}

/// Unions within unions are taken apart to this depth; what lies deeper may be anything.
const MAX_DEPTH: usize = 100;

/// Takes a schema apart.
pub(super) fn alternatives<'a>(schema: &'a Value, components: &'a Components) -> Alternatives<'a> {
    let mut found = Alternatives::default();
    let start = Leaf {
        schema,
        name: None,
        discriminator: None,
        mapped: Vec::new(),
    };
    gather(start, components, &mut BTreeSet::new(), 0, &mut found);
    found
}

fn gather<'a>(
    mut leaf: Leaf<'a>,
    components: &'a Components,
    seen: &mut BTreeSet<&'a str>,
    depth: usize,
    found: &mut Alternatives<'a>,
) {
    found.nullable |= flag(leaf.schema, "nullable");
    while let Some(name) = ref_name(leaf.schema) {
        let Some(target) = components.get(name).filter(|_| seen.insert(name)) else {
            return;
        };
        leaf.name = Some(name);
        leaf.schema = target;
        found.nullable |= flag(target, "nullable");
    }
    let branches = leaf.schema.get("oneOf").and_then(Value::as_array);
    if let Some(branches) = branches.filter(|_| depth < MAX_DEPTH) {
        let discriminator = text(leaf.schema, "x-tag");
        for branch in branches {
            let mapped = branch.get("x-tags").and_then(Value::as_array);
            let inner = Leaf {
                schema: branch,
                name: None,
                discriminator: discriminator.or(leaf.discriminator),
                mapped: mapped
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .collect(),
            };
            gather(inner, components, seen, depth + 1, found);
        }
    } else if !contains(&found.leaves, &leaf) {
        found.leaves.push(leaf);
    }
}

/// Whether a leaf is among others: the same place in the document, not the same text.
pub(super) fn contains(leaves: &[Leaf<'_>], leaf: &Leaf<'_>) -> bool {
    leaves
        .iter()
        .any(|other| std::ptr::eq(other.schema, leaf.schema))
}

/// Objects with the same tag, from both documents.
pub(super) struct Group<'a> {
    /// The tag member of an object and its value; `None` for objects without one.
    pub(super) tag: Option<(&'a str, &'a str)>,
    pub(super) pin: Vec<Leaf<'a>>,
    pub(super) other: Vec<Leaf<'a>>,
}

/// Sorts objects by their tags. If all have the same tag or none, one group holds
/// all.
pub(super) fn by_tag<'a>(
    (pin, pin_components): (&[Leaf<'a>], &'a Components),
    (other, other_components): (&[Leaf<'a>], &'a Components),
) -> Vec<Group<'a>> {
    let all = || pin.iter().chain(other);
    let names: Vec<&'a str> = all()
        .filter_map(|leaf| leaf.discriminator)
        .chain(TAGS)
        .collect();
    let one = || {
        vec![Group {
            tag: None,
            pin: pin.to_vec(),
            other: other.to_vec(),
        }]
    };
    if pin.len() == 1 && other.len() == 1 {
        return one();
    }
    let sort = |name: &str| {
        let pin: Vec<_> = pin
            .iter()
            .map(|leaf| leaf.tags(name, pin_components))
            .collect();
        let other: Vec<_> = other
            .iter()
            .map(|leaf| leaf.tags(name, other_components))
            .collect();
        (pin, other)
    };
    let useful = |tags: &[BTreeSet<&str>]| tags.iter().any(|tags| !tags.is_empty());
    let sorted = names.iter().find_map(|name| {
        let (pin, other) = sort(name);
        (useful(&pin) && useful(&other)).then_some((*name, pin, other))
    });
    let Some((name, pin_tags, other_tags)) = sorted else {
        return one();
    };
    // A single object takes in those without a tag.
    let mut sets: Vec<&BTreeSet<&str>> = pin_tags.iter().chain(&other_tags).collect();
    if pin.len() == 1 {
        sets.retain(|tags| !tags.is_empty());
    }
    if sets.windows(2).all(|pair| pair[0] == pair[1]) {
        return one();
    }
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut put = |leaf: &Leaf<'a>, tag: Option<&'a str>, in_pin: bool| {
        let tag = tag.map(|tag| (name, tag));
        let index = match groups.iter().position(|group| group.tag == tag) {
            Some(index) => index,
            None => {
                groups.push(Group {
                    tag,
                    pin: Vec::new(),
                    other: Vec::new(),
                });
                groups.len() - 1
            }
        };
        let group = &mut groups[index];
        let side = if in_pin {
            &mut group.pin
        } else {
            &mut group.other
        };
        side.push(leaf.clone());
    };
    for (leaves, tags, in_pin) in [(pin, &pin_tags, true), (other, &other_tags, false)] {
        for (leaf, tags) in leaves.iter().zip(tags) {
            if tags.is_empty() {
                put(leaf, None, in_pin);
            }
            for tag in tags {
                put(leaf, Some(tag), in_pin);
            }
        }
    }
    groups
}

/// What alternatives come to, for a report: `text or list`.
pub(super) fn describe(leaves: &[Leaf<'_>], formats: bool) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut kinds: Vec<Kind> = leaves.iter().map(Leaf::kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.contains(&Kind::Any) {
        kinds = vec![Kind::Any];
    }
    for kind in kinds {
        words.push(match kind {
            Kind::Text => match count_values(leaves) {
                0 if formats && leaves.iter().any(Leaf::is_secret) => "secret text".into(),
                0 => "text".into(),
                1 => "one text".into(),
                count => format!("one of {count} texts"),
            },
            Kind::Integer => "integer".into(),
            Kind::Number => "number".into(),
            Kind::Boolean => "truth value".into(),
            Kind::List => "list".into(),
            Kind::Object => "object".into(),
            Kind::Map => "map".into(),
            Kind::Any => "any JSON".into(),
        });
    }
    if words.is_empty() {
        "nothing".into()
    } else {
        words.join(" or ")
    }
}

/// How many texts the alternatives name; none if every text is as good as another.
pub(super) fn count_values(leaves: &[Leaf<'_>]) -> usize {
    let values: BTreeSet<&str> = leaves.iter().filter_map(Leaf::values).flatten().collect();
    values.len()
}
