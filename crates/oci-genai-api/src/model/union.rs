//! Unions: several types, distinguished by a tag or by the JSON type.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::containers::written;
use super::content::{Members, Name, Resumed, object};
use super::defect::{Defect, DefectKind, Inspection};
use super::object::Object;
use super::tolerant::{Tolerant, from_value};

/// Reads, writes and converts an enum whose variants hold one value each. The generated source
/// declares the enum; its last variant is `Unknown`.
///
/// - `variants` lists all variants but `Unknown`.
/// - `kinds` name the variants for JSON that is no object: `string`, `integer`, `number` (whole or
///   not), `float` (not whole, beside an `integer`), `unsigned` (an `integer` that may need all 64 bits), `boolean`,
///   `array`. Lists of several types are `list0` to `list3`: the one with the fewest defects is taken.
/// - `tagged` names the member that distinguishes objects, then for each tag the variants it may stand
///   for, the most specific first. A `direct` one is read without its tag, straight from the input;
///   of `whole` ones, read from the buffered object, tag included, the one with the fewest defects is
///   taken.
/// - `objects` are tried in order on an object that has no tag, or one that is not listed.
/// - `from` lists the conversions.
macro_rules! union {
    ($name:ident: $unknown:ident {
        variants { $($variant:ident)* }
        kinds { $($kind:ident $kvariant:ident: $kty:ty;)* }
        tagged $tag_name:literal {
            $($($tag:literal)|+ => $how:ident $key:ident [$($tvariant:ident: $tty:ty),+];)*
        }
        objects { $($ovariant:ident: $oty:ty;)* }
        from { $($from:ty => $fvariant:ident $fhow:ident;)* }
    }) => {
        const _: () = {
            #[allow(dead_code, clippy::enum_variant_names, reason = "tags are the document's")]
            #[derive(Clone, Copy)]
            enum __Tag { $($key,)* }

            impl $crate::model::KnownTag for __Tag {
                fn find(tag: &str) -> ::core::option::Option<(Self, &'static str)> {
                    match tag {
                        $($($tag => ::core::option::Option::Some((Self::$key, $tag)),)+)*
                        _ => ::core::option::Option::None,
                    }
                }
            }

            impl $crate::model::Union for $name {
                const NAME: &'static str = stringify!($name);

                fn unknown(value: ::serde_json::Value) -> Self {
                    Self::Unknown(union!(@unknown $unknown $tag_name value))
                }

                $(union!(@kind $kind $kvariant $kty);)*

                fn object<'de, __A: ::serde::de::MapAccess<'de>>(
                    map: __A,
                ) -> ::core::result::Result<Self, __A::Error> {
                    union!(@object $name map
                        $tag_name [$($how $key [$($tvariant: $tty),+])*]
                        [$($ovariant: $oty)*])
                }
            }

            impl ::serde::Serialize for $name {
                fn serialize<__S: ::serde::Serializer>(
                    &self,
                    serializer: __S,
                ) -> ::core::result::Result<__S::Ok, __S::Error> {
                    match self {
                        $(Self::$variant(value) => value.serialize(serializer),)*
                        Self::Unknown(value) => value.serialize(serializer),
                    }
                }
            }

            impl<'de> ::serde::Deserialize<'de> for $name {
                fn deserialize<__D: ::serde::Deserializer<'de>>(
                    deserializer: __D,
                ) -> ::core::result::Result<Self, __D::Error> {
                    deserializer
                        .deserialize_any($crate::model::UnionVisitor::<Self>::new())
                }
            }

            impl $crate::model::Tolerant for $name {
                #[inline]
                fn read<'de, __D: ::serde::Deserializer<'de>>(
                    deserializer: __D,
                    place: &mut ::core::option::Option<Self>,
                ) -> ::core::result::Result<$crate::model::Odd, __D::Error> {
                    let visitor = $crate::model::UnionVisitor::<Self>::new();
                    *place = ::core::option::Option::Some(deserializer.deserialize_any(visitor)?);
                    ::core::result::Result::Ok(::core::option::Option::None)
                }

                fn blank() -> Self {
                    ::core::option::Option::None
                        $(.or_else(|| union!(@blank $kind $kvariant $kty)))*
                        .unwrap_or_else(|| {
                            <Self as $crate::model::Union>::unknown(::serde_json::Value::Null)
                        })
                }

                fn is_null(&self) -> bool {
                    match self {
                        Self::Unknown(value) => union!(@value $unknown value).is_null(),
                        #[allow(unreachable_patterns, reason = "a union may have no variants")]
                        _ => false,
                    }
                }

                fn inspect(&self, inspection: &mut $crate::model::Inspection) {
                    match self {
                        $(Self::$variant(value) => {
                            $crate::model::Tolerant::inspect(value, inspection);
                        })*
                        Self::Unknown(value) => $crate::model::inspect_unknown(
                            union!(@value $unknown value),
                            $tag_name,
                            inspection,
                        ),
                    }
                }

                #[allow(unused_variables, reason = "a union may have no variants")]
                fn remember(&mut self, repairs: &[$crate::model::Defect]) {
                    match self {
                        $(Self::$variant(value) => {
                            $crate::model::Tolerant::remember(value, repairs);
                        })*
                        Self::Unknown(_) => {}
                    }
                }

                fn make_valid(&mut self) {
                    match self {
                        $(Self::$variant(value) => $crate::model::Tolerant::make_valid(value),)*
                        Self::Unknown(_) => {
                            if $crate::model::Tolerant::is_misfit(self) {
                                *self = $crate::model::meant(self);
                            }
                        }
                    }
                }

                fn is_misfit(&self) -> bool {
                    match self {
                        Self::Unknown(value) => {
                            $crate::model::is_misfit(union!(@value $unknown value), $tag_name)
                        }
                        #[allow(unreachable_patterns, reason = "a union may have no variants")]
                        _ => false,
                    }
                }
            }
        };

        $(impl ::core::convert::From<$from> for $name {
            fn from(value: $from) -> Self {
                Self::$fvariant(union!(@from $fhow value))
            }
        })*
    };

    (@value Value $value:ident) => { $value };
    (@value Unknown $value:ident) => { $value.as_value() };
    (@blank string $variant:ident $ty:ty) => {
        ::core::option::Option::Some(Self::$variant("".into()))
    };
    (@blank array $variant:ident $ty:ty) => {
        ::core::option::Option::Some(Self::$variant($crate::model::Tolerant::blank()))
    };
    (@blank list0 $variant:ident $ty:ty) => { union!(@blank array $variant $ty) };
    (@blank $kind:ident $variant:ident $ty:ty) => { ::core::option::Option::None };

    (@unknown Value $tag_name:literal $value:ident) => { $value };
    (@unknown Unknown $tag_name:literal $value:ident) => {
        $crate::model::Unknown::new($tag_name, $value)
    };

    (@from plain $value:ident) => { $value };
    (@from into $value:ident) => { $value.into() };
    (@from boxed $value:ident) => { ::std::boxed::Box::new($value) };

    (@kind string $variant:ident $ty:ty) => {
        fn string<__E: ::serde::de::Error>(text: &str) -> ::core::result::Result<Self, __E> {
            ::core::result::Result::Ok(Self::$variant(text.into()))
        }
    };
    (@kind integer $variant:ident $ty:ty) => {
        fn integer<__E: ::serde::de::Error>(value: i64) -> ::core::result::Result<Self, __E> {
            ::core::result::Result::Ok(Self::$variant(value))
        }
    };
    (@kind unsigned $variant:ident $ty:ty) => {
        fn integer<__E: ::serde::de::Error>(value: i64) -> ::core::result::Result<Self, __E> {
            ::core::result::Result::Ok(match u64::try_from(value) {
                ::core::result::Result::Ok(value) => Self::$variant(value),
                ::core::result::Result::Err(_) => Self::unknown(value.into()),
            })
        }

        fn unsigned<__E: ::serde::de::Error>(value: u64) -> ::core::result::Result<Self, __E> {
            ::core::result::Result::Ok(Self::$variant(value))
        }
    };
    (@kind number $variant:ident $ty:ty) => {
        fn integer<__E: ::serde::de::Error>(value: i64) -> ::core::result::Result<Self, __E> {
            <Self as $crate::model::Union>::number(value as f64)
        }
        union!(@kind float $variant $ty);
    };
    (@kind float $variant:ident $ty:ty) => {
        fn number<__E: ::serde::de::Error>(value: f64) -> ::core::result::Result<Self, __E> {
            ::core::result::Result::Ok(Self::$variant(value))
        }
    };
    (@kind boolean $variant:ident $ty:ty) => {
        fn boolean<__E: ::serde::de::Error>(value: bool) -> ::core::result::Result<Self, __E> {
            ::core::result::Result::Ok(Self::$variant(value))
        }
    };
    (@kind array $variant:ident $ty:ty) => {
        fn array<'de, __A: ::serde::de::SeqAccess<'de>>(
            values: __A,
        ) -> ::core::result::Result<Self, __A::Error> {
            let read = $crate::model::read_or_odd::<$ty, _>(
                ::serde::de::value::SeqAccessDeserializer::new(values),
            )?;
            ::core::result::Result::Ok(read.map_or_else(Self::unknown, Self::$variant))
        }

        /// A single object or string instead of a list, or a list with elements that do not belong
        /// there.
        fn meant(odd: &::serde_json::Value) -> ::core::option::Option<Self> {
            <$ty as $crate::model::Tolerant>::stand_in(odd).map(Self::$variant)
        }
    };
    (@kind list0 $variant:ident $ty:ty) => {
        fn list0(list: &::serde_json::Value) -> ::core::option::Option<(usize, Self)> {
            $crate::model::fitting::<$ty>(list).map(|(count, read)| (count, Self::$variant(read)))
        }
    };
    (@kind list1 $variant:ident $ty:ty) => {
        fn list1(list: &::serde_json::Value) -> ::core::option::Option<(usize, Self)> {
            $crate::model::fitting::<$ty>(list).map(|(count, read)| (count, Self::$variant(read)))
        }
    };
    (@kind list2 $variant:ident $ty:ty) => {
        fn list2(list: &::serde_json::Value) -> ::core::option::Option<(usize, Self)> {
            $crate::model::fitting::<$ty>(list).map(|(count, read)| (count, Self::$variant(read)))
        }
    };
    (@kind list3 $variant:ident $ty:ty) => {
        fn list3(list: &::serde_json::Value) -> ::core::option::Option<(usize, Self)> {
            $crate::model::fitting::<$ty>(list).map(|(count, read)| (count, Self::$variant(read)))
        }
    };

    // No variant is an object.
    (@object $name:ident $map:ident $tag_name:literal [] []) => {
        $crate::model::collect($map, ::serde_json::Map::new())
            .map(<Self as $crate::model::Union>::unknown)
    };
    // One object and no tag: read it directly.
    (@object $name:ident $map:ident $tag_name:literal [] [$variant:ident: $ty:ty]) => {
        $crate::model::read_or_odd::<$ty, _>(
            ::serde::de::value::MapAccessDeserializer::new($map),
        )
        .map(|read| {
            read.map_or_else(<Self as $crate::model::Union>::unknown, Self::$variant)
        })
    };
    (@object $name:ident $map:ident $tag_name:literal
        [$($how:ident $key:ident [$($tvariant:ident: $tty:ty),+])*]
        [$($ovariant:ident: $oty:ty)*]) => {
        match $crate::model::read_tag::<__Tag, __A>($map, $tag_name)? {
            #[allow(unused_variables, reason = "a union may have no tags")]
            $crate::model::Tagged::Known(key, source) => match key {
                $(__Tag::$key => union!(@variant $how $name source [$($tvariant: $tty),+]),)*
            },
            $crate::model::Tagged::Other(value) => {
                $(if let ::core::option::Option::Some(read) =
                    $crate::model::untagged::<$oty>(&value, $tag_name)
                {
                    return ::core::result::Result::Ok(Self::$ovariant(read));
                })*
                ::core::result::Result::Ok(<Self as $crate::model::Union>::unknown(value))
            }
        }
    };

    (@variant direct $name:ident $source:ident [$variant:ident: $ty:ty]) => {
        $source.read::<$ty>().map(Self::$variant)
    };
    (@variant whole $name:ident $source:ident [$($variant:ident: $ty:ty),+]) => {{
        let value = $source.whole()?;
        let mut best: ::core::option::Option<(usize, Self)> = ::core::option::Option::None;
        $(if let ::core::result::Result::Ok(read) = $crate::model::from_value::<$ty>(&value) {
            let count = $crate::model::Tolerant::defects(&read).len();
            if best.as_ref().is_none_or(|(least, _)| count < *least) {
                best = ::core::option::Option::Some((count, Self::$variant(read)));
            }
        })+
        ::core::result::Result::Ok(match best {
            ::core::option::Option::Some((_, read)) => read,
            ::core::option::Option::None => <Self as $crate::model::Union>::unknown(value),
        })
    }};
}

