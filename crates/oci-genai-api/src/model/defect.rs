//! What came in another form than the document says.

use std::fmt;

use serde_json::Value;

/// A member that was missing, or came in another form than the OpenAPI document says.
///
/// Nothing is lost by it: the rest of the object is read, and what came is kept in
/// [`Extra`](crate::Extra) and written back as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Defect {
    /// Where it is, as a JSON pointer (RFC 6901) into the value it was asked of.
    pub pointer: String,
    /// What is wrong there.
    pub kind: DefectKind,
}

/// What is wrong with a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DefectKind {
    /// The member is required and was not there.
    Missing,
    /// The member may not be null and was.
    Null,
    /// The member is of another type or outside its range. Holds what came, for example `a number`.
    Type(&'static str),
    /// The member has one possible value and came with another.
    Value,
    /// The text was no JSON at this place and was repaired: a lone surrogate or bytes that are not
    /// UTF-8 became U+FFFD, a number that is not finite became null, a control character was escaped.
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
    /// What is wrong with a value that does not fit.
    pub(crate) fn of(odd: &Value) -> Self {
        match odd {
            Value::Null => Self::Null,
            other => Self::Type(kind_of(other)),
        }
    }
}

/// The kind of a JSON value, in words.
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

/// Collects defects on a walk through a value.
#[derive(Debug, Default)]
pub struct Inspection {
    pointer: String,
    found: Vec<Defect>,
}

impl Inspection {
    /// Reports the place where the walk is.
    pub(crate) fn report(&mut self, kind: DefectKind) {
        self.found.push(Defect {
            pointer: self.pointer.clone(),
            kind,
        });
    }

    /// Reports what is known of a place below the current one.
    pub(crate) fn report_below(&mut self, defect: &Defect) {
        self.found.push(Defect {
            pointer: format!("{}{}", self.pointer, defect.pointer),
            kind: defect.kind,
        });
    }

    /// Walks on inside a member.
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

    /// Walks on inside an element of a list.
    pub(crate) fn element(&mut self, index: usize, walk: impl FnOnce(&mut Self)) {
        self.member(&index.to_string(), walk);
    }

    pub(crate) fn into_defects(self) -> Vec<Defect> {
        self.found
    }
}
