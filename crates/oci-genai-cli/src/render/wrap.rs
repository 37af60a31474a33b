//! Words into lines of a terminal.

use unicode_width::UnicodeWidthChar as _;

use super::style::{Style, Styled, write};

/// A line of text on its way to the terminal, which may take several of its rows.
#[derive(Debug)]
pub(super) struct Row {
    width: usize,
    column: usize,
    /// What stands before each row after the first.
    hanging: Vec<Styled>,
    /// Spaces that are printed once a word follows in the same row.
    spaces: usize,
}

pub(super) fn width_of(text: &[Styled]) -> usize {
    text.iter().map(|(c, _)| c.width().unwrap_or(0)).sum()
}

impl Row {
    /// Begins a line with what stands before it, such as a bullet.
    pub(super) fn begin(
        out: &mut String,
        width: usize,
        first: &[Styled],
        hanging: Vec<Styled>,
    ) -> Self {
        write(out, first);
        Self {
            width,
            column: width_of(first),
            hanging,
            spaces: 0,
        }
    }

    /// Prints whole words; the text ends where a break is allowed or the line does.
    pub(super) fn words(&mut self, out: &mut String, text: &[Styled]) {
        let mut rest = text;
        while let Some((first, _)) = rest.first() {
            if is_space(*first) {
                self.spaces += 1;
                rest = &rest[1..];
                continue;
            }
            let end = word_end(rest);
            self.word(out, &rest[..end]);
            rest = &rest[end..];
        }
    }

    fn word(&mut self, out: &mut String, word: &[Styled]) {
        let needed = width_of(word);
        let begun = self.column > width_of(&self.hanging);
        if begun && self.column + self.spaces + needed > self.width {
            out.push('\n');
            write(out, &self.hanging);
            self.column = width_of(&self.hanging);
        } else if begun {
            out.extend(std::iter::repeat_n(' ', self.spaces));
            self.column += self.spaces;
        }
        self.spaces = 0;
        write(out, word);
        self.column += needed;
        // The terminal wraps a word that is longer than a row.
        if self.column > self.width {
            self.column = (self.column - 1) % self.width.max(1) + 1;
        }
    }
}

/// How much of an unfinished text is whole words.
pub(super) fn whole_words(text: &[Styled]) -> usize {
    text.iter()
        .rposition(|(c, _)| is_space(*c) || is_wide(*c))
        .map_or(0, |at| if is_space(text[at].0) { at } else { at + 1 })
}

/// Where the word at the beginning ends.
fn word_end(text: &[Styled]) -> usize {
    for (at, (c, _)) in text.iter().enumerate() {
        if is_space(*c) {
            return at;
        }
        // Scripts of wide characters have no spaces and break anywhere.
        if is_wide(*c) {
            return at + 1;
        }
    }
    text.len()
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

fn is_wide(c: char) -> bool {
    c.width() == Some(2)
}

/// Spaces, unstyled.
pub(super) fn blank(count: usize) -> Vec<Styled> {
    vec![(' ', Style::default()); count]
}
