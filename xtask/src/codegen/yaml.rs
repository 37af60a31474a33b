//! YAML as JSON.

use std::fmt;

use serde::de::{
    Deserialize, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde_json::{Map, Number, Value};
use serde_yaml_ng::{Mapping, Value as Yaml};

use super::document::join;
use super::error::{Error, Result};

const FIX: &str = "correct the YAML";

/// Reads YAML. Keys that YAML takes for numbers or booleans (`200:`, `on:`) become text, and integers beyond 64 bits
/// the nearest floating-point numbers.
pub(super) fn parse(source: &str) -> Result<Value> {
    let Loose(mut yaml) = serde_yaml_ng::from_str(source).map_err(|error| malformed(&error))?;
    yaml.apply_merge().map_err(|error| malformed(&error))?;
    to_json(yaml).map_err(|wrong| {
        let steps = wrong.steps.iter().rev();
        let pointer = steps.fold("#".to_owned(), |pointer, step| join(&pointer, step));
        Error::new(pointer, wrong.problem, wrong.fix)
    })
}

/// The library puts the path to the place before its words: `components.schemas.A: …`.
fn malformed(error: &serde_yaml_ng::Error) -> Error {
    let text = error.to_string();
    match text.split_once(": ") {
        Some((path, problem)) if !path.contains(' ') => {
            let pointer = path
                .replace('[', ".")
                .replace(']', "")
                .split('.')
                .fold("#".to_owned(), |pointer, step| join(&pointer, step));
            Error::new(pointer, problem, FIX)
        }
        _ => Error::new("#", text, FIX),
    }
}

/// Any YAML, of which integers may be larger than the library's own type for values holds.
struct Loose(Yaml);

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_any(Values).map(Self)
    }
}

struct Values;

impl<'de> Visitor<'de> for Values {
    type Value = Yaml;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any YAML value")
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Yaml, E> {
        Ok(Yaml::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Yaml, E> {
        Ok(Yaml::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Yaml, E> {
        Ok(Yaml::Number(value.into()))
    }

    #[allow(clippy::cast_precision_loss)] // JSON's numbers have no more
    fn visit_i128<E>(self, value: i128) -> std::result::Result<Yaml, E> {
        Ok(Yaml::Number((value as f64).into()))
    }

    #[allow(clippy::cast_precision_loss)] // JSON's numbers have no more
    fn visit_u128<E>(self, value: u128) -> std::result::Result<Yaml, E> {
        Ok(Yaml::Number((value as f64).into()))
    }

    fn visit_f64<E>(self, value: f64) -> std::result::Result<Yaml, E> {
        Ok(Yaml::Number(value.into()))
    }

    fn visit_str<E>(self, text: &str) -> std::result::Result<Yaml, E> {
        Ok(Yaml::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> std::result::Result<Yaml, E> {
        Ok(Yaml::String(text))
    }

    fn visit_unit<E>(self) -> std::result::Result<Yaml, E> {
        Ok(Yaml::Null)
    }

    fn visit_none<E>(self) -> std::result::Result<Yaml, E> {
        Ok(Yaml::Null)
    }

    fn visit_some<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> std::result::Result<Yaml, D::Error> {
        Loose::deserialize(deserializer).map(|loose| loose.0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<Yaml, A::Error> {
        let mut list = Vec::new();
        while let Some(Loose(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Yaml::Sequence(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> std::result::Result<Yaml, A::Error> {
        let mut map = Mapping::new();
        while let Some(Loose(key)) = members.next_key()? {
            if map.contains_key(&key) {
                let key = serde_json::to_string(&key).unwrap_or_default();
                return Err(A::Error::custom(format!("the key {key} occurs twice")));
            }
            let Loose(value) = members.next_value()?;
            map.insert(key, value);
        }
        Ok(Yaml::Mapping(map))
    }

    /// A value with a tag, which says nothing here.
    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> std::result::Result<Yaml, A::Error> {
        let (_, value): (String, _) = data.variant()?;
        value.newtype_variant::<Loose>().map(|loose| loose.0)
    }
}

/// What is wrong, and the steps to it from inside out.
struct Wrong {
    steps: Vec<String>,
    problem: String,
    fix: &'static str,
}

impl Wrong {
    fn new(problem: impl Into<String>, fix: &'static str) -> Self {
        Self {
            steps: Vec::new(),
            problem: problem.into(),
            fix,
        }
    }

    fn within(mut self, step: &str) -> Self {
        self.steps.push(step.to_owned());
        self
    }
}

fn to_json(yaml: Yaml) -> std::result::Result<Value, Wrong> {
    Ok(match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => Value::Bool(value),
        Yaml::String(text) => Value::String(text),
        Yaml::Number(number) => {
            let exact = if let Some(value) = number.as_i64() {
                Some(value.into())
            } else if let Some(value) = number.as_u64() {
                Some(value.into())
            } else {
                number.as_f64().and_then(Number::from_f64)
            };
            Value::Number(exact.ok_or_else(|| {
                Wrong::new(
                    format!("{number} has no JSON form"),
                    "write a finite number",
                )
            })?)
        }
        Yaml::Sequence(items) => Value::Array(
            items
                .into_iter()
                .enumerate()
                .map(|(index, item)| to_json(item).map_err(|it| it.within(&index.to_string())))
                .collect::<std::result::Result<_, Wrong>>()?,
        ),
        Yaml::Mapping(members) => {
            let mut object = Map::new();
            for (key, value) in members {
                let key = match key {
                    Yaml::String(text) => text,
                    Yaml::Number(number) => number.to_string(),
                    Yaml::Bool(value) => value.to_string(),
                    _ => {
                        let problem = "a key is neither text nor a number";
                        return Err(Wrong::new(problem, "write the key in quotes"));
                    }
                };
                let value = to_json(value).map_err(|it| it.within(&key))?;
                object.insert(key, value);
            }
            Value::Object(object)
        }
        Yaml::Tagged(tagged) => to_json(tagged.value)?,
    })
}
