//! Reads lists, maps, boxes and nullable values.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::defect::{Defect, Inspection};
use super::tolerant::{Odd, Seed, Tolerant, from_value, hand_back, odd};

/// Converts a value that was read back to JSON. Generated types can write every value that they can
/// hold.
pub(crate) fn written(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}

/// Reads a value as `T`, or as its stand-in.
fn understood<T: Tolerant>(value: &Value) -> Option<T> {
    let read = from_value(value).or_else(|odd| T::stand_in(&odd).ok_or(odd));
    read.ok().filter(|value| !value.is_misfit())
}

struct ListVisitor<'a, T>(&'a mut Option<Vec<T>>);

impl<'de, T: Tolerant> Visitor<'de> for ListVisitor<'_, T> {
    type Value = Odd;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    /// Returns the whole list as not fitting if an element does not fit.
    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Odd, A::Error> {
        let mut list = Vec::new();
        let mut element = None;
        while let Some(odd) = values.next_element_seed(Seed(&mut element))? {
            match element.take() {
                Some(value) => list.push(value),
                None => return odd_rest(&list, odd, values),
            }
        }
        *self.0 = Some(list);
        Ok(None)
    }

    hand_back! { null boolean number string object }
}

#[cold]
fn odd_rest<'de, T: Tolerant, A: SeqAccess<'de>>(
    before: &[T],
    first: Odd,
    mut values: A,
) -> Result<Odd, A::Error> {
    let mut all: Vec<Value> = before.iter().map(written).collect();
    all.extend(first.map(|value| *value));
    while let Some(value) = values.next_element()? {
        all.push(value);
    }
    Ok(odd(all))
}

impl<T: Tolerant> Tolerant for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        place: &mut Option<Self>,
    ) -> Result<Odd, D::Error> {
        deserializer.deserialize_any(ListVisitor(place))
    }

    fn blank() -> Self {
        Self::new()
    }

    /// The elements that can be read, or a single element without its list. Text in place of a list is
    /// what it would be within one.
    fn stand_in(odd: &Value) -> Option<Self> {
        match odd {
            Value::Null => None,
            Value::Array(values) => Some(values.iter().filter_map(understood).collect()),
            Value::String(text) => {
                let element = from_value(odd).or_else(|odd| T::stand_in(&odd).ok_or(odd));
                let element = element.ok().filter(|_| !text.is_empty())?;
                Some(vec![element])
            }
            single => understood(single).map(|element| vec![element]),
        }
    }

    fn inspect(&self, inspection: &mut Inspection) {
        for (index, element) in self.iter().enumerate() {
            inspection.element(index, |inspection| element.inspect(inspection));
        }
    }

    fn make_valid(&mut self) {
        self.iter_mut().for_each(Tolerant::make_valid);
        self.retain(|element| !element.is_misfit());
    }
}

struct MapVisitor<'a, T>(&'a mut Option<BTreeMap<String, T>>);

impl<'de, T: Tolerant> Visitor<'de> for MapVisitor<'_, T> {
    type Value = Odd;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    /// Returns the whole map as not fitting if a value does not fit.
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Odd, A::Error> {
        let mut map = BTreeMap::new();
        let mut place = None;
        while let Some(name) = members.next_key::<String>()? {
            let found = members.next_value_seed(Seed(&mut place))?;
            match place.take() {
                Some(value) => {
                    map.insert(name, value);
                }
                None => {
                    let mut all: Map<String, Value> = map
                        .iter()
                        .map(|(name, value)| (String::clone(name), written(value)))
                        .collect();
                    all.insert(name, *found.unwrap_or_default());
                    while let Some((name, value)) = members.next_entry()? {
                        all.insert(name, value);
                    }
                    return Ok(odd(all));
                }
            }
        }
        *self.0 = Some(map);
        Ok(None)
    }

    hand_back! { null boolean number string list }
}

impl<T: Tolerant> Tolerant for BTreeMap<String, T> {
    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        place: &mut Option<Self>,
    ) -> Result<Odd, D::Error> {
        deserializer.deserialize_any(MapVisitor(place))
    }

    fn blank() -> Self {
        Self::new()
    }

    /// Reads the members that can be read.
    fn stand_in(odd: &Value) -> Option<Self> {
        let members = odd.as_object()?.iter();
        let readable = members.filter_map(|(name, value)| Some((name.clone(), understood(value)?)));
        Some(readable.collect())
    }

    fn inspect(&self, inspection: &mut Inspection) {
        for (name, value) in self {
            inspection.member(name, |inspection| value.inspect(inspection));
        }
    }

    fn make_valid(&mut self) {
        self.values_mut().for_each(Tolerant::make_valid);
        self.retain(|_, value| !value.is_misfit());
    }
}

impl<T: Tolerant> Tolerant for Option<T> {
    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        place: &mut Option<Self>,
    ) -> Result<Odd, D::Error> {
        let mut inner = None;
        match T::read(deserializer, &mut inner)? {
            None => *place = Some(inner.filter(|value| !value.is_null())),
            Some(odd) if odd.is_null() => *place = Some(None),
            odd => return Ok(odd),
        }
        Ok(None)
    }

    fn blank() -> Self {
        None
    }

    fn stand_in(odd: &Value) -> Option<Self> {
        T::stand_in(odd).map(Some)
    }

    fn inspect(&self, inspection: &mut Inspection) {
        if let Some(value) = self {
            value.inspect(inspection);
        }
    }

    fn remember(&mut self, repairs: &[Defect]) {
        if let Some(value) = self {
            value.remember(repairs);
        }
    }

    fn make_valid(&mut self) {
        if let Some(value) = self {
            value.make_valid();
        }
        if self.as_ref().is_some_and(Tolerant::is_misfit) {
            *self = None;
        }
    }
}

impl<T: Tolerant> Tolerant for Box<T> {
    const IS_FACT: bool = T::IS_FACT;

    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        place: &mut Option<Self>,
    ) -> Result<Odd, D::Error> {
        let mut inner = None;
        let odd = T::read(deserializer, &mut inner)?;
        *place = inner.map(Self::new);
        Ok(odd)
    }

    fn blank() -> Self {
        Self::new(T::blank())
    }

    fn stand_in(odd: &Value) -> Option<Self> {
        T::stand_in(odd).map(Self::new)
    }

    fn required_stand_in(odd: &Value) -> Self {
        Self::new(T::required_stand_in(odd))
    }

    fn is_null(&self) -> bool {
        (**self).is_null()
    }

    fn is_misfit(&self) -> bool {
        (**self).is_misfit()
    }

    fn is_partial(&self) -> bool {
        (**self).is_partial()
    }

    fn is_hollow(&self) -> bool {
        (**self).is_hollow()
    }

    fn inspect(&self, inspection: &mut Inspection) {
        (**self).inspect(inspection);
    }

    fn remember(&mut self, repairs: &[Defect]) {
        (**self).remember(repairs);
    }

    fn make_valid(&mut self) {
        (**self).make_valid();
    }
}
