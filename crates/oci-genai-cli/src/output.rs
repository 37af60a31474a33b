//! The only place that writes to the terminal: answers to standard output, the rest to standard
//! error.
//!
//! Whether text has colours is decided by the stream it goes to: only a terminal has them, and none
//! where `NO_COLOR` is set.

use std::io::{self, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use anstyle::{AnsiColor, Style};

use crate::args;
use crate::error::Error;
use crate::secrets::hide;
use crate::terminal::visible;

/// Headings and names.
pub(crate) const BOLD: Style = Style::new().bold();
/// What is beside the point.
pub(crate) const DIM: Style = Style::new().dimmed();
/// What is well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// What deserves a look.
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default();
/// What is wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();

/// Whether notes are left out.
static QUIET: AtomicBool = AtomicBool::new(false);

/// Leaves out notes from now on.
pub(crate) fn be_quiet() {
    QUIET.store(true, Ordering::Relaxed);
}

/// Prints a line of the answer.
pub(crate) fn line(text: &str) {
    let mut out = anstream::AutoStream::auto(io::stdout()).lock();
    if writeln!(out, "{text}").and_then(|()| out.flush()).is_err() {
        // Whoever read has gone, as `head` does: there is nobody left to tell.
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

/// Prints a part of the answer at once, so that a stream is seen as it arrives.
///
/// # Errors
///
/// When standard output is closed: nobody is reading, so there is no point in going on.
pub(crate) fn part(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Prints what a renderer made of an answer.
pub(crate) fn answer(text: &str) -> Result<(), Error> {
    part(text).map_err(|error| Error::io("write to", Path::new("standard output"), error))
}

/// Asks the person something; the answer is typed behind it.
pub(crate) fn ask(text: &str) {
    let mut err = anstream::AutoStream::auto(io::stderr()).lock();
    // Reading the answer tells of a failure.
    let _ = write!(err, "{}", hide(text)).and_then(|()| err.flush());
}

/// Tells the person something that is not the answer.
pub(crate) fn note(text: &str) {
    if !QUIET.load(Ordering::Relaxed) {
        to_standard_error(&wrapped(text, width(&console::Term::stderr())));
    }
}

/// Reports a failure in one paragraph.
pub(crate) fn error(error: &Error) {
    if matches!(error, Error::Told(_)) {
        return;
    }
    let text = format!("error: {}", visible(&error.paragraph()));
    let text = wrapped(&text, width(&console::Term::stderr()));
    let rest = text.strip_prefix("error:").unwrap_or(&text);
    to_standard_error(&format!("{BAD}error:{BAD:#}{rest}"));
}

/// Reports a command line that cannot be read, in clap's own form.
pub(crate) fn usage_error(error: clap::Error) {
    to_standard_error(args::usage_error(error).ansi().to_string().trim_end());
}

fn to_standard_error(text: &str) {
    let mut err = anstream::AutoStream::auto(io::stderr()).lock();
    // There is no place left to tell of a failure.
    let _ = writeln!(err, "{}", hide(text));
}

/// The columns there are for text, if that goes to a terminal: at most 100, for the eye's sake.
fn width(term: &console::Term) -> Option<usize> {
    term.is_term().then_some(())?;
    let (_, columns) = term.size_checked()?;
    Some(usize::from(columns).clamp(40, 100))
}

/// The columns of standard output; `None` where it is no terminal.
pub(crate) fn columns() -> Option<usize> {
    width(&console::Term::stdout())
}

/// Each line of a text, broken between words where there is a width.
pub(crate) fn wrapped(text: &str, width: Option<usize>) -> String {
    let lines = text.split('\n').map(|line| match width {
        Some(width) => wrap(line, width, ""),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Breaks text between words into lines of at most `width` columns; `indent` begins every line but
/// the first. A word that is longer stays whole, so that it can be copied.
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
