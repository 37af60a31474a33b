//! What every generated type is made of.
//!
//! The generated sources hold plain structs and enums; how those are read and written is said once,
//! here, by three macros: [`object!`], [`open_enum!`] and [`union!`]. The files of this directory are
//! also copied into crates generated from other documents, so they name nothing outside it.

#![allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "which of these a generated crate uses depends on its document"
)]

#[macro_use]
mod object;
#[macro_use]
mod open_enum;
#[macro_use]
mod union;
mod buffer;
mod extra;
mod fields;
mod integer;
mod path;
mod secret;
mod unknown;

pub use self::extra::Extra;
pub(crate) use self::extra::ExtraReader;
pub(crate) use self::fields::{Found, KeySeed, KnownKey, WireConst, in_field, missing_field};
pub(crate) use self::integer::Integer;
pub(crate) use self::path::path_segment;
pub use self::secret::Secret;
pub(crate) use self::union::{
    KnownTag, Tagged, Union, UnionVisitor, collect, in_variant, none_fits, read_tag,
};
pub use self::unknown::Unknown;

#[cfg(test)]
mod tests;
