//! Buffered JSON whose type is not known yet.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{CowStrDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess,
    Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value};

/// A JSON value that borrows from the input where it can. It keeps members in their order: it is
/// read at most once more, so an index of names would not pay off.
#[derive(Clone, Debug)]
pub(crate) enum Buffer<'de> {
    Null,
    Boolean(bool),
    Integer(i64),
    Unsigned(u64),
    Float(f64),
    Text(Cow<'de, str>),
    List(Vec<Buffer<'de>>),
    Object(Members<'de>),
}

/// The members of an object in their order.
pub(crate) type Members<'de> = Vec<(Cow<'de, str>, Buffer<'de>)>;

impl From<Buffer<'_>> for Value {
    fn from(buffer: Buffer<'_>) -> Self {
        match buffer {
            Buffer::Null => Self::Null,
            Buffer::Boolean(value) => value.into(),
            Buffer::Integer(value) => value.into(),
            Buffer::Unsigned(value) => value.into(),
            Buffer::Float(value) => value.into(),
            Buffer::Text(text) => text.into(),
            Buffer::List(list) => list.into_iter().map(Self::from).collect(),
            Buffer::Object(members) => Self::Object(object(members)),
        }
    }
}

pub(crate) fn object(members: Members<'_>) -> Map<String, Value> {
    let owned = members
        .into_iter()
        .map(|(name, value)| (name.into_owned(), value.into()));
    owned.collect()
}

impl<'de> Deserialize<'de> for Buffer<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Buffer<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any JSON")
            }

            fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
                Ok(Buffer::Null)
            }

            fn visit_bool<E: de::Error>(self, value: bool) -> Result<Self::Value, E> {
                Ok(Buffer::Boolean(value))
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Self::Value, E> {
                Ok(Buffer::Integer(value))
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
                Ok(Buffer::Unsigned(value))
            }

            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Self::Value, E> {
                Ok(Buffer::Float(value))
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Buffer::Text(text.into()))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                self.visit_string(text.to_owned())
            }

            fn visit_string<E: de::Error>(self, text: String) -> Result<Self::Value, E> {
                Ok(Buffer::Text(text.into()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Self::Value, A::Error> {
                let mut list = Vec::new();
                while let Some(value) = values.next_element()? {
                    list.push(value);
                }
                Ok(Buffer::List(list))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(Name(name)) = map.next_key()? {
                    members.push((name, map.next_value()?));
                }
                Ok(Buffer::Object(members))
            }
        }

        deserializer.deserialize_any(Any)
    }
}

/// The name of a member, borrowed if possible.
pub(crate) struct Name<'de>(pub(crate) Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl<'de> Visitor<'de> for Text {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a member")
            }

            fn visit_borrowed_str<E: de::Error>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Name(name.into()))
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Name(name.to_owned().into()))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

/// Deserializes a [`Buffer`] into its actual type.
pub(crate) struct BufferDeserializer<'de, E> {
    buffer: Buffer<'de>,
    error: PhantomData<E>,
}

impl<'de, E: de::Error> IntoDeserializer<'de, E> for Buffer<'de> {
    type Deserializer = BufferDeserializer<'de, E>;

    fn into_deserializer(self) -> Self::Deserializer {
        BufferDeserializer {
            buffer: self,
            error: PhantomData,
        }
    }
}

impl<'de, E: de::Error> Deserializer<'de> for BufferDeserializer<'de, E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        match self.buffer {
            Buffer::Null => visitor.visit_unit(),
            Buffer::Boolean(value) => visitor.visit_bool(value),
            Buffer::Integer(value) => visitor.visit_i64(value),
            Buffer::Unsigned(value) => visitor.visit_u64(value),
            Buffer::Float(value) => visitor.visit_f64(value),
            Buffer::Text(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
            Buffer::Text(Cow::Owned(text)) => visitor.visit_string(text),
            Buffer::List(list) => {
                let mut values = SeqDeserializer::new(list.into_iter());
                let read = visitor.visit_seq(&mut values)?;
                values.end()?;
                Ok(read)
            }
            Buffer::Object(members) => {
                let mut map = MapDeserializer::new(members.into_iter());
                let read = visitor.visit_map(&mut map)?;
                map.end()?;
                Ok(read)
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        match self.buffer {
            Buffer::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// An object of which some members have been read: returns those first, then the rest.
pub(crate) struct Resumed<'de, A> {
    /// One pointer, so that the common case, an object of which nothing has been read, is as fast
    /// as without this type.
    read: Option<Box<Read<'de>>>,
    rest: A,
}

struct Read<'de> {
    members: std::vec::IntoIter<(Cow<'de, str>, Buffer<'de>)>,
    value: Buffer<'de>,
}

impl<'de, A> Resumed<'de, A> {
    pub(crate) fn new(read: Members<'de>, rest: A) -> Self {
        let read = (!read.is_empty()).then(|| {
            Box::new(Read {
                members: read.into_iter(),
                value: Buffer::Null,
            })
        });
        Self { read, rest }
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Resumed<'de, A> {
    type Error = A::Error;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        if let Some(read) = &mut self.read {
            if let Some((name, value)) = read.members.next() {
                read.value = value;
                let name: CowStrDeserializer<'de, A::Error> = name.into_deserializer();
                return seed.deserialize(name).map(Some);
            }
            self.read = None;
        }
        self.rest.next_key_seed(seed)
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        match &mut self.read {
            Some(read) => {
                let value = std::mem::replace(&mut read.value, Buffer::Null);
                seed.deserialize(value.into_deserializer())
            }
            None => self.rest.next_value_seed(seed),
        }
    }
}