/// Common interface of unions, used by their visitor. JSON of a type that a union does not list
/// becomes unknown.
pub(crate) trait Union: Sized {
    const NAME: &'static str;

    fn unknown(value: Value) -> Self;

    /// Converts an unknown value if its meaning is clear.
    fn meant(_odd: &Value) -> Option<Self> {
        None
    }

    fn string<E: de::Error>(text: &str) -> Result<Self, E> {
        Ok(Self::unknown(text.into()))
    }

    fn integer<E: de::Error>(value: i64) -> Result<Self, E> {
        Ok(Self::unknown(value.into()))
    }

    /// A whole number that may be beyond what 64 bits with a sign hold.
    fn unsigned<E: de::Error>(value: u64) -> Result<Self, E> {
        match i64::try_from(value) {
            Ok(value) => Self::integer(value),
            Err(_) => Ok(Self::unknown(value.into())),
        }
    }

    fn number<E: de::Error>(value: f64) -> Result<Self, E> {
        Ok(Self::unknown(value.into()))
    }

    fn boolean<E: de::Error>(value: bool) -> Result<Self, E> {
        Ok(Self::unknown(value.into()))
    }

    fn array<'de, A: SeqAccess<'de>>(mut values: A) -> Result<Self, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = values.next_element()? {
            list.push(value);
        }
        let list = Value::Array(list);
        let read = [Self::list0, Self::list1, Self::list2, Self::list3].map(|read| read(&list));
        // Of several that fit equally well the first counts.
        let best = read.into_iter().flatten().min_by_key(|(count, _)| *count);
        Ok(best.map_or_else(|| Self::unknown(list), |(_, read)| read))
    }

    /// The list as the first of several types of lists, with the number of its defects.
    fn list0(_list: &Value) -> Option<(usize, Self)> {
        None
    }

    fn list1(_list: &Value) -> Option<(usize, Self)> {
        None
    }

    fn list2(_list: &Value) -> Option<(usize, Self)> {
        None
    }

    fn list3(_list: &Value) -> Option<(usize, Self)> {
        None
    }

    fn object<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error>;
}

