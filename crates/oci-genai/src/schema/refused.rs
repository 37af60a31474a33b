//! The reason why a type has no strict schema.

use std::fmt;

/// The reason why a type cannot be expressed as a strict schema.
#[derive(Debug)]
pub(super) struct Refused {
    at: String,
    has: String,
    hint: String,
}

impl Refused {
    pub(super) fn new(at: &str, has: &str, hint: &str) -> Self {
        let (at, has, hint) = (at.to_owned(), has.to_owned(), hint.to_owned());
        Self { at, has, hint }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, has, hint } = self;
        write!(f, "at {at} it has {has}; hint: {hint}")
    }
}
