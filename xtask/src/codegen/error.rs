//! What is wrong with a document, and what to do about it.

use std::fmt;

/// A reason why a document is rejected: place, problem and fix. Where there are several reasons, it is
/// all of them, a line for each.
#[derive(Debug)]
pub struct Error {
    pointer: String,
    problem: String,
    fix: String,
    before: Vec<Error>,
}

/// The result of a step of the compiler.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error at a JSON pointer (`#/paths/~1responses/post`).
    pub(crate) fn new(
        pointer: impl Into<String>,
        problem: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self {
            pointer: pointer.into(),
            problem: problem.into(),
            fix: fix.into(),
            before: Vec::new(),
        }
    }

    /// Where in the document it is.
    pub(crate) fn pointer(&self) -> &str {
        &self.pointer
    }

    /// This error, after others.
    pub(crate) fn after(mut self, before: Vec<Self>) -> Self {
        self.before = before;
        self
    }

    /// All of several errors as one; nothing if there are none.
    pub(crate) fn all(mut errors: Vec<Self>) -> Result<()> {
        match errors.pop() {
            Some(last) => Err(last.after(errors)),
            None => Ok(()),
        }
    }

    /// The single errors of which it is made.
    pub(crate) fn apart(mut self) -> Vec<Self> {
        let mut errors = std::mem::take(&mut self.before);
        errors.push(self);
        errors
    }

    /// The same error, in a file.
    pub(crate) fn within(mut self, file: &str) -> Self {
        self.pointer = format!("{file}: {}", self.pointer);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for error in &self.before {
            writeln!(f, "{error}")?;
        }
        write!(f, "{}: {}; {}", self.pointer, self.problem, self.fix)
    }
}

impl std::error::Error for Error {}
