//! Errors in words.

use std::error::Error;
use std::fmt;

/// An error with its causes in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let line = error.to_string();
        // Wrappers may repeat what they wrap.
        if !text.ends_with(&line) {
            text = format!("{text}: {line}");
        }
        cause = error.source();
    }
    text
}

/// Shows what an error says, in which secrets are named, in place of what it holds.
pub(crate) fn debug(error: &dyn Error, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{name}({:?})", chain(error))
}
