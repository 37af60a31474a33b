//! Terminal output: tables, progress indicators and confirmations. Pipes and files get none of it.

mod confirm;
mod draw_target;
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

/// Returns the width of standard output if it is a terminal.
pub(crate) fn width() -> Option<usize> {
    let term = Term::stdout();
    term.is_term().then(|| usize::from(term.size().1))
}

/// Returns whether standard input is a terminal.
pub(crate) fn is_interactive() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Returns whether standard output has colors: a terminal that supports them, and no `NO_COLOR`. All
/// other output uses the same check.
pub(crate) fn is_coloured() -> bool {
    let stdout = std::io::stdout();
    stdout.is_terminal() && AutoStream::choice(&stdout) != ColorChoice::Never
}

/// Returns a bold text if there are colors.
pub(crate) fn strong(text: &str) -> String {
    format!("{BOLD}{text}{BOLD:#}")
}

/// Returns a dimmed text if there are colors.
pub(crate) fn faint(text: &str) -> String {
    format!("{DIM}{text}{DIM:#}")
}
