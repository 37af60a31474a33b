//! Names of an object's members, and members with one allowed value.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, DeserializeSeed, Deserializer, Visitor};

use super::tolerant::{Odd, hand_back, odd};

/// The member names of a type, as an enum without data.
pub(crate) trait KnownKey: Sized {
    /// Returns the member called `name`.
    fn find(name: &str) -> Option<Self>;
}

/// The name of a member, known or unknown.
pub(crate) enum Found<K> {
    Known(K),
    Other(String),
}

/// Reads the name of a member. Allocates only for unknown names.
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

/// Reads a member with one allowed value. Returns any other value that came instead.
pub(crate) struct ConstantSeed {
    pub(crate) expected: &'static str,
}

impl<'de> DeserializeSeed<'de> for ConstantSeed {
    type Value = Odd;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ConstantSeed {
    type Value = Odd;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the string {:?}", self.expected)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(if text == self.expected {
            None
        } else {
            odd(text)
        })
    }

    hand_back! { null boolean number list object }
}
