//! Whole numbers, however a server spells them.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Unexpected, Visitor};

/// Reads a whole number also when it is spelled with a fraction of zero (`1.0`), as servers that
/// compute in floating point do.
pub(crate) struct Integer(i64);

impl From<Integer> for i64 {
    fn from(integer: Integer) -> Self {
        integer.0
    }
}

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_i64(IntegerVisitor).map(Self)
    }
}

struct IntegerVisitor;

impl Visitor<'_> for IntegerVisitor {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number of at most 64 bits")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<i64, E> {
        Ok(value)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<i64, E> {
        i64::try_from(value).map_err(|_| E::invalid_value(Unexpected::Unsigned(value), &self))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<i64, E> {
        // 2^63 is exact in floating point; everything below it in size converts without loss.
        const BOUND: f64 = 9_223_372_036_854_775_808.0;
        if value.fract() == 0.0 && (-BOUND..BOUND).contains(&value) {
            Ok(value as i64)
        } else {
            Err(E::invalid_value(Unexpected::Float(value), &self))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<i64, String> {
        serde_json::from_str::<Integer>(text)
            .map(i64::from)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn whole_numbers_are_read_in_either_spelling() {
        assert_eq!(read("1741476542"), Ok(1_741_476_542));
        assert_eq!(read("1741476542.0"), Ok(1_741_476_542));
        assert_eq!(read("-3.0"), Ok(-3));
    }

    #[test]
    fn what_is_not_whole_or_too_large_is_refused() {
        for text in ["1.5", "9223372036854775808", "1e30", "\"1\""] {
            let error = read(text).unwrap_err();
            assert!(error.contains("a whole number"), "{text}: {error}");
        }
    }
}
