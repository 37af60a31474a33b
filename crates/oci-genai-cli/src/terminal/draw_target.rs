//! Draw target for progress indicators: standard error without its last columns.
//!
//! An indicator fills its line, so the cursor is at the end of the line. The terminal's echo of Ctrl-C (`^C`)
//! would start another line there, and the indicator's line would never be cleared.

use std::io;

use console::Term;
use indicatif::{ProgressDrawTarget, TermLike};

/// Free columns: space for two `^C`.
const FREE: u16 = 4;

/// Returns the draw target; hidden if standard error is not a terminal.
pub(super) fn target() -> ProgressDrawTarget {
    let term = Term::buffered_stderr();
    match term.is_term() {
        true => ProgressDrawTarget::term_like_with_hz(Box::new(Edge(term)), 20),
        false => ProgressDrawTarget::hidden(),
    }
}

#[derive(Debug)]
struct Edge(Term);

impl TermLike for Edge {
    fn width(&self) -> u16 {
        self.0.size().1.saturating_sub(FREE).max(1)
    }

    fn height(&self) -> u16 {
        self.0.size().0
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_up(n)
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_down(n)
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_right(n)
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_left(n)
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.0.write_line(text)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.0.write_str(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.0.clear_line()
    }

    fn flush(&self) -> io::Result<()> {
        self.0.flush()
    }
}