/// Passes each JSON type to the union's own function.
pub(crate) struct UnionVisitor<U>(PhantomData<U>);

impl<U> UnionVisitor<U> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, U: Union> Visitor<'de> for UnionVisitor<U> {
    type Value = U;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(U::NAME)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<U, E> {
        U::string(text)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<U, E> {
        U::integer(value)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<U, E> {
        U::unsigned(value)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<U, E> {
        U::number(value)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<U, E> {
        U::boolean(value)
    }

    fn visit_unit<E: de::Error>(self) -> Result<U, E> {
        Ok(U::unknown(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, values: A) -> Result<U, A::Error> {
        U::array(values)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<U, A::Error> {
        U::object(map)
    }
}

/// A list read as a type, with the number of its defects.
pub(crate) fn fitting<T: Tolerant>(list: &Value) -> Option<(usize, T)> {
    let read: T = from_value(list).ok()?;
    Some((read.defects().len(), read))
}

/// The tags of a union, as an enum without data.
pub(crate) trait KnownTag: Sized {
    /// Returns the variant for `tag`, and the tag as a static string.
    fn find(tag: &str) -> Option<(Self, &'static str)>;
}

/// An object after the search for its tag.
pub(crate) enum Tagged<'de, T, A> {
    Known(T, Source<'de, A>),
    Other(Value),
}

/// An object that has been read up to its tag.
pub(crate) struct Source<'de, A> {
    before: Members<'de>,
    name: &'static str,
    tag: &'static str,
    rest: A,
}

impl<'de, A: MapAccess<'de>> Source<'de, A> {
    /// Reads a type that does not need its tag.
    pub(crate) fn read<T: Object>(self) -> Result<T, A::Error> {
        T::members(Resumed::new(self.before, self.rest), self.name)
    }

    /// Returns the object with its tag.
    pub(crate) fn whole(self) -> Result<Value, A::Error> {
        let mut members = object(self.before);
        members.insert(self.name.to_owned(), self.tag.into());
        collect(self.rest, members)
    }
}

/// Collects an object of which only `members` have been read.
pub(crate) fn collect<'de, A: MapAccess<'de>>(
    mut rest: A,
    mut members: Map<String, Value>,
) -> Result<Value, A::Error> {
    while let Some((name, value)) = rest.next_entry()? {
        members.insert(name, value);
    }
    Ok(Value::Object(members))
}

/// Determines the type of an object. Reads only the members before the tag.
pub(crate) fn read_tag<'de, T: KnownTag, A: MapAccess<'de>>(
    mut map: A,
    tag_name: &'static str,
) -> Result<Tagged<'de, T, A>, A::Error> {
    let mut before = Members::new();
    while let Some(Name(name)) = map.next_key()? {
        if name != tag_name {
            before.push((name, map.next_value()?));
            continue;
        }
        match map.next_value_seed(TagValue::<T>(PhantomData))? {
            Ok((known, tag)) => {
                let source = Source {
                    before,
                    name: tag_name,
                    tag,
                    rest: map,
                };
                return Ok(Tagged::Known(known, source));
            }
            Err(other) => {
                let mut members = object(before);
                members.insert(tag_name.to_owned(), other);
                return collect(map, members).map(Tagged::Other);
            }
        }
    }
    Ok(Tagged::Other(Value::Object(object(before))))
}

/// Reads the tag. Keeps an unknown tag unchanged.
struct TagValue<T>(PhantomData<T>);

impl<'de, T: KnownTag> DeserializeSeed<'de> for TagValue<T> {
    type Value = Result<(T, &'static str), Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: KnownTag> Visitor<'de> for TagValue<T> {
    type Value = Result<(T, &'static str), Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tag")
    }

    fn visit_str<E: de::Error>(self, tag: &str) -> Result<Self::Value, E> {
        Ok(T::find(tag).ok_or_else(|| tag.into()))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Err(value.into()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Err(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Err(value.into()))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Err(value.into()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(Err(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, values: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(values)).map(Err)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(map)).map(Err)
    }
}

/// Reads an object without a known tag as a type whose tag is optional, if it has all required
/// members.
pub(crate) fn untagged<T: Tolerant>(value: &Value, tag_name: &str) -> Option<T> {
    let read: T = from_value(value).ok()?;
    let is_missing_tag = |defect: &Defect| {
        matches!(defect.kind, DefectKind::Missing | DefectKind::Null)
            && defect.pointer.strip_prefix('/') == Some(tag_name)
    };
    let fits = |defect: &Defect| is_missing_tag(defect) || defect.pointer[1..].contains('/');
    read.defects().iter().all(fits).then_some(read)
}

/// Returns true if a value that fits no variant has no tag either.
pub(crate) fn is_misfit(value: &Value, tag_name: &str) -> bool {
    tag_name.is_empty() || !value.get(tag_name).is_some_and(Value::is_string)
}

/// Returns the replacement for a misfit in a value to send: its converted or the empty value.
pub(crate) fn meant<U: Union + Tolerant>(misfit: &U) -> U {
    let mut meant = U::meant(&written(misfit)).unwrap_or_else(U::blank);
    if !meant.is_misfit() {
        meant.make_valid();
    }
    meant
}

/// Reports a value that fits no variant, unless it is an object with a tag.
pub(crate) fn inspect_unknown(value: &Value, tag_name: &str, inspection: &mut Inspection) {
    if !is_misfit(value, tag_name) {
        return;
    }
    match value {
        Value::Object(members) if !tag_name.is_empty() => {
            let kind = members
                .get(tag_name)
                .map_or(DefectKind::Missing, DefectKind::of);
            inspection.member(tag_name, |inspection| inspection.report(kind));
        }
        other => inspection.report(DefectKind::of(other)),
    }
}
