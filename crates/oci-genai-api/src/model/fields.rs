//! Reading the members of an object.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, DeserializeSeed, Deserializer, Visitor};
use serde_json::Value;

/// The members a type names, as an enum without data.
pub(crate) trait KnownKey: Sized {
    /// The member called `name`.
    fn find(name: &str) -> Option<Self>;
}

/// A member's name: one the type knows, or another.
pub(crate) enum Found<K> {
    Known(K),
    Other(String),
}

/// Reads a member's name; only a name the type does not know is allocated.
pub(crate) struct KeySeed<K>(PhantomData<K>);

impl<K> KeySeed<K> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, K: KnownKey> DeserializeSeed<'de> for KeySeed<K> {
    type Value = Found<K>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found<K>, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<K: KnownKey> Visitor<'_> for KeySeed<K> {
    type Value = Found<K>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Found<K>, E> {
        Ok(match K::find(name) {
            Some(key) => Found::Known(key),
            None => Found::Other(name.to_owned()),
        })
    }
}

/// A member that always has the same value: what was read instead of it, if anything.
pub(crate) struct WireConst {
    pub(crate) expected: &'static str,
}

impl<'de> DeserializeSeed<'de> for WireConst {
    /// `None` when the value is the expected one.
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        struct Compare(&'static str);

        impl Visitor<'_> for Compare {
            type Value = Option<Value>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "the string {:?}", self.0)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok((text != self.0).then(|| Value::String(text.to_owned())))
            }

            fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
                Ok(Some(Value::Null))
            }
        }

        deserializer.deserialize_any(Compare(self.expected))
    }
}

/// Puts the place in front of an error: `Message.role: …`.
pub(crate) fn in_field<E: de::Error>(
    object: &'static str,
    member: &'static str,
) -> impl FnOnce(E) -> E {
    move |error| E::custom(format_args!("{object}.{member}: {error}"))
}

/// The error for a member that has to be there and is not.
#[cold]
pub(crate) fn missing_field<E: de::Error>(object: &'static str, member: &'static str) -> E {
    E::custom(format_args!("{object}.{member} is missing"))
}
