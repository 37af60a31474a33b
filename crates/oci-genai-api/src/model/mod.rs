//! The building blocks of generated types.
//!
//! The generated sources contain plain structs and enums. Three macros implement reading and
//! writing for them: [`object!`], [`open_enum!`] and [`union!`]. The files of this directory are
//! also copied into crates generated from other documents, so they refer to nothing outside of it.
//!
//! A malformed member never prevents reading the rest of a value. See [`Tolerant`].

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
mod containers;
mod content;
mod defect;
mod extra;
mod key;
mod path;
mod repair;
mod secret;
mod tolerant;
mod unknown;

pub(crate) use self::defect::Inspection;
pub use self::defect::{Defect, DefectKind};
pub use self::extra::Extra;
pub(crate) use self::extra::{ExtraReader, Need};
pub(crate) use self::key::{ConstantSeed, Found, KeySeed, KnownKey};
pub(crate) use self::object::{Object, ObjectVisitor, bare_list, deserialize};
pub(crate) use self::path::path_segment;
pub use self::repair::read;
pub use self::secret::Secret;
pub use self::tolerant::Tolerant;
pub(crate) use self::tolerant::{
    Odd, Seed, TextVisitor, from_value, odd, read as read_or_odd, scalar_text,
};
pub(crate) use self::union::{
    KnownTag, Tagged, Union, UnionVisitor, collect, fitting, inspect_unknown, is_misfit, meant,
    read_tag, untagged,
};
pub use self::unknown::Unknown;

#[cfg(test)]
mod tests;
