//! Objects: structs with named members and a place for the rest.

/// Constructs, reads and writes a struct that stands for a JSON object.
///
/// The struct itself is written out in the generated source, with one `pub` field per member and
/// `pub extra: Extra`. The macro is told, per member, its kind, field, type and name on the wire:
///
/// - `constants` are members with one possible value: no field, written always, checked when read.
///   A `strict` one refuses any other value; a `lenient` one keeps it among the extra members.
/// - `required` members are arguments of `new`.
/// - `nullable` members are required too, but may be null: `Option` fields, written as null.
/// - `optional` members are `Option` fields and left out when `None`.
///
/// The kind says how a value is passed in and read: `plain`, `int` (a whole number), `list`,
/// `ints` (a list of whole numbers), `map`.
macro_rules! object {
    ($name:ident {
        constants { $($ckind:ident $c:ident: $cwire:literal = $cvalue:literal;)* }
        required { $($rkind:ident $r:ident: $rty:ty = $rwire:literal;)* }
        nullable { $($nkind:ident $n:ident: $nty:ty = $nwire:literal;)* }
        optional { $($okind:ident $o:ident: $oty:ty = $owire:literal;)* }
    }) => {
        impl $name {
            /// Makes one from what it cannot do without.
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
            enum Key { $($c,)* $($r,)* $($n,)* $($o,)* }

            impl $crate::model::KnownKey for Key {
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

            struct Members;

            impl<'de> ::serde::de::Visitor<'de> for Members {
                type Value = $name;

                fn expecting(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    f.write_str(concat!("an object (", stringify!($name), ")"))
                }

                fn visit_map<A: ::serde::de::MapAccess<'de>>(
                    self,
                    mut map: A,
                ) -> ::core::result::Result<$name, A::Error> {
                    $(let mut $r: ::core::option::Option<object!(@stored $rkind $rty)> =
                        ::core::option::Option::None;)*
                    $(let mut $n: ::core::option::Option<object!(@stored $nkind $nty)> =
                        ::core::option::Option::None;)*
                    $(let mut $o: ::core::option::Option<object!(@stored $okind $oty)> =
                        ::core::option::Option::None;)*
                    let mut extra = $crate::model::ExtraReader::default();
                    while let ::core::option::Option::Some(key) =
                        map.next_key_seed($crate::model::KeySeed::<Key>::new())?
                    {
                        match key {
                            $($crate::model::Found::Known(Key::$c) => {
                                let other = map
                                    .next_value_seed($crate::model::WireConst { expected: $cvalue })
                                    .map_err($crate::model::in_field(stringify!($name), $cwire))?;
                                if let ::core::option::Option::Some(other) = other {
                                    object!(@otherwise $ckind $name $cwire $cvalue other extra);
                                }
                            })*
                            $($crate::model::Found::Known(Key::$r) => {
                                let value = map
                                    .next_value::<object!(@read $rkind $rty)>()
                                    .map_err($crate::model::in_field(stringify!($name), $rwire))?;
                                $r = ::core::option::Option::Some(object!(@keep $rkind value));
                            })*
                            $($crate::model::Found::Known(Key::$n) => {
                                let value = map
                                    .next_value::<::core::option::Option<object!(@read $nkind $nty)>>()
                                    .map_err($crate::model::in_field(stringify!($name), $nwire))?;
                                $n = value.map(|value| object!(@keep $nkind value));
                            })*
                            $($crate::model::Found::Known(Key::$o) => {
                                let value = map
                                    .next_value::<::core::option::Option<object!(@read $okind $oty)>>()
                                    .map_err($crate::model::in_field(stringify!($name), $owire))?;
                                if value.is_none() {
                                    extra.push($owire, ::serde_json::Value::Null);
                                }
                                $o = value.map(|value| object!(@keep $okind value));
                            })*
                            $crate::model::Found::Other(name) => {
                                let value = map.next_value::<::serde_json::Value>()?;
                                extra.push(name, value);
                            }
                        }
                    }
                    ::core::result::Result::Ok($name {
                        $($r: match $r {
                            ::core::option::Option::Some(value) => value,
                            ::core::option::Option::None => {
                                return ::core::result::Result::Err($crate::model::missing_field(
                                    stringify!($name),
                                    $rwire,
                                ));
                            }
                        },)*
                        $($n,)*
                        $($o,)*
                        extra: extra.finish(),
                    })
                }
            }

            impl<'de> ::serde::Deserialize<'de> for $name {
                fn deserialize<D: ::serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::core::result::Result<Self, D::Error> {
                    deserializer.deserialize_map(Members)
                }
            }

            impl ::serde::Serialize for $name {
                fn serialize<S: ::serde::Serializer>(
                    &self,
                    serializer: S,
                ) -> ::core::result::Result<S::Ok, S::Error> {
                    use ::serde::ser::SerializeMap as _;
                    let mut map = serializer.serialize_map(::core::option::Option::None)?;
                    $(object!(@constant $ckind self map $cwire $cvalue);)*
                    $(map.serialize_entry($rwire, &self.$r)?;)*
                    $(map.serialize_entry($nwire, &self.$n)?;)*
                    $(if let ::core::option::Option::Some(value) = &self.$o {
                        map.serialize_entry($owire, value)?;
                    })*
                    for (name, value) in self.extra.iter() {
                        let written = match <Key as $crate::model::KnownKey>::find(name) {
                            ::core::option::Option::None => false,
                            $(::core::option::Option::Some(Key::$c) => {
                                object!(@constant_written $ckind)
                            })*
                            $(::core::option::Option::Some(Key::$r) => true,)*
                            $(::core::option::Option::Some(Key::$n) => true,)*
                            $(::core::option::Option::Some(Key::$o) => self.$o.is_some(),)*
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

    // How a value is passed in.
    (@argument plain $ty:ty) => { impl ::core::convert::Into<$ty> };
    (@argument int $ty:ty) => { impl ::core::convert::Into<i64> };
    (@argument ints $ty:ty) => { object!(@argument list $ty) };
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
    (@convert ints $value:ident) => { object!(@convert list $value) };
    (@convert list $value:ident) => {
        $value.into_iter().map(::core::convert::Into::into).collect()
    };
    (@convert map $value:ident) => {
        $value
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect()
    };

    // What the field holds.
    (@stored plain $ty:ty) => { $ty };
    (@stored int $ty:ty) => { i64 };
    (@stored ints $ty:ty) => { object!(@stored list $ty) };
    (@stored list $ty:ty) => { ::std::vec::Vec<$ty> };
    (@stored map $ty:ty) => { ::std::collections::BTreeMap<::std::string::String, $ty> };

    // How it is read.
    (@read int $ty:ty) => { $crate::model::Integer };
    (@read ints $ty:ty) => { ::std::vec::Vec<$crate::model::Integer> };
    (@read $kind:ident $ty:ty) => { object!(@stored $kind $ty) };
    (@keep int $value:ident) => { i64::from($value) };
    (@keep ints $value:ident) => { $value.into_iter().map(i64::from).collect() };
    (@keep $kind:ident $value:ident) => { $value };

    // Members with one possible value.
    (@otherwise strict $name:ident $wire:literal $expected:literal $other:ident $extra:ident) => {
        return ::core::result::Result::Err(::serde::de::Error::custom(format_args!(
            concat!(stringify!($name), ".", $wire, " is {}, not ", $expected),
            $other
        )))
    };
    (@otherwise lenient $name:ident $wire:literal $expected:literal $other:ident $extra:ident) => {
        $extra.push($wire, $other)
    };
    (@constant strict $self:ident $map:ident $wire:literal $value:literal) => {
        $map.serialize_entry($wire, $value)?
    };
    (@constant lenient $self:ident $map:ident $wire:literal $value:literal) => {
        if $self.extra.get($wire).is_none() {
            $map.serialize_entry($wire, $value)?
        }
    };
    (@constant_written strict) => { true };
    (@constant_written lenient) => { false };
}
