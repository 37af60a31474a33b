//! Members in another form than the document says.

use std::fmt;

use serde_json::Value;

/// A member that was missing, or came in another form than the OpenAPI document says.
///
/// No data is lost: the rest of the object is read, and the original value is kept in
/// [`Extra`](crate::Extra) and written back unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Defect {
    /// Position of the member, as a JSON pointer (RFC 6901) into the inspected value.
    pub pointer: String,
    /// Kind of the defect.
    pub kind: DefectKind,
}

/// Kinds of defects of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DefectKind {
    /// The member is required but absent.
    Missing,
    /// The member is null but not nullable.
    Null,
    /// The member is of another type or out of range. Contains the actual type, for example `a
    /// number`.
    Type(&'static str),
    /// The member has only one allowed value and came with another.
    Value,
    /// The text was not valid JSON here and was repaired: a lone surrogate or bytes that are not
    /// UTF-8 became U+FFFD, a number that is not finite became null, a control character was
    /// escaped.
    Repaired,
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match self.pointer.as_str() {
            "" => "the value",
            pointer => pointer,
        };
        match self.kind {
            DefectKind::Missing => write!(f, "{place} is missing"),
            DefectKind::Null => write!(f, "{place} is null"),
            DefectKind::Type(found) => write!(f, "{place} is {found}"),
            DefectKind::Value => write!(f, "{place} has another value"),
            DefectKind::Repaired => write!(f, "{place} was not JSON"),
        }
    }
}

impl DefectKind {
    /// Returns the defect of a value that does not fit.
    pub(crate) fn of(odd: &Value) -> Self {
        match odd {
            Value::Null => Self::Null,
            other => Self::Type(kind_of(other)),
        }
    }
}

/// Returns the kind of a JSON value in words.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Collects defects while walking through a value.
#[derive(Debug, Default)]
pub struct Inspection {
    pointer: String,
    found: Vec<Defect>,
}

impl Inspection {
    /// Reports a defect at the current position.
    pub(crate) fn report(&mut self, kind: DefectKind) {
        self.found.push(Defect {
            pointer: self.pointer.clone(),
            kind,
        });
    }

    /// Reports a known defect below the current position.
    pub(crate) fn report_below(&mut self, defect: &Defect) {
        self.found.push(Defect {
            pointer: format!("{}{}", self.pointer, defect.pointer),
            kind: defect.kind,
        });
    }

    /// Continues inside a member.
    pub(crate) fn member(&mut self, name: &str, walk: impl FnOnce(&mut Self)) {
        let length = self.pointer.len();
        self.pointer.push('/');
        for letter in name.chars() {
            match letter {
                '~' => self.pointer.push_str("~0"),
                '/' => self.pointer.push_str("~1"),
                other => self.pointer.push(other),
            }
        }
        walk(self);
        self.pointer.truncate(length);
    }

    /// Continues inside an element of a list.
    pub(crate) fn element(&mut self, index: usize, walk: impl FnOnce(&mut Self)) {
        self.member(&index.to_string(), walk);
    }

    pub(crate) fn into_defects(self) -> Vec<Defect> {
        self.found
    }
}
