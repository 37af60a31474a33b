//! Reads any JSON. Returns values that do not fit a type instead of failing.

use std::fmt;

use serde::Serialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::Secret;
use super::defect::{Defect, Inspection};

/// A value that does not fit, if there is one. Boxed, so that the common result fits into
/// registers.
pub(crate) type Odd = Option<Box<Value>>;

/// Wraps a value that does not fit.
#[cold]
pub(crate) fn odd(value: impl Into<Value>) -> Odd {
    Some(Box::new(value.into()))
}

/// A type that a member of an object can have.
///
/// Reading never fails because of a value's type: one malformed member does not affect the others.
/// A value that does not fit is returned to the object that contains the member, which keeps it.
pub trait Tolerant: Sized + PartialEq + Serialize {
    /// True if a default value would be mistaken for data: no number means "none".
    #[doc(hidden)]
    const IS_FACT: bool = false;

    /// Reads a value of this type into `place`, or returns the value that came instead.
    ///
    /// # Errors
    ///
    /// Returns an error only if the input is not JSON.
    #[doc(hidden)]
    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        place: &mut Option<Self>,
    ) -> Result<Odd, D::Error>;

    /// Returns the empty value, which stands in for a missing required member.
    #[doc(hidden)]
    fn blank() -> Self;

    /// Converts a value of another type if its meaning is clear, for example `"0.5"` for a number.
    #[doc(hidden)]
    fn stand_in(_odd: &Value) -> Option<Self> {
        None
    }

    /// Returns the stand-in for a required member that came as `odd`.
    #[doc(hidden)]
    fn required_stand_in(odd: &Value) -> Self {
        Self::stand_in(odd).unwrap_or_else(Self::blank)
    }

    /// Returns the value for text that was found within a value of another type.
    #[doc(hidden)]
    fn of_text(_text: String) -> Option<Self> {
        None
    }

    /// Returns whether the value is a kept null.
    #[doc(hidden)]
    fn is_null(&self) -> bool {
        false
    }

    /// Returns true if this is a union value that fits no variant and has no tag.
    #[doc(hidden)]
    fn is_misfit(&self) -> bool {
        false
    }

    /// Returns true if a required number is missing.
    #[doc(hidden)]
    fn is_partial(&self) -> bool {
        false
    }

    /// Returns true if this is an object without any member that identifies its type.
    #[doc(hidden)]
    fn is_hollow(&self) -> bool {
        false
    }

    /// Reports values in other forms.
    #[doc(hidden)]
    fn inspect(&self, _inspection: &mut Inspection) {}

    /// Records the repairs of the text that it was read from.
    #[doc(hidden)]
    fn remember(&mut self, _repairs: &[Defect]) {}

    /// Removes or replaces what the document does not allow, so that the value can be sent. A
    /// required member that was absent or null gets its empty value, an object in place of a string
    /// becomes its JSON text, an optional member of another type is removed.
    fn make_valid(&mut self) {}

    /// Returns all members that were missing or came in another form than the document says, with
    /// their positions.
    fn defects(&self) -> Vec<Defect> {
        let mut inspection = Inspection::default();
        self.inspect(&mut inspection);
        inspection.into_defects()
    }
}

/// Reads a value, or returns the value that came instead.
pub(crate) fn read<'de, T: Tolerant, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Result<T, Value>, D::Error> {
    let mut place = None;
    let odd = T::read(deserializer, &mut place)?;
    Ok(place.ok_or_else(|| *odd.unwrap_or_default()))
}

/// Reads a value that is already parsed.
pub(crate) fn from_value<T: Tolerant>(value: &Value) -> Result<T, Value> {
    // A parsed value is valid JSON, so reading cannot fail otherwise.
    read(value).unwrap_or_else(|_| Err(value.clone()))
}

/// Reads a member or element in place, so that it need not be moved.
pub(crate) struct Seed<'a, T>(pub(crate) &'a mut Option<T>);

impl<'de, T: Tolerant> DeserializeSeed<'de> for Seed<'_, T> {
    type Value = Odd;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Odd, D::Error> {
        T::read(deserializer, self.0)
    }
}

