//! Standard error for signs of life, all but its last columns.
//!
//! A sign of life fills its line, so that the cursor is at the line's end. What the terminal echoes there, the `^C` of
//! Ctrl-C, would begin another line, and the one above it would never be cleared.

use std::io;

use console::Term;
use indicatif::{ProgressDrawTarget, TermLike};

/// Columns left free: room for two `^C`.
const FREE: u16 = 4;

/// Where to draw: nowhere, if standard error is no terminal.
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
