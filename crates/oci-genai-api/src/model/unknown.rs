//! A variant of a union that the contract does not know.

use serde::{Serialize, Serializer};
use serde_json::Value;

/// The value of a union when the service sends a type of object that this version of the contract
/// does not know. The JSON is kept and written back unchanged.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    tag_name: &'static str,
    value: Value,
}

impl Unknown {
    pub(crate) fn new(tag_name: &'static str, value: Value) -> Self {
        Self { tag_name, value }
    }

    /// Returns the tag that identifies the variant, for example the value of `type`. `None` if
    /// there is none, or it is not a string.
    pub fn tag(&self) -> Option<&str> {
        self.value.get(self.tag_name)?.as_str()
    }

    /// Returns the original JSON.
    pub fn as_value(&self) -> &Value {
        &self.value
    }

    /// Returns the original JSON, by value.
    pub fn into_value(self) -> Value {
        self.value
    }
}

impl Serialize for Unknown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}
