//! Objects that schemas accept.

use serde_json::{Map, Value};

use super::check::matches;
use super::flat::{Flat, child};
use super::make::{MAX_COUNT, MAX_SIZE, Maker};
use super::pattern;
use super::text::MAX_MORE;
use super::value::size;

impl<'a> Maker<'a> {
    /// Returns candidates for an object: first with the required members only, then with more.
    pub(super) fn object(
        &mut self,
        flat: &Flat<'a>,
        behind: &[String],
        depth: usize,
    ) -> Vec<Value> {
        let mut required: Vec<String> = Vec::new();
        let mut wanted: Vec<&str> = flat.all("required").flat_map(strings).collect();
        let mut flat = flat.clone();
        // A member may require more members.
        while !wanted.is_empty() {
            for name in std::mem::take(&mut wanted) {
                if required.iter().any(|known| known == name) || required.len() >= MAX_COUNT {
                    continue;
                }
                required.push(name.to_owned());
                for schemas in flat.places("dependentSchemas") {
                    let place = child(&schemas, name);
                    if let Some(more) = self.schemas.with(&flat, &place, behind).into_iter().next()
                    {
                        flat = more;
                    }
                }
                let lists = flat
                    .all("dependentRequired")
                    .filter_map(|lists| lists.get(name));
                wanted.extend(lists.flat_map(strings));
                wanted.extend(flat.all("required").flat_map(strings));
            }
        }
        let mut members: Vec<(String, Vec<Value>)> = Vec::new();
        let mut room = MAX_SIZE;
        for name in required {
            let values = self.value(&self.member(&flat, &name), behind, depth + 1);
            room = room.saturating_sub(values.first().map_or(0, size));
            if values.is_empty() || room == 0 {
                return Vec::new();
            }
            members.push((name, values));
        }
        let least = flat.at_least("minProperties").min(MAX_COUNT);
        if members.len() < least {
            for name in self.more_names(&flat, behind, depth, least) {
                if members.len() >= least {
                    break;
                }
                if members.iter().any(|(known, _)| *known == name) {
                    continue;
                }
                let values = self.value(&self.member(&flat, &name), behind, depth + 1);
                if !values.is_empty() {
                    members.push((name, values));
                }
            }
        }
        let first: Map<String, Value> = members
            .iter()
            .filter_map(|(name, values)| Some((name.clone(), values.first()?.clone())))
            .collect();
        let mut found = vec![Value::Object(first.clone())];
        for (name, values) in &members {
            for other in values.iter().skip(1) {
                let mut varied = first.clone();
                varied.insert(name.clone(), other.clone());
                found.push(varied.into());
            }
        }
        if self.effort.candidates > 1 {
            // An optional member may decide between choices.
            for name in known_names(&flat) {
                if first.contains_key(&name) {
                    continue;
                }
                let values = self.value(&self.member(&flat, &name), behind, depth + 1);
                if let Some(value) = values.into_iter().next() {
                    let mut larger = first.clone();
                    larger.insert(name, value);
                    found.push(larger.into());
                }
            }
        }
        found
    }

    /// Returns the schemas that apply to a member with this name.
    fn member(&self, flat: &Flat<'_>, name: &str) -> Vec<String> {
        let mut pointers = Vec::new();
        let mut named = false;
        let mut unevaluated = Vec::new();
        for source in &flat.sources {
            let mut own = Vec::new();
            let place = |keyword: &str| child(&source.pointer, keyword);
            let members = |keyword: &str| source.members.get(keyword).and_then(Value::as_object);
            if members("properties").is_some_and(|known| known.contains_key(name)) {
                own.push(child(&place("properties"), name));
            }
            for expression in members("patternProperties").into_iter().flat_map(Map::keys) {
                if matches(expression, name) {
                    own.push(child(&place("patternProperties"), expression));
                }
            }
            if own.is_empty() && source.members.contains_key("additionalProperties") {
                own.push(place("additionalProperties"));
            }
            if source.members.contains_key("unevaluatedProperties") {
                unevaluated.push(place("unevaluatedProperties"));
            }
            named |= !own.is_empty();
            pointers.extend(own);
        }
        if !named {
            pointers.extend(unevaluated);
        }
        pointers
    }

    /// Returns names for members beyond the required ones.
    fn more_names(
        &mut self,
        flat: &Flat<'a>,
        behind: &[String],
        depth: usize,
        least: usize,
    ) -> Vec<String> {
        let mut names = known_names(flat);
        let allowed = flat.places("propertyNames");
        if !allowed.is_empty() {
            let listed = self.schemas.all_of(&allowed, behind);
            let listed = listed.iter().filter_map(Flat::values).flatten();
            names.extend(listed.filter_map(Value::as_str).map(str::to_owned));
            let made = self.value(&allowed, behind, depth + 1);
            names.extend(made.iter().filter_map(Value::as_str).map(str::to_owned));
        }
        let mut expressions: Vec<&str> = Vec::new();
        for members in flat.all("patternProperties").filter_map(Value::as_object) {
            expressions.extend(members.keys().map(String::as_str));
        }
        for schema in flat.all("propertyNames") {
            expressions.extend(schema.get("pattern").and_then(Value::as_str));
        }
        let more = u32::try_from(least).unwrap_or(MAX_MORE).min(MAX_MORE);
        for expression in expressions {
            names.extend((0..=more).filter_map(|more| pattern::text(expression, more)));
        }
        names.extend((1..=least).map(|number| format!("member{number}")));
        names
    }
}

/// Returns the names of members that schemas describe.
fn known_names(flat: &Flat<'_>) -> Vec<String> {
    let properties = flat.all("properties").filter_map(Value::as_object);
    properties.flat_map(Map::keys).cloned().collect()
}

fn strings(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}