/// Visitor methods that return JSON of other types.
macro_rules! hand_back {
    ($($kind:ident)*) => { $(hand_back!(@ $kind);)* };
    (@ null) => {
        fn visit_unit<E: ::serde::de::Error>(self) -> ::core::result::Result<Self::Value, E> {
            ::core::result::Result::Ok($crate::model::odd(::serde_json::Value::Null))
        }
    };
    (@ boolean) => {
        fn visit_bool<E: ::serde::de::Error>(self, value: bool) -> ::core::result::Result<Self::Value, E> {
            ::core::result::Result::Ok($crate::model::odd(value))
        }
    };
    (@ number) => { hand_back!(@ integer); hand_back!(@ float); };
    (@ integer) => {
        fn visit_i64<E: ::serde::de::Error>(self, value: i64) -> ::core::result::Result<Self::Value, E> {
            ::core::result::Result::Ok($crate::model::odd(value))
        }
        fn visit_u64<E: ::serde::de::Error>(self, value: u64) -> ::core::result::Result<Self::Value, E> {
            ::core::result::Result::Ok($crate::model::odd(value))
        }
    };
    (@ float) => {
        fn visit_f64<E: ::serde::de::Error>(self, value: f64) -> ::core::result::Result<Self::Value, E> {
            ::core::result::Result::Ok($crate::model::odd(value))
        }
    };
    (@ string) => {
        fn visit_str<E: ::serde::de::Error>(self, text: &str) -> ::core::result::Result<Self::Value, E> {
            ::core::result::Result::Ok($crate::model::odd(text))
        }
    };
    (@ list) => {
        fn visit_seq<A: ::serde::de::SeqAccess<'de>>(
            self,
            values: A,
        ) -> ::core::result::Result<Self::Value, A::Error> {
            $crate::model::tolerant::odd_list(values)
        }
    };
    (@ object) => {
        fn visit_map<A: ::serde::de::MapAccess<'de>>(
            self,
            members: A,
        ) -> ::core::result::Result<Self::Value, A::Error> {
            $crate::model::tolerant::odd_object(members)
        }
    };
}
pub(crate) use hand_back;

#[cold]
pub(crate) fn odd_list<'de, A: SeqAccess<'de>>(values: A) -> Result<Odd, A::Error> {
    Value::deserialize(SeqAccessDeserializer::new(values)).map(odd)
}

#[cold]
pub(crate) fn odd_object<'de, A: MapAccess<'de>>(members: A) -> Result<Odd, A::Error> {
    Value::deserialize(MapAccessDeserializer::new(members)).map(odd)
}

/// Reads a string, for all types that are made from strings.
pub(crate) struct TextVisitor<'a, T>(pub(crate) &'a mut Option<T>);

impl<'de, T: for<'a> From<&'a str> + From<String>> Visitor<'de> for TextVisitor<'_, T> {
    type Value = Odd;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    #[inline]
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Odd, E> {
        *self.0 = Some(text.into());
        Ok(None)
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Odd, E> {
        *self.0 = Some(text.into());
        Ok(None)
    }

    hand_back! { null boolean number list object }
}

/// Returns the text of a number or boolean.
pub(crate) fn scalar_text(odd: &Value) -> Option<String> {
    match odd {
        Value::Bool(_) | Value::Number(_) => Some(odd.to_string()),
        _ => None,
    }
}

impl Tolerant for String {
    #[inline]
    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        place: &mut Option<Self>,
    ) -> Result<Odd, D::Error> {
        deserializer.deserialize_any(TextVisitor(place))
    }

    fn blank() -> Self {
        Self::new()
    }

    fn stand_in(odd: &Value) -> Option<Self> {
        scalar_text(odd)
    }

    fn of_text(text: String) -> Option<Self> {
        Some(text)
    }

    /// Where a text has to be, an object or list is taken for its JSON text: some servers send the
    /// arguments of a function call so.
    fn required_stand_in(odd: &Value) -> Self {
        match odd {
            Value::Null => Self::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

impl Tolerant for Secret {
    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        place: &mut Option<Self>,
    ) -> Result<Odd, D::Error> {
        deserializer.deserialize_any(TextVisitor(place))
    }

    fn blank() -> Self {
        Self::default()
    }
}

impl Tolerant for Value {
    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        place: &mut Option<Self>,
    ) -> Result<Odd, D::Error> {
        *place = Some(Self::deserialize(deserializer)?);
        Ok(None)
    }

    fn blank() -> Self {
        Self::Null
    }

    fn is_null(&self) -> bool {
        self.is_null()
    }
}

struct BooleanVisitor<'a>(&'a mut Option<bool>);

