//! What is drawn for people: tables, waiting and questions. Nothing of it appears where nobody looks.

mod confirm;
mod edge;
mod interrupt;
mod progress;
mod table;
mod visible;

use std::io::IsTerminal as _;

use anstream::{AutoStream, ColorChoice};
use console::Term;

use crate::output::{BOLD, DIM};

pub(crate) use confirm::confirm;
pub(crate) use interrupt::interrupted;
pub(crate) use progress::{Counter, Spinner, waiting};
pub(crate) use table::Table;
pub(crate) use visible::{harmless, visible};

/// The columns of standard output when it is a terminal.
pub(crate) fn width() -> Option<usize> {
    let term = Term::stdout();
    term.is_term().then(|| usize::from(term.size().1))
}

/// Whether a person types what is read.
pub(crate) fn is_interactive() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Whether standard output may be coloured: a terminal that can, and nobody set `NO_COLOR`. The same
/// judge as of everything else that is printed.
pub(crate) fn is_coloured() -> bool {
    let stdout = std::io::stdout();
    stdout.is_terminal() && AutoStream::choice(&stdout) != ColorChoice::Never
}

/// A text that stands out, where colours are shown.
pub(crate) fn strong(text: &str) -> String {
    format!("{BOLD}{text}{BOLD:#}")
}

/// A text that stands back, where colours are shown.
pub(crate) fn faint(text: &str) -> String {
    format!("{DIM}{text}{DIM:#}")
}
