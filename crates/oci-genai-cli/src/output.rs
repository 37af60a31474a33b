//! Writes to the terminal: output text to standard output, the rest to standard error.
//!
//! All other modules print through this one. A stream has colors only if it is a terminal and
//! `NO_COLOR` is not set.

use std::io::{self, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use anstyle::{AnsiColor, Style};

use crate::args;
use crate::error::Error;
use crate::secrets::hide;
use crate::terminal::visible;

/// Style of headings and names.
pub(crate) const BOLD: Style = Style::new().bold();
/// Style of secondary text.
pub(crate) const DIM: Style = Style::new().dimmed();
/// Style of success.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// Style of warnings.
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default();
/// Style of errors.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();

/// Whether notes are suppressed.
static QUIET: AtomicBool = AtomicBool::new(false);

/// Suppresses notes from now on.
pub(crate) fn be_quiet() {
    QUIET.store(true, Ordering::Relaxed);
}

/// Prints a line of output.
pub(crate) fn line(text: &str) {
    let mut out = anstream::AutoStream::auto(io::stdout()).lock();
    if writeln!(out, "{text}").and_then(|()| out.flush()).is_err() {
        // The reader closed the pipe, as `head` does.
        std::process::exit(0);
    }
}

/// Prints a value as one line of JSON.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<(), Error> {
    let text = serde_json::to_string(value)
        .map_err(|error| Error::io("write JSON to", Path::new("standard output"), error.into()))?;
    line(&text);
    Ok(())
}

/// Prints a part of the output and flushes it.
///
/// # Errors
///
/// Returns an error if standard output is closed.
pub(crate) fn part(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Prints rendered output.
pub(crate) fn answer(text: &str) -> Result<(), Error> {
    part(text).map_err(|error| Error::io("write to", Path::new("standard output"), error))
}

/// Prints a prompt for input on the same line.
pub(crate) fn ask(text: &str) {
    let mut err = anstream::AutoStream::auto(io::stderr()).lock();
    // Reading the input reports a failure.
    let _ = write!(err, "{}", hide(text)).and_then(|()| err.flush());
}

/// Prints a note to standard error.
pub(crate) fn note(text: &str) {
    if !QUIET.load(Ordering::Relaxed) {
        to_standard_error(&wrapped(text, width(&console::Term::stderr())));
    }
}

/// Prints an error as one paragraph.
pub(crate) fn error(error: &Error) {
    if matches!(error, Error::AlreadyReported(_)) {
        return;
    }
    let text = format!("error: {}", visible(&error.paragraph()));
    let text = wrapped(&text, width(&console::Term::stderr()));
    let rest = text.strip_prefix("error:").unwrap_or(&text);
    to_standard_error(&format!("{BAD}error:{BAD:#}{rest}"));
}

/// Prints a command-line error in clap's format.
pub(crate) fn usage_error(error: clap::Error) {
    to_standard_error(args::usage_error(error).ansi().to_string().trim_end());
}

fn to_standard_error(text: &str) {
    let mut err = anstream::AutoStream::auto(io::stderr()).lock();
    // A failure to print cannot be reported.
    let _ = writeln!(err, "{}", hide(text));
}

/// Returns the width for text in a terminal, at most 100 columns.
fn width(term: &console::Term) -> Option<usize> {
    term.is_term().then_some(())?;
    let (_, columns) = term.size_checked()?;
    Some(usize::from(columns).clamp(40, 100))
}

/// Returns the width of standard output; `None` if it is not a terminal.
pub(crate) fn columns() -> Option<usize> {
    width(&console::Term::stdout())
}

/// Wraps each line of a text between words, if there is a width.
pub(crate) fn wrapped(text: &str, width: Option<usize>) -> String {
    let lines = text.split('\n').map(|line| match width {
        Some(width) => wrap(line, width, ""),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Wraps text between words at `width` columns; `indent` starts every line but the first. A longer
/// word stays whole, so that it can be copied.
pub(crate) fn wrap(text: &str, width: usize, indent: &str) -> String {
    let mut lines = String::with_capacity(text.len() + 16);
    let mut column = 0;
    for (index, word) in text.split(' ').enumerate() {
        let length = console::measure_text_width(word);
        if column > 0 && column + 1 + length > width {
            lines.push('\n');
            lines.push_str(indent);
            column = indent.chars().count();
        } else if index > 0 {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += length;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{wrap, wrapped};

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("one two three", 8, ""), "one two\nthree");
        assert_eq!(wrap("one two three", 80, ""), "one two three");
        assert_eq!(
            wrap("a http://long.example/x b", 10, "  "),
            "a\n  http://long.example/x\n  b"
        );
        assert_eq!(wrap("", 10, "  "), "");
        assert_eq!(wrap("  - one two", 8, ""), "  - one\ntwo");
        let styled = "\u{1b}[1mone\u{1b}[0m two";
        assert_eq!(wrap(styled, 7, ""), styled, "looks take no room");
        assert_eq!(wrapped("one two\n\nthree", Some(4)), "one\ntwo\n\nthree");
        assert_eq!(wrapped("one two", None), "one two");
    }
}
