//! Markdown line by line: what a line begins with decides what becomes of it.

use super::inline::{certain, characters};
use super::style::{Style, Styled, styled, write};
use super::table;
use super::wrap::{Row, blank, whole_words};

/// Beyond this many bytes an unfinished line waits for its end: looking at all of it for each piece that comes would take
/// more and more time.
const LONGEST_PARTIAL: usize = 16 * 1024;

/// Lines on their way to the terminal.
#[derive(Debug)]
pub(super) struct Lines {
    width: usize,
    /// What has come of the line that is not whole yet.
    line: String,
    /// That line on the terminal, and how many of its characters are there.
    begun: Option<(Row, usize)>,
    /// The marks that end the block of code.
    fence: Option<String>,
    /// Rows of a table that is not whole yet.
    table: Vec<String>,
}

/// What a line turns out to be.
#[derive(Debug, PartialEq)]
enum Kind {
    Unknown,
    Blank,
    Fence,
    Rule,
    TableRow,
    Text(Text),
}

#[derive(Debug, PartialEq)]
struct Text {
    /// Where the content begins, in bytes.
    from: usize,
    before: Vec<Styled>,
    hanging: Vec<Styled>,
    style: Style,
}

impl Lines {
    pub(super) fn new(width: usize) -> Self {
        Self {
            width,
            line: String::new(),
            begun: None,
            fence: None,
            table: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, text: &str) -> String {
        let mut out = String::new();
        for piece in text.split_inclusive('\n') {
            match piece.strip_suffix('\n') {
                Some(end) => {
                    self.line.push_str(end);
                    self.whole(&mut out);
                }
                None => {
                    self.line.push_str(piece);
                    self.partial(&mut out);
                }
            }
        }
        out
    }

    pub(super) fn finish(&mut self) -> String {
        let mut out = String::new();
        if !self.line.is_empty() {
            self.whole(&mut out);
        }
        self.end_table(&mut out);
        self.fence = None;
        out
    }

    /// Shows what is certain of a line that is not whole.
    fn partial(&mut self, out: &mut String) {
        if self.fence.is_some() || self.line.len() > LONGEST_PARTIAL {
            return;
        }
        if let Kind::Text(text) = kind(&self.line, false) {
            self.end_table(out);
            self.text(out, &text, false);
        }
    }

    /// Shows a whole line.
    fn whole(&mut self, out: &mut String) {
        let line = std::mem::take(&mut self.line);
        if let Some(fence) = &self.fence {
            let ends = line.trim().starts_with(fence.as_str())
                && line.trim().trim_matches(['`', '~']).is_empty();
            let style = if ends { Style::FAINT } else { Style::CODE };
            write(out, &styled(&line, style));
            out.push('\n');
            if ends {
                self.fence = None;
            }
            return;
        }
        let kind = kind(&line, true);
        if kind != Kind::TableRow {
            self.end_table(out);
        }
        match kind {
            Kind::TableRow => self.table.push(line),
            Kind::Blank | Kind::Unknown => out.push('\n'),
            Kind::Rule => {
                let rule = "─".repeat(self.width.min(40));
                write(out, &styled(&rule, Style::FAINT));
                out.push('\n');
            }
            Kind::Fence => {
                write(out, &styled(&line, Style::FAINT));
                out.push('\n');
                self.fence = Some(marks(line.trim()).to_owned());
            }
            Kind::Text(text) => {
                self.line = line;
                self.text(out, &text, true);
                self.line.clear();
                self.begun = None;
                out.push('\n');
            }
        }
    }

    fn text(&mut self, out: &mut String, text: &Text, whole: bool) {
        let content = &self.line[text.from..];
        let known = match whole {
            true => content,
            false => &content[..certain(content)],
        };
        let characters = characters(known, text.style);
        // A space behind it ends a word, though it is not shown yet.
        let end = match whole || known.ends_with(' ') {
            true => characters.len(),
            false => whole_words(&characters),
        };
        let (row, shown) = self.begun.get_or_insert_with(|| {
            let row = Row::begin(out, self.width, &text.before, text.hanging.clone());
            (row, 0)
        });
        if let Some(new) = characters.get(*shown..end) {
            row.words(out, new);
            *shown = end;
        }
    }

    fn end_table(&mut self, out: &mut String) {
        if !self.table.is_empty() {
            let rows = std::mem::take(&mut self.table);
            for line in table::lines(&rows, self.width) {
                out.push_str(&line);
                out.push('\n');
            }
        }
    }
}

/// The run of marks that a text begins with.
fn marks(text: &str) -> &str {
    let first = text.chars().next().unwrap_or('`');
    &text[..text.len() - text.trim_start_matches(first).len()]
}

/// What a line is, as far as it can be known: nothing that comes after changes an answer but [`Kind::Unknown`].
fn kind(line: &str, whole: bool) -> Kind {
    let text = line.trim_start_matches([' ', '\t']);
    let indent = line.len() - text.len();
    if text.trim().is_empty() {
        return if whole { Kind::Blank } else { Kind::Unknown };
    }
    let when_whole = |kind| if whole { kind } else { Kind::Unknown };
    if text.starts_with("```") || text.starts_with("~~~") {
        return when_whole(Kind::Fence);
    }
    if text.starts_with('|') {
        return when_whole(Kind::TableRow);
    }
    if is_rule(text) {
        return when_whole(Kind::Rule);
    }
    if !whole && may_be_marks(text.trim_end()) {
        return Kind::Unknown;
    }
    Kind::Text(lead(text, indent))
}

/// Whether all that has come of a line may still turn out to be what it begins with.
fn may_be_marks(text: &str) -> bool {
    let Some(first) = text.chars().next() else {
        return true;
    };
    match first {
        '-' | '*' | '_' => text.chars().all(|c| c == first || c == ' '),
        '#' | '`' | '~' | '+' => text.chars().all(|c| c == first),
        '>' => text.chars().all(|c| c == '>' || c == ' '),
        '0'..='9' => {
            let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
            matches!(rest, "" | "." | ")")
        }
        _ => false,
    }
}

fn is_rule(text: &str) -> bool {
    let marks: String = text.split_whitespace().collect();
    let mut all = marks.chars();
    let first = all.next();
    marks.len() >= 3 && first.is_some_and(|first| "-*_".contains(first) && all.all(|c| c == first))
}

/// Takes off what a line of text begins with.
fn lead(text: &str, indent: usize) -> Text {
    let plain = Style::default();
    let level = text.len() - text.trim_start_matches('#').len();
    if (1..=6).contains(&level) && text[level..].starts_with(' ') {
        let style = Style {
            strong: true,
            ..plain
        };
        return with(text, indent, level, Vec::new(), style);
    }
    if let Some(rest) = text.strip_prefix(['-', '*', '+'])
        && rest.starts_with(' ')
    {
        return with(text, indent, 1, styled("• ", plain), plain);
    }
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let dotted = text[digits..].starts_with(['.', ')']);
    if (1..=9).contains(&digits) && dotted && text[digits + 1..].starts_with(' ') {
        let number = format!("{} ", &text[..=digits]);
        return with(text, indent, digits + 1, styled(&number, plain), plain);
    }
    if text.starts_with('>') {
        let content = text.trim_start_matches(['>', ' ']);
        let levels = text[..text.len() - content.len()].matches('>').count();
        let bars = styled(&"│ ".repeat(levels), Style::FAINT);
        return Text {
            from: indent + text.len() - content.len(),
            before: bars.clone(),
            hanging: bars,
            style: plain,
        };
    }
    with(text, indent, 0, Vec::new(), plain)
}

/// A text after `marks` bytes and the spaces behind them, indented as it came.
fn with(text: &str, indent: usize, marks: usize, before: Vec<Styled>, style: Style) -> Text {
    let content = text[marks..].trim_start_matches(' ');
    let mut all = blank(indent);
    all.extend(before);
    Text {
        from: indent + text.len() - content.len(),
        hanging: blank(all.len()),
        before: all,
        style,
    }
}
