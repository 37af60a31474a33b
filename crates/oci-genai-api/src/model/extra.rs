//! Members of a JSON object that its schema does not name.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::containers::written;
use super::defect::{Defect, DefectKind, Inspection};
use super::tolerant::{Odd, Tolerant};

/// The members of a JSON object that its type does not name. They are kept so that nothing is lost
/// when the object is sent again.
///
/// It also records values that the type cannot represent:
///
/// - Optional members that were an explicit `null`. A field is `None` both if the member was absent
///   and if it was `null`; [`is_null`](Self::is_null) distinguishes the two.
/// - Members of another type, which [`get`](Self::get) returns. The field is `None` or holds a
///   stand-in for the value.
/// - Required members that were [absent](Self::is_absent). Their field holds an empty value.
///
/// All of this is written back unchanged, unless the field was set in the meantime.
///
/// An object without any of this costs one pointer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extra(Option<Box<Rest>>);

#[derive(Clone, Debug, Default)]
struct Rest {
    /// Sorted by name, without duplicates. The names of known members are not copied.
    members: Vec<Member>,
    /// Data beyond unknown members and nulls of optional ones. If there is none, each field holds
    /// the value that came.
    oddities: Option<Box<Oddities>>,
}

type Member = (Cow<'static, str>, Value);

#[derive(Clone, Debug, Default, PartialEq)]
struct Oddities {
    /// Absent known members whose field is not an `Option`.
    absent: Vec<&'static str>,
    /// Repairs of the text that the object was read from, if it was read by itself.
    repairs: Vec<Defect>,
}

impl Rest {
    /// Makes writing compare the fields with the members.
    fn oddities(&mut self) -> &mut Oddities {
        self.oddities.get_or_insert_default()
    }

    fn forget_absent(&mut self, name: &str) {
        if let Some(oddities) = &mut self.oddities {
            oddities.absent.retain(|absent| *absent != name);
        }
    }
}

/// Empty oddities are equal to none: they only allow members to be odd.
impl PartialEq for Rest {
    fn eq(&self, other: &Self) -> bool {
        let none = Oddities::default();
        let ours = self.oddities.as_deref().unwrap_or(&none);
        let theirs = other.oddities.as_deref().unwrap_or(&none);
        self.members == other.members && ours == theirs
    }
}

/// Requirement of a type for a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// It has one allowed value.
    Constant,
    Required,
    /// It is required and nullable.
    Nullable,
    Optional,
}

impl Extra {
    /// Creates an empty value.
    pub const fn new() -> Self {
        Self(None)
    }

