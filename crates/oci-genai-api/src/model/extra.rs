//! Members of a JSON object that its schema does not name.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// The members of a JSON object that its type does not name, kept so that nothing is lost when the
/// object is sent on.
///
/// It also remembers which optional members were written as an explicit `null`: a field is `None`
/// both when the member was absent and when it was `null`, and [`is_null`](Self::is_null) tells the
/// two apart. An explicit null is written back as one, unless the field has been given a value.
///
/// An object without such members costs one pointer.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(
    clippy::box_collection,
    reason = "most objects have none, so it is the width that counts"
)]
pub struct Extra(Option<Box<Vec<Member>>>);

/// Sorted by name, each name once. The names of explicit nulls are not copied.
type Member = (Cow<'static, str>, Value);

impl Extra {
    /// No members.
    pub const fn new() -> Self {
        Self(None)
    }

    /// Whether there are no members, explicit nulls included.
    pub fn is_empty(&self) -> bool {
        self.members().is_empty()
    }

    /// The value of the member `name`.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let place = self.place(name).ok()?;
        Some(&self.members()[place].1)
    }

    /// Sets a member and returns its former value. A member named like a field of the type is
    /// written only while that field is `None`.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) -> Option<Value> {
        let (name, value) = (name.into(), value.into());
        let place = self.place(&name);
        let members = self.0.get_or_insert_default();
        match place {
            Ok(place) => Some(std::mem::replace(&mut members[place].1, value)),
            Err(place) => {
                members.insert(place, (name.into(), value));
                None
            }
        }
    }

    /// Removes a member, explicit nulls included.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let place = self.place(name).ok()?;
        let members = self.0.as_mut()?;
        let (_, value) = members.remove(place);
        if members.is_empty() {
            self.0 = None;
        }
        Some(value)
    }

    /// Whether the member `name` was, or is to be written as, an explicit `null`.
    pub fn is_null(&self, name: &str) -> bool {
        self.get(name).is_some_and(Value::is_null)
    }

    /// Has the member `name` written as an explicit `null` for as long as its field is `None`.
    pub fn set_null(&mut self, name: impl Into<String>) {
        self.insert(name, Value::Null);
    }

    /// All members in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.members().iter().map(|(name, value)| (&**name, value))
    }

    fn members(&self) -> &[Member] {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }

    /// Where the member is, or belongs.
    fn place(&self, name: &str) -> Result<usize, usize> {
        let members = self.members();
        members.binary_search_by(|(other, _)| (**other).cmp(name))
    }
}

/// The members of an object that is being read, as they come: sorting them once takes less than a place for each.
#[derive(Default)]
#[allow(clippy::box_collection, reason = "it becomes that of `Extra`")]
pub(crate) struct ExtraReader(Option<Box<Vec<Member>>>);

impl ExtraReader {
    pub(crate) fn push(&mut self, name: impl Into<Cow<'static, str>>, value: Value) {
        self.0.get_or_insert_default().push((name.into(), value));
    }

    /// Of a member that came twice the last counts.
    pub(crate) fn finish(mut self) -> Extra {
        if let Some(members) = &mut self.0 {
            members.sort_by(|(one, _), (other, _)| one.cmp(other));
            members.dedup_by(|later, kept| {
                let same = later.0 == kept.0;
                if same {
                    std::mem::swap(later, kept);
                }
                same
            });
        }
        Extra(self.0)
    }
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
    fn an_explicit_null_is_told_from_absence() {
        let mut extra = Extra::new();
        assert!(!extra.is_null("metadata"));
        extra.set_null("metadata");
        assert!(extra.is_null("metadata"));
        assert_eq!(extra.remove("metadata"), Some(Value::Null));
        assert_eq!(extra, Extra::new());
    }

    #[test]
    fn members_are_sorted_and_of_twins_the_last_counts() {
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