impl<'de> Visitor<'de> for BooleanVisitor<'_> {
    type Value = Odd;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a boolean")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Odd, E> {
        *self.0 = Some(value);
        Ok(None)
    }

    hand_back! { null number string list object }
}

impl Tolerant for bool {
    const IS_FACT: bool = true;

    #[inline]
    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        place: &mut Option<Self>,
    ) -> Result<Odd, D::Error> {
        deserializer.deserialize_any(BooleanVisitor(place))
    }

    fn blank() -> Self {
        false
    }

    fn stand_in(odd: &Value) -> Option<Self> {
        odd.as_str()?.parse().ok()
    }
}

struct IntegerVisitor<'a>(&'a mut Option<i64>);

/// 2^63 is exact in floating point; all smaller values convert without loss.
const BOUND: f64 = 9_223_372_036_854_775_808.0;

impl<'de> Visitor<'de> for IntegerVisitor<'_> {
    type Value = Odd;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number of at most 64 bits")
    }

    #[inline]
    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Odd, E> {
        *self.0 = Some(value);
        Ok(None)
    }

    #[inline]
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Odd, E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => Ok(odd(value)),
        }
    }

    /// Servers that compute in floating point write whole numbers with a zero fraction.
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Odd, E> {
        let is_whole = value.fract() == 0.0 && (-BOUND..BOUND).contains(&value);
        if is_whole {
            self.visit_i64(value as i64)
        } else {
            Ok(odd(value))
        }
    }

    hand_back! { null boolean string list object }
}

impl Tolerant for i64 {
    const IS_FACT: bool = true;

    #[inline]
    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        place: &mut Option<Self>,
    ) -> Result<Odd, D::Error> {
        deserializer.deserialize_any(IntegerVisitor(place))
    }

    fn blank() -> Self {
        0
    }

    /// Truncates a fraction: some servers send times with one.
    fn stand_in(odd: &Value) -> Option<Self> {
        match odd {
            Value::Number(number) => {
                let value = number.as_f64()?;
                (-BOUND..BOUND).contains(&value).then_some(value as Self)
            }
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }
}

struct UnsignedVisitor<'a>(&'a mut Option<u64>);

/// 2^64, exact in floating point.
const UNSIGNED_BOUND: f64 = 2.0 * BOUND;

impl<'de> Visitor<'de> for UnsignedVisitor<'_> {
    type Value = Odd;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number of at most 64 bits without a sign")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Odd, E> {
        match u64::try_from(value) {
            Ok(value) => self.visit_u64(value),
            Err(_) => Ok(odd(value)),
        }
    }

    #[inline]
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Odd, E> {
        *self.0 = Some(value);
        Ok(None)
    }

    /// Some servers write integers with a fraction of zero.
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Odd, E> {
        let is_whole = value.fract() == 0.0 && (0.0..UNSIGNED_BOUND).contains(&value);
        if is_whole {
            self.visit_u64(value as u64)
        } else {
            Ok(odd(value))
        }
    }

    hand_back! { null boolean string list object }
}

impl Tolerant for u64 {
    const IS_FACT: bool = true;

    #[inline]
    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        place: &mut Option<Self>,
    ) -> Result<Odd, D::Error> {
        deserializer.deserialize_any(UnsignedVisitor(place))
    }

    fn blank() -> Self {
        0
    }

    fn stand_in(odd: &Value) -> Option<Self> {
        match odd {
            Value::Number(number) => {
                let value = number.as_f64()?;
                (0.0..UNSIGNED_BOUND)
                    .contains(&value)
                    .then_some(value as Self)
            }
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }
}

struct NumberVisitor<'a>(&'a mut Option<f64>);

impl<'de> Visitor<'de> for NumberVisitor<'_> {
    type Value = Odd;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Odd, E> {
        *self.0 = Some(value as f64);
        Ok(None)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Odd, E> {
        *self.0 = Some(value as f64);
        Ok(None)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Odd, E> {
        *self.0 = Some(value);
        Ok(None)
    }

    hand_back! { null boolean string list object }
}

impl Tolerant for f64 {
    const IS_FACT: bool = true;

    #[inline]
    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        place: &mut Option<Self>,
    ) -> Result<Odd, D::Error> {
        deserializer.deserialize_any(NumberVisitor(place))
    }

    fn blank() -> Self {
        0.0
    }

    fn stand_in(odd: &Value) -> Option<Self> {
        let number: Self = odd.as_str()?.trim().parse().ok()?;
        number.is_finite().then_some(number)
    }
}
