//! Formatting of errors.

use std::error::Error;
use std::fmt;

/// Formats an error with its causes in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let line = error.to_string();
        // A wrapper may repeat the error it wraps.
        if !text.ends_with(&line) {
            text = format!("{text}: {line}");
        }
        cause = error.source();
    }
    text
}

/// Formats an error's message, in which secrets are masked, instead of its fields.
pub(crate) fn debug(error: &dyn Error, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{name}({:?})", chain(error))
}
