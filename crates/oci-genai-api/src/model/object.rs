//! Objects: structs with named members and a field for all others.

use std::fmt;

use serde::de::value::MapDeserializer;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::defect::kind_of;
use super::tolerant::{Odd, Tolerant, hand_back};

/// Constructs, reads and writes a struct that represents a JSON object.
///
/// The generated source declares the struct, with one `pub` field per member and `pub extra:
/// Extra`. For each member, the macro gets its kind, field, type and JSON name:
///
/// - `constants` are members with one allowed value: no field; written unless the object was read
///   without it or with another value.
/// - `required` members are arguments of `new`.
/// - `nullable` members are required too, but may be null: `Option` fields, written as null.
/// - `optional` members are `Option` fields and omitted if `None`.
///
/// The kind says how a value is passed in: `plain`, `int` (a whole number), `uint` (one of up to 64 bits without a
/// sign), `list`, `map`.
macro_rules! object {
    ($name:ident {
        constants { $($c:ident: $cwire:literal = $cvalue:literal;)* }
        required { $($rkind:ident $r:ident: $rty:ty = $rwire:literal;)* }
        nullable { $($nkind:ident $n:ident: $nty:ty = $nwire:literal;)* }
        optional { $($okind:ident $o:ident: $oty:ty = $owire:literal;)* }
    }) => {
        impl $name {
            /// Creates a value from its required members.
            #[must_use]
            #[allow(clippy::new_without_default, clippy::too_many_arguments)]
            pub fn new($($r: object!(@argument $rkind $rty)),*) -> Self {
                Self {
                    $($r: object!(@convert $rkind $r),)*
                    $($n: ::core::option::Option::None,)*
                    $($o: ::core::option::Option::None,)*
                    extra: $crate::model::Extra::new(),
                }
            }

            $(
                #[doc = concat!("Sets [`", stringify!($n), "`](#structfield.", stringify!($n), ").")]
                #[must_use]
                pub fn $n(mut self, $n: object!(@argument $nkind $nty)) -> Self {
                    self.$n = ::core::option::Option::Some(object!(@convert $nkind $n));
                    self
                }
            )*

            $(
                #[doc = concat!("Sets [`", stringify!($o), "`](#structfield.", stringify!($o), ").")]
                #[must_use]
                pub fn $o(mut self, $o: object!(@argument $okind $oty)) -> Self {
                    self.$o = ::core::option::Option::Some(object!(@convert $okind $o));
                    self
                }
            )*
        }

        object!(@default $name [$($r)*]);

        const _: () = {
            #[allow(non_camel_case_types)]
            enum __Key { $($c,)* $($r,)* $($n,)* $($o,)* }

            impl $crate::model::KnownKey for __Key {
                fn find(name: &str) -> ::core::option::Option<Self> {
                    match name {
                        $($cwire => ::core::option::Option::Some(Self::$c),)*
                        $($rwire => ::core::option::Option::Some(Self::$r),)*
                        $($nwire => ::core::option::Option::Some(Self::$n),)*
                        $($owire => ::core::option::Option::Some(Self::$o),)*
                        _ => ::core::option::Option::None,
                    }
                }
            }

            /// The members by name, with their requirements.
            const KNOWN: &[(&str, $crate::model::Need)] = &[
                $(($cwire, $crate::model::Need::Constant),)*
                $(($rwire, $crate::model::Need::Required),)*
                $(($nwire, $crate::model::Need::Nullable),)*
                $(($owire, $crate::model::Need::Optional),)*
            ];

            impl $crate::model::Object for $name {
                const NAME: &'static str = stringify!($name);

                #[allow(unused_variables, reason = "an object may have no constants")]
                fn members<'de, __A: ::serde::de::MapAccess<'de>>(
                    mut map: __A,
                    tag: &'static str,
                ) -> ::core::result::Result<$name, __A::Error> {
                    $(let mut $c = tag == $cwire;)*
                    $(let mut $r: ::core::option::Option<object!(@stored $rkind $rty)> =
                        ::core::option::Option::None;)*
                    $(let mut $n: ::core::option::Option<
                        ::core::option::Option<object!(@stored $nkind $nty)>,
                    > = ::core::option::Option::None;)*
                    $(let mut $o: ::core::option::Option<object!(@stored $okind $oty)> =
                        ::core::option::Option::None;)*
                    let mut extra = $crate::model::ExtraReader::default();
                    while let ::core::option::Option::Some(key) =
                        map.next_key_seed($crate::model::KeySeed::<__Key>::new())?
                    {
                        match key {
                            $($crate::model::Found::Known(__Key::$c) => {
                                $c = true;
                                let seed = $crate::model::ConstantSeed { expected: $cvalue };
                                extra.odd($cwire, map.next_value_seed(seed)?);
                            })*
                            $($crate::model::Found::Known(__Key::$r) => {
                                let seed = $crate::model::Seed(&mut $r);
                                extra.odd($rwire, map.next_value_seed(seed)?);
                            })*
                            $($crate::model::Found::Known(__Key::$n) => {
                                let seed = $crate::model::Seed(&mut $n);
                                extra.odd($nwire, map.next_value_seed(seed)?);
                            })*
                            $($crate::model::Found::Known(__Key::$o) => {
                                let odd = map.next_value_seed($crate::model::Seed(&mut $o))?;
                                extra.optional($owire, odd, &mut $o);
                            })*
                            $crate::model::Found::Other(name) => {
                                let value = map.next_value::<::serde_json::Value>()?;
                                extra.push(name, value);
                            }
                        }
                    }
                    $(if !$c {
                        extra.absent($cwire);
                    })*
                    ::core::result::Result::Ok($name {
                        $($r: match $r {
                            ::core::option::Option::Some(value) => value,
                            ::core::option::Option::None => extra.stand_in($rwire),
                        },)*
                        $($n: match $n {
                            ::core::option::Option::Some(value) => value,
                            ::core::option::Option::None => extra.stand_in($nwire),
                        },)*
                        $($o,)*
                        extra: extra.finish(),
                    })
                }
            }

            impl $crate::model::Tolerant for $name {
                #[inline]
                fn read<'de, __D: ::serde::Deserializer<'de>>(
                    deserializer: __D,
                    place: &mut ::core::option::Option<Self>,
                ) -> ::core::result::Result<$crate::model::Odd, __D::Error> {
                    deserializer.deserialize_any($crate::model::ObjectVisitor(place))
                }

                fn blank() -> Self {
                    Self {
                        $($r: $crate::model::Tolerant::blank(),)*
                        $($n: ::core::option::Option::None,)*
                        $($o: ::core::option::Option::None,)*
                        extra: $crate::model::Extra::new(),
                    }
                }

                fn stand_in(odd: &::serde_json::Value) -> ::core::option::Option<Self> {
                    <__Key as $crate::model::KnownKey>::find("data")?;
                    $crate::model::bare_list(odd)
                }

                fn is_partial(&self) -> bool {
                    !self.extra.is_empty()
                        && (false $(|| self.extra.lacks_fact::<object!(@stored $rkind $rty)>($rwire))*)
                }

                fn is_hollow(&self) -> bool {
                    self.extra.is_hollow(KNOWN) $(&& self.$o.is_none())*
                }

                fn inspect(&self, inspection: &mut $crate::model::Inspection) {
                    self.extra.inspect(KNOWN, inspection);
                    $(inspection.member($rwire, |inspection| {
                        $crate::model::Tolerant::inspect(&self.$r, inspection);
                    });)*
                    $(inspection.member($nwire, |inspection| {
                        $crate::model::Tolerant::inspect(&self.$n, inspection);
                    });)*
                    $(inspection.member($owire, |inspection| {
                        $crate::model::Tolerant::inspect(&self.$o, inspection);
                    });)*
                }

                fn remember(&mut self, repairs: &[$crate::model::Defect]) {
                    self.extra.remember(repairs);
                }

                fn make_valid(&mut self) {
                    self.extra.make_valid(KNOWN);
                    $($crate::model::Tolerant::make_valid(&mut self.$r);)*
                    $($crate::model::Tolerant::make_valid(&mut self.$n);)*
                    $($crate::model::Tolerant::make_valid(&mut self.$o);)*
                }
            }

            impl<'de> ::serde::Deserialize<'de> for $name {
                fn deserialize<__D: ::serde::Deserializer<'de>>(
                    deserializer: __D,
                ) -> ::core::result::Result<Self, __D::Error> {
                    $crate::model::deserialize(deserializer, concat!("an object (", stringify!($name), ")"))
                }
            }

            impl ::serde::Serialize for $name {
                fn serialize<__S: ::serde::Serializer>(
                    &self,
                    serializer: __S,
                ) -> ::core::result::Result<__S::Ok, __S::Error> {
                    use ::serde::ser::SerializeMap as _;
                    let mut map = serializer.serialize_map(::core::option::Option::None)?;
                    // Usually, each field holds the value that came.
                    #[allow(unused_variables, reason = "an object may have no members")]
                    let sound = self.extra.is_sound();
                    $(if sound || self.extra.has_constant($cwire) {
                        map.serialize_entry($cwire, $cvalue)?;
                    })*
                    $(if sound || !self.extra.stands_in($rwire, &self.$r) {
                        map.serialize_entry($rwire, &self.$r)?;
                    })*
                    $(if sound || !self.extra.stands_in($nwire, &self.$n) {
                        map.serialize_entry($nwire, &self.$n)?;
                    })*
                    $(if let ::core::option::Option::Some(value) = &self.$o
                        && (sound || !self.extra.stands_in_optional($owire, value))
                    {
                        map.serialize_entry($owire, value)?;
                    })*
                    for (name, value) in self.extra.iter() {
                        let written = match <__Key as $crate::model::KnownKey>::find(name) {
                            ::core::option::Option::None => false,
                            $(::core::option::Option::Some(__Key::$c) => false,)*
                            $(::core::option::Option::Some(__Key::$r) =>
                                !self.extra.stands_in($rwire, &self.$r),)*
                            $(::core::option::Option::Some(__Key::$n) =>
                                !self.extra.stands_in($nwire, &self.$n),)*
                            $(::core::option::Option::Some(__Key::$o) => self.$o.as_ref().is_some_and(
                                |value| !self.extra.stands_in_optional($owire, value),
                            ),)*
                        };
                        if !written {
                            map.serialize_entry(name, value)?;
                        }
                    }
                    map.end()
                }
            }
        };
    };

    (@default $name:ident []) => {
        impl ::core::default::Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }
    };
    (@default $name:ident [$($required:ident)+]) => {};

    // The argument type of a value.
    (@argument plain $ty:ty) => { impl ::core::convert::Into<$ty> };
    (@argument int $ty:ty) => { impl ::core::convert::Into<i64> };
    // Nothing that a literal without a suffix can be converts into it.
    (@argument uint $ty:ty) => { u64 };
    (@argument list $ty:ty) => {
        impl ::core::iter::IntoIterator<Item = impl ::core::convert::Into<$ty>>
    };
    (@argument map $ty:ty) => {
        impl ::core::iter::IntoIterator<
            Item = (
                impl ::core::convert::Into<::std::string::String>,
                impl ::core::convert::Into<$ty>,
            ),
        >
    };
    (@convert plain $value:ident) => { $value.into() };
    (@convert int $value:ident) => { $value.into() };
    (@convert uint $value:ident) => { $value };
    (@convert list $value:ident) => {
        $value.into_iter().map(::core::convert::Into::into).collect()
    };
    (@convert map $value:ident) => {
        $value
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect()
    };

    // The stored form of an argument.
    (@stored plain $ty:ty) => { $ty };
    (@stored int $ty:ty) => { i64 };
    (@stored uint $ty:ty) => { u64 };
    (@stored list $ty:ty) => { ::std::vec::Vec<$ty> };
    (@stored map $ty:ty) => { ::std::collections::BTreeMap<::std::string::String, $ty> };
}

