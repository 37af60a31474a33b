//! One difference: where, what, and what adopting it would do to the Rust interface.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

/// What differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Operation,
    /// What an operation is called.
    Name,
    /// The statuses of an operation's success.
    Status,
    /// What has to be sent to be let in.
    Security,
    Parameter,
    /// A request body, a response body, or a stream of events.
    Body,
    Property,
    Variant,
    Value,
    Type,
    Nullable,
    Required,
    /// Whether something should not be used any more.
    Deprecated,
    /// An entry of the exclusions that names no difference.
    Exclusion,
}

/// Which document has what the other lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Side {
    /// The pin lacks it.
    Missing,
    /// Only the pin has it.
    Extra,
    /// Both have it and say different things.
    Differs,
}

/// What adopting a difference would do to the Rust interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Effect {
    /// Code that compiled may no longer compile.
    Breaks,
    /// There would be more to use, and all code would still compile.
    Extends,
    /// Nothing that a compiler refuses, and nothing more to use.
    None,
}

/// Words of differences.
pub(super) const OPTIONAL: &str = "optional";
pub(super) const REQUIRED: &str = "required";
pub(super) const NULLABLE: &str = "nullable";
pub(super) const NEVER_NULL: &str = "never null";

/// One difference between the pin and another document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Difference {
    /// What exclusions match: `FunctionTool.strict`, `POST /responses events`.
    pub(super) location: String,
    pub(super) kind: Kind,
    pub(super) side: Side,
    /// What the pin says, and what the other document says, where they say different things.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) other: Option<String>,
    pub(super) effect: Effect,
    /// The shortest way there from an operation.
    pub(super) at: String,
    /// All operations that are concerned.
    pub(super) operations: Vec<String>,
}

macro_rules! display_as_serialized {
    ($($type:ty),*) => {$(
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.serialize(f)
            }
        }
    )*};
}

display_as_serialized!(Kind, Side, Effect);

impl Difference {
    /// The operation in which it is found first.
    pub(super) fn operation(&self) -> &str {
        let leads = |operation: &&String| {
            let rest = self.at.strip_prefix(operation.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        let found = self.operations.iter().find(leads);
        found.map_or(&self.at, |operation| operation)
    }

    /// Whether the pin takes what the other document has, and more.
    pub(super) fn pin_takes_more(&self) -> bool {
        let says = |word: &str| self.pin.as_deref() == Some(word);
        match self.kind {
            Kind::Property | Kind::Variant | Kind::Value | Kind::Operation => {
                self.side == Side::Extra
            }
            Kind::Required => says(OPTIONAL),
            Kind::Nullable => says(NULLABLE),
            _ => false,
        }
    }

    /// The order of reports: by path, method and location.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        let key = |difference: &Self| {
            let (method, path) = difference.operation().split_once(' ').unwrap_or_default();
            [path, method, &difference.location].map(str::to_owned)
        };
        let by_kind = || self.kind.cmp(&other.kind);
        key(self).cmp(&key(other)).then_with(by_kind)
    }

    /// What differs, in words.
    pub(super) fn words(&self) -> String {
        match (self.side, &self.pin, &self.other) {
            (Side::Differs, Some(pin), Some(other)) => {
                format!("pin: {pin}, other: {other}")
            }
            (Side::Missing, _, _) => "missing in the pin".into(),
            (Side::Extra, _, _) if self.kind == Kind::Exclusion => {
                "matches no difference: remove it from the exclusions".into()
            }
            _ => "only in the pin".into(),
        }
    }
}
