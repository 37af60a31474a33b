//! Errors for unreadable files that a setting names.

use std::io;

use crate::redact::{kind_of_secret, shown_path};
use crate::{Environment, Error};

/// Creates the error for a file that a variable names. `holder` is the variable that takes the
/// contents instead, if there is one.
pub(crate) fn variable(
    name: &str,
    value: &str,
    holder: Option<&str>,
    cause: io::Error,
    environment: &Environment,
) -> Error {
    let path = environment.expand(value);
    let message = format!("could not read {name} {}", shown_path(&path));
    with_reason(Error::config(message), value, holder, cause, environment)
}

/// Adds the cause to an error, or an explanation that the value suggests.
pub(crate) fn with_reason(
    error: Error,
    value: &str,
    holder: Option<&str>,
    cause: io::Error,
    environment: &Environment,
) -> Error {
    let is_no_path = matches!(
        cause.kind(),
        io::ErrorKind::NotFound
            | io::ErrorKind::InvalidFilename
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::NotADirectory
    );
    match reason(value, holder, environment).filter(|_| is_no_path) {
        Some(reason) => error.with_source(Error::config(reason)),
        None => error.with_source(cause),
    }
}

fn reason(value: &str, holder: Option<&str>, environment: &Environment) -> Option<String> {
    if let Some(kind) = kind_of_secret(value) {
        let what = match kind {
            "token" | "API key" => kind,
            _ => "key",
        };
        let hint = match holder {
            Some(holder) => format!("set {holder} to it, or name a file here"),
            None => format!("put the {what} into a file and name the file here"),
        };
        return Some(format!(
            "the value is the {what} itself, not a path; hint: {hint}"
        ));
    }
    if let Some(why) = odd_characters(value) {
        return Some(format!("there is no such file: {why}"));
    }
    if value.contains('$') || value.matches('%').count() > 1 {
        return Some(
            "there is no such file: variables in the path are not replaced; hint: write `~` for the \
             home folder, or the whole path"
                .to_owned(),
        );
    }
    let path = environment.expand(value);
    if path.starts_with("~") || value.starts_with('~') && path.is_relative() {
        return Some("there is no such file: the home folder in the path is unknown".to_owned());
    }
    if path.is_relative() {
        let folder = std::env::current_dir().ok()?;
        return Some(format!(
            "there is no such file: the path is relative and was looked for in {}; hint: write the \
             whole path, or one that begins with `~/`",
            shown_path(&folder)
        ));
    }
    None
}

/// Detects quotes and comments, which an INI file includes in the value.
pub(crate) fn odd_characters(value: &str) -> Option<&'static str> {
    if value.starts_with(['"', '\'']) || value.ends_with(['"', '\'']) {
        Some("its quotes are part of the value; hint: remove them")
    } else if value.contains(" #") || value.contains(" ;") {
        Some("a comment after a value is part of the value; hint: put the comment on its own line")
    } else {
        None
    }
}