/// Common interface of objects.
pub(crate) trait Object: Tolerant {
    const NAME: &'static str;

    /// Reads the members. `tag` is the name of the member that a union has already read, or empty.
    fn members<'de, A: MapAccess<'de>>(map: A, tag: &'static str) -> Result<Self, A::Error>;
}

impl<T: Object> Object for Box<T> {
    const NAME: &'static str = T::NAME;

    fn members<'de, A: MapAccess<'de>>(map: A, tag: &'static str) -> Result<Self, A::Error> {
        T::members(map, tag).map(Self::new)
    }
}

/// Reads an object, or returns a value that is not an object.
pub(crate) struct ObjectVisitor<'a, T>(pub(crate) &'a mut Option<T>);

impl<'de, T: Object> Visitor<'de> for ObjectVisitor<'_, T> {
    type Value = Odd;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object ({})", T::NAME)
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Odd, A::Error> {
        *self.0 = Some(T::members(map, "")?);
        Ok(None)
    }

    hand_back! { null boolean number string list }
}

/// Reads a list without its object as the `data` of a page.
pub(crate) fn bare_list<T: Object>(odd: &Value) -> Option<T> {
    let list = odd.is_array().then(|| ("data", odd.clone()));
    let members = MapDeserializer::<_, serde_json::Error>::new(std::iter::once(list?));
    T::members(members, "").ok()
}

/// Deserializes a standalone value, for which no object keeps a value that does not fit.
pub(crate) fn deserialize<'de, T: Tolerant, D: Deserializer<'de>>(
    deserializer: D,
    expected: &'static str,
) -> Result<T, D::Error> {
    let mut place = None;
    deserialize_into(deserializer, &mut place, expected)?;
    place.ok_or_else(|| de::Error::custom(format_args!("{expected} was expected, nothing came")))
}

/// Reads a value by itself into its place, which is filled if this succeeds.
pub(super) fn deserialize_into<'de, T: Tolerant, D: Deserializer<'de>>(
    deserializer: D,
    place: &mut Option<T>,
    expected: &'static str,
) -> Result<(), D::Error> {
    let odd = T::read(deserializer, place)?;
    if place.is_some() {
        return Ok(());
    }
    let odd = odd.map(|odd| *odd).unwrap_or_default();
    *place = T::stand_in(&odd);
    match place {
        Some(_) => Ok(()),
        None => Err(de::Error::custom(format_args!(
            "{expected} was expected, {} came",
            kind_of(&odd)
        ))),
    }
}
