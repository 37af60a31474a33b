//! Generation of short texts that a regular expression matches.

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

/// Maximum length of a generated text, in bytes.
const MAX_TEXT: usize = 64 * 1024;

/// Returns a text that `pattern` matches, with every open-ended repetition taken `more` times more
/// than required. `None` for an invalid pattern or one that no short text matches.
pub(super) fn text(pattern: &str, more: u32) -> Option<String> {
    let hir = regex_syntax::parse(pattern).ok()?;
    let mut text = Vec::new();
    append(&hir, more, &mut text)?;
    String::from_utf8(text).ok()
}

fn append(hir: &Hir, more: u32, text: &mut Vec<u8>) -> Option<()> {
    match hir.kind() {
        // The validation checks the position of a match.
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.extend_from_slice(&literal.0),
        HirKind::Class(class) => {
            let mut buffer = [0; 4];
            text.extend_from_slice(character(class)?.encode_utf8(&mut buffer).as_bytes());
        }
        HirKind::Repetition(Repetition { min, max, sub, .. }) => {
            let most = max.unwrap_or(u32::MAX);
            for _ in 0..min.saturating_add(more).min(most) {
                append(sub, more, text)?;
            }
        }
        HirKind::Capture(capture) => append(&capture.sub, more, text)?,
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| append(part, more, text))?,
        HirKind::Alternation(choices) => {
            let before = text.len();
            choices.iter().find_map(|choice| {
                text.truncate(before);
                append(choice, more, text)
            })?;
        }
    }
    (text.len() <= MAX_TEXT).then_some(())
}

/// Returns a member of a class, preferably a letter, digit or printable character.
fn character(class: &Class) -> Option<char> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class
            .ranges()
            .iter()
            .map(|range| (range.start(), range.end()))
            .collect(),
        Class::Bytes(class) => class
            .ranges()
            .iter()
            .map(|range| (char::from(range.start()), char::from(range.end())))
            .collect(),
    };
    let within = |wanted: &char| {
        ranges
            .iter()
            .any(|(from, to)| (from..=to).contains(&wanted))
    };
    let plain = ('a'..='z').chain('A'..='Z').chain('0'..='9');
    plain
        .chain('!'..='~')
        .find(within)
        .or_else(|| ranges.first().map(|(from, _)| *from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_short_and_readable() {
        for (pattern, more, wanted) in [
            (r"^\d{3}-\d{4}$", 0, Some("000-0000")),
            ("^[A-Z][a-z]*$", 0, Some("A")),
            ("^[A-Z][a-z]*$", 3, Some("Aaaa")),
            ("(foo|bar)+", 1, Some("foofoo")),
            ("^$", 5, Some("")),
            (r"\w+@\w+\.com", 0, Some("a@a.com")),
            ("[^a-zA-Z0-9]", 0, Some("!")),
            ("a{2,3}", 9, Some("aaa")),
            ("[", 0, None),
            ("(?=a)", 0, None),
            ("a{60000}a{60000}", 0, None),
        ] {
            assert_eq!(text(pattern, more).as_deref(), wanted, "{pattern}");
        }
    }
}