    /// Returns true if there are no members, explicit nulls or absent members.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Returns the value of the member `name`.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let place = self.place(name).ok()?;
        Some(&self.members()[place].1)
    }

    /// Sets a member and returns its previous value. A member with the name of a field is written
    /// only while that field is `None` or empty.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) -> Option<Value> {
        let (name, value) = (name.into(), value.into());
        let place = self.place(&name);
        let rest = self.0.get_or_insert_default();
        rest.forget_absent(&name);
        rest.oddities();
        match place {
            Ok(place) => Some(std::mem::replace(&mut rest.members[place].1, value)),
            Err(place) => {
                rest.members.insert(place, (name.into(), value));
                None
            }
        }
    }

    /// Removes a member or an explicit null, and clears the record of its absence.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let place = self.place(name);
        let rest = self.0.as_mut()?;
        rest.forget_absent(name);
        let removed = place.ok().map(|place| rest.members.remove(place).1);
        if **rest == Rest::default() {
            self.0 = None;
        }
        removed
    }

    /// Returns true if the member `name` was an explicit `null`, or is to be written as one.
    pub fn is_null(&self, name: &str) -> bool {
        self.get(name).is_some_and(Value::is_null)
    }

    /// Writes the member `name` as an explicit `null` while its field is `None`.
    pub fn set_null(&mut self, name: impl Into<String>) {
        self.insert(name, Value::Null);
    }

    /// Returns true if the type requires the member `name` and it was absent.
    pub fn is_absent(&self, name: &str) -> bool {
        let oddities = self.0.as_ref().and_then(|rest| rest.oddities.as_ref());
        oddities.is_some_and(|oddities| oddities.absent.contains(&name))
    }

    /// Returns true if a required member's field holds an empty value because the member was absent
    /// or null. Check this before you use an empty value as data.
    pub fn is_missing(&self, name: &str) -> bool {
        self.is_absent(name) || self.is_null(name)
    }

    /// Returns all members in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.members().iter().map(|(name, value)| (&**name, value))
    }

    fn members(&self) -> &[Member] {
        self.0.as_ref().map_or(&[], |rest| &rest.members)
    }

    /// Returns the index of a member, or its insertion point.
    fn place(&self, name: &str) -> Result<usize, usize> {
        let members = self.members();
        members.binary_search_by(|(other, _)| (**other).cmp(name))
    }

    /// Returns true if every field holds the value that came.
    #[inline]
    pub(crate) fn is_sound(&self) -> bool {
        self.0.as_ref().is_none_or(|rest| rest.oddities.is_none())
    }

    /// Returns true if a constant is to be written: it was neither absent nor had another value.
    pub(crate) fn has_constant(&self, name: &str) -> bool {
        !self.is_absent(name) && self.get(name).is_none()
    }

    /// Returns true if a required member's field is only a stand-in for another or an absent value.
    pub(crate) fn stands_in<T: Tolerant>(&self, name: &str, field: &T) -> bool {
        match self.get(name) {
            Some(odd) => *field == required_stand_in::<T>(name, odd),
            None => self.is_absent(name) && *field == T::blank(),
        }
    }

    /// Returns true if an optional member's field is only a stand-in for another value.
    pub(crate) fn stands_in_optional<T: Tolerant>(&self, name: &str, field: &T) -> bool {
        let Some(odd) = self.get(name) else {
            return false;
        };
        T::stand_in(odd).is_some_and(|stand_in| stand_in == *field)
    }

    /// Returns true if a member without a neutral default did not come in a usable form.
    pub(crate) fn lacks_fact<T: Tolerant>(&self, name: &str) -> bool {
        T::IS_FACT
            && match self.get(name) {
                Some(odd) => T::stand_in(odd).is_none(),
                None => self.is_absent(name),
            }
    }

    /// Returns true if every constant and required member of a type was absent, and no member with
    /// a known name came.
    pub(crate) fn is_hollow(&self, known: &[(&'static str, Need)]) -> bool {
        let needed = |need: &Need| matches!(need, Need::Constant | Need::Required);
        known.iter().any(|(_, need)| needed(need))
            && known.iter().all(|(name, need)| {
                (!needed(need) || self.is_absent(name)) && self.get(name).is_none()
            })
    }

    /// Reports the defects of a type's known members.
    pub(crate) fn inspect(&self, known: &[(&'static str, Need)], inspection: &mut Inspection) {
        let Some(oddities) = self.0.as_ref().and_then(|rest| rest.oddities.as_ref()) else {
            return;
        };
        for (name, need) in known {
            let kind = match (self.get(name), need) {
                (Some(Value::Null), Need::Optional | Need::Nullable) => continue,
                (Some(Value::String(_)), Need::Constant) => DefectKind::Value,
                (Some(odd), _) => DefectKind::of(odd),
                (None, _) if oddities.absent.contains(name) => DefectKind::Missing,
                (None, _) => continue,
            };
            inspection.member(name, |inspection| inspection.report(kind));
        }
        for repair in &oddities.repairs {
            inspection.report_below(repair);
        }
    }

    /// Discards values in other forms, so that each known member is written from its field.
    pub(crate) fn make_valid(&mut self, known: &[(&'static str, Need)]) {
        if let Some(rest) = &mut self.0 {
            let is_known = |name: &str| known.iter().any(|(known, _)| *known == name);
            rest.members.retain(|(name, _)| !is_known(name));
            rest.oddities = None;
            if rest.members.is_empty() {
                self.0 = None;
            }
        }
    }

    /// Records the repairs of the text.
    pub(crate) fn remember(&mut self, repairs: &[Defect]) {
        if !repairs.is_empty() {
            let rest = self.0.get_or_insert_default();
            rest.oddities().repairs.extend_from_slice(repairs);
        }
    }
}

/// Collects the members of an object while it is read. Sorting once at the end is faster than
/// inserting each in order.
#[derive(Default)]
pub(crate) struct ExtraReader(Option<Box<Rest>>);

impl ExtraReader {
    pub(crate) fn push(&mut self, name: impl Into<Cow<'static, str>>, value: Value) {
        let rest = self.0.get_or_insert_default();
        rest.members.push((name.into(), value));
    }

    #[cold]
    pub(crate) fn absent(&mut self, name: &'static str) {
        self.0.get_or_insert_default().oddities().absent.push(name);
    }

    /// Keeps a value that came instead of a member.
    #[inline]
    pub(crate) fn odd(&mut self, name: &'static str, odd: Odd) {
        if let Some(odd) = odd {
            self.push_odd(name, *odd);
        }
    }

    #[cold]
    fn push_odd(&mut self, name: &'static str, odd: Value) {
        self.push(name, odd);
        self.0.get_or_insert_default().oddities();
    }

    /// Keeps a value that came instead of an optional member. Rejects an object that lacks one of
    /// its numbers: no number means "none".
    #[inline]
    pub(crate) fn optional<T: Tolerant>(
        &mut self,
        name: &'static str,
        odd: Odd,
        field: &mut Option<T>,
    ) {
        match (&odd, &field) {
            (None, Some(value)) if !value.is_null() && !value.is_partial() => {}
            _ => self.optional_odd(name, odd, field),
        }
    }

    /// Nulls are common. If a member appears twice, the earlier field does not count.
    fn optional_odd<T: Tolerant>(&mut self, name: &'static str, odd: Odd, field: &mut Option<T>) {
        let came = field.take();
        let odd = odd.map_or_else(|| came.as_ref().map_or(Value::Null, written), |odd| *odd);
        if odd.is_null() {
            return self.push(name, odd);
        }
        *field = T::stand_in(&odd).filter(|value| !value.is_partial());
        self.push_odd(name, odd);
    }

    /// Returns the stand-in for a required member that was not read.
    #[cold]
    pub(crate) fn stand_in<T: Tolerant>(&mut self, name: &'static str) -> T {
        let mut members = self.0.iter().flat_map(|rest| &rest.members);
        let odd = members.rfind(|(other, _)| other == name);
        if let Some((_, odd)) = odd {
            return required_stand_in(name, odd);
        }
        self.absent(name);
        T::blank()
    }

    /// If a member appears twice, the last one wins.
    #[inline]
    pub(crate) fn finish(mut self) -> Extra {
        if let Some(rest) = &mut self.0 {
            sort(&mut rest.members);
        }
        Extra(self.0)
    }
}

/// What stands in for a required member that came as `odd`.
fn required_stand_in<T: Tolerant>(name: &str, odd: &Value) -> T {
    let text = text_within(name, odd).and_then(T::of_text);
    text.unwrap_or_else(|| T::required_stand_in(odd))
}

/// The text of a member that is one, where an object or a list came around it. A piece of a function's
/// arguments may be an object too, so in a `delta` the object has to say that it is text.
fn text_within(name: &str, odd: &Value) -> Option<String> {
    let is_delta = match name {
        "delta" => true,
        "text" => false,
        _ => return None,
    };
    match odd {
        Value::String(text) if !is_delta => Some(text.clone()),
        Value::Array(parts) if !parts.is_empty() => {
            parts.iter().map(|part| text_within(name, part)).collect()
        }
        Value::Object(members) => {
            let kind = members.get("type").and_then(Value::as_str);
            if is_delta && !kind.is_some_and(|kind| kind.contains("text")) {
                return None;
            }
            let mut texts = ["text", "value", "content"].into_iter();
            texts.find_map(|name| Some(members.get(name)?.as_str()?.to_owned()))
        }
        _ => None,
    }
}

fn sort(members: &mut Vec<Member>) {
    members.sort_by(|(one, _), (other, _)| one.cmp(other));
    members.dedup_by(|later, kept| {
        let same = later.0 == kept.0;
        if same {
            std::mem::swap(later, kept);
        }
        same
    });
}

impl From<Map<String, Value>> for Extra {
    fn from(members: Map<String, Value>) -> Self {
        let mut reader = ExtraReader::default();
        for (name, value) in members {
            reader.push(name, value);
        }
        reader.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explicit_null_differs_from_absence() {
        let mut extra = Extra::new();
        assert!(!extra.is_null("metadata"));
        extra.set_null("metadata");
        assert!(extra.is_null("metadata"));
        assert_eq!(extra.remove("metadata"), Some(Value::Null));
        assert_eq!(extra, Extra::new());
    }

    #[test]
    fn members_are_sorted_and_the_last_duplicate_wins() {
        let mut reader = ExtraReader::default();
        for (name, value) in [("b", 1), ("a", 2), ("b", 3), ("c", 4), ("b", 5)] {
            reader.push(name, value.into());
        }
        let mut extra = reader.finish();
        let members = |extra: &Extra| {
            let owned = extra
                .iter()
                .map(|(name, value)| (name.to_owned(), value.as_i64()));
            owned.collect::<Vec<_>>()
        };
        let expected = [("a", 2), ("b", 5), ("c", 4)];
        assert_eq!(
            members(&extra),
            expected.map(|(name, value)| (name.to_owned(), Some(value)))
        );
        assert_eq!(extra.insert("aa", 6), None);
        assert_eq!(extra.insert("b", 7), Some(5.into()));
        assert_eq!(extra.remove("c"), Some(4.into()));
        assert_eq!(extra.remove("d"), None);
        let expected = [("a", 2), ("aa", 6), ("b", 7)];
        assert_eq!(
            members(&extra),
            expected.map(|(name, value)| (name.to_owned(), Some(value)))
        );
    }

    #[test]
    fn an_empty_one_is_one_pointer_wide() {
        assert_eq!(size_of::<Extra>(), size_of::<usize>());
    }
}
