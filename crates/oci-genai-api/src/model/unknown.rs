//! A variant of a union that the contract does not know.

use serde::{Serialize, Serializer};
use serde_json::Value;

/// What a union holds when the service sends a kind of object this version of the contract does not
/// know. The JSON is kept whole and is written back unchanged.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    tag_name: &'static str,
    value: Value,
}

impl Unknown {
    pub(crate) fn new(tag_name: &'static str, value: Value) -> Self {
        Self { tag_name, value }
    }

    /// The tag that identifies a variant of the union, for example the value of `type`.
    /// `None` if there is none, or it is not a string.
    pub fn tag(&self) -> Option<&str> {
        self.value.get(self.tag_name)?.as_str()
    }

    /// The JSON as it came.
    pub fn as_value(&self) -> &Value {
        &self.value
    }

    /// The JSON as it came, by value.
    pub fn into_value(self) -> Value {
        self.value
    }
}

impl Serialize for Unknown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}
