//! Members of a JSON object that its schema does not name.

use std::borrow::Cow;
use std::collections::BTreeMap;

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
pub struct Extra(Option<Box<BTreeMap<Cow<'static, str>, Value>>>);

impl Extra {
    /// No members.
    pub const fn new() -> Self {
        Self(None)
    }

    /// Whether there are no members, explicit nulls included.
    pub fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(|members| members.is_empty())
    }

    /// The value of the member `name`.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.as_ref()?.get(name)
    }

    /// Sets a member and returns its former value. A member named like a field of the type is
    /// written only while that field is `None`.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) -> Option<Value> {
        self.0
            .get_or_insert_default()
            .insert(Cow::Owned(name.into()), value.into())
    }

    /// As [`set_null`](Self::set_null), for a name that need not be copied.
    pub(crate) fn keep_null(&mut self, name: &'static str) {
        self.0
            .get_or_insert_default()
            .insert(Cow::Borrowed(name), Value::Null);
    }

    /// Removes a member, explicit nulls included.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.0.as_mut()?.remove(name)
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
        self.0
            .iter()
            .flat_map(|members| members.iter())
            .map(|(name, value)| (&**name, value))
    }
}

impl From<Map<String, Value>> for Extra {
    fn from(members: Map<String, Value>) -> Self {
        let owned = |(name, value)| (Cow::Owned(name), value);
        Self((!members.is_empty()).then(|| Box::new(members.into_iter().map(owned).collect())))
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
        assert!(extra.is_empty());
    }

    #[test]
    fn an_empty_one_is_one_pointer_wide() {
        assert_eq!(size_of::<Extra>(), size_of::<usize>());
    }
}
