//! String enums that keep unknown values.

/// Reads, writes and converts a string enum. The generated source declares the enum; its last
/// variant, `Other(String)`, keeps every value that the contract does not name.
macro_rules! open_enum {
    ($name:ident { $($variant:ident = $wire:literal,)* }) => {
        impl $name {
            /// Returns the value as written in JSON.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $wire,)*
                    Self::Other(other) => other,
                }
            }

            fn known(text: &str) -> ::core::option::Option<Self> {
                match text {
                    $($wire => ::core::option::Option::Some(Self::$variant),)*
                    _ => ::core::option::Option::None,
                }
            }
        }

        impl ::core::convert::From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::known(text).unwrap_or_else(|| Self::Other(text.to_owned()))
            }
        }

        impl ::core::convert::From<::std::string::String> for $name {
            fn from(text: ::std::string::String) -> Self {
                Self::known(&text).unwrap_or(Self::Other(text))
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<__S: ::serde::Serializer>(
                &self,
                serializer: __S,
            ) -> ::core::result::Result<__S::Ok, __S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<__D: ::serde::Deserializer<'de>>(
                deserializer: __D,
            ) -> ::core::result::Result<Self, __D::Error> {
                $crate::model::deserialize(deserializer, "a string")
            }
        }

        impl $crate::model::Tolerant for $name {
            #[inline]
            fn read<'de, __D: ::serde::Deserializer<'de>>(
                deserializer: __D,
                place: &mut ::core::option::Option<Self>,
            ) -> ::core::result::Result<$crate::model::Odd, __D::Error> {
                deserializer.deserialize_any($crate::model::TextVisitor(place))
            }

            fn blank() -> Self {
                Self::Other(::std::string::String::new())
            }

            fn stand_in(odd: &::serde_json::Value) -> ::core::option::Option<Self> {
                $crate::model::scalar_text(odd).map(Self::from)
            }
        }
    };
}
